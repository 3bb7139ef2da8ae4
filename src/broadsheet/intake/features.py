"""What can be counted about a block of text and the boxes around it? One row of numbers a block.

Cheap on purpose: text is looked at once in plain Python, without patterns; all that concerns boxes,
neighbours and the page is arithmetic on whole columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log
from typing import Any

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from broadsheet.intake import names
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.tree import AROUND, HEADINGS, Layout
from broadsheet.text import ASCII_FOLDED

Floats = NDArray[np.float32]

PROSE = 60  # characters of a block that counts as running text
LEVELS = 5  # boxes above a block that are looked at
LOOKED_UP = 3_000  # blocks sought in the stated text, so that no page can make that dear
HEAD, LEAST = 80, 15  # characters of a block that are sought there, and those that say too little
FIRST = 20  # characters that are sought before the others: of most blocks not even those are there
_ENDS = frozenset('.!?\u3002\uff01\uff1f\u2026"\u201d\u2019\u00bb\u201c)]')
_TAGS = (
    "p", "li", "td", "div", "span", "h1", "h2", "h3", "h4", "blockquote", "pre", "dd", "dt", "th",
    "figure", "section", "article", "header", "a", "summary", "address",
)  # fmt: skip
_TAG = {tag: n for n, tag in enumerate(_TAGS)}
_TAG_COLUMNS = np.eye(len(_TAGS) + 1, dtype=np.float32)
_KINDS = len(names.KINDS)
_IN_JUNK = np.uint64(names.JUNK << _KINDS)
_HEADINGS = frozenset(HEADINGS)
_CALLS = frozenset(
    str.split(
        "advertisement sponsored share tweet subscribe sign read see also related recommended "
        "photo image getty copyright \u00a9 (c) follow click watch listen loading print email "
        "comments comment leave tags topics filed posted published updated last by more anzeige "
        "werbung lesen mehr lire publicit\u00e9 leggi lee leer publicidad lees l\u00e4s les czytaj zobacz reklama all "
        "join support skip download get source sources foto video fotos autor von"
    )
)


def folded(text: str) -> str:
    """Letters and digits alone, in one case: how two texts are compared."""
    if text.isascii():
        return text.translate(ASCII_FOLDED)
    return "".join(filter(str.isalnum, text)).lower()


def rows(layout: Layout, evidence: Evidence) -> Floats:
    """One row a block, as many numbers as the judge has inputs. At least one block must be there."""
    told = map(astuple, layout.blocks)
    texts, sizes, links, bolds, places, tags, spaced = zip(*told, strict=True)
    many = len(texts)
    size, linked, bold, words = (_column(told) for told in (sizes, links, bolds, spaced))
    words, commas = _counts(texts, size, words)
    parent, looks, depth, bits, in_junk = _of_boxes(layout, places)
    shares, seen = _of_texts(layout, evidence)
    is_end, is_heading, is_title = seen[:3]
    prose = np.where((size >= PROSE) & (is_heading == 0) & (linked < 0.4 * size), size, 0)
    everything, whole = max(float(prose.sum()), 1.0), max(float(size.sum()), 1.0)
    per_box = _sums(layout, size, linked, prose, everything)
    log_size, share_linked = np.log1p(size), np.minimum(linked / size, 1)
    tag = np.fromiter((_TAG.get(tag, len(_TAGS)) for tag in tags), np.intp, many)
    # Each is a column of the rows, or has a row for each of several.
    columns: list[NDArray[Any]] = [
        log_size, share_linked, np.minimum(bold / size, 1), np.log1p(words), commas / words,
        is_end, is_heading, is_title, shares, seen[3:],
        _TAG_COLUMNS[:, tag], bits, np.log1p(depth),
    ]  # fmt: skip
    level = np.array(places)
    for _ in range(LEVELS):
        columns.append(per_box[:, level])
        level = parent[level]
    columns += _alike(looks, prose, everything)
    columns += _places(int((is_title & is_heading).argmax()), prose, everything)
    page = (
        log(everything), log(many), everything / whole, sum(links) / whole,
        is_title.any(), bool(evidence.stated), evidence.report, evidence.dated,
    )  # fmt: skip
    columns.append(np.repeat(np.array(page, np.float32), many))
    padded = np.zeros((6, many + 6), np.float32)
    padded[:, 3:-3] = log_size, share_linked, is_end, is_heading, prose > 0, in_junk
    columns += [padded[:, 3 + by : 3 + by + many] for by in (-3, -2, -1, 1, 2, 3)]
    made: Floats = np.concatenate(columns, None, dtype=np.float32).reshape(-1, many).T
    return made


def _column(told: Sequence[float]) -> Floats:
    return np.fromiter(told, np.float32, len(told))


def _sums(
    layout: Layout, size: Floats, linked: Floats, prose: Floats, everything: float
) -> NDArray[np.float64]:
    """Of each box: how much text it holds, how much of it is linked and how much is prose."""
    sums = np.zeros((4, len(size) + 1))
    np.cumsum((size, linked, prose, np.ones_like(size)), 1, float, out=sums[:, 1:])
    starts, stops = np.array((layout.starts, layout.stops))
    total, links, running, count = sums[:, stops] - sums[:, starts]
    some = np.maximum(total, 1)
    return np.array((
        np.log1p(total), links / some, running / some,
        running / everything, np.log1p(running / np.maximum(count, 1)),
    ))  # fmt: skip


def _counts(texts: Sequence[str], size: Floats, words: Floats) -> tuple[Floats, Floats]:
    """Words and commas of each text; in a wide script three of its double characters are a word."""
    commas = _column([text.count(",") for text in texts])
    wide = size != _column(list(map(len, texts)))
    if wide.any():
        words = np.where(wide, np.maximum(size / 3, words), words)
        for n in map(int, np.flatnonzero(wide)):
            commas[n] = texts[n].count("\u3001") + texts[n].count("\uff0c")
    return words, commas


def _of_texts(layout: Layout, evidence: Evidence) -> tuple[Floats, NDArray[np.uint8]]:
    """What one look at each text gives: its share of the title's words, and a row for each thing."""
    blocks = layout.blocks
    texts = [block.text for block in blocks]
    shares, is_title, calls = _of_short(layout, evidence)
    in_stated, in_summary = _of_sought(texts, evidence)
    copies = Counter(texts)
    counts = [1] * len(texts) if len(copies) == len(texts) else [copies[text] for text in texts]
    first, last = [text[0] for text in texts], [text[-1] for text in texts]
    seen: tuple[Iterable[int], ...] = (
        [character in _ENDS for character in last],
        [block.tag in _HEADINGS for block in blocks],
        is_title,
        calls,
        in_stated,
        in_summary,
        [min(count, 3) for count in counts],
        [character == ":" for character in last],
        map(str.isdigit, last),
        map(str.isupper, first),
        map(str.isupper, texts),
    )
    as_bytes = b"".join([bytes(column) for column in seen])
    return _column(shares), np.frombuffer(as_bytes, np.uint8).reshape(len(seen), -1)


