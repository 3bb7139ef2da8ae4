"""How do we ask the web, politely and without being led astray?

Every request, robots.txt and each redirect too, takes one way: spelling and address are checked,
the host's turn is waited for, the body is taken in bounded steps. Nothing is raised to the
caller: an answer or an error stands in the place of its request.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address

import aiohttp
from ada_url import URL
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL as AsWritten

from broadsheet.clock import Clock, SettableClock
from broadsheet.config import Fetch
from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch import body, guard, robots
from broadsheet.model import Fetched, Request

_new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
try:
    import uvloop

    _new_loop = uvloop.new_event_loop
except ImportError:  # it is faster, no more; not every system has it
    pass

MOST_HOPS = 5
AT_ONCE = 64
"""Requests under way, all hosts together."""
LONGEST_WAIT = timedelta(hours=8)
"""What we believe of a Retry-After."""
_MOVED = (301, 302, 303, 307, 308)
_BUSY = FetchError("", "").retry_after
_GONE = timedelta(days=1)
_NOT_KEPT = ("set-cookie", "set-cookie2")


@dataclass(frozen=True)
class _Answer:
    """What one request brought, redirects not followed; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class _Host:
    """The queue at one origin."""

    places: asyncio.Semaphore
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class _Verdict:
    """What we know of one robots.txt: rules, or why there are none; good until `until_at`."""

    rules: robots.Rules
    error: FetchError | None
    until_at: datetime


class HttpDoor:
    """The Door (seams.py) to the web.

    With a SettableClock nothing waits: an `ask` advances it once, at its end, by the time that
    the most crowded host would have taken. `offline` asks only what `fetch.connect` names.
    Not to be called inside a running event loop. Raises ValueError for a connect target that is
    not on loopback.
    """

    def __init__(
        self,
        settings: Fetch,
        clock: Clock,
        *,
        contact: str,
        about: str,
        version: str,
        offline: bool = False,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.offline = offline
        known = "; ".join(part for part in (f"+{about}" if about else "", contact) if part)
        self.agent = f"{robots.AGENT}/{version}" + (f" ({known})" if known else "")
        self.targets = {URL(key).origin: URL(to).origin for key, to in settings.connect.items()}
        for target in self.targets.values():
            if not ip_address(URL(target).hostname.strip("[]")).is_loopback:
                raise ValueError(f"fetch.connect: only loopback targets, got {target}")
        self.verdicts: dict[str, _Verdict] = {}
        self.next_start: dict[str, float] = {}
        """Origin -> the earliest next start by time.monotonic, kept from one ask to the next."""

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]:
        """Answers in the order of the requests; every one as of the moment of this call."""
        now = self.clock.now()
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            answers = runner.run(_Batch(self, now).ask(requests))
        if isinstance(self.clock, SettableClock):
            self.clock.sleep(self._span(requests))
        return answers

    def close(self) -> None:
        """Forget what hosts allowed; the next ask begins anew."""
        self.verdicts.clear()
        self.next_start.clear()

    def delay(self, origin: str) -> timedelta:
        """The time between two starts at this origin, as far as we know it yet."""
        known = self.verdicts.get(origin)
        return max(self.settings.delay, known.rules.delay) if known else self.settings.delay

    def _span(self, requests: Sequence[Request]) -> timedelta:
        crowds = Counter(
            URL(request.url).origin
            for request in requests
            if not guard.spelling_refusal(request.url)
        )
        spans = ((count - 1) * self.delay(origin) for origin, count in crowds.items())
        return max(spans, default=timedelta(0))


