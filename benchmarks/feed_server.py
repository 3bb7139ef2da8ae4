"""Who answers in a benchmark of the door? A quick server on loopback, in a process of its own.

    python -m benchmarks.feed_server        prints its port, serves until it is ended

`/feed/<n>` is a feed of 60 items (40 kB, gzip where that is asked for) with an ETag; `/bomb/<coding>` 2 GB of nothing
in gzip or deflate. It listens on 127.0.0.1 to 127.0.0.50 of one port, as 50 hosts.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import re
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

HOSTS, FEEDS, ITEMS = 50, 500, 60
MEGABYTES = 2_000
WORDS = [
    "tide",
    "harbour",
    "grid",
    "ferry",
    "pilot",
    "market",
    "council",
    "reef",
    "battery",
    "winter",
    "school",
    "budget",
]
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_CONDITION = re.compile(rb'(?i)\r\nif-none-match: "([^"]*)"')


def feed(number: int) -> bytes:
    """RSS of ITEMS items, the same for each number."""
    choose = random.Random(number)

    def text(count: int) -> str:
        return " ".join(f"{choose.choice(WORDS)}{choose.randrange(500)}" for _ in range(count))

    items = "".join(
        f"<item><title>{text(8)}</title><link>https://s{number}.example/{n}</link>"
        f"<pubDate>Mon, 02 Mar 2026 08:{n:02}:00 GMT</pubDate>"
        f"<description>{text(50)}</description></item>"
        for n in range(ITEMS)
    )
    return f'<rss version="2.0"><channel><title>{number}</title>{items}</channel></rss>'.encode()


def bomb(coding: str) -> bytes:
    """MEGABYTES of nothing: one packed megabyte that leans on none before it, over and over."""
    pack = zlib.compressobj(9, zlib.DEFLATED, {"gzip": 31, "deflate": 15}[coding])
    first = pack.compress(bytes(1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    other = pack.compress(bytes(1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    return first + other * (MEGABYTES - 1) + pack.flush()


def _message(body: bytes, coding: str, etag: str = "") -> bytes:
    head = f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "{etag}"\r\n'
    head += f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, made: dict[str, bytes]) -> None:
        self.made = made
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self.waiting = (self.waiting + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1].decode()
            condition = _CONDITION.search(request)
            if condition and condition[1].decode() == path:
                told = f'HTTP/1.1 304 Not Modified\r\nETag: "{path}"\r\n\r\n'.encode()
            else:
                told = self._made(path)
            self.transport.write(told)

    def _made(self, path: str) -> bytes:
        if path not in self.made:
            kind, _, name = path.removeprefix("/").partition("/")
            if kind == "bomb":
                self.made[path] = _message(bomb(name), name)
            elif kind == "feed":
                self.made[path] = _message(gzip.compress(feed(int(name))), "gzip", path)
        return self.made.get(path, NOT_FOUND)


async def serve() -> None:
    """Until the process is ended."""
    first = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = first.getsockname()[1]
    others = [
        socket.create_server((f"127.0.0.{n}", port), backlog=512) for n in range(2, HOSTS + 1)
    ]
    made: dict[str, bytes] = {}
    for each in (first, *others):
        await asyncio.get_running_loop().create_server(lambda: _Connection(made), sock=each)
    print(port, flush=True)
    await asyncio.Event().wait()


@contextmanager
def running() -> Iterator[int]:
    """Its port, while the block lasts."""
    command = [sys.executable, "-m", "benchmarks.feed_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        try:
            yield int(child.stdout.readline())
        finally:
            child.terminate()


if __name__ == "__main__":
    asyncio.run(serve())
