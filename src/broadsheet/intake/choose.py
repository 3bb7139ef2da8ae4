"""Which blocks are the report, given the chance of each? The best box, and what is sure outside."""

from __future__ import annotations

import numpy as np

from broadsheet.intake import names
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.features import Floats, folded
from broadsheet.intake.tree import AROUND, HEADINGS, Layout

# Set by `python -m evals.train_blocks --left-out` on 2026-11-24, best over all sets.
FAIR = 0.4  # chance above which a block speaks for the boxes around it
INSIDE, OUTSIDE = 0.4, 0.9  # chance that a block needs in the best box, and elsewhere
COPY = 40  # characters from which a second copy in another box is looked at
SURE = 0.7  # chance below which that copy is no refrain but, say, the place of a film not shown
DOUBT = 0.4  # share of its chance that is left to a block where a report does not stand
LEAST = 0.6  # of the best chance, where no block is good enough
_NAVIGATION, _COMMENT = 1 << AROUND.index("nav"), names.BIT["comment"]


def choose(layout: Layout, chances: Floats, evidence: Evidence) -> list[int]:
    """The numbers of the report's blocks, in order.

    The best box is the one with the largest sum of size times (chance - FAIR), so that it holds
    much that is good and little that is not.
    """
    chances = chances * _belief(layout, evidence)
    keep = chances >= OUTSIDE
    best = _best_box(layout, chances)
    keep[best] |= chances[best] >= INSIDE
    if not keep.any():
        keep = chances >= LEAST * chances.max()
    chosen = np.flatnonzero(keep).tolist()
    return _without_copies(layout, chosen, chances, folded(evidence.title))


def _belief(layout: Layout, evidence: Evidence) -> Floats:
    """Less in what calls itself navigation or, beside a report, comments, however well written."""
    kinds = _COMMENT if evidence.report else 0
    boxes = [layout.boxes[block.box] for block in layout.blocks]
    doubted = [box.all_around & _NAVIGATION or box.all_kinds & kinds for box in boxes]
    return np.where(doubted, np.float32(DOUBT), np.float32(1))


def _best_box(layout: Layout, chances: Floats) -> slice:
    """Its blocks; the narrowest of the best. Where none is worth anything, none."""
    sizes = np.array([block.size for block in layout.blocks])
    sums = np.zeros(len(sizes) + 1)
    np.cumsum((chances - FAIR) * sizes, out=sums[1:])
    worth = sums[layout.stops] - sums[layout.starts]
    most = worth.max()
    best = int(np.flatnonzero(worth >= most - 1e-6)[-1])
    return slice(layout.starts[best], layout.stops[best]) if most > 0 else slice(0)


def _without_copies(layout: Layout, chosen: list[int], chances: Floats, title: str) -> list[int]:
    """Less the title, and less what stands there twice for another screen or a summary."""
    kept = [n for n in chosen if not _is_title(layout.blocks[n].text, title)]
    first: dict[str, int] = {}
    copies: dict[int, int] = {}
    for place, n in enumerate(kept):
        block = layout.blocks[n]
        if len(block.text) > COPY and block.tag not in HEADINGS:
            before = first.setdefault(block.text, place)
            if before != place:
                copies[place] = before
    for place, before in sorted(copies.items(), reverse=True):
        one, other = layout.blocks[kept[before]].box, layout.blocks[kept[place]].box
        in_run = before + 1 == copies.get(place + 1) or before - 1 == copies.get(place - 1)
        if layout.boxes[one].parent != layout.boxes[other].parent and (
            in_run or chances[kept[place]] < SURE or not _alike(layout, one, other)
        ):
            del kept[place]
    return kept


def _is_title(text: str, title: str) -> bool:
    return bool(title) and len(text) < 3 * len(title) + 20 and folded(text) == title


def _alike(layout: Layout, one: int, other: int) -> bool:
    """Do both look the same, in boxes that do and stand side by side? A report repeats itself so."""
    boxes = layout.boxes
    looks = []
    for box in (boxes[one], boxes[other]):
        outer = boxes[box.parent]
        looks.append((box.tag, box.names, outer.tag, outer.names, outer.parent))
    return looks[0] == looks[1]
