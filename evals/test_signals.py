"""Do we still tell what a page says of itself as well as we did? Floors for known sets, and a small
invented one that always runs.

Set BROADSHEET_EVAL=whole to read every page of the sets instead of each third one.
"""

from __future__ import annotations

import json
import os

import pytest
from benchmarks.pages import read

from evals import sets

EVERY = 1 if os.environ.get("BROADSHEET_EVAL") == "whole" else 3
# % right, two or three points below what `python -m benchmarks.pages` gave on 2026-11-24 (a third
# of a set is a smaller one).
FLOORS = {
    "fundtest_dev": {
        "title": 82,
        "title, near": 90,
        "date": 96,
        "minute": 98,
        "modified": 95,
        "authors, F1": 87,
        "image": 85,
        "canonical": 96,
        "amp": 98,
        "site": 49,
        "site, near": 81,
        "tags, F1": 68,
    },
    "wcxb_dev": {"title": 84, "date": 87, "authors, F1": 77},
    "hdate_dev": {"date": 88},
    "moz": {"title": 68, "byline": 84, "site": 89, "excerpt": 82, "language": 98},
}
MOST_CLAIMED = 34
"""% of the pages of wcxb_dev without a true date on which one may be claimed."""

_ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Tides rise",
    "datePublished": "2026-01-08T09:27:00+01:00",
    "author": {"@type": "Person", "name": "Jo Low"},
}
SPOKEN = {
    "structured data": f"<script type=application/ld+json>{json.dumps(_ARTICLE)}</script>",
    "metas": "<meta property=og:title content='Tides rise'><meta name=author content='Jo Low'>"
    "<meta property=article:published_time content=2026-01-08T08:27:00Z>",
    "visible text": "<h1>Tides rise</h1><p>By Jo Low</p><p>8 January 2026, 08:27 UTC</p>",
    "microdata": "<article itemscope><h1 itemprop=headline>Tides rise</h1><b itemprop=author>Jo Low</b>"
    "<meta itemprop=datePublished content=2026-01-08T08:27:00Z></article>",
}


@pytest.mark.parametrize("spoken", SPOKEN)
def test_an_invented_page_is_told_by_whatever_speaks(spoken: str) -> None:
    told = read(f"<title>Tides rise | The Quay</title>{SPOKEN[spoken]}".encode(), None)
    assert (told["title"], told["authors"]) == ("Tides rise", ["Jo Low"])
    assert told["published"].timestamp() == 1_767_860_820


@pytest.mark.skipif(not sets.KIT.is_dir(), reason=f"the page sets are absent: {sets.KIT}")
@pytest.mark.parametrize("name", FLOORS)
def test_a_known_set_is_told_as_well_as_before(name: str) -> None:
    corpora, score = sets.kit()
    pages = list(corpora.load(name, every=EVERY))
    answers = {one.id: read(one.html, one.url) for one in pages}
    found = score.metadata({one.id: one.gold for one in pages}, answers)
    low = {
        key: found[key].value
        for key, floor in FLOORS[name].items()
        if 100 * found[key].value < floor
    }
    assert low == {}
    claimed = found.get("date, none in truth")
    assert claimed is None or 100 * claimed.value <= MOST_CLAIMED
