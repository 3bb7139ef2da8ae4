"""What does an answer mean, and when may we ask again?"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch.transport import Answer
from broadsheet.model import Fetched, Request

LONGEST_WAIT = timedelta(hours=8)
"""What we believe of a Retry-After."""
TOMORROW = timedelta(days=1)
BUSY = (429, 503)
"""Who says so may say for how long, and means all of its pages (RFC 9110, 10.2.3; RFC 6585)."""
MOVED = (301, 302, 303, 307, 308)
FOR_GOOD = (301, 308)


def fetched(
    request: Request, answer: Answer, now: datetime, at: str, hops: tuple[tuple[int, str], ...]
) -> Fetched:
    """The answer that came from `at` over these hops, as everyone else may know it.

    Raises FetchError for one that is none.
    """
    before = request.before
    headers, status = answer.headers, answer.status
    if status == 304 and before:
        sha256, changed = before.sha256, False
    elif status in (200, 203) or (status == 206 and request.head):
        sha256 = hashlib.sha256(answer.body).hexdigest()
        changed = before is None or before.sha256 != sha256
    else:
        raise failure(request.url, answer, now)
    kept = before if status == 304 else None
    return Fetched(
        url=request.url,
        body=answer.body if changed else b"",
        fetched_at=now,
        etag=headers.get("etag", kept.etag if kept else ""),
        source_id=before.source_id if before else "",
        status=status,
        final_url=at,
        redirects=hops,
        headers=headers,
        last_modified=headers.get("last-modified", kept.last_modified if kept else ""),
        sha256=sha256,
        changed=changed,
    )


def failure(url: str, answer: Answer, now: datetime) -> FetchError:
    """What a status means for us, and when to ask again."""
    status = answer.status
    try:
        message = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        message = str(status)
    if status in (401, 403):
        return Forbidden(url, message, TOMORROW, status)
    if status in BUSY:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        if wait is not None:
            return FetchError(url, message, wait, status)
    if status in BUSY or status >= 500:
        return FetchError(url, message, status=status)
    return FetchError(url, message, TOMORROW, status)


def retry_after(told: str, now: datetime) -> timedelta | None:
    """Seconds or a date, as the host told, at most LONGEST_WAIT; None where nothing is told."""
    told = told.strip()
    if told.isdecimal() and told.isascii():
        return min(timedelta(seconds=int(told[:9])), LONGEST_WAIT)
    wait = until(told, now)
    return None if wait is None else min(wait, LONGEST_WAIT)


def until(date: str, now: datetime) -> timedelta | None:
    """From now to an HTTP-date (RFC 9110, 5.6.7), nothing for one that is over; None for no date."""
    try:
        moment = parsedate_to_datetime(date)
        return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta(0))
    except (ValueError, OverflowError):
        return None
