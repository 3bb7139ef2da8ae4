"""Which part of this page is the report? Its paragraphs, headings, lists, quotes and tables.

One walk gives blocks and boxes (tree.py), each block becomes a row of numbers (features.py), a
small learned judge gives its chance to be the report's (judge_of_blocks.py), and the best box with
its good blocks is the text (choose.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Literal

from msgspec import Struct
from selectolax.lexbor import LexborNode

from broadsheet.intake.evidence import Evidence
from broadsheet.intake.scripted import layout_of
from broadsheet.intake.tree import HEADINGS, Layout
from broadsheet.text import clean_text

Kind = Literal["paragraph", "heading", "item", "quote", "row", "code"]

FULL = 400  # characters of stated text that are more than a summary
MISSED = 0.4  # of the stated text: who found less than that has missed the report

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("td", "th", "tr"), "row"),
    "blockquote": "quote",
    "pre": "code",
}
_OUTER: dict[Kind, tuple[str, str]] = {"item": ("ul", "li"), "quote": ("blockquote", "p")}


class Part(Struct, frozen=True, gc=False):
    """A piece of the report. `level` is that of a heading, 1 to 6; `row` numbers table rows."""

    kind: Kind
    text: str
    level: int = 0
    row: int = 0
    at: datetime | None = None
    """When the entry of a live report was written that begins here (live.py), in its own zone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a live report. `heading` is "" where it has none."""

    at: datetime
    heading: str
    parts: tuple[Part, ...]
    """Below its heading."""


@dataclass(frozen=True, slots=True)
class Body:
    """The report in order; captions apart, since they are no part of its text."""

    parts: tuple[Part, ...] = ()
    captions: tuple[str, ...] = ()
    confidence: float = 0.0
    """Mean chance of its blocks, 0 to 1, by their size."""
    layout: Layout = field(default_factory=Layout, repr=False, compare=False)

    @property
    def text(self) -> str:
        """Plain text: a line a part; an entry of a live report begins with its time."""
        return "\n".join(_lines(self.parts))

    @property
    def html(self) -> str:
        """Clean HTML of the same parts, all text escaped: no attributes but the `datetime` of an
        entry's time."""
        intro, entries = self._parted()
        markup = [*_markup(intro)]
        for entry in entries:
            markup.append(f"<section>\n{_headed(entry)}")
            markup += [*_markup(entry.parts), "</section>"]
        return "\n".join(markup)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Those of a live report, the newest first; none of any other."""
        return self._parted()[1]

    def _parted(self) -> tuple[tuple[Part, ...], tuple[Entry, ...]]:
        """What stands above the entries, and they."""
        starts = [n for n, part in enumerate(self.parts) if part.at]
        if not starts:
            return self.parts, ()
        entries = []
        for n, end in zip(starts, [*starts[1:], len(self.parts)], strict=True):
            first, at = self.parts[n], self.parts[n].at
            assert at is not None
            headed = first.kind == "heading"
            below = self.parts[n + headed : end]
            entries.append(Entry(at, first.text if headed else "", below))
        return self.parts[: starts[0]], tuple(entries)


def text_of(body: LexborNode, title: str, quotable: bool = False, stated: str = "") -> str:
    """The report in one line; "" when there is none.

    `quotable`: without the parts that are marked data-nosnippet. `stated`: the text that the
    page's structured data gives.
    """
    return clean_text(read(body, Evidence(title=title, stated=stated), quotable).text)


def read(body: LexborNode, evidence: Evidence, quotable: bool = False) -> Body:
    """The report of a parsed page, by what stands there and by what the page says of it."""
    # numpy takes 0.1 s to import: a run that reads no page shall not pay for it.
    from broadsheet.intake import choose, features, judge_of_blocks

    layout = layout_of(body, quotable)
    if not layout.blocks:
        return _stated(evidence.stated, layout)
    chances = judge_of_blocks.judge(features.rows(layout, evidence))
    chosen = choose.choose(layout, chances, evidence)
    parts = tuple(_part(layout, n) for n in chosen)
    size = sum(len(part.text) for part in parts)
    if not quotable and len(evidence.stated) > FULL and size < MISSED * len(evidence.stated):
        return _stated(evidence.stated, layout)
    sure = sum(float(chances[n]) * len(layout.blocks[n].text) for n in chosen) / max(size, 1)
    captions = dict.fromkeys(block.text for block in layout.captions)
    return Body(parts, tuple(captions), round(sure, 2), layout)


def _stated(text: str, layout: Layout) -> Body:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return Body(tuple(Part("paragraph", line) for line in lines if line), layout=layout)


def _part(layout: Layout, n: int) -> Part:
    block = layout.blocks[n]
    for number in layout.up(block.box):
        box = layout.boxes[number]
        if kind := _KINDS.get(box.tag):
            level = int(box.tag[1]) if kind == "heading" else 0
            return Part(kind, block.text, level, box.parent if kind == "row" else 0)
    return Part("paragraph", block.text)


def _lines(parts: Iterable[Part]) -> Iterator[str]:
    day = None
    for part in parts:
        if part.at is None:
            yield part.text
            continue
        # The day is said where it changes, as a reader would.
        yield f"{part.at:{'%H:%M' if part.at.date() == day else '%Y-%m-%d %H:%M'}} {part.text}"
        day = part.at.date()


def _headed(entry: Entry) -> str:
    time = f'<time datetime="{entry.at.isoformat()}">{entry.at:%Y-%m-%d %H:%M}</time>'
    return f"<h2>{time} {escape(entry.heading)}</h2>" if entry.heading else f"<p>{time}</p>"


def _markup(parts: Iterable[Part]) -> Iterable[str]:
    for (kind, _), run in groupby(parts, key=lambda part: (part.kind, part.row)):
        if kind == "heading":
            yield from (f"<h{p.level}>{escape(p.text)}</h{p.level}>" for p in run)
        elif kind == "row":
            yield f"<table><tr>{''.join(f'<td>{escape(p.text)}</td>' for p in run)}</tr></table>"
        elif kind == "code":
            yield from (f"<pre>{escape(p.text)}</pre>" for p in run)
        elif kind in _OUTER:
            outer, inner = _OUTER[kind]
            told = "".join(f"<{inner}>{escape(p.text)}</{inner}>" for p in run)
            yield f"<{outer}>{told}</{outer}>"
        else:
            yield from (f"<p>{escape(p.text)}</p>" for p in run)
