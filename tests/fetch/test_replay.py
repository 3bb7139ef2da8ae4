"""Does a recorded web answer like the real one?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broadsheet.clock import SettableClock
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.model import Fetched, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = "https://ledger.example/page"


def test_a_recorded_answer_is_told_once_and_then_unchanged() -> None:
    door = Replay({PAGE: b"words"}, SettableClock(NOW))
    [first] = door.ask([Request(PAGE)])
    assert isinstance(first, Fetched)
    assert (first.body, first.status, first.changed) == (b"words", 200, True)
    [again] = door.ask([Request(PAGE, first)])
    assert isinstance(again, Fetched)
    assert (again.body, again.status, again.changed) == (b"", 304, False)
    assert (again.etag, again.sha256) == (first.etag, first.sha256)
    assert door.asked == [PAGE, PAGE]


def test_an_error_is_returned_in_its_place() -> None:
    failed = FetchError("https://tide.example/", "503 Service Unavailable")
    door = Replay({PAGE: b"", failed.url: failed}, SettableClock(NOW))
    other = "https://other.example/"
    error, page, missing = door.ask([Request(failed.url), Request(PAGE), Request(other)])
    assert error is failed
    assert isinstance(page, Fetched)
    assert isinstance(missing, FetchError)
    assert missing.reason == "not in the recording"


def test_a_head_is_the_first_bytes() -> None:
    [head] = Replay({PAGE: b"words"}, SettableClock(NOW)).ask([Request(PAGE, head=3)])
    assert isinstance(head, Fetched)
    assert head.body == b"wor"


def test_its_clock_waits_for_the_most_crowded_host() -> None:
    clock = SettableClock(NOW)
    door = Replay({PAGE: b"words"}, clock, timedelta(seconds=2))
    requests = [Request(PAGE), Request("https://tide.example/"), Request(PAGE), Request(PAGE)]
    answers = door.ask(requests)
    assert clock.now() == NOW + timedelta(seconds=4)
    assert isinstance(answers[3], Fetched)
    assert answers[3].fetched_at == NOW
    assert door.ask([]) == []
