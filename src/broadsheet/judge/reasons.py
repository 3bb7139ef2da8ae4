"""Why does a report stand in its story, in words?"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from broadsheet.judge.facts import Facts, facts, folded, surfaces
from broadsheet.judge.terms import STOP_WORDS
from broadsheet.model import Article
from broadsheet.text import counted

OPENS = "opens the story"
NAMED = 3  # names that a reason lists, or words where no name is shared
COUNTED = 2  # figures
COMPARED = 8  # newest earlier reports, of which a reason names the nearest
STANDING = 200  # newest reports of a story of which the reason is worded anew
FEW = 6  # words; fewer in common speak against a link
HEADLINE = 90  # characters of a headline that a reason quotes
LEAST = 3  # letters of a word that counts
_COMMON = frozenset(word for table in STOP_WORDS.values() for word in folded(table))


def reasons(
    articles: Sequence[Article],
    named: Collection[str],
    told: Mapping[str, str],
    joined: Collection[frozenset[str]] = (),
) -> dict[str, str]:
    """Why each report of a story stands with those before it, by id, in order of arrival.

    Only reports of the `named` ids are mentioned. `joined` are pairs of ids that an editor put
    together. What was `told` stands where a text is gone, and of the oldest in a big story, unless
    it mentions a report that may not be named any more.
    """
    standing = len(articles) - STANDING
    hidden = [_cited(article) for article in articles if article.id not in named]
    earlier: deque[Article] = deque(maxlen=COMPARED)
    by_id = {article.id: article for article in articles if article.id in named}
    said: dict[str, str] = {}
    for n, article in enumerate(articles):
        original = by_id.get(article.copy_of)
        before = told.get(article.id, "") if n < standing or not article.text else ""
        mates = {id for pair in joined if article.id in pair for id in pair} & said.keys()
        if mate := next((by_id[id] for id in sorted(mates) if id in by_id), None):
            said[article.id] = f"an editor put it with {_cited(mate)}"
        elif original and original is not article:
            said[article.id] = f"a copy of {_cited(original)}"
        elif before and not any(each in before for each in hidden):
            said[article.id] = before
        else:
            said[article.id] = _with_nearest(article, earlier)
        if article.id in named:
            earlier.append(article)
    return said


def why(one: Article, other: Article) -> str:
    """What two reports have in common, and what speaks against it; the same for both.

    "both name Ring and Rekognition, 2 days apart, 31 words shared"
    """
    one, other = sorted((one, other), key=lambda article: (article.moment, article.id))
    days = (other.moment - one.moment).days
    return _shared(one, other, f"{counted(days, 'day')} apart" if days else "")


def related(article: Article, others: Iterable[Article]) -> list[tuple[Article, str]]:
    """Other reports of its story, each with what it has in common with this one.

    Those that are nearest come first, then the older, then by id; copies are left out.
    """
    mine = facts(article)
    found = [each for each in others if each.id != article.id and not each.copy_of]
    found.sort(key=lambda each: (-_near(mine, facts(each)), each.moment, each.id))
    return [(each, why(article, each)) for each in found]


def listed(found: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(found[:-1]), found[-1]] if found[1:] else found)


def cited(title: str, by: str = "") -> str:
    """“Harbour opens” of Harbour Post; a long headline is cut at a word."""
    title = " ".join(title.split())
    if len(title) > HEADLINE:
        title = f"{title[:HEADLINE].rpartition(' ')[0] or title[:HEADLINE]}…"
    quoted = f"“{title}”" if title else "a report"
    return f"{quoted} of {by}" if by else quoted


def _with_nearest(article: Article, earlier: Collection[Article]) -> str:
    if not earlier:
        return OPENS
    mine = facts(article)
    nearest = max(earlier, key=lambda other: (_near(mine, facts(other)), other.id))
    between = _between(article.moment - nearest.moment)
    return f"with {_cited(nearest)}{f', {between}' if between else ''}: {_shared(article, nearest)}"


def _cited(article: Article) -> str:
    return cited(article.title, article.provider_name or article.domain)


def _between(gap: timedelta) -> str:
    """How much earlier the other is; "" within the hour."""
    way = "earlier" if gap > timedelta() else "later"
    hours = abs(gap) // timedelta(hours=1)
    if not hours:
        return ""
    return f"{counted(hours // 24, 'day') if hours >= 24 else counted(hours, 'hour')} {way}"


def _shared(one: Article, other: Article, apart: str = "") -> str:
    here, there = facts(one), facts(other)
    names = _names(here, there)
    told = (each for each in here.figures if there.has_figure(each))
    numbers = [each.shown for each in told if not each.shown.endswith("%")]
    shared = _words(here, there)
    said = [
        f"both name {listed(names[:NAMED])}" if names else _in_words(one, shared),
        f"both say {listed(list(dict.fromkeys(numbers))[:COUNTED])}" if numbers else "",
        apart,
        f"{counted(len(shared), 'word')} shared" if len(shared) >= FEW else "",
    ]
    against = [
        "no name in common" if here.names and there.names and not names else "",
        f"only {counted(len(shared), 'word')} shared" if len(shared) < FEW else "",
        f"in two languages, {here.language} and {there.language}"
        if here.language and there.language and here.language != there.language
        else "",
    ]
    common, other_ = ", ".join(filter(None, said)), listed(list(filter(None, against)))
    return f"{common}, but {other_}" if common and other_ else common or other_


def _in_words(article: Article, shared: Collection[str]) -> str:
    """The longest shared words, as this report writes them."""
    longest = sorted(shared, key=lambda word: (-len(word), word))[:NAMED]
    if not longest:
        return ""
    written = surfaces(article)
    return f"both say {listed([f'“{written.get(word, word)}”' for word in longest])}"


def _near(one: Facts, other: Facts) -> int:
    """How much two reports share; a name counts as much as five words."""
    return 5 * len(_names(one, other)) + len(_words(one, other))


def _names(here: Facts, there: Facts) -> list[str]:
    """The names that both have."""
    both = [name for name in here.names if there.has_name(folded(name), here.language)]
    also = [name for name in there.names if here.has_name(folded(name), there.language)]
    held = " ".join(both).casefold()
    return [*both, *(name for name in also if name.casefold() not in held)]


def _words(one: Facts, other: Facts) -> set[str]:
    return {word for word in one.words & other.words if len(word) >= LEAST} - _COMMON
