"""How do we ask the world, politely and without being led astray?

Every request, robots.txt and each redirect too, takes one way: spelling and address are checked,
robots.txt is obeyed, the host's turn is waited for, and one exchange is made within what is left
of the time. Nothing is raised to the caller: an answer or an error stands in the place of its
request, and one host's trouble is its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from ada_url import URL

from broadsheet.clock import Clock
from broadsheet.config import Fetch
from broadsheet.errors import Deferred, FetchError, Forbidden
from broadsheet.fetch import body, guard, robots
from broadsheet.fetch.answer import BUSY, LONGEST_WAIT, MOVED, TOMORROW, failure, fetched
from broadsheet.fetch.guard import Address, Refused
from broadsheet.fetch.transport import Answer, Open, Transport
from broadsheet.fetch.turns import Host, Turns
from broadsheet.model import Fetched, Request

_new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
try:
    import uvloop

    _new_loop = uvloop.new_event_loop
except ImportError:  # it is faster, no more; not every system has it
    pass

MOST_HOPS = 5
MOST_SILENCES = 3
"""Exchanges in a row without an answer, after which a host is left alone for this batch."""
LONGEST_QUEUE = timedelta(minutes=5)
"""Who would wait longer for its turn leaves it to the next run."""
ROBOTS_AGAIN = timedelta(minutes=5)
"""The soonest that a robots.txt which could not be had is asked for again."""

Ask = Callable[[Request], Awaitable[Fetched | FetchError]]
Record = Callable[[Address, Answer, datetime], None]


class Notes(Protocol):
    """Where the door keeps what it must know in the next run; a Store is one."""

    def fact(self, name: str, /) -> str: ...
    def save_fact(self, name: str, value: str, /) -> None: ...


@dataclass(frozen=True)
class Notebook:
    """Notes for as long as the door stands."""

    facts: dict[str, str] = field(default_factory=dict)

    def fact(self, name: str, /) -> str:
        return self.facts.get(name, "")

    def save_fact(self, name: str, value: str, /) -> None:
        self.facts[name] = value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What we know of one robots.txt: its rules, or why we have none; good until `until_at`."""

    until_at: datetime
    rules: robots.Rules = robots.NO_RULES
    trouble: str = ""
    forbidden: bool = False
    """We were not even allowed to ask for it."""


class WebDoor:
    """The Door (seams.py) to the world.

    `transports` opens what speaks each scheme. With a SettableClock nothing waits: the clock moves
    on by the time that waiting would have taken. `budget` is the most exchanges that it makes,
    None for any number. `offline` asks only what `fetch.connect` names. `record` is told every
    answer. What hosts of a `recorded` web say is not remembered: it binds nobody now. Raises
    ValueError for a connect target that is not on loopback.
    """

    def __init__(
        self,
        settings: Fetch,
        clock: Clock,
        transports: Mapping[str, Open],
        *,
        budget: int | None = None,
        offline: bool = False,
        record: Record | None = None,
        recorded: bool = False,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.transports = transports
        self.left = budget
        self.offline = offline
        self.record = record
        self.recorded = recorded
        self.connected: Collection[str] = guard.targets(settings.connect)
        self.notes: Notes = Notebook()
        self.hosts: dict[str, Host] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._quiet: dict[str, datetime] = {}

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]:
        """Answers in the order of the requests; every one as of the moment of this call.

        Not to be called inside a running event loop; `opened` is for those who have one.
        """
        if not requests:
            return []
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(self._ask(requests))

    async def _ask(self, requests: Sequence[Request]) -> list[Fetched | FetchError]:
        async with self.opened() as one:
            return await asyncio.gather(*(one(request) for request in requests))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Ask]:
        """A batch whose requests come one by one."""
        async with AsyncExitStack() as stack:
            # One transport may speak several schemes.
            spoken = {
                each: await stack.enter_async_context(each())
                for each in dict.fromkeys(self.transports.values())
            }
            by_scheme = {scheme: spoken[each] for scheme, each in self.transports.items()}
            yield _Batch(self, by_scheme).one

    def remember_in(self, notes: Notes) -> None:
        """Keep what hosts said (robots.txt, when to come again) there from now on."""
        if self.recorded:
            return
        self.notes = notes
        self._verdicts.clear()
        self._quiet.clear()

    def verdict(self, origin: str, now: datetime) -> Verdict | None:
        """What its robots.txt says, where we asked lately."""
        known = self._verdicts.get(origin)
        if known is None and (told := self.notes.fact(f"robots:{origin}")):
            known = self._verdicts[origin] = msgspec.json.decode(told, type=Verdict)
        # What lies too far ahead was written under a clock that was set back since.
        return known if known and now < known.until_at <= now + robots.KEEP else None

    def save_verdict(self, origin: str, verdict: Verdict) -> None:
        self._verdicts[origin] = verdict
        self.notes.save_fact(f"robots:{origin}", msgspec.json.encode(verdict).decode())

    def quiet_until(self, host: str, now: datetime) -> datetime | None:
        """Until when this host wants to be left alone."""
        if host not in self._quiet:
            told = self.notes.fact(f"host:{host}:quiet")
            self._quiet[host] = datetime.fromisoformat(told) if told else now
        until = self._quiet[host]
        return until if now < until <= now + LONGEST_WAIT else None

    def save_quiet(self, host: str, until: datetime) -> None:
        self._quiet[host] = until
        self.notes.save_fact(f"host:{host}:quiet", until.isoformat())


