"""What the operator is told of the sources, after days of visits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from broadsheet.app import doctor, sources
from broadsheet.app.runs import desk_at, run
from broadsheet.config import Portal, parse
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.judge.health import Trouble
from broadsheet.publish.markdown import Trees
from broadsheet.testing import BREAD, MORE, NEWS, WORLD, clock, hours

LIST = "https://list.example/opml"
TEXT = f"""\
title: Rivers
topics: {{dams: {{keywords: [dam]}}, bread: {{keywords: [bakers]}}}}
sources:
  news: {{feed: "{NEWS.url}"}}
  more: {{feed: "{MORE.url}", every: 90m}}
  friends: {{opml: "{LIST}"}}
  rest: {{feed: "https://rest.example/", pause: true}}
"""
LISTED = f"<opml><body><outline xmlUrl='{BREAD}/feed'/></body></opml>".encode()


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    (tmp_path / "portal.yaml").write_text(TEXT)
    return parse(TEXT.encode(), "portal.yaml")


def visit(portal: Portal, folder: Path, world: Mapping[str, bytes | FetchError], at: float) -> None:
    time = clock()
    time.sleep(hours(at))
    run(portal, folder, time, Replay(world, time), everything=True)


def examined(portal: Portal, folder: Path, at: float) -> list[doctor.Finding]:
    """The doctor's warnings."""
    time = clock()
    time.sleep(hours(at))
    with desk_at(portal, folder, time, Replay({}, time)) as desk:
        lines = sources.table(sources.examine(desk))
        findings = [f for f in doctor.examine(desk, folder) if f.state == "warning"]
    assert len(lines) >= 1 + len(portal.sources)
    return findings


def test_each_source_has_its_line(portal: Portal, tmp_path: Path) -> None:
    time = clock()
    broken = FetchError(NEWS.url, "no answer")
    visit(portal, tmp_path, {**WORLD, LIST: LISTED, NEWS.url: broken}, 0)

    with desk_at(portal, tmp_path, time, Replay({}, time)) as desk:
        found = sources.examine(desk)

    told = {each.id: (each.state, each.cadence, each.next_why) for each in found}
    listed = next(id for id in told if id.startswith("friends-"))
    assert told == {
        "news": ("fails", "none", "it failed once: no answer"),
        "more": ("works", "2 a day", "every 90m"),
        "friends": ("works", "none", "its own rate"),
        "rest": ("paused", "none", "it is paused"),
        listed: ("fails", "none", "it failed once: not in the recording"),
    }
    assert found[0].history == ("2026-01-09 12:00: no answer, one visit",)
    assert sources.as_json(found[1])["next_at"] == "2026-01-09T13:30:00+00:00"
    lines = sources.table(found, history=True)
    assert lines[0].startswith("source ") and lines[1].startswith("news ")
    assert lines[2] == "  2026-01-09 12:00: no answer, one visit"


def test_the_doctor_names_the_line_that_mends_a_dead_source(portal: Portal, tmp_path: Path) -> None:
    for day in range(6):
        visit(portal, tmp_path, {MORE.url: WORLD[MORE.url], LIST: LISTED}, 40 * day)

    findings = examined(portal, tmp_path, 200)

    (dead,) = (f for f in findings if f.what == "source news")  # and not also as one that fails
    assert dead.detail.startswith("dead: fails since 2026-01-09 12:00 to 2026-01-17 20:00")
    assert dead.remedy == "in portal.yaml, sources.news (portal.yaml:4:3): `pause: true`"
    listed = next(f for f in findings if f.what.startswith("source friends-"))
    assert listed.remedy == f"change it in the list friends, {LIST}"


def test_a_feed_that_lists_nothing_is_told_from_one_that_fails(
    portal: Portal, tmp_path: Path
) -> None:
    for day in (0, 4, 8):
        visit(portal, tmp_path, {**WORLD, LIST: LISTED, NEWS.url: b"<rss/>"}, 24 * day)

    (empty,) = (f for f in examined(portal, tmp_path, 24 * 8) if f.what == "source news")
    assert empty.detail == "empty: works since 2026-01-09, and lists nothing"


def test_what_readers_learn_of_a_failure_stays_true(portal: Portal, tmp_path: Path) -> None:
    visit(portal, tmp_path, {**WORLD, NEWS.url: FetchError(NEWS.url, "no answer")}, 0)

    state = Trees(tmp_path).sources["news"]
    assert (state.works, state.why) == (False, "no answer")  # and no time of a visit to come


def test_a_proposed_address_can_stand_in_braces(portal: Portal, tmp_path: Path) -> None:
    new = "https://news.example/feed,all?{x}"
    trouble = Trouble("moved", "", "feed", new)
    time = clock()
    with desk_at(portal, tmp_path, time, Replay({}, time)) as desk:
        told = sources.remedy(desk, NEWS, trouble)

    line = told.partition("`")[2].rstrip("`")
    text = f"title: A\ntopics: {{a: {{}}}}\nsources: {{news: {{{line}}}}}\n"
    assert parse(text.encode()).sources["news"].feed == new
