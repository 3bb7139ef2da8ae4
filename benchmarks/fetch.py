"""What does the door cost, beside a client without any guard?

    python -m benchmarks.fetch

Prints, from one run: CPU time of a request beside bare aiohttp on the same loop, what a bomb adds
to the memory, what 500 sources of 60 items cost when they are polled twice, and whether the memory
stays flat over 10,000 polls. The server is a process of its own, so all figures are the client's.

`door` is also a client for the customer's kit: `run.py http --tool benchmarks.fetch:door+uvloop`,
and `run.py bombs --tool benchmarks.fetch:door`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from time import process_time
from urllib.parse import urlsplit

import aiohttp
import uvloop

from benchmarks.feed_server import FEEDS, HOSTS, running
from broadsheet.clock import SettableClock, SystemClock
from broadsheet.config import Fetch
from broadsheet.errors import FetchError
from broadsheet.fetch import guard, http
from broadsheet.fetch.door import Ask, WebDoor
from broadsheet.intake import feed as reader
from broadsheet.model import Fetched, Request, Source

Fetching = Callable[[str], Awaitable[bytes]]
REQUESTS, ROUNDS, AT_ONCE, PER_HOST = 2_000, 5, 100, 4
MOST_OF_PEER, MOST_MB = 1.33, 20
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def door_to(port: int, hosts: list[str], clock: SystemClock | SettableClock) -> WebDoor:
    """The door as every portal has it; these hosts are answered on loopback."""
    connect = {f"http://{host}": f"http://127.0.0.1:{port}" for host in hosts}
    connect |= {f"http://127.0.0.{n}:{port}": f"http://127.0.0.{n}:{port}" for n in range(1, 51)}
    # As many at once as the peer, and no pause: the pause is waiting, not work.
    settings = Fetch(connect=connect, delay=timedelta(0), per_host=PER_HOST)
    opened = partial(http.opened, http.agent("1", "", ""), guard.targets(connect))
    return WebDoor(settings, clock, {"http": opened, "https": opened})


@asynccontextmanager
async def door() -> AsyncIterator[Fetching]:
    """Our door as the kit knocks: the port, which it must be told, is that of the first address."""
    async with AsyncExitStack() as stack:
        opened: list[Ask] = []

        async def fetch(url: str) -> bytes:
            if not opened:
                port = urlsplit(url).port or 80
                made = door_to(port, [], SystemClock())
                opened.append(await stack.enter_async_context(made.opened()))
            answer = await opened[0](Request(url))
            if isinstance(answer, FetchError):
                raise answer
            return answer.body

        yield fetch


@asynccontextmanager
async def bare() -> AsyncIterator[Fetching]:
    """aiohttp as its manual says, without caps and guards."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=PER_HOST)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def fetch(url: str) -> bytes:
            async with session.get(url) as answer:
                return await answer.read()

        yield fetch


def cpu_of(client: Callable[[], AbstractAsyncContextManager[Fetching]], port: int) -> float:
    """CPU milliseconds of a request; this process's."""
    choose = Random(1)
    urls = [
        f"http://127.0.0.{n % HOSTS + 1}:{port}/feed/{choose.randrange(40)}"
        for n in range(REQUESTS)
    ]

    async def round_() -> float:
        gate = asyncio.Semaphore(AT_ONCE)
        async with client() as fetch:

            async def one(url: str) -> None:
                async with gate:
                    assert len(await fetch(url)) > 20_000

            begun = process_time()
            await asyncio.gather(*(one(url) for url in urls))
            return process_time() - begun

    return 1000 * uvloop.run(round_()) / REQUESTS


def bomb(port: int, coding: str) -> dict[str, object]:
    """In a fresh process: how much it grew by a bomb, over an ordinary feed."""

    async def meet() -> dict[str, object]:
        async with door() as fetch:
            await fetch(f"http://127.0.0.1:{port}/feed/0")
            before, begun = memory("VmHWM"), process_time()
            try:
                outcome = f"{len(await fetch(f'http://127.0.0.1:{port}/bomb/{coding}')):,} bytes"
            except FetchError as error:
                outcome = error.reason
            grown = (memory("VmHWM") - before) / 1e6
            return {"mb": grown, "cpu": process_time() - begun, "outcome": outcome}

    return uvloop.run(meet())


def memory(name: str) -> int:
    """Bytes: VmRSS now, VmHWM at most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {name}")


def polls(port: int) -> list[str]:
    """500 sources of 60 items, twice."""
    clock = SettableClock(NOW)
    hosts = [f"s{n}.example" for n in range(FEEDS)]
    made = door_to(port, hosts, clock)
    urls = [f"http://{host}/feed/{n}" for n, host in enumerate(hosts)]
    known: dict[str, Fetched] = {}
    rows = []
    for name in ("first", "second"):
        begun = process_time()
        answers = made.ask([Request(url, known.get(url)) for url in urls])
        asked = process_time() - begun
        good = [answer for answer in answers if isinstance(answer, Fetched)]
        assert len(good) == len(urls)
        items = sum(
            len(list(reader.read(Source("s", feed=answer.url), answer)))
            for answer in good
            if answer.changed
        )
        read = process_time() - begun - asked
        same = sum(answer.status == 304 for answer in good)
        rows.append(f"| {name} | {same / FEEDS:.0%} | {items:,} | {asked:.2f} | {read:.2f} |")
        known = {answer.url: answer for answer in good}
        clock.sleep(timedelta(hours=1))
    return rows


def flat(port: int) -> list[str]:
    """The memory of one door over 10,000 polls."""
    clock = SettableClock(NOW)
    made = door_to(port, [f"s{n}.example" for n in range(100)], clock)
    urls = [f"http://s{n}.example/feed/{n}" for n in range(100)]
    known: dict[str, Fetched] = {}
    rows = []
    for n in range(1, 101):
        answers = made.ask([Request(url, known.get(url)) for url in urls])
        if n % 10 == 0:
            known.clear()  # so that one poll in ten brings a body
        known |= {answer.url: answer for answer in answers if isinstance(answer, Fetched)}
        clock.sleep(timedelta(minutes=30))
        if n in (10, 50, 100):
            rows.append(f"| {100 * n:,} | {memory('VmRSS') / 1e6:.1f} |")
    return rows


def main() -> None:
    """Print the tables."""
    with running() as port:
        both = [(cpu_of(door, port), cpu_of(bare, port)) for _ in range(ROUNDS)]
        ours, theirs = (min(each) for each in zip(*both, strict=True))
        print("| client | CPU ms a request | of the peer |\n|---|---|---|")
        print(f"| aiohttp + uvloop, bare | {theirs:.3f} | 1 |")
        said = f"{ours / theirs:.2f} (at most {MOST_OF_PEER})"
        print(f"| our door, all guards on | {ours:.3f} | {said} |\n")
        print(f"| 2 GB in | more MB (at most {MOST_MB}) | CPU s | outcome |\n|---|---|---|---|")
        for coding in ("gzip", "deflate"):
            command = [sys.executable, "-m", "benchmarks.fetch", "bomb", str(port), coding]
            told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            print(f"| {coding} | {told['mb']:.1f} | {told['cpu']:.2f} | {told['outcome']} |")
        print("\n| 500 sources of 60 items | 304 | items read | CPU s asking | CPU s reading |")
        print("|---|---|---|---|---|", *polls(port), sep="\n")
        print("\n| polls | MB in use |\n|---|---|", *flat(port), sep="\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["bomb"]:
        print(json.dumps(bomb(int(sys.argv[2]), sys.argv[3])))
    else:
        main()
