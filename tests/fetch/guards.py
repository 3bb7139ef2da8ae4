"""What is the door without one of its guards? Each switched off by its name in behaviours.toml."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from ada_url import URL, HostType

from broadsheet import assemble
from broadsheet.fetch import answer, body, dial, door, guard, http, robots, schedule, turns
from broadsheet.pipeline import page, visit

Patch = pytest.MonkeyPatch
SETTINGS: dict[str, Any] = {}
"""What the portal under test says of `fetch`, beside what its behaviour says."""
FOR_EVER = timedelta(days=400)


def off(name: str, patch: Patch) -> None:
    """Switch this guard off for the rest of the test."""
    SWITCHES[name](patch)


def value(target: Any, name: str, to: object) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(target, name, to)


def values(*switches: Callable[[Patch], None]) -> Callable[[Patch], None]:
    def both(patch: Patch) -> None:
        for switch in switches:
            switch(patch)

    return both


def changed(target: Any, name: str, change: Callable[..., Any]) -> Callable[[Patch], None]:
    """The function still works; what it returns is changed, by its arguments too."""
    original = getattr(target, name)
    return value(target, name, lambda *given: change(original(*given), *given))


async def _nothing(*_: object) -> None:
    return None


async def _no_trouble(batch: Any, url: str, original: Any = door._Batch._judge) -> Any:
    return replace(await original(batch, url), trouble="", rules=robots.NO_RULES)


async def _one_by_one(self: Any, requests: Any) -> list[Any]:
    async with self.opened() as one:
        return [await one(request) for request in requests]


def _everywhere(request: Any) -> Any:
    etag = request.before.etag if request.before else ""
    return lambda _: {"Accept-Encoding": "gzip"} | ({"If-None-Match": etag} if etag else {})


def _other_way_round(fetched: Any, request: Any, said: Any, *_: Any) -> Any:
    if said.status != 304:
        return fetched
    return replace(fetched, etag=request.before.etag if "etag" in said.headers else "")


def _still_valid(fetched: Any, request: Any, *_: Any) -> Any:
    return replace(fetched, etag=fetched.etag or (request.before.etag if request.before else ""))


async def _asked_twice(names: Any, host: str, port: int, family: int = 0) -> Any:
    await _numbers(names, host, port, family)
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    return [dial.Number(kind, str(end[0])) for kind, _, _, _, end in found]


_numbers = dial.Names.numbers


def _lenient(url: str) -> guard.Address:
    parts = URL(url)
    port, is_number = int(parts.port or 443), parts.host_type is not HostType.DEFAULT
    return guard.Address(
        parts.href, parts.protocol[:-1], parts.origin, parts.hostname, port, is_number
    )


async def _as_it_comes(chunks: AsyncIterator[bytes], coding: str, enough: int = 0) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def _what_came(chunks: AsyncIterator[bytes], coding: str, enough: int = 0) -> bytes:
    found = b""
    try:
        async for chunk in chunks:
            found += chunk
    except aiohttp.ClientError:
        pass
    return found


async def _unguarded(journey: Any, address: Any, headers: Any, enough: int) -> Any:
    return await journey.batch.transports[address.scheme].exchange(address, headers, enough)


def _no_numbers(patch: Patch) -> None:
    for module in (guard, dial):
        patch.setattr(module, "address_refusal", lambda _: "")


_timeout = asyncio.timeout
_no_wait: Callable[..., timedelta] = lambda *_: timedelta(0)

SWITCHES: dict[str, Callable[[Patch], None]] = {
    "robots": value(door._Journey, "_ask_leave", _nothing),
    "rules": value(robots.Rules, "allows", lambda *_: True),
    "trouble": value(door._Batch, "_judge", _no_trouble),
    "robots.enough": value(robots, "LARGEST", 10**9),
    "memory": value(door.WebDoor, "remember_in", lambda *_: None),
    "delay": value(turns.Turns, "_pause", _no_wait),
    "crawl-delay": value(robots, "_seconds", lambda _: 0.0),
    "crawl-delay.most": value(robots, "LONGEST_DELAY", timedelta(hours=2)),
    "per-host": value(turns.Turns, "_may_enter", lambda *_: True),
    "keep-alive": value(aiohttp, "TCPConnector", partial(aiohttp.TCPConnector, force_close=True)),
    "all-at-once": value(door.WebDoor, "_ask", _one_by_one),
    "budget": value(
        assemble, "WebDoor", lambda *given, budget, **named: door.WebDoor(*given, **named)
    ),
    "retry-after": value(door._Batch, "heard", lambda *_: None),
    "retry-after.most": values(
        value(answer, "LONGEST_WAIT", FOR_EVER), value(door, "LONGEST_WAIT", FOR_EVER)
    ),
    "silences": value(door, "MOST_SILENCES", 99),
    "validators": value(door, "_headers", lambda _: lambda _: {"Accept-Encoding": "gzip"}),
    "validators.304": changed(door, "fetched", _other_way_round),
    "validators.dropped": changed(door, "fetched", _still_valid),
    "validators.home": value(door, "_headers", _everywhere),
    "checksum": changed(door, "fetched", lambda fetched, *_: replace(fetched, changed=True)),
    "cookies": value(aiohttp, "DummyCookieJar", partial(aiohttp.CookieJar, unsafe=True)),
    "agent": value(http, "agent", lambda *_: "Mozilla/5.0"),
    "coding": value(door, "_headers", lambda _: lambda _: {"Accept-Encoding": "br, zstd"}),
    "circle": value(door._Journey, "_step_on", lambda *_: None),
    "hops": value(door, "MOST_HOPS", 6),
    "numbers": _no_numbers,
    "names.once": value(dial.Names, "numbers", _asked_twice),
    "spelling": value(guard, "read", _lenient),
    "ports": value(guard, "refusal", lambda *_: ""),
    "timeout": value(asyncio, "timeout", lambda _: _timeout(60)),
    "largest": value(body, "LARGEST", 10**9),
    "length": value(http, "_length", lambda _: 0),
    "error-pages": value(http, "_WITH_BODY", (200, 404)),
    "ratio": value(body, "RATIO", 10**9),
    "codings": value(body, "read", _as_it_comes),
    "header-count": value(http, "MOST_HEADERS", 10**6),
    "header-size": value(http, "LONGEST_HEADER", 10**9),
    "whole": value(body, "read", _what_came),
    "whole-gzip": value(body._Inflater, "whole", True),
    "transport-errors": value(door._Journey, "_timed", _unguarded),
    "for-good": value(schedule, "FOR_GOOD", (301, 302, 303, 307, 308)),
    "moved": value(schedule, "SIGHTINGS", 10**6),
    "moved.repaired": changed(
        schedule,
        "failed",
        lambda now, was, *_: replace(now, moved_to=was.moved_to, sightings=was.sightings),
    ),
    "gone": changed(schedule, "failed", lambda visits, *_: replace(visits, gone=False)),
    "back-off": value(schedule, "back_off", lambda _: timedelta(minutes=5)),
    "back-off.most": value(schedule, "MOST_ERRORS", 99),
    "soft-404": value(visit, "failed", lambda *_: ""),
    "soonest": value(schedule, "SOONEST", timedelta(0)),
    "pace": value(schedule, "pace", lambda _: timedelta(minutes=30)),
    "latest": value(schedule, "LATEST", FOR_EVER),
    "jitter": value(schedule, "_chance", lambda _: 0.0),
    "freshness": value(schedule, "freshness", _no_wait),
    "freshness.most": value(schedule, "LATEST", FOR_EVER),
    "ttl": value(schedule, "_TTL", re.compile(rb"none()")),
    "quiet": value(schedule, "_after_quiet", lambda at, *_: at),
    "first": lambda patch: patch.setitem(SETTINGS, "first", 1000),
    "page-tries": value(page, "gave_up", lambda *_: False),
}
