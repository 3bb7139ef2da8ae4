"""How much of a feed do we read right? Floors; on ../shared/bench/feeds where it is here.

Figures of `python -m benchmarks.feeds`, 24 November 2026: fields 100 / 100 / 100 on every seed tried,
essentials 702 of 717, dates 46 and 42. Of the essentials 10 want SVG or MathML let through, which
SECURITY.md forbids, and 2 the address of a server that the case does not name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

KIT = Path(__file__).parents[2] / "shared" / "bench" / "feeds"
HERE = "benchmarks.feeds"
FIELDS = {"clean": 1.0, "encoding": 1.0, "dirty": 0.998}
ESSENTIALS = 702

needs_kit = pytest.mark.skipif(not (KIT / "run.py").exists(), reason=f"{KIT} is not here")


@pytest.fixture
def kit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module of the kit by its name; its folder is on the path for this test only."""
    monkeypatch.syspath_prepend(str(KIT))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(KIT) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@needs_kit
@pytest.mark.parametrize("seed", [101, 202])
def test_fields_of_generated_feeds(kit: Any, tmp_path: Path, seed: int) -> None:
    kit("gen_feeds").write(tmp_path, seed, 100)
    found = kit("fields").score(f"{HERE}:read_feed", str(tmp_path))
    assert not found["failures"]
    for category, floor in FIELDS.items():
        tallies = found["fields"][category].values()
        assert sum(t[0] for t in tallies) / sum(t[1] for t in tallies) >= floor, category


@needs_kit
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # feedparser's dictionary, of itself
def test_essentials_of_feedparsers_cases(kit: Any) -> None:
    pytest.importorskip("feedparser")
    cases = kit("conformance").score(f"{HERE}:read_as_feedparser")
    assert not [case for case in cases if case["raised"]]
    assert sum(case["held"] for case in cases if case["essential"]) >= ESSENTIALS


@needs_kit
def test_dates_and_scripts(kit: Any) -> None:
    vectors = kit("vectors")
    assert vectors.dates(f"{HERE}:parse_date")["wrong"] == []
    assert vectors.sanitizers(f"{HERE}:sanitize")["wrong"] == []
