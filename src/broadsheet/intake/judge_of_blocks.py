"""Is this block of text the report's? A small network that was taught by pages with known texts.

`judge_of_blocks.json` is made by `python -m evals.train_blocks`, which says from which sets and
under which licences. Run it takes three products of matrices a page; nothing is learned here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from broadsheet.intake.features import Floats

SCALE = 1_000  # the file holds whole numbers, in thousandths
STEPS = 262_144
"""Of one product: OpenBLAS starts threads, whose waiting costs ten times the work, for more than that
(its SMP_THRESHOLD_MIN x GEMM_MULTITHREAD_THRESHOLD; 2026-11-24, `python -m benchmarks.pages`: 50 and
102 pages per CPU-second on aeb)."""
FARTHEST = 5.0  # standard deviations that a number may lie from its mean


@dataclass(frozen=True, slots=True)
class Net:
    """Layers of weights and biases; rectified between them, logistic at the end."""

    mean: Floats
    deviation: Floats
    layers: tuple[tuple[Floats, Floats], ...]

    def chances(self, rows: Floats) -> Floats:
        """For each row the chance, 0 to 1, that it belongs to the report."""
        return self.chances_of_scaled(self.scaled(rows))

    def scaled(self, rows: Floats) -> Floats:
        """Each number as its distance from the mean, in standard deviations."""
        values = rows - self.mean
        values /= self.deviation
        np.minimum(values, np.float32(FARTHEST), out=values)
        np.maximum(values, np.float32(-FARTHEST), out=values)
        return values

    def chances_of_scaled(self, values: Floats) -> Floats:
        """The same of rows that are scaled already."""
        *hidden, (weights, bias) = self.layers
        for inner, offset in hidden:
            values = _product(values, inner)
            values += offset
            np.maximum(values, np.float32(0), out=values)
        chances: Floats = 1 / (1 + np.exp(-(_product(values, weights) + bias)[:, 0]))
        return chances


def _product(rows: Floats, weights: Floats) -> Floats:
    """Of matrices, in parts too small for threads."""
    many, wide = len(rows), weights.shape[1]
    made, at_once = np.empty((many, wide), np.float32), STEPS // weights.size
    for n in range(0, many, at_once):
        np.matmul(rows[n : n + at_once], weights, out=made[n : n + at_once])
    return made


@cache
def nets() -> tuple[Net, ...]:
    """Those that ship with the package."""
    file = resources.files("broadsheet.intake") / "judge_of_blocks.json"
    return tuple(net_from(told) for told in json.loads(file.read_text())["nets"])


def net_from(told: dict[str, list[list[int]]]) -> Net:
    """A net as the file has it: "mean", "deviation", then "weights" and "bias" of each layer."""
    mean, deviation = (_numbers(told[name][0]) for name in ("mean", "deviation"))
    sizes = [len(mean), *(len(bias) for bias in told["bias"])]
    layers = tuple(
        (_numbers(weights).reshape(above, len(bias)), _numbers(bias))
        for above, weights, bias in zip(sizes[:-1], told["weights"], told["bias"], strict=True)
    )
    return Net(mean, deviation, layers)


def net_to(net: Net) -> dict[str, list[list[int]]]:
    """The opposite of `net_from`."""
    return {
        "mean": [_whole(net.mean)],
        "deviation": [_whole(net.deviation)],
        "weights": [_whole(weights) for weights, _ in net.layers],
        "bias": [_whole(bias) for _, bias in net.layers],
    }


def judge(rows: Floats) -> Floats:
    """The mean of what the nets say of each row. They were taught together: one scale is for all."""
    scaled = nets()[0].scaled(rows)
    said: Floats = np.stack([net.chances_of_scaled(scaled) for net in nets()]).mean(axis=0)
    return said


def _numbers(whole: list[int]) -> Floats:
    return np.array(whole, np.float32) / np.float32(SCALE)


def _whole(numbers: Floats) -> list[int]:
    return [int(number) for number in np.rint(numbers.ravel() * SCALE)]
