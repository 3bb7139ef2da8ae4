"""What does a report state, in a form that compares with others?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from anyascii import anyascii

from broadsheet.judge.figures import Figure, figures, spelled
from broadsheet.judge.names import names, word_set
from broadsheet.model import Article
from broadsheet.text import UNSPACED, primary_language

LEAD = 20_000  # characters of a text that are read; a long read has about as many
ROOT = 5  # letters of a name that no language bends: "Браннвика" is Браннвик
QUOTED = 0.8  # of a quotation's words, from which another text has it too

_BENDING = word_set("ru uk be pl cs sk hr sr sl bg mk fi et hu lt lv el tr eu")
_QUOTE = re.compile(
    r"(?<![\w.,!?])\"(?=\S)([^\"\n]{6,400})(?<=\S)\"(?!\w)"
    r"|[“„]([^“”„\n]{6,400})[”“]"
    r"|«\s?([^«»\n]{6,400}?)\s?»|»([^«»\n]{6,400})«"
    r"|‘((?:[^‘’\n]|’(?=\w)){6,400})’(?!\w)"  # noqa: RUF001
    r"|[「『]([^「」『』\n]{4,200})[」』]"
)
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report states, and all its words to find the facts of another in."""

    names: tuple[str, ...]
    figures: tuple[Figure, ...]
    """Those that say of what."""
    quotes: tuple[str, ...]
    language: str
    words: frozenset[str]
    roots: frozenset[str]
    """Its words without what a language bends."""
    pairs: frozenset[str]
    """Words that stand side by side."""
    numbers: Mapping[str, Sequence[Figure]]
    """All figures by their value, those in letters too."""

    def has_name(self, said: Sequence[str], language: str) -> bool:
        """Does it say this name, folded, of a text in that language? "Minister Ada Holm" is no
        other than Ada Holm; in another language, or one that bends names, the first letters count.
        """
        rest = said[1:] if len(said) > 2 else said
        if rest[-1] in self.words and all(pair in self.pairs for pair in side_by_side(rest)):
            return True
        if language == self.language and language not in _BENDING:
            return False
        return all(word[:ROOT] in self.roots for word in said if len(word) > 2)

    def has_figure(self, figure: Figure) -> bool:
        """Does it tell this number of the same thing?"""
        return figure.told_by(self.numbers.get(figure.value, ()))

    def has_quote(self, said: Sequence[str]) -> bool:
        """Does it have these pairs of words, or nearly all of them?"""
        return sum(pair in self.pairs for pair in said) >= QUOTED * len(said)


def facts(article: Article) -> Facts:
    """What a report states, by the first 20,000 characters of its text."""
    text = (article.text or article.summary)[:LEAD]
    return _facts(article.title, text, primary_language(article.language))


def surfaces(article: Article) -> dict[str, str]:
    """Each of its folded words as it was first written."""
    written = _WORD.findall(f"{article.title} \n{(article.text or article.summary)[:LEAD]}")
    return {form: word for word in reversed(written) for form in folded(word)}


@lru_cache(maxsize=256)  # a story is judged anew with each report that joins it
def _facts(title: str, text: str, language: str) -> Facts:
    whole = f"{title} \n{text}"
    counted = list(figures(whole, language))
    numbers: dict[str, list[Figure]] = {}
    for figure in (*counted, *spelled(whole, language)):
        numbers.setdefault(figure.value, []).append(figure)
    words = folded(whole)
    return Facts(
        names(title, text, language),
        tuple(figure for figure in counted if figure.shown),
        tuple(quotations(whole)),
        language,
        frozenset(words),
        frozenset(word[:ROOT] for word in words),
        frozenset(side_by_side(words)),
        numbers,
    )


def quotations(text: str) -> list[str]:
    """What stands between quotation marks, two words or more, in the order in which it stands."""
    found = (next(filter(None, match.groups())).strip(" ,.") for match in _QUOTE.finditer(text))
    return [quote for quote in found if len(folded(quote)) > 1]


def folded(text: str) -> list[str]:
    """Its words in order; where words are not spaced, its characters."""
    return [word if word.isascii() else _in_ascii(word) for word in _WORD.findall(text.casefold())]


@lru_cache(maxsize=1 << 14)
def _in_ascii(word: str) -> str:
    """ "Ørsted" and "Orsted", "Хольм" and "Holm" are one; characters stay."""
    return word if len(word) == 1 else anyascii(word).casefold().replace("kh", "h")


def side_by_side(words: Iterable[str]) -> list[str]:
    """Each two words that follow each other, as one string."""
    return [f"{one} {other}" for one, other in pairwise(words)]
