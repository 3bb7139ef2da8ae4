"""What does this page say of itself? One pass over its tree gathers all that metadata is made of.

Nothing is judged here: title.py, people.py, when.py, pictures.py and their siblings each take what
concerns them. The tree is only read, so that the body's text can be cut out of it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet import urls
from broadsheet.text import ASCII_FOLDED, clean_text

MOST = 20_000  # elements looked at; no page of the bench has 9,000 (2026-11-24)

TOPS = 12  # headings of the first level that are looked at
AFTER, BEFORE = 40, 15  # pieces of text beside a heading that are looked at
STEPS = 20  # of the tree for each piece of text that is looked for

_TAGS = "html meta title base time h1 h2 img link script"
_CLASSES = "author byline date time publi"
# One selector, hence one pass in C (a third of the time of a walk in Python, 2026-11-24): each
# element comes once, in the order of the page.
_WANTED = ",".join(
    (
        *_TAGS.split(),
        "[rel],[itemprop],[property],[data-nosnippet]",
        *(f"[class*={name} i]" for name in _CLASSES.split()),
        "[id*=author i],[id*=date i]",
    )
)

_SPACE_BEFORE = re.compile(r"\s+(?=[,.:;!?)\u2019](?:\s|$))")
_PATH = r"/(?!/|\.)(?:[!-\"$-.0-\[\]-~]++|/(?!\.))*+(?<!\?)"
_WHOLE = re.compile(rf"https?://[a-z0-9.-]+\.[a-z]+(?:{_PATH}|/)?")
_ROOTED = re.compile(_PATH)
_START = re.compile(r"https?://[a-z0-9.-]+\.[a-z]+(?=/|$)")
_PREFIXED = re.compile(r"[:.]")
_MUTE = frozenset(("script", "style", "noscript", "template", "svg", "select", "iframe"))
_PARTS = re.compile(r"[^a-z0-9]+|(?<=[a-z])(?=[0-9])")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Element(Struct, frozen=True, gc=False):
    """An element that may tell something, at its place in the order of the page."""

    place: int
    tag: str
    attributes: dict[str, str | None]
    node: LexborNode

    def get(self, name: str) -> str:
        """The value of an attribute; "" where it has none."""
        return self.attributes.get(name) or ""

    def text(self, limit: int = 1_000) -> str:
        """What it says, on one line."""
        said = self.node.text(separator=" ") if self.node.first_child else ""
        return _SPACE_BEFORE.sub("", clean_text(said[: 4 * limit], limit))

    def names(self) -> frozenset[str]:
        """The words of its class and id."""
        return words_of(f"{self.get('class')} {self.get('id')} {self.get('data-testid')}"[:300])

    def above(self, levels: int = 12) -> Iterator[LexborNode]:
        """The elements around it, nearest first."""
        node = self.node.parent
        while node is not None and levels and node.tag not in ("html", "-document"):
            yield node
            node, levels = node.parent, levels - 1


@lru_cache(1 << 13)
def words_of(names: str) -> frozenset[str]:
    """The words in a class or id: `entry-date` and `entryDate` are entry and date."""
    return frozenset(_PARTS.split(names if names.islower() else _HUMP.sub(" ", names).lower()))


@dataclass(slots=True)
class Harvest:
    """What a page says, by the kind of markup that says it; each list in the page's order."""

    url: str
    """Where the page was found."""
    base: str = ""
    """What its links are relative to."""
    language: str = ""
    direction: str = ""
    title: str = ""
    """Of `<title>`."""
    metas: dict[str, list[str]] = field(default_factory=dict)
    """Contents by the lower-case name, property, itemprop or http-equiv of the meta."""
    told_by_property: set[str] = field(default_factory=set)
    """Names of metas with a prefix, as vocabularies of RDFa want them."""
    links: dict[str, list[Element]] = field(default_factory=dict)
    """`<link>` and `<a>` by each word of their `rel`."""
    scripts: list[str] = field(default_factory=list)
    """Of JSON-LD."""
    properties: dict[str, list[Element]] = field(default_factory=dict)
    """Microdata and RDFa, by the lower-case name of the property, prefix dropped."""
    headings: list[Element] = field(default_factory=list)
    """First and second level."""
    times: list[Element] = field(default_factory=list)
    dated: list[Element] = field(default_factory=list)
    """Elements that are named for a date."""
    bylines: list[Element] = field(default_factory=list)
    """Elements that are named for an author."""
    pictures: list[Element] = field(default_factory=list)
    unquotable: list[Element] = field(default_factory=list)
    body: LexborNode | None = None
    found_headings: dict[str, Element | None] = field(default_factory=dict)
    found_texts: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)

    def meta(self, *names: str) -> str:
        """The first meta of these names that says something, in the order of the names."""
        for name in names:
            for content in self.metas.get(name, ()):
                if content:
                    return content
        return ""

    def heading(self, title: str) -> Element | None:
        """The heading that says the title, else the first of the first level."""
        if title not in self.found_headings:
            self.found_headings[title] = self._heading(title)
        return self.found_headings[title]

    def _heading(self, title: str) -> Element | None:
        wanted = folded(title)
        tops = [element for element in self.headings if element.tag == "h1"][:TOPS]
        for element in tops + [e for e in self.headings if e.tag != "h1"][:20]:
            if wanted and wanted in folded(element.text()):
                return element
        return tops[0] if tops else None

    def beside(self, heading: Element) -> tuple[list[str], list[str]]:
        """The pieces of text behind a heading, and those in front of it, nearest first."""
        if heading.place not in self.found_texts:
            after = list(texts_after(heading.node, AFTER))
            self.found_texts[heading.place] = after, texts_before(heading.node, BEFORE)
        return self.found_texts[heading.place]

    def named_metas(self) -> Iterator[tuple[str, str]]:
        """Every meta's name and content."""
        return ((name, content) for name, contents in self.metas.items() for content in contents)

    def links_to(self, *parts: str) -> Iterator[Element]:
        """Links whose address has any of these parts: looked for only where all else is silent."""
        selector = ",".join(f'a[href*="{part}"]' for part in parts)
        for place, node in enumerate(self.body.css(selector)[:60] if self.body else ()):
            yield Element(place, "a", node.attributes, node)

    def absolute(self, link: str) -> str:
        """The web address that a link of this page means; "" when it means none."""
        if len(link) > 2_000:
            return ""
        if _WHOLE.fullmatch(link):  # nine of ten: nothing in it that has to be worked out
            return link
        if _ROOTED.fullmatch(link) and (start := _START.match(self.base)):
            return start[0] + link
        return urls.absolute(self.base, link) if link else ""


