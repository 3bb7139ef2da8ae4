"""What does a host's robots.txt allow us (RFC 9309)?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

AGENT = "Broadsheet"
LARGEST = 500_000
"""Bytes of a robots.txt that we read; what follows is not there."""
LONGEST_DELAY = timedelta(seconds=30)
KEEP = timedelta(hours=24)


@dataclass(frozen=True)
class Rules:
    """What one host says: may this address be asked, and how long to wait between two."""

    allows: Callable[[str], bool]
    delay: timedelta = timedelta(0)


NO_RULES = Rules(lambda _url: True)


def parse(body: bytes) -> Rules:
    """The rules of a robots.txt; whatever bytes it is, it has some."""
    found = Protego.parse(body[:LARGEST].decode("utf-8-sig", "replace"))
    told = found.crawl_delay(AGENT) or 0.0
    seconds = min(told, LONGEST_DELAY.total_seconds()) if told > 0 else 0.0  # "nan" is not
    return Rules(lambda url: bool(found.can_fetch(url, AGENT)), timedelta(seconds=seconds))
