"""What does this report tell that no earlier one of its story did?"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, zip_longest

from broadsheet.judge.facts import Facts, facts, folded, side_by_side
from broadsheet.model import Article

MOST = 4
PHRASE = 8  # words of a quotation shown
LETTERS = 80  # of it, where it has no spaces
EARLIER = 200  # reports before a report with which it is compared: a big story repeats itself
FIRST = "first report"
NOTHING = "nothing new"


def adds(article: Article, earlier: Iterable[Article]) -> str:
    """Figures, names and quotations that no earlier report has: four at most, joined by ", ".

    "first report" where there is no earlier one, "nothing new" where there is nothing.
    """
    return _adds(article, [facts(other) for other in earlier])


def additions(
    articles: Sequence[Article], named: Collection[str], told: Mapping[str, str]
) -> dict[str, str]:
    """What each report of a story adds, by id. `articles` stand in order of arrival.

    A report is compared with the 200 of the `named` ids before it. In a story of many more, what
    was `told` of the oldest stands.
    """
    earlier: deque[Facts] = deque(maxlen=EARLIER)
    standing = len(articles) - EARLIER
    said: dict[str, str] = {}
    for n, article in enumerate(articles):
        known = told.get(article.id, "") if n < standing else ""
        said[article.id] = known or _adds(article, earlier)
        # Of those that stand, only the newest can be compared with.
        if article.id in named and (not known or n >= standing - EARLIER):
            earlier.append(facts(article))
    return said


def _adds(article: Article, earlier: Collection[Facts]) -> str:
    if article.copy_of:
        return NOTHING
    if not earlier:
        return FIRST
    own = facts(article)
    numbers = [each.shown for each in own.figures if not any(f.has_figure(each) for f in earlier)]
    numbers.sort(key=lambda shown: shown.endswith("%"))  # a share says least of what it is
    names = []
    for name in own.names:
        said = folded(name)
        if not any(f.has_name(said, own.language) for f in earlier):
            names.append(name)
    quotes = []
    for quote in own.quotes:
        pairs = side_by_side(folded(quote))
        if not any(f.has_quote(pairs) for f in earlier):
            quotes.append(_shortened(quote))
    turns = zip_longest(*map(dict.fromkeys, (numbers, names, quotes)))
    found = [each for each in chain.from_iterable(turns) if each]
    once = [each for each in found if not any(each in other for other in found if other != each)]
    return ", ".join(once[:MOST]) or NOTHING


def _shortened(quote: str) -> str:
    words = quote.split()
    shown = " ".join(words[:PHRASE])[:LETTERS]
    return f"“{shown}{'…' if len(shown) < len(' '.join(words)) else ''}”"
