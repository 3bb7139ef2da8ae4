"""Is a page made again when it must be, and only then?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.config import Portal
from broadsheet.model import Draft, Edition, Part, Record, Score
from broadsheet.pipeline.publish import publish
from broadsheet.pipeline.story import heat_of
from broadsheet.plugins import Plugins
from broadsheet.publish import site as pages
from broadsheet.publish import standing
from broadsheet.publish.markdown import Trees, edition
from broadsheet.publish.site import site
from broadsheet.publish.standing import Standing

from .editions import lively

PORTAL = Portal("Rivers", {}, {})


def drafts(edition: Edition) -> dict[str, bytes]:
    """Path -> key of each page."""
    return {str(path): data.key for path, data in site(edition) if isinstance(data, Draft)}


def changed(before: Edition, after: Edition) -> set[str]:
    old, new = drafts(before), drafts(after)
    return {path for path in old | new if old.get(path) != new.get(path)}


def retitled(edition: Edition, id: str) -> Edition:
    records: dict[str, Record] = dict(edition.records)
    records[id] = replace(records[id], title="Another headline")
    return replace(edition, records=records)


def test_a_page_has_another_key_exactly_when_it_has_other_bytes() -> None:
    before = lively()
    after = retitled(before, next(iter(before.records)))
    made = [{str(p): d.make() for p, d in site(e) if isinstance(d, Draft)} for e in (before, after)]
    differ = {path for path in made[0] if made[0][path] != made[1][path]}
    assert differ and differ <= changed(before, after)
    assert drafts(before) == drafts(lively())


def test_an_hour_without_news_changes_only_pages_that_tell_the_time() -> None:
    before = lively()
    assert before.at
    hotter = [
        replace(s, heat=Score("heat", s.heat.value + 1, (Part("x", s.heat.value + 1),)))
        for s in before.stories
    ]
    after = replace(before, at=before.at + timedelta(minutes=1), stories=tuple(hotter))
    assert "index.html" in changed(before, after)
    past = ("day/2", "api/", "feeds/")
    assert [path for path in changed(before, after) if path.startswith(past)] == []


def run(folder: Path) -> dict[str, int]:
    """Publish once; path -> inode of every file of the site."""
    plugins = Plugins(PORTAL)
    plugins.outputs["site"] = site
    keeper = Standing(folder / "state", folder / "site")
    list(publish(PORTAL, plugins, Trees(folder), standing=keeper))
    made = (folder / "site").rglob("*")
    return {str(p.relative_to(folder / "site")): p.stat().st_ino for p in made if p.is_file()}


def test_a_page_that_stands_is_not_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(tmp_path)

    def fail(*of: object) -> bytes:
        raise AssertionError("rendered again")

    monkeypatch.setattr(pages, "_rendered", fail)
    assert run(tmp_path) == before


def test_a_page_that_somebody_touched_is_made_again(tmp_path: Path) -> None:
    run(tmp_path)
    about, front = tmp_path / "site/about/index.html", tmp_path / "site/index.html"
    ours = about.read_bytes(), front.read_bytes()
    about.write_text("Somebody's own words")
    front.unlink()
    run(tmp_path)
    assert (about.read_bytes(), front.read_bytes()) == ours


def test_other_code_and_a_broken_memory_make_all_pages_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    keeper = Standing(tmp_path / "state", tmp_path / "site")
    (path, draft) = next(
        (p, d)
        for p, d in site(edition(PORTAL, Trees(tmp_path), heat_of(Plugins(PORTAL))))
        if isinstance(d, Draft)
    )
    assert keeper.stands(path, draft)
    monkeypatch.setattr(standing, "__version__", "another")
    assert not Standing(tmp_path / "state", tmp_path / "site").stands(path, draft)
    monkeypatch.undo()
    (tmp_path / "state/site").write_bytes(b"\xc1 not ours")
    assert not Standing(tmp_path / "state", tmp_path / "site").stands(path, draft)
