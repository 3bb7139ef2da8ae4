"""Is this report written while it happens, and what are its entries? Each with its time.

Two things tell: the structured data (schema.org LiveBlogPosting, `liveBlogUpdate`), and markup that
repeats, boxes side by side that each have a `<time>`. Both say how the entries begin and when they
were written; the text itself is that of the page (body.py), cut where an entry begins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise

from msgspec import structs
from selectolax.lexbor import LexborNode

from broadsheet.intake import names, when, words
from broadsheet.intake.body import Body, Part
from broadsheet.intake.harvest import Element, Harvest, folded
from broadsheet.intake.json_ld import Graph, several
from broadsheet.intake.tree import walk
from broadsheet.intake.votes import Told

KIND = Told("live", 0.95, ("its entries, each with its time",))
"""What a report is that has entries."""

MOST = 500  # entries of one report
LEAST = 4  # boxes with a time that make a live report, where only the markup says so
OFTEN = timedelta(hours=3)  # between two entries, on average; the posts of a blog are rarer
SHARE = 0.6  # of the text, that the entries must be
_TOLD = (("datePublished", "dateModified"), ("headline", "name"), ("articleBody", "description"))
_STEPS = 300  # nodes of an entry that are looked at for what it says of itself
_INTRO = 100  # parts that may stand above the entries where the page shows none of these
_UP = 8  # boxes around a time in which its entry is looked for
_BEGINS = 4  # blocks of an entry, one of which is where it begins in the text
_HEADLINE = 200  # characters of an entry's first line that are a heading
_CLOCK = re.compile(r"\d[:.h]\d\d")
_COMMENT = names.BIT["comment"] | names.BIT["related"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one entry begins, and when it was written."""

    at: datetime
    openings: tuple[str, ...]
    """Folded texts, one of which it begins with; the likeliest first."""
    heading: str = ""
    text: str = ""
    """As the structured data gives it; "" where only the markup tells of it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """All of a page; none where nothing says that it is live."""

    marks: tuple[Mark, ...] = ()
    stated: bool = False
    """Does the page call itself live, in its data?"""


def marks(found: Harvest, graph: Graph, fetched_at: datetime) -> Marks:
    """What the page says of its entries. To be asked before a rule cuts the tree."""
    stated = tuple(chain(_in_data(graph, fetched_at), _in_microdata(found, fetched_at)))[:MOST]
    if stated:
        return Marks(stated, True)
    return Marks(tuple(_repeated(found, fetched_at))[:MOST])


def with_entries(body: Body, found: Marks, quotable: bool = False) -> Body:
    """The text with its entries marked by their times, the newest first; as it is where it has none.

    `quotable`: the page marks parts of itself as not to be quoted, so what its data repeats of them
    is not taken.
    """
    if not found.marks:
        return body
    starts = _starts(body.parts, found.marks)
    if found.stated:
        if 2 * len(starts) >= min(len(found.marks), 2 * LEAST):
            return _cut(body, starts)
        told = [mark for mark in found.marks if mark.text]
        return body if quotable or not told else _from_data(body, told)
    first = min(starts, default=0)
    size = sum(len(part.text) for part in body.parts)
    held = sum(len(part.text) for part in body.parts[first:])
    return _cut(body, starts) if len(starts) >= LEAST and held >= SHARE * size else body


def _in_data(graph: Graph, fetched_at: datetime) -> Iterator[Mark]:
    for node in graph.of_kind("liveblogposting"):
        for update in several(node.get("liveBlogUpdate"))[:MOST]:
            if isinstance(update, dict):
                told = [graph.text(update, *keys) for keys in _TOLD]
                yield from _mark(*told, fetched_at=fetched_at)


def _in_microdata(found: Harvest, fetched_at: datetime) -> Iterator[Mark]:
    boxes = [element.node for element in found.properties.get("liveblogupdate", ())[:MOST]]
    known = {box.mem_id for box in boxes}
    for box in boxes:
        said: dict[str, str] = {}
        for node in _inside(box, known):
            attributes = node.attributes
            if name := attributes.get("itemprop"):
                content = attributes.get("content") or attributes.get("datetime")
                said.setdefault(name, content or node.text(deep=False))
        told = [next(filter(None, map(said.get, keys)), "") for keys in _TOLD]
        yield from _mark(*told, fetched_at=fetched_at)


def _inside(box: LexborNode, others: Collection[int]) -> Iterator[LexborNode]:
    """The first elements in a box, but not those of another one in it."""
    waiting = [box.first_child]
    for _ in range(_STEPS):
        node = waiting.pop() if waiting else None
        if node is None:
            if not waiting:
                return
            continue
        waiting.append(node.next)
        if node.is_element_node and node.mem_id not in others:
            yield node
            waiting.append(node.first_child)


def _mark(date: str, headline: str, body: str, *, fetched_at: datetime) -> Iterator[Mark]:
    """An entry that tells its time and says anything."""
    moment = when.read(date, fetched_at)
    heading, text = words.line(headline, _HEADLINE), words.plain(body, 5_000)
    if moment and (heading or text):
        yield Mark(moment.at, tuple(filter(None, (folded(heading), folded(text)))), heading, text)


def _repeated(found: Harvest, fetched_at: datetime) -> Iterator[Mark]:
    """The boxes of one sort, side by side, that each have a time: newest first, minutes apart."""
    rows: dict[int, dict[int, tuple[LexborNode, datetime]]] = {}
    dated = [(each, each.get("datetime") or each.text(60)) for each in found.times[:MOST]]
    timed = [(element, said) for element, said in dated if ":" in said]
    if len(timed) < LEAST:
        return
    for element, said in timed:
        moment = when.read(said, fetched_at)
        if moment is None or not moment.precision:
            continue
        for child, parent in _boxes(element):
            rows.setdefault(parent.mem_id, {}).setdefault(child.mem_id, (child, moment.at))
    live = [row for row in rows.values() if _is_live(list(row.values()))]
    best = max(live, key=len, default={})
    for node, at in best.values():
        blocks = [block for block in walk(node).blocks if 2 * block.linked < block.size]
        openings = [folded(block.text) for block in blocks if not _is_clock(block.text)]
        yield Mark(at, tuple(filter(None, openings[:_BEGINS])))


def _is_clock(text: str) -> bool:
    """Does it say a time and nothing else, as "16:56", "8.51pm GMT", "November02202321:06 (IST)"?"""
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    short = letters <= 5 or (letters <= 12 and digits >= 8)
    return len(text) <= 40 and short and bool(_CLOCK.search(text))


def _boxes(element: Element) -> Iterator[tuple[LexborNode, LexborNode]]:
    """The boxes around a time, each with the one around it."""
    return pairwise((element.node, *element.above(_UP)))


def _is_live(row: Sequence[tuple[LexborNode, datetime]]) -> bool:
    if len(row) < LEAST:
        return False
    times = [at.timestamp() for _, at in row]
    falling = sum(a >= b for a, b in pairwise(times)) >= 0.8 * (len(row) - 1)
    often = max(times) - min(times) <= OFTEN.total_seconds() * (len(row) - 1)
    apart = len(set(times)) >= 0.5 * len(row)
    tags = {node.tag for node, _ in row}
    said = " ".join(node.attributes.get("class") or "" for node, _ in row[:2])
    alike = len(tags) == 1 and not names.kinds_of(said[: names.LONGEST]) & _COMMENT
    return falling and often and apart and alike


def _starts(parts: Sequence[Part], found: Sequence[Mark]) -> dict[int, Mark]:
    """The numbers of the parts with which entries begin. What stands in an index above the
    entries as well begins where it stands last."""
    places = {folded(part.text): n for n, part in enumerate(parts)}
    starts: dict[int, Mark] = {}
    for mark in found:
        place = next((places[text] for text in mark.openings if text in places), None)
        if place is not None:
            starts.setdefault(place, mark)
    return starts


def _cut(body: Body, starts: dict[int, Mark]) -> Body:
    """The same parts; those that begin an entry have its time, and the newest entry comes first."""
    intro: list[Part] = []
    entries: list[tuple[datetime, list[Part]]] = []
    opened = {folded(body.parts[n].text) for n in starts}
    for n, part in enumerate(body.parts):
        if n in starts:
            entries.append((starts[n].at, [_opening(part, starts[n])]))
        elif _is_clock(part.text):
            continue  # it says the time, as the entry does now
        elif entries:
            entries[-1][1].append(part)
        elif folded(part.text) not in opened:  # an index of the entries is no part of the text
            intro.append(part)
    return _joined(body, intro, entries)


def _opening(part: Part, mark: Mark) -> Part:
    if mark.heading and folded(mark.heading) == folded(part.text):
        return structs.replace(part, kind="heading", level=part.level or 3, at=mark.at)
    return structs.replace(part, at=mark.at)


def _from_data(body: Body, told: Sequence[Mark]) -> Body:
    """The entries as the data gives them, below what the page shows of its own."""
    said = "".join(folded(mark.text) for mark in told)
    intro = [part for part in body.parts[:_INTRO] if folded(part.text) not in said]
    while intro and intro[-1].kind == "heading":
        intro.pop()
    entries = []
    for mark in told:
        heading = [Part("heading", mark.heading, 3)] if mark.heading else []
        first, *rest = [*heading, Part("paragraph", mark.text)]
        entries.append((mark.at, [structs.replace(first, at=mark.at), *rest]))
    return _joined(body, intro, entries)


def _joined(body: Body, intro: list[Part], entries: list[tuple[datetime, list[Part]]]) -> Body:
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return replace(body, parts=(*intro, *(part for _, parts in entries for part in parts)))
