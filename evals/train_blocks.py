"""How is the judge of blocks taught, and how well does it read sets that it never saw?

    python -m evals.train_blocks              # teach it by all sets, write judge_of_blocks.json
    python -m evals.train_blocks --left-out   # for each set: taught by the others, measured on it

Truth of a block: the share of its runs of four words that stand in the page's known text; 0.6 and
more is yes, 0.25 and less no, between is left out. A block weighs the root of its words, pages of a
set about alike, a set the root of its pages. Plain gradient descent (Adam, Kingma and Ba 2015) on
the logistic loss, with dropout of inputs; numpy alone, one seed, so the same pages give the same
weights.

Sets and licences of their truths (../shared/bench/pages/data/LICENSES.md): aeb MIT, moz Apache 2.0,
np4k MIT, fundtest_dev MIT, wcxb_dev and wcxb_other CC BY 4.0, (c) 2026 Murrough Foley. Only the
weights go into the package, no text of any page.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: many small products

import numpy as np

from broadsheet.intake import choose, features, judge_of_blocks
from broadsheet.intake.features import Floats
from broadsheet.intake.judge_of_blocks import Net
from evals import sets

NETS = 2
HIDDEN = (48, 24)
EPOCHS, BATCH, RATE, DROPPED = 12, 1_024, 2e-3, 0.2
YES, NO = 0.6, 0.25
OTHERS_WEIGHT = 0.3  # of the pages that are no articles: what belongs to them is another question
FILE = Path(judge_of_blocks.__file__).with_suffix(".json")
_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
_WORDS = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")


class Examples(NamedTuple):
    """Rows of numbers, what they should give (0 or 1), how much each counts."""

    rows: Floats
    truths: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Taught:
    """A page with the rows of its blocks."""

    page: sets.Read
    rows: Floats | None
    truths: Floats | None


def main() -> None:
    """Teach, or measure."""
    parser = argparse.ArgumentParser(description="Teach the judge of blocks, or measure it.")
    parser.add_argument("--left-out", action="store_true", help="measure, write nothing")
    options = parser.parse_args()
    pages = {
        name: [taught(one) for one in sets.read(name)] for name in (*sets.ARTICLES, sets.OTHERS)
    }
    if options.left_out:
        for line in left_out(pages):
            print(line, flush=True)
        return
    nets = fit([examples(name, pages[name]) for name in pages])
    told = {"taught_by": {name: len(pages[name]) for name in pages}}
    lines = json.dumps(told | {"nets": [judge_of_blocks.net_to(net) for net in nets]})
    FILE.write_text(lines.replace(', "', ',\n "') + "\n")


def left_out(pages: dict[str, list[Taught]]) -> Iterator[str]:
    """A Markdown table: each set, read by nets that the others taught."""
    _, score = sets.kit()
    yield "| set | F1 | % under .5 |\n|---|---:|---:|"
    for name, own in pages.items():
        others = [examples(other, pages[other]) for other in pages if other != name]
        nets = fit(others)
        golds = {one.page.id: one.page.gold for one in own}
        texts = {one.page.id: text_by(nets, one) for one in own}
        found = score.body(name, golds, texts)
        yield f"| {name} | {found.f1:.4f} | {100 * found.low:.1f} |"


def text_by(nets: Sequence[Net], one: Taught) -> str:
    """What these nets make of the page."""
    layout = one.page.layout
    if one.rows is None or layout is None:
        return ""
    chances = np.mean([net.chances(one.rows) for net in nets], axis=0)
    chosen = choose.choose(layout, chances, one.page.evidence)
    return "\n".join(layout.blocks[n].text for n in chosen)


def taught(one: sets.Read) -> Taught:
    """The page with its rows, and with truths where its text is known."""
    if one.layout is None:
        return Taught(one, None, None)
    text = one.gold.get("text")
    truths = None if text is None else truths_of([b.text for b in one.layout.blocks], text)
    return Taught(one, features.rows(one.layout, one.evidence), truths)


def truths_of(blocks: Sequence[str], text: str) -> Floats:
    """1 for a block that is in the text, 0 for one that is not, -1 where one cannot say."""
    words = _WORDS.findall(text.lower())
    runs = {n: {tuple(words[i : i + n]) for i in range(len(words))} for n in range(1, 5)}
    found = np.full(len(blocks), -1, np.float32)
    for i, block in enumerate(blocks):
        own = _WORDS.findall(block.lower())
        n = min(len(own), 4)
        if n == 0:
            continue
        starts = range(len(own) - n + 1)
        share = sum(tuple(own[k : k + n]) in runs[n] for k in starts) / len(starts)
        if share <= NO or (n <= 2 and share < 1):
            found[i] = 0
        elif share >= YES and n > 2:
            found[i] = 1
    return found


def examples(name: str, pages: Sequence[Taught]) -> Examples:
    """All blocks of a set whose truth is known."""
    rows, truths, weights = [], [], []
    known = [one for one in pages if one.rows is not None and one.truths is not None]
    weight = len(known) ** -0.5 * (OTHERS_WEIGHT if name == sets.OTHERS else 1)
    for one in known:
        assert one.rows is not None and one.truths is not None and one.page.layout
        roots = np.sqrt([block.text.count(" ") + 1 for block in one.page.layout.blocks])
        told = one.truths >= 0
        rows.append(one.rows[told])
        truths.append(one.truths[told])
        weights.append((weight * roots / np.sqrt(roots.sum()))[told])
    return Examples(np.concatenate(rows), np.concatenate(truths), np.concatenate(weights))


def fit(taught_by: Sequence[Examples]) -> list[Net]:
    """Several nets by the same examples: what they agree on carries further."""
    rows = np.concatenate([some.rows for some in taught_by])
    truths = np.concatenate([some.truths for some in taught_by])
    weights = np.concatenate([some.weights for some in taught_by])
    weights = (weights / weights.mean()).astype(np.float32)
    mean = np.average(rows, axis=0, weights=weights)
    deviation = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weights)) + 0.01
    far = judge_of_blocks.FARTHEST
    scaled = np.clip((rows - mean) / deviation, -far, far).astype(np.float32)
    nets = (descend(Examples(scaled, truths, weights), seed) for seed in range(NETS))
    return [Net(mean.astype(np.float32), deviation.astype(np.float32), layers) for layers in nets]


def descend(by: Examples, seed: int) -> tuple[tuple[Floats, Floats], ...]:
    """The layers of one net."""
    chance = np.random.default_rng(seed)
    sizes = [by.rows.shape[1], *HIDDEN, 1]
    numbers: list[Floats] = []
    for above, below in pairwise(sizes):
        numbers.append(chance.normal(0, (2 / above) ** 0.5, (above, below)).astype(np.float32))
        numbers.append(np.zeros(below, np.float32))
    first = [np.zeros_like(n) for n in numbers]
    second = [np.zeros_like(n) for n in numbers]
    steps = EPOCHS * -(-len(by.rows) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = chance.permutation(len(by.rows))
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            kept = (chance.random((len(some), sizes[0]), np.float32) > DROPPED) / (1 - DROPPED)
            slopes = slopes_of(numbers, by.rows[some] * kept.astype(np.float32), by, some)
            step += 1
            rate = RATE * (1 + np.cos(np.pi * step / steps)) / 2 * min(1, step / 50)
            for n, slope in enumerate(slopes):
                first[n] += 0.1 * (slope - first[n])
                second[n] += 0.001 * (slope**2 - second[n])
                mean, spread = first[n] / (1 - 0.9**step), second[n] / (1 - 0.999**step)
                numbers[n] -= (rate * mean / (np.sqrt(spread) + 1e-8)).astype(np.float32)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def slopes_of(
    numbers: Sequence[Floats],
    rows: Floats,
    by: Examples,
    some: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> list[Floats]:
    """How the loss on these rows changes with each number: back through the layers."""
    values = [rows]
    for n in range(0, len(numbers) - 2, 2):
        values.append(np.maximum(values[-1] @ numbers[n] + numbers[n + 1], 0))
    said = 1 / (1 + np.exp(-(values[-1] @ numbers[-2] + numbers[-1])[:, 0]))
    wrong = ((said - by.truths[some]) * by.weights[some] / len(some))[:, None].astype(np.float32)
    slopes: list[Floats] = []
    for n in range(len(numbers) - 2, -1, -2):
        slopes[:0] = [values[n // 2].T @ wrong, wrong.sum(0)]
        if n:
            wrong = (wrong @ numbers[n].T) * (values[n // 2] > 0)
    return slopes


if __name__ == "__main__":
    main()
