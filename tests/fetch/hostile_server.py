"""Who misbehaves on purpose? A real server on loopback, byte by byte, and an exact log of it.

What it answers is data (behaviours.toml): for each `host/path` a list of answers, told in turn, the
last one for ever. An answer has `status`, headers, and either `body`, `feed` (so many entries, the
youngest an hour old) or a `trick` of this module. The log is written from the server's side alone.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from threading import Thread
from typing import Any

Answer = Mapping[str, Any]
OK = b"HTTP/1.1 200 OK\r\n"
TYPE = b"Content-Type: application/rss+xml\r\n"
CHUNKED = OK + TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
PIECE = 16_384
MEGABYTE = 1 << 20


@dataclass
class Asked:
    """One request as the server saw it."""

    at: datetime
    connection: int
    address: str
    headers: dict[str, str]
    sent: int = 0
    """Bytes of the answer that were taken before the other side hung up."""
    whole: bool = False
    begun: float = 0.0
    seconds: float = 0.0
    """By the wall clock."""
    inside: int = 0
    """Requests of the same host that were under way when this one came, itself counted."""


@dataclass
class Server:
    """What is answered, by whose clock, and what was asked."""

    port: int = 0
    now: Callable[[], datetime] = datetime.now
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    connections: int = 0
    inside: dict[str, int] = field(default_factory=dict)

    def begin(self, answers: Mapping[str, Sequence[Answer]], now: Callable[[], datetime]) -> None:
        """Forget what was, and answer these."""
        self.answers = {address: list(told) for address, told in answers.items()}
        self.now, self.log, self.connections, self.inside = now, [], 0, {}

    def settle(self) -> None:
        """Wait until every answer that is under way has ended, one way or the other."""
        until = time.monotonic() + 5
        while any(self.inside.values()) and time.monotonic() < until:
            time.sleep(0.005)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        writer.transport.set_write_buffer_limits(high=0)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if not await self._answer(head.decode("latin-1"), number, reader, writer):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side hung up: that is what the log shows
        finally:
            writer.close()

    async def _answer(
        self, head: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        first, *lines = head.rstrip().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        headers = {name.lower(): value for name, value in pairs}
        host = headers["host"].partition(":")[0]
        asked = Asked(self.now(), number, host + first.split()[1], headers)
        self.log.append(asked)
        told = self.answers.get(asked.address, [{"status": 404}])
        answer = told.pop(0) if len(told) > 1 else told[0]
        asked.begun = time.monotonic()
        self.inside[host] = asked.inside = self.inside.get(host, 0) + 1
        try:
            async for part in TRICKS[answer.get("trick", "plain")](self, answer):
                writer.write(part)
                await writer.drain()
                if reader.at_eof():
                    return False
                asked.sent += len(part)
            asked.whole = True
        finally:
            self.inside[host] -= 1
            asked.seconds = time.monotonic() - asked.begun
        # After any other nobody knows where it ends.
        return bool(answer.get("trick", "packed") == "packed")


Parts = AsyncIterator[bytes]
TRICKS: dict[str, Callable[[Server, Answer], Parts]] = {}


def trick(make: Callable[[Server, Answer], Parts]) -> Callable[[Server, Answer], Parts]:
    """A way to answer, by its name in the data file."""
    TRICKS[make.__name__] = make
    return make


def head_of(answer: Answer, length: int) -> bytes:
    words = ("status", "body", "feed", "trick", "after")
    lines = [f"HTTP/1.1 {answer.get('status', 200)} Said"]
    lines += [f"{name}: {value}" for name, value in answer.items() if name not in words]
    if answer.get("status") != 304 and "content-length" not in answer:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def feed(entries: int, now: datetime, ttl: str = "") -> bytes:
    """So many entries of the last week, evenly."""
    items = "".join(
        f"<item><title>Report {n}</title><link>https://ledger.example/{n}</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=1 + 160 * n / entries))}</pubDate></item>"
        for n in range(entries)
    )
    told = f"<ttl>{ttl}</ttl>" if ttl else ""
    return f'<rss version="2.0"><channel><title>L</title>{told}{items}</channel></rss>'.encode()


@trick
async def plain(server: Server, answer: Answer) -> Parts:
    """As a good server does."""
    body = str(answer.get("body", "")).replace("PORT", str(server.port)).encode()
    if "feed" in answer:
        body = feed(answer["feed"], server.now(), answer.get("ttl", ""))
    await asyncio.sleep(answer.get("after", 0))
    head = head_of(answer, len(body)).replace(b"PORT", str(server.port).encode())
    yield head + (b"" if answer.get("status") == 304 else body)


@trick
async def packed(server: Server, answer: Answer) -> Parts:
    """gzip, as asked for."""
    body = gzip.compress(str(answer["body"]).encode())
    yield head_of({**answer, "Content-Encoding": "gzip"}, len(body)) + body


@trick
async def drip(server: Server, answer: Answer) -> Parts:
    """A byte now and then; never so slow that a timeout between two reads would see it."""
    yield OK + TYPE + b"Content-Length: 1000\r\n\r\n"
    for _ in range(30):
        await asyncio.sleep(0.05)
        yield b"w"


@trick
async def slow_headers(server: Server, answer: Answer) -> Parts:
    yield OK
    for n in range(30):
        await asyncio.sleep(0.05)
        yield f"X-{n}: a\r\n".encode()
    yield b"Content-Length: 0\r\n\r\n"


@trick
async def silence(server: Server, answer: Answer) -> Parts:
    for _ in range(30):
        await asyncio.sleep(0.05)
        yield b""
    yield OK + b"Content-Length: 0\r\n\r\n"


@trick
async def hang_up(server: Server, answer: Answer) -> Parts:
    yield b""


@trick
async def garbage(server: Server, answer: Answer) -> Parts:
    yield b"\x00\x01SSH-2.0-OpenSSH_9.2\r\n\r\n" * 10


@trick
async def endless(server: Server, answer: Answer) -> Parts:
    """A body of 30 MB that promises no length."""
    yield OK + TYPE + b"\r\n"
    for _ in range(30 * MEGABYTE // PIECE):
        yield bytes(PIECE)


@trick
async def endless_robots(server: Server, answer: Answer) -> Parts:
    yield OK + b"Content-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /\n"
    for _ in range(30 * MEGABYTE // PIECE):
        yield b"#" * PIECE


@trick
async def large_404(server: Server, answer: Answer) -> Parts:
    yield b"HTTP/1.1 404 Not Found\r\n\r\n"
    for _ in range(30 * MEGABYTE // PIECE):
        await asyncio.sleep(0.001)
        yield bytes(PIECE)


@trick
async def endless_chunks(server: Server, answer: Answer) -> Parts:
    yield CHUNKED
    for _ in range(30 * MEGABYTE // PIECE):
        yield b"4000\r\n" + bytes(PIECE) + b"\r\n"


@trick
async def promises_much(server: Server, answer: Answer) -> Parts:
    """A length that is over any limit, and then the body."""
    yield OK + TYPE + b"Content-Length: 30000000\r\n\r\n"
    for _ in range(30 * MEGABYTE // PIECE):
        await asyncio.sleep(0.001)
        yield bytes(PIECE)


def bomb(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[Server, Answer], Parts]:
    """Nine megabytes of nothing, a kilobyte at a time: it is the ratio that gives it away."""

    async def made(server: Server, answer: Answer) -> Parts:
        packed = pack(bytes(9_000_000))
        head = f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n"
        yield OK + TYPE + head.encode()
        for at in range(0, len(packed), 1024):
            await asyncio.sleep(0.02)
            yield packed[at : at + 1024]

    return made


BROTLI = bytes.fromhex("cbffff3ff82700e2b14020f7feaf7ea812ff04401c1601e82f2500")
"""Nine megabytes of nothing."""


def zstd(data: bytes) -> bytes:
    """A frame of raw blocks would be long; one of repeated bytes is 3 bytes for each 128 kB."""
    blocks = -(-len(data) // 131_072)
    frame = b"\x28\xb5\x2f\xfd\x00\x58" + b"".join(
        ((131_072 << 3) | 2 | (n == blocks - 1)).to_bytes(3, "little") + b"\0"
        for n in range(blocks)
    )
    return frame + bytes(9_000)


TRICKS["bomb_gzip"] = bomb("gzip", gzip.compress)
TRICKS["bomb_deflate"] = bomb("deflate", zlib.compress)
TRICKS["bomb_br"] = bomb("br", lambda _: BROTLI + bytes(9_000))
TRICKS["bomb_zstd"] = bomb("zstd", zstd)
TRICKS["bomb_twice"] = bomb("gzip, gzip", lambda data: gzip.compress(gzip.compress(data[:9])) * 90)


@trick
async def bomb_of_members(server: Server, answer: Answer) -> Parts:
    """150 MB in members of gzip that are modest one by one: packed still more than sockets hold
    for who reads slowly, so that a busy machine sees the end of it no sooner."""
    noise = b"".join(n.to_bytes(4, "big") for n in range(25_000)) * 10
    yield OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    member = gzip.compress(noise, 1)
    for _ in range(150):
        yield f"{len(member):x}\r\n".encode() + member + b"\r\n"
    yield b"0\r\n\r\n"


@trick
async def cut_chunk(server: Server, answer: Answer) -> Parts:
    yield CHUNKED.replace(TYPE, b'ETag: "cut"\r\n') + b"400\r\nonly this"


@trick
async def cut_length(server: Server, answer: Answer) -> Parts:
    yield OK + b'ETag: "cut"\r\nContent-Length: 1000\r\n\r\nonly this'


@trick
async def cut_gzip(server: Server, answer: Answer) -> Parts:
    body = gzip.compress(b"words " * 1000)[:-9]
    yield OK + b'ETag: "cut"\r\nContent-Encoding: gzip\r\n'
    yield f"Content-Length: {len(body)}\r\n\r\n".encode() + body


@trick
async def header_flood(server: Server, answer: Answer) -> Parts:
    yield OK
    for n in range(4_000):
        yield f"X-{n}: flood\r\n".encode() * 10
    yield b"\r\n"


@trick
async def long_header(server: Server, answer: Answer) -> Parts:
    yield OK + b"X-Long: "
    for _ in range(12 * MEGABYTE // PIECE):
        yield b"w" * PIECE
    yield b"\r\n\r\n"


@trick
async def continues(server: Server, answer: Answer) -> Parts:
    """ "Go on", for ever."""
    for _ in range(30):
        await asyncio.sleep(0.05)
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
    yield OK + b"Content-Length: 0\r\n\r\n"


@trick
async def chunk_extensions(server: Server, answer: Answer) -> Parts:
    yield CHUNKED + b"4"
    for _ in range(12 * MEGABYTE // PIECE):
        yield b";x=" + b"w" * PIECE
    yield b"\r\nbody\r\n0\r\n\r\n"


@trick
async def trailer_flood(server: Server, answer: Answer) -> Parts:
    yield CHUNKED + b"4\r\nbody\r\n0\r\n"
    for n in range(4_000):
        yield f"X-{n}: flood\r\n".encode() * 10
    yield b"\r\n"


@contextmanager
def serving() -> Iterator[Server]:
    """The server, in a thread of its own."""
    there = Server()
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * PIECE)  # so `sent` is true
        there.port = listening.getsockname()[1]
        return await asyncio.start_server(there.serve, sock=listening, limit=MEGABYTE)

    async def end(made: asyncio.Server) -> None:
        made.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    made = loop.run_until_complete(start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        asyncio.run_coroutine_threadsafe(end(made), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
