"""How are the curves of judge/link.json fitted?

    python -m evals.train_link [--bench FOLDER] [--without SET] [--out FILE]

The linker streams each set by words alone with a low bar; every pair of reports that it compares on
the way is an example: its facts, and whether people put both in one story. A desk reads headlines,
briefs and long texts of many houses, so each set is streamed in several lengths and styles
(STYLES). A curve is a sum of steps that may not fall where more of the fact should speak for one
event; the logistic loss, with as much weight on pairs that are one event as on those that are not
and a little on small steps, is made smallest by accelerated projected gradient (Beck and Teboulle,
2009).

Fitted on ecb (CC BY 3.0), uci (CC BY 4.0) and semeval22 (Apache 2.0); no other set is opened. Of uci
no times are read: there they tell when a robot passed, and give the story away.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.judge import pair
from broadsheet.judge.pair import FACTS, Floats, Numbers
from broadsheet.judge.stories import Bar, Stories
from broadsheet.judge.terms import STOP_WORDS

Row = dict[str, Any]
BENCH = Path(__file__).parents[2] / "shared" / "bench" / "stories" / "data"
OUT = Path(pair.__file__).with_name("link.json")
STEPS = 5
SMALL = 3e-3
MOST = 60_000  # examples of one stream
NOT_MEANT = {"meaning", "meaning of the titles", "words and meaning"}
_STOP = frozenset(STOP_WORDS["en"].split())


@dataclass(frozen=True)
class Examples:
    """Facts of pairs, whether they are one event, and how much each counts."""

    facts: Floats
    one: NDArray[np.bool_]
    weights: NDArray[np.float64]

    @classmethod
    def balanced(cls, facts: Floats, one: NDArray[np.bool_]) -> Examples:
        """Both answers count as much; MOST of them at most, chosen by chance."""
        if len(one) > MOST:
            chosen = np.random.default_rng(1).choice(len(one), MOST, replace=False)
            facts, one = facts[chosen], one[chosen]
        return cls(facts, one, np.where(one, 0.5 / one.mean(), 0.5 / (1 - one.mean())) / len(one))


class Observed(Stories):
    """Links by words alone, and writes down every comparison with what people say of it."""

    def __init__(self, gold: Mapping[str, str]) -> None:
        super().__init__({})
        self._gold = gold
        self.compared: list[Floats] = []
        self.one: list[bool] = []

    def closeness(self, ones: Numbers, others: Numbers, facts: Floats) -> Floats:
        self.compared.append(facts)
        self.one += [
            self._gold[self._ids[one]] == self._gold[self._ids[other]]
            for one, other in zip(ones, others, strict=True)
        ]
        return facts[:, 0]

    def _bar(self, row: int) -> Bar:
        low = 0.1 if self._reports.lengths[row] < 40 else 0.2
        return Bar(low, low)

    def _enough(self, ones: Numbers, others: Numbers, facts: Floats) -> NDArray[np.bool_]:
        return np.full(len(others), True)

    def _settle(self, stories: Sequence[str], bar: Bar) -> None:
        """Leave them apart."""


def lower(row: Row) -> Row:
    """As some houses write."""
    return row | {"title": row["title"].lower(), "text": row["text"].lower()}


def bare(row: Row) -> Row:
    """In lower case and without stop words, as search engines show it."""
    said = {
        name: " ".join(word for word in row[name].lower().split() if word not in _STOP)
        for name in ("title", "text")
    }
    return row | said


def snippet(row: Row) -> Row:
    """The headline and the first words of the text, in one."""
    words = f"{row['title']} {row['text']}".split()[:45]
    return bare(row | {"title": " ".join(words), "text": ""})


def brief(row: Row) -> Row:
    """A headline and two sentences."""
    return row | {"text": " ".join(row["text"].split()[:40])}


def whole(row: Row) -> Row:
    """As it is."""
    return row


STYLES: dict[str, tuple[Callable[[Row], Row], ...]] = {
    "ecb": (whole, whole, lower, brief, snippet),
    "uci": (whole, bare),
    "semeval22": (whole, brief, snippet),
}


def load(bench: Path, name: str) -> list[Row]:
    """The rows of a set."""
    with gzip.open(bench / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def stream(bench: Path, name: str, seed: int) -> list[Row]:
    """A set in the order of a stream, each row with its story.

    Of semeval22 two reports are one story where a chain of pairs said so; it is a world of many
    lone reports, as a desk is.
    """
    rows = load(bench, name)
    if name == "semeval22":
        story = {side["id"]: side["id"] for row in rows for side in (row["a"], row["b"])}
        for row in rows:
            if row["label"]:
                one, other = story[row["a"]["id"]], story[row["b"]["id"]]
                story = {id: one if each == other else each for id, each in story.items()}
        sides = {side["id"]: side for row in rows for side in (row["a"], row["b"])}
        rows = [side | {"story": story[id]} for id, side in sides.items()]
    random.Random(seed).shuffle(rows)
    return rows


def streamed(rows: Iterable[Row]) -> Examples:
    """The comparisons of one run over a set."""
    rows = list(rows)
    stories = Observed({row["id"]: row["story"] for row in rows})
    for row in rows:
        stories.add(row["id"], row["title"], row["text"], row["language"])
    return Examples.balanced(np.vstack(stories.compared), np.asarray(stories.one))


def paired(rows: Sequence[Row]) -> Examples:
    """The labelled pairs of a set."""
    stories = Stories({})
    sides = {side["id"]: side for row in rows for side in (row["a"], row["b"])}
    for side in sides.values():
        stories.read(side["id"], side["title"], side["text"], side["language"])
    facts = np.vstack([stories.facts(row["a"]["id"], row["b"]["id"]) for row in rows])
    return Examples.balanced(facts, np.asarray([row["label"] > 0 for row in rows]))


def fit(examples: Iterable[Examples], without: Collection[str] = ()) -> dict[str, Any]:
    """The curves of one kind of pair, as link.json has them; `without` names facts left out."""
    examples = list(examples)
    facts = np.vstack([each.facts for each in examples]).astype(np.float64)
    sign = np.where(np.concatenate([each.one for each in examples]), 1.0, -1.0)
    weights = np.concatenate([each.weights for each in examples])
    weights /= weights.sum()
    columns, least, most, knots = [], [], [], {}
    for n, (name, falls) in enumerate(FACTS.items()):
        if name in without:
            continue
        values = facts[:, n]
        some = values[values > 1e-6]
        if not len(some):
            continue
        shares = np.linspace(0.02, 0.98, STEPS)
        marks = np.unique(np.round([0, *np.quantile(some, shares)], 4))
        knots[name] = marks
        for low, high in pairwise(marks):
            columns.append(np.clip((values - low) / (high - low), 0, 1))
            least.append(0.0 if falls > 0 else -np.inf)
            most.append(0.0 if falls < 0 else np.inf)
    steps = np.stack(columns, 1)
    rises, offset = _smallest(steps, sign, weights, np.asarray(least), np.asarray(most))
    curves, at = {}, 0
    for name, marks in knots.items():
        heights = np.cumsum([0, *rises[at : at + len(marks) - 1]])
        at += len(marks) - 1
        curves[name] = [[float(x), round(float(y), 3)] for x, y in zip(marks, heights, strict=True)]
    return {"offset": round(offset, 3), "curves": curves}


def _smallest(
    steps: NDArray[np.float64],
    sign: NDArray[np.float64],
    weights: NDArray[np.float64],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    rounds: int = 200,
) -> tuple[NDArray[np.float64], float]:
    """Rises and offset of the smallest logistic loss, within their bounds."""
    count = steps.shape[1]
    least, most = np.append(least, -np.inf), np.append(most, np.inf)
    steps = np.hstack([steps, np.ones((len(steps), 1))])
    small = np.append(np.full(count, SMALL), 0.0)
    pace = 1 / (0.25 * np.linalg.norm((steps * weights[:, None]).T @ steps, 2) + SMALL)
    now = ahead = np.zeros(count + 1)
    speed = 1.0
    for _ in range(rounds):
        slope = -sign * weights / (1 + np.exp(np.clip(sign * (steps @ ahead), -60, 60)))
        after = np.clip(ahead - pace * (steps.T @ slope + small * ahead), least, most)
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        ahead = after + (speed - 1) / faster * (after - now)
        now, speed = after, faster
    return now[:-1], float(now[-1])


def streams(bench: Path, without: str) -> Iterator[Examples]:
    """Every set but one, in all its styles."""
    for name, styles in STYLES.items():
        for seed, style in enumerate(styles if name != without else (), 1):
            yield streamed(map(style, stream(bench, name, seed)))


def train(bench: Path, without: str = "") -> dict[str, Any]:
    """All that link.json says, from every set but one."""
    parts: dict[str, list[Row]] = {"en": [], "other": [], "across": []}
    for row in [] if without == "semeval22" else load(bench, "semeval22"):
        one, other = row["subset"].split("-")
        parts["across" if one != other else "en" if one == "en" else "other"].append(row)
    pairs = {part: [paired(rows)] for part, rows in parts.items() if rows}
    english = [*streams(bench, without), *pairs.get("en", ())]
    return {
        "english": fit(english),
        "worded": fit([*english, *pairs.get("other", ())], NOT_MEANT),
        "across": fit(pairs.get("across") or english, NOT_MEANT),
    }


def main() -> None:
    """Fit, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=BENCH)
    parser.add_argument("--without", default="", help="ecb, uci or semeval22")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    said = train(options.bench, options.without)
    options.out.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
