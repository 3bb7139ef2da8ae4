"""What does this JSON list? JSON Feed 1 and 1.1 (jsonfeed.org), whatever types its values have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from broadsheet.intake import markup
from broadsheet.intake.syndication import HTML, PLAIN, Entry, Head, Link, Person
from broadsheet.intake.xml_feed import address_of, identifier, image_in, plain
from broadsheet.model import Image

_DIGITS = 300  # of a number; a longer one is kept as text, since Python refuses to convert it


def parse(text: str) -> dict[str, Any]:
    """The document that a text with a brace at its start is. Raises ValueError for no JSON."""
    try:
        found: dict[str, Any] = json.loads(text, parse_int=_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return found


def is_feed(found: dict[str, Any]) -> bool:
    """Is this a JSON Feed? It has entries; many leave its version out."""
    return isinstance(found.get("items"), list)


def read(found: dict[str, Any], base: str, limit: int) -> tuple[Head, Iterator[Entry], str]:
    """What the feed says of itself, its entries one at a time, and its version.

    At most `limit` entries; one that is no object is left out.
    """
    language = _said(found, "language")
    version = "json11" if "1.1" in _said(found, "version") else "json1"
    return _head(found, base, language), _entries(found["items"][:limit], base), version


def _head(found: dict[str, Any], base: str, language: str) -> Head:
    site = address_of(base, _said(found, "home_page_url"))
    own = address_of(base, _said(found, "feed_url"))
    links = [Link(site, "alternate", HTML)] if site else []
    if own:
        links.append(Link(own, "self", "application/feed+json"))
    for hub in _objects(found, "hubs"):
        if href := address_of(base, _said(hub, "url")):
            links.append(Link(href, "hub", plain(_said(hub, "type"))))
    return Head(
        id=own,
        link=site,
        links=tuple(links),
        title=markup.escaped(_said(found, "title")),
        subtitle=markup.escaped(_said(found, "description")),
        subtitle_type=PLAIN,
        language=plain(language),
        authors=_people(found, base),
        image=address_of(base, _said(found, "icon") or _said(found, "favicon")),
    )


def _entries(items: list[Any], base: str) -> Iterator[Entry]:
    for item in items:
        if isinstance(item, dict):
            with suppress(ValueError, TypeError, OverflowError):  # a bad entry costs itself only
                yield _entry(item, base)


def _entry(item: dict[str, Any], base: str) -> Entry:
    id = identifier(_said(item, "id"))
    written = _said(item, "url") or _said(item, "external_url")
    link = address_of(base, written or (id if "://" in id else ""))
    html = _said(item, "content_html")
    content = markup.sanitize(html, link or base) if html else ""
    content_type = HTML if html else PLAIN
    if not html:
        content = markup.escaped(_said(item, "content_text")[: markup.LIMIT])
    pictures = (address_of(link or base, _said(item, key)) for key in ("image", "banner_image"))
    images = tuple(Image(url) for url in dict.fromkeys(pictures) if url)
    tags = item.get("tags")
    return Entry(
        id=id or link,
        link=link,
        links=tuple(_links(item, link, base)),
        title=markup.escaped(_said(item, "title")),
        title_type=PLAIN,
        summary=markup.escaped(_said(item, "summary")[: markup.LIMIT]),
        summary_type=PLAIN,
        content=content,
        content_type=content_type,
        language=plain(_said(item, "language")),
        authors=_people(item, base),
        tags=_tags(tags) if isinstance(tags, list) else (),
        images=images or image_in(content, link or base),
        published_as=plain(_said(item, "date_published")),
        updated_as=plain(_said(item, "date_modified")),
    )


def _links(item: dict[str, Any], link: str, base: str) -> Iterator[Link]:
    if link:
        yield Link(link, "alternate", HTML)
    outside = address_of(base, _said(item, "external_url"))
    if outside and outside != link:
        yield Link(outside, "via")
    for file in _objects(item, "attachments"):
        if href := address_of(base, _said(file, "url")):
            size, kind = file.get("size_in_bytes"), plain(_said(file, "mime_type"))
            length = size if isinstance(size, int) and 0 <= size < 2**60 else 0
            yield Link(href, "enclosure", kind, plain(_said(file, "title")), length)


def _people(found: dict[str, Any], base: str) -> tuple[Person, ...]:
    people = [*_objects(found, "authors"), *_objects({"author": [found.get("author")]}, "author")]
    made = (
        Person(plain(_said(one, "name")), "", address_of(base, _said(one, "url"))) for one in people
    )
    return tuple(dict.fromkeys(person for person in made if person.name or person.url))[:50]


def _tags(tags: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for tag in tags if isinstance(tag, str) and (t := plain(tag))))[
        :100
    ]


def _objects(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = found.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _said(found: dict[str, Any], key: str) -> str:
    """The text under a key, a number as text; "" for whatever else may stand there."""
    value = found.get(key)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits[:_DIGITS]
