"""When is a source due? Its own rate, what its host told, and what went wrong lately decide.

What its visits taught us stands in one fact of the store for each source. Everything in it is
mended by the next visit that succeeds; nothing stops a source for good but a 410, and that only
until its address changes or someone says `--all`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from broadsheet.errors import FetchError, Forbidden, SourceError
from broadsheet.fetch.answer import FOR_GOOD, until
from broadsheet.model import Fetched, Source
from broadsheet.strict_yaml import span_text

USUALLY = timedelta(minutes=30)
"""Between two visits of a source whose rate we do not know yet."""
SOONEST = timedelta(minutes=5)
LATEST = timedelta(hours=24)
WEEK = timedelta(days=7)
FEWEST_ERRORS, MOST_ERRORS = 8, 23
"""The back-off is their fourth power in seconds: from 68 minutes to 3.2 days."""
SIGHTINGS = 10
"""In a row, after which a permanent redirect is believed."""
NO_TIME = timedelta(0)
CRON = timedelta(seconds=30)
"""How unpunctual a cron may be: "every 30m" must not become every hour by a second."""

_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_MAX_AGE = re.compile(r'(?i)(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})')
_NOT_FRESH = re.compile(r"(?i)(?:^|[\s,])no-(?:cache|store)(?:$|[\s,])")


@dataclass(frozen=True, slots=True)
class Visits:
    """What the visits of one source taught us."""

    address: str = ""
    """The portal's, when it was asked: at another one all begins anew."""
    asked_at: datetime | None = None
    errors: int = 0
    """In a row."""
    error: str = ""
    """The last one, in words."""
    retry_at: datetime | None = None
    """The host asked for it."""
    gone: bool = False
    entries: int | None = None
    """Dated in the week before `counted_at`; None where nobody counted."""
    counted_at: datetime | None = None
    ttl: timedelta = NO_TIME
    """The feed's own word."""
    fresh_for: timedelta = NO_TIME
    """The host's word: max-age or Expires."""
    moved_to: str = ""
    """Where a permanent redirect leads, and how often in a row it did."""
    sightings: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """When a source is visited next, None for never, and why then."""

    at: datetime | None
    why: str


def recalled(text: str, source: Source) -> Visits:
    """The visits of a source, as `kept` wrote them; none of another address."""
    visits = msgspec.json.decode(text, type=Visits) if text else Visits()
    return visits if visits.address == source.url else Visits(source.url)


def kept(visits: Visits) -> str:
    """As text, for the store."""
    return msgspec.json.encode(visits).decode()


def where(source: Source, visits: Visits) -> str:
    """The address to ask: the portal's, or the one to which it moved for good."""
    return visits.moved_to if visits.sightings >= SIGHTINGS else source.url


def answered(visits: Visits, answer: Fetched) -> Visits:
    """After an answer; `answer.url` is the address that was asked.

    One with news must be read before its errors are over: a page that says "not found" with a 200
    is an answer too.
    """
    told = _for_good(answer.redirects)
    if answer.url == visits.address:
        again = told and told == visits.moved_to
        sightings = min(visits.sightings + 1, SIGHTINGS) if again else int(bool(told))
    else:  # where it moved; if that moved on, the old address may know where
        told = "" if told else visits.moved_to
        sightings = SIGHTINGS if told else 0
    visits = replace(
        visits,
        asked_at=answer.fetched_at,
        retry_at=None,
        gone=False,
        fresh_for=freshness(answer.headers, answer.fetched_at),
        moved_to=told,
        sightings=sightings,
    )
    return visits if answer.changed else _well(visits)


def read(visits: Visits, moments: Collection[datetime], body: bytes, now: datetime) -> Visits:
    """After its entries, of these moments, were read from this body."""
    week = sum(now - WEEK < moment <= now for moment in moments)
    found = _TTL.search(body)
    ttl = min(timedelta(minutes=int(found[1])), LATEST) if found else NO_TIME
    entries = week if moments else None
    return _well(replace(visits, asked_at=now, entries=entries, counted_at=now, ttl=ttl))


def failed(visits: Visits, error: SourceError, now: datetime) -> Visits:
    """After an error. What robots.txt or a publisher forbids is none of the source's failures."""
    wait = error.retry_after if isinstance(error, FetchError) else NO_TIME
    return replace(
        visits,
        asked_at=now,
        errors=0 if isinstance(error, Forbidden) else visits.errors + 1,
        error=error.reason,
        retry_at=now + wait if wait else None,
        gone=isinstance(error, FetchError) and error.status == 410,
        moved_to="",
        sightings=0,
    )


