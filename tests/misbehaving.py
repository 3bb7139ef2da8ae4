"""A plugin whose extractor does to its process what a hostile page might make a parser do.

What it does is the first word of the page.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from broadsheet.errors import Unreadable
from broadsheet.model import Article, Fetched, Item, Question, Source
from broadsheet.plugins import Plugins
from broadsheet.testing import article

HELD: list[bytes] = []


def extract(item: Item, page: Fetched) -> Article:
    word, _, rest = page.body.decode().partition(" ")
    match word:
        case "spin":
            while True:
                pass
        case "burn":
            begun = time.process_time()
            while time.process_time() < begun + float(rest):
                pass
        case "sleep":
            time.sleep(3600)
        case "eat":
            HELD.append(bytearray(3_000_000_000))  # type: ignore[arg-type]  # held alike
        case "hoard":
            HELD.append(b"x" * int(rest))
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(0)
        case "leave":
            raise SystemExit("enough")
        case "raise":
            raise KeyError(rest)
        case "refuse":
            raise Unreadable(page.url, rest)
        case "garbage":
            return {"title": rest}  # type: ignore[return-value]  # the fault to be found
        case "nothing":
            return None  # type: ignore[return-value]  # the same
        case "half":
            return replace(article(), text="\ud800")
        case "print":
            print(rest, flush=True)
            os.write(1, b"\x00\x00\x00\x01x")
        case "connect":
            socket.create_connection(("127.0.0.1", int(rest)), timeout=1)
        case "run":
            subprocess.run(["true"], check=True)
        case "write":
            Path(rest).write_text("I was here")
        case "read":
            rest = Path(rest).read_text()
        case "environment":
            rest = " ".join(sorted(os.environ))
        case "files":
            rest = " ".join(os.readlink(f"/proc/self/fd/{n}") for n in _open_files())
        case "who":
            rest = str(os.getpid())
    return replace(article(rest), id=item.id, url=item.url)


def read(source: Source, fetched: Fetched) -> Iterator[Item]:
    yield Item("a" * 12, "https://a.example/1", source.id, fetched.fetched_at)
    raise ValueError("the second entry is not one")


def describe(question: Question, page: Fetched) -> dict[str, Any]:
    return {question.words: [len(each.body) for each in (page, *question.beside)]}


def _open_files() -> list[int]:
    return [n for n in range(64) if Path(f"/proc/self/fd/{n}").is_symlink()]


def register(plugins: Plugins) -> None:
    plugins.extractors["odd"] = extract
    plugins.describers["odd"] = describe
    plugins.readers["sitemap"] = read
