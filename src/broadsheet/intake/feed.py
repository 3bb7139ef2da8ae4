"""What does this feed list? RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1 and 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import islice
from typing import Any

from lxml import etree

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import dates, guard, images, words
from broadsheet.model import Fetched, Image, Item, Source
from broadsheet.plugins import Plugins
from broadsheet.text import clean_text

ITEMS = 5_000  # of a feed; what stands after them is not read
WHOLE = 1_500  # characters: a description that long is the report, not its summary

_SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31});|#([xX]?[0-9A-Fa-f]{1,40});?)")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IMG = re.compile(r"<img\s[^>]{0,500}?\bsrc\s{0,5}=\s{0,5}[\"']([^\"'<>]{1,1000})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Feed:
    """What holds for each entry of a feed."""

    source: Source
    fetched: Fetched
    title: str
    language: str

    def item(self, link: str, **said: Any) -> Item:
        """The item of an entry, under its address without tracking."""
        url = urls.canonical(link)
        language = said.pop("language", "") or self.language
        return Item(
            id=urls.record_id(url),
            url=url,
            source_id=self.source.id,
            seen_at=self.fetched.fetched_at,
            language=language,
            feed_title=self.title,
            **said,
        )

    def at(self, text: str) -> datetime | None:
        """A date of this feed that is believed."""
        zone = dates.zone_named(self.source.timezone)
        return dates.at(text, self.fetched.fetched_at, zone)


@dataclass(frozen=True, slots=True)
class Node:
    """An element by the names that we know: "title", "dc:date", "media:content"."""

    element: etree._Element
    children: dict[str, list[etree._Element]]

    def all(self, *names: str) -> list[etree._Element]:
        """The children of these names, in the order of the names."""
        return [child for name in names for child in self.children.get(name, ())]

    def text(self, *names: str) -> str:
        """The text of the first of them that has any."""
        return next((said for child in self.all(*names) if (said := inner(child))), "")


def read(source: Source, fetched: Fetched) -> Iterable[Item]:
    """The first 5,000 entries that have a link. Raises Unreadable."""
    guard.check_size(fetched.url, fetched.body, guard.FEED)
    text = guard.characters(fetched).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return list(_json_items(source, fetched, text))
    return list(_xml_items(source, fetched, parse_xml(fetched, text)))


def parse_xml(fetched: Fetched, text: str) -> etree._Element:
    """The root of a document, well-formed or nearly so. Raises Unreadable."""
    guard.check_markup(fetched.url, text, guard.FEED)
    text = _NOT_XML.sub("", _REFERENCE.sub(_character, text))
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser, base_url=fetched.final_url or fetched.url)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(fetched.url, f"not XML: {clean_text(str(error), 200)}") from error
    if root is None:
        raise Unreadable(fetched.url, "not XML: no element in it")
    return root


def node_of(element: etree._Element) -> Node:
    """The element with its children by name."""
    children: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren(tag=etree.Element):
        children.setdefault(name_of(child), []).append(child)
    return Node(element, children)


def name_of(element: etree._Element) -> str:
    """Its local name in lower case, with our prefix where it is not of the feed itself."""
    space, brace, local = str(element.tag).rpartition("}")
    if not brace:
        return local.lower()  # an undeclared prefix stands as it is written
    prefix = _SPACES.get(space[1:].lower())
    return f"other:{local.lower()}" if prefix is None else prefix + local.lower()


def inner(element: etree._Element) -> str:
    """All text of an element, without its tags."""
    return "".join(str(piece) for piece in element.itertext()).strip()


def _character(found: re.Match[str]) -> str:
    """What XML does not know or libxml2 lets through, as the characters that HTML means by it.

    `&nbsp;` is a space; a reference to half a character (`&#xD800;`) is U+FFFD, where the parser
    would make bytes that are no UTF-8.
    """
    name: str | None = found[1]
    if name in _OF_XML:
        return found[0]
    said = unescape(found[0])
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(said, said)


def _xml_items(source: Source, fetched: Fetched, root: etree._Element) -> Iterator[Item]:
    kind = name_of(root)
    if kind not in ("rss", "rdf", "feed", "channel"):
        raise Unreadable(fetched.url, f"not a feed but <{clean_text(str(root.tag), 60)}>")
    channel = next((e for e in root.iter("{*}channel") if name_of(e) == "channel"), root)
    about = node_of(channel)
    tag = about.text("language", "dc:language") or channel.get(_LANG) or root.get(_LANG) or ""
    title = words.line(about.text("title"), 200)
    feed = _Feed(source, fetched, title, words.language(tag))
    entries = (e for e in root.iter("{*}item", "{*}entry") if name_of(e) in ("item", "entry"))
    for element in islice(entries, ITEMS):
        with suppress(ValueError):  # a bad entry costs itself only
            if item := _entry(feed, node_of(element)):
                yield item


def _entry(feed: _Feed, entry: Node) -> Item | None:
    link = _link(entry)
    if not link:
        return None
    published = entry.text("pubdate", "published", "dc:date", "issued", "dc:issued", "created")
    updated = entry.text("updated", "modified", "dc:modified", "lastbuilddate")
    summary = _html(entry, "description", "summary", "media:description", "itunes:summary")
    whole = _html(entry, "content:encoded", "content")
    said, text = words.plain(summary), words.plain(whole)
    if not text and len(said) >= WHOLE:
        text = said
    at, changed_at = feed.at(published), feed.at(updated)
    return feed.item(
        link,
        title=words.line(_html(entry, "title", "media:title", "dc:title")),
        summary=said,
        published_at=at or changed_at,
        updated_at=changed_at if changed_at and changed_at != at and at else None,
        authors=words.people(*_authors(entry)),
        tags=_tags(entry),
        text=text,
        images=_pictures(entry, link, whole or summary),
        language=words.language(entry.element.get(_LANG) or entry.text("dc:language")),
        type=_type(entry),
    )


def _link(entry: Node) -> str:
    base = entry.element.base or ""
    own = entry.text("feedburner:origlink")
    found = [own] if own else []
    for link in entry.all("link"):
        if link.get("href") and link.get("rel", "alternate") == "alternate":
            found.append(urls.absolute(link.base or base, link.get("href", "")))
        elif not link.get("href"):
            found.append(inner(link))
    for guid in entry.all("guid"):
        if guid.get("isPermaLink", "true").lower() != "false":
            found.append(inner(guid))
    if "id" in entry.children and inner(entry.children["id"][0]).startswith("http"):
        found.append(inner(entry.children["id"][0]))
    return next((url for link in found if link and (url := urls.absolute(base, link))), "")


def _html(entry: Node, *names: str) -> str:
    """The markup of the first of these that has any; XHTML as the markup that it is."""
    for element in entry.all(*names):
        if element.get("type") == "xhtml":
            return str(etree.tostring(element, encoding="unicode", with_tail=False))
        if said := inner(element):
            return said.replace("<", "&lt;") if element.get("type") == "text" else said
    return ""


def _authors(entry: Node) -> list[str]:
    said = [inner(e) for e in entry.all("dc:creator")]
    for author in entry.all("author"):
        names = [inner(child) for child in author if name_of(child) == "name"]
        said.extend(names or ([] if len(author) else [inner(author)]))
    return said or [inner(e) for e in entry.all("itunes:author", "media:credit")]


def _tags(entry: Node) -> tuple[str, ...]:
    said = (e.get("label") or e.get("term") or inner(e) for e in entry.all("category"))
    return _each_once((*said, *(inner(e) for e in entry.all("dc:subject"))))


def _each_once(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for said in tags if (tag := words.line(said, 100))))[:50]


def _pictures(entry: Node, link: str, markup: str) -> tuple[Image, ...]:
    found: dict[str, str] = {}
    for element in entry.element.iter("{*}content", "{*}thumbnail", "{*}enclosure", "{*}image"):
        name, url = name_of(element), element.get("url") or element.get("href") or ""
        kind = element.get("type") or element.get("medium") or "image"
        if url and (name.startswith(("media:", "itunes:")) or name == "enclosure"):
            _add_picture(found, urls.absolute(link, url), kind, element)
    for element in entry.all("link"):
        if element.get("rel") == "enclosure" and (element.get("type") or "").startswith("image"):
            _add_picture(found, urls.absolute(link, element.get("href", "")), "image", element)
    if not found and (img := _IMG.search(markup[:50_000])):
        _add_picture(found, urls.absolute(link, img[1].replace("&amp;", "&")), "image", None)
    return tuple(Image(url, title=title) for url, title in islice(found.items(), 10))


def _add_picture(
    found: dict[str, str], url: str, kind: str, element: etree._Element | None
) -> None:
    if not url or not kind.startswith("image") or not images.is_picture(url):
        return
    titles = (c for c in element if name_of(c) == "media:title") if element is not None else ()
    found.setdefault(url, next((words.line(inner(title), 300) for title in titles), ""))


def _type(entry: Node) -> str:
    for element in entry.all("enclosure"):
        kind = (element.get("type") or "").partition("/")[0]
        if kind in ("audio", "video"):
            return kind
    return "article"


def _json_items(source: Source, fetched: Fetched, text: str) -> Iterator[Item]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(fetched.url, f"not JSON: {type(error).__name__}") from error
    entries = found.get("items")
    if "jsonfeed.org" not in _said(found, "version") or not isinstance(entries, list):
        raise Unreadable(fetched.url, "not a feed but some other JSON")
    language = words.language(_said(found, "language"))
    feed = _Feed(source, fetched, words.line(_said(found, "title"), 200), language)
    for entry in entries[:ITEMS]:
        if isinstance(entry, dict) and (item := _json_entry(feed, entry)):
            yield item


def _json_entry(feed: _Feed, entry: dict[str, Any]) -> Item | None:
    base = feed.fetched.final_url or feed.fetched.url
    link = _said(entry, "url") or _said(entry, "external_url") or _said(entry, "id")
    url = urls.absolute(base, link) if link else ""
    if not url or (not _said(entry, "url") and "://" not in link):
        return None
    authors = entry.get("authors")
    people = [*(authors if isinstance(authors, list) else []), entry.get("author")]
    pictures = (urls.absolute(url, _said(entry, k)) for k in ("image", "banner_image"))
    tags = entry.get("tags")
    markup = _said(entry, "content_html")
    return feed.item(
        url,
        title=words.line(_said(entry, "title")),
        summary=words.plain(_said(entry, "summary").replace("<", "&lt;")),
        published_at=feed.at(_said(entry, "date_published")),
        updated_at=feed.at(_said(entry, "date_modified")),
        authors=words.people(*(_said(p, "name") for p in people if isinstance(p, dict))),
        tags=_each_once(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        text=words.plain(markup) or clean_text(_said(entry, "content_text")),
        images=tuple(dict.fromkeys(Image(p) for p in pictures if p and images.is_picture(p))),
        language=words.language(_said(entry, "language")),
    )


def _said(found: dict[str, Any], key: str) -> str:
    """The text under a key; "" for whatever else may stand there."""
    value = found.get(key)
    return value if isinstance(value, str) else ""


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["feed"] = read
