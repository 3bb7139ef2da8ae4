"""When is a source due?"""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.model import Source

USUALLY = timedelta(minutes=30)
SOONEST = timedelta(minutes=5)
LATEST = timedelta(hours=24)


def due(
    source: Source,
    asked_at: datetime | None,
    now: datetime,
    retry_at: datetime | None = None,
    pace: timedelta | None = None,
) -> bool:
    """Is it time to ask, see `next_visit`?"""
    visit = next_visit(source, asked_at, now, retry_at, pace)
    return visit is not None and visit <= now


def next_visit(
    source: Source,
    asked_at: datetime | None,
    now: datetime,
    retry_at: datetime | None = None,
    pace: timedelta | None = None,
) -> datetime | None:
    """When to ask it next; None while it is paused.

    At once where it was never asked; else `every` after the last time, or the source's own
    `pace` where the portal names none. Never before `retry_at`, which the host itself asked for.
    """
    if source.pause:
        return None
    if asked_at is None or asked_at > now:  # a clock that was set back must not stop a source
        visit = now
    else:
        visit = asked_at + (source.every or _clamped(pace or USUALLY))
    return max(visit, retry_at) if retry_at else visit


def own_pace(entries: int) -> timedelta:
    """The pace of a source that had so many new entries in the last week."""
    return _clamped(timedelta(days=7) / entries) if entries > 0 else LATEST


def _clamped(pace: timedelta) -> timedelta:
    return min(max(pace, SOONEST), LATEST)
