"""Which reports does this sitemap list? Plain ones and news sitemaps, packed or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from lxml import etree

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import dates, guard, images, words
from broadsheet.intake.feed import ITEMS, inner, parse_xml
from broadsheet.model import Fetched, Image, Item, Source
from broadsheet.plugins import Plugins


def read(source: Source, fetched: Fetched) -> Iterable[Item]:
    """The first 5,000 addresses, with what a news sitemap tells of them. Raises Unreadable."""
    fetched = replace(fetched, body=_unpacked(fetched))
    guard.check_size(fetched.url, fetched.body, guard.FEED)
    root = parse_xml(fetched, guard.characters(fetched).lstrip("\ufeff \t\r\n"))
    if _local(root) == "sitemapindex":
        raise Unreadable(fetched.url, "an index of sitemaps; name one of those that it lists")
    if _local(root) != "urlset":
        raise Unreadable(fetched.url, "not a sitemap")
    return list(_items(source, fetched, root))


def _unpacked(fetched: Fetched) -> bytes:
    """The body, of a .gz file what is packed in it, one byte over the limit at most."""
    if not fetched.body.startswith(b"\x1f\x8b"):
        return fetched.body
    try:
        return zlib.decompressobj(wbits=31).decompress(fetched.body, guard.FEED.size + 1)
    except zlib.error as error:
        raise Unreadable(fetched.url, f"not gzip: {error}") from error


def _items(source: Source, fetched: Fetched, root: etree._Element) -> Iterator[Item]:
    zone = dates.zone_named(source.timezone)
    base = fetched.final_url or fetched.url
    for element in islice(root.iterchildren("{*}url"), ITEMS):
        said = _said(element)
        link = urls.absolute(base, said.get("loc", "")) if said.get("loc") else ""
        if not link:
            continue
        url = urls.canonical(link)
        published = dates.at(said.get("publication_date", ""), fetched.fetched_at, zone)
        changed = dates.at(said.get("lastmod", ""), fetched.fetched_at, zone)
        picture = urls.absolute(base, said["image:loc"]) if said.get("image:loc") else ""
        keywords = (words.line(word, 100) for word in said.get("keywords", "").split(","))
        yield Item(
            id=urls.record_id(url),
            url=url,
            source_id=source.id,
            seen_at=fetched.fetched_at,
            title=words.line(said.get("title", "")),
            published_at=published,
            updated_at=changed if published and changed and changed > published else None,
            tags=tuple(dict.fromkeys(filter(None, keywords)))[:50],
            images=(Image(picture),) if picture and images.is_picture(picture) else (),
            language=words.language(said.get("language", "")),
            feed_title=words.line(said.get("name", ""), 200),
        )


def _said(element: etree._Element) -> dict[str, str]:
    """Its fields and those of its news and its first picture, by their local names."""
    said: dict[str, str] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = _local(child)
        if name == "image":
            for part in child.iterchildren("{*}loc"):
                said.setdefault("image:loc", inner(part))
        elif name == "news":
            for part in child.iterdescendants(tag=etree.Element):
                if not len(part):
                    said.setdefault(_local(part), inner(part))
        else:
            said.setdefault(name, inner(child))
    return said


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["sitemap"] = read
