"""Which of a stranger's markup may we keep? The one sanitiser: a short list, and nothing that runs.

Most markup of feeds is a few harmless tags; such a piece is proved harmless tag by tag and kept as
it is, at ten times the speed of a parser. All other goes through nh3 (ammonia) with the same list.
A test holds that in what we prove harmless nh3 finds nothing to take out.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import guard

LIMIT = 1_000_000  # characters of one piece of markup; what stands after them is not kept

TAGS = frozenset(
    str.split(
        "a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code"
        " col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5"
        " h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small"
        " span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
    )
)
ATTRIBUTES = {
    "*": frozenset(("dir", "lang", "title")),
    "a": frozenset(("href", "hreflang", "rel")),
    "img": frozenset(("alt", "height", "src", "width")),
    "ol": frozenset(("start",)),
    "td": frozenset(("colspan", "rowspan")),
    "th": frozenset(("colspan", "rowspan", "scope")),
    "time": frozenset(("datetime",)),
}
VOID = frozenset(("br", "col", "hr", "img", "wbr"))

_SILENT = frozenset(("script", "style", "template", "noscript", "iframe", "object", "title"))
_TAG_OR_NOT = re.compile(r"(<[^<>]*>?)")
_TAG = re.compile(r"<([a-z][a-z0-9]{0,11})((?: [a-z-]{1,30}=\"[^\"<>]*\"){0,20}) ?/?>")
_LINK = re.compile(r"<a href=\"https?://[^\s\"<>\\]*\"(?: rel=\"[a-z ]*\")?>")
_BARE = {  # a tag without attributes -> its name, and whether it ends an element
    **{f"<{name}>": (name, False) for name in TAGS - VOID},
    **{f"</{name}>": (name, True) for name in TAGS - VOID},
    **{f"<{name}{end}>": (name, None) for name in VOID for end in ("", "/", " /")},
}
_ANYWHERE = ATTRIBUTES["*"]
_SAID = re.compile(r" ([a-z-]{1,30})=\"([^\"]*)\"")
_ABSOLUTE = re.compile(r"(?:https?://|mailto:)[^\s\\\x00-\x1f]*")
_RELATIVE = re.compile(r"[\w./?=&;%,~+-]*(?:#[\w.-]*)?", re.ASCII)
_NUMBERED = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_WINDOWS = {byte: bytes((byte,)).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
_LOOKS = re.compile(
    r"</?(?:" + "|".join(sorted(TAGS)) + r")(?=[\s/>])[^<>]*>"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>?")


def sanitize(markup: str, base: str = "") -> str:
    """The markup without anything that could run, load a frame or restyle a page.

    Relative addresses are made absolute where there is a `base`. Never raises: markup that a parser
    must not see (too deep, too many attributes) is reduced to its text.
    """
    if len(markup) > LIMIT:
        markup = markup[:LIMIT]
    if "&#" in markup:
        markup = _NUMBERED.sub(_reference, markup)
    if "<" not in markup:
        return markup
    harmless = _harmless(markup, bool(base))
    if harmless is not None:
        return harmless
    try:
        guard.check_markup("", markup, guard.PAGE)
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
    return ("<" in text or "&" in text) and _LOOKS.search(text) is not None


def _harmless(markup: str, has_base: bool) -> str | None:
    """The markup, when every tag is on the list, written plainly and closed in order."""
    pieces = _TAG_OR_NOT.split(markup)
    opened: list[str] = []
    changed = False
    for place in range(1, len(pieces), 2):
        piece = pieces[place]
        known = _BARE.get(piece)
        if known:
            name, ends = known
        elif _LINK.fullmatch(piece):
            name, ends = "a", False
        else:
            kept, name, ends = _tag(piece, has_base)
            if not name:
                return None
            if kept != piece:
                pieces[place] = kept
                changed = True
        if ends is False:
            opened.append(name)
        elif ends and (not opened or opened.pop() != name):
            return None
    if opened:
        return None
    return "".join(pieces) if changed else markup


def _tag(piece: str, has_base: bool) -> tuple[str, str, bool | None]:
    """The tag with the attributes that we keep, its name, and whether it ends an element (None for
    one that stands alone); no name for a tag that nh3 must see."""
    found = _TAG.fullmatch(piece)
    if not found:
        return piece, "", None
    name, said = found.groups()
    if name not in TAGS or (name not in VOID and piece.endswith("/>")):
        return piece, "", None
    allowed = ATTRIBUTES.get(name, frozenset())
    for attribute, value in _SAID.findall(said):
        if attribute not in allowed and attribute not in _ANYWHERE:
            piece = piece.replace(f' {attribute}="{value}"', "", 1)
        elif attribute in ("href", "src") and not _is_plain(value, has_base):
            return piece, "", None
    return piece, name, None if name in VOID else False


def _is_plain(address: str, has_base: bool) -> bool:
    """True for an address that needs no look by a parser: of the web, or relative to nothing."""
    if _ABSOLUTE.fullmatch(address):
        return True
    return not has_base and _RELATIVE.fullmatch(address) is not None


def _reference(found: re.Match[str]) -> str:
    """A numbered character in one form; 128 to 159 are those of windows-1252, as browsers read."""
    number = int(found[1], 16) if found[1] else int(found[2])
    if said := _WINDOWS.get(number):
        return f"&#x{ord(said):x};"
    return f"&#x{found[1]};" if found[1] else found[0]


@lru_cache(64)
def _cleaner(base: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_SILENT),
        attributes={name: set(allowed) for name, allowed in ATTRIBUTES.items()},
        attribute_filter=_stripped,
        url_schemes={"http", "https", "mailto"},
        url_relative=(lambda url: urls.absolute(base, url) or None) if base else "pass_through",
        link_rel=None,
    )


def _stripped(tag: str, attribute: str, value: str) -> str:
    return value.strip() if attribute in ("href", "src") else value