def next_visit(source: Source, visits: Visits, now: datetime, timezone: str = "UTC") -> Next:
    """When to ask it next, and why. `timezone` is the portal's, for a source that has none."""
    if source.pause:
        return Next(None, "it is paused")
    if visits.gone:
        return Next(None, "410: its publisher says that it is gone; `run --all` asks again")
    if visits.asked_at is None or visits.asked_at > now:  # a clock set back must not stop it
        visit = Next(now, "it was never asked")
    else:
        visit = max(_reasons(source, visits, visits.asked_at), key=lambda each: each.at or now)
    if not source.quiet or visit.at is None:
        return visit
    at = _after_quiet(max(visit.at, now), source.quiet, ZoneInfo(source.timezone or timezone))
    return visit if at <= max(visit.at, now) else Next(at, f"its quiet hours are {source.quiet}")


def due(source: Source, visits: Visits, now: datetime, timezone: str = "UTC") -> bool:
    """Is it time to ask?"""
    grace = NO_TIME if visits.errors or visits.retry_at else CRON
    visit = next_visit(source, visits, now + grace, timezone)
    return visit.at is not None and visit.at <= now + grace


def pace(visits: Visits) -> timedelta:
    """The source's own: the week by its entries, of which some grew old since they were counted."""
    if visits.entries is None or visits.counted_at is None or visits.asked_at is None:
        return USUALLY
    since = min(max(visits.asked_at - visits.counted_at, NO_TIME), WEEK)
    entries = visits.entries * ((WEEK - since) / WEEK)
    return min(max(WEEK / entries, SOONEST), LATEST) if entries > 0 else LATEST


def back_off(errors: int) -> timedelta:
    """How long a source is left alone after so many errors in a row."""
    return timedelta(seconds=min(max(errors, FEWEST_ERRORS), MOST_ERRORS) ** 4)


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long an answer is fresh by its own word (RFC 9111, 5.2.2 and 5.3), 24 h at most."""
    control = headers.get("cache-control", "")
    if _NOT_FRESH.search(control):
        return NO_TIME
    if found := _MAX_AGE.search(control):
        return min(timedelta(seconds=int(found[1])), LATEST)
    return min(until(headers.get("expires", ""), now) or NO_TIME, LATEST)


def _well(visits: Visits) -> Visits:
    return replace(visits, errors=0, error="", retry_at=None, gone=False)


def _reasons(source: Source, visits: Visits, asked_at: datetime) -> list[Next]:
    """All that says when; the latest has its way."""
    own = pace(visits)
    reasons = [
        Next(asked_at + source.every, f"every {span_text(source.every)}")
        if source.every
        else Next(asked_at + max(own * (1 - _chance(visits) / 10), SOONEST), "its own rate"),
        Next(asked_at + visits.ttl, "its ttl"),
        Next(asked_at + visits.fresh_for, "its host says that it is fresh until then"),
    ]
    if visits.errors:
        wait = back_off(visits.errors) * (1 + _chance(visits) / 10)
        times = f"{visits.errors} times in a row" if visits.errors > 1 else "once"
        reasons.append(Next(asked_at + wait, f"it failed {times}: {visits.error}"))
    if visits.retry_at:
        reasons.append(Next(visits.retry_at, f"not before, after {visits.error}"))
    return reasons


def _chance(visits: Visits) -> float:
    """0 to 1, another for each visit and the same in every run: so sources drift apart."""
    seed = f"{visits.address} {visits.asked_at}".encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:4]) / 2**32


def _for_good(redirects: tuple[tuple[int, str], ...]) -> str:
    """Where the permanent redirects lead before the first that is for now; "" where none is."""
    told = ""
    for status, to in redirects:
        if status not in FOR_GOOD:
            break
        told = to
    return told


def _after_quiet(at: datetime, quiet: str, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    begin, end = (time.fromisoformat(part) for part in quiet.split("-"))
    moment, over_midnight = local.time(), begin > end
    inside = (begin <= moment, moment < end)
    if not (any(inside) if over_midnight else all(inside)):
        return at
    day = local.date() + timedelta(days=over_midnight and moment >= begin)
    return datetime.combine(day, end, zone).astimezone(UTC)
