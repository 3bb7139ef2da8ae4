"""What does one new report cost a desk that has many?

    python -m benchmarks.quiet [records]

Makes a portal of 2,000 records over 60 days, then, in a new process of its own, runs once with one
new report in the feed and prints the CPU-seconds after fetching, the parsing worker's start included,
and the files written. The figure to reach is 1 CPU-second (issue 3).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from broadsheet.app.runs import desk_at, finish
from broadsheet.clock import SettableClock
from broadsheet.config import Portal, Topic
from broadsheet.demo import world
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.model import Fetched, Request, Source
from broadsheet.pipeline.desk import Desk
from broadsheet.run import local
from broadsheet.seams import Door
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
    begun = spent()
    with open_at(folder, answers, NOON) as desk:
        watched = Watched(desk.door)
        desk = replace(desk, door=watched)
        outcomes = list(local.work(desk, [desk.portal.sources["paper-0"]]))
        finish(desk, outcomes)
    ended = spent()
    print(f"{len(desk.trees.ids())} records, one new report, CPU-seconds:")
    print(f"  {ended - watched.answered_at:.2f} after fetching, the worker that parses included")
    print(f"  {ended - begun:.2f} from the opening of the desk on")
    print(f"  records written: {len(desk.trees.written)}")


class Watched:
    """A door that notes when it gave its last answer, in CPU-seconds."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.answered_at = 0.0

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]:
        """What the door says."""
        answers = self.door.ask(requests)
        self.answered_at = spent()
        return answers


def spent() -> float:
    """CPU-seconds of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        one(Path(sys.argv[2]))
    else:
        main()
