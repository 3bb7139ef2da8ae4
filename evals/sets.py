"""Which pages with known texts are there, and what do we see of them? Read from ../shared/bench."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from broadsheet.errors import Unreadable
from broadsheet.intake import page
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.scripted import layout_of
from broadsheet.intake.tree import Layout
from broadsheet.model import Fetched

KIT = Path(__file__).parents[2] / "shared" / "bench" / "pages"
ARTICLES = ("aeb", "moz", "np4k", "fundtest_dev", "wcxb_dev")
OTHERS = "wcxb_other"
AT = datetime(2026, 11, 1, tzinfo=UTC)  # after all pages of the sets
NOWHERE = "https://nowhere.example/a/page"  # for a page whose address the set does not tell
HEADERS = {"content-type": "text/html; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Read:
    """A page of a set: its truth, and what the walk and its own statements give."""

    id: str
    gold: dict[str, Any]
    layout: Layout | None
    """None for a page that we refuse or that has no text."""
    evidence: Evidence


def kit() -> tuple[Any, Any]:
    """The kit's modules `corpora` and `score`. Raises FileNotFoundError where it is absent."""
    corpora, score = modules(KIT, "corpora", "score")
    return corpora, score


def modules(kit: Path, *names: str) -> list[Any]:
    """Modules of one kit. Every kit calls its own by the same names, so those of others are
    forgotten first. Raises FileNotFoundError where it is absent."""
    if not kit.is_dir():
        raise FileNotFoundError(f"{kit} is absent: the sets come beside the repository")
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if file.is_relative_to(kit.parent) and file.parent != kit:
            del sys.modules[name]
    sys.path.insert(0, str(kit))
    try:
        return [import_module(name) for name in names]
    finally:
        sys.path.remove(str(kit))


def asked(html: bytes, url: str | None) -> Fetched:
    """The answer as the desk would have it."""
    address = url or NOWHERE
    return Fetched(address, html, AT, final_url=address, headers=HEADERS)


def read(name: str, every: int = 1) -> Iterator[Read]:
    """The pages of one set, each as the reader of bodies sees it."""
    corpora, _ = kit()
    for one in corpora.load(name, every=every):
        fetched = asked(one.html, one.url)
        layout, evidence = None, Evidence()
        try:
            root, evidence = page.text_sources(fetched)
            layout = layout_of(root) if root else None
        except Unreadable:
            pass
        yield Read(one.id, dict(one.gold), layout if layout and layout.blocks else None, evidence)
