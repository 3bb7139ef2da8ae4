"""What does a host's robots.txt allow us (RFC 9309)? Linear in the file and in the address.

The rules are plain data, so that they can be remembered from one run to the next. What is no RFC
but common is heeded too: Crawl-delay, and lines that end with CR alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote_to_bytes, urlsplit

from broadsheet import urls

AGENT = "Broadsheet"
LARGEST = 500_000
"""Bytes of a robots.txt that we read; what follows is not there."""
LONGEST_DELAY = timedelta(seconds=30)
KEEP = timedelta(hours=24)
MOST_RULES = 5_000
"""For us; no list of 2 kB lines fits more into LARGEST, and no honest file has more."""

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_RESERVED = "%!$&'()*+,;=:@/?~[]|#"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: whether it allows, and what; `*` is anything, a final `$` the end (2.2.3)."""

    allow: bool
    path: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host says to us: may this address be asked, and how long to wait between two."""

    rules: tuple[Rule, ...] = ()
    delay: timedelta = timedelta(0)

    def allows(self, url: str) -> bool:
        """The longest match decides, and of two equally long ones that which allows (2.2.2)."""
        if not self.rules:
            return True
        parts = urlsplit(url)
        path = _one_spelling((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        matching = [(len(r.path), r.allow) for r in self.rules if urls.fits(r.path, path)]
        return max(matching, default=(0, True))[1]


NO_RULES = Rules()


def parse(body: bytes, agent: str = AGENT) -> Rules:
    """The rules of a robots.txt for this agent; whatever bytes it is, it has some.

    All groups that name the agent count together; those for `*` only where none does (2.2.1).
    """
    token = _token(agent)
    ours: list[tuple[str, str]] = []
    anyones: list[tuple[str, str]] = []
    named: set[str] = set()
    in_names = found = False
    for key, value in _lines(body[:LARGEST].decode("utf-8-sig", "replace")):
        if key == "user-agent":
            named = (named if in_names else set()) | {"*" if value == "*" else _token(value)}
            in_names = True
            found = found or token in named
        elif key in ("allow", "disallow", "crawl-delay"):
            in_names = False
            if token in named:
                ours.append((key, value))
            if "*" in named:
                anyones.append((key, value))
    return _rules(ours if found else anyones)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"\r\n|\r|\n", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _token(agent: str) -> str:
    """The product token of a whole User-Agent, in lower case (2.2.1)."""
    found = _TOKEN.match(agent.strip())
    return found[0].lower() if found else ""


def _rules(lines: list[tuple[str, str]]) -> Rules:
    rules = [
        Rule(key == "allow", _one_spelling(path))
        for key, path in lines
        if path and key != "crawl-delay"
    ]
    delays = [_seconds(value) for key, value in lines if key == "crawl-delay"]
    return Rules(tuple(rules[:MOST_RULES]), timedelta(seconds=max(delays, default=0.0)))


def _seconds(value: str) -> float:
    return min(float(value), LONGEST_DELAY.total_seconds()) if _NUMBER.fullmatch(value) else 0.0


def _one_spelling(path: str) -> str:
    """Unreserved characters plain, the others as %XX; %2F is not a slash (RFC 3986, 6.2.2)."""
    if path.isascii() and "%" not in path:
        return path
    plain = re.sub("%[0-9A-Fa-f]{2}", lambda found: _decoded(found[0]), path)
    return quote(plain, safe=_RESERVED, errors="replace")


def _decoded(triple: str) -> str:
    character = unquote_to_bytes(triple).decode("latin-1")
    plain = character.isascii() and (character.isalnum() or character in "-._~")
    return character if plain else triple.upper()
