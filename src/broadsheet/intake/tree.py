"""What stands on this page, in what order, and in which boxes? One walk of the parsed tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct
from selectolax.lexbor import LexborNode

from broadsheet.intake import names

_SKIP = frozenset(
    str.split(
        "script style noscript template svg iframe button select input textarea object embed "
        "canvas dialog audio video map label option math head -comment -cdata -doctype"
    )
)
_INLINE = frozenset(
    str.split(
        "a abbr acronym b bdi bdo big cite code data del dfn em i ins kbd mark q rp rt ruby s "
        "samp small span strike strong sub sup time tt u var font nobr o:p"
    )
)
_BARE = frozenset(str.split("img source wbr picture"))
_NO_BOX = _SKIP | _INLINE | _BARE | {"br"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROLES = frozenset(str.split("navigation complementary banner contentinfo dialog search"))
_SAYING = frozenset(str.split("itemprop role hidden aria-hidden style"))
_NOT_SHOWN = re.compile(r"display\s{0,9}:\s{0,9}none")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u0e00-\u0e7f]")
SLUG = 3  # an id with so many hyphens is the slug of a heading and says nothing
DEEPEST = 600  # elements: nothing that a reader sees lies deeper

# Tags of boxes that tell something to all that they hold, as bits.
AROUND = str.split(
    "article main nav footer aside form li table blockquote header section ul dl figure "
    "articlebody not-shown role"
)
_AROUND_BIT = {tag: 1 << n for n, tag in enumerate(AROUND)} | {"ol": 1 << AROUND.index("ul")}
IS_ARTICLE_BODY, IS_NOT_SHOWN = _AROUND_BIT["articlebody"], _AROUND_BIT["not-shown"]
_IS_ROLE = _AROUND_BIT["role"]


# Of these two a page makes hundreds: a Struct takes a quarter of the time of a named tuple.
class Box(Struct, frozen=True, gc=False):
    """A block-level element that holds text, or an inline one that is named like one."""

    tag: str
    parent: int
    names: str
    kinds: int
    """What its own names say (names.KINDS)."""
    all_kinds: int
    """`kinds` of itself and of all boxes around it."""
    all_around: int
    """What the tags and attributes of itself and of all boxes around it say (AROUND)."""
    depth: int


class Block(Struct, frozen=True, gc=False):
    """A run of text between two borders of boxes."""

    text: str
    size: int
    """Characters; one of a wide script counts twice."""
    linked: int
    """Characters in links."""
    bold: int
    box: int
    tag: str
    words: int
    """As spaces part them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tree as boxes and blocks, in the order of the document; a box follows its parent.

    An element without text is no box.
    """

    boxes: list[Box] = field(default_factory=lambda: [Box("body", -1, "", 0, 0, 0, 0)])
    blocks: list[Block] = field(default_factory=list)
    captions: list[Block] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    """For each box the number of the first block in it."""
    stops: list[int] = field(default_factory=lambda: [0])
    """For each box the number after that of the last block in it."""

    def up(self, box: int) -> Iterator[int]:
        """A box and those around it, the body last."""
        while box >= 0:
            yield box
            box = self.boxes[box].parent


def size_of(text: str) -> int:
    """Characters; one of a wide script counts twice."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


class _Writer:
    """Collects text until a border comes; opens a box when the first text in it is there."""

    __slots__ = ("bold", "box", "layout", "linked", "pieces", "unopened")

    def __init__(self) -> None:
        self.layout = Layout()
        self.pieces: list[str] = []
        self.linked = self.bold = 0
        self.box = 0
        """The innermost that is open."""
        self.unopened: list[tuple[str, dict[str, str | None]]] = []
        """The elements in it around this place, outermost first: no text was in them so far."""

    def flush(self) -> None:
        words = "".join(self.pieces).split()
        text = " ".join(words)
        if len(text) > 1:
            for tag, attributes in self.unopened:
                self._open(tag, attributes)
            self.unopened.clear()
            layout, box = self.layout, self.box
            tag = layout.boxes[box].tag
            block = Block(text, size_of(text), self.linked, self.bold, box, tag, len(words))
            (layout.captions if tag == "figcaption" else layout.blocks).append(block)
        self.pieces.clear()
        self.linked = self.bold = 0

    def close(self) -> None:
        """The innermost box ends here."""
        layout = self.layout
        layout.stops[self.box] = len(layout.blocks)
        self.box = layout.boxes[self.box].parent

    def _open(self, tag: str, attributes: dict[str, str | None]) -> None:
        layout, parent = self.layout, self.box
        above = layout.boxes[parent]
        said, kinds, around = "", 0, _AROUND_BIT.get(tag, 0)
        if attributes:
            said = attributes.get("class") or ""
            own_id = attributes.get("id")
            if own_id and own_id.count("-") < SLUG:
                said = f"{said} {own_id}"
            if said:
                kinds = names.kinds_of(said)
            if not _SAYING.isdisjoint(attributes):
                around |= _said_by(attributes)
        all_kinds, all_around = above.all_kinds | kinds, above.all_around | around
        self.box = len(layout.boxes)
        layout.boxes.append(Box(tag, parent, said, kinds, all_kinds, all_around, above.depth + 1))
        layout.starts.append(len(layout.blocks))
        layout.stops.append(0)


