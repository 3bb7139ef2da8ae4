"""What has the editor taught us about a topic, and what does it say of this report?

Each verdict, yes or no, is an example; a logistic regression over the words of the examples and a
few named features corrects what the keywords say. It is fitted anew from all examples of a topic,
so the order in which they came does not matter, and taking one back is leaving it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from broadsheet.model import Part, Score
from broadsheet.text import stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUCKETS = 1 << 18  # for words; two of a report in one bucket are rare
WORDS = 200  # of the text that count; later ones are background
EXAMPLES = 400  # of one topic, the newest: kept, and learned from
KEYWORDS_SAY = 0.5
"""Log-odds for or against that the keywords start with, so that the first verdicts only nudge."""
LOOSENESS = 50.0
"""Inverse of the ridge penalty. `python -m benchmarks.judges topics`, 2026-11-24: from 10 to 50 the
F1 on Reuters, which only measures, moves by .005."""
FEWEST = 5  # verdicts from which something is learned: fewer are told apart by any word ...
FEWEST_OF_EACH = 2  # ... and of each answer
ROUNDS = 25  # of Newton's method; it stands still after ten
POINTS = 10  # of a score for one unit of log-odds

PUBLISHED_BY = "published by "
IN_DOMAIN = 0.5
ROUNDING = 0.01  # log-odds by which a sum in single precision may be too small, and more

ENOUGH = 3  # points: one mention in the first ninety words
OF_STRONGEST = 0.3  # share of the strongest topic's points; less is a remark in passing

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a verdict about one report and one topic can be learned from."""

    marks: frozenset[int]
    """Its words, hashed: the file tells nobody what was read."""
    points: int = 0
    """What the keywords give the topic ..."""
    strongest: int = 0
    """... and what they give the strongest one."""
    keywords: tuple[str, ...] = ()
    domain: str = ""

    @property
    def named(self) -> dict[str, float]:
        """Features with names, each from 0 to 1."""
        found = {f"keyword {words}": 1.0 for words in self.keywords}
        if self.domain:
            found[PUBLISHED_BY + self.domain] = IN_DOMAIN
        if self.points:
            found["named"] = 1.0
            found["named often"] = min(1.0, self.points / 40)
            found["its main topic"] = self.points / max(1, self.strongest)
        return found

    @property
    def prior(self) -> float:
        """What the keywords say, as log-odds."""
        return KEYWORDS_SAY if enough(self.points, self.strongest) else -KEYWORDS_SAY


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned of one topic: weights, in log-odds."""

    verdicts: int
    bias: float = 0.0
    named: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[int, float] = field(default_factory=dict)

    def judge(self, lesson: Lesson) -> Score:
        """Above 0 if the report is on the topic; its parts say what speaks for and against."""
        size = max(1, len(lesson.marks)) ** 0.5
        by_words = sum(map(self.words.get, lesson.marks, repeat(0.0))) / size
        named = lesson.named
        by_name = [(name, self.named.get(name, 0.0) * value) for name, value in named.items()]
        total = lesson.prior + self.bias + by_words + sum(value for _, value in by_name)
        parts = [
            Part(name, round(POINTS * value))
            for name, value in (
                (f"learned: {'named' if lesson.prior > 0 else 'not named'}", lesson.prior),
                (f"learned: from {self.verdicts} verdicts", self.bias),
                *((f"learned: {name}", value) for name, value in by_name),
                ("learned: its words", by_words),
            )
            if round(POINTS * value)
        ]
        rest = _whole(total) - sum(part.points for part in parts)
        if rest:
            parts.append(Part("learned: rounding", rest))
        return Score("learned", _whole(total), tuple(parts))


@dataclass(frozen=True, slots=True)
class Example:
    """One verdict and what it was about."""

    report: str
    yes: bool
    lesson: Lesson


def enough(points: int, strongest: int) -> bool:
    """Do the keywords of a topic say that a report is on it? `strongest`: the most of any topic."""
    return points >= max(ENOUGH, OF_STRONGEST * strongest)


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that editors taught, by topic."""

    examples: Mapping[str, Sequence[Example]]
    taught: Mapping[str, Taught]

    @property
    def verdicts(self) -> dict[str, dict[str, bool]]:
        """By report, and topic: did the editor say yes?"""
        found: dict[str, dict[str, bool]] = {}
        for key, examples in self.examples.items():
            for each in examples:
                found.setdefault(each.report, {})[key] = each.yes
        return found


