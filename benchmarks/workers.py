"""What does it cost to parse in confined processes?

    python -m benchmarks.workers [pages]

CPU time, the workers' included: to start one worker, then for each page (the demo's paragraphs,
dressed to about 45 kB) and each feed (60 entries, 20 kB) in this process and in a worker, and for a
page that kills its worker.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from time import process_time

from broadsheet.assemble import open_parsers, open_plugins
from broadsheet.config import Portal, Topic
from broadsheet.demo import world
from broadsheet.model import Article, Fetched, Item, Reading, Source
from broadsheet.plugins import Plugins
from broadsheet.seams import Parsers
from broadsheet.testing import NOON, feed, item
from broadsheet.workers.parse import InProcess
from broadsheet.workers.pool import ONE_THREAD

SOURCE = Source("paper", feed="https://paper.example/feed.xml", topics=("all",))
POISON = 20


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    os.environ.update(ONE_THREAD)  # like with like: before anything that asks is loaded
    plugins = open_plugins(Portal("Bench", {"all": Topic("all")}, {"paper": SOURCE}))
    begun = used()
    pool = open_parsers(plugins)
    pool.parse(feeds(1))
    start = used() - begun
    print(f"a worker starts in {1000 * start:.0f} ms of CPU time\n")
    print("| parsed | in this process, ms | in workers, ms | more, ms | |")
    print("|---|---|---|---|---|")
    for name, batch in (("page", pages(count)), ("feed", feeds(count // 10))):
        here = min(spent(InProcess(plugins), batch) for _ in range(3))
        there = min(spent(pool, batch) for _ in range(3))
        more = 100 * (there - here) / here
        print(f"| {name} | {here:.3f} | {there:.3f} | {there - here:.3f} | {more:+.1f} % |")
    pool.close()
    print(f"\na page that kills its worker: {1000 * deadly():.0f} ms of CPU time, parsing apart")


def used() -> float:
    """CPU-seconds of this process and of its children, the living ones as /proc tells."""
    mine = os.times()
    living = 0
    for pid in children():
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        living += int(fields[11]) + int(fields[12])
    ticks = living / os.sysconf("SC_CLK_TCK")
    return process_time() + mine.children_user + mine.children_system + ticks


def children() -> list[str]:
    """Pids of this process's children."""
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read().split()


def spent(parsers: Parsers, batch: Sequence[Reading]) -> float:
    """CPU milliseconds for each reading of a batch."""
    begun = used()
    parsers.parse(batch)
    return 1000 * (used() - begun) / len(batch)


def deadly() -> float:
    """CPU-seconds that one page costs beyond its own parsing when it kills its worker."""
    plugins = Plugins(Portal("Bench", {}, {}, plugins=("benchmarks.workers",)))
    register(plugins)
    pool = open_parsers(plugins)
    poison = [replace(each, by="crash") for each in pages(POISON)]
    pool.parse(poison[:1])
    begun = used()
    pool.parse(poison)
    cost = (used() - begun) / POISON
    pool.close()
    return cost


def crash(item: Item, page: Fetched) -> Article:
    """An extractor that dies of every page."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def register(plugins: Plugins) -> None:
    """Called by plugins.load, in the workers of `deadly`."""
    plugins.extractors["crash"] = crash


def pages(count: int) -> list[Reading]:
    """Dressed paragraphs of the demo's reports, shuffled by a seed."""
    chance = Random(2026)
    paragraphs = [
        block
        for publisher in world.PUBLISHERS
        for report in world.reports_of(publisher.id)
        if report.story
        for block in report.text.split("\n\n")
    ]
    noise = "".join(f'<li><a href="/{k}">Section {k}</a></li>' for k in range(400))
    script = "<script>" + "var a=1;" * 3000 + "</script>"
    made = []
    for n in range(count):
        url = f"https://paper.example/{n}"
        text = "".join(f"<p>{each}</p>" for each in chance.sample(paragraphs, 8))
        body = (
            f"<!doctype html><html lang=en><head><title>Report {n}</title>{script}</head><body>"
            f"<nav><ul>{noise}</ul></nav><article><h1>Report {n}</h1>{text}</article></body></html>"
        )
        made.append(Reading("page", item(url), answer(url, body.encode())))
    return made


def feeds(count: int) -> list[Reading]:
    """Feeds of 60 entries."""
    body = feed({f"https://paper.example/{n}": f"A report of the coast {n}" for n in range(60)})
    made = []
    for n in range(count):
        url = f"{SOURCE.feed}?{n}"
        made.append(Reading("feed", replace(SOURCE, feed=url), answer(url, body)))
    return made


def answer(url: str, body: bytes) -> Fetched:
    """As the door tells it."""
    return Fetched(url, body, NOON, final_url=url, headers={"content-type": "text/html"})


if __name__ == "__main__":
    main()
