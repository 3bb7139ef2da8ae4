"""Have we read this text before, under another address?"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from broadsheet.model import Article

SHINGLE = 4  # words
SIZE = 64  # hashes in a sketch
SHORT = 25  # words; below this two texts may agree by chance, or by a notice that both carry
SAME = 0.5
"""Share of a text's shingles that must stand in an earlier one; two reports of one event that
quote the same statement share 0.35 and less."""
SAME_GROWN = 0.8
"""The same the other way round: the earlier one stands in this one, as where we saw a cut copy
before its original ..."""
GROWN_MOST = 0.3
"""... which is then no less than this share of the longer text."""
SAME_BY_SKETCH = 0.6  # a sample is less sure than the texts
FEWEST = 8  # sampled shingles without which a sketch alone proves nothing
CANDIDATE = 3  # sampled shingles in common that make it worth while to compare the texts

NEAREST = 30  # texts compared with one: those that share most of its sampled shingles

_WORD = re.compile(r"\w+")


def earliest(article: Article) -> tuple[datetime, datetime, str]:
    """The order in which judges take articles: as we saw them, then as they were published."""
    return article.seen_at, article.moment, article.id


def sketch(text: str) -> tuple[int, ...]:
    """The smallest hashes (63 bits) of the text's shingles, ascending; () without words.

    The smallest of the whole are the smallest of each part too, so two sketches compare like two
    samples of the same places, however long the texts are.
    """
    hashes = {
        int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest(), "big") >> 1
        for shingle in _shingles(text)
    }
    return tuple(heapq.nsmallest(SIZE, hashes))


def duplicate_of(article: Article, seen: Iterable[Article]) -> Article | None:
    """The first article that this one repeats, if any; of a copy, its original.

    Only an earlier one counts, so that judging twice gives the same answer: a copy that came
    later must not make a copy of its original.
    """
    known = list(seen)
    own = article.sketch or sketch(article.text)
    if not own:
        return None
    sample = frozenset(own)
    repeated = [
        other
        for other in known
        if (other.text or other.sketch)
        and not sample.isdisjoint(other.sketch or sketch(other.text))
        and other.id != article.id
        and other.copy_of != article.id
        and earliest(other) < earliest(article)
        and _repeats(article, own, other)
    ]
    first = min(repeated, key=earliest, default=None)
    return _original(first, known) if first else None


class Copies:
    """Which articles share a sampled shingle with one: the only ones worth comparing."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles: dict[str, Article] = {}
        self._having: dict[int, set[str]] = {}
        for article in articles:
            self.put(article)

    def put(self, article: Article) -> None:
        """Remember an article, or what became of it."""
        if before := self._articles.get(article.id):
            for mark in before.sketch:
                self._having[mark].discard(article.id)
        self._articles[article.id] = article
        for mark in article.sketch:
            self._having.setdefault(mark, set()).add(article.id)

    def near(self, article: Article) -> list[Article]:
        """Those that share one with it, and the originals of those that are copies; by id."""
        shared = Counter(id for mark in article.sketch for id in self._having.get(mark, ()))
        nearest = heapq.nsmallest(NEAREST, shared.items(), key=lambda each: (-each[1], each[0]))
        ids = {id for id, _ in nearest}
        ids |= {self._articles[id].copy_of for id in ids} - {article.id, ""}
        return [self._articles[id] for id in sorted(ids) if id in self._articles]


def _repeats(article: Article, own: Sequence[int], other: Article) -> bool:
    theirs = other.sketch or sketch(other.text)
    if _short(article, own) or _short(other, theirs):
        return own == theirs and _plain(article.title) == _plain(other.title)
    # Beyond the last mark of a full sketch its text is not remembered.
    full = [marks[-1] for marks in (own, theirs) if len(marks) == SIZE]
    limit = min(full) if full else max(own[-1], theirs[-1])
    a, b = ({mark for mark in marks if mark <= limit} for marks in (own, theirs))
    if article.text and other.text:
        if len(a & b) < CANDIDATE:
            return False
        return _same(_shingle_set(article.text), _shingle_set(other.text), SAME)
    return min(len(a), len(b)) >= FEWEST and _same(a, b, SAME_BY_SKETCH)


def _same(own: AbstractSet[object], theirs: AbstractSet[object], bar: float) -> bool:
    shared = len(own & theirs)
    if shared >= bar * len(own):
        return True
    return shared >= SAME_GROWN * len(theirs) and shared >= GROWN_MOST * len(own)


def _short(article: Article, marks: Sequence[int]) -> bool:
    if article.text:
        return len(article.text) < 40 * SHORT and len(_WORD.findall(article.text)) < SHORT
    return len(marks) <= SHORT - SHINGLE


def _original(copy: Article, known: Sequence[Article]) -> Article:
    by_id = {article.id: article for article in known}
    passed = {copy.id}
    while (above := by_id.get(copy.copy_of)) and above.id not in passed:
        copy = above
        passed.add(copy.id)
    return copy


def _shingles(text: str) -> list[str]:
    found = _WORD.findall(text.casefold())
    if not found:
        return []
    count = max(1, len(found) - SHINGLE + 1)
    return [" ".join(found[at : at + SHINGLE]) for at in range(count)]


@lru_cache(maxsize=512)
def _shingle_set(text: str) -> frozenset[str]:
    return frozenset(_shingles(text))


def _plain(title: str) -> str:
    return " ".join(_WORD.findall(title.casefold()))
