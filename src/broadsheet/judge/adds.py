"""What does this report tell that no earlier one did?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from broadsheet.model import Article

MOST = 4
PHRASE = 8  # words of a quotation shown
NOTHING = "nothing new"

_TOKEN = re.compile(r"[^\W\d_][^\W_]*(?:['’&-][^\W_]+)*")  # noqa: RUF001
_SENTENCE_END = re.compile(r"(?:^|[.!?:;…\n|]|[\"“”«»„‘(\[])\s*[\"“«„‘(]?\s*$")  # noqa: RUF001
_UNITS = frozenset({"MW", "GW", "TW", "MWh", "GWh", "TWh", "Hz", "MHz", "GHz", "MB", "GB", "TB"})
_JOINTS = frozenset({"of", "de", "del", "la", "von", "van", "der", "den", "al", "bin", "&"})
_NUMBER = re.compile(
    r"(?<![\w.,:])(?P<money>[$€£¥]\s?)?(?P<figure>\d+(?:[.,]\d+)*)"
    r"(?P<percent>\s?%)?(?:[ \u00a0-](?P<scale>million|billion|trillion|thousand|bn|m)\b)?"
    r"(?:[ \u00a0-](?P<unit>[^\W\d_]{1,20}))?"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_QUOTE = re.compile(r"[\"“„«](?=\S)([^\"“”„«»\n]{8,300})[\"”“»]")
_NO_NAME_WORDS = """
a about after again all also although an and another any are as at be because been before
both but by can could did do does each even every few first for from further had has have he
her here his how however i if in into is it its just last later least less like many may more
most much my never new next no none nor not now of off on once one only or other our out over
own per said same says several she should since so some still such than that the their them
then there these they this those though three through to today tomorrow too two under until up
us was we were what when where whether which while who whose why will with without would yes
yesterday yet you your monday tuesday wednesday thursday friday saturday sunday january
february march april may june july august september october november december mr mrs ms dr
asked according photo image video read
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_NO_UNIT_WORDS = """
a an and are as at but by for from had has have he if in is it its not of on or she so than
that the their they this to under until up was were when which while who will with would after
before about over per said last next pm am more less each
"""
_NO_UNIT = frozenset(_NO_UNIT_WORDS.split())


def adds(article: Article, earlier: Sequence[Article]) -> str:
    """Figures, names and quotations that are new in its story: four at most, joined by ", "."""
    if article.copy_of:
        return NOTHING
    if not earlier:
        return "first report"
    told = [_told(other) for other in earlier]
    before = " ".join(chain.from_iterable(told)).casefold()
    figures = {figure for text in told for figure, _ in _numbers(" \n".join(text))}
    title, text = _told(article)
    whole = f"{title} \n{text}"
    numbers = [shown for figure, shown in _numbers(whole) if figure not in figures]
    new_names = [name for name in names(title, text) if not _stands_in(name, before)]
    quotes = [_shortened(quote) for quote in _QUOTE.findall(whole) if _new(quote, before)]
    turns = zip_longest(_once(numbers), _once(new_names), _once(quotes))
    found = [each for each in chain.from_iterable(turns) if each]
    return ", ".join(found[:MOST]) or NOTHING


@lru_cache(maxsize=8192)
def names(title: str, text: str) -> tuple[str, ...]:
    """Runs of capitalised words, in the order in which they stand; each once.

    A word that is capitalised only because a sentence starts with it is no name. A headline in
    title case names only what the text names too.
    """
    lower = {word for word in _TOKEN.findall(text) if word[0].islower()}
    in_text = list(_runs(text, lower))
    in_title = [] if _title_case(title) else list(_runs(title, lower))
    return tuple(_once([*in_title, *in_text]))


def _runs(text: str, lower: set[str]) -> Iterable[str]:
    run: list[str] = []
    pending: list[str] = []
    opened = False  # the run stands at the start of a sentence
    end = 0
    for match in _TOKEN.finditer(text):
        word, gap = match[0], text[end : match.start()]
        starts = bool(_SENTENCE_END.search(text[max(0, match.start() - 4) : match.start()]))
        if run and (starts or gap not in (" ", "\u00a0")):
            yield from _named(run, opened, lower)
            run, pending = [], []
        if word[0].isupper() and not (word.casefold() in _NO_NAME and (starts or not run)):
            if not run:
                opened = starts
            run += [*pending, word]
            pending = []
        elif run and word in _JOINTS and not pending:
            pending = [word]
        else:
            yield from _named(run, opened, lower)
            run, pending = [], []
        end = match.end()
    yield from _named(run, opened, lower)


def _named(run: Sequence[str], opened: bool, lower: set[str]) -> Iterable[str]:
    words = list(run)
    if opened and words and (len(words) == 1 or words[0].casefold() in lower):
        words = words[1:]
    while words and (words[0].casefold() in _NO_NAME or words[0] in _JOINTS):
        words = words[1:]
    name = re.sub(r"['’]s$", "", " ".join(words))  # noqa: RUF001
    if len(name) > 1 and name not in _UNITS:
        yield name


def _title_case(title: str) -> bool:
    found = [word for word in _TOKEN.findall(title) if len(word) > 3]
    return len(found) > 2 and sum(word[0].isupper() for word in found) > 0.7 * len(found)


def _numbers(text: str) -> list[tuple[str, str]]:
    """Each number that says of what: its bare figure, and as it is shown."""
    found = []
    for match in _NUMBER.finditer(text):
        unit = match["unit"] or ""
        if unit.casefold() in _NO_UNIT | _NO_NAME or (
            unit[1:2].isupper() is False and (unit[:1].isupper() and len(unit) > 3)
        ):
            unit = ""
        says_what = match["money"] or match["percent"] or match["scale"]
        if not says_what and (not unit or _YEAR.fullmatch(match["figure"])):
            continue
        money, percent = (match["money"] or "").strip(), (match["percent"] or "").strip()
        scale = f" {match['scale']}" if match["scale"] else ""
        tail = f" {unit}" if unit and not money else ""
        shown = f"{money}{match['figure']}{percent}{scale}{tail}"
        found.append((re.sub(r"\D", "", match["figure"]), shown))
    return found


def _told(article: Article) -> tuple[str, str]:
    return article.title, article.text or article.summary


def _stands_in(name: str, folded: str) -> bool:
    first, _, rest = name.casefold().partition(" ")
    # "Minister Ada Holm" is not new where "Ada Holm" was named.
    known = [f"{first} {rest}".strip(), *([rest] if " " in rest else [])]
    return any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", folded) for each in known)


def _new(quote: str, folded: str) -> bool:
    return len(quote.split()) > 1 and quote.casefold().strip(" .,!?") not in folded


def _shortened(quote: str) -> str:
    words = quote.strip(" ,.").split()
    return f'"{" ".join(words[:PHRASE])}{"…" if len(words) > PHRASE else ""}"'


def _once(found: Iterable[str]) -> list[str]:
    return list({each.casefold(): each for each in reversed(list(found))}.values())[::-1]
