"""What does the publisher allow with this page? Robots rules, TDMRep, and the licence it links to.

Robots: Google's robots meta specification. TDMRep: the W3C community group's report of 2024, whose
three places are the header, the meta and `/.well-known/tdmrep.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlsplit

from broadsheet import urls
from broadsheet.intake import dates
from broadsheet.model import Permissions

_AGENTS = frozenset(("", "*", "robots", "broadsheet"))
_VALUED = frozenset(("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"))
_LONGEST_DATE = 2  # pieces between commas: "Sat, 25 Nov 2023 15:00:00 GMT"
_META = re.compile(rb"<meta\b[^>]{0,2000}", re.IGNORECASE)
_PREVIEWS: tuple[Literal["none", "standard", "large"], ...] = ("none", "standard", "large")


def read(
    headers: Mapping[str, str], metas: Iterable[tuple[str, str]], licence: str = ""
) -> Permissions:
    """All signals together, the strictest of each kind. `metas` are names and contents.

    `licence` is the address that the page links to as its licence.
    """
    found = _robots(Permissions(), headers.get("x-robots-tag", ""), "the X-Robots-Tag header")
    found = _reserved(found, headers.get("tdm-reservation", ""), "the tdm-reservation header")
    for name, content in metas:
        folded = name.strip().lower()
        if folded in ("robots", "broadsheet"):
            found = _robots(found, content, f"the page's {folded} meta")
        elif folded == "tdm-reservation":
            found = _reserved(found, content, "the page's meta")
    return replace(found, licence=licence)


def may_be_kept(headers: Mapping[str, str], body: bytes) -> bool:
    """May an answer be kept as it came? Not under noarchive, in its header or in a robots meta.

    Read without a parser, for who has none at hand; where a meta only looks like one, it counts.
    """
    if not _robots(Permissions(), headers.get("x-robots-tag", ""), "").archive:
        return False
    plain = body.replace(b"\x00", b"")  # of UTF-16 every second byte
    metas = (found[0].lower() for found in _META.finditer(plain))
    return not any(
        (b"robots" in meta or b"broadsheet" in meta)
        and (b"noarchive" in meta or b"nocache" in meta)
        for meta in metas
    )


def reserved_by_file(data: bytes, url: str) -> bool:
    """Does a host's `/.well-known/tdmrep.json` reserve this address? False for a file in no form.

    The first entry counts whose `location` fits the path; `*` stands for any characters, `$` for
    the end (TDMRep, 6.1).
    """
    try:
        entries = json.loads(data[:200_000])
        path = urlsplit(url).path or "/"
    except (ValueError, RecursionError):
        return False
    for entry in entries[:1_000] if isinstance(entries, list) else ():
        where = str(entry.get("location", ""))[:500] if isinstance(entry, dict) else ""
        if where and urls.fits(where, path):
            return _is_one(entry.get("tdm-reservation"))
    return False


def _is_one(value: Any) -> bool:
    return value is not True and str(value).strip() == "1"


def _reserved(found: Permissions, value: str, where: str) -> Permissions:
    if value.partition(",")[0].strip() != "1":
        return found
    return replace(found, reserved=True, why=(*found.why, f"tdm-reservation: 1 in {where}"))


def _robots(found: Permissions, value: str, where: str) -> Permissions:
    agent = ""
    tokens = value[:2_000].lower().split(",")
    while tokens:
        name, colon, rest = (part.strip() for part in tokens.pop(0).partition(":"))
        if colon and name not in _VALUED:
            agent, (name, _, rest) = name, (part.strip() for part in rest.partition(":"))
        if name == "unavailable_after":
            rest = _date(rest, tokens)
        if agent in _AGENTS:
            found = _obeyed(found, name, rest, where)
    return found


def _date(begun: str, tokens: list[str]) -> str:
    """The moment that is told from here on, in ISO 8601, "" for none. What it takes of the tokens is
    theirs no more: dates have commas in them."""
    for more in range(_LONGEST_DATE):
        if at := dates.moment(",".join([begun, *tokens[:more]])):
            del tokens[:more]
            return f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return ""


def _obeyed(found: Permissions, name: str, value: str, where: str) -> Permissions:
    change = _change(found, name, value)
    if change is None:
        return found
    said = f"{name}:{value}" if value and name in _VALUED else name
    reason = f"{said} in {where}"
    return found if reason in found.why else replace(change, why=(*found.why, reason)[:20])


def _change(found: Permissions, name: str, value: str) -> Permissions | None:
    if name in ("noindex", "none"):
        return replace(found, index=False)
    if name in ("noarchive", "nocache"):
        return replace(found, archive=False)
    if name in ("noai", "noimageai"):
        return replace(found, ai=False)
    if name == "nosnippet":
        return replace(found, snippet=0)
    if name == "max-snippet" and re.fullmatch(r"[0-9]{1,9}", value):
        limit = int(value)
        return replace(found, snippet=limit if found.snippet is None else min(limit, found.snippet))
    if name == "unavailable_after" and (until := dates.moment(value)):
        return replace(found, until=min(until, found.until or until))
    if name == "max-image-preview" and value in _PREVIEWS[:2]:
        strictest = min(value, found.image_preview, key=["none", "standard", "large"].index)
        return replace(
            found, image_preview=_PREVIEWS[["none", "standard", "large"].index(strictest)]
        )
    return None
