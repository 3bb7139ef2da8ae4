"""What does this feed list? RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1 and 1.1, h-feed.

`read_feed` is the reader, `read` makes items of what it found. Each format has a module of its own:
xml_feed.py, json_feed.py, html_feed.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import (
    dates,
    encoding,
    guard,
    html_feed,
    images,
    json_feed,
    words,
    xml_feed,
)
from broadsheet.intake.syndication import Entry, Feed, Head
from broadsheet.model import Fetched, Image, Item, Source
from broadsheet.plugins import Plugins
from broadsheet.text import clean_text

WHOLE = 1_500  # characters: a description that long is the report, not its summary

_SPACE = "\ufeff \t\r\n\x0b\x0c\x00"


def read_feed(data: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> Feed:
    """What a feed says, read once from its bytes. Never raises: `Feed.refusal` says why not.

    Names of `headers` are in lower case; `content-type`, `content-location` and `content-language`
    are looked at. Relative addresses start from `url`. A bad entry costs itself only; of what is
    over a limit the part under it is read, and `notes` name the limit.
    """
    try:
        return parse(data, headers or {}, url)
    except Unreadable as refusal:
        return Feed(refusal=refusal.reason)


def parse(
    data: bytes, headers: Mapping[str, str], url: str, limits: guard.Limits = guard.FEED
) -> Feed:
    """The same. Raises Unreadable."""
    data, notes = guard.cut_size(data, limits)
    try:
        head, entries, version = _format(data, headers, url, limits.entries + 1)
        found = tuple(entries)
    except Unreadable as refusal:
        raise Unreadable(url, "; ".join((*notes, refusal.reason))) from refusal
    except (ValueError, RuntimeError, SyntaxError) as error:  # a parser's own
        raise Unreadable(url, f"not a feed: {clean_text(str(error), 200)}") from error
    if len(found) > limits.entries:
        found = found[: limits.entries]
        most = f"{limits.entries:,} entries are read at most (parsing.entries)"
        notes = (*notes, f"too many: {most}")
    if notes and not found:
        raise Unreadable(url, f"{'; '.join(notes)}; no entry in what is under it")
    if not head.language and (sent := headers.get("content-language", "")):
        head = replace(head, language=xml_feed.plain(sent.partition(",")[0]))
    return Feed(head, found, version, notes)


def _format(
    data: bytes, headers: Mapping[str, str], url: str, limit: int
) -> tuple[Head, Iterator[Entry], str]:
    base = _base(headers.get("content-location", ""), url)
    root = xml_feed.parse_clean(data)
    if root is not None and xml_feed.is_feed(root):
        return xml_feed.read(root, base, limit)
    text = encoding.text_of(data, headers.get("content-type", "")).lstrip(_SPACE)
    if text.startswith("{"):
        return json_feed.read(_json(text, url), base, limit)
    root = xml_feed.parse(text, limit, tried=data)
    if root is not None and xml_feed.is_feed(root):
        return xml_feed.read(root, base, limit)
    if html_feed.may_be_feed(text):
        return html_feed.read(text, base, limit)
    if root is None:
        raise Unreadable(url, "not a feed: neither XML nor JSON")
    raise Unreadable(url, f"not a feed but <{clean_text(str(root.tag), 60)}>")


def _json(text: str, url: str) -> dict[str, Any]:
    try:
        document = json_feed.parse(text)
    except ValueError as error:
        raise Unreadable(url, f"not JSON: {clean_text(str(error), 100)}") from error
    if not json_feed.is_feed(document):
        raise Unreadable(url, "not a feed but some other JSON")
    return document


def _base(location: str, url: str) -> str:
    """The address that relative ones start from (RFC 9110, 8.7: Content-Location)."""
    if not location:
        return url
    return urls.absolute(url, location) or url


def read(source: Source, fetched: Fetched, limits: guard.Limits = guard.FEED) -> Iterable[Item]:
    """The entries that have a link, as items. Raises Unreadable."""
    found = parse(fetched.body, fetched.headers, fetched.final_url or fetched.url, limits)
    items = (_item(source, fetched, found.feed, entry) for entry in found.entries)
    return [item for item in items if item]


def _item(source: Source, fetched: Fetched, feed: Head, entry: Entry) -> Item | None:
    canonical = (link.href for link in entry.links if link.rel == "canonical")
    written = next(canonical, entry.link)
    link = urls.absolute(fetched.final_url or fetched.url, written) if written else ""
    if not link:
        return None
    url = urls.canonical(link)
    zone = dates.zone_named(source.timezone)

    def believed(written: str) -> datetime | None:
        return dates.at(written, fetched.fetched_at, zone)

    published = believed(entry.published_as) or believed(entry.created_as)
    updated = believed(entry.updated_as)
    summary, text = words.plain(entry.summary), words.plain(entry.content)
    if not text and len(summary) >= WHOLE:
        text = summary
    language = words.language(entry.language) or words.language(feed.language)
    return Item(
        id=urls.record_id(url),
        url=url,
        source_id=source.id,
        seen_at=fetched.fetched_at,
        title=words.line(entry.title),
        summary=summary,
        published_at=published or updated,
        updated_at=updated if updated and published and updated != published else None,
        authors=words.people(*(person.name for person in entry.authors)),
        tags=tuple(dict.fromkeys(t for tag in entry.tags if (t := clean_text(tag, 100))))[:50],
        text=text,
        images=tuple(
            Image(image.url, image.width, image.height, clean_text(image.title, 300))
            for image in entry.images
            if images.is_picture(image.url)
        ),
        language=language,
        feed_title=words.line(feed.title, 200),
        type=_type(entry),
    )


def _type(entry: Entry) -> str:
    kinds = (link.type.partition("/")[0] for link in entry.enclosures)
    return next((kind for kind in kinds if kind in ("audio", "video")), "article")


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["feed"] = partial(read, limits=guard.feed_limits(plugins.portal))
