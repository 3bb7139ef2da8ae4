"""Where a report is kept, and what its record may name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broadsheet.config import Gate, Hold, Portal, Topic
from broadsheet.judge.keep import gate, keep
from broadsheet.model import Article, Source, Story, Told

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
    assert [other.source_url for other in records[first.url].related] == [below.url]
    assert records[first.url].desk.story == first.id
    assert records[copy.url].desk.copy_of == ""
    assert records[held.url].published is False
