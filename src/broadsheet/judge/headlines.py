"""Does this headline tell what happened, or bait? A sum of named parts.

The weights in headlines.json were fitted by `python -m evals.train_headlines` to headlines of 2016
(Chakraborty and others 2016, "Stop Clickbait", MIT licence): English ones, so another language has
no part here. Words are compared without case and quotation marks. A capital on every word, which
most bait has, is a part of its own that the words must bear out: it is also a house's style, and a
headline all in one case says nothing by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path

from broadsheet.model import Part, Score

POINTS = 10  # for one unit of log-odds
BAIT = 0.5  # chance from which a headline is called bait

_TOKEN = re.compile(r"\d[\d.,]*|[^\W\d_]+(?:['’][^\W\d_]+)?|[?!:;$%]")  # noqa: RUF001
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SPOKEN = {
    "it speaks to the reader": "you your you're you'll you've yourself we our us i my me",
    "it points at what it does not tell": """this these that those here here's there's what why how
        who which when""",
    "it is lavish": """most best worst ever never every all totally actually literally perfect
        amazing hilarious adorable insane incredible awesome really so will make things times
        reasons ways""",
}
_KINDS = {kind: frozenset(words.split()) for kind, words in _SPOKEN.items()}


@dataclass(frozen=True, slots=True)
class _Weights:
    """In log-odds."""

    bias: float
    capitals: float
    """For a capital on every word, or against where some word has none."""
    marks: Mapping[str, float]


def bait(title: str) -> float:
    """The chance, from 0 to 1, that an English headline is bait."""
    weights = _weights()
    found = [weights.marks[mark] for mark in dict.fromkeys(marks(title)) if mark in weights.marks]
    by_words = sum(found) / sqrt(len(found) or 1)
    total = weights.bias + by_words + weights.capitals * capitals(title)
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def headline(title: str) -> Score:
    """The same as points with names: above 0 is bait, below 0 is plain."""
    weights = _weights()
    known = [mark for mark in dict.fromkeys(marks(title)) if mark in weights.marks]
    kinds: dict[str, tuple[float, str]] = {"an English headline": (weights.bias, "")}
    if every_word := capitals(title):
        name = "a capital on every word" if every_word > 0 else "small letters begin some words"
        kinds[name] = weights.capitals * every_word, ""
    strongest: dict[str, float] = {}
    for mark in known:
        weight = weights.marks[mark] / sqrt(len(known))
        kind = _kind(mark, weight)
        total, words = kinds.get(kind, (0.0, ""))
        if abs(weight) > strongest.get(kind, 0.0):
            strongest[kind], words = abs(weight), mark.strip("^ $")
        kinds[kind] = total + weight, words
    parts = [
        Part(f"{kind}: {words}" if words else kind, round(POINTS * weight))
        for kind, (weight, words) in kinds.items()
        if round(POINTS * weight)
    ]
    return Score("headline", sum(part.points for part in parts), tuple(parts))


def capitals(title: str) -> int:
    """1 if every word begins with a capital, -1 if one does not, 0 if the case tells nothing."""
    words = _WORD.findall(title)[1:]
    if not words or title.islower() or title.isupper():
        return 0
    return -1 if any(word[0].islower() for word in words) else 1


def marks(title: str) -> Iterator[str]:
    """What a headline is judged by: its words, their neighbours, how it begins, how long it is."""
    words = [
        "#" if word[0].isdigit() else word
        for word in _TOKEN.findall(title.casefold().replace("\u2019", "'"))
    ]
    yield f"length {min(len(words), 16)}"
    yield from words
    framed = ["^", *words, "$"]
    yield from map(" ".join, pairwise(framed))
    yield from (f"{a} * {c}" for a, c in zip(framed, framed[2:], strict=False))
    for word in words:  # what a word that was never seen begins and ends like
        if len(word) > 4:
            yield from (f"{word[:4]}-", f"-{word[-3:]}", f"-{word[-2:]}")


def _kind(mark: str, weight: float) -> str:
    """Which of the named parts a mark belongs to."""
    words = mark.replace("*", "").split()
    if mark.startswith("length "):
        return "its length"
    if weight < 0:
        return "plain words"
    if "#" in words:
        return "it counts"
    if "?" in words:
        return "it asks"
    return next((kind for kind, own in _KINDS.items() if own.intersection(words)), "words of bait")


@cache
def _weights() -> _Weights:
    said = json.loads(Path(__file__).with_name("headlines.json").read_text("utf-8"))
    return _Weights(said["bias"], said["capitals"], said["marks"])
