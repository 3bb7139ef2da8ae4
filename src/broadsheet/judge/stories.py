"""Which reports tell one story, as they arrive?

One report at a time and nothing looked up ahead: its strongest words find reports near it
(postings.py), their stories are weighed (pair.py), and it joins the likeliest or opens its own.
Where a story and a rival then fit each other they merge; the larger keeps its id. What an editor
said holds against all of it, for ever. What is older than the window is forgotten, so cost and
memory depend on what is live alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import log2
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from broadsheet.judge.constraints import Constraints
from broadsheet.judge.pair import NEWEST, SHARED, Curves, Floats, Kind, Units, shipped
from broadsheet.judge.postings import KEYS, Postings
from broadsheet.judge.terms import Words

WINDOW = 7 * 86_400.0  # seconds after its last report in which a story takes reports in
REPORTS = 32  # nearest reports that are looked up
STORIES = 16  # of theirs that are weighed
# Set by runs of `python -m benchmarks.stories cluster` and of evals/test_stories.py on 24 November
# 2026: from 0.2 to 0.5 the demo's world has .94, ecb .85; above that stories of texts fall apart.
JOIN_AT = 0.5  # logarithm of the odds
MERGE_AT = 2.5
FEWEST = 6  # words that two texts must share: one place or firm in common is no event
FEWEST_OF_HEADLINES = 2  # and between two languages
HEADLINE = 25  # words, fewer than which are no text
NEVER = -99.0
RIVALS = 3  # stories asked whether they are the same as the report's
RIVAL_AT = JOIN_AT - 2
FADES = 0.5  # of the logarithm of the odds, at each doubling of the days between, after the first
ENGLISH = 0  # number of the language whose words have a meaning
SAMPLE = 40  # reports of a story that are divided one by one when it is split
FULL = 4096  # rows before anything is forgotten
DAY = 86_400.0


@dataclass(slots=True)
class Group:
    """One story: its reports in order of arrival, and the unit that sums them."""

    rows: list[int]
    unit: int
    first: float
    last: float
    """Seconds since 1970 of its earliest and latest report; 0 where no report is dated."""


class Stories:
    """All live stories. A report's id is the caller's; a story has that of its first report."""

    def __init__(
        self,
        curves: dict[Kind, Curves] | None = None,
        constraints: Constraints | None = None,
    ) -> None:
        self._curves = shipped() if curves is None else curves
        self._constraints = constraints or Constraints()
        self._words = Words()
        self._units = Units()
        self._postings = Postings()
        self._languages: dict[str, int] = {"en": ENGLISH}
        self._groups: dict[str, Group] = {}
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        """The report of each row, "" where the row sums a story."""
        self._story_of: list[str] = []
        """The story of each row that is a report in one."""
        self._now = 0.0
        self.changed: dict[str, str] = {}
        """The stories that the last decision changed, each with the one that took it in, or ""."""

    def __contains__(self, report: object) -> bool:
        return report in self._rows

    def add(
        self,
        id: str,
        title: str,
        text: str,
        language: str = "",
        at: float = 0.0,
        *,
        into: str = "",
    ) -> str:
        """The id of the story that now has the report: joined, opened, or of two merged by it.

        `language` is two letters, "" is taken for English; `at` is in seconds since 1970, 0 where
        unknown. `into` names the story where it is known already; one that is gone is opened anew.
        """
        self.changed = {}
        if id in self._rows:
            return self.story(id)
        row = self._read(id, title, text, language)
        self._clock(at)
        odds: dict[str, float] = {}
        if not into:
            odds = self._weighed(row, at)
            story = self._wanted(id) or self._likeliest(id, odds)
        else:
            story = into
        if story in self._groups:
            self._join(story, row, at)
        else:
            self._open(story or id, row, at)
            story = story or id
        self._postings.enter(row, *self._key(row))
        rivals = [other for other, odd in odds.items() if odd >= RIVAL_AT and other != story]
        for rival in sorted(rivals, key=lambda other: (-odds[other], other))[:RIVALS]:
            story = self._merged(story, rival)
        self._forget()
        return story

    def story(self, report: str) -> str:
        """The id of the story that has this report, "" where it is not live."""
        row = self._rows.get(report)
        return "" if row is None else self._story_of[row]

    def reports(self, story: str) -> list[str]:
        """Ids of its live reports, in order of arrival; none where there is no such story."""
        group = self._groups.get(story)
        return [self._ids[row] for row in group.rows] if group else []

    def assignments(self) -> dict[str, str]:
        """The story of every live report."""
        return {id: self._story_of[row] for id, row in self._rows.items()}

    def close(self, one: str, other: str) -> float:
        """The logarithm of the odds that two live reports tell of one event."""
        row, units = self._rows[one], [self._rows[other]]
        return float(self.odds(row, units, self._units.facts(row, units))[0])

    def facts(self, one: str, other: str) -> Floats:
        """Shape (1, FACTS): two live reports compared."""
        return self._units.facts(self._rows[one], [self._rows[other]])

    def read(self, id: str, title: str, text: str, language: str = "") -> None:
        """Take a report in to be compared, without linking it."""
        self._read(id, title, text, language)

    def drop(self, report: str) -> None:
        """Forget one report; what it gave to its story's sum fades as others come."""
        row = self._rows.pop(report, None)
        if row is None:
            return
        story, self._story_of[row], self._ids[row] = self._story_of[row], "", ""
        if group := self._groups.get(story):
            group.rows.remove(row)
            if not group.rows:
                del self._groups[story]

    def must(self, one: str, other: str) -> None:
        """These two reports are of one story, for ever. Raises Contradiction."""
        self.changed = {}
        self._constraints.must(one, other)
        here, there = self.story(one), self.story(other)
        if here and there and here != there:
            if self._barred(self.reports(here), there):
                self._move(self._constraints.bound(other), there, here)
            else:
                self._merge(here, there)

    def cannot(self, one: str, other: str) -> None:
        """These two reports are of two stories, for ever. Raises Contradiction."""
        self.changed = {}
        self._constraints.cannot(one, other)
        if (story := self.story(one)) and story == self.story(other):
            self._part(story, one, other)

    def odds(self, row: int, units: Sequence[int], facts: Floats) -> Floats:
        """The logarithm of the odds of one event, of a unit with each of others, time aside."""
        at = np.asarray(units, np.int64)
        same = self._units.languages[at] == self._units.languages[row]
        kind: Kind = "english" if self._units.languages[row] == ENGLISH else "worded"
        odds = self._curves[kind].odds(facts)
        if same.all():
            return odds
        return np.asarray(np.where(same, odds, self._curves["across"].odds(facts)))

    def _read(self, id: str, title: str, text: str, language: str) -> int:
        language = language or "en"
        number = self._languages.setdefault(language, len(self._languages))
        terms = self._words.read(title, text, language)
        self._words.learn(terms)
        row = self._row(id)
        self._units.write(row, terms, self._words, number)
        return row

    def _row(self, id: str = "") -> int:
        row = self._units.open()
        self._ids.append(id)
        self._story_of.append("")
        if id:
            self._rows[id] = row
        return row

    def _clock(self, at: float) -> None:
        # One report from the future moves the clock by a day at most, so it ends no story.
        self._now = at if not self._now else max(self._now, min(at, self._now + DAY))

    def _key(self, row: int) -> tuple[list[int], list[float]]:
        return self._units.words[row, :KEYS].tolist(), self._units.weights[row, :KEYS].tolist()

    def _weighed(self, row: int, at: float) -> dict[str, float]:
        """Stories near a report, and the odds of each."""
        rows = self._postings.near(*self._key(row), REPORTS)
        near = dict.fromkeys(self._story_of[each] for each in rows)
        near.pop("", None)  # of a report that was removed, or is in no story
        open_ones = [story for story in near if self._gap(at, self._groups[story]) <= WINDOW]
        if not open_ones:
            return {}
        units = [self._groups[story].unit for story in open_ones[:STORIES]]
        odds = self._linking(row, units)
        return {
            story: float(odd) - _fading(self._gap(at, self._groups[story]))
            for story, odd in zip(open_ones, odds, strict=False)
        }

    def _linking(self, row: int, units: Sequence[int]) -> Floats:
        """The odds, but NEVER where two units share too few words to be linked."""
        facts = self._units.facts(row, units)
        at = np.asarray(units, np.int64)
        short = np.minimum(self._units.lengths[at], self._units.lengths[row]) < HEADLINE
        short |= self._units.languages[at] != self._units.languages[row]
        fewest = np.where(short, FEWEST_OF_HEADLINES, FEWEST)
        enough = facts[:, SHARED] > np.log1p(fewest - 0.5)
        return np.asarray(np.where(enough, self.odds(row, units, facts), NEVER))

    def _gap(self, at: float, group: Group) -> float:
        """Seconds between a time and a story's reports; 0 inside of it or where one is unknown."""
        if not at or not group.last:
            return 0.0
        return max(at - group.last, group.first - at, 0.0)

    def _wanted(self, id: str) -> str:
        """The story that an editor's must-link names for a report."""
        live = (other for other in sorted(self._constraints.bound(id)) if other != id)
        return next(filter(None, map(self.story, live)), "")

    def _likeliest(self, id: str, odds: Mapping[str, float]) -> str:
        for story in sorted(odds, key=lambda story: (-odds[story], story)):
            if odds[story] < JOIN_AT:
                return ""
            if not self._barred([id], story):
                return story
        return ""

    def _open(self, story: str, row: int, at: float) -> None:
        self.changed[story] = ""
        self._groups[story] = Group([row], row, at, at)
        self._story_of[row] = story

    def _join(self, story: str, row: int, at: float) -> None:
        self.changed[story] = ""
        group = self._groups[story]
        self._sum(group, row)
        group.rows.append(row)
        self._span(group, at, at)
        self._story_of[row] = story

    def _sum(self, group: Group, unit: int) -> None:
        """Add a unit to a story's, in which older reports fade."""
        fade = 1.0 if len(group.rows) < NEWEST else 1 - 1 / NEWEST
        row = self._row() if len(group.rows) == 1 else group.unit
        self._units.add(row, group.unit, unit, fade)
        group.unit = row

    def _span(self, group: Group, first: float, last: float) -> None:
        if last:
            group.first = min(group.first or first, first)
            group.last = max(group.last, last)

    def _merged(self, one: str, other: str) -> str:
        """The id of both as one if they fit each other; else `one` as it is."""
        here, there = self._groups[one], self._groups[other]
        row, units = (
            (there.unit, [here.unit])
            if len(here.rows) >= len(there.rows)
            else (
                here.unit,
                [there.unit],
            )
        )
        gap = max(here.first - there.last, there.first - here.last, 0.0)
        odds = self._linking(row, units)[0]
        if odds - _fading(gap if here.last and there.last else 0.0) < MERGE_AT:
            return one
        return one if self._barred(self.reports(one), other) else self._merge(one, other)

    def _barred(self, reports: Iterable[str], story: str) -> bool:
        """Does an editor's cannot-link keep these reports out of a story?"""
        return any(self.story(away) == story for away in self._constraints.away(reports))

    def _merge(self, one: str, other: str) -> str:
        """Both as one, under the id of the larger; of equals under that of `one`."""
        if len(self._groups[other].rows) > len(self._groups[one].rows):
            one, other = other, one
        self.changed |= {one: "", other: one}
        here, there = self._groups[one], self._groups.pop(other)
        self._sum(here, there.unit)
        here.rows += there.rows
        self._span(here, there.first, there.last)
        for row in there.rows:
            self._story_of[row] = one
        return one

    def _part(self, story: str, one: str, other: str) -> None:
        """Split a story between two of its reports that an editor keeps apart.

        Each of the newest SAMPLE others goes to the side that it is closer to on average; older
        ones stay. The larger side keeps the id.
        """
        sides = [[one], [other]]
        for side in sides:
            side += [id for id in self._constraints.bound(side[0]) if self.story(id) == story]
        taken = {id for side in sides for id in side}
        rest = [id for id in self.reports(story) if id not in taken]
        for id in rest[-SAMPLE:]:
            means = [np.mean([self.close(id, each) for each in side[:SAMPLE]]) for side in sides]
            sides[int(means[1] > means[0])].append(id)
        small = sides[1] if len(sides[0]) + len(rest[:-SAMPLE]) >= len(sides[1]) else sides[0]
        self._move(small, story, "")

    def _move(self, reports: Iterable[str], story: str, into: str) -> None:
        """Reports of one story into another, or into one of their own."""
        wanted = set(reports)
        group = self._groups.pop(story)
        moved = [row for row in group.rows if self._ids[row] in wanted]
        left = [row for row in group.rows if self._ids[row] not in wanted]
        # An id is given once: a part that holds the story's first report still needs another.
        names = [self._ids[row] for row in moved if self._ids[row] != story]
        into = into or next(iter(names), f"{story}-2")
        for name, rows in ((story, left), (into, moved)):
            for row in rows:
                if name in self._groups:
                    self._join(name, row, group.last)
                else:
                    self._open(name, row, group.first)
        if not left:
            self.changed[story] = into

    def _forget(self) -> None:
        """Drop stories outside the window once they are a quarter of all rows."""
        if self._units.count < FULL or self._units.count % (FULL // 4):
            return
        live = {
            id: group
            for id, group in self._groups.items()
            if not group.last or self._now - group.last <= WINDOW
        }
        kept = sum(len(group.rows) + (len(group.rows) > 1) for group in live.values())
        if kept < 0.75 * self._units.count:
            self._take(self._said(live))

    def state(self) -> bytes:
        """All that decisions depend on, for `restore`."""
        said, arrays = self._said(self._groups)
        words = np.frombuffer(json.dumps(said).encode(), np.uint8)
        kept = BytesIO()
        np.savez(kept, allow_pickle=False, said=words, **arrays)
        return kept.getvalue()

    @classmethod
    def restore(cls, state: bytes) -> Stories:
        """As it was when it told its `state`. Raises ValueError where the bytes are not one."""
        try:
            with np.load(BytesIO(state), allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in kept.files}
            said = json.loads(bytes(arrays.pop("said")))
            stories = cls(constraints=Constraints(said["must"], said["cannot"]))
            stories._take((said, arrays))
        except (BadZipFile, EOFError, OSError, LookupError, TypeError, ValueError) as error:
            raise ValueError(f"the linker's state cannot be read: {error}") from error
        return stories

    def _said(self, groups: Mapping[str, Group]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """These stories as plain data, their rows and words numbered anew."""
        rows = sorted({row for group in groups.values() for row in (*group.rows, group.unit)})
        number = {row: n for n, row in enumerate(rows)}
        reports = sum(len(group.rows) for group in groups.values())
        # What is forgotten is no longer counted either; a word that nearly nobody used is dropped.
        seen = self._words.seen[: len(self._words.surfaces)]
        seen = seen * np.float32(reports / max(1, len(self._rows)))
        columns = self._units.columns(np.asarray(rows, np.int64))
        used = seen >= 0.5
        used[columns["words"]] = True
        used[0] = True
        renumbered = np.cumsum(used) - 1
        columns["words"] = renumbered[columns["words"]].astype(np.int32)
        said = {
            "surfaces": [self._words.surfaces[n] for n in np.flatnonzero(used)],
            "reports": self._words.reports * reports / max(1, len(self._rows)),
            "languages": list(self._languages),
            "ids": [self._ids[row] for row in rows],
            "stories": [
                [id, [number[row] for row in each.rows], number[each.unit], each.first, each.last]
                for id, each in groups.items()
            ],
            "now": self._now,
            "must": self._constraints.together,
            "cannot": self._constraints.apart,
        }
        return said, {"seen": seen[used], **columns}

    def _take(self, kept: tuple[dict[str, Any], dict[str, NDArray[Any]]]) -> None:
        """Become what `_said` told."""
        said, arrays = kept
        arrays = dict(arrays)
        seen = arrays.pop("seen")
        self._words = Words(said["surfaces"][1:])
        self._words.seen[: len(seen)] = seen
        self._words.reports = said["reports"]
        self._units = Units(arrays)
        self._languages = {language: n for n, language in enumerate(said["languages"])}
        self._ids = said["ids"]
        self._rows = {id: row for row, id in enumerate(self._ids) if id}
        self._story_of = [""] * len(self._ids)
        self._groups = {}
        for id, rows, unit, first, last in said["stories"]:
            self._groups[id] = Group(rows, unit, first, last)
            for row in rows:
                self._story_of[row] = id
        self._now = said["now"]
        self._postings = Postings()
        for row, id in enumerate(self._ids):
            if id:
                self._postings.enter(row, *self._key(row))


def _fading(gap: float) -> float:
    """What the seconds between a report and a story take from the logarithm of the odds."""
    return FADES * log2(max(gap / DAY, 1.0))