def _of_short(layout: Layout, evidence: Evidence) -> tuple[list[float], list[bool], list[bool]]:
    """The share of the title's words, is it the title, and does it begin with a call to do something?

    Only short blocks that are more than a link, half of all, are looked at.
    """
    title = frozenset(evidence.title.lower().split())
    name = folded(evidence.title)[:HEAD]
    count = len(layout.blocks)
    sought = LOOKED_UP if evidence.stated or evidence.summary else 0
    shares, titles, calls = [0.0] * count, [False] * count, [False] * count
    for n, block in enumerate(layout.blocks):
        if block.size < 200 and block.linked < block.size:
            text = block.text
            words = text.lower().split()
            calls[n] = words[0].rstrip(":") in _CALLS
            if not title.isdisjoint(words):
                shares[n] = share = len(title.intersection(words)) / len(words)
                own = text[:HEAD] if n < sought else text
                titles[n] = share > 0.5 and folded(own)[:HEAD] == name
    return shares, titles, calls


def _of_sought(texts: Sequence[str], evidence: Evidence) -> tuple[list[bool], list[bool]]:
    """Does each text begin in the stated text, and in the summary?"""
    in_stated, in_summary = [False] * len(texts), [False] * len(texts)
    stated, summary = folded(evidence.stated), folded(evidence.summary)
    if stated or summary:
        for n, text in enumerate(texts[:LOOKED_UP]):
            if len(text) <= LEAST:
                continue
            begin = folded(text[:FIRST])
            if begin in stated or begin in summary:
                own = folded(text[:HEAD])
                in_stated[n] = len(own) > LEAST and own[:50] in stated
                in_summary[n] = len(own) > LEAST and own[:40] in summary
    return in_stated, in_summary


def _of_boxes(
    layout: Layout, places: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, NDArray[np.uint8], NDArray[np.bool_]]:
    """Of each box its parent; of each block's box a number of its look, its depth, a row for each of
    its bits, and whether it is in something that is not the report."""
    boxes = layout.boxes
    known: dict[tuple[str, str, str, str], int] = {}
    looks, depths, packed = [], [], []
    for n in places:
        box = boxes[n]
        outer = boxes[box.parent]
        look = (box.tag, box.names, outer.tag, outer.names)
        looks.append(known.setdefault(look, len(known)))
        depths.append(box.depth)
        packed.append(box.kinds | box.all_kinds << _KINDS | box.all_around << 2 * _KINDS)
    parent = np.fromiter((box.parent for box in boxes), np.intp, len(boxes))
    parent[0] = 0
    told = np.array(packed, "<u8")
    as_bytes = told.view(np.uint8).reshape(-1, 8).T
    bits = np.unpackbits(as_bytes, axis=0, count=2 * _KINDS + len(AROUND), bitorder="little")
    return parent, np.array(looks), _column(depths), bits, (told & _IN_JUNK) > 0


def _alike(same: NDArray[np.intp], prose: Floats, everything: float) -> list[NDArray[np.float64]]:
    """Share of the prose, and number, of the blocks whose box and the one above look the same."""
    held, count = np.bincount(same, prose)[same], np.bincount(same)[same]
    return [held / everything, np.log1p(count), np.log1p(held / count)]


def _places(head: int, prose: Floats, everything: float) -> list[NDArray[np.float64]]:
    """Where in the page, how far behind the title's heading, and how much prose stands near."""
    index = np.arange(len(prose))
    before = np.cumsum(prose) - prose
    near = np.convolve(prose, np.ones(9))[4 : 4 + len(prose)]
    far = np.convolve(prose, np.ones(31))[15 : 15 + len(prose)]
    since = index - head
    return [
        index / len(prose), before / everything, np.log1p(near), np.log1p(far),
        np.sign(since) * np.log1p(abs(since)), (before - before[head]) / everything,
    ]  # fmt: skip
