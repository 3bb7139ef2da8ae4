"""Which numbers does a text tell, and of what?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from broadsheet.judge.names import MONTHS, word_set
from broadsheet.text import UNSPACED, stem

NOUNS = 3  # words at most that say what a number counts: "17 former station hands"
LETTERS = 80  # of a number with what it counts, at most
DISTINCT = 3  # digits from which equal numbers are one, whatever they count; but for 100, 2000

_NUMBER = re.compile(
    r"(?<![\w.,:/-])(?P<money>(?:[$€£¥]|EUR|USD|GBP)\s?)?"
    r"(?P<figure>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*)(?![:/.]?\d)"
)
_LETTER = rf"[^\W\d_{UNSPACED}]"
_NEXT = re.compile(rf"[ \u00a0\u202f-]?([%٪€$£¥]|°C|{_LETTER}+(?:['’-]{_LETTER}+)*)")
_UNSPACED_NUMBER = re.compile(
    r"(?<![\d.,:/])(?P<figure>\d+(?:[.,]\d+)*) ?"
    rf"(?P<of>[万億亿兆]?(?![年月日号號時时点點分秒第])[{UNSPACED}]"
    rf"(?:(?![的了和のをがはにでと])[{UNSPACED}]){{0,2}})"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_SCALE = re.compile(
    r"thousand|mill(?:ions?|ionen|ones|ón|ioner)|milh(?:ões|ão)|bill?ions?|bilhões|trillions?|bn"
    r"|Mio|Mrd|mln|mld|[Mm]illiard(?:en?|s|er)?|miliard\w*|milion\w*|milioni|mil|[mk]"
    r"|milyon|milyar|bin|miljoen|miljon(?:er)?|miljard(?:er)?|[Tt]ausend|duizend|tusen"
    r"|тыс|млн|млрд|миллион\w*|миллиард\w*|тысяч\w*"
)
_PERCENT = re.compile(
    r"[%٪]|(?:per|pour|por) ?(?:cent|cento|ciento)|percent\w*|[Pp]ro[czs]ent|процент\w*"
)
_NO_UNIT = MONTHS | word_set(
    """a an and are as at but by for from had has have he if in is it its not of on or she so than
    that the their them they this to under until up was were when where which while who will with
    after before about over per said last next pm am more less each other others did do
    does can could may would should must went came took got say says uhr h h30 st nd rd th p
    der die das den dem des ein eine und auf aus bei für im ist mit nach von vor es sich sind
    wurden werden als bis sowie de le la les un une du au aux et il dans mais pour par sur qui que
    sont ont où el los las una y pero con se su al del lo gli ma nel e che sono o os as uma com em
    van het zijn det og men på til som er var har med av i"""
)
# Two spellings of one unit, by the letters with which they begin.
_SPELT_UNITS = """
percent=% prozent=% euro=€ eur=€ dollar=$ usd=$ pound=£ gbp=£ megawatt=mw mw=mw gigawatt=gw gw=gw
kilowatt=kw kw=kw terawatt=tw tw=tw hertz=hz kilomet=km ton=t
"""
_UNITS = dict(pair.split("=") for pair in _SPELT_UNITS.split())
_SYMBOLS = word_set("MW GW TW kW W MWh GWh TWh kWh Hz kHz MHz GHz kB MB GB TB km kg mm cm t ha °C")
_PLURALS = word_set("people men women children staff police crew cattle fish sheep")
_AMOUNTS = word_set("megawatt gigawatt kilowatt terawatt euro cent hertz dollar")
_FROM_TWO = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici
dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze
twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien
"""
_SPELLED = {
    word: str(n) for line in _FROM_TWO.splitlines() for n, word in enumerate(line.split(), 2)
}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and of what it is."""

    value: str
    """Its digits, with a point before its decimals."""
    of: frozenset[str]
    """The words or units behind it, in a form that compares."""
    shown: str = ""
    """ "288 MWh", "17 former station hands", "€90 million"; "" where it says not of what."""

    def told_by(self, others: Iterable[Figure]) -> bool:
        """Is it one of these? Equal numbers of other things are others, unless they are long."""
        digits = self.value.replace(".", "")
        long = len(digits) >= DISTINCT and len(digits.strip("0")) > 1
        return any(
            long or not other.of or not self.of.isdisjoint(other.of)
            for other in others
            if other.value == self.value
        )


def figures(text: str, language: str = "") -> Iterator[Figure]:
    """The numbers in digits, in the order in which they stand. `language` is two letters."""
    for match in _NUMBER.finditer(text):
        words = _following(text, match.end())
        money, value = (match["money"] or "").strip(), _value(match["figure"])
        of = frozenset(filter(None, (_unit(word, language) for word in (*words, money))))
        shown = _shown(match["figure"], money, words, language)
        yield Figure(value, of, shown if len(shown) <= LETTERS else "")
    for match in _UNSPACED_NUMBER.finditer(text):
        yield Figure(_value(match["figure"]), frozenset(match["of"]), match[0])


def spelled(text: str, language: str = "") -> Iterator[Figure]:
    """The small numbers in letters, to know "four hours" again."""
    for match in _WORD.finditer(text.casefold()):
        if value := _SPELLED.get(match[0]):
            words = _following(text, match.end())
            yield Figure(value, frozenset(_unit(word, language) for word in words))


def _following(text: str, at: int) -> list[str]:
    """The next few words; of those that hang on the number itself only units."""
    words: list[str] = []
    while len(words) <= NOUNS and (match := _NEXT.match(text, at)):
        glued = match[0] == match[1]
        if glued and (words or not (match[1] in _SYMBOLS | {"%"} or _SCALE.fullmatch(match[1]))):
            break
        words.append(match[1])
        at = match.end()
    return words


def _shown(figure: str, money: str, words: list[str], language: str) -> str:
    if words and _PERCENT.fullmatch(words[0]):
        return f"{figure}%"
    if _PERCENT.fullmatch(" ".join(words[:2])):
        return f"{figure}%"
    size = 0
    while words[size:] and _SCALE.fullmatch(words[size]) and (money or len(words[size]) > 1):
        size += 1
    if size and words[size : size + 1] in (["de"], ["di"]):
        size += 1
    noun = _noun(words[size:], language)
    if not (money or size or noun):
        return ""
    if _YEAR.fullmatch(figure) and not (money or size or noun in _SYMBOLS):
        return ""
    if money:
        scale = words[0] if size else ""
        return f"{money}{figure}{scale if len(scale) == 1 else f' {scale}'}".strip()
    return " ".join([figure, *words[:size], *([noun] if noun else [])]).removesuffix(" de")


def _noun(words: Sequence[str], language: str) -> str:
    """What is counted: the words up to the first that must be it, by the habits of the language."""
    until = next((n for n, word in enumerate(words) if word.casefold() in _NO_UNIT), len(words))
    words = words[: min(until, NOUNS)]
    if not words:
        return ""
    if words[0] in _SYMBOLS or not words[0][0].isalpha():
        return words[0]
    if language == "de":
        return " ".join(words[: next((n for n, w in enumerate(words, 1) if w[0].isupper()), 0)])
    if language not in ("", "en"):
        more = [word for word in words[1:] if language in ("fr", "es", "pt") and word[-1] in "sx"]
        return " ".join([words[0], *more[: words[0][-1] in "sx"]])
    last = next((n for n, word in enumerate(words, 1) if _plural(word)), 0)
    if not last and (words[0] in _AMOUNTS or (until == 1 and _may_be_counted(words[0]))):
        last = 1
    return " ".join(words[:last])


def _may_be_counted(word: str) -> bool:
    return word.islower() and not word.endswith("ed")


def _plural(word: str) -> bool:
    if word in _PLURALS:
        return True
    return len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))


def _unit(word: str, language: str) -> str:
    folded = word.casefold()
    if folded in _NO_UNIT:
        return ""
    known = next((unit for start, unit in _UNITS.items() if folded.startswith(start)), "")
    return known or stem(folded, language)


def _value(figure: str) -> str:
    """Its digits; "1.200" and "1,200" are twelve hundred, "1.5" and "1,5" one and a half."""
    digits = "".join(str(int(each)) if each.isdecimal() else " " for each in figure)
    *whole, last = digits.split()
    return f"{''.join(whole)}.{last}" if whole and len(last) != 3 else "".join([*whole, last])
