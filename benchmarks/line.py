"""How many pages go through the whole line in a second of one core, and which step takes what?

    python -m benchmarks.line [pages]

Pages are dressed paragraphs of the demo's reports, shuffled by a seed, from 20 publishers, of realistic
size (median 90 kB, 95 % under 400 kB); the door answers from memory, so that the figures are the
line's and not the network's. Workers are left out: one process, so that each step's share is told.
Beside it, where it is installed, trafilatura on a tenth of the same pages: text alone, no feed, no
story, no site. Also prints the weight of a front page as PRODUCT.md's budget defines it: 30 stories with titles of 80 characters,
12 extracts of 160, all "why" tables, 60 lines of river; 15 kB gzip at most.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from math import log
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import cast

from broadsheet.app.runs import finish
from broadsheet.assemble import open_desk
from broadsheet.clock import SettableClock
from broadsheet.config import Portal, Topic
from broadsheet.demo import world
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.model import Outcome, Source
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.steps import STEPS
from broadsheet.pipeline.story import heat_of
from broadsheet.publish.markdown import edition
from broadsheet.publish.site import site
from broadsheet.run import local
from broadsheet.testing import NOON, feed, files_of

PUBLISHERS = 20
MEDIAN, SPREAD = 90_000, 0.907
"""Bytes of a page: half are smaller, and 95 % are under 400 kB."""
BUDGET = 15_000  # bytes, gzip (PRODUCT.md, Budgets)


def main() -> None:
    """Print the figures."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with TemporaryDirectory() as folder:
        desk = desk_of(Path(folder), pages)
        spent: dict[str, float] = defaultdict(float)
        start = process_time()
        sources = list(desk.portal.sources.values())
        outcomes = timed(desk, sources, spent)
        before = process_time()
        finish(desk, outcomes)
        spent["publish"] = process_time() - before
        total = process_time() - start
        print(f"{pages} pages, {total:.2f} CPU-seconds, {pages / total:.0f} pages per CPU-second")
        for step, seconds in spent.items():
            print(f"  {step:8} {seconds:6.2f} s  {100 * seconds / total:5.1f} %")
        answers = cast(Replay, desk.door).answers
        read = [page for url, page in answers.items() if not url.endswith("feed.xml")][::10]
        if taken := peer(page for page in read if isinstance(page, bytes)):
            theirs, ours = len(read) / taken, pages / spent["extract"]
            print(f"trafilatura, the same pages: {theirs:.0f} pages per CPU-second, text alone")
            print(f"  our extract step: {ours:.0f}, {ours / theirs:.1f} times as many")
        started = process_time()
        again = replace(desk, at=desk.at + timedelta(hours=1))
        finish(again, [])
        print(f"an hour later, without news: {process_time() - started:.2f} CPU-seconds")
        front = front_page(desk)
    state = "within" if len(front) <= BUDGET else "OVER"
    print(f"front page: {len(front) / 1000:.1f} kB gzip, {state} the budget of {BUDGET / 1000:.0f}")


def timed(desk: Desk, sources: list[Source], spent: dict[str, float]) -> list[Outcome]:
    """The engine's loop with a clock around each step's outcomes."""
    outcomes = []
    before = process_time()
    for outcome in local.work(desk, sources):
        now = process_time()
        spent[outcome.step] += now - before
        before = now
        outcomes.append(outcome)
    assert {outcome.step for outcome in outcomes} <= {step.name for step in STEPS}
    return outcomes


def desk_of(folder: Path, pages: int) -> Desk:
    """A desk whose web is made of the demo's paragraphs."""
    chance = Random(2026)
    paragraphs = [
        block
        for publisher in world.PUBLISHERS
        for report in world.reports_of(publisher.id)
        if report.story
        for block in report.text.split("\n\n")
    ]
    titles = [report.title for p in world.PUBLISHERS for report in world.reports_of(p.id)]
    answers: dict[str, bytes | FetchError] = {}
    listed: dict[str, dict[str, str]] = defaultdict(dict)
    for n in range(pages):
        host = f"paper-{n % PUBLISHERS}.example"
        url = f"https://{host}/{n}"
        title = (chance.choice(titles) + f" {n}").replace("&", "and")
        listed[host][url] = title
        answers[url] = dressed(title, chance.sample(paragraphs, 8), n % PUBLISHERS, chance)
    sources = {}
    for host, links in listed.items():
        address = f"https://{host}/feed.xml"
        answers[address] = feed(links)
        sources[host.partition(".")[0]] = Source(
            host.partition(".")[0], feed=address, topics=("all",)
        )
    portal = Portal("Bench", {"all": Topic("all", "All")}, sources)
    portal = replace(portal, fetch=replace(portal.fetch, first=10**6))
    clock = SettableClock(NOON)
    return open_desk(portal, folder, Replay(answers, clock), clock)


def dressed(title: str, paragraphs: list[str], paper: int, chance: Random) -> bytes:
    """A page as a publisher would send it: its report is a small part of it."""
    size = min(int(chance.lognormvariate(log(MEDIAN), SPREAD)), 2_000_000)
    menu = "".join(f'<li><a href="/{k}">Section {k}</a></li>' for k in range(size // 400))
    teasers = "".join(
        f'<div class="teaser card-{k}"><a href="/r/{k}"><img data-src="/i/{k}.jpg" alt="">'
        f"<h3>{title}, part {k}</h3></a></div>"
        for k in range(size // 800)
    )
    head = (
        f"<!doctype html><html lang=en><head><title>{title} | Paper {paper}</title>"
        f'<meta property="og:site_name" content="Paper {paper}">'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
    )
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    page = (
        f"</head><body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{body}</article>"
        f"</main><aside class=related>{teasers}</aside><footer>Paper {paper}</footer></body></html>"
    )
    script = "<script>" + "var a=1;" * max(0, (size - len(head) - len(page)) // 8) + "</script>"
    return (head + script + page).encode()


def peer(pages: Iterable[bytes]) -> float | None:
    """CPU-seconds in which trafilatura reads these pages, text alone; None where it is absent."""
    if not find_spec("trafilatura"):
        return None
    extract = import_module("trafilatura").extract
    started = process_time()
    for page in pages:
        extract(page)
    return process_time() - started


def front_page(desk: Desk) -> bytes:
    """The front page of the budget, gzip."""
    today = edition(desk.portal, desk.trees, heat_of(desk.plugins))
    chance = Random(15)
    words = [
        "harbour",
        "cable",
        "battery",
        "council",
        "meter",
        "turbine",
        "ferry",
        "auction",
        "rate",
        "winter",
        "line",
    ]

    def text(length: int) -> str:
        made = ""
        while len(made) < length:
            made += chance.choice(words) + str(chance.randint(1, 99)) + " "
        return made[:length].strip()

    records = {id: replace(r, title=text(80), excerpt=text(160)) for id, r in today.records.items()}
    front = files_of(site, replace(today, records=records))["index.html"]
    return gzip.compress(front, 9, mtime=0)


if __name__ == "__main__":
    main()
