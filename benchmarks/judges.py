"""How well and how fast do the judges of copies, topics and headlines judge? Beside their peers.

    python -m benchmarks.judges [neardup] [topics] [headlines] [folds] [many] [endless]

`many` needs no kit: articles per CPU-second with 1,000 topics and 10,000 keywords, without verdicts
and with 50 on each of 100 topics. Nor does `endless`: a million copies of one text, of which the last
must cost what the first did. The others run the kit of ../shared/bench/stories on the sets that
lie there, with every peer that is installed, and print its Markdown tables; what is absent is named.
Speeds of different runs do not compare: read them against the peer of the same table.

`folds` is what the constants of judge/topics.py and judge/taught.py are chosen by: each third of the
older half of Reuters, in order of time, judged after verdicts on the two others. The half on which
`topics` reports chooses nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

from evals import sets

from broadsheet.config import Topic
from broadsheet.judge.dedup import Copies, containment, repeated_by, sketch
from broadsheet.judge.headlines import bait
from broadsheet.judge.taught import Example, Taught, learn_all, with_verdict
from broadsheet.judge.topics import lesson_of, topics_of
from broadsheet.model import Article

KIT = Path(__file__).parents[2] / "shared" / "bench" / "stories"
START = datetime(2026, 1, 1, tzinfo=UTC)
PEERS = {
    "neardup": {"datasketch": "datasketch", "rensa": "rensa"},
    "topics": {"substring": "", "keywords": "", "svm": "sklearn"},
    "headlines": {"logistic": "sklearn"},
}
MANY_TOPICS, MANY_KEYWORDS, MANY_TAUGHT, MANY_ARTICLES = 1_000, 10, 100, 400
FOLDS = 3
ENDLESS = (1_000, 10_000, 100_000, 1_000_000)
VERDICTS = (0, 30, 300)  # of an editor, for each topic

Row = Mapping[str, Any]


class Desk:
    """Our judges in the shape that the kit asks for."""

    def __init__(self) -> None:
        self._examples: dict[str, list[Example]] = {}
        self._taught: dict[str, Taught] | None = None
        self._tree: dict[str, Topic] = {}

    def near_duplicates(self, rows: Iterable[Row]) -> list[set[str]]:
        """Groups of ids, in one pass over the texts in the order in which they come."""
        copies = Copies(())
        group: dict[str, set[str]] = {}
        for place, row in enumerate(rows):
            article = article_of(row, place)
            own = group[article.id] = {article.id}
            for other in repeated_by(article, copies.near(article)):
                if (theirs := group[other.id]) is not own:
                    own |= theirs
                    group |= dict.fromkeys(theirs, own)
            copies.put(article)
        return [
            members for members in {id(g): g for g in group.values()}.values() if len(members) > 1
        ]

    def duplicate_score(self, one: Row, other: Row) -> float:
        """How sure a copy it is."""
        return containment(one["text"], other["text"])

    def verdict(self, row: Row, topic: str, right: bool) -> None:
        """An editor's answer."""
        tree = self._topics(json.loads((KIT / "data" / "topics.json").read_text()))
        lesson = lesson_of(row["title"], row["text"], topic, tree, language="en")
        known = self._examples.get(topic, [])
        self._examples[topic] = with_verdict(known, Example(row["id"], right, lesson))
        self._taught = None

    def topics(self, row: Row, table: Mapping[str, Sequence[str]]) -> Collection[str]:
        """The topics of one article; what the answers teach is fitted when the first one comes."""
        if self._taught is None:
            self._taught = learn_all(self._examples)
        title, text, tree = row["title"], row["text"], self._topics(table)
        return topics_of(title, text, (), (), tree, language="en", taught=self._taught).keys

    def clickbait(self, title: str) -> float:
        """The chance that it is bait."""
        return bait(title)

    def _topics(self, table: Mapping[str, Sequence[str]]) -> dict[str, Topic]:
        if not self._tree:
            self._tree = tree_of(table)
        return self._tree


def article_of(row: Row, place: int) -> Article:
    """A text of the kit as a report that was seen in its turn."""
    return Article(
        id=row["id"],
        url="",
        source_id="",
        domain="",
        title=row["title"],
        text=row["text"],
        language=row["language"],
        seen_at=START + timedelta(seconds=place),
        sketch=sketch(row["text"]),
    )


def tree_of(table: Mapping[str, Sequence[str]]) -> dict[str, Topic]:
    """A topic table of the kit as a portal's topics, their words inflected."""
    return {key: Topic(key, keywords=tuple(words), inflect=True) for key, words in table.items()}


