"""What would another portal file change? Judged anew from what was read lately; nothing is kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from broadsheet import assemble
from broadsheet.config import Portal
from broadsheet.judge.keep import PUBLIC, gate, keep
from broadsheet.model import Article, Part, Record, Story, Told
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.report import topics_found
from broadsheet.pipeline.story import heat_of, judged
from broadsheet.publish.markdown import stories_at


@dataclass(frozen=True, slots=True)
class Move:
    """One report that would join or leave a topic, and the words that say so."""

    topic: str
    id: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One report whose quality would change, and what that means at the gate."""

    id: str
    title: str
    before: int
    after: int
    why: tuple[Part, ...]
    """Of the changed file: parts that are new or have other points."""
    gate: str = ""
    """"would be public", "would be held below", or "" where nothing changes there."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One story of the front page that would stand elsewhere among the others."""

    id: str
    title: str
    before: int
    """Its place, 1 at the top; 0 where it is not on the front page."""
    after: int
    heat_before: int
    heat_after: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What the changed file would do to the reports of the last days."""

    read: int
    unread: int
    """Reports whose text is not kept: they cannot be judged anew."""
    joins: tuple[Move, ...]
    leaves: tuple[Move, ...]
    quality: tuple[Change, ...]
    front: tuple[Shift, ...] = ()
    """In the changed order, what leaves last; stories that only make room are left out."""

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The same for a person."""
        yield f"{self.read} reports judged anew, {self.unread} without a text left out."
        for word, moves in (("join", self.joins), ("leave", self.leaves)):
            topics = sorted({move.topic for move in moves})
            for topic in topics:
                mine = [move for move in moves if move.topic == topic]
                yield f"{len(mine)} would {word} {topic}:"
                yield from (f"  {move.id}  {move.title} ({move.why})" for move in mine)
        if self.quality:
            yield f"{len(self.quality)} would have another quality:"
        for change in self.quality:
            why = ", ".join(f"{part.name} {part.points:+d}" for part in change.why)
            gate_ = f"; {change.gate}" if change.gate else ""
            yield f"  {change.id}  {change.title}: {change.before} > {change.after} ({why}{gate_})"
        if self.front:
            many = len(self.front) > 1
            yield f"{len(self.front)} {'stories' if many else 'story'} would move on the front page:"
        for shift in self.front:
            before, after = shift.before or "new", shift.after or "gone"
            heat = f"heat {shift.heat_before} > {shift.heat_after}"
            yield f"  {shift.id}  {shift.title}: {before} > {after} ({heat})"
        if not (self.joins or self.leaves or self.quality or self.front):
            yield "Nothing would change."


def try_portal(desk: Desk, changed: Portal, days: int) -> Tried:
    """Compare two portal files on what was read in the last days. Raises ConfigError, PluginError."""
    other = replace(desk, portal=changed, plugins=assemble.open_plugins(changed))
    since = desk.at - timedelta(days=days)
    articles = [a for a in desk.store.articles_since(since) if a.id not in desk.trees.tombs]
    readable = [article for article in articles if article.text or article.summary]
    joins: list[Move] = []
    leaves: list[Move] = []
    changes: list[Change] = []
    for article in readable:
        joined, left = _moves(desk, other, article)
        joins += joined
        leaves += left
        if change := _change(desk, other, article):
            changes.append(change)
    unread = len(articles) - len(readable)
    front = shifts(_front(desk, readable), _front(other, readable), changed.site.stories)
    return Tried(len(readable), unread, tuple(joins), tuple(leaves), tuple(changes), front)


def _moves(desk: Desk, other: Desk, article: Article) -> tuple[list[Move], list[Move]]:
    before, after = topics_found(desk, article), topics_found(other, article)
    why = dict(zip(after.keys, after.matched, strict=False))
    passed = {score.name: score.parts[-1].name for score in after.passed_over}
    joins = []
    for key in after.keys:
        if key not in before.keys:
            label = other.portal.topics[key].label
            reason = why.get(key, "").partition(": ")[2]
            joins.append(Move(label, article.id, article.title, reason))
    leaves = []
    for key in before.keys:
        if key not in after.keys:
            label = desk.portal.topics[key].label
            reason = passed.get(label, "no word of it any more")
            leaves.append(Move(label, article.id, article.title, reason))
    return joins, leaves


