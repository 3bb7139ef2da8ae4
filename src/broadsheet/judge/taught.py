"""What has the editor taught us about a topic, and what does it say of this report?

Each verdict, yes or no, is an example; a logistic regression over the words of the examples and a
few named features corrects what the keywords say. It is fitted anew from all examples of a topic,
so the order in which they came does not matter, and taking one back is leaving it out.

A report that no keyword names is judged by a regression of its own, which never sees keywords: they
explain most examples, so beside them the words around them would be taught little (Blum and
Mitchell 1998, "Combining Labeled and Unlabeled Data with Co-Training": two views of one report). A
yes to another topic is a no in it, unless the verdicts or the keywords say that both go together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
"""Inverse of the ridge penalty. On one third of the older half of Reuters, 2026-11-24, by a
prototype in scikit-learn: from 12 to 200 the F1 at the best bar moves by .002."""
ELSEWHERE = 300  # verdicts on other topics that one is told apart from, at most ...
FEWEST_ELSEWHERE = 50  # ... and at least: with fewer, its words are not judged without its keywords
TOGETHER = 0.2  # yeses to both for each yes to the one and no to the other: then they go together
UNNAMED_BAR = 1.25
"""Log-odds that a report without keywords has to pass: both answers weigh the same in the fit, and
few of such reports are on the topic. `python -m benchmarks.judges folds`, 2026-11-24, micro and
macro F1 with 30 and with 300 verdicts: .844, .792, .869, .787 at .75; .838, .792, .877, .811 here;
.830, .790, .876, .815 at 1.75."""
FEWEST = 5  # verdicts from which something is learned: fewer are told apart by any word ...
FEWEST_OF_EACH = 2  # ... and of each answer
ROUNDS = 25  # of Newton's method at most; it stands still after ten
STILL = 1e-6  # change of a lesson's weight at which it does
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
    kin: tuple[str, ...] = ()
    """Other topics of which this one says nothing: above or below it, or named by its keywords."""

    @property
    def unnamed(self) -> Lesson:
        """The same without what the keywords say."""
        return Lesson(self.marks, domain=self.domain)

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
class Weights:
    """In log-odds."""

    bias: float
    named: Mapping[str, float]
    words: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned of one topic."""

    verdicts: int
    named: Weights
    """For a report that its keywords name ..."""
    unnamed: Weights
    """... and for one that they do not."""

    def judge(self, lesson: Lesson) -> Score:
        """Above 0 if the report is on the topic; its parts say what speaks for and against."""
        weights = self.named if lesson.points else self.unnamed
        size = max(1, len(lesson.marks)) ** 0.5
        by_words = sum(map(weights.words.get, lesson.marks, repeat(0.0))) / size
        by_name = [(name, weights.named.get(name, 0.0) * x) for name, x in lesson.named.items()]
        total = lesson.prior + weights.bias + by_words + sum(value for _, value in by_name)
        parts = [
            Part(name, round(POINTS * value))
            for name, value in (
                (f"learned: {'named' if lesson.prior > 0 else 'not named'}", lesson.prior),
                (f"learned: from {self.verdicts} verdicts", weights.bias),
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


class _Unnamed(NamedTuple):
    """The weights of all taught topics for reports without keywords, in their order."""

    rows: Mapping[int, int]
    """Of a word, by its mark."""
    words: NDArray[np.float32]
    """Words x topics."""
    bias: NDArray[np.float32]
    """With what it says that no keyword is there."""
    domains: Mapping[str, Sequence[tuple[int, float]]]
    """By domain: topic and weight."""


@lru_cache(maxsize=2)
def _unnamed(lessons: _Lessons) -> _Unnamed:
    import numpy as np  # here, since only what an editor taught needs it

    taught = [each.unnamed for each in lessons.taught]
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
    return _Unnamed(rows, words, bias, domains)


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
    weights = _unnamed(_Lessons(tuple(taught), tuple(taught.values())))
    rows = [weights.rows[mark] for mark in marks if mark in weights.rows]
    totals = weights.words[rows].sum(axis=0) / max(1, len(marks)) ** 0.5 + weights.bias
    for place, weight in weights.domains.get(domain, ()):
        totals[place] += weight
    keys = tuple(taught)
    return [keys[place] for place in (totals > -ROUNDING).nonzero()[0]]


def learn_all(examples: Mapping[str, Sequence[Example]]) -> dict[str, Taught]:
    """What verdicts teach of each topic; those with too few of them are left out."""
    found = {key: learn(own, _elsewhere(key, examples)) for key, own in sorted(examples.items())}
    return {key: taught for key, taught in found.items() if taught}


def learn(examples: Sequence[Example], elsewhere: Sequence[Example] = ()) -> Taught | None:
    """Weights from verdicts; None until there are enough of both kinds. `elsewhere` are reports on
    other topics, and not on this one."""
    chosen = sorted(examples[-EXAMPLES:], key=lambda each: (each.report, each.yes))
    yes = sum(each.yes for each in chosen)
    if len(chosen) < FEWEST or not FEWEST_OF_EACH <= yes <= len(chosen) - FEWEST_OF_EACH:
        return None
    named = _regress([(each.lesson, each.yes) for each in chosen])
    if len(elsewhere) < FEWEST_ELSEWHERE:
        return Taught(len(chosen), named, named)
    told = [(each.lesson.unnamed, each.yes) for each in chosen]
    unnamed = _regress([*told, *((each.lesson.unnamed, False) for each in elsewhere)])
    bias = round(unnamed.bias - UNNAMED_BAR, 3)
    return Taught(len(chosen), named, Weights(bias, unnamed.named, unnamed.words))


def _elsewhere(key: str, examples: Mapping[str, Sequence[Example]]) -> list[Example]:
    """Yeses to other topics that are as good as a no to this one, evenly drawn from all of them."""
    own = {each.report: each.yes for each in examples[key]}
    found: dict[str, Example] = {}
    for theirs in (theirs for other, theirs in sorted(examples.items()) if other != key):
        yes = [each for each in theirs if each.yes]
        both = sum(own.get(each.report, False) for each in yes)
        apart = sum(not own.get(each.report, True) for each in yes)
        if both <= TOGETHER * apart:
            found |= {each.report: each for each in yes if key not in each.lesson.kin}
    chosen = [found[report] for report in sorted(found.keys() - own.keys())]
    step = max(1.0, len(chosen) / ELSEWHERE)
    return [chosen[int(place * step)] for place in range(min(ELSEWHERE, len(chosen)))]


def _regress(told: Sequence[tuple[Lesson, bool]]) -> Weights:
    """Ridge-penalised logistic regression with both answers weighing the same, by Newton's method
    on the lessons' inner products (Rasmussen and Williams 2006, Gaussian Processes for Machine
    Learning, algorithm 3.1): a few hundred lessons against many thousand words."""
    import numpy as np  # here, since only an editor's verdict needs it

    columns: dict[int | str, int] = {"": 0}
    rows = []
    for lesson, _ in told:
        size = max(1, len(lesson.marks)) ** 0.5
        row: dict[int | str, float] = {"": 1.0}
        row |= {mark: 1 / size for mark in sorted(lesson.marks)}
        row.update(lesson.named)
        rows.append(row)
        for name in row:
            columns.setdefault(name, len(columns))
    matrix = np.zeros((len(rows), len(columns)), np.float32)
    for place, row in enumerate(rows):
        matrix[place, [columns[name] for name in row]] = list(row.values())
    kernel = LOOSENESS * (matrix @ matrix.T).astype(float)
    prior = np.array([lesson.prior for lesson, _ in told])
    answers = np.array([yes for _, yes in told], float)
    share = answers.mean()
    weight = np.where(answers > 0, 0.5 / share, 0.5 / (1 - share))
    dual = np.zeros(len(rows))
    for _ in range(ROUNDS):
        level = kernel @ dual
        chance = 1 / (1 + np.exp(-np.clip(level + prior, -30, 30)))
        curve = np.maximum(weight * chance * (1 - chance), 1e-6)
        target = level + weight * (answers - chance) / curve
        before, dual = dual, np.linalg.solve(kernel + np.diag(1 / curve), target)
        if np.abs(dual - before).max() < STILL:
            break
    weights = LOOSENESS * (matrix.T.astype(float) @ dual)
    found = {name: round(float(weights[place]), 3) for name, place in columns.items()}
    return Weights(
        found.pop(""),
        {n: w for n, w in found.items() if isinstance(n, str) and w},
        {n: w for n, w in found.items() if isinstance(n, int) and w},
    )


def as_json(examples: Mapping[str, Sequence[Example]]) -> str:
    """Examples and what they teach, by topic, as `desk/topics.json` keeps it; a person may delete
    any of it."""
    kept = {key: list(own)[-EXAMPLES:] for key, own in sorted(examples.items())}
    taught = learn_all(kept)
    data = {
        key: {
            "examples": [
                {
                    "report": each.report,
                    "yes": each.yes,
                    "points": each.lesson.points,
                    "strongest": each.lesson.strongest,
                    "keywords": each.lesson.keywords,
                    "domain": each.lesson.domain,
                    "kin": each.lesson.kin,
                    "words": sorted(each.lesson.marks),
                }
                for each in own
            ],
            "learned": {
                "named": _as_data(taught[key].named),
                "unnamed": _as_data(taught[key].unnamed),
            }
            if key in taught
            else None,
        }
        for key, own in kept.items()
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def from_json(text: str) -> Lessons:
    """The same read back. Raises ValueError where it is something else."""
    examples: dict[str, list[Example]] = {}
    taught: dict[str, Taught] = {}
    try:
        for key, kept in json.loads(text).items():
            examples[key] = [_example(each) for each in kept["examples"]]
            if learned := kept["learned"]:
                named, unnamed = _weights(learned["named"]), _weights(learned["unnamed"])
                taught[key] = Taught(len(examples[key]), named, unnamed)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not what was learned from verdicts: {error!r}") from error
    return Lessons(examples, taught)


def with_verdict(examples: Iterable[Example], new: Example) -> list[Example]:
    """The examples with this one; an editor's second word about a report replaces the first."""
    return [*(each for each in examples if each.report != new.report), new]


def _as_data(weights: Weights) -> dict[str, Any]:
    return {
        "bias": weights.bias,
        "named": weights.named,
        "words": {str(mark): weights.words[mark] for mark in sorted(weights.words)},
    }


def _weights(data: Mapping[str, Any]) -> Weights:
    words = {int(mark): float(weight) for mark, weight in data["words"].items()}
    named = {str(name): float(weight) for name, weight in data["named"].items()}
    return Weights(float(data["bias"]), named, words)


def _example(data: Mapping[str, Any]) -> Example:
    lesson = Lesson(
        frozenset(int(mark) for mark in data["words"]),
        int(data["points"]),
        int(data["strongest"]),
        tuple(str(words) for words in data["keywords"]),
        str(data["domain"]),
        tuple(str(key) for key in data["kin"]),
    )
    return Example(str(data["report"]), bool(data["yes"]), lesson)


def _whole(total: float) -> int:
    """In points; never 0, so that its sign is the answer."""
    return round(POINTS * total) or (1 if total > 0 else -1)