class _Batch:
    """One ask: its moment, its connections, its queues."""

    def __init__(self, door: HttpDoor, now: datetime) -> None:
        self.door = door
        self.now = now
        self.waits = not isinstance(door.clock, SettableClock)
        self.hosts: dict[str, _Host] = {}
        self.judging: dict[str, asyncio.Task[_Verdict]] = {}
        self.places = asyncio.Semaphore(AT_ONCE)
        self.public: aiohttp.ClientSession
        self.loopback: aiohttp.ClientSession

    async def ask(self, requests: Sequence[Request]) -> list[Fetched | FetchError]:
        async with AsyncExitStack() as stack:
            resolver = _GuardedResolver()
            self.public = await stack.enter_async_context(self._session(resolver))
            self.loopback = await stack.enter_async_context(self._session(None))
            return await asyncio.gather(*(self._one(request) for request in requests))

    def _session(self, resolver: AbstractResolver | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),  # ours is around each request
            headers={"User-Agent": self.door.agent, "Accept": "*/*"},
        )

    async def _one(self, request: Request) -> Fetched | FetchError:
        journey = _Journey(self, request.url)
        try:
            answer = await journey.go(_headers(request), request.head)
            return _fetched(request, answer, journey, self.now)
        except FetchError as error:
            return error

    async def verdict(self, origin: str) -> _Verdict:
        """What the host allows, asked once for all its requests."""
        if origin not in self.judging:
            self.judging[origin] = asyncio.create_task(self._judge(origin))
        return await self.judging[origin]

    async def _judge(self, origin: str) -> _Verdict:
        known = self.door.verdicts.get(origin)
        if known is None or known.until_at <= self.now:
            known = await self._ask_rules(origin)
            self.door.verdicts[origin] = known
        return known

    async def _ask_rules(self, origin: str) -> _Verdict:
        url = f"{origin}/robots.txt"
        keep = self.now + robots.KEEP
        try:
            answer = await _Journey(self, url, free=True).go(
                lambda _url: {"Accept-Encoding": "gzip"}, robots.LARGEST
            )
            status = answer.status
            if status >= 500 or status == 429:
                raise _failure(url, answer, self.now)
        except FetchError as error:
            told = type(error)(url, f"robots.txt: {error.reason}", error.retry_after)
            return _Verdict(robots.NO_RULES, told, self.now + error.retry_after)
        rules = robots.parse(answer.body) if status < 300 else robots.NO_RULES
        return _Verdict(rules, None, keep)

    async def take_turn(self, origin: str, stack: AsyncExitStack) -> None:
        """Wait until the host may be asked; its place is held until the stack is left."""
        if origin not in self.hosts:
            self.hosts[origin] = _Host(asyncio.Semaphore(max(1, self.door.settings.per_host)))
        host = self.hosts[origin]
        await stack.enter_async_context(host.places)
        if self.waits:
            async with host.turn:
                await asyncio.sleep(self.door.next_start.get(origin, 0.0) - time.monotonic())
                pause = self.door.delay(origin).total_seconds()
                self.door.next_start[origin] = time.monotonic() + pause
        await stack.enter_async_context(self.places)


class _Journey:
    """One request and the redirects after it; remembers its way."""

    def __init__(self, batch: _Batch, url: str, *, free: bool = False) -> None:
        self.batch = batch
        self.url = url  # that of the request: every error names it
        self.at = url
        self.hops: list[tuple[int, str]] = []
        self.free = free  # robots.txt itself is not asked about robots.txt
        self.left = batch.door.settings.timeout.total_seconds()

    async def go(self, headers: Callable[[str], dict[str, str]], enough: int) -> _Answer:
        """The answer at the end of the way. Raises FetchError, for hops that name where."""
        seen: set[str] = set()
        while True:
            origin = self._checked_origin()
            if not self.free:
                await self._ask_leave(origin)
            async with AsyncExitStack() as stack:
                await self.batch.take_turn(origin, stack)
                answer = await self._timed(origin, headers(self.at), enough)
            if answer.status not in _MOVED:
                return answer
            seen.add(_href(self.at))
            self._follow(answer)
            if _href(self.at) in seen:
                raise FetchError(self.url, "the redirects go in a circle", _GONE)

    def _via(self) -> str:
        return f"redirect to {self.at}: " if self.hops else ""

    def _checked_origin(self) -> str:
        why = guard.spelling_refusal(self.at)
        origin = "" if why else URL(self.at).origin
        if not why and origin not in self.batch.door.targets:
            why = guard.refusal(self.at, self.batch.door.settings.ports)
            if not why and self.batch.door.offline:
                raise FetchError(self.url, f"{self._via()}offline, and not in fetch.connect")
        if why:
            raise Forbidden(self.url, self._via() + why, _GONE)
        return origin

    async def _ask_leave(self, origin: str) -> None:
        verdict = await self.batch.verdict(origin)
        if error := verdict.error:
            raise type(error)(self.url, self._via() + error.reason, error.retry_after)
        if not verdict.rules.allows(_href(self.at)):
            raise Forbidden(self.url, f"{self._via()}robots.txt forbids it", _GONE)

    def _follow(self, answer: _Answer) -> None:
        where = answer.headers.get("location", "").strip()
        if not where:
            raise FetchError(self.url, f"{answer.status} without a Location", _GONE)
        if len(self.hops) == MOST_HOPS:
            raise FetchError(self.url, f"more than {MOST_HOPS} redirects", _GONE)
        try:
            self.at = URL(where, base=_href(self.at)).href
        except ValueError as error:
            message = f"{answer.status} to an address that cannot be read: {where[:200]}"
            raise FetchError(self.url, message, _GONE) from error
        self.hops.append((answer.status, self.at))

    async def _timed(self, origin: str, headers: dict[str, str], enough: int) -> _Answer:
        """One exchange within what is left of the time of the whole way, queues not counted."""
        begun = time.monotonic()
        limit = asyncio.timeout(max(self.left, 0.001))
        try:
            async with limit:
                return await self._exchange(origin, headers, enough)
        except _Refused as error:
            raise Forbidden(self.url, f"{self._via()}{error}", _GONE) from error
        except body.TooMuch as error:
            raise FetchError(self.url, str(error), _GONE) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if limit.expired():
                seconds = self.batch.door.settings.timeout.total_seconds()
                message = f"took longer than fetch.timeout, {seconds:g} s"
            else:
                message = f"no answer: {str(error) or type(error).__name__}"
            raise FetchError(self.url, message) from error
        finally:
            self.left -= time.monotonic() - begun

    async def _exchange(self, origin: str, headers: dict[str, str], enough: int) -> _Answer:
        address = _href(self.at).partition("#")[0]
        target = self.batch.door.targets.get(origin)
        session = self.batch.loopback if target else self.batch.public
        if target:
            headers = headers | {"Host": URL(address).host}
            address = target + address.removeprefix(origin)
        asked = session.get(
            AsWritten(address, encoded=True), headers=headers, allow_redirects=False
        )
        async with asked as response:
            told: dict[str, str] = {}
            for name, value in response.raw_headers:
                key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
                if key not in _NOT_KEPT:
                    told[key] = f"{told[key]}, {text}" if key in told else text
            if response.status not in (200, 203, 206):
                response.close()  # nobody reads what an error page says
                return _Answer(response.status, told, b"")
            if not enough and int(told.get("content-length", "0")) > body.LARGEST:
                raise body.TooMuch(f"the body is larger than {body.LARGEST // 1_000_000} MB")
            coding = told.get("content-encoding", "").strip().lower()
            chunks = response.content.iter_chunked(body.STEP)
            return _Answer(response.status, told, await body.read(chunks, coding, enough))


