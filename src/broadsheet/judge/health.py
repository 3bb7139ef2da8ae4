"""How is a source, and what would mend it? From what the desk remembers; the clock is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from broadsheet.model import Article, Source

LOOK_BACK = timedelta(days=28)
SPELLS = 20  # that are remembered of a source
DEAD_AFTER = timedelta(days=7)
DEAD_VISITS = 5
SILENT_FOR = 10
"""Times its usual gap without a new report, and never less than `SILENT_LEAST`."""
SILENT_LEAST = timedelta(days=30)
LATE = timedelta(hours=12)
ENOUGH = 5  # reports, before anything is said of their dates

Name = Literal["dead", "moved", "empty", "silent", "late", "misdated"]


@dataclass(frozen=True, slots=True)
class Spell:
    """Visits in a row that went the same way."""

    works: bool
    since_at: datetime
    until_at: datetime
    visits: int = 1
    why: str = ""

    @property
    def words(self) -> str:
        """The same for a person."""
        times = f"{self.visits} visits" if self.visits > 1 else "one visit"
        span = f"{self.since_at:%Y-%m-%d %H:%M}"
        if self.until_at > self.since_at:
            span += f" to {self.until_at:%Y-%m-%d %H:%M}"
        return f"{span}: {'works' if self.works else self.why}, {times}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a source, and the key and value in portal.yaml that would mend it."""

    name: Name
    detail: str
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the desk remembers of a source."""

    history: tuple[Spell, ...] = ()
    moved_to: str = ""
    """Where a redirect that says "for good" led at the last visit."""
    gone: bool = False
    """Its publisher said 410."""
    listed: int | None = None
    """Entries in it; None before the first that could be read."""
    articles: tuple[Article, ...] = ()
    """Its reports of `LOOK_BACK`, in any order."""
    last_report_at: datetime | None = None
    """Of the newest public report, however old."""


@dataclass(frozen=True, slots=True)
class Health:
    """A source as `broadsheet sources` shows it."""

    id: str
    url: str
    state: Literal["works", "fails", "paused", "new"]
    per_week: float
    """New reports a week, over `LOOK_BACK` or since the first visit."""
    last_new_at: datetime | None
    copies: int
    """Percent of its reports that are copies of earlier ones."""
    history: tuple[str, ...]
    """Latest first, in words."""
    next_at: datetime | None
    next_why: str
    troubles: tuple[Trouble, ...]

    @property
    def cadence(self) -> str:
        """New reports, as a person says it."""
        if not self.per_week:
            return "none"
        if self.per_week >= 7:
            return f"{self.per_week / 7:.0f} a day"
        return f"{self.per_week:.0f} a week" if self.per_week >= 1 else "under 1 a week"


def remember(
    history: Sequence[Spell], at: datetime, works: bool, why: str = ""
) -> tuple[Spell, ...]:
    """The history after one more visit; a visit told twice counts once."""
    last = history[-1] if history else None
    if last and last.works == works and last.why == why:
        if last.until_at >= at:
            return tuple(history)
        return (*history[:-1], replace(last, until_at=at, visits=last.visits + 1))
    return (*history, Spell(works, at, at, 1, why))[-SPELLS:]


def health(
    source: Source,
    memory: Memory,
    now: datetime,
    *,
    next_at: datetime | None,
    next_why: str,
    timezone: str,
) -> Health:
    """How the source is at this moment; `timezone` is what a source without one might be given."""
    articles = memory.articles
    copies = sum(bool(article.copy_of) for article in articles)
    seen = max((article.seen_at for article in articles), default=memory.last_report_at)
    last = memory.history[-1] if memory.history else None
    state: Literal["works", "fails"] = "works" if last and last.works else "fails"
    return Health(
        id=source.id,
        url=source.url,
        state="paused" if source.pause else state if last else "new",
        per_week=_per_week(memory, now),
        last_new_at=seen,
        copies=round(100 * copies / len(articles)) if articles else 0,
        history=tuple(spell.words for spell in reversed(memory.history)),
        next_at=next_at,
        next_why=next_why,
        troubles=() if source.pause else tuple(_troubles(source, memory, timezone)),
    )


def _troubles(source: Source, memory: Memory, timezone: str) -> list[Trouble]:
    found = (
        _dead(memory),
        _moved(source, memory),
        _empty(memory),
        _silent(memory),
        _misdated(source, memory, timezone) or _late(memory),
    )
    return [trouble for trouble in found if trouble]


def _heard_at(memory: Memory) -> datetime | None:
    """The last visit that brought an answer: since then the silence may be ours."""
    return next((spell.until_at for spell in reversed(memory.history) if spell.works), None)


def _dead(memory: Memory) -> Trouble | None:
    last = memory.history[-1] if memory.history else None
    if last is None or last.works:
        return None
    if not memory.gone and (
        last.visits < DEAD_VISITS or last.until_at - last.since_at < DEAD_AFTER
    ):
        return None
    return Trouble("dead", f"fails since {last.words}", "pause", "true")


def _moved(source: Source, memory: Memory) -> Trouble | None:
    if memory.moved_to in ("", source.url):
        return None
    detail = f"moved for good to {memory.moved_to}"
    return Trouble("moved", detail, source.kinds[0], memory.moved_to)


def _empty(memory: Memory) -> Trouble | None:
    """It answers, and for a week there was nothing in it."""
    if memory.listed != 0 or not memory.history or not memory.history[-1].works:
        return None
    since = memory.history[-1].since_at
    if memory.history[-1].until_at - since < DEAD_AFTER:
        return None
    return Trouble("empty", f"works since {since:%Y-%m-%d}, and lists nothing", "pause", "true")


def _silent(memory: Memory) -> Trouble | None:
    """Nothing new for much longer than it ever was still."""
    moments = sorted(article.moment for article in memory.articles)
    last = moments[-1] if moments else memory.last_report_at
    heard_at = _heard_at(memory)
    if last is None or heard_at is None or memory.listed == 0:
        return None
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    usual = _middle(gaps) if len(gaps) >= ENOUGH else timedelta(0)
    if heard_at - last < max(SILENT_LEAST, SILENT_FOR * usual):
        return None
    return Trouble("silent", f"nothing new since {last:%Y-%m-%d}", "pause", "true")


def _late(memory: Memory) -> Trouble | None:
    delays = _delays(memory)
    if len(delays) < ENOUGH or _middle(delays) < LATE:
        return None
    detail = f"lists its reports {_hours(_middle(delays))} after they were published, as a rule"
    return Trouble("late", f"{detail}; its news sitemap or another feed may be faster")


def _misdated(source: Source, memory: Memory, timezone: str) -> Trouble | None:
    """Reports without a date that can be believed, or all of them early by the same hours."""
    key, value = ("", "") if source.timezone else ("timezone", timezone)
    undated = sum(article.published_at is None for article in memory.articles)
    if len(memory.articles) >= ENOUGH and 2 * undated >= len(memory.articles):
        detail = f"{undated} of {len(memory.articles)} reports have no date, or one in the future"
        return Trouble("misdated", detail, key, value)
    delays = sorted(_delays(memory))
    if len(delays) < ENOUGH or delays[0] < timedelta(minutes=55):
        return None
    if delays[len(delays) * 4 // 5] - delays[0] > timedelta(hours=1):
        return None
    detail = f"every report is dated {_hours(delays[0])} before it is listed: a wrong time zone?"
    return Trouble("misdated", detail, key, value)


def _delays(memory: Memory) -> list[timedelta]:
    """From publication to our first sight, but for what was there on the first visit."""
    seen = sorted({article.seen_at for article in memory.articles})
    return [
        article.seen_at - article.published_at
        for article in memory.articles
        if article.published_at and article.seen_at > seen[0]
    ]


def _per_week(memory: Memory, now: datetime) -> float:
    since = now - LOOK_BACK
    recent = [article.moment for article in memory.articles if article.moment >= since]
    if not recent:
        return 0.0
    # A feed holds reports of days before our first visit: they count, and so do their days.
    span = max((_heard_at(memory) or now) - min(recent), timedelta(days=1))
    return len(recent) * (timedelta(days=7) / span)


def _middle(spans: Sequence[timedelta]) -> timedelta:
    """The median; of an even count the upper one."""
    return sorted(spans)[len(spans) // 2]


def _hours(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"{hours} hours" if hours > 1 else "an hour"
