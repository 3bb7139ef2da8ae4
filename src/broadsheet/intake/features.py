"""What can be counted about a block of text and the boxes around it? One row of numbers a block.

Cheap on purpose: text is looked at once in plain Python, without patterns; all that concerns boxes,
neighbours and the page is arithmetic on whole columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from broadsheet.intake import names
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.tree import AROUND, HEADINGS, Block, Layout

Floats = NDArray[np.float32]

PROSE = 60  # characters of a block that counts as running text
LEVELS = 5  # boxes above a block that are looked at
LOOKED_UP = 3_000  # blocks sought in the stated text, so that no page can make that dear
_ENDS = frozenset('.!?\u3002\uff01\uff1f\u2026"\u201d\u2019\u00bb\u201c)]')
_TAGS = (
    "p", "li", "td", "div", "span", "h1", "h2", "h3", "h4", "blockquote", "pre", "dd", "dt", "th",
    "figure", "section", "article", "header", "a", "summary", "address",
)  # fmt: skip
_TAG = {tag: n for n, tag in enumerate(_TAGS)}
_TAG_ROWS = np.eye(len(_TAGS) + 1, dtype=np.float32)
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
    return "".join(filter(str.isalnum, text)).lower()


def rows(layout: Layout, evidence: Evidence) -> Floats:
    """One row a block, as many numbers as the judge has inputs. At least one block must be there."""
    blocks, boxes = layout.blocks, layout.boxes
    texts = np.array(list(_of_texts(blocks, evidence)), np.float32)
    size, linked, words = texts[:, 0], texts[:, 1], texts[:, 3]
    is_end, is_heading, is_title = texts[:, 5], texts[:, 6], texts[:, 7]
    at = np.array([block.box for block in blocks])
    prose = np.where((size >= PROSE) & (is_heading == 0) & (linked < 0.4 * size), size, 0)
    everything, whole = max(float(prose.sum()), 1.0), max(float(size.sum()), 1.0)
    parent = np.array([max(box.parent, 0) for box in boxes])
    ends = np.array(layout.ends)
    kinds = np.array([(b.kinds, b.all_kinds, b.all_around, b.depth) for b in boxes], np.int64)

    def below(weights: Floats) -> Floats:
        sums = np.zeros(len(boxes) + 1)
        np.cumsum(np.bincount(at, weights, len(boxes)), out=sums[1:])
        held: Floats = sums[ends] - sums[:-1]
        return held

    total, links, running = below(size), below(linked), below(prose)
    count = below(np.ones(len(blocks), np.float32))
    per_box = np.stack(
        [np.log1p(total), links / np.maximum(total, 1), running / np.maximum(total, 1),
         running / everything, np.log1p(running / np.maximum(count, 1))], 1,
    )  # fmt: skip
    columns = [
        np.log1p(size)[:, None],
        np.minimum(linked / size, 1)[:, None],
        np.minimum(texts[:, 2] / size, 1)[:, None],
        np.log1p(words)[:, None],
        (texts[:, 4] / words)[:, None],
        texts[:, 5:],
        _TAG_ROWS[[_TAG.get(block.tag, len(_TAGS)) for block in blocks]],
        _bits(kinds[at, 0], len(names.KINDS)),
        _bits(kinds[at, 1], len(names.KINDS)),
        _bits(kinds[at, 2], len(AROUND)),
        np.log1p(kinds[at, 3])[:, None],
    ]
    level = at
    for _ in range(LEVELS):
        columns.append(per_box[level])
        level = parent[level]
    columns.append(_alike(layout, at, prose, everything))
    heads = np.flatnonzero(is_title * is_heading)
    head = int(heads[0]) if len(heads) else 0
    columns.append(_places(head, prose, everything))
    page = [
        np.log(everything), np.log(len(blocks)), everything / whole, linked.sum() / whole,
        float(is_title.any()), float(bool(evidence.stated)), float(evidence.report),
        float(evidence.dated),
    ]  # fmt: skip
    columns.append(np.broadcast_to(np.array(page, np.float32), (len(blocks), len(page))))
    near = np.stack([columns[0][:, 0], columns[1][:, 0], is_end, is_heading,
                     prose > 0, kinds[at, 1] & names.JUNK > 0], 1)  # fmt: skip
    padded = np.zeros((len(near) + 6, near.shape[1]), np.float32)
    padded[3:-3] = near
    columns += [padded[3 + by : len(padded) - 3 + by] for by in (-3, -2, -1, 1, 2, 3)]
    made: Floats = np.concatenate(columns, 1, dtype=np.float32)
    return made


def _of_texts(blocks: list[Block], evidence: Evidence) -> Iterator[tuple[float, ...]]:
    """What one look at each text gives.

    Only of short ones that are more than a link, half of all, the words are looked at.
    """
    title = frozenset(evidence.title.lower().split())
    name = folded(evidence.title)
    stated, summary = folded(evidence.stated), folded(evidence.summary)
    told = bool(stated or summary)
    copies = Counter([block.text for block in blocks])
    for n, block in enumerate(blocks):
        text, size, last = block.text, block.size, block.text[-1]
        spaces = text.count(" ") + 1
        own = folded(text[:80]) if told and n < LOOKED_UP else ""
        share, call, is_title = 0.0, False, False
        if size < 200 and block.linked < size:
            words = text.lower().split()
            share = len(title.intersection(words)) / len(words)
            call = words[0].rstrip(":") in _CALLS
            is_title = share > 0.5 and (own or folded(text))[:80] == name[:80]
        yield (
            size,
            block.linked,
            block.bold,
            spaces if size == len(text) else max(size / 3, spaces),
            text.count(",") if size == len(text) else text.count("\u3001") + text.count("\uff0c"),
            last in _ENDS,
            block.tag in HEADINGS,
            is_title,
            share,
            call,
            len(own) > 15 and own[:50] in stated,
            len(own) > 15 and own[:40] in summary,
            min(copies[text], 3),
            last == ":",
            last.isdigit(),
            text[0].isupper(),
            text.isupper(),
        )


def _bits(values: NDArray[np.int64], count: int) -> Floats:
    return ((values[:, None] >> np.arange(count)) & 1).astype(np.float32)


def _alike(layout: Layout, at: NDArray[np.int64], prose: Floats, everything: float) -> Floats:
    """Share of the prose, and number, of the blocks whose box and the one above look the same."""
    known: dict[tuple[str, str, str, str], int] = {}
    boxes = layout.boxes
    paths = []
    for block in layout.blocks:
        box = boxes[block.box]
        above = boxes[max(box.parent, 0)]
        path = (box.tag, box.names, above.tag, above.names)
        paths.append(known.setdefault(path, len(known)))
    same = np.array(paths)
    held, count = np.bincount(same, prose)[same], np.bincount(same)[same]
    return np.stack([held / everything, np.log1p(count), np.log1p(held / count)], 1)


def _places(head: int, prose: Floats, everything: float) -> Floats:
    """Where in the page, how far behind the title's heading, and how much prose stands near."""
    index = np.arange(len(prose))
    before = np.cumsum(prose) - prose
    near = np.convolve(prose, np.ones(9))[4 : 4 + len(prose)]
    far = np.convolve(prose, np.ones(31))[15 : 15 + len(prose)]
    since = index - head
    return np.stack(
        [index / len(prose), before / everything, np.log1p(near), np.log1p(far),
         np.sign(since) * np.log1p(abs(since)), (before - before[head]) / everything], 1,
    )  # fmt: skip
