"""What does a feed say, whatever it is written in? The nouns that every format is read into.

Texts (`title`, `subtitle`, `summary`, `content`, `rights`) are markup that has passed
`markup.sanitize`; a plain text in a feed is escaped markup here, so one rule holds for all: it may
stand in a page, and `words.line` makes a plain line of it. Names, tags and languages are plain text
without any tag. Addresses are absolute where the feed's own address is known.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from broadsheet.intake import dates
from broadsheet.model import Image

PLAIN, HTML, XHTML = "text/plain", "text/html", "application/xhtml+xml"


class Person(Struct, frozen=True):
    """Somebody who wrote or edits."""

    name: str = ""
    email: str = ""
    url: str = ""

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.email})" if self.name and self.email else self.name or self.email
        )


class Link(Struct, frozen=True):
    """An address and what it is to the entry: `alternate`, `enclosure`, `self`, `hub`, `replies`,
    `via` (the source), `canonical`, `transcript`, `chapters`, `license` or what the feed says."""

    href: str
    rel: str = "alternate"
    type: str = ""
    title: str = ""
    length: int = 0
    """Bytes; 0 where it is not told."""


class Described(Struct, frozen=True):
    """What a feed and each of its entries say of themselves. `*_as` are dates as written; the
    properties of the same name are those moments."""

    id: str = ""
    link: str = ""
    links: tuple[Link, ...] = ()
    title: str = ""
    title_type: str = PLAIN
    language: str = ""
    """An entry's own, where it says so itself."""
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    published_as: str = ""
    updated_as: str = ""
    created_as: str = ""

    @property
    def updated(self) -> datetime | None:
        """When it, or anything in it, was last changed."""
        return dates.moment(self.updated_as) if self.updated_as else None

    @property
    def author(self) -> str:
        """The first author or editor as "Jo Low (jo@quay.example)"."""
        return str(self.authors[0]) if self.authors else ""


class Entry(Described, frozen=True):
    """One entry."""

    summary: str = ""
    summary_type: str = HTML
    content: str = ""
    content_type: str = HTML
    content_language: str = ""
    images: tuple[Image, ...] = ()
    source: str = ""
    """The title of the feed or paper that it was taken from."""
    in_reply_to: str = ""
    comments: int | None = None
    duration: int | None = None
    """Seconds of a recording."""
    point: tuple[float, float] | None = None
    """Latitude and longitude in degrees."""

    @property
    def published(self) -> datetime | None:
        """When it came out; a date without a zone is taken as UTC."""
        written = self.published_as or self.created_as
        return dates.moment(written) if written else None

    @property
    def enclosures(self) -> tuple[Link, ...]:
        """Recordings and other files."""
        return tuple([link for link in self.links if link.rel == "enclosure"])

    @property
    def image(self) -> str | None:
        """The address of the first picture."""
        return self.images[0].url if self.images else None


class Head(Described, frozen=True):
    """What a feed says of itself."""

    subtitle: str = ""
    subtitle_type: str = HTML
    image: str = ""
    rights: str = ""
    every: timedelta | None = None
    """How often it changes, by its own word: `sy:updatePeriod` or `ttl`."""

    @property
    def published(self) -> datetime | None:
        """When this issue of the feed came out."""
        return dates.moment(self.published_as) if self.published_as else None


class Feed(Struct, frozen=True):
    """A feed as read; where nothing could be read, `refusal` says why."""

    feed: Head = Head()
    entries: tuple[Entry, ...] = ()
    version: str = ""
    """"rss20", "atom10", "json11", "hfeed" ..."""
    notes: tuple[str, ...] = ()
    """What was left out, and by which limit."""
    refusal: str = ""
