"""Which part of this page is the report? One walk of the tree; boxes are judged by what they hold.

Paragraphs vote for the boxes around them; the best box grows to its widest ancestor that holds
clearly more running text; boxes named like menus, related lists or comments do not count unless
they hold most of the page (after Readability, and our own prototype of 2026).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborNode

from broadsheet.text import clean_text

PROSE = 60  # characters of a block that counts as running text
BULK = 0.4  # of the page's prose: what holds as much is no junk, whatever its name
DECAY = (1.0, 0.75, 0.6, 0.5)  # of a paragraph's worth, for its box and those around it
WIDER, WIDER_THAN_TRUSTED = 1.3, 1.6  # times the good text that a wider box must hold
NOTICE = 3  # places in which one paragraph stands: a notice of the site

_SKIP = frozenset(
    str.split(
        "script style noscript template svg iframe button select input textarea object embed "
        "canvas dialog audio video map label figcaption math head -comment"
    )
)
_INLINE = frozenset(
    str.split(
        "a abbr acronym b bdi bdo big cite code data del dfn em i ins kbd mark q rp rt ruby s "
        "samp small span strike strong sub sup time tt u var font wbr img picture source"
    )
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_JUNK_TAGS = frozenset(["nav", "footer", "aside", "form"])
_JUNK_PARTS = frozenset(
    str.split(
        "nav navbar menu sidebar ad ads adslot banner consent popup modal overlay sharing "
        "tags taglist topics bio toolbar pagination pager login carousel poll quiz survey "
        "rating toc privacy gdpr rail infobox outbrain taboola signup comment comments "
        "commentlist respond replies disqus footer copyright breadcrumb breadcrumbs byline "
        "hidden"
    )
)
_JUNK_STARTS = tuple(
    str.split(
        "related recirc recommend newsletter subscri promo sponsor advert cookie share social "
        "follow caption credit trending print donat teaser mostread mostpopular"
    )
)
_BODY = str.split(
    "articlebody articletext articlecontent storybody storycontent storytext postbody "
    "postcontent entrycontent bodytext bodycopy bodycontent contentbody richtext "
    "maincontent"
)
_NOISE = re.compile(
    r"(?:advertisement|sponsored|share(?: this)?|tweet|subscribe|sign up|read more|see also"
    r"|also read|related|recommended|photo(?::| by| credit)|follow us|click here"
    r"|all rights reserved|copyright|©|leave a comment"
    r"|anzeige|werbung|lesen sie auch|lire aussi|lee también"
    r"|leggi anche|publicidad|publicité|lees ook)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Box:
    """A block-level element."""

    parent: int
    junk: bool
    trust: int
    """0 to 2: how much its markup says that it is the report."""
    prose: int = 0
    """Characters of running text in it."""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of text between two borders of boxes."""

    text: str
    linked: int
    box: int
    heading: bool

    @property
    def is_prose(self) -> bool:
        return len(self.text) >= PROSE and not self.heading and self.linked < 0.4 * len(self.text)


