"""How likely do two reports, or a report and a story, tell of one event?

A unit is a report, or the sum of a story's reports: its strongest words with their weights, and
what it means. Two units are compared by a few facts (FACTS), each of them from 0 to 1 but for the
sizes; what each fact is worth is a curve that never falls where more of it should never speak
against (a generalised additive model). The curves are fitted by `python -m evals.train_link`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from broadsheet.judge.meaning import WIDTH
from broadsheet.judge.terms import NAME, NUMBER, TITLE, Terms, Words

Floats = NDArray[np.float32]
Kind = Literal["english", "worded", "across"]

WORDS = 64  # strongest words of a unit that are kept
NEWEST = 20  # reports whose words a story's unit remembers, older ones ever fainter
MOST = 0.03  # of a cosine that one word may give: one place or firm in common is no event
MARKED = 0.5  # how much more a name or a number counts than another word

FACTS = {
    "words": 1,  # cosine of all words by weight
    "many words": 1,  # the same where no word may give more than MOST of it
    "meaning": 1,  # cosine of the meanings
    "meaning of the titles": 1,
    "words and meaning": 1,  # the product of the two cosines
    "words of each pair": 1,  # mean cosine of one's reports with the other's
    "words shared": 1,  # logarithm of how many
    "title told": 1,  # the share of the report's headline that the other has
    "title tells": 1,  # the share of the other's headlines that the report has
    "names told": 1,
    "names tell": 1,
    "names new": -1,  # the share of the report's names that the other lacks
    "numbers told": 1,
    "numbers new": -1,
    "reports": 0,  # logarithm of the story's
    "own reports": 0,  # logarithm of the unit's that is compared
    "length": 0,  # logarithm of the shorter one's words
}
"""What is compared, and whether more of it speaks for (1) or against (-1) one event."""
SHARED = list(FACTS).index("words shared")


class Units:
    """Reports and stories as rows of flat arrays, about 700 bytes each."""

    _COLUMNS = (
        ("words", (WORDS,), np.int32),
        ("weights", (WORDS,), np.float16),
        ("flags", (WORDS,), np.uint8),
        ("meanings", (2, WIDTH), np.int8),
        ("scales", (2,), np.float32),
        ("reports", (), np.int32),
        ("lengths", (), np.int16),
        ("languages", (), np.int16),
    )

    words: NDArray[np.int32]
    """Strongest first, then zeros."""
    weights: NDArray[np.float16]
    flags: NDArray[np.uint8]
    meanings: NDArray[np.int8]
    """Of all words and of the titles; times `scales` they are sums over the reports."""
    scales: Floats
    reports: NDArray[np.int32]
    lengths: NDArray[np.int16]
    languages: NDArray[np.int16]

    def __init__(self, columns: Mapping[str, NDArray[Any]] | None = None) -> None:
        for name, shape, kind in self._COLUMNS:
            setattr(self, name, columns[name] if columns else np.zeros((512, *shape), kind))
        self.count = len(self.reports) if columns else 0
        self._load = np.zeros((1024, 4), np.float32)

    def columns(self, rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """These rows as plain arrays, from which Units can be made again."""
        return {name: getattr(self, name)[rows] for name, _, _ in self._COLUMNS}

    def open(self) -> int:
        """A new row."""
        if self.count == len(self.reports):
            for name, shape, kind in self._COLUMNS:
                more = np.zeros((self.count // 2 + 512, *shape), kind)
                setattr(self, name, np.concatenate([getattr(self, name), more]))
        self.count += 1
        return self.count - 1

    def write(self, row: int, terms: Terms, words: Words, language: int) -> None:
        """Fill a row with one report."""
        rarity = words.rarity(terms.ids)
        marked = (terms.flags & (NAME | NUMBER)) > 0
        weights = (1 + np.log(terms.counts)) * rarity * (1 + MARKED * marked)
        order = np.argsort(-weights, kind="stable")[:WORDS]
        self._keep(row, terms.ids[order], weights[order] / _length(weights[order]))
        self.flags[row, : len(order)] = terms.flags[order]
        known = words.meanings[np.where(terms.ids < len(words.meanings), terms.ids, 0)]
        in_title = (terms.flags & TITLE) > 0
        root = np.sqrt(rarity)
        both = np.stack([root * terms.counts, root * in_title]).astype(np.float32)
        self._mean(row, _unit(both @ known.astype(np.float32)))
        self.reports[row] = 1
        self.lengths[row] = terms.length
        self.languages[row] = language

    def add(self, row: int, one: int, other: int, fade: float) -> None:
        """Fill a row with the sum of two others, the first faded; it may be the first itself."""
        ids, places = np.unique(
            np.concatenate([self.words[one], self.words[other]]), return_inverse=True
        )
        parts = np.concatenate([fade * self.weights[one].astype(np.float32), self.weights[other]])
        weights = np.bincount(places, parts, len(ids))
        flags = np.zeros(len(ids), np.uint8)
        np.bitwise_or.at(flags, places, np.concatenate([self.flags[one], self.flags[other]]))
        order = np.argsort(-weights, kind="stable")[:WORDS]
        self._keep(row, ids[order], weights[order])
        self.flags[row, : len(order)] = flags[order]
        self._mean(row, fade * self.meaning(one) + self.meaning(other))
        self.reports[row] = self.reports[one] + self.reports[other]
        self.lengths[row] = max(self.lengths[one], self.lengths[other])
        self.languages[row] = self.languages[one]

    def meaning(self, row: int) -> Floats:
        """Shape (2, WIDTH): of all words and of the titles, summed over the reports."""
        return np.asarray(self.meanings[row] * self.scales[row][:, None])

    def facts(self, row: int, others: Sequence[int]) -> Floats:
        """Shape (others, FACTS): one unit compared with others."""
        at = np.asarray(others, np.int64)
        mine = int(np.count_nonzero(self.words[row]))
        words = self.words[row, :mine]
        weights = self.weights[row, :mine].astype(np.float32)
        mass, flags = weights * weights, self.flags[row, :mine]
        their_words = self.words[at]
        longest = max(1, int(np.count_nonzero(their_words, axis=1).max()))
        their_words = their_words[:, :longest]
        top = max(int(words.max(initial=0)), int(their_words.max()))
        if top >= len(self._load):
            self._load = np.zeros((top + top // 2 + 1, 4), np.float32)
        load = self._load
        load[words, 0] = weights
        load[words, 1] = _share(mass, flags & TITLE)
        load[words, 2] = _share(mass, flags & NAME)
        load[words, 3] = _share(mass, flags & NUMBER)
        met = load[their_words]
        load[words] = 0
        theirs = self.weights[at, :longest].astype(np.float32)
        their_mass, their_flags = theirs * theirs, self.flags[at, :longest]
        told = met.sum(1)
        hit = their_mass * (met[:, :, 0] > 0)
        both = met[:, :, 0] * theirs
        norms = np.maximum(np.sqrt(their_mass.sum(1)) * np.sqrt(mass.sum()), 1e-6)
        counts = np.minimum(self.reports[at], NEWEST) * min(int(self.reports[row]), NEWEST)
        meant = self.meanings[at].astype(np.float32)
        own = self.meanings[row].astype(np.float32)
        lengths = np.sqrt((meant * meant).sum(2)) * np.sqrt((own * own).sum(1))
        alike = (meant * own).sum(2) / np.maximum(lengths, 1e-6)
        facts = np.empty((len(at), len(FACTS)), np.float32)
        facts[:, 0] = both.sum(1) / norms
        facts[:, 1] = np.minimum(both / norms[:, None], MOST).sum(1)
        facts[:, 2:4] = alike
        facts[:, 4] = facts[:, 0] * alike[:, 0]
        facts[:, 5] = both.sum(1) / np.maximum(counts, 1)
        facts[:, 6] = np.log1p((met[:, :, 0] > 0).sum(1))
        facts[:, 7] = told[:, 1]
        facts[:, 8] = _part(hit, their_mass, their_flags & TITLE)
        facts[:, 9] = told[:, 2]
        facts[:, 10] = _part(hit, their_mass, their_flags & NAME)
        facts[:, 11] = bool((flags & NAME).any()) - told[:, 2]
        facts[:, 12] = told[:, 3]
        facts[:, 13] = bool((flags & NUMBER).any()) - told[:, 3]
        facts[:, 14] = np.log(np.maximum(self.reports[at], 1))
        facts[:, 15] = np.log(max(int(self.reports[row]), 1))
        facts[:, 16] = np.log1p(np.minimum(self.lengths[at], self.lengths[row]))
        return facts

    def _keep(self, row: int, words: NDArray[Any], weights: NDArray[Any]) -> None:
        count = len(words)
        self.words[row, :count], self.words[row, count:] = words, 0
        self.weights[row, :count], self.weights[row, count:] = weights, 0
        self.flags[row, count:] = 0

    def _mean(self, row: int, meaning: Floats) -> None:
        scales = np.maximum(np.abs(meaning).max(1), 1e-6) / 127
        self.meanings[row] = np.round(meaning / scales[:, None])
        self.scales[row] = scales


@dataclass(frozen=True, slots=True)
class Curves:
    """What each fact is worth, for one kind of pair; its sum is a logarithm of odds."""

    starts: Floats
    widths: Floats
    rises: Floats
    offset: float

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Curves:
        """From `{"offset": -3.2, "curves": {"words": [[0, 0], [0.1, 0.7], ...], ...}}`."""
        points = [said["curves"].get(name) or [[0, 0], [1, 0]] for name in FACTS]
        most = max(map(len, points))
        padded = [
            each + [[each[-1][0] + 1 + n, each[-1][1]] for n in range(most - len(each))]
            for each in points
        ]
        x, y = (np.asarray(padded, np.float32)[:, :, axis] for axis in (0, 1))
        return cls(
            x[:, :-1],
            x[:, 1:] - x[:, :-1],
            y[:, 1:] - y[:, :-1],
            said["offset"] + float(y[:, 0].sum()),
        )

    def odds(self, facts: Floats) -> Floats:
        """The logarithm of the odds that each row of facts is of one event."""
        steps = (facts[:, :, None] - self.starts) / self.widths
        return np.asarray((np.clip(steps, 0, 1) * self.rises).sum((1, 2)) + self.offset)


@lru_cache(maxsize=1)
def shipped() -> dict[Kind, Curves]:
    """The curves of `link.json`."""
    said = json.loads(files("broadsheet.judge").joinpath("link.json").read_bytes())
    return {kind: Curves.of(said[kind]) for kind in get_args(Kind)}


def _length(vector: NDArray[Any]) -> float:
    return float(np.sqrt((vector * vector).sum())) or 1.0


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.sqrt((vectors * vectors).sum(1)), 1e-6)[:, None])


def _share(mass: Floats, wanted: NDArray[Any]) -> Floats:
    """The mass of what is wanted, summing to 1 or all 0."""
    chosen = mass * (wanted > 0)
    return np.asarray(chosen / max(float(chosen.sum()), 1e-6))


def _part(hit: Floats, mass: Floats, wanted: NDArray[Any]) -> Floats:
    chosen = wanted > 0
    return np.asarray((hit * chosen).sum(1) / np.maximum((mass * chosen).sum(1), 1e-6))
