"""Which pictures does the report have, and which shows it first? Addresses and words; no bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from broadsheet.intake import images, words
from broadsheet.intake.harvest import Element, Harvest
from broadsheet.intake.json_ld import Graph, Node, several
from broadsheet.intake.votes import Told
from broadsheet.text import clean_text

MOST, SHOWN = 20, 8  # pictures of one report, and those that we look for in its markup
SMALL = 100  # pixels: what its markup calls less in either direction is an icon

_LAZY = str.split(
    "data-src data-original data-lazy-src data-lazy data-hi-res-src data-image data-full-src src"
)
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_SET = re.compile(r"(\S+?)(?:\s+([\d.]+)([wx])[^,]*)?\s*(?:,\s+|,(?=https?:|//|/)|$)")
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")
_NOT_OURS = re.compile(
    r"logo|icon|avatar|gravatar|profile|placeholder|default[-_]?(?:image|share|og|social)|fallback"
    r"|share[-_]?(?:image|default)|social[-_]?(?:share|default)|sprite|pixel|spacer|blank|badge|banner[-_]ad",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"related|recommend|teaser|sidebar|footer|header-logo|nav|author|byline|comment|promo|widget"
    r"|most-?read|newsletter|advert|carousel-item|avatar",
    re.IGNORECASE,
)
_SIZE_IN_NAME = re.compile(
    r"[-_@/](?:\d{2,4}x\d{2,4}|[wh]_?\d{2,4}|\d{2,4}w|@?[123]x)(?=[-_./?]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at its publisher's address, in its largest form; sizes are only the markup's."""

    url: str
    width: int | None = None
    height: int | None = None
    title: str = ""
    """Its caption, else its alternative text."""
    credit: str = ""
    licence: str = ""


def elect_pictures(
    found: Harvest, graph: Graph, report: Node, title: str
) -> Told[tuple[Picture, ...]]:
    """The report's pictures, the one that shows it first at the front.

    Metadata names the lead picture; where what it names looks like the site's own share picture
    and the report has another, that one leads.
    """
    named = [p for p in _named(found, graph, report) if images.is_picture(p[1].url)]
    shown = list(_shown(found, title))
    kept: dict[str, tuple[str, Picture]] = {}
    for signal, picture in sorted(named, key=lambda p: bool(_NOT_OURS.search(p[1].url))) + shown:
        same = same_name(picture.url)
        if same in kept:
            before = kept[same]
            kept[same] = before[0], _joined(before[1], picture)
        elif len(kept) < MOST:
            kept[same] = signal, picture
    if named and shown and all(_NOT_OURS.search(p.url) for _, p in named):
        kept = dict(sorted(kept.items(), key=lambda k: bool(_NOT_OURS.search(k[1][1].url))))
    if not kept:
        return Told(())
    first = next(iter(kept))
    signals = dict.fromkeys(s for s, p in named + shown if same_name(p.url) == first)
    sure = 0.9 if named else 0.5
    return Told(tuple(p for _, p in kept.values()), sure, tuple(signals))


def same_name(url: str) -> str:
    """What the renditions of one picture have in common: its address without size and query."""
    path = url.partition("?")[0].rstrip("/")
    return _SIZE_IN_NAME.sub("", path).rpartition("/")[2] or path


def largest(srcset: str) -> str:
    """The candidate of a srcset with the most pixels (HTML, 4.8.4.2.1)."""
    best, most = "", -1.0
    for found in _SET.finditer(srcset[:5_000].strip()):
        size = float(found[2]) if found[2] and re.fullmatch(r"\d+(?:\.\d+)?", found[2]) else 1.0
        if found[1] and size > most and not found[1].startswith("data:"):
            best, most = found[1], size
    return best.rstrip(",")


def _joined(first: Picture, second: Picture) -> Picture:
    """One picture told twice: the first's address, and whatever only the other tells."""
    return Picture(
        first.url,
        first.width or second.width,
        first.height or second.height,
        second.title or first.title,
        first.credit or second.credit,
        first.licence or second.licence,
    )


