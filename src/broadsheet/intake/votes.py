"""Which of several signals do we believe, how much, and why?

Every field of a page is told by several signals: meta names, structured data, visible text. Each
makes a claim with a weight, its measured reliability where nothing speaks against it. Claims for
the same thing add up; a strong rival takes confidence away.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")

ECHO = 0.15  # of its weight, that a second claim of one family adds


# A page makes some eighty: a Struct takes a tenth of the time of a frozen dataclass.
class Claim(Struct, Generic[T], frozen=True):
    """What one signal says. `family` joins signals that one field of a template fills alike."""

    value: T
    signal: str
    weight: float
    """0 to 1: how often it is right where it stands alone."""
    family: str = ""


class Told(Struct, Generic[T], frozen=True):
    """A field's value, how sure we are of it (0 to 1), and the signals that told it, best first."""

    value: T
    confidence: float = 0.0
    signals: tuple[str, ...] = ()

    def why(self) -> str:
        """In words: "og:title, h1 (0.93)"; "no signal" where nothing told it."""
        if not self.signals:
            return "no signal"
        return f"{', '.join(self.signals[:4])} ({self.confidence:.2f})"


def elect(
    claims: Iterable[Claim[T]],
    key: Callable[[T], Hashable],
    nothing: T,
    prefer: Callable[[T], float] = lambda value: 0.0,
) -> Told[T]:
    """The value with the most weight behind it, in the words of its best claim.

    `key` tells which values are the same. Families add up as independent evidence does (one less
    the product of their doubts); within a family only the best claim counts in full. Of equals
    the first claimed wins. `prefer` tells which of two that are the same is the better one to have
    (a date with its minute); `nothing` is told where there are no claims.
    """
    groups: dict[Hashable, list[Claim[T]]] = {}
    for claim in claims:
        groups.setdefault(key(claim.value), []).append(claim)
    if not groups:
        return Told(nothing)
    weighed = {same: _weight(group) for same, group in groups.items()}
    best = max(weighed, key=weighed.__getitem__)
    sure = weighed.pop(best)
    rival = max(weighed.values(), default=0.0)
    group = groups[best]
    if len(group) > 1:
        group.sort(key=lambda claim: (-prefer(claim.value), -claim.weight))
    signals = tuple(dict.fromkeys([claim.signal for claim in group]))
    return Told(group[0].value, round(sure * (1 - rival * rival / 2), 2), signals)


def _weight(group: list[Claim[T]]) -> float:
    if len(group) > 1:
        group = sorted(group, key=lambda claim: -claim.weight)
    families: dict[str, float] = {}
    for claim in group:
        family = claim.family or claim.signal
        known = families.get(family)
        families[family] = claim.weight if known is None else known + ECHO * claim.weight
    doubt = 1.0
    for weight in families.values():
        doubt *= 1 - min(weight, 0.98)
    return 1 - doubt