class _Lessons(NamedTuple):
    """What was learned of some topics, as the key of a cache: their weights are not hashed."""

    keys: tuple[str, ...]
    taught: tuple[Taught, ...]

    def __hash__(self) -> int:
        return hash(self.keys)


class _Weights(NamedTuple):
    """The weights of all taught topics, in their order."""

    rows: Mapping[int, int]
    """Of a word, by its mark."""
    words: NDArray[np.float32]
    """Words x topics."""
    bias: NDArray[np.float32]
    """With what keywords say of a report that has none."""
    domains: Mapping[str, Sequence[tuple[int, float]]]
    """By domain: topic and weight."""


@lru_cache(maxsize=2)
def _weights(lessons: _Lessons) -> _Weights:
    import numpy as np  # here, since only what an editor taught needs it

    taught = lessons.taught
    marks = dict.fromkeys(mark for each in taught for mark in each.words)
    rows = {mark: row for row, mark in enumerate(marks)}
    words = np.zeros((len(rows), len(taught)), np.float32)
    domains: dict[str, list[tuple[int, float]]] = {}
    for place, each in enumerate(taught):
        words[[rows[mark] for mark in each.words], place] = list(each.words.values())
        for name, weight in each.named.items():
            if name.startswith(PUBLISHED_BY):
                own = domains.setdefault(name.removeprefix(PUBLISHED_BY), [])
                own.append((place, weight * IN_DOMAIN))
    bias = np.array([each.bias - KEYWORDS_SAY for each in taught], np.float32)
    return _Weights(rows, words, bias, domains)


NO_LESSONS = Lessons({}, {})


def word_marks(title: str, text: str, language: str = "") -> frozenset[int]:
    """The words of a report as numbers: stems, each once."""
    found = {*_WORD.findall(title.casefold()), *_WORD.findall(text.casefold())[:WORDS]}
    return frozenset([_mark(word, language) for word in found])


@lru_cache(maxsize=1 << 16)
def _mark(word: str, language: str) -> int:
    return crc32(stem(word, language).encode()) % BUCKETS


def promising(taught: Mapping[str, Taught], marks: frozenset[int], domain: str) -> list[str]:
    """The topics that its words alone may give a report: what `Taught.judge` puts above 0, and few
    others. All are weighed at once, by one sum over a matrix."""
    if not taught:
        return []
    weights = _weights(_Lessons(tuple(taught), tuple(taught.values())))
    rows = [weights.rows[mark] for mark in marks if mark in weights.rows]
    totals = weights.words[rows].sum(axis=0) / max(1, len(marks)) ** 0.5 + weights.bias
    for place, weight in weights.domains.get(domain, ()):
        totals[place] += weight
    keys = tuple(taught)
    return [keys[place] for place in (totals > -ROUNDING).nonzero()[0]]