class _Batch:
    """One ask: its moment, its transports, its queues."""

    def __init__(self, door: WebDoor, transports: Mapping[str, Transport]) -> None:
        self.door = door
        self.now = door.clock.now()
        self.transports = transports
        settings = door.settings
        self.turns = Turns(door.hosts, door.clock, max(1, settings.per_host), settings.delay)
        self.silences: Counter[str] = Counter()
        self.judging: dict[str, list[asyncio.Future[bool]]] = {}

    def one(self, request: Request) -> Awaitable[Fetched | FetchError]:
        """Set out at once; the answer can be waited for."""
        self.turns.begin()
        return self._one(request)

    async def _one(self, request: Request) -> Fetched | FetchError:
        journey = _Journey(self, request.url)
        try:
            answer = await journey.go(_headers(request), request.head)
            return fetched(request, answer, self.now, journey.at, tuple(journey.hops))
        except FetchError as error:
            return error
        finally:
            self.turns.end()

    async def verdict(self, origin: str) -> Verdict:
        """What the host allows, asked once for all its requests. Raises Deferred."""
        while True:
            if known := self.door.verdict(origin, self.now):
                return known
            if origin in self.judging:
                spot = asyncio.get_running_loop().create_future()
                self.judging[origin].append(spot)
                await self.turns.park(spot)
                continue
            self.judging[origin] = []
            try:
                self.door.save_verdict(origin, await self._judge(f"{origin}/robots.txt"))
            finally:
                for spot in self.judging.pop(origin):
                    self.turns.wake(spot)

    async def _judge(self, url: str) -> Verdict:
        try:
            answer = await _Journey(self, url, free=True).go(
                lambda _: {"Accept-Encoding": "gzip"}, robots.LARGEST
            )
            if answer.status >= 500 or answer.status == 429:
                raise failure(url, answer, self.now)
        except Deferred:
            raise
        except FetchError as error:
            until = self.now + max(error.retry_after, ROBOTS_AGAIN)
            forbidden = isinstance(error, Forbidden)
            return Verdict(until, trouble=f"robots.txt: {error.reason}", forbidden=forbidden)
        rules = robots.parse(answer.body) if answer.status < 300 else robots.NO_RULES
        return Verdict(self.now + robots.KEEP, rules)

    def deferral(self, host: str) -> str:
        """Why nobody asks this host in this batch any more; "" where one may."""
        if until := self.door.quiet_until(host, self.now):
            return f"{host} wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
        if self.silences[host] >= MOST_SILENCES:
            return f"{host} gave no answer {MOST_SILENCES} times in a row"
        if self.turns.queue_time(host) > LONGEST_QUEUE:
            return f"the queue at {host} is longer than {LONGEST_QUEUE // timedelta(minutes=1)} min"
        return ""

    def heard(self, host: str, answer: Answer) -> None:
        """An answer ends a silence; a busy host is left alone by all that wait for it."""
        self.silences[host] = 0
        wait = failure("", answer, self.now).retry_after if answer.status in BUSY else None
        if wait and (answer.status == 429 or "retry-after" in answer.headers):
            self.door.save_quiet(host, self.now + wait)
            self.turns.turn_away(host)

    def unheard(self, host: str) -> None:
        self.silences[host] += 1
        if self.silences[host] >= MOST_SILENCES:
            self.turns.turn_away(host)


