"""What is this report about, and which words say so?

One pass over the words, through a trie of all phrases of all topics (Aho and Corasick 1975, with
whole words for letters), so that ten thousand keywords cost little more than ten. What a mention is
worth depends on where it stands; the topic of a report is what it speaks of early or often, not
what it names once in passing.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from broadsheet.config import Topic
from broadsheet.judge.taught import Lesson, Taught, enough, promising, word_marks
from broadsheet.model import Part, Score
from broadsheet.text import stem

# Round numbers, none of them fitted. On the older half of Reuters (`python -m benchmarks.judges
# folds`, 2026-11-24) half or twice the one or the other gains nothing and costs up to .004 of F1.
TITLE_POINTS = 20
TEXT_POINTS = 10  # at the text's first word ...
HALF_AT = 40  # ... half of it at this one, a third at twice that
GIVEN_POINTS = 30  # a hashtag, a hint, the source's own topic: said, not guessed

# Scripts that set no space between words: there a phrase may stand anywhere.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
BY_EDITOR = "an editor said so"
_HYPHENS = "\\-\u2010\u2011"
_ACRONYM_MOST = 5  # letters


@dataclass(frozen=True, slots=True)
class Found:
    """Topics, parents first, and for each the reason as "Storage: battery, GWh"."""

    keys: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    """Of each topic, in the order of `keys`: what gave it its points."""
    passed_over: tuple[Score, ...] = ()
    """Of the topics that the words name and do not give; the last part says why."""


class _Mention(NamedTuple):
    key: str
    words: str
    at: int  # word of the text; -1 in the title
    doubtful: bool


@dataclass(slots=True)
class _Node:
    """A word of a phrase: what may follow, and what ends here."""

    next: dict[str, _Node] = field(default_factory=dict)
    keywords: list[tuple[str, str]] = field(default_factory=list)  # topic, phrase as it is written
    barred: list[str] = field(default_factory=list)  # topics


class _Topics:
    """A tree of topics as the key of a cache: to hash every word of a thousand of them takes longer
    than to judge a report."""

    def __init__(self, tree: Mapping[str, Topic]) -> None:
        self.keys = tuple(tree)
        self.topics = tuple(tree.values())
        self._hash = hash(self.keys)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Topics) and self.keys == other.keys and self.topics == other.topics
        )


@dataclass(frozen=True, slots=True)
class _Rules:
    """A tree of topics made ready, parents first."""

    topics: _Topics
    tree: Mapping[str, Topic]
    places: Mapping[str, int]
    """In the order of the tree."""
    plain: Mapping[str, _Node]
    unspaced: tuple[tuple[str, str, bool, str], ...]
    """Topic, phrase as written, whether it bars, phrase as compared."""
    tags: Mapping[str, tuple[str, ...]]
    providers: Mapping[str, Sequence[str]]
    """Topics by the domain of those who publish on nothing else."""
    authors: Mapping[str, Sequence[tuple[int, str, str]]]
    """By folded name: its place among the authors of a topic, the topic, the name as written."""
    about: Mapping[str, frozenset[str]]
    """Stems that a topic's description, name and phrases use; where it is described."""

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """These topics, parents first."""
        return sorted(keys, key=self.places.__getitem__)


