"""What does one HTTP exchange bring? Bounded in bytes; the door bounds it in time."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL as AsWritten

from broadsheet.fetch import body, robots
from broadsheet.fetch.dial import Names
from broadsheet.fetch.guard import Address
from broadsheet.fetch.transport import Answer, by_name

MOST_HEADERS = 100
LONGEST_HEADER = 8_190
"""Bytes of one header, and of the first line."""
_WITH_BODY = (200, 203, 206)


class Http:
    """A Transport by aiohttp, without cookies, redirects, decoding or DNS cache of its own.

    `targets` are the origins that are answered by another, on loopback (`fetch.connect`): there
    alone the guard of numbers does not apply.
    """

    def __init__(
        self,
        public: aiohttp.ClientSession,
        loopback: aiohttp.ClientSession,
        targets: Mapping[str, str],
    ) -> None:
        self._public, self._loopback, self._targets = public, loopback, targets

    async def exchange(self, address: Address, headers: dict[str, str], enough: int, /) -> Answer:
        session, href = self._public, address.href
        if to := rerouted(address, self._targets):
            session, href = self._loopback, to[0]
            headers = headers | to[1]
        asked = session.get(AsWritten(href, encoded=True), headers=headers, allow_redirects=False)
        async with asked as response:
            told = by_name(_fields(response.raw_headers))
            if response.status not in _WITH_BODY:
                if 0 < _length(told) <= body.STEP:
                    await response.read()  # nobody reads it, but the connection lives on
                else:
                    response.close()
                return Answer(response.status, told)
            if not enough and _length(told) > body.LARGEST:
                raise body.TooMuch(f"the body is larger than {body.LARGEST // 1_000_000} MB")
            coding = told.get("content-encoding", "").strip().lower()
            chunks = response.content.iter_chunked(body.STEP)
            return Answer(response.status, told, await body.read(chunks, coding, enough))


def agent(version: str, about: str, contact: str) -> str:
    """How we introduce ourselves: name, version, and where to learn and to complain."""
    known = "; ".join(part for part in (f"+{about}" if about else "", contact) if part)
    return f"{robots.AGENT}/{version}" + (f" ({known})" if known else "")


@asynccontextmanager
async def opened(agent: str, targets: Mapping[str, str]) -> AsyncIterator[Http]:
    """Http for one batch; connections are kept alive in it, and closed with it."""
    names = Names()
    try:
        async with (
            session(agent, GuardedResolver(names)) as public,
            session(agent, None) as loopback,
        ):
            yield Http(public, loopback, targets)
    finally:
        names.close()


def rerouted(address: Address, targets: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Where one of these targets stands in for the address's host, and the header that still names
    the host; None where none does."""
    target = targets.get(address.origin)
    if target is None:
        return None
    host = address.origin.partition("://")[2]
    return target + address.href.removeprefix(address.origin), {"Host": host}


def session(agent: str, resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    """A client of its own, which keeps nothing and does nothing unasked."""
    made = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": agent, "Accept": "*/*"},
        max_headers=MOST_HEADERS,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
    )
    # A host that hangs up would be asked again at once, without its turn. There is no public way
    # to say no; aiohttp's own test client does it so too.
    made._retry_connection = False
    return made


def _fields(raw: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in raw)


def _length(told: Mapping[str, str]) -> int:
    said = told.get("content-length", "")
    return int(said) if said.isdecimal() else 0


class GuardedResolver(AbstractResolver):
    """`Names` as aiohttp asks for it; a host that is a number already has passed the door."""

    def __init__(self, names: Names) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._names.numbers(host, port, family)
        return [_result(host, port, number.family, number.address) for number in found]

    async def close(self) -> None:
        """The names are closed by who opened them."""


def _result(host: str, port: int, family: int, address: str) -> ResolveResult:
    flags: Any = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=flags
    )
