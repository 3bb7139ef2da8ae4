"""What has the editor taught us about a topic, and what does it say of this report?

Each verdict, yes or no, is an example; two linear support vector machines (Cortes and Vapnik 1995)
correct what the keywords say. They are fitted anew from all examples, so the order in which they
came does not matter, and taking one back is leaving it out.

The one judges reports that a keyword of the topic names, by words and keywords, and learns from the
topic's own verdicts. The other judges those that no keyword names, by words alone. There verdicts
are rare, so it also learns from reports that were shown for other topics (Blum and Mitchell 1998,
"Combining Labeled and Unlabeled Data with Co-Training"): where a keyword stands the first machine
answers; where none does, a yes to another topic is a no, unless the verdicts say that both go
together; and what it then answers itself about the rest it learns once more.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import repeat
from math import log, sqrt
from operator import mul
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from broadsheet.model import Part, Score
from broadsheet.text import stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

BUCKETS = 1 << 18  # for words; two of a report in one bucket are rare
WORDS = 200  # of the text that count; later ones are background
EXAMPLES = 400  # of one topic, the newest: kept, and learned from
REPORTS = 4_000  # from which the second machines learn at most, evenly drawn
KEYWORDS_SAY = 0.25
"""For or against, in units of the margin, that the keywords start with. This and the next four by
`python -m benchmarks.judges folds`, 2026-11-24; half or twice of each moves F1 by .005 or less."""
KEYWORD_SIZE = 0.5  # of a named feature, where all words together have the length 1
ALSO_SIZE = 0.3  # of another topic that the keywords give
COST = 2.0  # of an error, against the square of the weights: the less, the plainer the machine
SURE = 0.5  # margin from which the second machine believes the first
TOGETHER = 0.2  # yeses to both for each yes to the one and no to the other: then they go together
FEWEST_ELSEWHERE = 50  # reports shown for other topics: with fewer there is no second machine
FEWEST = 5  # verdicts from which something is learned: fewer are told apart by any word ...
FEWEST_OF_EACH = 2  # ... and of each answer
ROUNDS = 60  # of the descent at most
STILL = 1e-3  # step at which it ends
NO_COST = 1e-9  # of a report that says nothing of a topic
POINTS = 10  # of a score for one unit of the margin

PUBLISHED_BY = "published by "
IN_DOMAIN = 0.5
ROUNDING = 0.01  # by which a sum in single precision may be too small, and more

ENOUGH = 3  # points: one mention in the first ninety words
OF_STRONGEST = 0.3  # share of the strongest topic's points; less is a remark in passing

_WORD = re.compile(r"[^\W\d_]{2,}")
_BIAS = ""  # the name of the feature that every report has
_NO_TOPIC = ""  # stands for the strongest one, which earlier forms of the file did not name


@dataclass(frozen=True)
class Lesson:
    """What a verdict about one report can be learned from."""

    words: Mapping[int, int]
    """How often each stands there, in the title twice; hashed: the file tells nobody what was
    read."""
    points: Mapping[str, int] = field(default_factory=dict)
    """What the keywords give each topic that they name."""
    domain: str = ""
    kin: tuple[str, ...] = ()
    """Topics above and below the one of the verdict, of which it says nothing."""

    @cached_property
    def strongest(self) -> int:
        """The most points of a topic."""
        return max(self.points.values(), default=0)

    @cached_property
    def vector(self) -> dict[int, float]:
        """Its words with weights of the length 1: twice as often is not twice as much."""
        weights = {mark: 1 + log(times) for mark, times in sorted(self.words.items())}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {mark: weight / length for mark, weight in weights.items()}

    @cached_property
    def _also(self) -> dict[str, str]:
        """Topics that the keywords give it, with the name of that as a feature."""
        given = sorted(key for key, own in self.points.items() if enough(own, self.strongest))
        return {key: f"also {key}" for key in given if key != _NO_TOPIC}

    @property
    def origin(self) -> dict[str, float]:
        """Where it was published, as a named feature."""
        return {PUBLISHED_BY + self.domain: IN_DOMAIN} if self.domain else {}

    def features(self, key: str) -> dict[str, float]:
        """What else is known, by names that a person reads; of what keywords say where one of the
        topic's stands."""
        found = self.origin
        if points := self.points.get(key, 0):
            most = self.strongest
            found["named"] = KEYWORD_SIZE
            found["named often"] = KEYWORD_SIZE * min(1.0, points / 40)
            found["its main topic"] = KEYWORD_SIZE * points / most
            if enough(points, most):
                found["named enough"] = KEYWORD_SIZE
            found |= {name: ALSO_SIZE for other, name in self._also.items() if other != key}
        return found

    def prior(self, key: str) -> float:
        """What the keywords say."""
        return KEYWORDS_SAY if enough(self.points.get(key, 0), self.strongest) else -KEYWORDS_SAY


