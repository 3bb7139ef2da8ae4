"""Which reports does this sitemap list? Plain ones, news sitemaps, indexes, texts; packed or not.

The protocol is sitemaps.org's with Google's news and image extensions. A sitemap may be a feed too:
that is read as one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice

from lxml import etree
from msgspec import Struct

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import dates, encoding, feed, guard, images, words, xml_feed
from broadsheet.model import Fetched, Image, Item, Source
from broadsheet.plugins import Plugins

MEMBERS = 50  # of an index; the newest first, so that what stands after them is old

_Element = etree._Element
_GZIP = b"\x1f\x8b"
_LINE = re.compile(r"https?://\S{3,2000}")


class Listed(Struct, frozen=True):
    """One address, and what the sitemap tells of it; dates as written."""

    link: str
    changed_as: str = ""
    published_as: str = ""
    title: str = ""
    publication: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    image: str = ""


class Member(Struct, frozen=True):
    """One sitemap of an index."""

    url: str
    changed_at: datetime | None = None


class Sitemap(Struct, frozen=True):
    """A sitemap as read: it has either pages or, as an index, members."""

    listed: tuple[Listed, ...] = ()
    members: tuple[Member, ...] = ()


def read_sitemap(
    data: bytes, headers: Mapping[str, str], url: str, limits: guard.Limits = guard.FEED
) -> Sitemap:
    """The first 5,000 addresses, or the first 50 members, newest first. Raises Unreadable."""
    data, notes = guard.cut_size(_unpacked(data, url), limits)
    root = xml_feed.parse_clean(data)
    if root is None:
        text = encoding.text_of(data, headers.get("content-type", "")).strip()
        if text.startswith("http"):
            lines = (line.strip() for line in islice(text.splitlines(), limits.entries))
            return Sitemap(tuple(Listed(line) for line in lines if _LINE.fullmatch(line)))
        root = xml_feed.parse(text, limits.entries)
    name = xml_feed.local_name(root) if root is not None else ""
    if root is None or name not in ("urlset", "sitemapindex"):
        reason = f"not a sitemap but <{name[:60]}>" if name else "not a sitemap"
        raise Unreadable(url, "; ".join((*notes, reason)))
    if name == "urlset":
        pages = islice(root.iterchildren("{*}url"), limits.entries)
        return Sitemap(tuple(found for page in pages if (found := _listed(page, url)).link))
    return Sitemap(members=tuple(_members(root, url))[:MEMBERS])


def read(source: Source, fetched: Fetched, limits: guard.Limits = guard.FEED) -> Iterable[Item]:
    """Its addresses as items, a feed's entries where it is a feed. Raises Unreadable.

    The members of an index are items of the type "sitemap": lists to be asked, and no reports.
    """
    url = fetched.final_url or fetched.url
    try:
        found = read_sitemap(fetched.body, fetched.headers, url, limits)
    except Unreadable:
        if entries := _as_feed(source, fetched, limits):
            return entries
        raise
    if found.members:
        return [_member_item(source, fetched, member) for member in found.members]
    return [_item(source, fetched, listed) for listed in found.listed]


def _member_item(source: Source, fetched: Fetched, member: Member) -> Item:
    return Item(
        id=urls.record_id(member.url),
        url=member.url,
        source_id=source.id,
        seen_at=fetched.fetched_at,
        published_at=member.changed_at,
        type="sitemap",
    )


def _as_feed(source: Source, fetched: Fetched, limits: guard.Limits) -> list[Item]:
    try:
        unpacked = replace(fetched, body=_unpacked(fetched.body, fetched.url))
        return list(feed.read(source, unpacked, limits))
    except Unreadable:
        return []


def _unpacked(data: bytes, url: str) -> bytes:
    """The body; of a .gz file what is packed in it, as far as a byte over what is read."""
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, guard.FEED.size + 1)
    except zlib.error as error:
        raise Unreadable(url, f"not gzip: {error}") from error


def _members(root: _Element, base: str) -> list[Member]:
    """The newest first; those without a date last, in their order."""
    found = []
    for element in root.iterchildren("{*}sitemap"):
        said = _said(element)
        if link := xml_feed.address_of(base, said.get("loc", "")):
            found.append(Member(link, dates.moment(said.get("lastmod", ""))))
    dated = sorted(
        (m for m in found if m.changed_at), key=lambda m: (m.changed_at, m.url), reverse=True
    )
    return [*dated, *(m for m in found if not m.changed_at)]


def _listed(element: _Element, base: str) -> Listed:
    said = _said(element)
    keywords = (xml_feed.plain(word) for word in said.get("keywords", "").split(","))
    return Listed(
        link=xml_feed.address_of(base, said.get("loc", "")),
        changed_as=said.get("lastmod", ""),
        published_as=said.get("publication_date", ""),
        title=said.get("title", ""),
        publication=said.get("name", ""),
        language=said.get("language", ""),
        keywords=tuple(dict.fromkeys(filter(None, keywords)))[:50],
        image=xml_feed.address_of(base, said.get("image:loc", "")),
    )


def _said(element: _Element) -> dict[str, str]:
    """Its fields and those of its news and its first picture, by their local names."""
    said: dict[str, str] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = xml_feed.local_name(child)
        if name == "image":
            for part in child.iterchildren("{*}loc"):
                said.setdefault("image:loc", _inner(part))
        elif name == "news":
            for part in child.iterdescendants(tag=etree.Element):
                if not len(part):
                    said.setdefault(xml_feed.local_name(part), _inner(part))
        else:
            said.setdefault(name, _inner(child))
    return said


def _inner(element: _Element) -> str:
    return "".join(str(piece) for piece in element.itertext()).strip()


def _item(source: Source, fetched: Fetched, listed: Listed) -> Item:
    zone = dates.zone_named(source.timezone)
    published = dates.at(listed.published_as, fetched.fetched_at, zone)
    changed = dates.at(listed.changed_as, fetched.fetched_at, zone)
    url = urls.canonical(listed.link)
    return Item(
        id=urls.record_id(url),
        url=url,
        source_id=source.id,
        seen_at=fetched.fetched_at,
        title=words.line(listed.title),
        published_at=published,
        updated_at=changed if published and changed and changed > published else None,
        tags=tuple(words.line(word, 100) for word in listed.keywords),
        images=(Image(listed.image),) if images.is_picture(listed.image) else (),
        language=words.language(listed.language),
        feed_title=words.line(listed.publication, 200),
    )


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["sitemap"] = partial(read, limits=guard.feed_limits(plugins.portal))
