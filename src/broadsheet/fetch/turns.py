"""Whose turn is it at this host?

Politeness is counted by host, whoever asks there: a feed, a page, a picture, robots.txt, a hop of
a redirect. A host is asked `per_host` times at once at most, with `delay` (or its Crawl-delay)
between two starts, in the order in which we came.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta

from broadsheet.clock import Clock, SettableClock

AT_ONCE = 64
"""Exchanges under way, all hosts together."""
_SOON = 0.001
"""Seconds that do not count: a time is a float here, a timedelta there."""


@dataclass(slots=True)
class Host:
    """What we know of a host from one batch to the next."""

    crawl_delay: timedelta = timedelta(0)
    started: float = float("-inf")
    """When it was asked last, in seconds of `Turns.now`."""


@dataclass(slots=True)
class _Queue:
    """Who is at a host now, and who waits there."""

    inside: int = 0
    waiting: deque[asyncio.Future[bool]] = field(default_factory=deque)
    watched: bool = False
    """Does a timer look at this queue already?"""


class Turns:
    """The queues of one batch; `hosts` are those that the door knows, new ones are put in.

    With a SettableClock nobody waits: when all that run in the batch wait for a turn, the clock is
    set to the next one. So who reads that clock sees each request come at its polite time.
    """

    def __init__(
        self, hosts: dict[str, Host], clock: Clock, per_host: int, delay: timedelta
    ) -> None:
        self._hosts = hosts
        self._per_host = per_host
        self._delay = delay
        self._settable = clock if isinstance(clock, SettableClock) else None
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)
        self._crowd: deque[str] = deque()  # hosts that only AT_ONCE holds up
        self._inside = 0
        self._running = 0

    def now(self) -> float:
        """Seconds since some moment, by the clock where it can be set."""
        return self._settable.now().timestamp() if self._settable else time.monotonic()

    def queue_time(self, name: str) -> timedelta:
        """How long who comes now will wait, at least."""
        if self._settable:
            return timedelta(0)
        return len(self._queues[name].waiting) * self._pause(self._host(name))

    def begin(self) -> None:
        """Someone sets out; the clock stands still until it waits for a turn or ends."""
        self._running += 1

    def end(self) -> None:
        self._running -= 1
        self._pass_time()

    async def take(self, name: str) -> bool:
        """Wait for a turn at this host, which `leave` gives back; False for one turned away."""
        queue = self._queues[name]
        if not queue.waiting and self._may_enter(name, queue):
            self._enter(name, queue)
            return True
        spot = asyncio.get_running_loop().create_future()
        queue.waiting.append(spot)
        return await self.park(spot)

    def leave(self, name: str) -> None:
        self._queues[name].inside -= 1
        self._inside -= 1
        self._call(name)
        while self._crowd and self._inside < AT_ONCE:
            self._call(self._crowd.popleft())

    def turn_away(self, name: str) -> None:
        """Nobody who waits at this host has a turn any more."""
        waiting = self._queues[name].waiting
        while waiting:
            self.wake(waiting.popleft(), False)

    async def park(self, spot: asyncio.Future[bool]) -> bool:
        """Wait until someone wakes this spot; what they say."""
        self._running -= 1
        self._pass_time()
        return await spot

    def wake(self, spot: asyncio.Future[bool], said: bool = True) -> None:
        """Counted as running from now on, lest the clock moves before it does."""
        self._running += 1
        spot.set_result(said)

    def _call(self, name: str) -> None:
        """Let in whoever may come in now."""
        queue = self._queues[name]
        while queue.waiting and self._may_enter(name, queue):
            self._enter(name, queue)
            self.wake(queue.waiting.popleft())

    def _enter(self, name: str, queue: _Queue) -> None:
        self._host(name).started = self.now()
        queue.inside += 1
        self._inside += 1

    def _may_enter(self, name: str, queue: _Queue) -> bool:
        """May one more come in now? Where time or the crowd forbids it, this queue is looked at
        again when that is over."""
        if queue.inside >= self._per_host:
            return False
        wait = self._wait(name)
        if wait > _SOON:
            if not self._settable and not queue.watched:
                queue.watched = True
                asyncio.get_running_loop().call_later(wait, self._look_again, name)
            return False
        if self._inside >= AT_ONCE:
            self._crowd.append(name)
            return False
        return True

    def _look_again(self, name: str) -> None:
        self._queues[name].watched = False
        self._call(name)

    def _pass_time(self) -> None:
        if not self._settable or self._running:
            return
        waits = [(self._wait(name), name) for name, queue in self._queues.items() if queue.waiting]
        if waits:
            wait, name = min(waits)
            self._settable.sleep(timedelta(seconds=max(wait, 0)))
            self._call(name)

    def _wait(self, name: str) -> float:
        """Seconds until it may be asked again."""
        host = self._host(name)
        return host.started + self._pause(host).total_seconds() - self.now()

    def _pause(self, host: Host) -> timedelta:
        return max(self._delay, host.crawl_delay)

    def _host(self, name: str) -> Host:
        return self._hosts.setdefault(name, Host())
