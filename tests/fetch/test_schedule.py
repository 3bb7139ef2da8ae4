"""When is a source asked?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.errors import FetchError, Forbidden, Unreadable
from broadsheet.fetch import schedule
from broadsheet.fetch.schedule import Visits, back_off, due, freshness, next_visit, pace
from broadsheet.model import Fetched, Source

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL, NEW = "https://ledger.example/feed", "https://ledger.example/new"
FEED = Source("ledger", feed=URL)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ASKED = Visits(URL, asked_at=NOW)
RATE = Visits(URL, asked_at=NOW, counted_at=NOW)


def answer(url: str = URL, *hops: tuple[int, str], changed: bool = True, **told: str) -> Fetched:
    headers = {name.replace("_", "-"): value for name, value in told.items()}
    return Fetched(url, b"", NOW, redirects=hops, headers=headers, changed=changed)


def wait(visits: Visits, source: Source = FEED) -> timedelta:
    at = next_visit(source, visits, NOW).at
    assert at
    return at - NOW


def test_the_first_visit_is_at_once() -> None:
    assert due(FEED, Visits(URL), NOW)


def test_a_paused_source_is_never_due() -> None:
    paused = replace(FEED, pause=True)
    assert not due(paused, Visits(URL), NOW)
    assert next_visit(paused, Visits(URL), NOW).why == "it is paused"


def test_a_source_is_never_asked_more_often_than_every() -> None:
    hourly = replace(FEED, every=HOUR)
    busy = replace(RATE, entries=10_000)
    assert not due(hourly, busy, NOW + 59 * MINUTE)
    assert due(hourly, busy, NOW + HOUR)
    assert wait(busy, hourly) == HOUR


def test_a_cron_that_is_a_second_early_does_not_skip_a_visit() -> None:
    half = replace(FEED, every=30 * MINUTE)
    assert due(half, ASKED, NOW + 30 * MINUTE - timedelta(seconds=2))
    waiting = replace(ASKED, errors=1, retry_at=NOW + 2 * HOUR)
    assert not due(half, waiting, NOW + 2 * HOUR - timedelta(seconds=2))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (None, 30 * MINUTE),
        (0, DAY),
        (1, DAY),
        (14, 12 * HOUR),
        (336, 30 * MINUTE),
        (99_999, 5 * MINUTE),
    ],
)
def test_a_pace_is_the_week_by_its_entries(entries: int | None, expected: timedelta) -> None:
    visits = replace(RATE, entries=entries)
    assert pace(visits) == expected
    assert max(0.9 * expected, 5 * MINUTE) <= wait(visits) <= expected


def test_entries_grow_old_while_nothing_new_comes() -> None:
    assert pace(replace(RATE, entries=28, counted_at=NOW - 3.5 * DAY)) == 12 * HOUR
    assert pace(replace(RATE, entries=28, counted_at=NOW - 8 * DAY)) == DAY


def test_jitter_is_the_same_in_every_run_and_another_for_every_visit() -> None:
    waits = [
        next_visit(FEED, replace(RATE, entries=14, asked_at=NOW + n * DAY), NOW + 30 * DAY).at
        for n in range(20)
    ]
    spread = {at - NOW - n * DAY for n, at in enumerate(waits) if at}
    assert len(spread) == 20
    assert max(spread) - min(spread) > HOUR / 2
    assert waits[0] == next_visit(FEED, replace(RATE, entries=14), NOW).at


def test_the_larger_of_ttl_max_age_and_expires_has_its_way() -> None:
    visits = schedule.read(Visits(URL), [NOW], b"<rss><channel><ttl> 90 </ttl>", NOW)
    busy = replace(visits, entries=10_000)
    assert wait(busy) == 90 * MINUTE
    assert wait(replace(busy, fresh_for=2 * HOUR)) == 2 * HOUR
    assert wait(replace(busy, fresh_for=HOUR)) == 90 * MINUTE
    assert wait(replace(busy, entries=0)) > 20 * HOUR


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, timedelta(0)),
        ({"cache-control": "public, max-age=3600"}, HOUR),
        ({"cache-control": 'MAX-AGE="60"'}, MINUTE),
        ({"cache-control": "s-maxage=99"}, timedelta(0)),
        ({"cache-control": "no-cache, max-age=3600"}, timedelta(0)),
        ({"cache-control": "max-age=31536000"}, DAY),
        ({"expires": "Mon, 02 Mar 2026 10:00:00 GMT"}, HOUR),
        ({"expires": "Mon, 02 Mar 2026 10:00:00 GMT", "cache-control": "max-age=60"}, MINUTE),
        ({"expires": "Tue, 02 Mar 2027 10:00:00 GMT"}, DAY),
        ({"expires": "Mon, 02 Mar 2020 10:00:00 GMT"}, timedelta(0)),
        ({"expires": "0"}, timedelta(0)),
        ({"expires": "Mon, 99 Mar 99999 10:00:00 GMT"}, timedelta(0)),
    ],
)
def test_freshness_is_what_the_host_told(headers: dict[str, str], expected: timedelta) -> None:
    assert freshness(headers, NOW) == expected


def test_back_off_grows_and_never_kills() -> None:
    assert back_off(1) == back_off(8) == timedelta(seconds=4096)
    assert back_off(9) == timedelta(seconds=6561)
    assert back_off(23) == back_off(10_000) == timedelta(seconds=279_841)
    visits = ASKED
    for n in range(1, 40):
        visits = schedule.failed(visits, FetchError(URL, "no answer"), NOW)
        assert visits.errors == n
        assert back_off(n) <= wait(visits) <= back_off(n) * 1.1
    assert due(FEED, visits, NOW + 4 * DAY)


def test_an_answer_that_cannot_be_read_is_an_error_too() -> None:
    visits = ASKED
    for n in range(1, 12):
        visits = schedule.answered(visits, answer())
        visits = schedule.failed(visits, Unreadable(URL, "a page, not a feed"), NOW)
        assert visits.errors == n
    assert schedule.read(visits, [], b"", NOW).errors == 0


def test_an_answer_without_news_ends_the_errors() -> None:
    failing = schedule.failed(ASKED, FetchError(URL, "503", HOUR), NOW)
    assert schedule.answered(failing, answer(changed=False)).errors == 0
    assert schedule.answered(failing, answer()).errors == 1
    assert schedule.answered(failing, answer()).retry_at is None


def test_what_is_forbidden_is_no_failure_and_is_asked_again_tomorrow() -> None:
    visits = schedule.failed(ASKED, Forbidden(URL, "robots.txt forbids it", DAY), NOW)
    assert visits.errors == 0
    assert wait(visits) == DAY


def test_a_host_that_asked_us_to_wait_is_not_asked_before() -> None:
    visits = schedule.failed(ASKED, FetchError(URL, "429", 8 * HOUR, 429), NOW)
    assert next_visit(FEED, visits, NOW).why == "not before, after 429"
    assert wait(visits) == 8 * HOUR


def test_a_410_mutes_until_the_address_changes() -> None:
    visits = schedule.failed(ASKED, FetchError(URL, "410 Gone", DAY, 410), NOW)
    assert not due(FEED, visits, NOW + 1000 * DAY)
    elsewhere = replace(FEED, feed=NEW)
    assert due(elsewhere, schedule.recalled(schedule.kept(visits), elsewhere), NOW)
    assert due(FEED, schedule.answered(visits, answer(changed=False)), NOW + DAY)


def test_a_404_does_not_mute() -> None:
    visits = schedule.failed(ASKED, FetchError(URL, "404 Not Found", DAY, 404), NOW)
    assert due(FEED, visits, NOW + DAY)


def test_a_permanent_redirect_is_believed_at_its_tenth_sighting() -> None:
    visits = ASKED
    for _ in range(9):
        visits = schedule.answered(visits, answer(URL, (301, NEW)))
        assert schedule.where(FEED, visits) == URL
    visits = schedule.answered(visits, answer(URL, (308, NEW), (302, URL)))
    assert schedule.where(FEED, visits) == NEW
    assert schedule.where(FEED, schedule.answered(visits, answer(NEW))) == NEW
    assert schedule.where(FEED, schedule.recalled(schedule.kept(visits), FEED)) == NEW


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_for_now_is_never_believed(status: int) -> None:
    visits = ASKED
    for _ in range(30):
        visits = schedule.answered(visits, answer(URL, (status, NEW), (301, NEW)))
    assert schedule.where(FEED, visits) == URL


def test_a_redirect_that_changes_its_mind_is_counted_anew() -> None:
    visits = ASKED
    for n in range(30):
        hops = ((301, NEW),) if n % 5 else ()
        visits = schedule.answered(visits, answer(URL, *hops))
        assert schedule.where(FEED, visits) == URL


def test_a_new_address_that_fails_or_moves_on_gives_way_to_the_old_one() -> None:
    moved = replace(ASKED, moved_to=NEW, sightings=10)
    failed = schedule.failed(moved, FetchError(URL, "404 Not Found", DAY, 404), NOW)
    assert schedule.where(FEED, failed) == URL
    on = schedule.answered(moved, answer(NEW, (301, "https://ledger.example/newer")))
    assert schedule.where(FEED, on) == URL


@pytest.mark.parametrize(
    ("zone", "quiet", "at", "expected"),
    [
        ("Europe/Oslo", "23:00-06:00", "2026-03-02T22:30Z", "2026-03-03T05:00Z"),
        ("Europe/Oslo", "23:00-06:00", "2026-03-02T03:00Z", "2026-03-02T05:00Z"),
        ("Europe/Oslo", "23:00-06:00", "2026-03-02T05:00Z", "2026-03-02T05:00Z"),
        ("Europe/Oslo", "23:00-06:00", "2026-07-02T04:30Z", "2026-07-02T04:30Z"),
        ("", "08:00-10:00", "2026-03-02T13:30Z", "2026-03-02T15:00Z"),
        ("", "08:00-10:00", "2026-03-02T15:00Z", "2026-03-02T15:00Z"),
    ],
)
def test_quiet_hours_are_those_of_the_source(zone: str, quiet: str, at: str, expected: str) -> None:
    source = replace(FEED, timezone=zone, quiet=quiet)
    now = datetime.fromisoformat(at)
    visit = next_visit(source, Visits(URL), now, "America/New_York")
    assert visit.at == datetime.fromisoformat(expected)
    assert due(source, Visits(URL), now, "America/New_York") == (at == expected)


def test_a_clock_that_was_set_back_does_not_stop_a_source() -> None:
    visits = schedule.failed(replace(ASKED, errors=20), FetchError(URL, "no answer"), NOW)
    assert due(FEED, visits, NOW - 9 * HOUR)


def test_visits_survive_being_kept() -> None:
    visits = Visits(URL, NOW, 3, "no answer", NOW, False, 7, NOW, HOUR, HOUR, NEW, 4)
    assert schedule.recalled(schedule.kept(visits), FEED) == visits
    assert schedule.recalled("", FEED) == Visits(URL)
