"""What every test of the judges shares: a report of an invented publisher, made in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from broadsheet.judge.dedup import sketch
from broadsheet.model import Article, Part, Score

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def report() -> Callable[..., Article]:
    """A maker of reports; `hours` after noon it was seen and published, other fields by name."""
    made = 0

    def make(
        title: str = "",
        text: str = "",
        *,
        site: str = "a.example",
        hours: float = 0,
        points: int = 0,
        **other: Any,
    ) -> Article:
        nonlocal made
        made += 1
        at = NOON + timedelta(hours=hours)
        fields: dict[str, Any] = {
            "id": f"id{made:03}",
            "url": f"https://{site}/{made}",
            "source_id": "news",
            "domain": site,
            "language": "en",
            "seen_at": at,
            "published_at": at,
            "sketch": sketch(text),
            "quality": Score("quality", points, (Part("given", points),)),
        }
        return Article(title=title, text=text, **(fields | other))

    return make
