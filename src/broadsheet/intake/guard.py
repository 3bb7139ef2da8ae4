"""May a parser see these bytes? Linear checks before any parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


FEED = Limits(size=10_000_000, depth=200, tags=2_000_000, comments=100_000)
PAGE = Limits(size=5_000_000, depth=3_000)

_MARKUP = re.compile(r"<(?=[A-Za-z/!])")
_VOID = frozenset(str.split("br img hr input meta link area base col embed source track wbr"))


def characters(fetched: Fetched) -> str:
    """The body as text (encoding.py), without its byte order mark."""
    return encoding.text_of(fetched.body, fetched.headers.get("content-type", ""))


def cut_size(data: bytes, limits: Limits) -> tuple[bytes, tuple[str, ...]]:
    """The bytes under the limit, and a note when there were more."""
    if len(data) <= limits.size:
        return data, ()
    return data[: limits.size], (f"too large: {limits.size:,} bytes are read at most",)


def check_size(url: str, body: bytes, limits: Limits) -> None:
    """Raises Unreadable when there are too many bytes."""
    if len(body) > limits.size:
        raise Unreadable(url, f"too large: {len(body)} bytes, {limits.size} at most")


def check_markup(url: str, text: str, limits: Limits) -> None:
    """Raises Unreadable for markup that would hang or swell a parser. Looks at each part once."""
    depth = tags = comments = place = 0
    while found := _MARKUP.search(text, place):
        place = found.start()
        start = text[place : place + 9].lower()
        if start.startswith("<!--"):
            comments += 1
            if comments > limits.comments:
                raise Unreadable(url, f"too many comments: over {limits.comments}")
            place = _after(text, "-->", place + 4)
        elif start == "<![cdata[":
            place = _after(text, "]]>", place)
        elif start.startswith("<!entity"):
            raise Unreadable(url, "declares entities, which we do not expand")
        elif start[1:2].isalpha() or start[1:2] == "/":
            end = text.find(">", place)
            if end < 0:
                end = len(text)
            tags += 1
            if tags > limits.tags:
                raise Unreadable(url, f"too many tags: over {limits.tags}")
            if start[1] == "/":
                depth = max(0, depth - 1)
            elif text[end - 1] != "/" and _name(start) not in _VOID:
                depth += 1
            if depth > limits.depth:
                raise Unreadable(url, f"too deep: over {limits.depth} elements in each other")
            if (
                end - place > limits.attributes
                and _attributes(text, place, end) > limits.attributes
            ):
                raise Unreadable(url, f"too many attributes in a tag: over {limits.attributes}")
            place = end
        else:
            place += 1


def _attributes(text: str, place: int, end: int) -> int:
    """At least as many as there are: each needs a space or a slash before it."""
    return sum(text.count(mark, place, end) for mark in (" ", "\n", "\t", "\r", "\f", "/"))


def _name(start: str) -> str:
    return re.split(r"[^a-z0-9]", start[1:], maxsplit=1)[0]


def _after(text: str, mark: str, place: int) -> int:
    found = text.find(mark, place)
    return len(text) if found < 0 else found + len(mark)
