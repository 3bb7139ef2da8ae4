"""May a parser see these bytes? Linear checks before any parser."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from broadsheet.config import Portal
from broadsheet.errors import Unreadable
from broadsheet.intake import encoding
from broadsheet.model import Fetched


@dataclass(frozen=True, slots=True)
class Limits:
    """SECURITY.md, Parsing: they refused 2 of 5,625 real pages."""

    size: int
    depth: int
    attributes: int = 3_000
    tags: int = 200_000
    comments: int = 5_000
    entries: int = 5_000
    cdata: bool = False


FEED = Limits(size=10_000_000, depth=200, tags=2_000_000, comments=100_000, cdata=True)
PAGE = Limits(size=5_000_000, depth=3_000)

# A tag with its slash and name, an entity declaration, or else a comment. In XML, what CDATA holds is
# no markup; in HTML it is, and "<!-->" is a whole comment (WHATWG HTML, 13.2.5).
_TAG = r"<(?:(/?)([A-Za-z][A-Za-z0-9]*)[^>]*|!(?:(entity)|(?=--)(?s:.*?)(?:-->|\Z))"
_HTML = re.compile(rf"{_TAG})", re.IGNORECASE)
_XML = re.compile(rf"<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|{_TAG})", re.IGNORECASE)
_BEGIN = re.compile(r"</?[A-Za-z]")
_QUOTED = re.compile(r"=\s{0,9}(?:\"[^\"]*\"|'[^']*')")
_BETWEEN = re.compile(r"[\s/]+")
_FEW = 3_000  # so many need not be counted exactly
_VOID = frozenset(str.split("br img hr input meta link area base col embed source track wbr"))


def characters(fetched: Fetched) -> str:
    """The body as text (encoding.py), without its byte order mark."""
    return encoding.text_of(fetched.body, fetched.headers.get("content-type", ""))


def cut_size(data: bytes, limits: Limits) -> tuple[bytes, tuple[str, ...]]:
    """The bytes under the limit, and a note when there were more."""
    if len(data) <= limits.size:
        return data, ()
    note = f"too large: {limits.size:,} bytes are read at most (parsing.feed)"
    return data[: limits.size], (note,)


def feed_limits(portal: Portal) -> Limits:
    """How much of a feed or sitemap this portal reads."""
    parsing = portal.parsing
    return replace(FEED, size=parsing.feed * 1_000_000, entries=parsing.entries)


def check_size(url: str, body: bytes, limits: Limits) -> None:
    """Raises Unreadable when there are too many bytes."""
    if len(body) > limits.size:
        raise Unreadable(url, f"too large: {len(body)} bytes, {limits.size} at most")


def check_markup(url: str, text: str, limits: Limits) -> None:
    """Raises Unreadable for markup that would hang or swell a parser. Looks at each part once."""
    if _is_small(text, limits):
        return
    depth = tags = comments = 0
    for found in (_XML if limits.cdata else _HTML).finditer(text):
        name = found[2]
        if name is None:
            if found[3]:
                raise Unreadable(url, "declares entities, which we do not expand")
            comments += not found[0].startswith("<![")
            if comments > limits.comments:
                raise Unreadable(url, f"too many comments: over {limits.comments}")
            continue
        tags += 1
        start, end = found.span()
        if found[1]:
            depth -= depth > 0
        elif text[end - 1] != "/" and name.lower() not in _VOID:
            depth += 1
            if depth > limits.depth:
                raise Unreadable(url, f"too deep: over {limits.depth} elements in each other")
        if end - start > limits.attributes and _attributes(found[0]) > limits.attributes:
            raise Unreadable(url, f"too many attributes in a tag: over {limits.attributes}")
    if tags > limits.tags:
        raise Unreadable(url, f"too many tags: over {limits.tags}")


def _is_small(text: str, limits: Limits) -> bool:
    """Is it within all limits however its marks are read? True of most pages, and quick."""
    marks = text.count("<")
    return (
        marks <= limits.tags
        and (marks <= limits.depth or marks - text.count("</") <= limits.depth)
        and (marks <= limits.comments or text.count("<!--") <= limits.comments)
        and "<!e" not in text
        and "<!E" not in text
        and all(
            _attributes(piece[begin.start() :]) <= limits.attributes
            for piece in text.split(">")
            if len(piece) > limits.attributes and (begin := _BEGIN.search(piece))
        )
    )


def _attributes(tag: str) -> int:
    """At least as many as there are: each begins after a space, a slash or a quoted value."""
    most = len(tag.split()) + tag.count("/") + (tag.count('"') + tag.count("'")) // 2
    return min(most, len(_BETWEEN.findall(_QUOTED.sub(" ", tag)))) if most > _FEW else most
