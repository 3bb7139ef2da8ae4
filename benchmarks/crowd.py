"""What does one story of very many reports cost, and a million copies of one text?

    python -m benchmarks.crowd [story [reports] | copies [copies]]

`story` (50,000 reports) pushes invented reports of one event through the judges, the filing and the
outputs as twenty-five runs of a desk would, and prints the CPU-seconds of each step and the memory,
run by run: a run's cost must not grow much faster than the story. `copies` (1,000,000) gives the
judge of copies and the linker one text again and again, and prints what the first and the last
tenth cost. Everything is bounded by the counts given; nothing asks the network.
"""

from __future__ import annotations

import resource
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, process_time
from typing import Any

from broadsheet import urls
from broadsheet.app.runs import desk_at, finish
from broadsheet.clock import SettableClock
from broadsheet.config import Portal, Topic
from broadsheet.fetch.replay import Replay
from broadsheet.judge.dedup import Copies, duplicate_of, earliest, sketch
from broadsheet.judge.link import Linker
from broadsheet.model import Article, Source
from broadsheet.pipeline.desk import NONE, Desk, subject
from broadsheet.pipeline.steps import STEPS, attempt
from broadsheet.testing import NOON

MEMORY = Path("/dev/shm")  # the figures are to be those of the desk, not of a disk
RUNS = 25
PUBLISHERS = 400
SPREAD = timedelta(days=5)  # in which all of it is told: less than the linker's window
EVENT = [
    "dam",
    "Varde",
    "breach",
    "valley",
    "flood",
    "Lunde",
    "evacuation",
    "reservoir",
    "engineers",
    "spillway",
    "crest",
    "gates",
    "rescue",
    "minister",
    "Koll",
    "inquiry",
    "warning",
    "siren",
    "bridge",
    "river",
    "villages",
    "shelter",
    "water",
    "turbine",
]
STEPPED = ("dedup", "topics", "link", "score", "record")


def main() -> None:
    """Print the figures asked for."""
    what, *count = sys.argv[1:] or ["story"]
    if what == "copies":
        of_copies(int(count[0]) if count else 1_000_000)
    else:
        of_story(int(count[0]) if count else 50_000)


def of_story(count: int) -> None:
    """A table: a line for every fifth run."""
    words = [f"word{n}" for n in range(20_000)]
    chance = Random(2026)
    print(f"One story of {count:,} reports in {RUNS} runs; CPU-seconds of a run, by step")
    columns = (*STEPPED, "publish", "run", "wall")
    print(f"| reports | {' | '.join(columns)} | MB | largest file of the site, kB |")
    print("|---" * (len(columns) + 3) + "|")
    each = count // RUNS
    with TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as folder:
        for run in range(1, RUNS + 1):
            at = NOON + SPREAD * run / RUNS
            batch = [report(n, at, words, chance) for n in range((run - 1) * each, run * each)]
            spent = a_run(Path(folder), at, batch)
            if run in (1, 2) or run % 5 == 0:
                cells = [f"{spent[name]:.1f}" for name in columns]
                line = f"| {run * each:,} | {' | '.join(cells)} | {memory():.0f} |"
                print(f"{line} {largest(Path(folder) / 'site'):.0f} |", flush=True)


def a_run(folder: Path, at: Any, batch: list[Article]) -> dict[str, float]:
    """One run that these reports came in at; the CPU-seconds of each step, and of all of it."""
    portal = Portal("Crowd", {"dams": Topic("dams", "Dams", keywords=("dam",))}, SOURCES)
    clock = SettableClock(at.replace(microsecond=0))
    spent: dict[str, float] = defaultdict(float)
    begun = monotonic()
    with timed(spent, "run"), desk_at(portal, folder, clock, Replay({}, clock)) as desk:
        records: list[Any] = sorted(batch, key=earliest)
        for step in STEPS:
            if step.name in STEPPED:
                with timed(spent, step.name):
                    records = through(desk, step.name, records)
        with timed(spent, "publish"):
            finish(desk, [])
        sizes = [len(story.reports) for story in desk.trees.stories.values()]
        count = len(desk.trees.ids())
        assert max(sizes) > 0.9 * count, f"not one story of {count}, but {sizes}"
    spent["wall"] = monotonic() - begun
    return spent


def through(desk: Desk, name: str, records: list[Any]) -> list[Any]:
    """What a step makes of these records; of two with one id the later."""
    (step,) = [step for step in STEPS if step.name == name]
    following: dict[str, Any] = {}
    for record in sorted(records, key=step.order):
        made, _ = attempt(desk, step, record, NONE)
        if name != "record":
            following |= {subject(each): each for each in made.records}
    return list(following.values())


SOURCES = {"news": Source("news", feed="https://z.example/feed")}


def report(n: int, at: Any, words: list[str], chance: Random) -> Article:
    """A report of the event in words of its own."""
    host = f"paper-{n % PUBLISHERS}.example"
    url = f"https://{host}/{n}"
    told = [*EVENT, *chance.sample(EVENT, 12), *chance.sample(words, 20), f"{n} homes"]
    chance.shuffle(told)
    sentences = (" ".join(told[k : k + 12]) + "." for k in range(0, len(told), 12))
    return Article(
        id=urls.record_id(url),
        url=url,
        source_id="news",
        domain=host,
        title=f"Dam at Varde breached, {' '.join(chance.sample(EVENT, 4))}",
        text=" ".join(sentences).capitalize(),
        language="en",
        seen_at=at.replace(microsecond=0),
        published_at=(at - timedelta(minutes=chance.randint(1, 240))).replace(
            microsecond=0, second=0
        ),
    )


def of_copies(count: int) -> None:
    """Two lines: what one copy cost at the beginning, and what at the end."""
    words = [f"word{n}" for n in range(20_000)]
    first = report(0, NOON, words, Random(1))
    marks = sketch(first.text)
    copies, linker = Copies(()), Linker()
    tenth = max(1, count // 10)
    print(f"{count:,} copies of one text; CPU-microseconds a copy: judge of copies, linker; memory")
    spent: dict[str, float] = defaultdict(float)
    for n in range(count):
        at = (NOON + SPREAD * n / count).replace(microsecond=0)
        url = f"https://paper-{n % PUBLISHERS}.example/{n}"
        article = replace(
            first, id=urls.record_id(url), url=url, seen_at=at, published_at=at, sketch=marks
        )
        with timed(spent, "dedup"):
            original = duplicate_of(article, copies.near(article))
            article = replace(article, copy_of=original.id if original else "")
            copies.put(article)
        with timed(spent, "link"):
            linker.add(article)
        if (n + 1) % tenth == 0:
            per = {name: 1e6 * seconds / tenth for name, seconds in spent.items()}
            print(
                f"{n + 1:>9,}: {per['dedup']:.0f}, {per['link']:.0f}; {memory():.0f} MB", flush=True
            )
            spent.clear()


@contextmanager
def timed(spent: dict[str, float], name: str) -> Iterator[None]:
    """Adds the CPU-seconds of the block."""
    begun = process_time()
    try:
        yield
    finally:
        spent[name] += process_time() - begun


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def largest(site: Path) -> float:
    """kB of the largest file."""
    return max(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1000


if __name__ == "__main__":
    main()