def _change(desk: Desk, other: Desk, article: Article) -> Change | None:
    before, after = judged(desk, article), judged(other, article)
    if before.quality == after.quality or not (before.topics or after.topics):
        return None
    why = tuple(part for part in after.quality.parts if part not in before.quality.parts)
    why += tuple(
        Part(f"no more: {part.name}", 0)
        for part in before.quality.parts
        if part.name not in {each.name for each in after.quality.parts}
    )
    values = before.quality.value, after.quality.value
    return Change(article.id, article.title, *values, why, _at_gate(desk, other, before, after))


def _at_gate(desk: Desk, other: Desk, before: Article, after: Article) -> str:
    if desk.portal.profile == "classic" or other.portal.profile == "classic":
        return ""  # there the gate asks for heat
    decision = desk.trees.decisions.get(before.id, "")
    was, is_ = gate(before, desk.portal, decision)[0], gate(after, other.portal, decision)[0]
    if (was == PUBLIC) == (is_ == PUBLIC):
        return ""
    return "would be public" if is_ == PUBLIC else f"would be {is_.replace('/', ' ')}"


def _front(desk: Desk, articles: Sequence[Article]) -> list[Story]:
    """The stories in the order of the front page, were these reports judged by this portal."""
    if desk.portal.profile == "classic":  # there the order is that of heat in the records
        return []
    public = desk.trees.public()
    at = max((day.at for day in desk.trees.days.values()), default=desk.at)
    for article in articles:
        public.pop(article.id, None)
        if record := _public_record(desk, article):
            public[article.id] = record
    return stories_at(desk.portal, desk.trees, public, heat_of(desk.plugins), at)


def _public_record(desk: Desk, article: Article) -> Record | None:
    """The report's record as this portal would make it; None where it would not be public."""
    found = topics_found(desk, article)
    if not found.keys:
        return None
    article = judged(desk, replace(article, topics=found.keys, matched=found.matched))
    before = desk.trees.record(article.id)
    id = before.desk.story if before else article.id
    story = Story(id, article.title, (Told(article.id),), article.moment, article.moment)
    decisions = desk.trees.decisions
    (kept,) = keep(story, [article], desk.portal, decisions=decisions, story_id=id)
    if kept.tree != PUBLIC:
        return None
    copy_of = before.desk.copy_of if before else ""
    return replace(kept.record, desk=replace(kept.record.desk, copy_of=copy_of))


def shifts(before: Sequence[Story], after: Sequence[Story], shown: int) -> tuple[Shift, ...]:
    """The stories of both front pages that stand elsewhere, but not those that only make room."""
    was, is_ = ({story.id: n for n, story in enumerate(each, 1)} for each in (before, after))
    stories = {story.id: story for story in (*before, *after)}
    heat_before, heat_after = ({s.id: s.heat.value for s in each} for each in (before, after))
    on_page = [s.id for s in after if min(is_[s.id], was.get(s.id, shown + 1)) <= shown]
    steady = _longest_rise([id for id in on_page if id in was], was)
    left = [s.id for s in before[:shown] if s.id not in is_]
    return tuple(
        Shift(
            id,
            stories[id].title,
            was[id] if was.get(id, shown + 1) <= shown else 0,
            is_[id] if is_.get(id, shown + 1) <= shown else 0,
            heat_before.get(id, 0),
            heat_after.get(id, 0),
        )
        for id in (*on_page, *left)
        if id not in steady or (was[id] > shown) != (is_[id] > shown)
    )


def _longest_rise(ids: Sequence[str], place: dict[str, int]) -> set[str]:
    """The most of these that keep their order by place (Fredman 1975, longest increasing
    subsequence)."""
    ends: list[int] = []
    last: list[str] = []
    before: dict[str, str] = {}
    for id in ids:
        at = bisect_left(ends, place[id])
        ends[at:], last[at:] = [place[id], *ends[at + 1 :]], [id, *last[at + 1 :]]
        if at:
            before[id] = last[at - 1]
    kept: set[str] = set()
    id = last[-1] if last else ""
    while id:
        kept.add(id)
        id = before.get(id, "")
    return kept