class _Journey:
    """One request and the redirects after it; remembers its way."""

    def __init__(self, batch: _Batch, url: str, *, free: bool = False) -> None:
        self.batch = batch
        self.url = url  # that of the request: every error names it
        self.at = url
        self.hops: list[tuple[int, str]] = []
        self.seen: set[str] = set()
        self.free = free  # robots.txt itself is not asked about robots.txt
        self.left = batch.door.settings.timeout.total_seconds()

    async def go(self, headers: Callable[[Address], dict[str, str]], enough: int) -> Answer:
        """The answer at the end of the way. Raises FetchError, for hops that name where."""
        while True:
            address = self._checked()
            self._step_on(address)
            if not self.free:
                await self._ask_leave(address)
            answer = await self._in_turn(address, headers(address), enough)
            if answer.status not in MOVED:
                return answer
            self._follow(address, answer)

    def _step_on(self, address: Address) -> None:
        if address.href in self.seen:
            raise FetchError(self.url, "the redirects go in a circle", TOMORROW)
        self.seen.add(address.href)

    def _via(self) -> str:
        return f"redirect to {self.at}: " if self.hops else ""

    def _checked(self) -> Address:
        door = self.batch.door
        try:
            address = guard.read(self.at)
        except Refused as error:
            raise Forbidden(self.url, f"{self._via()}{error}", TOMORROW) from error
        if address.origin in door.connected:
            return address
        if why := guard.refusal(address, door.settings.ports):
            raise Forbidden(self.url, self._via() + why, TOMORROW)
        if door.offline:
            raise FetchError(self.url, f"{self._via()}offline, and not in fetch.connect")
        return address

    async def _ask_leave(self, address: Address) -> None:
        try:
            verdict = await self.batch.verdict(address.origin)
        except Deferred as error:
            raise Deferred(self.url, self._via() + error.reason, error.retry_after) from error
        if verdict.trouble:
            kind = Forbidden if verdict.forbidden else FetchError
            wait = verdict.until_at - self.batch.now
            raise kind(self.url, self._via() + verdict.trouble, wait)
        if not verdict.rules.allows(address.href):
            raise Forbidden(self.url, f"{self._via()}robots.txt forbids it", TOMORROW)
        self.batch.door.hosts.setdefault(address.host, Host()).crawl_delay = verdict.rules.delay

    def _follow(self, address: Address, answer: Answer) -> None:
        where = answer.headers.get("location", "").strip()
        if not where:
            raise FetchError(self.url, f"{answer.status} without a Location", TOMORROW)
        if len(self.hops) == MOST_HOPS:
            raise FetchError(self.url, f"more than {MOST_HOPS} redirects", TOMORROW)
        try:
            self.at = URL(where, base=address.href).href
        except ValueError as error:
            message = f"{answer.status} to an address that cannot be read: {where[:200]}"
            raise FetchError(self.url, message, TOMORROW) from error
        self.hops.append((answer.status, self.at))

    async def _in_turn(self, address: Address, headers: dict[str, str], enough: int) -> Answer:
        """One exchange when the host's turn has come, paid from the budget."""
        batch, door = self.batch, self.batch.door
        if why := batch.deferral(address.host):
            raise Deferred(self.url, self._via() + why)
        if door.left is not None:
            if door.left < 1:
                raise Deferred(self.url, f"{self._via()}the run's budget of requests is used up")
            door.left -= 1
        if not await batch.turns.take(address.host):
            door.left = None if door.left is None else door.left + 1
            raise Deferred(self.url, self._via() + batch.deferral(address.host))
        try:
            answer = await self._timed(address, headers, enough)
        finally:
            batch.turns.leave(address.host)
        if door.record:
            door.record(address, answer, door.clock.now())
        return answer

    async def _timed(self, address: Address, headers: dict[str, str], enough: int) -> Answer:
        """One exchange within what is left of the time of the whole way, queues not counted."""
        begun = time.monotonic()
        limit = asyncio.timeout(max(self.left, 0.001))
        transport = self.batch.transports[address.scheme]
        try:
            async with limit:
                answer = await transport.exchange(address, headers, enough)
        except Refused as error:
            raise Forbidden(self.url, f"{self._via()}{error}", TOMORROW) from error
        except body.TooMuch as error:
            raise FetchError(self.url, f"{self._via()}{error}", TOMORROW) from error
        except Exception as error:  # a transport is others' code, and what it reads a stranger's
            self.batch.unheard(address.host)
            if limit.expired():
                seconds = self.batch.door.settings.timeout.total_seconds()
                message = f"took longer than fetch.timeout, {seconds:g} s"
            else:
                message = f"no answer: {str(error) or type(error).__name__}"
            raise FetchError(self.url, self._via() + message) from error
        finally:
            self.left -= time.monotonic() - begun
        self.batch.heard(address.host, answer)
        return answer


def _headers(request: Request) -> Callable[[Address], dict[str, str]]:
    """What to send to each address on the way; conditions only to whom they are from."""
    fixed = {"Accept-Encoding": "gzip"}
    if request.head:  # a part of a packed picture would be of no use
        fixed = {"Accept-Encoding": "identity", "Range": f"bytes=0-{request.head - 1}"}
    before = request.before
    if before is None or request.head:
        return lambda _: fixed
    tests = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified}
    # A validator that came in no known encoding can't be said verbatim.
    conditions = {name: value for name, value in tests.items() if value and "\ufffd" not in value}
    try:
        home = guard.read(before.final_url or request.url).href
    except Refused:
        return lambda _: fixed
    return lambda address: fixed | conditions if address.href == home else fixed