def folds() -> None:
    """Print micro and macro F1 on the older half of Reuters: the means over its thirds."""
    corpora, run, score = sets.modules(KIT, "corpora", "run", "score")
    table = json.loads((KIT / "data" / "topics.json").read_text())
    rows = corpora.load("reuters_fit", KIT / "data")
    edges = [len(rows) * third // FOLDS for third in range(FOLDS + 1)]
    print("| verdicts | micro F1 | macro F1 |\n| --- | ---: | ---: |")
    for verdicts in VERDICTS:
        micro = macro = 0.0
        for start, end in pairwise(edges):
            desk, others, third = Desk(), [*rows[:start], *rows[end:]], rows[start:end]
            for row, topic in run.asked(others, table, verdicts):
                desk.verdict(row, topic, topic in row["topics"])
            found = [set(desk.topics(row, table)) for row in third]
            scores = score.labels([set(row["topics"]) for row in third], found, table)
            micro += scores["micro F1"] / FOLDS
            macro += scores["macro F1"] / FOLDS
        print(f"| {verdicts} | {micro:.3f} | {macro:.3f} |", flush=True)


def many() -> None:
    """Print the pace with a thousand topics of ten invented words, in articles of 150 words whose
    frequencies fall as Zipf says."""
    chance = Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(40_000)]
    shares = list(accumulate(1 / place for place in range(1, len(known) + 1)))
    texts = [
        " ".join(chance.choices(known, cum_weights=shares, k=160)) for _ in range(MANY_ARTICLES)
    ]
    articles = [(text[:60], text[60:]) for text in texts]
    rare = known[1_000:]
    tree = {
        f"topic{n}": Topic(f"Topic {n}", keywords=tuple(chance.choices(rare, k=MANY_KEYWORDS)))
        for n in range(MANY_TOPICS)
    }
    taught: dict[str, Taught] = {}
    for key in list(tree)[:MANY_TAUGHT]:
        examples = [
            Example(
                str(n), n < 10, lesson_of(*articles[chance.randrange(len(articles))], key, tree)
            )
            for n in range(50)
        ]
        taught |= learn_all({key: examples})
    print("| verdicts on | articles per CPU-s |\n| --- | ---: |")
    for lessons in ({}, taught):
        pace = max(_pace(articles, tree, lessons) for _ in range(4))  # the first fills the caches
        print(f"| {len(lessons)} topics | {pace:,.0f} |")


def endless() -> None:
    """Print the pace and the memory of the judge of copies while one text comes a million times."""
    text = " ".join(f"word{n % 97}x{n % 89}" for n in range(300))
    row = {"id": "", "title": "One text", "text": text, "language": "en"}
    first, copies, before = article_of(row, 0), Copies(()), 0
    print("| copies | per CPU-s, since the line above | MB at most |\n| ---: | ---: | ---: |")
    for count in ENDLESS:
        begun = process_time()
        for place in range(before, count):
            article = replace(first, id=str(place), seen_at=START + timedelta(seconds=place))
            repeated_by(article, copies.near(article))
            copies.put(article)
        pace = (count - before) / (process_time() - begun)
        megabytes = getrusage(RUSAGE_SELF).ru_maxrss // 1024
        print(f"| {count:,} | {pace:,.0f} | {megabytes:,} |", flush=True)
        before = count


def _pace(
    articles: Sequence[tuple[str, str]], tree: Mapping[str, Topic], taught: Mapping[str, Taught]
) -> float:
    begun = process_time()
    for title, text in articles:
        topics_of(title, text, (), (), tree, language="en", taught=taught)
    return len(articles) / (process_time() - begun)


def main() -> None:
    """Print the tables that are asked for; all of them where none is."""
    asked_for = sys.argv[1:] or [*PEERS, "folds", "many", "endless"]
    if "many" in asked_for:
        print("\n## many topics\n", flush=True)
        many()
    if "endless" in asked_for:
        print("\n## endless\n", flush=True)
        endless()
    if not (KIT / "run.py").exists():
        print(f"The kit is absent: {KIT}")
        return
    if "folds" in asked_for:
        print("\n## folds\n", flush=True)
        folds()
    for mode in (mode for mode in asked_for if mode in PEERS):
        print(f"\n## {mode}\n", flush=True)
        tools = ["benchmarks.judges:Desk"]
        for peer, package in PEERS[mode].items():
            if not package or find_spec(package):
                tools.append(peer)
            else:
                print(f"{peer} is absent: {package} is not installed")
        for verdicts in VERDICTS if mode == "topics" else (0,):
            asked = tools if not verdicts else tools[:1]
            command = [sys.executable, str(KIT / "run.py"), mode, "--verdicts", str(verdicts)]
            for tool in asked:
                command += ["--tool", tool]
            subprocess.run(command, check=False)


if __name__ == "__main__":
    main()
