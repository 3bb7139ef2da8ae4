"""Does this headline tell what happened, or bait? A sum of named parts, in any case.

The weights in headlines.json were fitted by `python -m evals.train_headlines` to headlines of 2016
(Chakraborty and others 2016, "Stop Clickbait", MIT licence): English ones, so another language has
no part here. Letters are folded and quotation marks left out: those are house style, not bait.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import exp
from pathlib import Path

from broadsheet.model import Part, Score

POINTS = 10  # for one unit of log-odds
BAIT = 0.5  # chance from which a headline is called bait

_TOKEN = re.compile(r"\d[\d.,]*|[^\W\d_]+(?:['’][^\W\d_]+)?|[?!:;$%]")  # noqa: RUF001
_READER = frozenset(
    ["you", "your", "you're", "you'll", "you've", "yourself", "we", "our", "us", "i", "my", "me"]
)
_POINTING = frozenset(
    [
        "this",
        "these",
        "that",
        "those",
        "here",
        "here's",
        "there's",
        "what",
        "why",
        "how",
        "who",
        "which",
        "when",
    ]
)
_LAVISH = frozenset(
    [
        "most",
        "best",
        "worst",
        "ever",
        "never",
        "every",
        "all",
        "totally",
        "actually",
        "literally",
        "perfect",
        "amazing",
        "hilarious",
        "adorable",
        "insane",
        "incredible",
        "awesome",
        "really",
        "so",
        "will",
        "make",
        "things",
        "times",
        "reasons",
        "ways",
    ]
)


def bait(title: str) -> float:
    """The chance, from 0 to 1, that an English headline is bait."""
    weights = _weights()
    total = weights[""] + sum(weights.get(mark, 0.0) for mark in marks(title))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def headline(title: str) -> Score:
    """The same as points with names: above 0 is bait, below 0 is plain."""
    weights = _weights()
    kinds: dict[str, tuple[float, str]] = {"an English headline": (weights[""], "")}
    strongest: dict[str, float] = {}
    for mark in marks(title):
        if weight := weights.get(mark, 0.0):
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
    if any(word in _READER for word in words):
        return "it speaks to the reader"
    if any(word in _POINTING for word in words):
        return "it points at what it does not tell"
    if any(word in _LAVISH for word in words):
        return "it is lavish"
    return "words of bait"


@cache
def _weights() -> dict[str, float]:
    text = Path(__file__).with_name("headlines.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights
