"""What did the web answer, the day it was recorded? Tests, demos and re-runs of a day."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadsheet.clock import Clock
from broadsheet.errors import FetchError
from broadsheet.model import Fetched, Request
from broadsheet.urls import host


@dataclass(frozen=True)
class Replay:
    """A Door over answers that we have; waits on its clock between two of one host."""

    answers: Mapping[str, bytes | FetchError]
    clock: Clock
    delay: timedelta = timedelta(0)
    asked: list[str] = field(default_factory=list)
    """The log of this door: every address, in order."""

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]:
        """Each answer as of the moment of the call; the waiting is done when they are told."""
        now = self.clock.now()
        answers = [self._answer(request, now) for request in requests]
        crowd = max(Counter(host(request.url) for request in requests).values(), default=1)
        self.clock.sleep((crowd - 1) * self.delay)
        return answers

    def _answer(self, request: Request, now: datetime) -> Fetched | FetchError:
        url, before = request.url, request.before
        self.asked.append(url)
        whole = self.answers.get(url)
        if whole is None:
            return FetchError(url, "not in the recording")
        if isinstance(whole, FetchError):
            return whole
        body = whole[: request.head] if request.head else whole
        sha256 = hashlib.sha256(body).hexdigest()
        known = before is not None and before.etag == sha256
        return Fetched(
            url=url,
            body=b"" if known else body,
            fetched_at=now,
            etag=sha256,
            source_id=before.source_id if before else "",
            status=304 if known else 200,
            final_url=url,
            sha256=sha256,
            changed=not known,
        )
