"""What has an editor said of two reports, and does it all hold together?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from broadsheet.errors import BroadsheetError

Pair = tuple[str, str]


class Contradiction(BroadsheetError):
    """A must-link and a cannot-link that cannot both hold; the message names both."""


class Constraints:
    """Must-links and cannot-links between reports, by their ids; they never lapse."""

    def __init__(
        self, together: Iterable[Sequence[str]] = (), apart: Iterable[Sequence[str]] = ()
    ) -> None:
        """Raises Contradiction."""
        self.together: list[Pair] = []
        self.apart: list[Pair] = []
        self._bound: dict[str, set[str]] = {}
        self._parted: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in together:
            self.must(one, other)
        for one, other in apart:
            self.cannot(one, other)

    def must(self, one: str, other: str) -> None:
        """These two, and so all that are bound to them, are one story."""
        if other in self.bound(one):
            return
        here, there = self.bound(one), self.bound(other)
        if against := self._between(here, there):
            raise Contradiction(
                f"must-link {one} {other}: an editor said cannot-link {against[0]} {against[1]};"
                " take that back first"
            )
        both = here | there
        for id in both:
            self._bound[id] = both
        self.together.append((one, other))

    def cannot(self, one: str, other: str) -> None:
        """These two are two stories."""
        if other in self.bound(one):
            said = ", ".join(f"must-link {a} {b}" for a, b in self._chain(one, other))
            raise Contradiction(
                f"cannot-link {one} {other}: an editor said {said}; take that back first"
            )
        if other in self._parted[one]:
            return
        self._parted[one].add(other)
        self._parted[other].add(one)
        self.apart.append((one, other))

    def bound(self, id: str) -> set[str]:
        """The report and all that must be with it."""
        return self._bound.get(id, {id})

    def away(self, ids: Iterable[str]) -> set[str]:
        """All reports that may not be in one story with these."""
        if not self.apart:
            return set()
        said = {id for one in ids for id in self.bound(one) if id in self._parted}
        return {far for id in said for away in self._parted[id] for far in self.bound(away)}

    def _between(self, some: Iterable[str], others: Iterable[str]) -> Pair | None:
        """A cannot-link between the two sides and what is bound to them."""
        theirs = {id for other in others for id in self.bound(other)}
        for id in sorted({id for one in some for id in self.bound(one) if id in self._parted}):
            if met := self._parted[id] & theirs:
                return id, min(met)
        return None

    def _chain(self, one: str, other: str) -> list[Pair]:
        """The must-links that lead from one to the other."""
        paths: dict[str, list[Pair]] = {one: []}
        queue = [one]
        for at in queue:
            for pair in self.together:
                if at in pair:
                    far = pair[pair[0] == at]
                    if far not in paths:
                        paths[far] = [*paths[at], pair]
                        queue.append(far)
        return paths[other]
