"""Which pictures does the report have, and which shows it first? Addresses and words; no bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from broadsheet.intake import images, words
from broadsheet.intake.harvest import Element, Harvest
from broadsheet.intake.json_ld import Graph, Node, several
from broadsheet.intake.votes import Claim, Told, elect
from broadsheet.text import clean_text

IN_REPORT = "picture in the article"
_WEIGHTS = {  # and families; fundtest_dev, 2026-11-24
    "og:image": (0.6, "head"),
    "JSON-LD image": (0.6, "data"),
    "twitter:image": (0.5, "head"),
    "twitter:image:src": (0.5, "head"),
    "parsely-image-url": (0.5, "head"),
    "sailthru.image.full": (0.5, "head"),
    "thumbnail": (0.3, "head"),
    "image_src": (0.4, "head"),
    IN_REPORT: (0.65, "shown"),
}
MOST, SHOWN = 20, 6  # pictures of one report, and those that we look for in its markup
BEFORE = 50  # elements of a harvest by which the lead picture may stand before the title
LOOKED_AT = 300  # pictures of the markup
SMALL = 100  # pixels: what its markup calls less in either direction is an icon

_LAZY = str.split(
    "data-src data-original data-lazy-src data-lazy data-hi-res-src data-image data-full-src src"
)
_LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_GLUED = re.compile(r",(?<=\d[wx],)(?=\S)")  # begins with what is quickly looked for
_DESCRIBED = re.compile(r"(\d+(?:\.\d+)?)[wx],?")
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$")
# Without a flag for case, on text in lower case: a third of the time (2026-11-24).
_NOT_OURS = re.compile(
    r"logo|icon|avatar|profile|placeholder|default[-_]?(?:image|share|og|social)|fallback"
    r"|share[-_]?(?:image|default)|social[-_]?(?:share|default)|sprite|pixel|spacer|blank|badge"
)
_ASIDE = re.compile(
    r"related|recommend|teaser|sidebar|footer|nav|author|byline|comment|promo|widget"
    r"|most-?read|newsletter|advert|avatar|logo"
)
_PIECE, _DIGIT = re.compile(r"[_./]"), re.compile(r"\d")
MARK = 9  # characters of the part of a name that tells a picture from others
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
    """The report's pictures, the one that shows it first at the front, in the form shown there.

    That one is elected: what several metadata name counts, and so does what stands first in the
    report. A picture that is the site's own, by its name, counts a fifth.
    """
    named = [p for p in _named(found, graph, report) if images.is_picture(p[1].url)]
    shown = list(_shown(found, title))
    kept: dict[str, Picture] = {}
    for _, picture in shown + named:
        same = same_name(picture.url)
        if same in kept or len(kept) < MOST:
            kept[same] = _joined(kept[same], picture) if same in kept else picture
    claims = [_claim(n, signal, picture) for n, (signal, picture) in enumerate(named)]
    claims += [_claim(n, signal, picture) for n, (signal, picture) in enumerate(shown)]
    lead = elect(claims, same_name, "")
    first = same_name(lead.value)
    rest = [picture for same, picture in kept.items() if same != first]
    pictures = (kept[first], *rest) if first in kept else tuple(rest)
    return Told(pictures, lead.confidence, lead.signals)


def _claim(place: int, signal: str, picture: Picture) -> Claim[str]:
    weight, family = _WEIGHTS[signal]
    if signal == IN_REPORT:
        weight /= 1 + place
    return Claim(picture.url, signal, weight / 5 if _is_of_site(picture.url) else weight, family)


@lru_cache(1 << 8)
def _is_of_site(url: str) -> bool:
    """Does its name say that it is the site's own: a logo, a picture for all that is shared?"""
    return bool(_NOT_OURS.search(url.lower()))


@lru_cache(1 << 8)  # a page names one picture several times
def same_name(url: str) -> str:
    """What the renditions of one picture have in common: its number or hash, else its bare name."""
    file = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    marks = [part for part in _PIECE.split(file) if len(part) >= MARK and _DIGIT.search(part)]
    return max(marks, key=len) if marks else _SIZE_IN_NAME.sub("", file) or url


def largest(srcset: str) -> str:
    """The candidate of a srcset with the most pixels (HTML, 4.8.4.2.1)."""
    best, most = "", -1.0
    before = ""  # a link whose size is told by the next word, if at all
    for word in [*_GLUED.sub(", ", srcset[:20_000]).split(), ""]:
        described = _DESCRIBED.fullmatch(word)
        size = float(described[1]) if described else 1.0
        if before and size > most:
            best, most = before.rstrip(","), size
        before = "" if described or word.startswith("data:") else word
    return best


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
    near = (element for element in found.pictures if element.place >= start - BEFORE)
    for element in islice(near, LOOKED_AT):
        if not (link := _link(element)) or _is_of_site(link):
            continue
        url = found.absolute(link)
        if url and images.is_picture(url) and _in_report(element):
            yield IN_REPORT, _picture(element, url)
            given += 1
            if given == SHOWN:
                return


def _link(element: Element) -> str:
    """The address of the largest form; "" for an icon or a pixel."""
    width, height = _number(element.get("width")), _number(element.get("height"))
    if (width and width < SMALL) or (height and height < SMALL):
        return ""
    attributes = element.attributes
    for name in _LAZY_SETS:
        if name in attributes and (link := largest(element.get(name))):
            return link
    for name in _LAZY:
        if name in attributes and (link := element.get(name)) and not link.startswith("data:"):
            return link
    return ""


def _picture(element: Element, url: str) -> Picture:
    caption, credit = _caption(element)
    title = caption or words.line(element.get("alt"), 500)
    return Picture(
        url, _number(element.get("width")), _number(element.get("height")), title, credit
    )


def _in_report(element: Element) -> bool:
    """Is it in a figure, an article or the main part, and not in a box of other things?"""
    inside = False
    for node in element.above(14):
        tag = node.tag
        if tag in ("article", "main"):
            return True
        if tag in ("nav", "footer", "aside"):
            return False
        attributes = node.attributes
        if attributes and _is_aside(attributes.get("class"), attributes.get("id")):
            return False
        inside = inside or tag == "figure"
    return inside


@lru_cache(1 << 12)
def _is_aside(classes: str | None, id: str | None) -> bool:
    return bool(_ASIDE.search(f"{classes or ''} {id or ''}".lower()))


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
