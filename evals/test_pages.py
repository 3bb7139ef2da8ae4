"""Do we still read pages as well as we did? Floors for known sets, and a small invented one.

The sets stand beside the repository; where they are absent only the invented pages are read. Set
BROADSHEET_EVAL=whole to read every page of the sets instead of each third one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from benchmarks.pages import read

from evals import sets

EVERY = 1 if os.environ.get("BROADSHEET_EVAL") == "whole" else 3
# F1 and % of pages under .5, a little below what `python -m benchmarks.pages` gave on 2026-11-24.
FLOORS = {
    "aeb": (0.960, 3.5),
    "moz": (0.925, 7.0),
    "np4k": (0.960, 0.0),
    "fundtest_dev": (0.950, 5.0),
    "wcxb_dev": (0.955, 2.0),
    "wcxb_other": (0.680, 28.0),
}
SENTENCES = (
    "The harbour board of Varde said on Friday that the tide, the highest in ten years, did no harm.",
    "Ferries had waited outside since dawn, and sailed again before noon with all who were on board.",
    "Ines Koll, the mayor, asked for a second quay, which would cost the town 31 million crowns.",
    "Nobody was hurt, though two boats were torn from their ropes and found by the light house.",
    "The board will say in May whether the wall of the old harbour has to be raised by a metre.",
)
BODIES = {
    "plain": "".join(f"<p>{text}</p>" for text in SENTENCES),
    "breaks": "<div>" + "<br><br>".join(SENTENCES) + "</div>",
    "boxes": "".join(f"<div class=paragraph>{text}</div>" for text in SENTENCES),
    "parts": "".join(f"<section><p>{text}</p></section>" for text in SENTENCES),
}
FRAMES = {
    "article": "<main><article><h1>Tides rise</h1><p class=byline>By Jo Low</p>{}</article></main>",
    "bare": "<div><div><h1>Tides rise</h1><div>{}</div></div></div>",
    "named": "<div id=content><h1>Tides rise</h1><div class=entry-content>{}</div></div>",
}
AROUND = (
    "<nav><ul>"
    + "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(15))
    + "</ul></nav>{}<aside class=related><h3>Read also</h3><ul>"
    + "".join(f"<li><a href=/s{n}>Boats stay in at Skerry, part {n}</a></li>" for n in range(5))
    + "</ul></aside><footer><p>Copyright The Quay. All rights reserved. Terms and privacy.</p></footer>"
)


@pytest.mark.parametrize(("frame", "body"), list(product(FRAMES, BODIES)))
def test_an_invented_page_is_read_whole_and_clean(frame: str, body: str) -> None:
    html = AROUND.format(FRAMES[frame].format(BODIES[body]))
    text = read(f"<!doctype html><title>Tides rise</title>{html}".encode(), None)["text"]
    assert all(sentence in text for sentence in SENTENCES)
    assert not any(other in text for other in ("Section 3", "Skerry, part", "All rights", "Jo Low"))


@pytest.mark.skipif(not sets.KIT.is_dir(), reason=f"the page sets are absent: {sets.KIT}")
@pytest.mark.parametrize("name", FLOORS)
def test_a_known_set_is_read_as_well_as_before(name: str) -> None:
    corpora, score = sets.kit()
    pages = list(corpora.load(name, every=EVERY))
    golds: Mapping[str, Any] = {one.id: one.gold for one in pages}
    found = score.body(name, golds, {one.id: read(one.html, one.url)["text"] for one in pages})
    f1, low = FLOORS[name]
    assert found.f1 >= f1
    assert 100 * found.low <= low
