"""Which of a stranger's markup may we keep? The one sanitiser: a short list, and nothing that runs.

Most markup of feeds is a few harmless tags. Such a piece is proved harmless by one regular
expression, the grammar of what we keep, and stays as it is; that takes a fifth of the time of a
parser. All other goes through nh3 (ammonia) with the same list. A test holds that in what the
grammar accepts nh3 finds nothing to take out.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.entities import html5

import nh3

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import guard
from broadsheet.intake.encoding import MEANT

LIMIT = 1_000_000  # characters of one piece of markup; what stands after them is not kept
DEPTH = 8  # elements in each other, as far as the grammar goes; nh3 goes on

# The commonest first: an alternation is tried in its order.
TAGS = tuple(
    str.split(
        "p a strong em b i li ul div span h2 h3 blockquote figure figcaption ol code pre h1 h4 h5 h6"
        " td tr table tbody thead th abbr acronym address article aside bdi bdo big caption center"
        " cite colgroup dd del details dfn dl dt font footer header ins kbd main mark nav q rp rt"
        " ruby s samp section small strike sub summary sup tfoot time tt u var"
    )
)
VOID = ("br", "img", "hr", "col", "wbr")
ATTRIBUTES = ("alt", "colspan", "datetime", "dir", "height", "hreflang", "lang", "rel", "rowspan",
              "scope", "start", "title", "width")  # fmt: skip
ADDRESSES = ("href", "src")

# What publishers' editors write and we leave out without asking nh3.
_DROPPED = (
    "class|id|style|sizes|loading|decoding|target|align|border|fetchpriority|role"
    "|aria-[a-z]{1,30}|data-[a-z-]{1,40}"
)
_SILENT = frozenset(("script", "style", "template", "noscript", "iframe", "object", "title"))
_WEB = r"\"(?:https?://|mailto:)[^\"<>\s\\\x00-\x1f]*+\""
_RELATIVE = r"\"[\w./?=&;%,~+-]*+(?:#[\w.-]*+)?\""
_SOURCES = (
    r"https?://[^\"<>\s\\,]++(?: [0-9.]++[wx])?(?:, https?://[^\"<>\s\\,]++(?: [0-9.]++[wx])?)*+"
)
_NUMBERED = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_LOOKS = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS + VOID))})(?=[\s/>])[^<>]*>"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|([a-zA-Z][a-zA-Z0-9]{1,30}));"
)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>?")
_ATTRIBUTED = re.compile(r"<[a-z][a-z0-9]* [^<>]*>")
_TO_DROP = re.compile(rf" (?:{_DROPPED})=\"[^\"]*\"")
_LONE = re.compile(r"<(br|hr|wbr)/?>")


def sanitize(markup: str, base: str = "") -> str:
    """The markup without anything that could run, load a frame or restyle a page.

    Relative addresses are made absolute where there is a `base`. Never raises: markup that a parser
    must not see (too deep, too many attributes) is reduced to its text.
    """
    if len(markup) > LIMIT:
        markup = markup[:LIMIT]
    if "&#" in markup:
        markup = _NUMBERED.sub(reference, markup)
    if "<" not in markup:
        return markup
    if harmless := (_HARMLESS if base else _HARMLESS_OR_RELATIVE).fullmatch(markup):
        return _rewritten(markup, harmless)
    try:
        guard.check_markup("", markup.encode(errors="replace"), guard.PAGE)
    except Unreadable:
        return escaped(html.unescape(_ANY_TAG.sub(" ", markup)))
    return _cleaner(base).clean(markup)


def escaped(text: str) -> str:
    """A plain text as markup."""
    if "<" in text or "&" in text or ">" in text:
        return html.escape(text, quote=False)
    return text


def is_markup(text: str) -> bool:
    """Does a text that may be either look like markup? It has a tag or a reference that we know."""
    if "<" not in text and "&" not in text:
        return False
    names = (found[1] for found in _LOOKS.finditer(text))
    return any(name is None or f"{name};" in html5 for name in names)


def reference(found: re.Match[str]) -> str:
    """A numbered character in one form; 128 to 159 are those of windows-1252, as browsers read."""
    number = int(found[1], 16) if found[1] else int(found[2])
    if said := MEANT.get(number):
        return f"&#x{ord(said):x};"
    return f"&#x{found[1]};" if found[1] else found[0]


def _rewritten(markup: str, harmless: re.Match[str]) -> str:
    """Without the attributes that we drop, and with "<br />" for "<br>" and "<br/>"."""
    if any(harmless.group(*_DROPS)):
        markup = _ATTRIBUTED.sub(lambda tag: _TO_DROP.sub("", tag[0]), markup)
    if any(harmless.group(*_LONES)):
        markup = _LONE.sub(r"<\1 />", markup)
    return markup


def _grammar(address: str) -> re.Pattern[str]:
    """Text, and elements on the list with attributes on the list, closed in order.

    Groups "drop" and "lone" tell what is to be rewritten. Every repeat is possessive: the time is
    linear, whatever comes.
    """
    kept, dropped = "|".join(ATTRIBUTES), f"(?P<dropNUMBER>{_DROPPED})"
    addresses = rf"(?:{'|'.join(ADDRESSES)})={address}|srcset=\"{_SOURCES}\""
    said = rf"(?: (?:{addresses}|(?:{kept}|{dropped})=\"[^\"<>]*+\"))*+"
    level = ""
    for depth in range(DEPTH):
        level = (
            rf"[^<]*+(?:<(?:(?P<tag{depth}>{'|'.join(TAGS)}){said.replace('NUMBER', str(depth))}>"
            rf"{level}</(?P=tag{depth})>"
            rf"|(?P<lone{depth}>(?:br|hr|wbr)/?>)"
            rf"|(?:{'|'.join(VOID)}){said.replace('NUMBER', f'_{depth}')} ?/?>)[^<]*+)*+"
        )
    return re.compile(level)


_HARMLESS = _grammar(_WEB)
_HARMLESS_OR_RELATIVE = _grammar(rf"(?:{_WEB}|{_RELATIVE})")
_DROPS = [name for name in _HARMLESS.groupindex if name.startswith("drop")]
_LONES = [name for name in _HARMLESS.groupindex if name.startswith("lone")]


@lru_cache(64)
def _cleaner(base: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*TAGS, *VOID},
        clean_content_tags=set(_SILENT),
        attributes={"*": {*ATTRIBUTES, *ADDRESSES, "srcset"}},
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto"},
        url_relative=(lambda url: urls.absolute(base, url) or None) if base else "pass_through",
        link_rel=None,
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "srcset" and not re.fullmatch(_SOURCES, value):
        return None
    return value.strip() if attribute in ADDRESSES else value
