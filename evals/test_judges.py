"""Do copies, topics and headlines still reach the figures that were once measured?

Floors stand a little below what `python -m benchmarks.judges` printed on 2026-11-24, so that a
change that loses something is seen. Where the sets are absent, the invented ones alone are asked.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from benchmarks.judges import KIT, Desk, tree_of

from broadsheet.judge.dedup import containment
from broadsheet.judge.headlines import bait
from broadsheet.judge.topics import topics_of
from evals import sets

DATA = KIT / "data"
there = pytest.mark.skipif(not DATA.exists(), reason=f"the sets are absent: {DATA}")

INVENTED = {
    "storage": (
        "The battery at Harrow Staithe sells its first power",
        "Pumped hydro fills at night",
    ),
    "football": ("Northmoor United win the cup after extra time", "Keeper saves three penalties"),
    "health": ("The hospital opens a ward for children", "Nurses ask for shorter nights"),
}
WORDS = {
    "storage": ["battery", "pumped hydro"],
    "football": ["cup", "keeper", "penalty"],
    "health": ["hospital", "nurse"],
}


def rows(name: str) -> list[dict[str, Any]]:
    """One set of the kit."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def f1(hits: int, given: int, wanted: int) -> float:
    return 2 * hits / (given + wanted) if given + wanted else 0.0


def together(groups: Sequence[set[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


@there
def test_copies_of_the_kit_are_found_and_nothing_else() -> None:
    texts = rows("neardup")
    gold: dict[str, set[str]] = {}
    for row in texts:
        gold.setdefault(row["group"], set()).add(row["id"])
    wanted, found = together(list(gold.values())), together(Desk().near_duplicates(texts))

    assert len(wanted & found) / len(found) >= 0.995
    assert len(wanted & found) / len(wanted) >= 0.99


@there
def test_topics_of_reuters_are_found_by_an_editors_keywords() -> None:
    table = json.loads((DATA / "topics.json").read_text())
    articles = rows("reuters_eval")
    desk = Desk()
    found = [set(desk.topics(row, table)) for row in articles]
    gold = [set(row["topics"]) & table.keys() for row in articles]

    hits = sum(len(f & g) for f, g in zip(found, gold, strict=True))
    assert f1(hits, sum(map(len, found)), sum(map(len, gold))) >= 0.775


@there
def test_thirty_verdicts_a_topic_teach_what_keywords_miss() -> None:
    pytest.importorskip("sklearn", reason="the kit's runner needs it")
    (run,) = sets.modules(KIT, "run")
    table = json.loads((DATA / "topics.json").read_text())
    desk = Desk()
    for row, topic in run.asked(rows("reuters_fit"), table, 30):
        desk.verdict(row, topic, topic in row["topics"])
    articles = rows("reuters_eval")
    found = [set(desk.topics(row, table)) for row in articles]
    gold = [set(row["topics"]) & table.keys() for row in articles]

    hits = sum(len(f & g) for f, g in zip(found, gold, strict=True))
    assert f1(hits, sum(map(len, found)), sum(map(len, gold))) >= 0.815


@there
def test_baiting_headlines_of_the_kit_are_told_from_plain_ones() -> None:
    headlines = [(row["title"], bool(row["label"])) for row in rows("clickbait_eval")]
    lower = sum((bait(title.lower()) > 0.5) == label for title, label in headlines)
    written = sum((bait(title) > 0.5) == label for title, label in headlines)

    assert lower / len(headlines) >= 0.97
    assert written / len(headlines) >= 0.985


def test_every_invented_copy_is_found_and_no_invented_original_is_one() -> None:
    chance = Random(5)
    letters = "abdefgiklmnoprstuv"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 8))) for _ in range(900)]
    originals = [" ".join(chance.choices(words, k=150)) for _ in range(40)]
    texts = []
    for n, text in enumerate(originals):
        cut = " ".join(text.split()[:60])
        shuffled = " ".join(w if k % 9 else "edited" for k, w in enumerate(text.split()))
        texts += [
            (n, text),
            (n, cut),
            (n, f"By our staff. {text} All rights reserved."),
            (n, shuffled),
        ]
    chance.shuffle(texts)
    given = [
        {"id": str(k), "title": str(n), "text": text, "language": "en"}
        for k, (n, text) in enumerate(texts)
    ]
    gold = [{str(k) for k, (n, _) in enumerate(texts) if n == each} for each in range(40)]

    assert sorted(map(sorted, Desk().near_duplicates(given))) == sorted(map(sorted, gold))
    assert max(containment(a, b) for a, b in combinations(originals, 2)) < 0.1


def test_invented_reports_have_their_topic_and_no_other() -> None:
    tree = tree_of(WORDS)
    for key, titles in INVENTED.items():
        for title in titles:
            assert topics_of(title, "", (), (), tree, language="en").keys == (key,)


def test_the_weights_name_what_they_were_fitted_to() -> None:
    weights = Path(__file__).parents[1] / "src/broadsheet/judge/headlines.json"
    said = json.loads(weights.read_text("utf-8"))

    assert "MIT licence" in said["from"]
    assert said["by"] == "python -m evals.train_headlines"
