"""A portal made again from its records, and what stands where that fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

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
    assert rebuild(desk, tmp_path)[0] == []


class Killed(BaseException):
    """As SIGKILL: nothing here catches it, and nothing is tidied after it."""


def kill_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Die just before the step-th change of a name in a folder."""
    changes = 0

    def dying(change: Callable[..., None]) -> Callable[..., None]:
        def changed(*names: Any) -> None:
            nonlocal changes
            changes += 1
            if changes == step:
                raise Killed
            change(*names)

        return changed

    for name in ("replace", "unlink", "rmdir"):
        patch.setattr(os, name, dying(getattr(os, name)))


def test_a_rebuild_killed_at_any_step_leaves_a_site_that_can_be_read(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    finish(desk, list(work(desk, (NEWS, MORE))))
    front = str(tmp_path / "site" / "index.html")
    new = site_of(tmp_path)
    stale = {front, *sorted(new)[::10]}
    old = new | dict.fromkeys(stale, b"as an older version made it")
    deaths = 0

    while deaths == 0 or site_of(tmp_path) != new:
        deaths += 1
        for path in stale:
            Path(path).write_bytes(old[path])
        (tmp_path / "site" / "gone.html").write_bytes(b"nothing makes this any more")
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            kill_at(deaths, patch)
            rebuild(desk, tmp_path)
        left = {path: data for path, data in site_of(tmp_path).items() if path in new}
        assert left.keys() == new.keys()
        assert all(data in (old[path], new[path]) for path, data in left.items())
        assert left == new or left[front] == old[front]  # it is written last

    assert deaths > len(stale)