@dataclass(frozen=True, slots=True)
class Weights:
    """In units of the margin."""

    bias: float
    named: Mapping[str, float]
    words: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned of one topic."""

    key: str
    verdicts: int
    named: Weights
    """For a report that its keywords name ..."""
    unnamed: Weights
    """... and for one that they do not."""

    def judge(self, lesson: Lesson) -> Score:
        """Above 0 if the report is on the topic; its parts say what speaks for and against."""
        named = self.key in lesson.points
        weights = self.named if named else self.unnamed
        prior = lesson.prior(self.key)
        by_words = sum(
            map(mul, map(weights.words.get, lesson.vector, repeat(0.0)), lesson.vector.values())
        )
        features = lesson.features(self.key).items()
        by_name = [(name, weights.named.get(name, 0.0) * x) for name, x in features]
        total = prior + weights.bias + by_words + sum(value for _, value in by_name)
        parts = [
            Part(name, round(POINTS * value))
            for name, value in (
                (f"learned: {'named' if prior > 0 else 'not named'}", prior),
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


@dataclass(frozen=True)
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


def word_marks(title: str, text: str, language: str = "") -> dict[int, int]:
    """The words of a report as numbers, and how often each stands there, in the title twice."""
    said = _WORD.findall(title.casefold())
    times: dict[int, int] = {}
    for word, count in Counter([*said, *said, *_WORD.findall(text.casefold())[:WORDS]]).items():
        mark = _mark(word, language)
        times[mark] = times.get(mark, 0) + count
    return times


@lru_cache(maxsize=1 << 16)
def _mark(word: str, language: str) -> int:
    return crc32(stem(word, language).encode()) % BUCKETS


def promising(taught: Mapping[str, Taught], lesson: Lesson) -> list[str]:
    """The topics that its words alone may give a report: what `Taught.judge` puts above 0, and few
    others. All are weighed at once, by one product with a matrix."""
    if not taught:
        return []
    weights = _unnamed(_Lessons(tuple(taught), tuple(taught.values())))
    known = [(weights.rows[mark], x) for mark, x in lesson.vector.items() if mark in weights.rows]
    totals = weights.bias.copy()
    if known:
        rows, values = zip(*known, strict=True)
        totals += values @ weights.words[list(rows)]
    for place, weight in weights.domains.get(lesson.domain, ()):
        totals[place] += weight
    keys = tuple(taught)
    return [keys[place] for place in (totals > -ROUNDING).nonzero()[0]]


def learn_all(examples: Mapping[str, Sequence[Example]]) -> dict[str, Taught]:
    """What verdicts teach of each topic; those with too few of them are left out."""
    newest = {
        key: sorted(own[-EXAMPLES:], key=lambda each: (each.report, each.yes))
        for key, own in sorted(examples.items())
    }
    chosen = {key: own for key, own in newest.items() if _suffices(own)}
    named = {key: _first(key, own) for key, own in chosen.items()}
    taught = {key: Taught(key, len(own), named[key], named[key]) for key, own in chosen.items()}
    shown = {each.report: each.lesson for own in newest.values() for each in own}
    told = {
        key: _told(taught[key], newest, shown)
        for key, own in chosen.items()
        if len(shown) - len(own) >= FEWEST_ELSEWHERE
    }
    unnamed = _second(_evenly(shown), told)
    return {
        key: Taught(key, each.verdicts, each.named, unnamed.get(key, each.unnamed))
        for key, each in taught.items()
    }


def _suffices(examples: Sequence[Example]) -> bool:
    yes = sum(each.yes for each in examples)
    return len(examples) >= FEWEST and FEWEST_OF_EACH <= yes <= len(examples) - FEWEST_OF_EACH


def _evenly(shown: Mapping[str, Lesson]) -> dict[str, Lesson]:
    """As many reports as are learned from, whoever has the first ids."""
    reports = sorted(shown)
    step = max(1.0, len(reports) / REPORTS)
    count = min(REPORTS, len(reports))
    return {report: shown[report] for report in (reports[int(n * step)] for n in range(count))}


def _first(key: str, examples: Sequence[Example]) -> Weights:
    """The machine for reports that a keyword names; both answers weigh the same."""
    import numpy as np  # here, since only an editor's verdict needs it

    rows = _rows([(each.lesson.vector, each.lesson.features(key)) for each in examples])
    answers = np.array([[1.0 if each.yes else -1.0] for each in examples])
    prior = np.array([[each.lesson.prior(key)] for each in examples])
    share = (answers > 0).mean()
    costs = np.where(answers > 0, COST / 2 / share, COST / 2 / (1 - share))
    weights = _descend(rows, answers, costs, prior)
    return _weights_of(rows, weights[:, 0])


def _told(
    taught: Taught, examples: Mapping[str, Sequence[Example]], shown: Mapping[str, Lesson]
) -> dict[str, int]:
    """What is known of this topic in the reports that were shown: 1 for yes, -1 for no, 0 where only
    the second machine can tell; one that the first is unsure of is left out."""
    key = taught.key
    own = {each.report: each.yes for each in examples[key]}
    found = {report: 0 for report, lesson in shown.items() if key not in lesson.points}
    for theirs in (theirs for other, theirs in examples.items() if other != key):
        yes = [each for each in theirs if each.yes and key not in each.lesson.points]
        both = sum(own.get(each.report, False) for each in yes)
        apart = sum(not own.get(each.report, True) for each in yes)
        if both <= TOGETHER * apart:
            found |= {each.report: -1 for each in yes if key not in each.lesson.kin}
    for report, lesson in shown.items():
        if key in lesson.points and abs(points := taught.judge(lesson).value) >= SURE * POINTS:
            found[report] = 1 if points > 0 else -1
    return found | {report: 1 if yes else -1 for report, yes in own.items()}


def _second(
    shown: Mapping[str, Lesson], told: Mapping[str, Mapping[str, int]]
) -> dict[str, Weights]:
    """The machines for reports that no keyword names, of all topics at once."""
    import numpy as np

    if not told:
        return {}
    rows = _rows([(each.vector, each.origin) for each in shown.values()])
    answers = np.array([[float(told[key].get(report, 0)) for key in told] for report in shown])
    prior = np.full_like(answers, -KEYWORDS_SAY)
    weights = _descend(rows, answers, COST * np.abs(answers), prior)
    levels = np.array([values @ weights[places] for places, values in rows.cells]) + prior
    open_ones = np.array([[told[key].get(report) == 0 for key in told] for report in shown])
    answers[open_ones] = np.sign(levels[open_ones])
    weights = _descend(rows, answers, COST * np.abs(answers), prior)
    return {key: _weights_of(rows, weights[:, place]) for place, key in enumerate(told)}


class _Rows(NamedTuple):
    """Reports as sparse vectors."""

    names: Sequence[int | str]
    """Of their features, in the order of the places."""
    cells: Sequence[tuple[NDArray[np.int64], Numbers]]
    """For each report, places and values."""


def _rows(reports: Iterable[tuple[Mapping[int, float], Mapping[str, float]]]) -> _Rows:
    """Of the words and the named features of reports."""
    import numpy as np

    places: dict[int | str, int] = {_BIAS: 0}
    cells = []
    for words, named in reports:
        names: tuple[int | str, ...] = (*words, *named)
        own = [places.setdefault(name, len(places)) for name in names]
        cells.append((np.array([0, *own]), np.array([1.0, *words.values(), *named.values()])))
    return _Rows(tuple(places), cells)


def _descend(rows: _Rows, answers: Numbers, costs: Numbers, prior: Numbers) -> Numbers:
    """Weights, features x topics, of support vector machines with squared hinge loss, by dual
    coordinate descent (Hsieh et al. 2008, "A Dual Coordinate Descent Method for Large-scale Linear
    SVM"), all topics in one pass.

    `answers` (1, -1, or 0 with the cost 0), `costs` of an error and what is known before (`prior`)
    are reports x topics.
    """
    import numpy as np

    weights = np.zeros((len(rows.names), answers.shape[1]))
    duals = np.zeros_like(answers)
    soft = 0.5 / np.maximum(costs, NO_COST)
    curve = soft + np.array([[values @ values] for _, values in rows.cells])
    order = list(range(len(rows.cells)))
    chance = Random(1)
    for _ in range(ROUNDS):
        chance.shuffle(order)
        moved = 0.0
        for place in order:
            places, values = rows.cells[place]
            answer, dual = answers[place], duals[place]
            slope = answer * (values @ weights[places] + prior[place]) - 1 + dual * soft[place]
            step = np.maximum(-slope / curve[place], -dual)
            if (most := abs(step).max()) > STILL / 10:
                dual += step
                weights[places] += np.outer(values, step * answer)
                moved = max(moved, most)
        if moved < STILL:
            break
    return weights


def _weights_of(rows: _Rows, weights: Numbers) -> Weights:
    found = dict(zip(rows.names, [round(weight, 3) for weight in weights.tolist()], strict=True))
    return Weights(
        found.pop(_BIAS),
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
                    "domain": each.lesson.domain,
                    "kin": each.lesson.kin,
                    "words": {str(mark): times for mark, times in each.lesson.words.items()},
                }
                for each in own
            ],
            "machines": {
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
    """The same read back. Raises ValueError where it is something else.

    Files of earlier forms are read too: their verdicts are learned from anew.
    """
    examples: dict[str, list[Example]] = {}
    taught: dict[str, Taught] = {}
    to_learn: list[str] = []
    try:
        for key, kept in json.loads(text).items():
            examples[key] = [_example(key, each) for each in kept["examples"]]
            if "machines" not in kept:
                to_learn += [key] if kept.get("learned", kept.get("weights")) else []
            elif machines := kept["machines"]:
                named, unnamed = _weights(machines["named"]), _weights(machines["unnamed"])
                taught[key] = Taught(key, len(examples[key]), named, unnamed)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not what was learned from verdicts: {error!r}") from error
    if to_learn:
        anew = learn_all(examples)
        taught |= {key: anew[key] for key in to_learn if key in anew}
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


def _example(key: str, data: Mapping[str, Any]) -> Example:
    words, points = data["words"], data["points"]
    if isinstance(words, list):  # the forms before 25 November 2026: once each, one topic's points
        words = dict.fromkeys(words, 1)
        points = {key: points} if points else {}
        if data["strongest"] > points.get(key, 0):
            points[_NO_TOPIC] = data["strongest"]
    lesson = Lesson(
        {int(mark): int(times) for mark, times in words.items()},
        {str(topic): int(own) for topic, own in points.items()},
        str(data["domain"]),
        tuple(str(other) for other in data.get("kin", ())),
    )
    return Example(str(data["report"]), bool(data["yes"]), lesson)


def _whole(total: float) -> int:
    """In points; never 0, so that its sign is the answer."""
    return round(POINTS * total) or (1 if total > 0 else -1)