def learn(examples: Sequence[Example]) -> Taught | None:
    """Weights from verdicts; None until there are enough of both kinds.

    Ridge-penalised logistic regression with both answers weighing the same, by Newton's method on
    the examples' inner products (Rasmussen and Williams 2006, Gaussian Processes for Machine
    Learning, algorithm 3.1): a few hundred examples against many thousand words.
    """
    import numpy as np  # here, since only an editor's verdict needs it

    chosen = sorted(examples[-EXAMPLES:], key=lambda each: (each.report, each.yes))
    answers = np.array([each.yes for each in chosen], float)
    if len(chosen) < FEWEST or not FEWEST_OF_EACH <= answers.sum() <= len(chosen) - FEWEST_OF_EACH:
        return None
    columns: dict[int | str, int] = {"": 0}
    rows = []
    for each in chosen:
        size = max(1, len(each.lesson.marks)) ** 0.5
        row: dict[int | str, float] = {"": 1.0}
        row |= {mark: 1 / size for mark in sorted(each.lesson.marks)}
        row.update(each.lesson.named)
        rows.append(row)
        for name in row:
            columns.setdefault(name, len(columns))
    matrix = np.zeros((len(rows), len(columns)), np.float32)
    for place, row in enumerate(rows):
        matrix[place, [columns[name] for name in row]] = list(row.values())
    kernel = LOOSENESS * (matrix @ matrix.T).astype(float)
    prior = np.array([each.lesson.prior for each in chosen])
    share = answers.mean()
    weight = np.where(answers > 0, 0.5 / share, 0.5 / (1 - share))
    dual = np.zeros(len(rows))
    for _ in range(ROUNDS):
        level = kernel @ dual
        chance = 1 / (1 + np.exp(-np.clip(level + prior, -30, 30)))
        curve = np.maximum(weight * chance * (1 - chance), 1e-6)
        target = level + weight * (answers - chance) / curve
        dual = np.linalg.solve(kernel + np.diag(1 / curve), target)
    weights = LOOSENESS * (matrix.T.astype(float) @ dual)
    found = {name: round(float(weights[place]), 3) for name, place in columns.items()}
    return Taught(
        len(chosen),
        found.pop(""),
        {n: w for n, w in found.items() if isinstance(n, str) and w},
        {n: w for n, w in found.items() if isinstance(n, int) and w},
    )


def as_json(examples: Mapping[str, Sequence[Example]]) -> str:
    """Examples and weights by topic, as `desk/topics.json` keeps them; a person may delete any."""
    data: dict[str, Any] = {}
    for key in sorted(examples):
        kept = list(examples[key])[-EXAMPLES:]
        taught = learn(kept)
        data[key] = {
            "examples": [
                {
                    "report": each.report,
                    "yes": each.yes,
                    "points": each.lesson.points,
                    "strongest": each.lesson.strongest,
                    "keywords": list(each.lesson.keywords),
                    "domain": each.lesson.domain,
                    "words": sorted(each.lesson.marks),
                }
                for each in kept
            ],
            "weights": taught
            and {
                "bias": taught.bias,
                "named": dict(sorted(taught.named.items())),
                "words": {str(mark): taught.words[mark] for mark in sorted(taught.words)},
            },
        }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def from_json(text: str) -> Lessons:
    """The same read back. Raises ValueError where it is something else."""
    examples: dict[str, list[Example]] = {}
    taught: dict[str, Taught] = {}
    try:
        for key, kept in json.loads(text).items():
            examples[key] = [_example(each) for each in kept["examples"]]
            if weights := kept["weights"]:
                words = {int(mark): float(w) for mark, w in weights["words"].items()}
                named = {str(name): float(w) for name, w in weights["named"].items()}
                taught[key] = Taught(len(examples[key]), float(weights["bias"]), named, words)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not what was learned from verdicts: {error!r}") from error
    return Lessons(examples, taught)


def with_verdict(examples: Iterable[Example], new: Example) -> list[Example]:
    """The examples with this one; an editor's second word about a report replaces the first."""
    return [*(each for each in examples if each.report != new.report), new]


def _example(data: Mapping[str, Any]) -> Example:
    lesson = Lesson(
        frozenset(int(mark) for mark in data["words"]),
        int(data["points"]),
        int(data["strongest"]),
        tuple(str(words) for words in data["keywords"]),
        str(data["domain"]),
    )
    return Example(str(data["report"]), bool(data["yes"]), lesson)


def _whole(total: float) -> int:
    """In points; never 0, so that its sign is the answer."""
    return round(POINTS * total) or (1 if total > 0 else -1)
