"""What does another protocol get from the door? A toy of FTP, as a stranger might begin it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.clock import SettableClock
from broadsheet.config import Fetch
from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch import guard
from broadsheet.fetch.door import WebDoor
from broadsheet.fetch.guard import Address
from broadsheet.fetch.transport import Answer
from broadsheet.model import Fetched, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOST = "ftp://files.example"


@dataclass
class Shelf:
    """A host's files, and when they were asked for."""

    clock: SettableClock
    files: dict[str, bytes]
    asked: list[tuple[str, float]] = field(default_factory=list)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Shelf]:
        yield self

    async def exchange(self, address: Address, headers: dict[str, str], enough: int, /) -> Answer:
        self.asked.append((address.href, (self.clock.now() - NOW).total_seconds()))
        if address.href.endswith("/broken"):
            raise ConnectionResetError("the line went dead")
        found = self.files.get(address.href)
        return Answer(404, {}) if found is None else Answer(200, {}, found)


def test_turns_robots_and_errors_are_the_same_for_another_protocol(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(guard.SCHEMES, "ftp", 21)
    monkeypatch.setattr(guard, "_BEGINS", re.compile("ftp://([^/?#]+)"))
    clock = SettableClock(NOW)
    robots = b"User-agent: *\nDisallow: /private"
    shelf = Shelf(clock, {f"{HOST}/robots.txt": robots, f"{HOST}/news.xml": b"news"})
    settings = Fetch(ports=(21,), delay=timedelta(seconds=2))
    door = WebDoor(settings, clock, {"ftp": shelf.opened})

    names = ("news.xml", "private/news.xml", "broken")
    urls = [f"{HOST}/{name}" for name in names] + ["ftp://127.0.0.1/news.xml"]
    news, private, broken, inside = door.ask([Request(url) for url in urls])

    assert isinstance(news, Fetched)
    assert news.body == b"news"
    assert isinstance(private, Forbidden)
    assert isinstance(broken, FetchError)
    assert broken.reason == "no answer: the line went dead"
    assert isinstance(inside, Forbidden)
    assert shelf.asked == [
        (f"{HOST}/robots.txt", 0),
        (f"{HOST}/news.xml", 2),
        (f"{HOST}/broken", 4),
    ]
