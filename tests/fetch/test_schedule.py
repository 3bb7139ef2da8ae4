"""When is a source asked?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broadsheet.fetch.schedule import due, next_visit, own_pace
from broadsheet.model import Source

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FEED = Source("ledger", feed="https://ledger.example/feed")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_the_first_visit_is_at_once() -> None:
    assert due(FEED, None, NOW)


def test_a_paused_source_is_never_due() -> None:
    paused = Source("ledger", feed="https://ledger.example/feed", pause=True)
    assert not due(paused, None, NOW)
    assert next_visit(paused, None, NOW) is None


def test_a_source_is_never_asked_more_often_than_every() -> None:
    hourly = Source("ledger", feed="https://ledger.example/feed", every=HOUR)
    assert not due(hourly, NOW - 59 * MINUTE, NOW, pace=5 * MINUTE)
    assert due(hourly, NOW - HOUR, NOW, pace=24 * HOUR)


def test_without_every_a_source_has_its_own_pace() -> None:
    assert next_visit(FEED, NOW, NOW) == NOW + 30 * MINUTE
    assert next_visit(FEED, NOW, NOW, pace=MINUTE) == NOW + 5 * MINUTE
    assert next_visit(FEED, NOW, NOW, pace=7 * HOUR) == NOW + 7 * HOUR
    assert next_visit(FEED, NOW, NOW, pace=70 * HOUR) == NOW + 24 * HOUR


def test_a_host_that_asked_us_to_wait_is_not_asked_before() -> None:
    assert not due(FEED, NOW - 9 * HOUR, NOW, retry_at=NOW + MINUTE)
    assert not due(FEED, None, NOW, retry_at=NOW + MINUTE)
    assert due(FEED, NOW - 9 * HOUR, NOW, retry_at=NOW)


def test_a_clock_that_was_set_back_does_not_stop_a_source() -> None:
    assert due(FEED, NOW + 9 * HOUR, NOW)


def test_a_pace_is_the_week_by_its_entries() -> None:
    assert own_pace(0) == 24 * HOUR
    assert own_pace(14) == 12 * HOUR
    assert own_pace(100_000) == 5 * MINUTE
