"""What would another portal file change? Judged anew from what was read lately; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from broadsheet import assemble
from broadsheet.config import Portal
from broadsheet.judge.keep import PUBLIC, gate
from broadsheet.model import Article, Part
from broadsheet.pipeline import Desk, judged, topics_found


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
class Tried:
    """What the changed file would do to the reports of the last days."""

    read: int
    unread: int
    """Reports whose text is not kept: they cannot be judged anew."""
    joins: tuple[Move, ...]
    leaves: tuple[Move, ...]
    quality: tuple[Change, ...]

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
        if not (self.joins or self.leaves or self.quality):
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
    return Tried(len(readable), unread, tuple(joins), tuple(leaves), tuple(changes))


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