@lru_cache(1 << 8)  # a page says its title and names ten times
def folded(text: str) -> str:
    """Letters and digits only, in one case: how titles and names are compared."""
    if text.isascii():
        return text.translate(ASCII_FOLDED)
    return "".join(filter(str.isalnum, text)).casefold()


def texts_after(node: LexborNode, limit: int, inside: bool = False) -> Iterator[str]:
    """What stands behind an element (or `inside` it and behind), in the order of the page.

    At most `limit` pieces of text.
    """
    seen = 0
    here: LexborNode | None = node
    for _ in range(STEPS * limit):
        below = here.first_child if inside and here is not None else None
        while below is None and here is not None:
            below = here.next
            here = here.parent
        if below is None:
            return
        here, tag = below, below.tag
        inside = tag not in _MUTE
        if tag == "-text" and (text := (here.text_content or "").strip()):
            yield text
            seen += 1
            if seen == limit:
                return


def texts_before(node: LexborNode, limit: int) -> list[str]:
    """What stands in front of an element, nearest first: at most `limit` pieces of text."""
    found: list[str] = []
    here: LexborNode | None = node
    for _ in range(6 * limit):
        if here is None or here.tag == "body":
            break
        before = here.prev
        if before is None:
            here = here.parent
            continue
        here = before
        while here.tag not in _MUTE and (inner := here.last_child) is not None:
            here = inner
        if here.tag == "-text" and (text := (here.text_content or "").strip()):
            found.append(text)
            if len(found) == limit:
                break
    return found


