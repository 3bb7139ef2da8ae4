"""A portal made again from its records, and what stands where that fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from broadsheet.app.doctor import rebuild
from broadsheet.app.runs import finish
from broadsheet.errors import PublishError
from broadsheet.model import Draft, Edition
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, desk_on


def broken(edition: Edition) -> Iterable[tuple[PurePosixPath, bytes | Draft]]:
    raise ValueError("no ink")


def site_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (folder / "site").rglob("*") if path.is_file()}


def test_a_rebuild_in_which_an_output_fails_leaves_the_last_good_site(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    finish(desk, list(work(desk, (NEWS, MORE))))
    before = site_of(tmp_path)
    outputs = {**desk.plugins.outputs, "site": broken}

    with pytest.raises(PublishError, match="no ink; the last good site stands"):
        rebuild(replace(desk, plugins=replace(desk.plugins, outputs=outputs)), tmp_path)

    assert site_of(tmp_path) == before
    assert str(tmp_path / "site" / "index.html") in before
    assert not (tmp_path / "site.new").exists()
    assert rebuild(desk, tmp_path)[0] == []
