"""Do the demo's files still look as they did when somebody last read them?

Ten files of the demo stand in tests/data/snapshot, named by what they are. Where a change is
meant, make them again, read the difference, and commit both together:

    BROADSHEET_SNAPSHOT=write pytest tests/test_snapshot.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from broadsheet.demo import world
from broadsheet.publish.markdown import Trees

SNAPSHOT = Path(__file__).parent / "data" / "snapshot"
NAMES = (
    "front-page.html",
    "story-page.html",
    "topic-page.html",
    "record.md",
    "story-record.md",
    "day-record.md",
    "api-index.json",
    "api-story.json",
    "feed-all.atom",
    "sitemap.xml",
)


@pytest.fixture(scope="module")
def made(demo_folder: Path) -> dict[str, Path]:
    """Where the demo keeps each of them; the report is the agency's, and its story has copies."""
    agency = next(each for each in world.PUBLISHERS if each.id == "civic-wire")
    url = agency.origin + agency.path.format(slug="northmoor-battery-opens")
    trees = Trees(demo_folder)
    id = next(id for id, record in trees.public().items() if record.source_url == url)
    record = trees.path_of(id)
    assert record
    story = trees.story_named([id])
    site = demo_folder / "site"
    (story_page,) = (site / "s").glob(f"{story}*/index.html")
    (story_record,) = (demo_folder / "records" / "stories").glob(f"*/{story}.md")
    return {
        "front-page.html": site / "index.html",
        "story-page.html": story_page,
        "topic-page.html": site / "t" / "storage" / "index.html",
        "record.md": record,
        "story-record.md": story_record,
        "day-record.md": demo_folder / "records" / "days" / "2026-01-09.md",
        "api-index.json": site / "api" / "index.json",
        "api-story.json": site / "api" / "story" / f"{story}.json",
        "feed-all.atom": site / "feeds" / "all.atom",
        "sitemap.xml": site / "sitemap.xml",
    }


def lasting(data: bytes) -> bytes:
    """Without what is random: the sealed values."""
    return re.sub(rb'secured: "[^"]*"', b'secured: "(sealed)"', data)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_the_demo_is_as_reviewed(made: dict[str, Path], name: str) -> None:
    data = lasting(made[name].read_bytes())
    kept = SNAPSHOT / name
    if os.environ.get("BROADSHEET_SNAPSHOT") == "write":
        SNAPSHOT.mkdir(exist_ok=True)
        kept.write_bytes(data)

    assert data.decode() == kept.read_bytes().decode(), f"{made[name]}; see this file's docstring"
