"""What are the words of a text? The only module that knows how we clean, cut and compare it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"\w{3,}")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_SENTENCE = re.compile(r"(?s).*[.!?](?=\s)")
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Characters of scripts whose words no space parts, for a class of a pattern."""
_RIGHT_TO_LEFT = frozenset(str.split("ar ckb dv fa he iw ji ps sd syr ug ur yi"))

ASCII_FOLDED = {n: chr(n).lower() if chr(n).isalnum() else None for n in range(128)}
"""For str.translate: letters and digits alone, in lower case; a tenth of the time of a pattern."""


def clean_text(text: str, limit: int = 100_000) -> str:
    """What may enter the house: NFC, no control, surrogate or direction characters, one line."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:limit]
    return " ".join(unicodedata.normalize("NFC", _NOT_TEXT.sub(" ", text)).split())[:limit]


def cut(text: str, length: int) -> str:
    """At most `length` characters, ended at a sentence, else at a word."""
    if len(text) <= length:
        return text
    whole = _SENTENCE.match(text[: length + 1])
    return whole[0] if whole else text[: length + 1].rpartition(" ")[0] or text[:length]


def counted(number: int, noun: str) -> str:
    """ "1 report", "2 reports"; the noun in the singular, of those that take an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def words(text: str) -> frozenset[str]:
    """The distinct words of a text, folded for comparison."""
    return frozenset(_WORD.findall(text.casefold()))


def says(text: str, phrases: Iterable[str]) -> list[str]:
    """Which of the phrases stand in the text as whole words, in any case."""
    folded = text.casefold()
    return [p for p in phrases if re.search(rf"(?<!\w){re.escape(p.casefold())}(?!\w)", folded)]


def primary_language(tag: str) -> str:
    """The language of a tag without its region, "en" of "en_GB"; "" of none."""
    return tag.casefold().replace("_", "-").partition("-")[0]


def right_to_left(language: str) -> bool:
    """Is the language of this tag written from right to left?"""
    return language.partition("-")[0].lower() in _RIGHT_TO_LEFT


# Plural and case endings, longest first (after Savoy 2006, "Light stemming approaches for the
# French, Portuguese, German and Hungarian languages"): enough for "dams" and "dam", no more.
_ENDINGS = {
    "en": ("ing", "ed", "e"),
    "de": ("en", "er", "em", "es", "e", "n", "s"),
    "nl": ("en", "s", "e"),
    "fr": ("es", "s", "e", "x"),
    "es": ("es", "s", "a", "o"),
    "it": ("i", "e", "a", "o"),
    "pt": ("es", "s", "a", "o"),
    "nb": ("ene", "er", "en", "et", "e", "a"),
    "da": ("ene", "er", "en", "et", "e"),
    "sv": ("arna", "orna", "erna", "ar", "or", "er", "en", "et", "na", "a"),
}
_STEM_LEAST = 4  # letters that are left


@lru_cache(maxsize=1 << 16)
def stem(word: str, language: str = "") -> str:
    """A folded word without its inflection, in the language of this tag; unknown ones: as it is."""
    tongue = language.casefold().partition("-")[0] or "en"
    if tongue == "en":
        word = _singular(word)
    endings = _ENDINGS.get("nb" if tongue in ("no", "nn") else tongue, ())
    for _ in range(2):  # "Speicher", "Speichers"
        found = (e for e in endings if word.endswith(e) and len(word) - len(e) >= _STEM_LEAST)
        if not (ending := next(found, "")):
            break
        word = word[: -len(ending)]
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else word[:-1]
