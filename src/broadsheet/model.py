"""The nouns: what a source gave us, what we made of it, what we keep, what we publish.

Everything here is frozen data: no I/O, no clock, no knowledge of where it is kept. `*_at` is an
aware UTC datetime in whole seconds. `id` derives from content, so making a record twice makes it
once, and every step may run twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

Kind = Literal["feed", "sitemap", "pages", "opml"]
Status = Literal["ok", "unchanged", "duplicate", "rejected", "retry", "quarantined"]
Tree = Literal["records/news", "held/below", "held/review", "held/rejected"]


@dataclass(frozen=True, slots=True)
class Source:
    """A place where we look. Exactly one of the four kinds is given; config checks it."""

    id: str
    feed: str = ""
    sitemap: str = ""
    pages: tuple[str, ...] = ()
    opml: str = ""
    topics: tuple[str, ...] = ()
    every: timedelta | None = None
    timezone: str = ""
    quiet: str = ""
    read: Literal["pages", "feed"] = "pages"
    official: bool = False
    hold: bool = False
    pause: bool = False
    listed_in: str = ""
    """Id of the OPML source that names it; "" for one of the portal file's own."""

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that are given."""
        kinds: tuple[Kind, ...] = ("feed", "sitemap", "pages", "opml")
        return [kind for kind in kinds if getattr(self, kind)]

    @property
    def url(self) -> str:
        """The address that we ask."""
        return self.feed or self.sitemap or self.opml


@dataclass(frozen=True, slots=True)
class Request:
    """One address to ask. `head` asks for the first bytes only: enough to tell a picture's size."""

    url: str
    before: Fetched | None = None
    head: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: bytes as they came, and enough of it to ask again politely.

    Status 304, and 200 with the body of before, is an answer without news: `body` is then empty
    and `changed` false.
    """

    url: str
    body: bytes
    fetched_at: datetime
    etag: str = ""
    source_id: str = ""
    status: int = 200
    final_url: str = ""
    redirects: tuple[tuple[int, str], ...] = ()
    """Each hop: its status and where it sent us."""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; of a repeated header the values joined by ", "."""
    last_modified: str = ""
    sha256: str = ""
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Image:
    """A picture at its publisher's address; sizes in pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the publisher allows with this page; every output obeys it."""

    index: bool = True
    archive: bool = True
    snippet: int | None = None
    """Characters of an extract at most; 0 is headline only, None is no word about it."""
    image_preview: Literal["none", "standard", "large"] = "large"
    reserved: bool = False
    """Text and data mining is reserved (TDMRep): title, link and date only."""
    ai: bool = True
    """False: not to be used to train or prompt a language model (noai)."""
    licence: str = ""
    """Address of the licence that the page links to."""
    why: tuple[str, ...] = ()
    """Each signal in words: "max-snippet:80 in the page's robots meta"."""
    until: datetime | None = None
    """From then on it is not to be listed (unavailable_after)."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a source says exists: an address and perhaps more. Not yet a report."""

    id: str
    url: str
    source_id: str
    seen_at: datetime
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    text: str = ""
    """The whole text where the feed carries it, as plain text."""
    images: tuple[Image, ...] = ()
    amp_url: str = ""
    language: str = ""
    feed_title: str = ""
    """What the feed calls itself: the provider's name when no page tells it."""
    type: str = "article"


@dataclass(frozen=True, slots=True)
class Question:
    """What an operator wants to know of a page, for the one command that asks it."""

    words: str = ""
    """As who answers needs them: the text of a rule, a day."""
    beside: tuple[Fetched, ...] = ()
    """Other pages that the question is about too."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes to be parsed: by the reader `by` for a source, by the extractor `by` for an item, or by
    the describer `by` for a question."""

    by: str
    of: Source | Item | Question
    fetched: Fetched

    @property
    def name(self) -> str:
        """What tells it from the others of its batch: a report's second page may be an item too."""
        whose = "" if isinstance(self.of, Question) else self.of.id
        return f"{self.by} {whose} {self.fetched.url}"


@dataclass(frozen=True, slots=True)
class Part:
    """One named reason of a score."""

    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """An integer that can say why. Raises ValueError when its parts do not sum to it."""

    name: str
    value: int
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if sum(part.points for part in self.parts) != self.value:
            raise ValueError(f"{self.name}: parts do not sum to {self.value}: {self.parts}")


@dataclass(frozen=True, slots=True)
class Headline:
    """What a report was called before, and until when."""

    title: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of a live report: when it was written, and its heading."""

    at: datetime
    heading: str


@dataclass(frozen=True, slots=True)
class Article:
    """One report as read, from its page or from its entry alone; its text is never published."""

    id: str
    url: str
    source_id: str
    domain: str
    title: str
    text: str
    """One line; as an extractor gives it a line a paragraph, for what its site repeats to be found
    (intake/site.py)."""
    language: str
    seen_at: datetime
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    authors: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    type: str = "article"
    amp_url: str = ""
    provider_name: str = ""
    tags: tuple[str, ...] = ()
    permissions: Permissions = Permissions()
    read_from: Literal["page", "entry"] = "page"
    featured: str = ""
    """Address of an embedded video that the page puts first, if any."""
    updates: tuple[Update, ...] = ()
    """Of a live report, the newest first; the text has what they say."""
    next_url: str = ""
    """Address of the report's next page."""
    titles: tuple[Headline, ...] = ()
    """Earlier headlines, oldest first, each with the time at which it was replaced."""
    sketch: tuple[int, ...] = ()
    """What the judge of copies remembers of the text (judge/dedup.py)."""
    topics: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    """The words that gave a topic, as "Storage: battery, GWh"."""
    copy_of: str = ""
    quality: Score = Score("quality", 0)
    signals: tuple[str, ...] = ()
    """By which signals each field was told: "title: h1, og:title (0.93)"."""

    @property
    def moment(self) -> datetime:
        """When it counts: its own date, or our first sight of it where nothing tells the date."""
        return self.published_at or self.seen_at


