"""What does a feed reader get? The newest reports as Atom, RSS 2.0 and JSON Feed 1.1.

One feed of all and one of each topic. An entry's id is the report's, so an update is no new entry;
what a feed lists, and in which order, is decided once for the three formats.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from broadsheet import files
from broadsheet.model import Edition, Record, Story
from broadsheet.plugins import Plugins
from broadsheet.publish.json_api import encode, may_be_named, order, root, topic_names
from broadsheet.text import clean_text

File = tuple[PurePosixPath, bytes]

ENTRIES = 60  # in one feed
PUBLISHERS = 3  # a story with so many has a page that a reader is sent to
ALL = "all"
_ENDINGS = {"atom": "atom", "rss": "rss", "jsonfeed": "json"}

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ATOM_CSS = """\
feed { display: block; max-width: 66ch; margin: 2rem auto; font: 1rem/1.5 system-ui, sans-serif; }
feed > id, feed > updated, generator, entry > id, entry > updated, source { display: none; }
feed > title { display: block; font: 1.6rem/1.3 Georgia, serif; }
entry { display: block; padding: 1rem 0; border-top: 1px solid #dad6cc; }
entry > title, summary { display: block; }
entry > title { font: 1.2rem/1.3 Georgia, serif; }
published, author { color: #5b5a55; }
"""
_RSS_CSS = """\
rss { display: block; max-width: 66ch; margin: 2rem auto; font: 1rem/1.5 system-ui, sans-serif; }
channel > link, channel > language, lastBuildDate, guid, category { display: none; }
channel > title { display: block; font: 1.6rem/1.3 Georgia, serif; }
item { display: block; padding: 1rem 0; border-top: 1px solid #dad6cc; }
item > title, item > link, description { display: block; }
item > title { font: 1.2rem/1.3 Georgia, serif; }
pubDate, item > source { color: #5b5a55; }
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as a feed tells it; all is text, not markup."""

    urn: str
    title: str
    link: str
    """Our story page where several publishers have it, else the report itself."""
    report_url: str
    summary: str
    published_at: datetime
    updated_at: datetime
    source: str
    source_url: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    story: str
    rights: tuple[str, ...]
    """The publisher's wishes, "max-snippet:80": they hold for who reads this feed too."""
    licence: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One list of entries, newest first; `name` is its file without the ending."""

    name: str
    title: str
    about: str
    home: str
    language: str
    updated_at: datetime
    entries: tuple[Entry, ...]
    hub: str = ""


def feeds_of(edition: Edition) -> Iterator[Feed]:
    """The feed of all, then that of each topic. A topic whose id is `all` has none of its own."""
    masthead = edition.masthead
    records = edition.records
    named = [story for story in edition.stories if may_be_named(story.id)]
    story_of = {id: story for story in named for id in story.report_ids}
    newest = [id for id in reversed(order(edition)) if id in records and _fit(records[id])]
    known: dict[str, Entry] = {}

    def entry(id: str) -> Entry:
        if id not in known:
            known[id] = _entry(edition, id, story_of.get(id))
        return known[id]

    def feed(name: str, title: str, about: str, home: str, ids: Iterator[str]) -> Feed:
        entries = tuple(entry(id) for id in islice(ids, ENTRIES))
        at = edition.at or _UNDATED
        return Feed(name, title, about, home, masthead.language, at, entries, masthead.hub)

    yield feed(ALL, masthead.title, masthead.description, root(edition), iter(newest))
    for section in edition.sections:
        if section.id == ALL:
            continue
        names = topic_names(section)
        yield feed(
            section.id,
            f"{section.name} - {masthead.title}",
            section.about,
            f"{root(edition)}t/{section.id}/index.html",
            (id for id in newest if names.intersection(records[id].topics)),
        )


def addresses(url: str, topics: Iterable[str], outputs: Collection[str]) -> list[str]:
    """Where all feeds of a portal are, by its public address, its topics' keys and its outputs."""
    names = [ALL, *(key for key in topics if key != ALL)]
    endings = [ending for output, ending in _ENDINGS.items() if output in outputs]
    return [f"{url}feeds/{name}.{ending}" for name in names for ending in endings]


def is_wide(edition: Edition, story: Story) -> bool:
    """Do enough publishers have it that its page is worth a visit?"""
    domains = {_domain(edition.records[id]) for id in story.report_ids}
    return len(domains) >= PUBLISHERS and may_be_named(story.id)


def story_url(edition: Edition, story: Story) -> str:
    """The address of its page."""
    slug = files.slug(story.title, otherwise=story.id)
    return f"{root(edition)}s/{story.id}-{slug}/index.html"


def atom(edition: Edition) -> Iterator[File]:
    """feeds/<name>.atom, and the style that makes it readable in a browser."""
    yield PurePosixPath("feeds/atom.css"), _ATOM_CSS.encode()
    for feed in feeds_of(edition):
        own = f"{root(edition)}feeds/{feed.name}.atom"
        yield PurePosixPath(f"feeds/{feed.name}.atom"), _xml("atom.css", _atom(feed, own))


def rss(edition: Edition) -> Iterator[File]:
    """feeds/<name>.rss, and the style that makes it readable in a browser."""
    yield PurePosixPath("feeds/rss.css"), _RSS_CSS.encode()
    for feed in feeds_of(edition):
        own = f"{root(edition)}feeds/{feed.name}.rss"
        yield PurePosixPath(f"feeds/{feed.name}.rss"), _xml("rss.css", _rss(feed, own))


def jsonfeed(edition: Edition) -> Iterator[File]:
    """feeds/<name>.json."""
    for feed in feeds_of(edition):
        own = f"{root(edition)}feeds/{feed.name}.json"
        yield PurePosixPath(f"feeds/{feed.name}.json"), encode(_json(feed, own))


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.outputs["atom"] = atom
    plugins.outputs["rss"] = rss
    plugins.outputs["jsonfeed"] = jsonfeed


def _entry(edition: Edition, id: str, story: Story | None) -> Entry:
    record = edition.records[id]
    seen = record.desk.seen_at or edition.at or _UNDATED
    page = story_url(edition, story) if story and is_wide(edition, story) else ""
    domain = _domain(record)
    return Entry(
        urn=f"urn:broadsheet:{id}",
        title=clean_text(record.title) or record.source_url,
        link=page or record.source_url,
        report_url=record.source_url,
        summary=clean_text(record.excerpt),
        published_at=record.published_at or seen,
        updated_at=record.updated_at or record.published_at or seen,
        source=clean_text(record.provider.name) or domain,
        source_url=f"https://{domain}/",
        authors=record.desk.authors,
        topics=record.topics,
        language=record.desk.language,
        story=story.id if story else id,
        rights=tuple(map(clean_text, record.desk.rights)),
        licence=_web(record.desk.licence),
    )


def _fit(record: Record) -> bool:
    """No copy, and an address that a reader may follow."""
    return not record.desk.copy_of and bool(_web(record.source_url))


def _web(address: str) -> str:
    """An address that a reader may follow, else "": a file edited by hand may hold any."""
    return address if address.startswith(("https://", "http://")) else ""


def _domain(record: Record) -> str:
    return record.provider.domain or record.source_url.partition("//")[2].partition("/")[0]


def _atom(feed: Feed, own: str) -> Iterator[str]:
    language = f" xml:lang={_quoted(feed.language)}" if feed.language else ""
    yield f'<feed xmlns="http://www.w3.org/2005/Atom"{language}>'
    yield f" <id>{_text(own)}</id>"
    yield f" <title>{_text(feed.title)}</title>"
    if feed.about:
        yield f" <subtitle>{_text(feed.about)}</subtitle>"
    yield f" <updated>{_iso(feed.updated_at)}</updated>"
    yield f' <link rel="self" type="application/atom+xml" href={_quoted(own)}/>'
    if feed.hub:
        yield f' <link rel="hub" href={_quoted(feed.hub)}/>'
    yield f' <link rel="alternate" type="text/html" href={_quoted(feed.home)}/>'
    yield " <generator>Broadsheet</generator>"
    for entry in feed.entries:
        yield from _atom_entry(entry)
    yield "</feed>"


def _atom_entry(entry: Entry) -> Iterator[str]:
    language = f" xml:lang={_quoted(entry.language)}" if entry.language else ""
    yield f" <entry{language}>"
    yield f"  <id>{entry.urn}</id>"
    yield f'  <title type="text">{_text(entry.title)}</title>'
    yield f'  <link rel="alternate" href={_quoted(entry.link)}/>'
    if entry.link != entry.report_url:
        yield f'  <link rel="via" href={_quoted(entry.report_url)}/>'
    if entry.licence:  # RFC 4946
        yield f'  <link rel="license" href={_quoted(entry.licence)}/>'
    if entry.rights:
        yield f"  <rights>{_text(', '.join(entry.rights))}</rights>"
    yield f"  <published>{_iso(entry.published_at)}</published>"
    yield f"  <updated>{_iso(entry.updated_at)}</updated>"
    for name in entry.authors or (entry.source,):
        yield f"  <author><name>{_text(name)}</name></author>"
    for topic in entry.topics:
        yield f"  <category term={_quoted(topic)}/>"
    yield "  <source>"
    yield f"   <id>{_text(entry.source_url)}</id>"
    yield f"   <title>{_text(entry.source)}</title>"
    yield f"   <updated>{_iso(entry.updated_at)}</updated>"
    yield "  </source>"
    if entry.summary:
        yield f'  <summary type="text">{_text(entry.summary)}</summary>'
    yield " </entry>"


def _rss(feed: Feed, own: str) -> Iterator[str]:
    atom_link = f'<atom:link rel="self" type="application/rss+xml" href={_quoted(own)}/>'
    yield '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
    yield ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
    yield " <channel>"
    yield f"  <title>{_text(feed.title)}</title>"
    yield f"  <link>{_text(feed.home)}</link>"
    yield f"  <description>{_text(feed.about or feed.title)}</description>"
    if feed.language:
        yield f"  <language>{_text(feed.language)}</language>"
    yield f"  <lastBuildDate>{_mail_date(feed.updated_at)}</lastBuildDate>"
    yield f"  {atom_link}"
    if feed.hub:
        yield f'  <atom:link rel="hub" href={_quoted(feed.hub)}/>'
    for entry in feed.entries:
        yield from _rss_item(entry)
    yield " </channel>"
    yield "</rss>"


def _rss_item(entry: Entry) -> Iterator[str]:
    yield "  <item>"
    yield f"   <title>{_text(entry.title)}</title>"
    yield f"   <link>{_text(entry.link)}</link>"
    if entry.summary:
        # Readers take a description for HTML, so text is told to them as HTML.
        yield f"   <description>{_text(escape(entry.summary, quote=False))}</description>"
    for name in entry.authors:
        yield f"   <dc:creator>{_text(name)}</dc:creator>"
    for topic in entry.topics:
        yield f"   <category>{_text(topic)}</category>"
    if entry.licence:
        yield f'   <atom:link rel="license" href={_quoted(entry.licence)}/>'
    if entry.rights:
        yield f"   <dc:rights>{_text(', '.join(entry.rights))}</dc:rights>"
    yield f'   <guid isPermaLink="false">{entry.urn}</guid>'
    yield f"   <pubDate>{_mail_date(entry.published_at)}</pubDate>"
    yield f"   <source url={_quoted(entry.source_url)}>{_text(entry.source)}</source>"
    yield "  </item>"


def _json(feed: Feed, own: str) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": own,
        **({"description": feed.about} if feed.about else {}),
        **({"language": feed.language} if feed.language else {}),
        **({"hubs": [{"type": "WebSub", "url": feed.hub}]} if feed.hub else {}),
        "items": [_json_item(entry) for entry in feed.entries],
    }


def _json_item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.urn,
        "url": entry.link,
        "external_url": entry.report_url if entry.report_url != entry.link else "",
        "title": entry.title,
        "summary": entry.summary,
        "content_text": entry.summary or entry.title,
        "date_published": entry.published_at,
        "date_modified": entry.updated_at,
        "authors": [{"name": name} for name in entry.authors or (entry.source,)],
        "tags": entry.topics,
        "language": entry.language,
        "_desk": {
            "provider": entry.source,
            "story": entry.story,
            **({"rights": entry.rights} if entry.rights else {}),
            **({"licence": entry.licence} if entry.licence else {}),
        },
    }
    return {key: value for key, value in item.items() if value}


def _xml(style: str, lines: Iterator[str]) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?>'
    css = f'<?xml-stylesheet type="text/css" href="{style}"?>'
    return "\n".join([head, css, *lines, ""]).encode()


def _text(text: str) -> str:
    return escape(_NOT_XML.sub(" ", text), quote=False)


def _quoted(text: str) -> str:
    return f'"{escape(_NOT_XML.sub(" ", text))}"'


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mail_date(at: datetime) -> str:
    """As RFC 822 has it; strftime would ask the machine's locale for the names."""
    utc = at.astimezone(UTC)
    return f"{_DAYS[utc.weekday()]}, {utc:%d} {_MONTHS[utc.month - 1]} {utc:%Y %H:%M:%S} GMT"
