"""What does one new report cost a desk that has many?

    python -m benchmarks.quiet [records]

Makes a portal of 2,000 records over 60 days, then, in a new process of its own, runs once with one
new report in the feed and prints the CPU-seconds after fetching, the parsing worker's start included,
and the files written. The figure to reach is 1 CPU-second (issue 3).
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.workers import used
from broadsheet.app.runs import desk_at, finish
from broadsheet.clock import SettableClock
from broadsheet.config import Portal, Topic
from broadsheet.demo import world
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.model import Source
from broadsheet.pipeline import Desk
from broadsheet.run import local
from broadsheet.testing import NOON, feed, page

DAYS = 60
SOURCES = 20


def main() -> None:
    """Make the desk, then ask a fresh process what one report costs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with TemporaryDirectory() as folder:
        make(Path(folder), count)
        command = [sys.executable, "-m", "benchmarks.quiet", "--one", folder]
        subprocess.run(command, check=True)


def make(folder: Path, count: int) -> None:
    """Records as their days brought them: a run a day."""
    chance = Random(60)
    texts = [
        block
        for publisher in world.PUBLISHERS
        for report in world.reports_of(publisher.id)
        if report.story
        for block in report.text.split("\n\n")
    ]
    titles = [r.title.replace("&", "and") for p in world.PUBLISHERS for r in world.reports_of(p.id)]
    for day in range(DAYS):
        at = NOON - timedelta(days=DAYS - day)
        answers: dict[str, bytes | FetchError] = {}
        listed: dict[str, dict[str, str]] = defaultdict(dict)
        for n in range(count // DAYS + 1):
            host = f"paper-{n % SOURCES}.example"
            url = f"https://{host}/{day}/{n}"
            listed[host][url] = f"{chance.choice(titles)} {day}.{n}"
            answers[url] = page(*chance.sample(texts, 6))
        for host, links in listed.items():
            answers[f"https://{host}/feed.xml"] = feed(links, at)
        with open_at(folder, answers, at) as desk:
            outcomes = list(local.work(desk, list(desk.portal.sources.values())))
            finish(desk, outcomes)


def open_at(
    folder: Path, answers: dict[str, bytes | FetchError], at: datetime
) -> AbstractContextManager[Desk]:
    """The desk of this portal on a web that answers so, opened as `broadsheet run` opens it."""
    sources = {
        f"paper-{n}": Source(
            f"paper-{n}", feed=f"https://paper-{n}.example/feed.xml", topics=("all",)
        )
        for n in range(SOURCES)
    }
    portal = Portal("Quiet", {"all": Topic("all", "All")}, sources)
    clock = SettableClock(at)
    return desk_at(portal, folder, clock, Replay(answers, clock))


def one(folder: Path) -> None:
    """One new report, from an open folder to the last file."""
    url = "https://paper-0.example/new"
    answers: dict[str, bytes | FetchError] = {
        "https://paper-0.example/feed.xml": feed({url: "Varde opens a second quay"}),
        url: page(
            "The council of Varde opened its second quay on Friday, four years after the first.",
            "It has room for nine ferries and cost 31 million crowns, said Ines Koll, the mayor.",
        ),
    }
    begun = used()
    with open_at(folder, answers, NOON) as desk:
        outcomes = list(local.work(desk, [desk.portal.sources["paper-0"]]))
        finish(desk, outcomes)
    spent = used() - begun
    print(f"{len(desk.trees.ids())} records: {spent:.2f} CPU-seconds for one new report")
    print(f"  records written: {len(desk.trees.written)}")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        one(Path(sys.argv[2]))
    else:
        main()
