"""May a parser see these bytes? Linear checks before any parser, and bytes to characters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.errors import Unreadable
from broadsheet.model import Fetched


@dataclass(frozen=True, slots=True)
class Limits:
    """SECURITY.md, Parsing: they refused 2 of 5,625 real pages."""

    size: int
    depth: int
    attributes: int = 3_000
    tags: int = 200_000
    comments: int = 5_000


FEED = Limits(size=10_000_000, depth=200, tags=2_000_000, comments=100_000)
PAGE = Limits(size=5_000_000, depth=3_000)

_MARKUP = re.compile(r"<(?=[A-Za-z/!])")
_VOID = frozenset(str.split("br img hr input meta link area base col embed source track wbr"))
_CHARSET = re.compile(r"charset\s{0,5}=\s{0,5}[\"']?([\w:.-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([\w:.-]{1,40})"
    rb"|<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([\w:.-]{1,40})",
    re.IGNORECASE,
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What a label means on the web, where that is not what Python takes it for (WHATWG Encoding).
_MEANT = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601"), "cp949"),
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "utf8": "utf-8",
    "x-euc-jp": "euc-jp",
    "big5-hkscs": "big5hkscs",
    "macintosh": "mac-roman",
}
_KNOWN = re.compile(
    r"utf-8|utf-16(?:-?[lb]e)?|cp\d{3,5}|windows-\d{3,4}|iso-?8859-\d{1,2}|koi8-[ru]|gb18030|big5"
    r"|big5hkscs|euc-jp|iso-2022-jp|mac-roman"
)


def characters(fetched: Fetched) -> str:
    """The body as text: by its mark, as UTF-8 if it is, as the server says, as it says itself."""
    body = fetched.body
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    sent = _CHARSET.search(fetched.headers.get("content-type", "")[:500])
    own = _DECLARED.search(body[:4096])
    declared = (own[1] or own[2]).decode() if own else ""
    for label in (sent[1] if sent else "", declared):
        name = _MEANT.get(label.lower(), label.lower())
        if _KNOWN.fullmatch(name):
            try:
                return body.decode(name, "replace")
            except LookupError:
                continue
    return body.decode("cp1252", "replace")


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