def topics_of(
    title: str,
    text: str,
    tags: Sequence[str],
    carried: Sequence[str],
    tree: Mapping[str, Topic],
    *,
    language: str = "",
    domain: str = "",
    authors: Sequence[str] = (),
    taught: Mapping[str, Taught] = {},
    decided: Mapping[str, bool] = {},
) -> Found:
    """Which topics of the tree the words, the tags or the source give; a child brings its parents.

    `carried` are the topics that its source has for all its reports, `taught` what was learned from
    an editor's verdicts, `decided` the verdicts about this very report. Whole words, any case; a word inside a `not` phrase does not count, and
    one that may mean something else counts if the text fits the topic's description.
    """
    rules = _rules(_Topics(tree))
    given = _given(rules, tags, carried, domain, authors)
    for key in (key for key, yes in decided.items() if yes and key in tree):
        given.setdefault(key, []).append((BY_EDITOR, Part(BY_EDITOR, GIVEN_POINTS)))
    mentions = _mentions(rules, title, text, language)
    parts = {key: _parts(own) for key, own in mentions.items()}
    points = {key: sum(part.points for part in own) for key, own in parts.items()}
    strongest = max(points.values(), default=0)
    reasons: dict[str, list[str]] = {}
    scores: dict[str, Score] = {}
    passed_over: list[Score] = []
    lesson = Lesson(word_marks(title, text, language) if taught else {}, points, domain)
    judged = {*parts, *given, *promising(taught, lesson)}
    for key in rules.in_order(key for key in judged if key in tree):
        topic = rules.tree[key]
        own, hints = parts.get(key, []), given.get(key, [])
        named = list(dict.fromkeys(mention.words for mention in mentions.get(key, ())))
        learned = taught[key].judge(lesson) if key in taught else None
        if not own and not hints and (learned is None or learned.value <= 0):
            continue
        if learned is not None:
            fits, why_not = learned.value > 0, "as was learned from verdicts"
        else:
            fits = bool(own) and enough(points[key], strongest)
            why_not = "named in passing"
        all_parts = (*own, *(learned.parts if learned else ()), *[part for _, part in hints])
        value = sum([part.points for part in all_parts])
        if not decided.get(key, True):
            fits, hints, why_not = False, [], "an editor said no"
        if hints or fits:
            scores[key] = Score(topic.label, value, all_parts)
            reasons[key] = [*named, *(words for words, _ in hints)] or ["learned from verdicts"]
        else:
            passed_over.append(Score(topic.label, value, (*all_parts, Part(why_not, 0))))
    _bring_parents(rules.tree, reasons, scores)
    keys = rules.in_order(reasons)
    return Found(
        tuple(keys),
        tuple(f"{rules.tree[key].label}: {', '.join(reasons[key])}" for key in keys),
        tuple(scores[key] for key in keys),
        tuple(passed_over),
    )


def lesson_of(
    title: str,
    text: str,
    key: str,
    tree: Mapping[str, Topic],
    *,
    language: str = "",
    domain: str = "",
) -> Lesson:
    """What an editor's verdict about this report and this topic teaches from."""
    mentions = _mentions(_rules(_Topics(tree)), title, text, language)
    points = {each: sum(part.points for part in _parts(own)) for each, own in mentions.items()}
    line = (*_above(key, tree), *(each for each in tree if key in _above(each, tree)))
    return Lesson(word_marks(title, text, language), points, domain, line)


def _parts(mentions: Sequence[_Mention]) -> list[Part]:
    """The points of each phrase, in the order in which they first stand."""
    worth: dict[tuple[str, bool], float] = {}
    for mention in mentions:
        where = mention.words, mention.at < 0
        each = TITLE_POINTS if mention.at < 0 else TEXT_POINTS / (1 + mention.at / HALF_AT)
        worth[where] = worth.get(where, 0) + each
    return [
        Part(f"{words} in the {'headline' if title else 'text'}", round(points))
        for (words, title), points in worth.items()
    ]


def _given(
    rules: _Rules,
    tags: Sequence[str],
    carried: Sequence[str],
    domain: str,
    authors: Sequence[str],
) -> dict[str, list[tuple[str, Part]]]:
    """What need not be read out of the text: words of the reason, and its part of the score."""
    found: dict[str, list[tuple[str, Part]]] = {}

    def give(key: str, words: str) -> None:
        found.setdefault(key, []).append((words, Part(words, GIVEN_POINTS)))

    for tag in {_fold(tag).strip().lstrip("#") for tag in tags}:
        for key in rules.tags.get(tag, ()):
            as_written = next(t for t in rules.tree[key].hashtags if _fold(t) == tag)
            give(key, f"tag {as_written}")
    for key in rules.providers.get(domain, ()):
        give(key, f"published by {domain}")
    signed = {_fold(author) for author in authors}
    for _, key, author in sorted(one for name in signed for one in rules.authors.get(name, ())):
        give(key, f"signed by {author}")
    for key in dict.fromkeys(carried):
        if key in rules.tree:
            give(key, "carried by its source")
    return found


