"""What would the original have said? Its arithmetic, exactly (RECORD.md, section 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from broadsheet.config import Topic
from broadsheet.model import Article, Part, Score

NEAR = timedelta(days=4, hours=12)
EXCERPT = 300
RELATED = 20
GATE = 70

_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_SPACE = re.compile(r"\s")
_STOP_WORDS = """
about above across after again against almost along already although always among another
around because become becomes before being below between beyond could doing during either
enough every everyone everything first going having however itself later least maybe might
months never nothing often other others ought people perhaps quite rather really right said
saying seems several shall should since something still taken their theirs themselves there
these thing things think third those three though through throughout times today together
towards under until using usually weeks where whether which while whole whose within without
would years yesterday yours
"""
_STOP = frozenset(_STOP_WORDS.split())


def quality(
    title: str,
    topics: Sequence[Topic],
    *,
    has_image: bool,
    has_amp: bool,
    known_bonus: int,
    official: bool,
    featured: bool,
) -> Score:
    """The sum of the original; it may be negative and has no upper end."""
    folded = title.lower()
    parts = [
        Part(f"topic {topic.label}", 2 + 15 * sum(k.lower() in folded for k in topic.keywords))
        for topic in topics
    ]
    given = (
        ("an image", 20 * has_image),
        ("an AMP page", 20 * has_amp),
        ("a known organisation", known_bonus),
        ("an official source", 50 * official),
        ("featured content", 100 * featured),
        (f"a title of {len(title)} characters", -max(0, (len(title) - 70) // 2)),
    )
    parts.extend(Part(name, points) for name, points in given if points)
    return Score("quality", sum(part.points for part in parts), tuple(parts))


def topics_of(title: str, carried: Sequence[str], tree: Mapping[str, Topic]) -> tuple[str, ...]:
    """Those that its source carries, in its order, then those with a keyword in the title."""
    folded = title.lower()
    order = list(tree)
    named = [
        key for key, topic in tree.items() if any(word.lower() in folded for word in topic.keywords)
    ]
    named.sort(key=lambda key: (_depth(key, tree), order.index(key)))
    return tuple(dict.fromkeys([*(key for key in carried if key in tree), *named]))


def related(article: Article, others: Sequence[Article], limit: int = RELATED) -> list[Article]:
    """The reports near in time, topic and words that share most; best quality first."""
    topics, about = frozenset(article.topics), _words(article)
    near: list[tuple[int, Article]] = []
    for other in others:
        if other.id == article.id or topics.isdisjoint(other.topics):
            continue
        if abs(other.moment - article.moment) > NEAR:
            continue
        if (shared := len(about & _words(other))) >= 2:
            near.append((shared, other))
    near.sort(key=lambda found: (-found[0], *_best_first(found[1])))
    return sorted((other for _, other in near[:limit]), key=_best_first)


def heat(own: Article, related: Sequence[Article]) -> Score:
    """-1 if a related report is better, or as good and earlier; else quality and company."""
    for other in related:
        better = other.quality.value > own.quality.value
        earlier = other.quality.value == own.quality.value and other.moment < own.moment
        if better or earlier:
            why = f"{other.domain} has quality {other.quality.value}"
            return Score("heat", -1, (Part(f"{why}, earlier" if earlier else why, -1),))
    company = 10 * len(related)
    parts = (Part("quality", own.quality.value), Part(f"{len(related)} related", company))
    return Score("heat", own.quality.value + company, parts)


def excerpt(summary: str, text: str) -> str:
    """A description as it is given; else the text to the first word end at or after 300."""
    if summary:
        return summary
    end = _SPACE.search(text, EXCERPT)
    return text[: end.start()] if end else text


def published(heat: int, gate: int = GATE) -> bool:
    """Does it pass?"""
    return heat >= gate


def _best_first(article: Article) -> tuple[object, ...]:
    return -article.quality.value, article.moment, article.id


def _words(article: Article) -> frozenset[str]:
    told = f"{article.title} {excerpt(article.summary, article.text)}".casefold()
    return frozenset(_LONG_WORD.findall(told)) - _STOP


def _depth(key: str, tree: Mapping[str, Topic]) -> int:
    depth = 0
    while (key := tree[key].parent) and key in tree and depth < len(tree):
        depth += 1
    return depth
