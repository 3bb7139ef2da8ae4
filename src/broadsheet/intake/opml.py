"""Which sources does this list name? OPML 1.0 and 2.0, read strictly, and written with our settings.

Other programs read the addresses and titles; what only we know of a source stands beside them in a
namespace of our own, so that an exported list brings the portal's sources back as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast
from xml.sax.saxutils import quoteattr

from lxml import etree

from broadsheet import urls
from broadsheet.config import Portal
from broadsheet.errors import Unreadable
from broadsheet.intake import guard, words, xml_feed
from broadsheet.model import Fetched, Item, Kind, Source
from broadsheet.plugins import Plugins
from broadsheet.strict_yaml import span_text
from broadsheet.text import clean_text

NAMESPACE = "urn:broadsheet:opml"
DEPTH = 10  # folders in folders: what readers of feeds agree on
MOST = 5_000  # outlines of a list
SETTINGS = ("id", "topics", "every", "timezone", "quiet", "read", "official", "hold", "pause")


@dataclass(frozen=True, slots=True)
class Outline:
    """One source as a list names it."""

    kind: Kind
    addresses: tuple[str, ...]
    """One; several for pages alone."""
    title: str = ""
    site: str = ""
    folders: tuple[str, ...] = ()
    """The outlines around it, from the outside in."""
    settings: dict[str, str] = field(default_factory=dict)
    """Ours, as portal.yaml would write them; lists with spaces between. The portal checks them."""

    @property
    def address(self) -> str:
        """The one that names it."""
        return self.addresses[0]


def read(fetched: Fetched) -> tuple[Outline, ...]:
    """Every source in the list, each address once, in order. Raises Unreadable."""
    guard.check_size(fetched.url, fetched.body, guard.FEED)
    text = guard.characters(fetched).lstrip("\ufeff \t\r\n")
    guard.check_markup(fetched.url, text.encode(errors="replace"), guard.FEED)
    try:
        root = etree.fromstring(text.encode(), xml_feed.parser())
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(fetched.url, f"not XML: {clean_text(str(error), 200)}") from error
    body = root.find("body")
    if root.tag != "opml" or body is None:
        raise Unreadable(fetched.url, f"not OPML but <{clean_text(str(root.tag), 60)}>")
    base = fetched.final_url or fetched.url
    found: dict[tuple[Kind, str], Outline] = {}
    for outline in _outlines(fetched.url, base, body, ()):
        found.setdefault((outline.kind, urls.identity(outline.address)), outline)
        if len(found) > MOST:
            raise Unreadable(fetched.url, f"more than {MOST:,} outlines")
    return tuple(found.values())


def items(source: Source, fetched: Fetched) -> Iterable[Item]:
    """The feeds that a list names, for a desk that follows it. Raises Unreadable."""
    for outline in read(fetched):
        if outline.kind == "feed":
            url = outline.address
            yield Item(urls.record_id(url), url, source.id, fetched.fetched_at, outline.title)


def write(title: str, outlines: Iterable[Outline]) -> bytes:
    """The list as OPML 2.0: one flat body, UTF-8, the same bytes for the same list."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:b="{NAMESPACE}">',
        f"<head><title>{_escaped(title)}</title></head>",
        "<body>",
        *(f"<outline{_attributes(outline)}/>" for outline in outlines),
        "</body>",
        "</opml>",
        "",
    ]
    return "\n".join(lines).encode()


def outline_of(source: Source, title: str = "") -> Outline:
    """A source of the portal as a list names it."""
    said = {
        "id": source.id,
        "topics": " ".join(source.topics),
        "every": span_text(source.every) if source.every else "",
        "timezone": source.timezone,
        "quiet": source.quiet,
        "read": "feed" if source.read == "feed" else "",
        **{name: "true" for name in ("official", "hold", "pause") if getattr(source, name)},
    }
    settings = {name: value for name, value in said.items() if value}
    addresses = source.pages or (source.url,)
    return Outline(source.kinds[0], addresses, title or source.id, settings=settings)


def expand(portal: Portal, lists: Mapping[str, Sequence[str]]) -> Portal:
    """The portal with a source for each feed that its lists name, `<list>-<short id>`.

    `lists` holds the feeds' addresses by the id of the list. A feed inherits what the portal says
    of its list, not what the list says, which a stranger may have written. One that the portal or
    an earlier list has already is left out. A list itself stays: it is asked, never read.
    """
    sources = dict(portal.sources)
    known = {urls.identity(source.url) for source in sources.values()}
    for key, addresses in lists.items():
        for address in addresses:
            if (identity := urls.identity(address)) in known:
                continue
            known.add(identity)
            id = f"{key}-{urls.record_id(address)[:6]}"
            sources[id] = replace(sources[key], id=id, opml="", feed=address, listed_in=key)
    return replace(portal, sources=sources)


def _outlines(
    url: str, base: str, parent: etree._Element, folders: tuple[str, ...]
) -> Iterator[Outline]:
    for element in parent.iterchildren("outline"):
        if len(folders) > DEPTH:
            raise Unreadable(url, f"outlines in more than {DEPTH} others")
        title = words.line(element.get("title") or element.get("text") or "", 200)
        if outline := _outline(base, element, title, folders):
            yield outline
        yield from _outlines(url, base, element, (*folders, title))


def _outline(
    base: str, element: etree._Element, title: str, folders: tuple[str, ...]
) -> Outline | None:
    kind, link = _ours(element, "kind") or "feed", element.get("url", "")
    told = {
        "feed": [element.get("xmlUrl") or element.get("xmlurl") or ""],
        "sitemap": [link],
        "pages": _ours(element, "pages").split(),
        "opml": [link],
    }.get(kind, [])
    absolute = [urls.absolute(base, address) for address in told if address]
    # The list that a list names may be a file of the operator's: it stands as it is written.
    addresses = tuple(told if kind == "opml" and link else filter(None, absolute))
    if not addresses:
        return None
    home = element.get("htmlUrl", "")
    site = urls.absolute(base, home) if home else ""
    settings = {name: value for name in SETTINGS if (value := _ours(element, name))}
    return Outline(cast(Kind, kind), addresses, title, site, folders, settings)


def _ours(element: etree._Element, name: str) -> str:
    return clean_text(element.get(f"{{{NAMESPACE}}}{name}", ""))


def _attributes(outline: Outline) -> str:
    said = {"text": outline.title, "title": outline.title}
    if outline.kind == "feed":
        said |= {"type": "rss", "xmlUrl": outline.address, "htmlUrl": outline.site}
    elif outline.kind == "pages":
        said |= {"b:kind": "pages", "b:pages": " ".join(outline.addresses)}
    else:
        said |= {"type": "link", "url": outline.address, "b:kind": outline.kind}
    said |= {f"b:{name}": outline.settings.get(name, "") for name in SETTINGS}
    return "".join(
        f" {name}={quoteattr(clean_text(value))}" for name, value in said.items() if value
    )


def _escaped(text: str) -> str:
    return clean_text(text).replace("&", "&amp;").replace("<", "&lt;")


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["opml"] = items