def _bring_parents(
    tree: Mapping[str, Topic], reasons: dict[str, list[str]], scores: dict[str, Score]
) -> None:
    for key in list(reasons):
        child = key
        while (parent := tree[child].parent) in tree and parent not in reasons:
            why = f"parent of {tree[child].label}"
            reasons[parent] = [why]
            points = scores[child].value
            scores[parent] = Score(tree[parent].label, points, (Part(why, points),))
            child = parent


def _mentions(rules: _Rules, title: str, text: str, language: str) -> dict[str, list[_Mention]]:
    """By topic, where its phrases stand; not those that are barred, nor those of another sense."""
    found: dict[str, list[_Mention]] = {}
    tokens: list[tuple[list[str], list[str]]] = []
    for zone, start in ((title, -1), (text, 0)):
        written = _token().findall(unicodedata.normalize("NFC", zone))
        folded = _fold("\n".join(written)).split("\n") if written else []
        tokens.append((written, folded))
        barred: list[tuple[str, int, int]] = []
        spans: list[tuple[str, str, int, int]] = []
        _walk(rules.plain, folded, spans, barred)
        if trie := _inflected(rules.topics, language):
            _walk(trie, [stem(word, language) for word in folded], spans, barred)
        for key, words, at, end in spans:
            if not any(k == key and b <= at and end <= e for k, b, e in barred):
                own = found.setdefault(key, [])
                doubtful = key in rules.about and _doubtful(words, written, at, end, start < 0)
                mention = _Mention(key, words, at if start == 0 else -1, doubtful)
                if mention not in own:  # plain and inflected find the same word
                    own.append(mention)
        if rules.unspaced and _UNSPACED.search(zone):
            _find_unspaced(rules, _fold(zone), start, found)
    if any(mention.doubtful for own in found.values() for mention in own):
        said = {stem(word, language) for _, folded in tokens for word in folded}
        for key, own in list(found.items()):
            fits = bool(said & (rules.about.get(key, frozenset()) - _stems(own, language)))
            if not (kept := [mention for mention in own if fits or not mention.doubtful]):
                del found[key]
            else:
                found[key] = kept
    return found


def _walk(
    trie: Mapping[str, _Node],
    words: Sequence[str],
    spans: list[tuple[str, str, int, int]],
    barred: list[tuple[str, int, int]],
) -> None:
    for at in [at for at, word in enumerate(words) if word in trie]:
        node, end = trie[words[at]], at + 1
        while True:
            for key, phrase in node.keywords:
                spans.append((key, phrase, at, end))
            for key in node.barred:
                barred.append((key, at, end))
            if end == len(words) or not (below := node.next.get(words[end])):
                break
            node, end = below, end + 1


