"""What is this report about, and which words say so?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.config import Topic

# Scripts that set no space between words: there a phrase may stand anywhere.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_GAP = r"[\s\-\u2010\u2011]+"


@dataclass(frozen=True, slots=True)
class Found:
    """Topics, parents first, and for each the reason as "Storage: battery, GWh"."""

    keys: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: str
    first: str
    pattern: re.Pattern[str]

    def spans(self, text: str) -> list[tuple[int, int]]:
        if self.first not in text:
            return []  # much faster than the pattern, and the usual answer
        return [
            match.span()
            for match in self.pattern.finditer(text)
            # A mark belongs to the letter before it, which a pattern does not know.
            if not unicodedata.category(text[match.end() : match.end() + 1] or " ").startswith("M")
        ]


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    label: str
    parent: str
    depth: int
    keywords: tuple[_Phrase, ...]
    barred: tuple[_Phrase, ...]
    hashtags: tuple[_Phrase, ...]


def topics_of(
    title: str,
    text: str,
    tags: Sequence[str],
    carried: tuple[str, ...],
    tree: Mapping[str, Topic],
) -> Found:
    """Which topics of the tree the words, the tags or the source give; a child brings its parents.

    `carried` are the topics that its source has for all its reports. Whole words, any case. A word
    inside a `not` phrase does not count; a hashtag counts with its # only, or as a tag of the feed.
    """
    rules = _rules(tuple(tree.items()))
    folded = _fold(f"{title}\n{text}")
    tagged = {_fold(tag).strip().lstrip("#") for tag in tags}
    reasons: dict[str, list[str]] = {}
    for key, rule in rules.items():
        why = _said(rule, folded, tagged)
        if key in carried:
            why.append("carried by its source")
        if why:
            reasons[key] = why
    for key in list(reasons):
        child = key
        while (parent := rules[child].parent) in rules and parent not in reasons:
            reasons[parent] = [f"parent of {rules[child].label}"]
            child = parent
    keys = [key for key in rules if key in reasons]  # the rules stand parents first
    return Found(tuple(keys), tuple(f"{rules[k].label}: {', '.join(reasons[k])}" for k in keys))


def _said(rule: _Rule, folded: str, tagged: set[str]) -> list[str]:
    barred = [span for phrase in rule.barred for span in phrase.spans(folded)]
    said = [
        phrase.words
        for phrase in rule.keywords
        if any(
            not any(start <= at and end <= stop for start, stop in barred)
            for at, end in phrase.spans(folded)
        )
    ]
    for phrase in rule.hashtags:
        if phrase.spans(folded):
            said.append(phrase.words)
        elif phrase.first.lstrip("#") in tagged:
            said.append(f"tag {phrase.words.lstrip('#')}")
    return said


@lru_cache(maxsize=8)
def _rules(topics: tuple[tuple[str, Topic], ...]) -> dict[str, _Rule]:
    tree = dict(topics)
    rules = [
        _Rule(
            key,
            topic.label,
            topic.parent,
            _depth(key, tree),
            _phrases(topic.keywords),
            _phrases(topic.not_),
            _phrases(f"#{tag.lstrip('#')}" for tag in topic.hashtags),
        )
        for key, topic in topics
    ]
    return {rule.key: rule for rule in sorted(rules, key=lambda rule: rule.depth)}


def _phrases(phrases: Iterable[str]) -> tuple[_Phrase, ...]:
    return tuple(_phrase(phrase) for phrase in phrases if phrase.strip())


def _phrase(words: str) -> _Phrase:
    pieces = _fold(words).split()
    before = "" if _UNSPACED.match(pieces[0][0]) else r"(?<!\w)"
    after = "" if _UNSPACED.match(pieces[-1][-1]) else r"(?!\w)"
    pattern = before + _GAP.join(map(re.escape, pieces)) + after
    return _Phrase(words, pieces[0], re.compile(pattern))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _depth(key: str, tree: Mapping[str, Topic]) -> int:
    depth = 0
    while (key := tree[key].parent) in tree and depth < len(tree):
        depth += 1
    return depth
