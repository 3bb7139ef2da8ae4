"""How likely do two reports tell of one event?

A report is its strongest words with their weights, and what it means. Two reports are compared by a
few facts (FACTS), the same whoever asks; what each fact is worth is a curve that never falls where
more of it should never speak against (a generalised additive model). The curves are fitted by
`python -m evals.train_link`.
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
Numbers = NDArray[np.intp]
Kind = Literal["english", "worded", "across"]

WORDS = 64  # strongest words of a report that are kept
STRONG = 8  # of these, those that may all be one place or firm in common
MARKED = 0.5  # how much more a name or a number counts than another word

FACTS = {
    "words": 1,  # cosine of all words by weight
    "weaker words": 1,  # what those of it give that are not among the STRONG of either
    "meaning": 1,  # cosine of the meanings
    "meaning of the titles": 1,
    "words and meaning": 1,  # the product of the two cosines
    "titles": 1,  # cosine of the titles' words by weight
    "title words": 1,  # the share of the shorter title's words that both have in the title
    "words shared": 1,  # logarithm of how many
    "names": 1,  # the share of its names' weight that the other has: the lower of the two shares
    "names of either": 1,  # the higher one
    "rarity": 1,  # logarithm of the summed idf of the shared words, as a share of the highest idf
    "rarest": 1,  # idf of the rarest shared word, as a share of the highest idf
    "numbers": 1,  # shared numbers among all numbers of both
    "numbers differ": -1,  # both have numbers, and none in common
    "names differ": -1,  # both have names: the share of weight that even the closer one lacks
    "length": 0,  # logarithm of the shorter one's words
}
"""What is compared, and whether more of it speaks for (1) or against (-1) one event."""
SHARED, LENGTH = list(FACTS).index("words shared"), list(FACTS).index("length")


class Reports:
    """Reports as rows of flat arrays, about 700 bytes each."""

    _COLUMNS = (
        ("words", (WORDS,), np.int32),
        ("weights", (WORDS,), np.float16),
        ("flags", (WORDS,), np.uint8),
        ("meanings", (2, WIDTH), np.int8),
        ("sizes", (7,), np.float32),
        ("lengths", (), np.int16),
        ("languages", (), np.int16),
        ("times", (), np.float64),
    )

    words: NDArray[np.int32]
    """Strongest first, then zeros."""
    weights: NDArray[np.float16]
    flags: NDArray[np.uint8]
    meanings: NDArray[np.int8]
    """Of all words and of the title; only their directions count."""
    sizes: Floats
    """Lengths of the two meanings and of the title's weights; the title's words, the names' squared
    weights, the numbers; what a weight is to be multiplied by to be an idf."""
    lengths: NDArray[np.int16]
    languages: NDArray[np.int16]
    times: NDArray[np.float64]
    """Seconds since 1970, 0 where unknown."""

    def __init__(self, columns: Mapping[str, NDArray[Any]] | None = None) -> None:
        for name, shape, kind in self._COLUMNS:
            setattr(self, name, columns[name] if columns else np.zeros((512, *shape), kind))
        self.count = len(self.lengths) if columns else 0
        self._place = np.zeros(1024, np.int16)

    def columns(self, rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """These rows as plain arrays, from which Reports can be made again."""
        return {name: getattr(self, name)[rows] for name, _, _ in self._COLUMNS}

    def add(self, terms: Terms, words: Words, language: int, at: float) -> int:
        """A new row with one report in it."""
        row = self._open()
        rarity = words.rarity(terms.ids)
        marked = (terms.flags & (NAME | NUMBER)) > 0
        weights = (1 + np.log(terms.counts)) * rarity * (1 + MARKED * marked)
        order = np.argsort(-weights, kind="stable")[:WORDS]
        count = len(order)
        kept = weights[order]
        length = _length(kept)
        kept = (kept / length).astype(np.float16)
        flags = terms.flags[order]
        self.words[row, :count], self.weights[row, :count] = terms.ids[order], kept
        self.flags[row, :count] = flags
        known = words.meanings[np.where(terms.ids < len(words.meanings), terms.ids, 0)]
        in_title = (terms.flags & TITLE) > 0
        root = np.sqrt(rarity)
        both = np.stack([root * terms.counts, root * in_title]).astype(np.float32)
        meanings = both @ known.astype(np.float32)
        most = np.maximum(np.abs(meanings).max(1), 1e-6)
        self.meanings[row] = np.round(meanings * (127 / most)[:, None])
        mass = kept.astype(np.float32) ** 2
        title = (flags & TITLE) > 0
        self.sizes[row] = (
            *np.sqrt((self.meanings[row].astype(np.float32) ** 2).sum(1)),
            np.sqrt(mass[title].sum()),
            title.sum(),
            mass[(flags & NAME) > 0].sum(),
            ((flags & NUMBER) > 0).sum(),
            length / words.highest,
        )
        self.lengths[row] = min(terms.length, 32_767)
        self.languages[row] = language
        self.times[row] = at
        return row

    def facts(self, row: int, others: Sequence[int] | Numbers) -> Floats:
        """Shape (others, FACTS): one report compared with others."""
        others = np.asarray(others, np.intp)
        words = self.words[row]
        words = words[: np.count_nonzero(words)]
        met = self.words[others]
        top = int(max(words.max(initial=0), met.max(initial=0)))
        if top >= len(self._place):
            self._place = np.zeros(top + top // 2, np.int16)
        self._place[words] = np.arange(1, len(words) + 1)
        found = self._place[met].astype(np.intp)
        self._place[words] = 0
        pair, theirs = np.nonzero(found)
        return self._facts(np.full(len(others), row), others, pair, found[pair, theirs] - 1, theirs)

    def facts_among(self, rows: Sequence[int] | Numbers) -> tuple[Numbers, Numbers, Floats]:
        """Each pair of some rows: the places of its two, and their facts."""
        rows = np.asarray(rows, np.intp)
        count = len(rows)
        one, other = np.tril_indices(count, -1)
        words = self.words[rows].ravel()
        order = np.argsort(words, kind="stable")
        order = order[np.count_nonzero(words == 0) :]
        words = words[order]
        firsts, seconds = [], []
        for apart in range(1, count):
            same = np.flatnonzero(words[apart:] == words[:-apart])
            if not len(same):
                break
            firsts.append(order[same])
            seconds.append(order[same + apart])
        first = np.concatenate(firsts) if firsts else np.zeros(0, np.intp)
        second = np.concatenate(seconds) if seconds else np.zeros(0, np.intp)
        # `order` is stable, so the second is always of a later row than the first
        (early, mine), (late, theirs) = np.divmod(first, WORDS), np.divmod(second, WORDS)
        pair = late * (late - 1) // 2 + early
        return one, other, self._facts(rows[other], rows[one], pair, mine, theirs)

    def _facts(
        self, ones: Numbers, others: Numbers, pair: Numbers, mine: Numbers, theirs: Numbers
    ) -> Floats:
        """Shape (pairs, FACTS), of the words that each pair shares: its number, and the word's
        place in either."""
        count = len(others)
        one, other = ones[pair], others[pair]
        own = self.weights[one, mine].astype(np.float32)
        met = self.weights[other, theirs].astype(np.float32)
        own_flags, met_flags = self.flags[one, mine], self.flags[other, theirs]
        both, flags = own * met, own_flags & met_flags
        titled = (flags & TITLE) > 0

        def total(values: NDArray[Any]) -> NDArray[np.float64]:
            return np.asarray(np.bincount(pair, values, count), np.float64)

        mine_sizes, their_sizes = self.sizes[ones], self.sizes[others]
        safe = np.maximum(mine_sizes * their_sizes, 1e-6)
        alike = (
            self.meanings[ones].astype(np.float32) * self.meanings[others].astype(np.float32)
        ).sum(2) / safe[:, :2]
        told = total(own * own * ((own_flags & NAME) > 0)) / np.maximum(mine_sizes[:, 4], 1e-6)
        tell = total(met * met * ((met_flags & NAME) > 0)) / np.maximum(their_sizes[:, 4], 1e-6)
        numbers = total((flags & NUMBER) > 0)
        rarity = np.minimum(own * mine_sizes[pair, 6], met * their_sizes[pair, 6])
        rarest = np.zeros(count)
        np.maximum.at(rarest, pair, rarity)
        facts = np.empty((count, len(FACTS)), np.float32)
        facts[:, 0] = total(both)
        facts[:, 1] = total(both * ((mine >= STRONG) & (theirs >= STRONG)))
        facts[:, 2:4] = alike
        facts[:, 4] = facts[:, 0] * facts[:, 2]
        facts[:, 5] = total(both * titled) / safe[:, 2]
        facts[:, 6] = total(titled) / np.maximum(np.minimum(mine_sizes, their_sizes)[:, 3], 1)
        facts[:, 7] = np.log1p(np.bincount(pair, minlength=count))
        facts[:, 8] = np.minimum(told, tell)
        facts[:, 9] = np.maximum(told, tell)
        all_numbers = mine_sizes[:, 5] + their_sizes[:, 5] - numbers
        facts[:, 10] = np.log1p(total(rarity))
        facts[:, 11] = rarest
        facts[:, 12] = numbers / np.maximum(all_numbers, 1)
        facts[:, 13] = (safe[:, 5] >= 1) & (numbers == 0)
        facts[:, 14] = ((mine_sizes[:, 4] > 0) & (their_sizes[:, 4] > 0)) * (1 - facts[:, 9])
        facts[:, 15] = np.log1p(np.minimum(self.lengths[ones], self.lengths[others]))
        return facts

    def _open(self) -> int:
        if self.count == len(self.lengths):
            for name, shape, kind in self._COLUMNS:
                more = np.zeros((self.count // 2 + 512, *shape), kind)
                setattr(self, name, np.concatenate([getattr(self, name), more]))
        self.count += 1
        return self.count - 1


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
