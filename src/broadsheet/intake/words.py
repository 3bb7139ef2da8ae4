"""What do names and markup say as plain words: people, languages, text without its tags?"""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from broadsheet.errors import Unreadable
from broadsheet.intake import guard
from broadsheet.text import clean_text

_BLOCK = re.compile(
    r"(?=</?(?:p|div|br|li|h[1-6]|tr|td|th|blockquote|ul|ol|pre|figure|figcaption|section)\b)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?/?>|<!--", re.IGNORECASE)
_BY = re.compile(r"(?:(?:written\s|story\s)?by|von|par|por|di|door)[\s:]+", re.IGNORECASE)
_AND = re.compile(r"\s*(?:;|\||,|\band\b|\bund\b|\bet\b|&)\s*(?!(?:jr|sr|phd|md)\b)", re.IGNORECASE)
_MAIL = re.compile(r"\S{1,80}@\S{1,80}\s*(?:\((?P<name>[^)]{1,200})\))?")
_STOP_WORDS = {
    "en": "the of and to in that for was with said from have his has by this are not",
    "de": "der die und das den von ist mit des im dem nicht eine sich auch auf werden",
    "fr": "les des est dans une pour qui sur par plus pas au avec sont cette aux",
    "es": "los las del que una por con para como más pero fue este su al",
    "it": "il che di una per della sono con del nel più gli alla anche dei",
    "pt": "os uma não para com dos que mais foi pelo ao como das pela são",
    "nl": "het een van dat niet zijn voor met aan naar ook bij werd deze wordt",
    "pl": "nie się jest do że na przez oraz jak dla który po od są",
    "sv": "och att det som för inte är på med till den har av ett",
}
_MARKS = {word: [k for k, v in _STOP_WORDS.items() if word in v.split()]
          for words in _STOP_WORDS.values() for word in words.split()}  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)


def plain(markup: str, limit: int = 100_000) -> str:
    """The text of a piece of HTML; "" when it is no piece that we let a parser see."""
    if "<" not in markup:
        return clean_text(html.unescape(markup[: 4 * limit]), limit)
    try:
        guard.check_markup("", markup.encode(errors="replace"), guard.PAGE)
        tree = LexborHTMLParser(_BLOCK.sub(" ", markup).encode(errors="replace"))
        tree.strip_tags(["script", "style", "template", "noscript", "iframe"])
        return clean_text(tree.body.text() if tree.body else "", limit)
    except (Unreadable, ValueError, RuntimeError):
        return ""


@lru_cache(1 << 8)  # a page says its title and its summary several times
def line(text: str, limit: int = 1_000) -> str:
    """A title or name: its tags and character references read where it has such."""
    if _MARKUP.search(text[:20_000]):
        return plain(text[:20_000], limit)
    return clean_text(html.unescape(text[:20_000]), limit)


def people(*texts: str) -> tuple[str, ...]:
    """The names in some bylines, each once, without "By", addresses and mail."""
    names: dict[str, None] = {}
    for text in texts:
        said = line(text, 500)
        if mail := _MAIL.search(said):
            said = mail["name"] or said.replace(mail[0], " ")
        for part in _AND.split(_BY.sub("", said, count=1) if _BY.match(said) else said):
            name = clean_text(part).strip(" .,;:-")
            if 2 <= len(name) <= 80 and "://" not in name and "@" not in name:
                names.setdefault(name)
    return tuple(names)[:20]


def language(tag: str) -> str:
    """A language tag in its usual form ("en-GB"); "" for what is none."""
    tag = tag.strip().partition(",")[0].replace("_", "-")
    if not _LANGUAGE.fullmatch(tag) or tag.lower() in ("und", "mul", "zxx"):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(s.upper() if len(s) == 2 else s.title() for s in rest)])


def guess_language(text: str) -> str:
    """The language whose small words stand in the text; "" when none clearly does."""
    words = [word.strip(".,;:!?\"'()") for word in text[:4_000].lower().split()]
    counts = Counter([language for word in words for language in _MARKS.get(word, ())])
    best = counts.most_common(2)
    if not best or best[0][1] < 4 or (len(best) > 1 and best[0][1] < 1.3 * best[1][1]):
        return ""
    return best[0][0]