def _find_unspaced(
    rules: _Rules, folded: str, start: int, found: dict[str, list[_Mention]]
) -> None:
    bars = [(key, phrase) for key, _, bars, phrase in rules.unspaced if bars]
    for key, words, barring, phrase in rules.unspaced:
        if barring or phrase not in folded:
            continue
        rest = folded
        for other, bar in bars:
            rest = rest.replace(bar, "\n") if other == key else rest
        if (at := rest.find(phrase)) >= 0:
            # Some two signs make a word.
            mention = _Mention(key, words, at // 2 if start == 0 else -1, False)
            found.setdefault(key, []).append(mention)


def _doubtful(words: str, written: Sequence[str], at: int, end: int, in_title: bool) -> bool:
    """Might it be another word, or a piece of another name?

    A name that the text writes in lower case ("Apple", "an apple"), letters that it reads as a word
    ("AI", "Ai Weiwei"), or the end of a longer name ("Power Apps", "High Power Apps"). A headline
    where every word has a capital says nothing.
    """
    there = "".join(written[at:end])
    if words[:1].islower() or not there.isascii():
        return False
    if there.islower():
        return True
    if words.isupper() and len(words) <= _ACRONYM_MOST and not there.isupper():
        return there.casefold() != there  # "Ai", not a figure
    if in_title or at == 0:
        return False
    before = written[at - 1]
    starts_sentence = at == 1 or not written[at - 2][:1].isalnum()
    return before[:1].isupper() and " " in words and not starts_sentence


def _stems(mentions: Iterable[_Mention], language: str) -> set[str]:
    return {stem(word, language) for mention in mentions for word in _split(mention.words)}


@lru_cache(maxsize=8)
def _rules(topics: _Topics) -> _Rules:
    tree = dict(zip(topics.keys, topics.topics, strict=True))
    ordered = {key: tree[key] for key in sorted(tree, key=lambda key: len(_above(key, tree)))}
    plain: dict[str, _Node] = {}
    unspaced: list[tuple[str, str, bool, str]] = []
    tags: dict[str, tuple[str, ...]] = {}
    providers: dict[str, list[str]] = {}
    signers: dict[str, list[tuple[int, str, str]]] = {}
    about: dict[str, frozenset[str]] = {}
    for key, topic in ordered.items():
        for domain in dict.fromkeys(topic.providers):
            providers.setdefault(domain, []).append(key)
        for place, author in enumerate(topic.authors):
            signers.setdefault(_fold(author), []).append((place, key, author))
        for phrase, bars in _phrases(topic):
            if _UNSPACED.search(phrase):
                unspaced.append((key, phrase, bars, _fold(phrase).strip()))
            else:
                _plant(plain, _split(phrase), key, phrase, bars)
        for tag in topic.hashtags:
            _plant(plain, ["#", _fold(tag.lstrip("#"))], key, f"#{tag.lstrip('#')}", bars=False)
            folded = _fold(tag.lstrip("#"))
            tags[folded] = (*tags.get(folded, ()), key)
        if topic.about:
            phrases = " ".join((topic.about, topic.name, *topic.keywords))
            about[key] = frozenset(stem(w, "en") for w in _split(phrases) if len(w) > 3)
    places = {key: place for place, key in enumerate(ordered)}
    return _Rules(topics, ordered, places, plain, tuple(unspaced), tags, providers, signers, about)


@lru_cache(maxsize=64)
def _inflected(topics: _Topics, language: str) -> Mapping[str, _Node]:
    """The phrases of the topics that ask for inflection, as stems."""
    trie: dict[str, _Node] = {}
    for key, topic in _rules(topics).tree.items():
        for phrase, bars in _phrases(topic) if topic.inflect else ():
            words = [stem(word, language) for word in _split(phrase)]
            _plant(trie, words, key, phrase, bars)
    return trie


def _phrases(topic: Topic) -> Iterator[tuple[str, bool]]:
    yield from ((phrase, False) for phrase in topic.keywords if phrase.strip())
    yield from ((phrase, True) for phrase in topic.not_ if phrase.strip())


def _plant(trie: dict[str, _Node], words: Sequence[str], key: str, phrase: str, bars: bool) -> None:
    level = trie
    for word in words:
        node = level.setdefault(sys.intern(word), _Node())
        level = node.next
    if bars:
        node.barred.append(key)
    else:
        node.keywords.append((key, phrase))


def _split(phrase: str) -> list[str]:
    return [_fold(word) for word in _token().findall(unicodedata.normalize("NFC", phrase))]


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """A word with its marks, or one sign; spaces and hyphens only part them."""
    marks = "".join(
        chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"
    )
    return re.compile(rf"[\w{re.escape(marks)}]+|[^\s{_HYPHENS}]")


def _fold(text: str) -> str:
    folded = text.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _above(key: str, tree: Mapping[str, Topic]) -> list[str]:
    found: list[str] = []
    while (key := tree[key].parent) in tree and len(found) < len(tree):
        found.append(key)
    return found
