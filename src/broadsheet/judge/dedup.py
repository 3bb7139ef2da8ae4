"""Have we read this text before, under another address, and what was changed in it?

Two texts are compared by their shingles, the runs of four words in them (Broder 1997, "On the
resemblance and containment of documents"). Containment in the shorter one, not resemblance, says
how close they are, so that a truncated or embedded copy is as near as a whole one. Which texts are
worth comparing an index of sampled shingles tells.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from broadsheet.model import Article
from broadsheet.text import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHINGLE = 4  # words
SAMPLED_BELOW = (1 << 63) // 8  # one shingle in eight is remembered, chosen by its hash
FEWEST_MARKS = 16  # ... but no fewer than this, as long as the text has them
MOST_MARKS = 256  # of one text; a book is sampled more thinly
LONGEST = 200_000  # characters of a text that are compared: a book, or a page made to hurt
SHORT = 25
"""Words below which two texts may agree by chance, or by a notice that both carry: only under one
headline is such a text a copy, if the other is the same or holds all of it."""
SAME = 0.4
"""Share of the shorter text's shingles that the longer one holds. `python -m benchmarks.judges
neardup`, 2026-11-24: .30 to .45 differ by .003 of F1. Two reports of one event that quote the same
statement share 0.35 and less."""
LOPSIDED = 0.2
"""Where what both hold is less than this share of the longer text ..."""
SAME_LOPSIDED = 0.6
"""... most of the shorter one must stand in it: a news in brief holds the first lines of many
reports, and half of one truncated report ..."""
GROWN_LEAST = 0.1
"""... and if the shorter came first, it is no less than this share of the longer, which is else
own work that quotes a notice."""
CLEAR = 1.5
"""Where the share in the samples is this far from SAME, over the root of their size (three standard
deviations), the texts need not be asked."""
SAME_BY_SKETCH = 0.5  # without the texts, a sample has to be the surer
FEWEST = 6  # sampled shingles without which a sketch proves nothing
PROMISING = 0.15  # share of the smaller sketch that makes it worth while to compare the texts
NEAREST = 30  # texts compared with one: those that share most of its sampled shingles
HOLDERS = 40  # texts remembered of a shingle; one in more is boilerplate, or a text copied so often

_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
_PLAIN = bytes(byte if chr(byte).isalnum() or byte >= 128 else 32 for byte in range(256))
_SIGNS = re.compile(  # in UTF-8: those of Latin-1, general punctuation, CJK, full width
    rb"\xc2[\xa0-\xbf]|\xe2[\x80\x81].|\xe3\x80.|\xef\xbc[\x80-\x8f\x9a-\xa0]", re.DOTALL
)


class _Sketch(NamedTuple):
    """A sketch made ready for many comparisons."""

    sorted: tuple[int, ...]
    marks: frozenset[int]
    covers: int


def earliest(article: Article) -> tuple[datetime, datetime, str]:
    """The order in which judges take articles: as we saw them, then as they were published."""
    return article.seen_at, article.moment, article.id


def sketch(text: str) -> tuple[int, ...]:
    """The smallest hashes (63 bits) of the text's shingles, ascending; () without words.

    All that lie below one limit, so the same shingles are sampled in every text; a short text
    gives more than its share, a long one less, and `_covers` makes up for it.
    """
    least = _hashes(text)[:MOST_MARKS].tolist()
    return tuple(least[: max(_sampled(least), FEWEST_MARKS)])


def containment(one: str, other: str) -> float:
    """Share, from 0 to 1, of the shorter text's shingles that the other text holds."""
    first, second = _hashes(one), _hashes(other)
    return _count_shared(first, second) / max(1, min(len(first), len(second)))


def repeated_by(article: Article, seen: Iterable[Article]) -> list[Article]:
    """The articles that this one repeats, earliest first.

    Only an earlier one counts, so that judging twice gives the same answer: a copy that came
    later must not make a copy of its original.
    """
    since = earliest(article)
    earlier = [
        other
        for other in seen
        if other.id != article.id
        and other.copy_of != article.id
        and (other.sketch or other.text)
        and earliest(other) < since
    ]
    if not earlier or not (marks := article.sketch or sketch(article.text)):
        return []
    own = _Sketch(marks, frozenset(marks), _covers(marks))
    return sorted((each for each in earlier if _repeats(article, own, each)), key=earliest)


def duplicate_of(article: Article, seen: Iterable[Article]) -> Article | None:
    """The first article that this one repeats, if any; of a copy, its original."""
    known = list(seen)
    repeated = repeated_by(article, known)
    return _original(repeated[0], known) if repeated else None


def changes(copy: Article, original: Article) -> tuple[str, ...]:
    """What was changed in a copy, in words: its headline, its byline, what was cut, what added.

    Texts that were not kept are not compared; () says that nothing is known to differ.
    """
    found = []
    if _plain(copy.title) != _plain(original.title):
        found.append("another headline")
    if copy.authors != original.authors:
        signed = ", ".join(copy.authors)
        found.append(f"signed by {signed}" if signed else "not signed")
    if not copy.text or not original.text:
        return tuple(found)
    ours, theirs = _words(copy.text), _words(original.text)
    own, known = Counter(ours), Counter(theirs)
    kept = (own & known).total()
    if kept <= 0.95 * len(theirs):
        found.append(f"{round(100 * (1 - kept / len(theirs)))} % of its words cut")
    if new := len(ours) - kept:
        found.append(f"{counted(new, 'word')} of its own")
    return tuple(found)


class Copies:
    """Which articles share sampled shingles with one: the only ones worth comparing.

    Cost and memory of one article are bounded, however many hold the same text.
    """

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles: dict[str, Article] = {}
        self._sizes: dict[str, int] = {}
        self._holder: dict[int, str] = {}
        self._more_holders: dict[int, list[str]] = {}  # of few shingles; the others need no list
        for article in articles:
            self.put(article)

    def put(self, article: Article) -> None:
        """Remember an article, or what became of it."""
        before = self._articles.get(article.id)
        self._articles[article.id] = article
        if before and before.sketch == article.sketch:
            return
        self._sizes[article.id] = _sampled(article.sketch)
        for mark in before.sketch if before else ():
            self._forget(mark, article.id)
        new = dict.fromkeys(article.sketch, article.id)
        for mark in [mark for mark in new if mark in self._holder]:
            del new[mark]
            more = self._more_holders.setdefault(mark, [])
            if len(more) < HOLDERS:
                more.append(article.id)
        self._holder.update(new)

    def near(self, article: Article) -> list[Article]:
        """Those that share enough with it, and the originals of those that are copies; by id."""
        known = [mark for mark in article.sketch if mark in self._holder]
        holders = list(map(self._holder.__getitem__, known))
        for mark in self._more_holders.keys() & known if known else ():
            holders += self._more_holders[mark]
        shared = Counter(holders)
        size = _sampled(article.sketch)
        promising = [
            (-count, id)
            for id, count in shared.items()
            if count >= PROMISING * min(size, self._sizes[id])
        ]
        ids = {id for _, id in sorted(promising)[:NEAREST]}
        ids |= {self._articles[id].copy_of for id in ids} - {article.id, ""}
        return [self._articles[id] for id in sorted(ids) if id in self._articles]

    def _forget(self, mark: int, id: str) -> None:
        more = self._more_holders.get(mark, [])
        if id in more:
            more.remove(id)
        elif self._holder.get(mark) == id:
            del self._holder[mark]
            if more:
                self._holder[mark] = more.pop(0)


def _repeats(article: Article, own: _Sketch, other: Article) -> bool:
    theirs = other.sketch or sketch(other.text)
    shared = len(own.marks.intersection(theirs))
    limit = min(own.covers, _covers(theirs))
    a, b = bisect_right(own.sorted, limit), bisect_right(theirs, limit)
    fewest = min(a, b)
    if not shared or shared < PROMISING * fewest:
        return False
    both = bool(article.text and other.text)
    clear = abs(shared / fewest - SAME) > CLEAR / sqrt(fewest)
    if both and not clear:
        first, second = _hashes(article.text), _hashes(other.text)
        shared, a, b = _count_shared(first, second), len(first), len(second)
    if _short(article, own.sorted) or _short(other, theirs):
        whole = own.sorted == theirs or shared == min(a, b) >= FEWEST
        return whole and _plain(article.title) == _plain(other.title)
    return min(a, b) >= FEWEST and _same(shared, a, b, SAME if both else SAME_BY_SKETCH)


def _same(shared: int, own: int, theirs: int, bar: float) -> bool:
    """Do two texts, of so many shingles and so many in common, tell the same?"""
    fewer, more = sorted((own, theirs))
    if shared < bar * fewer:
        return False
    if shared >= LOPSIDED * more:
        return True
    return shared >= SAME_LOPSIDED * fewer and (own <= theirs or shared >= GROWN_LEAST * more)


def _short(article: Article, marks: Sequence[int]) -> bool:
    if len(marks) > SHORT - SHINGLE:  # its text has no fewer, and need not be asked
        return False
    if article.text:
        return len(_hashes(article.text)) <= SHORT - SHINGLE
    return len(marks) < FEWEST_MARKS


def _original(copy: Article, known: Sequence[Article]) -> Article:
    if not copy.copy_of:
        return copy
    by_id = {article.id: article for article in known}
    passed = {copy.id}
    while (above := by_id.get(copy.copy_of)) and above.id not in passed:
        copy = above
        passed.add(copy.id)
    return copy


def _sampled(marks: Sequence[int]) -> int:
    """How many of them every text samples; the others fill a short sketch."""
    return bisect_left(marks, SAMPLED_BELOW)


def _covers(marks: Sequence[int]) -> int:
    """The largest hash that the sketch would hold, whatever the text: so much is comparable."""
    if len(marks) < FEWEST_MARKS:
        return 1 << 63
    return marks[-1] if len(marks) == MOST_MARKS else max(marks[-1], SAMPLED_BELOW)


def _hashes(text: str) -> NDArray[np.uint64]:
    """Of each run of four words, ascending, each once; a shorter text is one run."""
    return _hashed(text[:LONGEST])


@lru_cache(maxsize=1024)
def _hashed(text: str) -> NDArray[np.uint64]:
    # Here, since a run without news needs none of it, and it takes a tenth of a second to load.
    import numpy as np

    words = _words(text)
    if 0 < len(words) < SHINGLE:
        words += [b""] * (SHINGLE - len(words))
    numbers = np.fromiter(map(crc32, words), np.uint64, len(words))
    count = max(0, len(words) - SHINGLE + 1)
    mixed = np.zeros(count, np.uint64)
    for place, factor in enumerate(_MIX):
        mixed += numbers[place : place + count] * np.uint64(factor)
    mixed >>= np.uint64(1)
    mixed.sort()
    again = mixed[1:] == mixed[:-1]
    if not again.any():
        return mixed
    return mixed[np.concatenate(([True], ~again))]


def _count_shared(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> int:
    fewer, more = sorted((one, other), key=len)
    places = more.searchsorted(fewer)
    return int((more.take(places, mode="clip") == fewer).sum())


def _words(text: str) -> list[bytes]:
    """Without case and punctuation."""
    folded = text.casefold().encode(errors="replace")
    if not folded.isascii():
        folded = _SIGNS.sub(b" ", folded)
    return folded.translate(_PLAIN).split()


def _plain(title: str) -> bytes:
    return b" ".join(_words(title))
