"""How are the curves of judge/link.json fitted?

    python -m evals.train_link [--bench FOLDER] [--without SET] [--out FILE]

The linker runs over each set three times: first with the stories that people made, then with its
own, so that it learns from the mistakes that it makes. Every comparison on the way is an example:
its facts, and whether the report (or the smaller story) and the story are mostly of one event. A
curve is a sum of steps that may not fall where more of the fact should speak for one event; the
logistic loss, with as much weight on pairs that are one event as on those that are not, and a
little on small steps, is made smallest by accelerated projected gradient (Beck and Teboulle, 2009).

Fitted on ecb (CC BY 3.0), uci (CC BY 4.0) and semeval22 (Apache 2.0), each also in lower case, as
some houses write; no other set is opened. Of uci no times are read: there they tell when a robot
passed, and give the story away.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from broadsheet.judge import pair
from broadsheet.judge.pair import FACTS, Curves, Floats, Kind
from broadsheet.judge.stories import Group, Stories

Row = dict[str, Any]
BENCH = Path(__file__).parents[2] / "shared" / "bench" / "stories" / "data"
OUT = Path(pair.__file__).with_name("link.json")
STEPS = 5
SMALL = 3e-3
ROUNDS = 2
NOT_MEANT = {"meaning", "meaning of the titles", "words and meaning"}


@dataclass(frozen=True)
class Examples:
    """Facts of pairs, whether they are one event, and how much each counts."""

    facts: Floats
    one: NDArray[np.bool_]
    weights: NDArray[np.float64]


class Observed(Stories):
    """Runs as it would, or with the stories that people made, and writes down every comparison."""

    def __init__(self, gold: Mapping[str, str], curves: dict[Kind, Curves] | None = None) -> None:
        super().__init__(curves or {})
        self._told = curves is None
        self._gold = gold
        self._people: dict[int, Counter[str]] = {}
        """What people say of the reports in each unit."""
        self.compared: list[Floats] = []
        self.one: list[bool] = []
        self.pure: list[float] = []

    def odds(self, row: int, units: Sequence[int], facts: Floats) -> Floats:
        mine, sure = self._mostly(row)
        ones = []
        for unit in units:
            story, pure = self._mostly(unit)
            ones.append(story == mine)
            self.pure.append(sure * pure)
        self.one += ones
        self.compared.append(facts)
        return np.where(ones, 9.0, -9.0) if self._told else super().odds(row, units, facts)

    def examples(self) -> Examples:
        """All comparisons so far; those that are one event count as much as the others."""
        one = np.asarray(self.one)
        weights = np.asarray(self.pure) * np.where(one, 0.5 / one.mean(), 0.5 / (1 - one.mean()))
        return Examples(np.vstack(self.compared), one, weights / len(one))

    def _mostly(self, unit: int) -> tuple[str, float]:
        counts = self._people[unit]
        (story, most), *_ = counts.most_common(1)
        return story, most / counts.total()

    def _read(self, id: str, title: str, text: str, language: str) -> int:
        row = super()._read(id, title, text, language)
        self._people[row] = Counter([self._gold[id]])
        return row

    def _sum(self, group: Group, unit: int) -> None:
        both = self._people[group.unit] + self._people[unit]
        super()._sum(group, unit)
        self._people[group.unit] = both


def load(bench: Path, name: str) -> list[Row]:
    """The rows of a set."""
    with gzip.open(bench / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def arrivals(bench: Path, name: str) -> Iterator[tuple[str, list[Row]]]:
    """A set as streams: as it is, and in lower case."""
    rows = load(bench, name)
    if all(row["ts"] for row in rows):
        rows.sort(key=lambda row: (row["ts"], row["id"]))
    else:
        random.Random(1).shuffle(rows)
    yield name, rows
    yield (
        f"{name}, lower case",
        [row | {"title": row["title"].lower(), "text": row["text"].lower()} for row in rows],
    )


def streamed(rows: Iterable[Row], curves: dict[Kind, Curves] | None) -> Examples:
    """The comparisons of one run over a set."""
    rows = list(rows)
    stories = Observed({row["id"]: row["story"] for row in rows}, curves)
    for row in rows:
        stories.add(row["id"], row["title"], row["text"], row["language"])
    return stories.examples()


def paired(rows: Sequence[Row]) -> Examples:
    """The labelled pairs of a set."""
    stories = Stories({})
    sides = {side["id"]: side for row in rows for side in (row["a"], row["b"])}
    for side in sides.values():
        stories.read(side["id"], side["title"], side["text"], side["language"])
    facts = np.vstack([stories.facts(row["a"]["id"], row["b"]["id"]) for row in rows])
    one = np.asarray([row["label"] > 0 for row in rows])
    weights = np.where(one, 0.5 / one.mean(), 0.5 / (1 - one.mean())) / len(one)
    return Examples(facts, one, weights)


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


def train(bench: Path, without: str = "") -> dict[str, Any]:
    """All that link.json says, from every set but one."""
    names = [name for name in ("ecb", "uci") if name != without]
    sets = dict(stream for name in names for stream in arrivals(bench, name))
    parts: dict[str, list[Row]] = {"en": [], "other": [], "across": []}
    for row in [] if without == "semeval22" else load(bench, "semeval22"):
        one, other = row["subset"].split("-")
        parts["across" if one != other else "en" if one == "en" else "other"].append(row)
    pairs = {part: [paired(rows)] for part, rows in parts.items() if rows}
    seen = {name: [streamed(rows, None)] for name, rows in sets.items()}
    for turn in range(ROUNDS + 1):
        said = fitted(seen, pairs)
        if turn < ROUNDS:
            curves: dict[Kind, Curves] = {kind: Curves.of(said[kind]) for kind in get_args(Kind)}
            for name, rows in sets.items():
                seen[name] = [*seen[name][-1:], streamed(rows, curves)]
    return said


def fitted(
    seen: Mapping[str, Sequence[Examples]], pairs: Mapping[str, Sequence[Examples]]
) -> dict[str, Any]:
    """The curves of every kind, from streams and from labelled pairs."""
    streams = [each for examples in seen.values() for each in examples]
    english = [*streams, *pairs.get("en", ())]
    return {
        "english": fit(english),
        "worded": fit([*english, *pairs.get("other", ())], NOT_MEANT),
        "across": fit(pairs.get("across") or streams, NOT_MEANT),
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
