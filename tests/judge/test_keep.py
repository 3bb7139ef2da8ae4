"""Where a report is kept, and what its record may name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broadsheet.config import Extracts, Gate, Hold, Portal, Topic
from broadsheet.judge.keep import copied_from, gate, keep
from broadsheet.model import Article, Permissions, Source, Story, Told, Update
from broadsheet.testing import NOON

Make = Callable[..., Article]
PORTAL = Portal(
    "P",
    {"t": Topic("t")},
    {"careful": Source("careful", feed="https://c.example/", hold=True)},
    gate=Gate(quality=5, hold=Hold(words=("accused",))),
)


@pytest.mark.parametrize(
    ("change", "decision", "tree", "why"),
    [
        ({}, "", "records/news", ""),
        ({"published_at": None}, "", "held/below", "date unknown"),
        ({"points": 4}, "", "held/below", "quality 4"),
        ({"text": "He was Accused."}, "", "held/review", "a hold word: accused"),
        ({"text": "He was Accused."}, "approve", "records/news", ""),
        ({"source_id": "careful"}, "", "held/review", "source careful is held"),
        ({}, "reject", "held/rejected", "an editor rejected it"),
    ],
)
def test_the_gate(report: Make, change: dict[str, Any], decision: str, tree: str, why: str) -> None:
    stands, reason = gate(
        report(**({"title": "Dam opens", "points": 5} | change)), PORTAL, decision
    )

    assert stands == tree
    assert reason.startswith(why)


def test_public_records_never_name_what_an_editor_holds(report: Make) -> None:
    held = report("Dam opens, mayor accused", points=9)
    first = report("Dam opens", points=9)
    below = report("Dam opens late", published_at=None)
    copy = replace(report("Dam opens", points=9), copy_of=held.id)
    all_four = [held, first, below, copy]
    story = Story(
        held.id, held.title, tuple(Told(a.id) for a in all_four), held.moment, held.moment
    )

    kept = keep(story, all_four, PORTAL, decisions={}, story_id=first.id)

    records = {each.record.source_url: each.record for each in kept}
    assert [other.source_url for other in records[first.url].related] == [copy.url, below.url]
    assert records[first.url].desk.story == first.id
    assert records[copy.url].desk.copy_of == ""
    assert records[held.url].published is False


def test_copies_of_a_report_that_may_not_be_named_are_one_voice(report: Make) -> None:
    first = report("Dam opens", hours=1)
    copies = [replace(report("Dam opens", hours=n), copy_of="held") for n in (3, 2, 4)]
    other = replace(report("Dam opens early", hours=5), copy_of=first.id)

    assert copied_from([*copies, other, first]) == {
        copies[0].id: copies[1].id,
        copies[2].id: copies[1].id,
        other.id: first.id,
    }


LIVE = tuple(
    Update(NOON - timedelta(minutes=n), f"Dam *opens* gate {n} of <ten>") for n in range(15)
)


@pytest.mark.parametrize(
    ("permissions", "length", "lines"),
    [
        (Permissions(), 160, 10),
        (Permissions(), 0, 0),
        (Permissions(snippet=0), 160, 0),
        (Permissions(snippet=70), 160, 2),
        (Permissions(reserved=True), 160, 0),
    ],
)
def test_a_live_report_has_the_headings_of_its_newest_entries_as_far_as_they_may_be_quoted(
    report: Make, permissions: Permissions, length: int, lines: int
) -> None:
    live = replace(
        report("Dam opens: live", points=9),
        summary="A dam opens.",
        updates=LIVE,
        permissions=permissions,
    )
    story = Story(live.id, live.title, (Told(live.id),), live.moment, live.moment)
    portal = replace(PORTAL, extracts=Extracts(length))

    (kept,) = keep(story, [live], portal, decisions={}, story_id=live.id)

    assert kept.record.body.count("\n") == lines
    quoted = len(kept.record.excerpt) + sum(len(u.heading) for u in LIVE[:lines])
    assert permissions.snippet is None or quoted <= permissions.snippet
    if lines:
        first = "- 2026-01-09T12:00:00Z Dam \\*opens\\* gate 0 of \\<ten\\>\n"
        assert kept.record.body.startswith(first)
