"""What should a search engine visit? sitemap.xml by month: only pages that are worth one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import PurePosixPath

from broadsheet.model import Edition
from broadsheet.plugins import Plugins
from broadsheet.publish.feeds import is_wide, story_url
from broadsheet.publish.json_api import may_be_named, root

File = tuple[PurePosixPath, bytes]
Page = tuple[str, datetime | None]
"""Its address, and when it last changed."""

_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def sitemap(edition: Edition) -> Iterator[File]:
    """The index, and one map a month: stories by their first report, days by their date.

    Pages without a month of their own (front, topics, sources) are in that of the edition.
    """
    months: dict[str, list[Page]] = defaultdict(list)
    now = _month(edition.at or _UNDATED)
    months[now].extend(_standing(edition))
    for day in edition.days:
        url = f"{root(edition)}day/{day.day}/index.html"
        months[f"{day.day:%Y-%m}"].append((url, day.at))
    for story in sorted(edition.stories, key=lambda story: (story.first_at, story.id)):
        if is_wide(edition, story) or (story.note and may_be_named(story.id)):
            months[_month(story.first_at)].append((story_url(edition, story), story.last_at))
    maps: list[Page] = []
    for month in sorted(months):
        name = f"sitemap-{month}.xml"
        changed = max((at for _, at in months[month] if at), default=None)
        maps.append((f"{root(edition)}{name}", changed))
        yield PurePosixPath(name), _xml("urlset", "url", months[month])
    yield PurePosixPath("sitemap.xml"), _xml("sitemapindex", "sitemap", maps)


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.outputs["sitemap"] = sitemap


def _standing(edition: Edition) -> Iterator[Page]:
    """The front page, the topics, and a page for each publisher that we name."""
    url = root(edition)
    yield f"{url}index.html", edition.at
    for section in edition.sections:
        yield f"{url}t/{section.id}/index.html", None
    domains = {record.provider.domain for record in edition.records.values()}
    for domain in sorted(filter(_DOMAIN.fullmatch, domains)):
        yield f"{url}source/{domain}/index.html", None


def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


def _xml(root: str, element: str, pages: Sequence[Page]) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<{root} xmlns="{_SCHEMA}">']
    for url, at in pages:
        changed = f"<lastmod>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""
        lines.append(f" <{element}><loc>{escape(url)}</loc>{changed}</{element}>")
    return "\n".join([*lines, f"</{root}>", ""]).encode()