class _Refused(Exception):
    """A name whose address may not be dialled."""


class _GuardedResolver(AbstractResolver):
    """Resolves once; what it returns is what is dialled, and every answer must pass."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        for *_, address in found:
            if why := guard.address_refusal(str(address[0])):
                raise _Refused(f"{host}: {why}")
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _href(url: str) -> str:
    return URL(url).href


def _headers(request: Request) -> Callable[[str], dict[str, str]]:
    """What to send to each address on the way; conditions only to whom they are from."""
    fixed = {"Accept-Encoding": "gzip"}
    if request.head:  # a part of a packed picture would be of no use
        fixed = {"Accept-Encoding": "identity", "Range": f"bytes=0-{request.head - 1}"}
    before = request.before
    if before is None or request.head:
        return lambda _url: fixed
    tests = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified}
    conditions = {name: value for name, value in tests.items() if value}
    home = before.final_url or request.url
    return lambda url: fixed | conditions if _same(url, home) else fixed


def _same(one: str, other: str) -> bool:
    return one == other or (not guard.spelling_refusal(other) and _href(one) == _href(other))


def _fetched(request: Request, answer: _Answer, journey: _Journey, now: datetime) -> Fetched:
    """The answer as everyone else may know it. Raises FetchError for one that is none."""
    before = request.before
    headers, status = answer.headers, answer.status
    if status == 304 and before:
        sha256, changed = before.sha256, False
    elif status in (200, 203) or (status == 206 and request.head):
        sha256 = hashlib.sha256(answer.body).hexdigest()
        changed = before is None or before.sha256 != sha256
    else:
        raise _failure(request.url, answer, now)
    kept = before if status == 304 else None
    return Fetched(
        url=request.url,
        body=answer.body if changed else b"",
        fetched_at=now,
        etag=headers.get("etag", kept.etag if kept else ""),
        source_id=before.source_id if before else "",
        status=status,
        final_url=journey.at,
        redirects=tuple(journey.hops),
        headers=headers,
        last_modified=headers.get("last-modified", kept.last_modified if kept else ""),
        sha256=sha256,
        changed=changed,
    )


def _failure(url: str, answer: _Answer, now: datetime) -> FetchError:
    """What a status means for us, and when to ask again."""
    status = answer.status
    try:
        message = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        message = str(status)
    if status in (401, 403):
        return Forbidden(url, message, _GONE)
    if status >= 500 or status == 429:
        return FetchError(url, message, _retry_after(answer.headers.get("retry-after", ""), now))
    return FetchError(url, message, _GONE)


def _retry_after(told: str, now: datetime) -> timedelta:
    """Seconds or a date, as the host told; what cannot be read is not told."""
    told = told.strip()
    if told.isdecimal() and told.isascii():
        wait = timedelta(seconds=int(told[:9]))
    else:
        try:
            moment = parsedate_to_datetime(told)
            wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
        except (ValueError, OverflowError):
            return _BUSY
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
