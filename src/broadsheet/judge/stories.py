"""Which reports tell one story, as they arrive?

One report at a time and nothing looked up ahead: its strongest words find reports near it
(postings.py), it is compared with some reports of their stories (pair.py), and joins the story that
it is closest to on average, or opens its own. Where another story is close too, both are dealt out
anew by average linkage (Sokal and Michener, 1958) if they are small, or else become one if they fit
each other; the larger part keeps its id. What an editor said holds against all of it, for ever. What
is older than the window is forgotten, so cost and memory depend on what is live alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import log
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from broadsheet.judge.constraints import Constraints, Contradiction
from broadsheet.judge.pair import LENGTH, SHARED, Curves, Floats, Kind, Numbers, Reports, shipped
from broadsheet.judge.postings import KEYS, Postings
from broadsheet.judge.terms import Words

WINDOW = 7 * 86_400.0  # seconds after its last report in which a story takes reports in
# Chosen on whole sets and the demo's world with its lone reports by `python -m benchmarks.stories
# cluster` and evals/test_stories.py, 24 November 2026; what was tried beside them is in
# docs/why/decisions/0010.
NEAR = 16  # nearest reports that are looked up
SAMPLE = 12  # reports of a story that one is compared with: the nearest, then the newest
SHARE = 0.3  # of closeness that is the cosine of words; the rest is the chance of one event
HEADLINE, TEXT = 20, 120  # words, between which the bar goes from one to the other by logarithm
BAR_OF_HEADLINES = (0.35, 0.72)  # closeness to many reports, and to a single one
BAR_OF_TEXTS = (0.40, 0.55)
KINSHIP = (
    0.55,
    0.70,
)  # of a story's own closeness, which one of headlines, of texts asks of others
IMAGINED = (2, 0.4)  # pairs that are counted with its own, and how close these are
FEWEST = (2, 6)  # words that a report shares with one of a story at least: one place or firm in
FEWEST_AT = (10, 60)  # common is no event; of texts so long, and between them by logarithm
IN_DOUBT = 0.7  # of the bar, from which a second story is asked whether it is the same
RIVALS = 3
FEW = 24  # reports of stories in doubt that are dealt out anew; more than these only merge
MEMBERS = 8  # newest reports of either of two large stories that are compared
FADES = 0.5  # of the logarithm of the odds, at each doubling of the days between, after the first
ENGLISH = 0  # number of the language whose words have a meaning
FULL = 4096  # rows before anything is forgotten
DAY = 86_400.0
NEVER = -np.inf

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """How close reports must be on average to be one story. A mean over few pairs is worth less."""

    many: float
    one: float
    kinship: float = 0.0

    def less(self, pairs: Any) -> Any:
        """What is taken from a mean over so many pairs, before it is held against `many`."""
        return (self.one - self.many) / pairs

    def more(self, inside: Any, pairs: Any) -> Any:
        """What a story asks beyond the bar, the closer its own reports are: the sum over so many
        pairs of them. Reports that are as like as look-alikes of another event do not join it
        (relative closeness: Karypis, Han and Kumar, "Chameleon", 1999)."""
        count, close = IMAGINED
        own = (inside + count * close) / (pairs + count)
        return np.maximum(self.kinship * own - self.many, 0)


@dataclass(slots=True)
class Group:
    """One story: its reports in order of arrival."""

    rows: list[int]
    first: float
    last: float
    """Seconds since 1970 of its earliest and latest report; 0 where no report is dated."""
    inside: float = 0.0
    """Sum of the closeness of pairs of its reports, as far as these were compared."""
    pairs: float = 0.0
    """How many pairs these are."""

    def met(self, mean: float, pairs: float) -> None:
        """Count some more pairs of its reports, by their mean closeness."""
        self.inside += mean * pairs
        self.pairs += pairs


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
        self._reports = Reports()
        self._postings = Postings()
        self._languages: dict[str, int] = {"en": ENGLISH}
        self._groups: dict[str, Group] = {}
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        """The report of each row."""
        self._story_of: list[str] = []
        """The story of each row, "" of one that is in none."""
        self._given: set[str] = set()
        """Ids that a story has or had."""
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
        row = self._read(id, title, text, language, at)
        self._clock(at)
        bar = self._bar(row)
        means = {} if into else self._means(row, at)
        near = {story: self._weighed(story, mean, bar) for story, mean in means.items()}
        story = into or self._wanted(id) or self._closest(id, near, bar)
        if group := self._groups.get(story):
            if story in means:
                group.met(means[story], min(len(group.rows), SAMPLE))
            self._join(story, row)
        else:
            story = story or id
            self._open(story, [row])
        self._postings.enter(row, *self._key(row))
        rivals = [other for other, value in near.items() if value >= IN_DOUBT * bar.many]
        rivals = sorted(set(rivals) - {story}, key=lambda other: (-near[other], other))[:RIVALS]
        if rivals:
            self._settle([story, *rivals], bar)
        self._forget()
        return self.story(id)

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
        """The logarithm of the odds that two live reports tell of one event, time aside."""
        row, others = self._rows[one], np.asarray([self._rows[other]])
        facts = self._reports.facts(row, others)
        return float(self._odds(np.asarray([row]), others, facts)[0])

    def facts(self, one: str, other: str) -> Floats:
        """Shape (1, FACTS): two live reports compared."""
        return self._reports.facts(self._rows[one], [self._rows[other]])

    def read(self, id: str, title: str, text: str, language: str = "") -> None:
        """Take a report in to be compared, without linking it."""
        self._read(id, title, text, language, 0.0)

    def drop(self, report: str) -> None:
        """Forget one report."""
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

    def closeness(self, ones: Numbers, others: Numbers, facts: Floats) -> Floats:
        """From 0 to 1, of pairs of rows: SHARE of it is words in common, the rest the chance that
        they tell of one event, less the longer the time between them."""
        times = self._reports.times
        one, other = times[ones], times[others]
        days = np.where((one > 0) & (other > 0), np.abs(one - other), 0) / DAY
        odds = self._odds(ones, others, facts) - FADES * np.log2(np.maximum(days, 1))
        return np.asarray(SHARE * facts[:, 0] + (1 - SHARE) / (1 + np.exp(-odds)))

    def _odds(self, ones: Numbers, others: Numbers, facts: Floats) -> Floats:
        one, other = self._reports.languages[ones], self._reports.languages[others]
        across = one != other
        if across.all():
            return self._curves["across"].odds(facts)
        kind: Kind = "english" if one[0] == ENGLISH else "worded"
        odds = self._curves[kind].odds(facts)
        return np.where(across, self._curves["across"].odds(facts), odds) if across.any() else odds

    def _read(self, id: str, title: str, text: str, language: str, at: float) -> int:
        language = language or "en"
        number = self._languages.setdefault(language, len(self._languages))
        terms = self._words.read(title, text, language)
        self._words.learn(terms)
        row = self._reports.add(terms, self._words, number, at)
        self._rows[id] = row
        self._ids.append(id)
        self._story_of.append("")
        return row

    def _clock(self, at: float) -> None:
        # By a day at most, so that no single report from the future or the past ends a story.
        if at:
            self._now = min(max(at, self._now - DAY), self._now + DAY) if self._now else at

    def _key(self, row: int) -> tuple[list[int], list[float]]:
        reports = self._reports
        return reports.words[row, :KEYS].tolist(), reports.weights[row, :KEYS].tolist()

    def _bar(self, row: int) -> Bar:
        """The less a report says, the lower the bar to a story, and the higher to a single report:
        two briefs have words in common by chance."""
        words = min(max(int(self._reports.lengths[row]), HEADLINE), TEXT)
        share = log(words / HEADLINE) / log(TEXT / HEADLINE)
        pairs = zip((*BAR_OF_HEADLINES, KINSHIP[0]), (*BAR_OF_TEXTS, KINSHIP[1]), strict=True)
        return Bar(*(low + (high - low) * share for low, high in pairs))

    def _weighed(self, story: str, mean: float, bar: Bar) -> float:
        """A mean closeness to a story, less where it has few reports or these are closer."""
        group = self._groups[story]
        return float(mean - bar.less(len(group.rows)) - bar.more(group.inside, group.pairs))

    def _means(self, row: int, at: float) -> dict[str, float]:
        """Stories near a report, and how close it is to each: the mean over SAMPLE reports."""
        found: dict[str, list[int]] = {}
        for other in self._postings.near(*self._key(row), NEAR):
            if story := self._story_of[other]:
                found.setdefault(story, []).append(other)
        spans: dict[str, tuple[int, int]] = {}
        picked: list[int] = []
        for story, rows in found.items():
            group = self._groups[story]
            if self._gap(at, group) <= WINDOW:
                begin = len(picked)
                picked += rows
                if len(group.rows) > len(rows):
                    known = set(rows)
                    picked += [each for each in group.rows[-SAMPLE:] if each not in known]
                spans[story] = (begin, len(picked))
        if not picked:
            return {}
        others = np.asarray(picked, np.intp)
        ones = np.full(len(others), row)
        facts = self._reports.facts(row, others)
        near = self.closeness(ones, others, facts)
        enough = self._enough(ones, others, facts)
        return {
            story: _mean_of_best(near[begin:end], min(len(self._groups[story].rows), SAMPLE))
            for story, (begin, end) in spans.items()
            if enough[begin:end].any()
        }

    def _enough(self, ones: Numbers, others: Numbers, facts: Floats) -> NDArray[np.bool_]:
        """Do the reports of each pair share more words than chance gives?"""
        share = (facts[:, LENGTH] - log(FEWEST_AT[0])) / log(FEWEST_AT[1] / FEWEST_AT[0])
        across = self._reports.languages[ones] != self._reports.languages[others]
        share = np.where(across, 0, np.clip(share, 0, 1))
        fewest = FEWEST[0] + (FEWEST[1] - FEWEST[0]) * share
        return np.asarray(np.expm1(facts[:, SHARED]) > fewest - 0.5)

    def _gap(self, at: float, group: Group) -> float:
        """Seconds between a time and a story's reports; 0 inside of it or where one is unknown."""
        if not at or not group.last:
            return 0.0
        return max(at - group.last, group.first - at, 0.0)

    def _wanted(self, id: str) -> str:
        """The story that an editor's must-link names for a report."""
        live = (other for other in sorted(self._constraints.bound(id)) if other != id)
        return next(filter(None, map(self.story, live)), "")

    def _closest(self, id: str, near: Mapping[str, float], bar: Bar) -> str:
        for story in sorted(near, key=lambda story: (-near[story], story)):
            if near[story] < bar.many:
                return ""
            if not self._barred([id], story):
                return story
        return ""

    def _open(self, story: str, rows: list[int]) -> None:
        self.changed[story] = ""
        self._given.add(story)
        self._fill(story, rows)

    def _fill(self, story: str, rows: list[int]) -> None:
        times = [float(time) for time in self._reports.times[rows] if time]
        self._groups[story] = Group(rows, min(times, default=0.0), max(times, default=0.0))
        for row in rows:
            self._story_of[row] = story

    def _join(self, story: str, row: int) -> None:
        self.changed[story] = ""
        group = self._groups[story]
        group.rows.append(row)
        if at := float(self._reports.times[row]):
            group.first, group.last = min(group.first or at, at), max(group.last, at)
        self._story_of[row] = story

    def _settle(self, stories: Sequence[str], bar: Bar) -> None:
        """Deal out a few small stories anew, or let large ones that fit the first merge with it."""
        story, *rivals = stories
        around, size = [story], len(self._groups[story].rows)
        for rival in rivals:
            if size + len(self._groups[rival].rows) <= FEW:
                around.append(rival)
                size += len(self._groups[rival].rows)
        if len(around) > 1:
            self._deal(around, bar)
            return
        for rival in rivals:
            here, there = (self._groups[each].rows[-MEMBERS:] for each in (story, rival))
            ones = np.repeat(np.asarray(here), len(there))
            others = np.tile(np.asarray(there), len(here))
            facts = np.vstack([self._reports.facts(row, there) for row in here])
            fits = self.closeness(ones, others, facts).mean() >= bar.many
            if fits and not self._barred(self.reports(story), rival):
                story = self._merge(story, rival)

    def _deal(self, stories: Sequence[str], bar: Bar) -> None:
        """Average linkage over the reports of a few stories; ids follow the larger overlap."""
        rows = sorted(row for story in stories for row in self._groups[story].rows)
        one, other, facts = self._reports.facts_among(rows)
        at = np.asarray(rows)
        near = np.full((len(rows), len(rows)), NEVER)
        near[one, other] = near[other, one] = self.closeness(at[other], at[one], facts)
        closeness = near.copy()
        parts = _linked(near, bar, *self._said_among(rows))
        met = Counter(
            (part, self._story_of[rows[place]])
            for part, places in parts.items()
            for place in places
        )
        names: dict[int, str] = {}
        for (part, story), _ in sorted(met.items(), key=lambda each: (-each[1], each[0])):
            if part not in names and story not in names.values():
                names[part] = story
        before = {story: self._groups.pop(story).rows for story in stories}
        for part, places in parts.items():
            members = [rows[place] for place in places]
            if part not in names:
                names[part] = self._name(members)
            if before.get(names[part]) == members:
                self._fill(names[part], members)
            else:
                self._open(names[part], members)
            pairs = np.tril(closeness[np.ix_(places, places)], -1)
            self._groups[names[part]].inside = float(np.maximum(pairs, 0).sum())
            self._groups[names[part]].pairs = len(places) * (len(places) - 1) / 2
        for story in stories:
            if story not in self._groups:
                went = Counter(self._story_of[row] for row in before[story])
                self.changed[story] = max(sorted(went), key=went.__getitem__)

    def _said_among(self, rows: Sequence[int]) -> tuple[list[Pair], list[Pair]]:
        """Places of rows that an editor keeps together, and of those kept apart."""
        place = {self._ids[row]: n for n, row in enumerate(rows)}
        together, apart = [], []
        for id, n in place.items():
            bound, away = self._constraints.bound(id), self._constraints.away([id])
            together += [(n, place[far]) for far in bound if place.get(far, n) < n]
            apart += [(n, place[far]) for far in away if far in place]
        return sorted(together), sorted(apart)

    def _name(self, rows: Sequence[int]) -> str:
        """An id for a new story of some reports: each is given once."""
        free = (self._ids[row] for row in rows if self._ids[row] not in self._given)
        first, turn = self._ids[rows[0]], 2
        if name := next(free, ""):
            return name
        while f"{first}-{turn}" in self._given:
            turn += 1
        return f"{first}-{turn}"

    def _barred(self, reports: Iterable[str], story: str) -> bool:
        """Does an editor's cannot-link keep these reports out of a story?"""
        return any(self.story(away) == story for away in self._constraints.away(reports))

    def _merge(self, one: str, other: str) -> str:
        """Both as one, under the id of the larger; of equals under that of `one`."""
        if len(self._groups[other].rows) > len(self._groups[one].rows):
            one, other = other, one
        self.changed |= {one: "", other: one}
        here, there = self._groups[one], self._groups.pop(other)
        self._fill(one, sorted(here.rows + there.rows))
        self._groups[one].inside = here.inside + there.inside
        self._groups[one].pairs = here.pairs + there.pairs
        return one

    def _part(self, story: str, one: str, other: str) -> None:
        """Split a story between two of its reports that an editor keeps apart.

        Each of the newest others goes to the side that it is closer to on average; older ones stay.
        The larger side keeps the id.
        """
        sides = [[one], [other]]
        for side in sides:
            side += [id for id in self._constraints.bound(side[0]) if self.story(id) == story]
        taken = {id for side in sides for id in side}
        rest = [id for id in self.reports(story) if id not in taken]
        for id in rest[-2 * SAMPLE :]:
            means = [np.mean([self.close(id, each) for each in side[:SAMPLE]]) for side in sides]
            sides[int(means[1] > means[0])].append(id)
        small = sides[1] if len(sides[0]) + len(rest[: -2 * SAMPLE]) >= len(sides[1]) else sides[0]
        self._move(small, story, "")

    def _move(self, reports: Iterable[str], story: str, into: str) -> None:
        """Reports of one story into another, or into one of their own."""
        wanted = set(reports)
        rows = self._groups.pop(story).rows
        moved = [row for row in rows if self._ids[row] in wanted]
        left = [row for row in rows if self._ids[row] not in wanted]
        into = into or self._name(moved)
        known = self._groups[into].rows if into in self._groups else []
        self._open(into, sorted([*known, *moved]))
        if left:
            self._open(story, left)
        else:
            self.changed[story] = into

    def _forget(self) -> None:
        """Drop stories outside the window once they are a quarter of all rows."""
        if self._reports.count < FULL or self._reports.count % (FULL // 4):
            return
        live = {
            id: group
            for id, group in self._groups.items()
            if not group.last or self._now - group.last <= WINDOW
        }
        if sum(len(group.rows) for group in live.values()) < 0.75 * self._reports.count:
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
        except (
            BadZipFile,
            Contradiction,
            EOFError,
            OSError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise ValueError(f"the linker's state cannot be read: {error}") from error
        return stories

    def _said(self, groups: Mapping[str, Group]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """These stories as plain data, their rows and words numbered anew."""
        rows = sorted(row for group in groups.values() for row in group.rows)
        number = {row: n for n, row in enumerate(rows)}
        # What is forgotten is no longer counted either; a word that nearly nobody used is dropped.
        share = len(rows) / max(1, len(self._rows))
        seen = self._words.seen[: len(self._words.surfaces)] * np.float32(share)
        columns = self._reports.columns(np.asarray(rows, np.int64))
        used = seen >= 0.5
        used[columns["words"]] = True
        used[0] = True
        renumbered = np.cumsum(used) - 1
        columns["words"] = renumbered[columns["words"]].astype(np.int32)
        ids = [self._ids[row] for row in rows]
        kept = {*ids, *groups}
        said = {
            "surfaces": [self._words.surfaces[n] for n in np.flatnonzero(used)],
            "reports": self._words.reports * share,
            "languages": list(self._languages),
            "ids": ids,
            "stories": [
                [id, [number[row] for row in each.rows], each.inside, each.pairs]
                for id, each in groups.items()
            ],
            "given": sorted(
                id for id in self._given if id in kept or id.rpartition("-")[0] in kept
            ),
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
        self._reports = Reports(arrays)
        self._languages = {language: n for n, language in enumerate(said["languages"])}
        self._ids = said["ids"]
        self._rows = {id: row for row, id in enumerate(self._ids) if id}
        self._story_of = [""] * len(self._ids)
        self._groups = {}
        self._given = set(said["given"])
        for id, rows, inside, pairs in said["stories"]:
            self._fill(id, rows)
            self._groups[id].inside, self._groups[id].pairs = inside, pairs
        self._now = said["now"]
        self._postings = Postings()
        for row, id in enumerate(self._ids):
            if id:
                self._postings.enter(row, *self._key(row))


def _mean_of_best(near: Floats, count: int) -> float:
    """The mean of the `count` highest."""
    return float(near.mean() if len(near) <= count else np.sort(near)[-count:].mean())


def _linked(
    near: NDArray[np.float64],
    bar: Bar,
    together: Iterable[Pair] = (),
    apart: Iterable[Pair] = (),
) -> dict[int, list[int]]:
    """Average linkage of a small matrix of closeness (overwritten), cut at the bar: the places in
    each part, by one of them. Some places are together whatever they are like, some never."""
    parts = {place: [place] for place in range(len(near))}
    part_of = list(parts)
    sizes, inside, pairs = np.ones(len(near)), np.zeros(len(near)), np.zeros(len(near))
    for one, other in apart:
        near[one, other] = near[other, one] = NEVER

    def join(one: int, other: int) -> None:
        between = sizes[one] * sizes[other]
        inside[one] += inside[other] + max(near[one, other], 0) * between
        pairs[one] += pairs[other] + between
        near[one] = near[:, one] = np.average(near[[one, other]], 0, sizes[[one, other]])
        near[other] = near[:, other] = near[one, one] = NEVER
        sizes[one] += sizes[other]
        for place in parts[other]:
            part_of[place] = one
        parts[one] += parts.pop(other)

    for one, other in together:
        if part_of[one] != part_of[other]:
            join(part_of[one], part_of[other])
    while len(parts) > 1:
        mean = near - bar.less(np.outer(sizes, sizes))
        mean -= bar.more(np.add.outer(inside, inside), np.add.outer(pairs, pairs))
        one, other = divmod(int(mean.argmax()), len(near))
        if mean[one, other] < bar.many:
            break
        join(one, other)
    return {part: sorted(places) for part, places in parts.items()}