def _said_by(attributes: dict[str, str | None]) -> int:
    """What attributes other than names say, as bits of AROUND."""
    around = 0
    if "articleBody" in (attributes.get("itemprop") or ""):
        around |= IS_ARTICLE_BODY
    if attributes.get("role") in _ROLES:
        around |= _IS_ROLE
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or ("style" in attributes and _NOT_SHOWN.search((attributes["style"] or "")[:500]))
    ):
        around |= IS_NOT_SHOWN
    return around


def _streamed(body: LexborNode) -> dict[str, LexborNode]:
    """The parts that came late, by the id of the template in whose place they belong."""
    return {f"B:{(part.id or '')[2:]}": part for part in body.css('div[hidden][id^="S:"]')}


def walk(body: LexborNode, quotable: bool = False, unscripted: bool = False) -> Layout:
    """All text of the page but that of scripts, controls and players.

    `quotable`: without the parts that are marked data-nosnippet. `unscripted`: with what stands in
    noscript, as a reader without scripts sees it. Parts that the page streams
    (`<div hidden id="S:0">`) stand where their `<template id="B:0">` does, as React puts them.
    """
    writer = _Writer()
    pieces, unopened = writer.pieces, writer.unopened
    # Where to go on after an element: its next sibling, was it a box, whether in a link, in bold.
    waiting: list[tuple[LexborNode | None, bool, bool, bool]] = []
    late: dict[str, LexborNode] | None = None
    moved: set[int] = set()
    node, link, bold, broken = body.first_child, False, False, False
    while True:
        if node is None:
            if not waiting:
                break
            node, is_box, link, bold = waiting.pop()
            if is_box:
                if pieces:
                    writer.flush()
                if unopened:
                    unopened.pop()
                else:
                    writer.close()
                broken = False
            continue
        text = node.text_content
        if text is not None:
            if text and not text.isspace():
                pieces.append(text)
                broken = False
                if link:
                    writer.linked += len(text)
                if bold:
                    writer.bold += len(text)
            elif pieces:
                pieces.append(" ")
            node = node.next
            continue
        tag = node.tag or ""
        if tag not in _NO_BOX:
            if (
                len(waiting) > DEEPEST
                or (moved and node.mem_id in moved)
                or (quotable and "data-nosnippet" in node.attributes)
            ):
                node = node.next
                continue
            broken = False
            if pieces:
                writer.flush()
            unopened.append((tag, node.attributes))
            waiting.append((node.next, True, link, bold))
            node = node.first_child
        elif tag in _INLINE:
            is_box = False
            if tag != "a":
                attributes = node.attributes
                said = attributes.get("class") if attributes else ""
                if said and names.kinds_of(said) & names.JUNK:
                    if pieces:
                        writer.flush()
                    unopened.append((tag, attributes))
                    is_box = True
            following = node.next
            if is_box or following is not None:  # else the element around it tells where to go on
                waiting.append((following, is_box, link, bold))
            if tag == "a":
                link = True
            elif tag == "b" or tag == "strong":
                bold = True
            node = node.first_child
        elif tag == "br":
            if pieces:
                if broken:
                    writer.flush()
                pieces.append(" ")
            broken = True
            node = node.next
        elif tag == "template" and (node.id or "").startswith("B:"):
            late = _streamed(body) if late is None else late
            part = late.pop(node.id or "", None)
            if part is None:
                node = node.next
                continue
            moved.add(part.mem_id)
            waiting.append((node.next, False, link, bold))
            node = part.first_child
        elif unscripted and tag == "noscript":
            waiting.append((node.next, False, link, bold))
            node = node.first_child
        else:
            node = node.next
    if pieces:
        writer.flush()
    layout = writer.layout
    layout.stops[0] = len(layout.blocks)
    return layout
