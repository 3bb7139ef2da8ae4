"""The profile `classic` makes the example again from what its publishers say (RECORD.md, 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from broadsheet import urls
from broadsheet.model import Record
from broadsheet.publish.markdown import Trees
from broadsheet.record import parse, write
from publishers import Facts, facts_of, run_on

TWIN = Path(__file__).parent / "data" / "classic-twin.md"
SEED = Path(__file__).parents[2] / "shared" / "seed-record.md"

PORTALS = {
    TWIN: """# carried: [tides, harbour-tides]
title: Merrow Tides
profile: classic
topics:
  tides: {name: Tides, keywords: [tidal, tide]}
  harbour-tides: {name: Harbour Tides, parent: tides, keywords: [sluice, harbour board, sea lock]}
sources:
{feeds}organisations:
  saltpost.example: {name: Salt Post}
""",
    SEED: """# carried: [ai, aws-ai]
title: AI on AWS
profile: classic
topics:
  ai: {name: AI, keywords: [artificial intelligence, ai]}
  aws-ai:
    name: AWS AI
    parent: ai
    keywords: [aws, amazon web services, rekognition, sagemaker]
sources:
{feeds}organisations:
  wired.com: {name: Wired}
""",
}


@pytest.fixture(params=[TWIN, SEED], ids=["twin", "seed"])
def example(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    return path


def reader() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def made(folder: Path, example: Path, world: list[Facts]) -> dict[str, Record]:
    """Every record of one run on this world, by address."""
    at = max(f.published for f in world) + timedelta(hours=2)
    run_on(folder, PORTALS[example], world, at, (reader(),))
    trees = Trees(folder)
    records = [trees.record(id) for id in trees.ids()]
    return {record.source_url: record for record in records if record}


def without_secured(data: bytes) -> bytes:
    return re.sub(rb'secured: "[^"]+"', b'secured: "*"', data)


def test_the_example_reads_and_writes_as_it_is(example: Path) -> None:
    assert write(parse(example.read_bytes(), example.name)) == example.read_bytes()


def test_a_run_writes_the_example_byte_for_byte_but_for_its_seal(
    example: Path, tmp_path: Path
) -> None:
    record = parse(example.read_bytes(), example.name)

    made(tmp_path, example, facts_of(record))

    trees = Trees(tmp_path)
    path = trees.path_of(urls.record_id(record.source_url))
    assert path is not None
    data = path.read_bytes()
    assert without_secured(data).decode() == without_secured(example.read_bytes()).decode()
    assert b'secured: "age1:' in data
    assert trees.tree_of(urls.record_id(record.source_url)) == "held/below"


def changed(before: Record, after: Record) -> set[str]:
    return {
        name
        for name in Record.__dataclass_fields__
        if getattr(before, name) != getattr(after, name)
    } - {"secured"}


Change = Callable[[Facts], Facts]


@pytest.mark.parametrize(
    ("which", "change", "keys"),
    [
        (0, lambda f: replace(f, amp=""), {"amp_url", "cdn_amp_url", "quality"}),
        (0, lambda f: replace(f, image=""), {"images", "quality"}),
        (0, lambda f: replace(f, width=f.width + 1), {"images"}),
        (0, lambda f: replace(f, updated=f.published + timedelta(hours=1)), {"updated_at"}),
        (0, lambda f: replace(f, summary=f.summary.removesuffix(".") + "!"), {"excerpt"}),
        (0, lambda f: replace(f, site="Another Name"), {"provider"}),
        (2, lambda f: replace(f, image=""), {"related"}),
        (1, lambda f: replace(f, published=f.published - timedelta(days=30)), {"related"}),
    ],
)
def test_one_fact_changes_the_keys_that_depend_on_it_and_no_other(
    tmp_path: Path, which: int, change: Change, keys: set[str]
) -> None:
    world = facts_of(parse(TWIN.read_bytes(), TWIN.name))
    other = [change(f) if n == which else f for n, f in enumerate(world)]

    before = made(tmp_path / "before", TWIN, world)[world[0].url]
    after = made(tmp_path / "after", TWIN, other)[world[0].url]

    # Without its better partner the report is no longer hidden by one: its heat shows.
    gone = {"heat", "published"} if which == 1 else set()
    assert changed(before, after) == keys | gone


def test_a_report_at_the_gate_is_public(tmp_path: Path) -> None:
    world = facts_of(parse(TWIN.read_bytes(), TWIN.name))

    records = made(tmp_path, TWIN, world)

    best = records[world[1].url]
    assert (best.quality, best.heat, best.published) == (89, 109, True)
    assert datetime(2024, 1, 1, tzinfo=UTC) < (best.published_at or datetime.max)
