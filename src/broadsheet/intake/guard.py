"""May a parser see these bytes? Linear checks before any parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_TAG = rb"<(?:(/?)([A-Za-z][A-Za-z0-9]*)[^>]*|!(?:(entity)|(?=--)(?s:.*?)(?:-->|\Z))"
_HTML = re.compile(_TAG + rb")", re.IGNORECASE)
_XML = re.compile(rb"<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|" + _TAG + rb")", re.IGNORECASE)
_BEGIN = re.compile(rb"</?[A-Za-z]")
_DECLARED = re.compile(
    rb"![Ee](?<=<!.)"
)  # begins with a rare character, so it is quickly looked for
_QUOTED = re.compile(rb"=\s{0,9}(?:\"[^\"]*\"|'[^']*')")
_BETWEEN = re.compile(rb"[\s/]+")
_SEPARATORS = b" \t\n\v\f\r/"
_FEW = 3_000  # so many need not be counted exactly
_VOID = frozenset(b"br img hr input meta link area base col embed source track wbr".split())


def characters(fetched: Fetched) -> str:
    """The body as text (encoding.py), without its byte order mark."""
    return encoding.text_of(fetched.body, fetched.headers.get("content-type", ""))


def utf8(fetched: Fetched) -> bytes:
    """The same in UTF-8: most often the body as it is."""
    return encoding.utf8_of(fetched.body, fetched.headers.get("content-type", ""))


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


def check_markup(url: str, markup: bytes, limits: Limits) -> None:
    """Raises Unreadable for markup that would hang or swell a parser. Looks at each part once.

    `markup` is in UTF-8: bytes are searched in half the time of characters.
    """
    if _is_small(markup, limits):
        return
    depth = tags = comments = 0
    for found in (_XML if limits.cdata else _HTML).finditer(markup):
        name = found[2]
        if name is None:
            if found[3]:
                raise Unreadable(url, "declares entities, which we do not expand")
            comments += not found[0].startswith(b"<![")
            if comments > limits.comments:
                raise Unreadable(url, f"too many comments: over {limits.comments}")
            continue
        tags += 1
        start, end = found.span()
        if found[1]:
            depth -= depth > 0
        elif markup[end - 1 : end] != b"/" and name.lower() not in _VOID:
            depth += 1
            if depth > limits.depth:
                raise Unreadable(url, f"too deep: over {limits.depth} elements in each other")
        if end - start > limits.attributes and _attributes(found[0]) > limits.attributes:
            raise Unreadable(url, f"too many attributes in a tag: over {limits.attributes}")
    if tags > limits.tags:
        raise Unreadable(url, f"too many tags: over {limits.tags}")


def _is_small(markup: bytes, limits: Limits) -> bool:
    """Is it within all limits however its marks are read? True of most pages, and quick."""
    marks = markup.count(b"<")
    return (
        marks <= limits.tags
        and (marks <= limits.depth or marks - markup.count(b"</") <= limits.depth)
        and (marks <= limits.comments or markup.count(b"<!--") <= limits.comments)
        and not _DECLARED.search(markup)
        and all(
            _attributes(piece[begin.start() :]) <= limits.attributes
            for piece in _long_pieces(markup, limits.attributes)
            if (begin := _BEGIN.search(piece))
        )
    )


def _long_pieces(markup: bytes, length: int) -> Iterator[bytes]:
    """What stands between two ">" and is longer than `length`. Leaps over all that is shorter."""
    start = 0
    while len(markup) - start > length:
        last = markup.rfind(b">", start, start + length + 1)
        if last < 0:
            end = markup.find(b">", start + length)
            last = end if end >= 0 else len(markup)
            yield markup[start:last]
        start = last + 1


def _attributes(tag: bytes) -> int:
    """At least as many as there are: each begins after a space, a slash or a quoted value."""
    quoted = (tag.count(b'"') + tag.count(b"'")) // 2
    most = 1 + len(tag) - len(tag.translate(None, _SEPARATORS)) + quoted
    if most > _FEW:
        most = len(tag.split()) + tag.count(b"/") + quoted
    return min(most, len(_BETWEEN.findall(_QUOTED.sub(b" ", tag)))) if most > _FEW else most