@dataclass(frozen=True, slots=True)
class Voice:
    """One report as the heat of its story hears it."""

    domain: str
    at: datetime
    quality: int
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One report in its story: what it adds to the earlier ones, and why it stands here."""

    id: str
    adds: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The reports about one event, in the order in which we saw them."""

    id: str
    title: str
    reports: tuple[Told, ...]
    first_at: datetime
    last_at: datetime
    heat: Score = Score("heat", 0)
    topics: tuple[str, ...] = ()
    merged_into: str = ""
    note: str = ""
    """The editor's, Markdown."""

    @property
    def report_ids(self) -> tuple[str, ...]:
        """Of its reports, in the same order."""
        return tuple(told.id for told in self.reports)


@dataclass(frozen=True, slots=True)
class Provider:
    """Who published it: the site's own name, its registrable domain, perhaps a logo."""

    name: str = ""
    domain: str = ""
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another report on the same story, as a record names it; in the file's order."""

    title: str = ""
    excerpt: str = ""
    published_at: datetime | None = None
    source_url: str
    amp_url: str = ""
    cdn_amp_url: str = ""
    type: str = ""
    provider: Provider = Provider()
    quality: int = 0
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Workings:
    """The `desk` block of a record: how the desk came to what it prints."""

    story: str = ""
    language: str = ""
    source: str = ""
    seen_at: datetime | None = None
    authors: tuple[str, ...] = ()
    titles: tuple[Headline, ...] = ()
    copy_of: str = ""
    matched: tuple[str, ...] = ()
    parts: tuple[Score, ...] = ()
    extract: str = ""
    """The extract limit obeyed, in words."""
    rights: tuple[str, ...] = ()
    """The publisher's wishes in the usual words: "max-snippet:80", "noai"."""
    licence: str = ""
    """Address of the licence that the page links to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One report as kept: the fields of RECORD.md, in the file's order."""

    category: str = "news"
    title: str = ""
    excerpt: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    source_url: str
    amp_url: str = ""
    cdn_amp_url: str = ""
    type: str = ""
    quality: int = 0
    heat: int = -1
    published: bool = False
    provider: Provider = Provider()
    topics: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    desk: Workings = Workings()
    secured: str = ""
    blocks: tuple[tuple[str, str], ...] = ()
    """Blocks of other eras that we do not interpret: name, canonical YAML text."""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What the portal says of itself on every page."""

    title: str
    url: str = "http://localhost:8000/"
    description: str = ""
    language: str = "en"
    timezone: str = "UTC"
    contact: str = ""
    profile: str = "broadsheet"
    accent: str = "#0B4F8A"
    stories: int = 30
    river: int = 60
    half_life: str = "12h"
    extract_length: int = 160
    hub: str = ""
    """The WebSub hub that our feeds name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One topic as its page shows it; `archived` when the portal file no longer names it."""

    id: str
    name: str
    about: str = ""
    parent: str = ""
    keywords: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Ids of the sources that carry it for all their reports."""
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What readers may know of a source: `records/sources/<id>.md`."""

    category: str = "source"
    id: str
    title: str = ""
    domain: str = ""
    works: bool = True
    since_at: datetime | None = None
    why: str = ""
    last_report_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's front page: `records/days/<day>.md`. Ids, in order."""

    day: date
    at: datetime
    front: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    """The reports that became public that day, in the order in which they did."""
    counts: dict[str, int] = field(default_factory=dict)
    """Topic name -> public reports that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A tombstone: `records/removed/<id>.md`."""

    id: str
    also: tuple[str, ...] = ()
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is public at one time: all that an output may know."""

    masthead: Masthead
    at: datetime | None
    """None for an empty portal."""
    stories: tuple[Story, ...]
    """Ranked, hottest first, lone reports too (their id is the report's); the first report of a
    story is its leader, then those with more quality, copies last. `heat` is that of `at`."""
    records: dict[str, Record]
    """Every public record by its id."""
    sections: tuple[Section, ...] = ()
    """In the portal's order, archived ones last."""
    days: tuple[Day, ...] = ()
    """Oldest first."""
    sources: tuple[SourceState, ...] = ()
    removed: tuple[Removed, ...] = ()
    merged: dict[str, str] = field(default_factory=dict)
    """Old story id -> the story that took it in."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that an output makes only if it must: where `key` is as it was, so are the bytes."""

    key: bytes
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record at one step, and why; exactly one per record per step."""

    step: str
    subject: str
    status: Status
    detail: str = ""
