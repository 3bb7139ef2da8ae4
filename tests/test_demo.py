"""The demo's world, and what becomes of each trap in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from broadsheet.app import demo
from broadsheet.demo import world
from broadsheet.model import Outcome, Record
from broadsheet.publish.markdown import Trees

REPORTS = {p.id: world.reports_of(p.id) for p in world.PUBLISHERS}


@pytest.fixture(scope="module")
def folder(demo_folder: Path) -> Path:
    return demo_folder


@pytest.fixture(scope="module")
def outcomes(demo_outcomes: list[Outcome]) -> list[Outcome]:
    return demo_outcomes


@pytest.fixture(scope="module")
def trees(folder: Path, outcomes: list[Outcome]) -> Trees:
    return Trees(folder)


def address(publisher: str, slug: str) -> str:
    each = next(p for p in world.PUBLISHERS if p.id == publisher)
    return each.origin + each.path.format(slug=slug)


def the(trees: Trees, publisher: str, slug: str) -> Record:
    url = address(publisher, slug)
    return next(r for id in trees.ids() if (r := trees.record(id)) and r.source_url == url)


def tree(trees: Trees, publisher: str, slug: str) -> str | None:
    url = address(publisher, slug)
    return next(
        (
            trees.tree_of(id)
            for id in trees.ids()
            if (r := trees.record(id)) and r.source_url == url
        ),
        None,
    )


def told(outcomes: list[Outcome], subject: str, step: str) -> list[str]:
    return [o.status for o in outcomes if o.subject == subject and o.step == step]


def test_nothing_fails_but_what_is_foretold(outcomes: list[Outcome]) -> None:
    assert demo.foretold(outcomes)


def test_the_copied_agency_text_is_folded_in_one_story(trees: Trees) -> None:
    original = the(trees, "civic-wire", "northmoor-battery-opens")
    copies = [
        the(trees, "coastline", "harrow-staithe-battery-wire"),
        the(trees, "financial-harbour", "kestrel-battery-wire"),
        the(trees, "household-money", "battery-opens-wire"),
        the(trees, "northmoor-post", "battery-starts-wire"),
    ]

    assert {copy.heat for copy in copies} == {-1}
    assert {copy.desk.story for copy in copies} == {original.desk.story}
    assert original.desk.copy_of == ""
    assert len({copy.desk.copy_of for copy in copies}) == 1


def test_a_changed_headline_keeps_its_file_and_its_old_words(trees: Trees) -> None:
    record = the(trees, "northmoor-post", "from-coal-row")

    (written,) = [r for r in REPORTS["northmoor-post"] if r.id == "from-coal-row"]
    assert written.retitled
    assert record.title == written.retitled.title
    assert [headline.title for headline in record.desk.titles] == [written.title]


def test_a_correction_is_dated_and_keeps_the_record(trees: Trees) -> None:
    record = the(trees, "coastline", "lowgate-hospital-heat")

    assert record.updated_at is not None
    assert f"{record.updated_at:%Y-%m-%d %H:%M}" == "2026-01-09 09:00"


def test_a_date_in_the_future_is_not_believed(trees: Trees) -> None:
    record = the(trees, "meter-and-main", "vantor-what-it-costs-you")

    assert record.published_at is None
    assert tree(trees, "meter-and-main", "vantor-what-it-costs-you") == "held/below"


def test_a_cookie_wall_is_not_an_article(trees: Trees, outcomes: list[Outcome]) -> None:
    wall = address("household-money", "evening-tariff")

    assert set(told(outcomes, wall, "extract")) == {"quarantined"}
    assert tree(trees, "household-money", "evening-tariff") is None


def test_a_dead_feed_is_asked_again_and_one_that_refuses_us_is_no_failure(
    trees: Trees, outcomes: list[Outcome]
) -> None:
    dead, refuses = "https://turbinetimes.example/feed.xml", "https://barometer.example/feed.xml"

    assert set(told(outcomes, dead, "fetch")) == {"retry"}
    assert set(told(outcomes, refuses, "fetch")) == {"rejected"}
    assert trees.sources["turbine-times"].works is False
    assert "404" in trees.sources["turbine-times"].why


def test_what_is_reserved_is_listed_by_title_and_link_alone(trees: Trees) -> None:
    record = the(trees, "meter-and-main", "evening-payment-explained")

    assert (record.excerpt, record.images) == ("", ())
    assert "tdm" in record.desk.extract.lower()


def test_an_extract_obeys_its_publishers_limit(trees: Trees) -> None:
    record = the(trees, "lab-notes", "six-tides-a-day")

    assert 0 < len(record.excerpt) <= 80
    assert "max-snippet:80" in record.desk.extract


def test_a_report_that_accuses_waits_for_an_editor(trees: Trees, folder: Path) -> None:
    assert tree(trees, "northmoor-post", "mossgill-stone-dispute") == "held/review"
    for path in (folder / "site").rglob("*.*"):
        if path.is_file():
            assert b"mossgill-stone-dispute" not in path.read_bytes(), path


def test_a_report_with_no_partner_has_no_story_page(trees: Trees) -> None:
    record = the(trees, "lab-notes", "six-tides-a-day")

    assert record.related == ()
    assert record.desk.story not in trees.stories


def test_a_story_goes_on_on_its_second_day(trees: Trees) -> None:
    first = the(trees, "civic-wire", "regulator-evening-payment")
    later = [
        the(trees, "household-money", "league-wants-old-meters-in"),
        the(trees, "coastline", "guildhall-hearing-date"),
        the(trees, "volt-weekly", "quill-second-day"),
    ]

    assert first.desk.story in {record.desk.story for record in later}
    assert trees.stories[first.desk.story].last_at.day == 9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("offshore-desk", "skerry-two-bidders-leave"), ("coastline", "fleet-asks-for-road")),
        (
            ("civic-wire", "northmoor-battery-opens"),
            ("storage-today", "eastvale-transformers-fail"),
        ),
        (("civic-wire", "vantor-link-trips"), ("civic-wire", "brannvik-substation-fire")),
    ],
)
def test_two_events_of_one_place_or_kind_are_two_stories(
    trees: Trees, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert the(trees, *one).desk.story != the(trees, *other).desk.story


def test_off_topic_entries_have_an_outcome_and_no_record(outcomes: list[Outcome]) -> None:
    rejected = [o for o in outcomes if o.step == "topics" and o.status == "rejected"]

    assert len(rejected) >= 20


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[n : n + 4]) for n in range(len(words) - 3)}


def test_the_world_reads_as_news() -> None:
    reports = [r for of in REPORTS.values() for r in of if r.story and not r.copy]

    assert len(reports) >= 50
    assert sum(len(of) for of in REPORTS.values()) >= 140
    for report in reports:
        assert 100 <= len(report.text.split()) <= 500, report.id
    sets = [(report, shingles(report.text)) for report in reports]
    for (one, a), (other, b) in combinations(sets, 2):
        assert len(a & b) <= 0.3 * min(len(a), len(b)), (one.id, other.id)


def published(folder: Path) -> dict[str, bytes]:
    found = {}
    for part in ("site", "records", "held"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file():
                data = re.sub(rb'secured: "[^"]+"', b"secured", path.read_bytes())
                found[path.relative_to(folder).as_posix()] = data
    return found


def test_another_process_zone_hash_seed_and_worker_count_give_the_same_bytes(
    folder: Path, outcomes: list[Outcome], tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "a portal"
    other.parent.mkdir()
    environment = os.environ | {
        "TZ": "America/Adak",
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C",
        "LANG": "C",
    }
    command = [
        sys.executable,
        "-m",
        "broadsheet",
        "demo",
        "-C",
        str(other),
        "--no-serve",
        "--workers",
        "3",
        "--quiet",
    ]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    mine, theirs = published(folder), published(other)
    assert sorted(mine) == sorted(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []
