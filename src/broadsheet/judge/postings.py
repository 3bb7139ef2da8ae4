"""Which reports share this one's strongest words?

An inverted index with bounded lists: under each word its newest reports. So the cost of a question
does not grow with the number of reports.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEYS = 14  # strongest words of a report that it is entered and looked up under
NEWEST = 200  # reports looked at under each word
_SCALE = 0xFFFF


class Postings:
    """Rows of reports by their words."""

    def __init__(self) -> None:
        self._lists: dict[int, array[int]] = {}
        self._sums = np.zeros(1024, np.float32)
        self._order = np.zeros(1024, np.int32)

    def enter(self, row: int, words: Sequence[int], weights: Sequence[float]) -> None:
        """Put a row under its KEYS first words; `weights` are from 0 to 1, strongest first."""
        for word, weight in zip(words[:KEYS], weights, strict=False):
            if not word:
                break
            rows = self._lists.get(word)
            if rows is None:
                rows = self._lists[word] = array("q")
            rows.append(row << 16 | int(weight * _SCALE))
            if len(rows) > 2 * NEWEST:
                del rows[:-NEWEST]
        if row >= len(self._sums):
            self._sums = np.zeros(2 * row, np.float32)
            self._order = np.zeros(2 * row, np.int32)

    def near(self, words: Sequence[int], weights: Sequence[float], most: int) -> list[int]:
        """At most `most` rows, those first that share most weight; of equals the older."""
        lists: list[NDArray[np.int64]] = []
        shares: list[float] = []
        for word, weight in zip(words[:KEYS], weights, strict=False):
            if not word:
                break
            if rows := self._lists.get(word):
                lists.append(np.frombuffer(rows, np.int64)[-NEWEST:])
                shares.append(weight)
        if not lists:
            return []
        packed = np.concatenate(lists)
        found = packed >> 16
        lengths = [len(each) for each in lists]
        share = (packed & _SCALE).astype(np.float32)
        share *= np.repeat(np.asarray(shares, np.float32), lengths)
        np.add.at(self._sums, found, share)
        order = np.arange(len(found), dtype=np.int32)
        self._order[found] = order
        found = found[self._order[found] == order]  # each once
        total = self._sums[found]
        self._sums[found] = 0
        if len(found) > most:
            top = np.argpartition(-total, most)[:most]
            found, total = found[top], total[top]
        return [int(row) for row in found[np.lexsort((found, -total))]]