def _named(found: Harvest, graph: Graph, report: Node) -> Iterator[tuple[str, Picture]]:
    """By metadata and structured data."""
    alt = words.line(found.meta("og:image:alt", "twitter:image:alt"), 500)
    links = [
        t
        for name in ("og:image", "og:image:url", "og:image:secure_url")
        for t in found.metas.get(name, ())[:10]
    ]
    for n, link in enumerate(links):
        if url := found.absolute(link):
            width = _number(found.meta("og:image:width")) if n == 0 else None
            height = _number(found.meta("og:image:height")) if n == 0 else None
            yield "og:image", Picture(url, width, height, alt if n == 0 else "")
    for key in ("image", "thumbnailUrl", "primaryImageOfPage"):
        for value in several(report.get(key))[:10]:
            yield from (("JSON-LD image", p) for p in _of_node(found, graph, value))
    for name in (
        "twitter:image",
        "twitter:image:src",
        "parsely-image-url",
        "sailthru.image.full",
        "thumbnail",
    ):
        if url := found.absolute(found.meta(name)):
            yield name, Picture(url)
    for element in found.links.get("image_src", ())[:1]:
        if url := found.absolute(element.get("href")):
            yield "image_src", Picture(url)


def _of_node(found: Harvest, graph: Graph, value: Any) -> Iterator[Picture]:
    node = graph.whole(value)
    if isinstance(node, str) and (url := found.absolute(node)):
        yield Picture(url)
    if not isinstance(node, dict):
        return
    for link in several(node.get("url") or node.get("contentUrl") or node.get("@id"))[:5]:
        if isinstance(link, str) and (url := found.absolute(link)):
            yield Picture(
                url,
                _number(node.get("width")),
                _number(node.get("height")),
                words.line(graph.text(node, "caption", "description"), 500),
                words.line(graph.text(node, "creditText", "creator", "copyrightHolder"), 200),
                found.absolute(graph.text(node, "license")),
            )


def _shown(found: Harvest, title: str) -> Iterator[tuple[str, Picture]]:
    """Those that stand in the report: in figures, or in its article, after its title."""
    heading = found.heading(title)
    start = heading.place if heading else 0
    given = 0
    for element in found.pictures:
        if element.tag != "img" or not (link := _link(element)) or not _in_report(element, start):
            continue
        url = found.absolute(link)
        if url and images.is_picture(url):
            yield "picture in the article", _picture(element, url)
            given += 1
            if given == SHOWN:
                return


def _link(element: Element) -> str:
    """The address of the largest form; "" for an icon, a pixel, or what is named like no picture."""
    width, height = _number(element.get("width")), _number(element.get("height"))
    if (width and width < SMALL) or (height and height < SMALL):
        return ""
    attributes = element.attributes
    link = next((s for n in _LAZY_SETS if n in attributes and (s := largest(element.get(n)))), "")
    if not link:
        plain = (s for n in _LAZY if n in attributes and (s := element.get(n)))
        link = next((s for s in plain if not s.startswith("data:")), "")
    return "" if _NOT_OURS.search(link) else link


def _picture(element: Element, url: str) -> Picture:
    caption, credit = _caption(element)
    title = caption or words.line(element.get("alt"), 500)
    return Picture(
        url, _number(element.get("width")), _number(element.get("height")), title, credit
    )


def _in_report(element: Element, start: int) -> bool:
    """Is it in a figure, an article or the main part, and not in a box of other things?"""
    inside = False
    for node in element.above(14):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.tag in ("nav", "footer", "aside", "header") and node.tag != "header":
            return False
        if not inside and _ASIDE.search(names):
            return False
        if node.tag in ("article", "main"):
            return True
        inside = inside or node.tag == "figure"
    return inside and element.place > start - 50


def _caption(element: Element) -> tuple[str, str]:
    """The caption and the credit of the figure around it."""
    for node in element.above(5):
        if node.tag != "figure":
            continue
        caption = node.css_first("figcaption")
        if caption is None:
            return "", ""
        credit = caption.css_first('[class*="credit" i],[class*="copyright" i],small,cite')
        said = clean_text(caption.text(separator=" "), 500)
        by = clean_text(credit.text(separator=" "), 200) if credit is not None else ""
        return clean_text(said.replace(by, " ")) if by else said, by
    return "", ""


def _number(value: object) -> int | None:
    found = _PIXELS.match(str(value)) if value else None
    return int(found[1]) or None if found else None
