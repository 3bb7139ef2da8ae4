"""Whom and what does a text name?

Names are found by their capitals, so that they are the same for ever and cost a millisecond. A
script without capitals has none; where a language gives a capital to each noun, as German does, a
name is two words or more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


def word_set(listed: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(listed.split())


LETTERS = 80  # of a name at most
LONGEST = 12  # words of a name: a text in capitals is no name

_TOKEN = re.compile(
    r"(?<!\w)(?:(?:[A-Z]\.){2,}|[A-Z]\.(?=\s[^\W\d_]))"  # U.S., J. R. Holm
    r"|&"
    r"|[^\W\d_][^\W_]*(?:['’&-][^\W_]+)*(?:(?<=s)['’](?=\s[^\W\d_]))?"
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:;…\n|•–—]|[\"“”«»„‘(\[])\s*[\"“«„‘(]?\s*$")
_ELIDED = re.compile(r"^(?:[dlsnmtcj]|qu|(?:de|a|ne|su|da)ll|un)['’](?=\w)")
_OWNER = re.compile(r"['’]s?$")
_JOINTS = word_set(
    """of de del della delle dei di da do dos das du des d von van der den al bin ibn el für för
    zu av &"""
)
_GERMAN_JOINTS = word_set("von van zu de del di bin al &")
_AFTER_A_JOINT = word_set("the la las los le les l der den dem des")
_OFFICE = re.compile(  # of two fields
    r"\w (?:of|de|del|des|für|di|van|för|for) (?:the |las? |los |les? |l['’])?"
    r"(?P<one>[^\W\d_][\w-]+) (?P<and>and|und|et|y|e|og|och|en) "
    r"(?:(?:of|de|las?|los|des|les|the|für|för) )*(?P<other>[^\W\d_][\w-]+)"
)
MONTHS = word_set(
    """january february march april may june july august september october november december
    januar februar märz mai juni juli oktober dezember jänner janvier février mars avril juin
    juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio
    settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro novembro
    dezembro januari februari maart mei augustus maj augusti desember stycznia lutego marca kwietnia
    maja czerwca lipca sierpnia września października listopada grudnia января февраля марта апреля
    мая июня июля августа сентября октября ноября декабря
    jan feb mar apr jun jul aug sep sept oct nov dec"""
)
_NO_NAME = MONTHS | word_set(
    """a about after again all also although an and another any are as at be because been before
    both but by can could did do does each even every few first for from further had has have he her
    here his how however i if in into is it its just last later least less like many more most much
    my never new next no none nor not now of off on once one only or other our out over own per said
    same says several she should since so some still such than that the their them then there these
    they this those though three through to today tomorrow too two under until up us was we were
    what when where whether which while who whom whose why will with without would yes yesterday yet
    you your mr mrs ms dr asked according photo image video read christmas easter
    monday tuesday wednesday thursday friday saturday sunday
    der die das den dem des ein eine und aber auch auf aus bei für im ist mit nach nicht von vor
    wenn wie zu zum zur ende anfang mitte montag dienstag mittwoch donnerstag freitag samstag sonntag
    le la les un une du au aux et il elle ce cette dans mais pour par sur selon
    el los las una y pero con se su según al del lo gli ma nel della os uma com em não mas
    det og men på til som er var har med av"""
)
_TITLES = word_set(  # no names, but before " of"
    """government ministry minister mayor president parliament council professor director chairman
    regierung ministerium minister präsident bürgermeister gouvernement ministère ministre président
    gobierno ministerio ministro presidente governo"""
)
_COMMON_OWNER = re.compile(r"^\w+ von (?=\w+ \w)")  # "Batterie von Kestrel Storage"
_UNITS = word_set("MW GW TW MWh GWh TWh kWh Hz kHz MHz GHz MB GB TB")
_ANDS = word_set("and und et y e og och en")
_EVERY_NOUN = ("de", "lb")  # languages that capitalise it


def names(title: str, text: str, language: str = "") -> tuple[str, ...]:
    """Runs of capitalised words, in the order in which they stand; each once, and none that is
    part of a longer one. `language` is two letters.

    A word that is capitalised only because a sentence starts with it is no name, nor is one that
    the text also writes small. A headline in title case names only what the text names.
    """
    text_words = _TOKEN.findall(text)
    about = _About(
        frozenset(word for word in text_words if word[0].islower()),
        Counter(text_words),
        Counter(word for before, word in pairwise(text_words) if before in _ANDS),
        _GERMAN_JOINTS if language in _EVERY_NOUN else _JOINTS,
    )
    found = [] if _title_case(title) else list(_runs(title, about))
    found += _runs(text, about)
    if language in _EVERY_NOUN:
        owners = (_COMMON_OWNER.sub("", name) for name in found)
        found = [name for name in owners if " " in name or name.isupper()]
    return tuple(_without_parts(_once(found, about)))


@dataclass(frozen=True, slots=True)
class _About:
    """What the whole text shows of its words."""

    small: frozenset[str]
    """Those that begin with a small letter."""
    times: Counter[str]
    after_and: Counter[str]
    """How often each follows an "and"."""
    joints: frozenset[str]
    """Small words that stand inside names."""

    def owns(self, word: str) -> bool:
        """Is it "Kestrel's", of a Kestrel that is named without the ending too? Then what follows
        is owned, and no part of the name."""
        return word.endswith(("'s", "’s")) and _OWNER.sub("", word) in self.times

    def only_after_and(self, word: str) -> bool:
        """Is it never named on its own?"""
        return self.after_and[word] == self.times[word]


def _once(found: Sequence[str], about: _About) -> dict[str, str]:
    """The names by their folded form, as they are written where they are not in capitals alone."""
    once: dict[str, str] = {}
    for name in found:
        if once.get(name.casefold(), "A").isupper():
            once[name.casefold()] = name
    for folded, name in [*once.items()]:
        first, _, rest = name.partition(" ")
        # "Leaving Skerry Bank" starts a headline; "Skerry Bank" stands elsewhere.
        if " " in rest and rest.casefold() in once and about.times[first] < 2:
            del once[folded]
    return once


def _without_parts(found: dict[str, str]) -> list[str]:
    """The names by their folded form, without "Kestrel" beside "Kestrel Storage"."""
    parts: set[str] = set()
    for folded in found:
        words = folded.split()[:LONGEST]
        for length in range(1, len(words)):
            ends = range(length, len(words) + 1)
            parts |= {" ".join(words[end - length : end]) for end in ends}
    return [name for folded, name in found.items() if folded not in parts]


def _runs(text: str, about: _About) -> Iterator[str]:
    joining = _between_fields(text, about)
    run: list[str] = []
    pending: list[str] = []  # joints after the run, which belong to it if a name follows
    opened = False  # the run stands at the start of a sentence
    end = 0
    for match in _TOKEN.finditer(text):
        word, gap = _ELIDED.sub("", match[0]), text[end : match.start()]
        starts = bool(_SENTENCE_END.search(text[max(0, match.start() - 4) : match.start()]))
        starts = starts and not (run and run[-1].endswith("."))
        joint = word in about.joints or (pending and word in _AFTER_A_JOINT)
        if run and (starts or gap.strip(" \u00a0")):
            yield from _named(run, opened, about.small)
            run, pending = [], []
        if _capital(word) and not (word.casefold() in _NO_NAME and (starts or not run)):
            opened = opened if run else starts
            run += [*pending, word]
            pending = []
            if about.owns(word):
                yield from _named(run, opened, about.small)
                run = []
        elif run and (joint or match.start() in joining):
            pending.append(word)
        else:
            yield from _named(run, opened, about.small)
            run, pending = [], []
        end = match.end()
    yield from _named(run, opened, about.small)


def _between_fields(text: str, about: _About) -> set[int]:
    """Where an "and" joins two fields of one office, as in "Ministry of Energy and Harbours"."""
    return {
        match.start("and")
        for match in _OFFICE.finditer(text)
        if match["one"][0].isupper()
        and match["other"][0].isupper()
        and about.only_after_and(match["other"])
    }


def _named(run: Sequence[str], opened: bool, small: frozenset[str]) -> Iterator[str]:
    words = list(run[:LONGEST])
    if opened and words and (len(words) == 1 or words[0].casefold() in small):
        words = words[1:]
    while words and (words[0].casefold() in _NO_NAME or words[0] in _JOINTS):
        words = words[1:]
    if words and words[0].casefold() in _TITLES and words[1:2] not in (["of"], ["de"], ["für"]):
        words = words[1:]
    while words and (words[-1].casefold() in MONTHS or words[-1] in _JOINTS):
        words = words[:-1]
    for part in _persons(words):
        name = _OWNER.sub("", " ".join(part))
        if len(part) == 1 and name.casefold() in small | _NO_NAME:
            continue
        if 1 < len(name) <= LETTERS and name not in _UNITS:
            yield name


def _persons(words: list[str]) -> Iterator[list[str]]:
    """ "Edda Vane of the Suppliers' Forum" is two names, "Bank of Oslo" is one."""
    at = words.index("of") if "of" in words else 0
    rest = words[at + 1 :]
    if at > 1 and (rest[0] == "the" or len(rest) > 1):
        yield words[:at]
        yield rest[1:] if rest[0] == "the" else rest
    elif words:
        yield words


def _capital(word: str) -> bool:
    return word[0].isupper() or (len(word) > 3 and word[1].isupper() and word not in _UNITS)


def _title_case(title: str) -> bool:
    found = [word for word in _TOKEN.findall(title) if len(word) > 3]
    return len(found) > 2 and sum(word[0].isupper() for word in found) > 0.7 * len(found)
