"""What does this report tell that no earlier one of its story did?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from broadsheet.judge.facts import facts, folded, side_by_side
from broadsheet.model import Article

MOST = 4
PHRASE = 8  # words of a quotation shown
LETTERS = 80  # of it, where it has no spaces
EARLIER = 200  # reports before a report with which it is compared: a big story repeats itself
FIRST = "first report"
NOTHING = "nothing new"

May = Callable[[Article, str], bool]
"""May these words, which quote a report's text, be printed beside its extract?"""


def _always(article: Article, words: str) -> bool:
    return True


def adds(article: Article, earlier: Iterable[Article], may: May = _always) -> str:
    """Figures, names and quotations that no earlier report has: four at most, joined by ", ".

    "first report" where there is no earlier one, "nothing new" where there is nothing. Where that
    `may` not be printed, what the headline alone adds, "" for nothing.
    """
    return _as_allowed(article, tuple(earlier), may)


def additions(
    articles: Sequence[Article],
    named: Collection[str],
    told: Mapping[str, str],
    may: May = _always,
) -> dict[str, str]:
    """What each report of a story adds (see `adds`), by id. `articles` stand in order of arrival.

    A report is compared with the 200 of the `named` ids before it. In a story of many more, what
    was `told` of the oldest stands, if it may.
    """
    earlier: deque[Article] = deque(maxlen=EARLIER)
    standing = len(articles) - EARLIER
    said: dict[str, str] = {}
    for n, article in enumerate(articles):
        known = told.get(article.id) if n < standing else None
        if known is None or not may(article, known):
            known = _as_allowed(article, earlier, may)
        said[article.id] = known
        if article.id in named:
            earlier.append(article)
    return said


def _as_allowed(article: Article, earlier: Collection[Article], may: May) -> str:
    told = _adds(article, earlier)
    if may(article, told):
        return told
    by_title = _adds(replace(article, text="", summary=""), earlier)
    return "" if by_title == NOTHING and told != NOTHING else by_title


def _adds(article: Article, earlier: Collection[Article]) -> str:
    if article.copy_of:
        return NOTHING
    if not earlier:
        return FIRST
    own, known = facts(article), [facts(other) for other in earlier]
    numbers = [each.shown for each in own.figures if not any(f.has_figure(each) for f in known)]
    numbers.sort(key=lambda shown: shown.endswith("%"))  # a share says least of what it is
    names = []
    for name in own.names:
        said = folded(name)
        if not any(f.has_name(said, own.language) for f in known):
            names.append(name)
    quotes = []
    for quote in own.quotes:
        pairs = side_by_side(folded(quote))
        if not any(f.has_quote(pairs) for f in known):
            quotes.append(_shortened(quote))
    turns = zip_longest(*map(dict.fromkeys, (numbers, names, quotes)))
    found = [each for each in chain.from_iterable(turns) if each]
    once = [each for each in found if not any(each in other for other in found if other != each)]
    return ", ".join(once[:MOST]) or NOTHING


def _shortened(quote: str) -> str:
    words = quote.split()
    shown = " ".join(words[:PHRASE])[:LETTERS]
    return f"“{shown}{'…' if len(shown) < len(' '.join(words)) else ''}”"
