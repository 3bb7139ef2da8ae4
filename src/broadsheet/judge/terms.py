"""What are the words of a report, as numbers?

One rule for every language: a word is its first six letters, folded to ASCII. That joins "election"
and "elections", "Ministerium" and "ministère", and, once transliterated, "Путин" and "Putin"; on
pairs in sixteen languages it did as well as stemmers (McNamee and Mayfield, "Character N-Gram
Tokenization", 2004, found the same). Where words are written without spaces two characters
are a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from broadsheet.judge.meaning import WIDTH, Meaning
from broadsheet.text import UNSPACED

LETTERS = 6
PRIOR = 100  # reports that idf imagines, so that a portal's first ones are not all alike
LEAD = 2000  # characters of a text that are read; later ones are background
MEANINGS = 200_000  # words with a meaning at most: later ones are rare names
TITLE, NUMBER, NAME = 4, 2, 1  # bits of a word's flags

_TOKEN = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_UNSPACED = re.compile(rf"[{UNSPACED}]+")
STOP_WORDS = {
    "en": """a about after again against all also am amid an and any are as at be because been
    before being between both but by can could did do does don down during each few first for from
    further get gets got had has have he her here him his how i if in into is it it's its just
    made make makes may me might month more most must my new no nor not now of off on once one
    only or other our out over own people per s said same say says she should since so some such t
    than that the their them then there these they this those three through time to too two under
    until up us very via vs was we week were what when where which while who whom why will with
    would year years you your day days""",
    "de": """aber als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem
    einen einer eines er es für hat ich im in ist mit nach nicht noch nur oder sein sich sie sind
    so über um und von vor war was wie wird zu zum zur""",
    "es": """a al con como de del el en es esta este ha la las lo los más no o para pero por que se
    ser si sin sobre su sus también un una y ya""",
    "fr": """à au aux avec ce cette dans de des du elle en est et il ils la le les leur mais ne nous
    on ou par pas plus pour que qui sa se ses son sont sur un une vous""",
    "it": """a al alla anche che chi ci come con da dal dalla dei del della delle di e è gli ha i il
    in la le lo ma nel nella non per più si sono su sua un una""",
    "pt": """a ao aos as com como da das de do dos e em é foi mais mas na nas não no nos o os ou
    para pela pelo por que se seu sua são um uma""",
    "nl": """aan als bij dat de die door een en er het hij ik in is maar met naar niet nog om ook op
    over te tot uit van voor was wat wordt ze zijn""",
    "pl": """a ale co do dla i in ich jak jest już na nie o od oraz po przez się są tak to tym w we
    z za ze że""",
    "ru": """а в во для до его и из или их к как на не но о об от по при с со так то у что это""",
    "tr": """bir bu çok da daha de gibi için ile ise ki ne olan olarak o sonra ve ya""",
    "ar": """إلى أن التي الذي في على عن كان كما لا ما مع من هذا هذه هو و""",
}
_STOP = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of one report, each once, in parallel arrays."""

    ids: NDArray[np.int32]
    counts: NDArray[np.float32]
    """How often, twice as much in the title."""
    flags: NDArray[np.uint8]
    """TITLE, NUMBER and NAME, added up; a name is capitalised somewhere."""
    length: int
    """Words in all, but for stop words."""


class Words:
    """Gives every word its number, and remembers what it means."""

    def __init__(self, surfaces: Iterable[str] = ()) -> None:
        self._codes: dict[str, dict[str, int]] = {}
        self._numbers: dict[str, int] = {"": 0}  # 0 stands for no word
        self.surfaces = [""]
        """Each word as it was first written, by its number: all that a restart needs."""
        self.meanings: NDArray[np.float16] = np.zeros((1024, WIDTH), np.float16)
        self._meaning = Meaning()
        for surface in surfaces:
            self._number(surface)
        self.seen: NDArray[np.float32] = np.zeros(len(self.surfaces) + 1024, np.float32)
        self.reports = 0.0

    def learn(self, terms: Terms) -> None:
        """Count a report's words; idf asks how many reports have each."""
        if (need := len(self.surfaces)) > len(self.seen):
            self.seen = np.concatenate([self.seen, np.zeros(need, np.float32)])
        self.seen[terms.ids] += 1
        self.reports += 1

    @property
    def highest(self) -> float:
        """The idf of a word that one report has."""
        return float(np.log((self.reports + PRIOR + 1) / 1.5))

    def rarity(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """The idf of words: the logarithm of how few reports have them."""
        if len(self.surfaces) > len(self.seen):
            self.seen = np.concatenate([self.seen, np.zeros(len(self.surfaces), np.float32)])
        return np.asarray(np.log((self.reports + PRIOR + 1) / (self.seen[ids] + 0.5)))

    def read(self, title: str, text: str, language: str) -> Terms:
        """The words of a report; `language` is its two letters, or ""."""
        codes = self._codes.setdefault(language, {})
        headline = [code | TITLE for code in self._coded(title, language, codes) if code]
        body = [code for code in self._coded(text[:LEAD], language, codes) if code]
        counts = Counter(headline)
        counts.update(headline)
        counts.update(body)
        found = np.fromiter(counts.keys(), np.int64, len(counts))
        times = np.fromiter(counts.values(), np.float32, len(counts))
        ids, places = np.unique(found >> 3, return_inverse=True)
        flags = np.zeros(len(ids), np.uint8)
        np.bitwise_or.at(flags, places, (found & 7).astype(np.uint8))
        total = np.bincount(places, times, len(ids)).astype(np.float32)
        return Terms(ids.astype(np.int32), total, flags, len(headline) + len(body))

    def _coded(self, text: str, language: str, codes: dict[str, int]) -> Sequence[int]:
        if not text.isascii() and _UNSPACED.search(text):
            text = _UNSPACED.sub(_in_twos, text)
        coded = []
        for token in _TOKEN.findall(text):
            code = codes.get(token)
            if code is None:
                code = codes[token] = self._code(token, language)
            coded.append(code)
        return coded

    def _code(self, token: str, language: str) -> int:
        """The number of a word with its flags; 0 for a stop word."""
        lower = token.lower()
        if lower in _STOP.get(language or "en", _NONE):
            return 0
        number = self._number(token)
        return number << 3 | NUMBER * token[0].isdigit() | NAME * token[0].isupper()

    def _number(self, surface: str) -> int:
        lower = surface.lower()
        root = lower if lower.isascii() or _UNSPACED.match(lower) else anyascii(lower).lower()
        root = root.removesuffix("'s").removesuffix("’s")[:LETTERS]
        known = self._numbers.get(root)
        if known is not None:
            return known
        number = self._numbers[root] = len(self.surfaces)
        self.surfaces.append(surface)
        if number < MEANINGS:
            if number == len(self.meanings):
                self.meanings = np.concatenate([self.meanings, np.zeros_like(self.meanings)])
            self.meanings[number] = self._meaning.of(lower)
        return number


def _in_twos(match: re.Match[str]) -> str:
    run = match[0]
    return f" {' '.join(run[at : at + 2] for at in range(max(1, len(run) - 1)))} "