@dataclass(slots=True)
class _Walk:
    """The tree as boxes and blocks, in the order of the document; a box follows its parent."""

    boxes: list[_Box] = field(default_factory=lambda: [_Box(-1, False, 0)])
    blocks: list[_Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    linked: int = 0

    def flush(self, box: int, heading: bool) -> None:
        text = clean_text("".join(self.pieces)) if self.pieces else ""
        if text:
            self.blocks.append(_Block(text, self.linked, box, heading))
        self.pieces, self.linked = [], 0


def text_of(body: LexborNode, title: str, quotable: bool = False) -> str:
    """The report's paragraphs, one after the other; "" when there is none.

    `quotable`: without the parts that are marked data-nosnippet.
    """
    walk = _walked(body, quotable)
    _weigh(walk)
    best = _best(walk.boxes)
    inside = _inside(walk.boxes, best)
    places = Counter(block.text for block in walk.blocks if len(block.text) >= PROSE)
    kept: list[str] = []
    for block in walk.blocks:
        if not inside[block.box] or block.text in kept[-3:] or block.text == title:
            continue
        if block.linked > 0.5 * len(block.text) or _NOISE.match(block.text):
            continue
        if places[block.text] < NOTICE and (not block.heading or kept):
            kept.append(block.text)
    headings = {block.text for block in walk.blocks if block.heading}
    while kept and kept[-1] in headings:
        kept.pop()
    return clean_text(" ".join(kept))


def _walked(body: LexborNode, quotable: bool) -> _Walk:
    """Without recursion: a page may be 3,000 elements deep."""
    walk = _Walk()
    # what to visit: an element, its box, whether in a link, whether in a heading, whether it ends
    waiting: list[tuple[LexborNode, int, bool, bool, bool]] = [(body, 0, False, False, False)]
    while waiting:
        node, box, in_link, in_heading, ends = waiting.pop()
        tag = node.tag or ""
        if ends:
            walk.flush(box, in_heading)
            continue
        if tag == "-text":
            said = node.text_content or ""
            walk.pieces.append(said)
            walk.linked += len(said.strip()) if in_link else 0
            continue
        if tag == "br":
            walk.pieces.append(" ")
            continue
        if tag in _SKIP or (quotable and "data-nosnippet" in node.attributes):
            continue
        if tag not in _INLINE:
            walk.flush(box, in_heading)
            if node is not body:
                walk.boxes.append(_box(node, tag, box))
                box = len(walk.boxes) - 1
            in_heading = in_heading or tag in _HEADINGS
            waiting.append((node, box, in_link, in_heading, True))
        link = in_link or tag == "a"
        children = list(node.iter(include_text=True))
        waiting.extend((child, box, link, in_heading, False) for child in reversed(children))
    return walk


def _box(node: LexborNode, tag: str, parent: int) -> _Box:
    attributes = node.attributes
    if "articlebody" in (attributes.get("itemprop") or "").lower():
        return _Box(parent, False, 2)
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    junk, body = _judged(names) if len(names) <= 300 else (False, False)
    hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
    trust = 2 if body or tag == "article" else 1 if tag == "main" else 0
    return _Box(parent, not trust and (junk or hidden or tag in _JUNK_TAGS), trust)


@lru_cache(1 << 12)
def _judged(names: str) -> tuple[bool, bool]:
    """Do the classes and the id of an element say that it is junk, or the report?"""
    junk = False
    for name in names.split():
        parts = name.replace("_", "-").split("-")
        if any(said in "".join(parts) for said in _BODY):
            return False, True
        junk = junk or any(p in _JUNK_PARTS or p.startswith(_JUNK_STARTS) for p in parts)
    return junk, False


def _weigh(walk: _Walk) -> None:
    """Sum the prose of each box, settle what is junk, let the paragraphs vote."""
    boxes = walk.boxes
    for block in walk.blocks:
        if block.is_prose:
            boxes[block.box].prose += len(block.text)
    for box in reversed(boxes):
        if box.parent >= 0:
            boxes[box.parent].prose += box.prose
    bulk = BULK * boxes[0].prose
    for box in boxes[1:]:
        box.junk = (box.junk and box.prose < max(bulk, 1)) or boxes[box.parent].junk
    for block in walk.blocks:
        if not block.is_prose or boxes[block.box].junk:
            continue
        worth = min(len(block.text), 600) / 100 + block.text.count(",") / 2
        place = block.box
        for share in DECAY:
            boxes[place].score += worth * share
            place = boxes[place].parent
            if place < 0:
                break


def _best(boxes: list[_Box]) -> int:
    good = [0 if box.junk else box.prose for box in boxes]
    best = max(range(len(boxes)), key=lambda n: boxes[n].score * (1 + 0.3 * boxes[n].trust))
    above = boxes[best].parent
    while above >= 0:
        needed = WIDER_THAN_TRUSTED if boxes[best].trust else WIDER
        if good[above] > needed * good[best] or (boxes[above].trust and not boxes[best].trust):
            best = above
        above = boxes[above].parent
    return best


def _inside(boxes: list[_Box], best: int) -> list[bool]:
    """For each box: is it in the best one, and no junk?"""
    inside = [False] * len(boxes)
    for n, box in enumerate(boxes):
        inside[n] = not box.junk and (n == best or (box.parent >= 0 and inside[box.parent]))
    return inside