def gather(tree: LexborHTMLParser, url: str) -> Harvest:
    """All of it. `url` is where the page was found."""
    found = Harvest(url, url, body=tree.body)
    for place, node in enumerate(tree.css(f":is({_WANTED})")[:MOST]):
        tag = node.tag or ""
        if tag == "script":
            if "ld+json" in (node.attrs.get("type") or "").lower():
                found.scripts.append(node.text())
            continue
        attributes = node.attributes
        if tag == "meta":
            _file_meta(found, attributes)
        else:
            if file := _BY_TAG.get(tag):
                file(found, Element(place, tag, attributes, node))
            if attributes and tag not in _HEAD:
                _file_named(found, place, tag, attributes, node)
    return found


def _file_page(found: Harvest, element: Element) -> None:
    found.language = element.get("lang") or element.get("xml:lang")
    found.direction = element.get("dir").lower()


def _file_base(found: Harvest, element: Element) -> None:
    found.base = urls.absolute(found.url, element.get("href")) or found.base


def _file_title(found: Harvest, element: Element) -> None:
    if not found.title and (element.node.parent is None or element.node.parent.tag != "svg"):
        found.title = element.text()


def _file_meta(found: Harvest, attributes: dict[str, str | None]) -> None:
    """A name with a prefix is told by `property`; in `name` it is the same told a second time."""
    if content := (attributes.get("content") or "").strip():
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if names := (attributes.get(attribute) or "").lower().split():
                for name in names:
                    if name.startswith(("dc:", "dcterms:")):
                        name = name.replace(":", ".")
                    if attribute == "property" and _PREFIXED.search(name):
                        if name not in found.told_by_property:
                            found.told_by_property.add(name)
                            found.metas[name] = []
                    elif name in found.told_by_property:
                        continue
                    found.metas.setdefault(name, []).append(content)
                return


def _file_link(found: Harvest, element: Element) -> None:
    for relation in element.get("rel").lower().split():
        found.links.setdefault(relation, []).append(element)


_BY_TAG: dict[str, Callable[[Harvest, Element], None]] = {
    "html": _file_page,
    "base": _file_base,
    "title": _file_title,
    "link": _file_link,
    "h1": lambda found, element: found.headings.append(element),
    "h2": lambda found, element: found.headings.append(element),
    "time": lambda found, element: found.times.append(element),
    "img": lambda found, element: found.pictures.append(element),
}
_HEAD = frozenset(("html", "base", "title", "link"))
_BY = frozenset(str.split("author authors byline bylines writer writers contributor contributors"))
_WHEN = frozenset(
    str.split("date dates time datetime timestamp published publish publication posted dateline")
)
_TELLING = frozenset(("rel", "data-nosnippet", "itemprop", "property"))


def _file_named(
    found: Harvest, place: int, tag: str, attributes: dict[str, str | None], node: LexborNode
) -> None:
    """By what its class, id, properties or address call it."""
    lists: tuple[str, ...] = ()
    if "class" in attributes:
        lists = _lists_for(attributes["class"] or "")
    if "id" in attributes and not lists:
        lists = _lists_for(attributes["id"] or "")
    if not lists and _TELLING.isdisjoint(attributes):
        return
    element = Element(place, tag, attributes, node)
    for name in lists:
        getattr(found, name).append(element)
    if "rel" in attributes:
        _file_link(found, element)
    if "data-nosnippet" in attributes:
        found.unquotable.append(element)
    if "itemprop" not in attributes and "property" not in attributes:
        return
    for name in f"{element.get('itemprop')} {element.get('property')}".split():
        found.properties.setdefault(name.rpartition(":")[2].lower(), []).append(element)


@lru_cache(1 << 14)
def _lists_for(names: str) -> tuple[str, ...]:
    """The lists of a harvest in which an element of this class, or id, belongs."""
    said = words_of(names[:300])
    wanted = (("bylines", _BY), ("dated", _WHEN))
    return tuple(name for name, words in wanted if not words.isdisjoint(said))
