"""How a source is, from what the desk remembers of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broadsheet.judge.health import SPELLS, Health, Memory, Spell, Trouble, health, remember
from broadsheet.model import Article, Source
from broadsheet.testing import NEWS, NOON, article, hours

DAY = timedelta(days=1)
FIRST = NOON - 20 * DAY


def works(days: float = 20, listed: int | None = 10) -> Memory:
    return Memory(history=(Spell(True, NOON - days * DAY, NOON, 9),), listed=listed)


def reports(
    *delays: timedelta | None, every: timedelta = DAY, since: datetime = FIRST
) -> tuple[Article, ...]:
    """One that was there at the first visit, then one for each delay, seen that long after it was
    published; None for one without a date."""
    seen = [since + n * every for n in range(len(delays) + 1)]
    old = article("0", at=since - hours(1))
    made = [replace(old, seen_at=since)]
    for n, (at, delay) in enumerate(zip(seen[1:], delays, strict=True), 1):
        told = None if delay is None else at - delay
        made.append(replace(article(str(n), at=at), published_at=told))
    return tuple(made)


def look(memory: Memory, source: Source = NEWS, now: datetime = NOON) -> Health:
    return health(source, memory, now, next_at=now, next_why="", timezone="Europe/Oslo")


def trouble(memory: Memory, source: Source = NEWS) -> Trouble | None:
    found = look(memory, source).troubles
    assert len(found) < 2
    return found[0] if found else None


def test_visits_that_go_the_same_way_are_one_spell() -> None:
    told: tuple[Spell, ...] = ()
    for n, why in enumerate(["", "", "404", "404", "500", ""]):
        told = remember(told, NOON + n * DAY, not why, why)

    assert [(spell.why, spell.visits) for spell in told] == [
        ("", 2),
        ("404", 2),
        ("500", 1),
        ("", 1),
    ]
    assert remember(told, told[-1].until_at, True) == told
    assert look(Memory(told)).history == (
        "2026-01-14 12:00: works, one visit",
        "2026-01-13 12:00: 500, one visit",
        "2026-01-11 12:00 to 2026-01-12 12:00: 404, 2 visits",
        "2026-01-09 12:00 to 2026-01-10 12:00: works, 2 visits",
    )
    for n in range(99):
        told = remember(told, NOON + n * DAY, bool(n % 2))
    assert len(told) == SPELLS


def test_a_source_is_new_until_it_was_asked_and_paused_when_the_portal_says_so() -> None:
    assert look(Memory()).state == "new"
    assert look(works()).state == "works"
    assert look(Memory((Spell(False, FIRST, NOON, 2, "no answer"),))).state == "fails"
    paused = look(Memory((Spell(False, FIRST, NOON, 99, "410 Gone"),)), replace(NEWS, pause=True))
    assert (paused.state, paused.troubles) == ("paused", ())


@pytest.mark.parametrize(
    ("count", "every", "words"),
    [
        (0, DAY, "7 a week"),
        (19, DAY, "1 a day"),
        (38, DAY / 2, "2 a day"),
        (2, 9 * DAY, "1 a week"),
    ],
)
def test_its_cadence_is_told_in_words(count: int, every: timedelta, words: str) -> None:
    since = NOON - every * max(count, 1)
    memory = replace(works(), articles=reports(*[hours(0)] * count, every=every, since=since))
    assert look(memory).cadence == words
    assert look(works()).cadence == "none"


def test_copies_are_a_share_and_the_last_new_report_is_known_when_it_is_old() -> None:
    one, two, three = reports(hours(0), hours(0))
    found = look(replace(works(), articles=(one, two, replace(three, copy_of="x"))))
    assert (found.copies, found.last_new_at) == (33, FIRST + 2 * DAY)
    assert look(replace(works(), last_report_at=FIRST)).last_new_at == FIRST


def test_a_source_is_dead_after_a_week_of_failures_and_gone_at_once() -> None:
    def failing(days: float, visits: int, why: str) -> Memory:
        return Memory((Spell(False, NOON - days * DAY, NOON, visits, why),))

    assert trouble(failing(6, 99, "no answer")) is None
    assert trouble(failing(8, 4, "no answer")) is None
    dead = trouble(failing(8, 5, "no answer"))
    assert dead and (dead.name, dead.key, dead.value) == ("dead", "pause", "true")
    gone = trouble(replace(failing(0, 1, "410 Gone"), gone=True))
    assert gone and gone.name == "dead"


def test_a_source_that_moved_for_good_has_its_new_address_proposed() -> None:
    new = "https://new.example/feed"
    found = trouble(replace(works(), moved_to=new))
    assert found == Trouble("moved", f"moved for good to {new}", "feed", new)
    assert trouble(replace(works(), moved_to=NEWS.url)) is None


def test_a_source_is_empty_when_it_lists_nothing_for_a_week() -> None:
    assert trouble(works(6, listed=0)) is None
    assert trouble(works(8, listed=None)) is None
    found = trouble(works(8, listed=0))
    assert found and found.name == "empty"


def test_a_source_is_silent_after_ten_times_its_usual_gap() -> None:
    old = replace(works(99), last_report_at=NOON - 31 * DAY)
    found = trouble(old)
    assert found and found.name == "silent"
    assert trouble(replace(old, last_report_at=NOON - 29 * DAY)) is None

    unvisited = replace(old, history=(Spell(True, NOON - 99 * DAY, NOON - 20 * DAY),))
    assert trouble(unvisited) is None


def test_a_source_is_late_when_most_of_its_reports_are() -> None:
    days = [hours(n) for n in (13, 20, 30, 14, 50)]
    found = trouble(replace(works(), articles=reports(*days)))
    assert found and (found.name, found.key) == ("late", "")
    assert "20 hours" in found.detail
    assert trouble(replace(works(), articles=reports(*days[:4]))) is None
    mixed = [hours(n) for n in (13, 1, 2, 14, 0.5)]
    assert trouble(replace(works(), articles=reports(*mixed))) is None


def test_dates_that_are_all_early_by_the_same_hours_are_in_a_wrong_zone() -> None:
    early = [hours(n) for n in (2.1, 2.3, 2.0, 2.4, 2.2, 9)]
    memory = replace(works(), articles=reports(*early))

    found = trouble(memory)
    assert found and (found.name, found.key, found.value) == (
        "misdated",
        "timezone",
        "Europe/Oslo",
    )
    assert "2 hours" in found.detail
    named = trouble(memory, replace(NEWS, timezone="Asia/Tokyo"))
    assert named and (named.name, named.key) == ("misdated", "")


def test_reports_without_dates_are_told_when_they_are_half_of_all() -> None:
    none = [None, None, None, hours(0), hours(0)]
    found = trouble(replace(works(), articles=reports(*none)))
    assert found and found.detail.startswith("3 of 6 reports")
    assert trouble(replace(works(), articles=reports(*none[1:], hours(0)))) is None
