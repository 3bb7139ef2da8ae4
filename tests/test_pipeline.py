"""Days in the life of a desk: from feed to site, through every step, and again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from broadsheet import urls
from broadsheet.app.runs import finish
from broadsheet.assemble import open_desk
from broadsheet.config import Gate, Hold
from broadsheet.errors import FetchError, Forbidden, Overdue, Unreadable
from broadsheet.fetch.replay import Replay
from broadsheet.model import Outcome, Reading, Record, Source, Story
from broadsheet.pipeline.desk import NONE, Desk
from broadsheet.pipeline.memory import Memory
from broadsheet.pipeline.publish import publish
from broadsheet.pipeline.refill import refill
from broadsheet.pipeline.steps import STEPS
from broadsheet.pipeline.story import heat_of
from broadsheet.publish.markdown import Trees, edition
from broadsheet.record import parse
from broadsheet.run.local import work
from broadsheet.seams import Parsed, Parsers
from broadsheet.store.memory import MemoryStore
from broadsheet.testing import (
    BREAD,
    COPY,
    DAM,
    DAM2,
    GONE,
    MORE,
    NEWS,
    NOON,
    WORLD,
    clock,
    desk_on,
    feed,
    hours,
    page,
    portal,
)

Web = Mapping[str, bytes | FetchError]


def run(desk: Desk) -> list[Outcome]:
    outcomes = list(work(desk, (NEWS, MORE)))
    outcomes += finish(desk, outcomes)
    desk.trees.save_index()
    return outcomes


def front(desk: Desk) -> list[tuple[str, int]]:
    today = edition(desk.portal, Trees(desk.trees.folder), heat_of(desk.plugins))
    return [(story.title, story.heat.value) for story in today.stories]


def again(desk: Desk, web: Web) -> tuple[Desk, Replay]:
    """The same desk an hour later, on what the web says now, and the log of its door."""
    door = Replay(web, clock())
    trees = Trees(desk.trees.folder, quick=True, note=True)
    at = desk.at + hours(0.5)
    memory = Memory(desk.store, at)
    return replace(desk, door=door, at=at, trees=trees, memory=memory), door


def record_of(desk: Desk, url: str) -> Record:
    return next(record for record in desk.trees.public().values() if record.source_url == url)


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    found = [p for p in folder.rglob("*") if p.is_file() and "state" not in p.parts]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def test_a_day(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)

    outcomes = run(desk)

    copied = [(o.step, o.status) for o in outcomes if o.subject == COPY]
    assert copied == [("extract", "ok"), ("dedup", "duplicate"), ("topics", "ok"), ("link", "ok")]
    assert [title for title, _ in front(desk)] == ["Dam opens", "Bakers strike"]
    assert (tmp_path / "site" / "index.html").exists()


def test_a_record_says_what_the_desk_found(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)

    first, copy = record_of(desk, DAM), record_of(desk, COPY)

    names = sorted(path.name for path in (tmp_path / "records").rglob("*.md"))
    assert "2026-01-09-dam-opens.md" in names
    assert (first.topics, first.provider.domain) == (("Dams",), "y.example")
    assert first.quality == sum(part.points for part in first.desk.parts[0].parts) > 0
    assert [other.source_url for other in first.related] == [DAM2]
    assert (copy.heat, copy.desk.copy_of, copy.desk.story) == (
        -1,
        first.desk.story,
        first.desk.story,
    )


def test_a_second_look_asks_no_page_and_changes_no_file(tmp_path: Path) -> None:
    web = {url: answer for url, answer in WORLD.items() if url not in (GONE, NEWS.url)}
    web[NEWS.url] = feed({DAM: "Dam opens", COPY: "Dam opens, says wire"})
    desk = desk_on(tmp_path, web)
    run(desk)
    before = files_of(tmp_path)

    desk, door = again(desk, web)
    outcomes = run(desk)

    assert sorted(door.asked) == sorted([NEWS.url, MORE.url])
    assert files_of(tmp_path) == before
    assert {outcome.status for outcome in outcomes} == {"unchanged"}
    assert not [outcome for outcome in outcomes if outcome.step == "extract"]


def test_a_longer_feed_asks_only_for_what_is_new(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    late = "https://late.example/dam"
    longer = feed({DAM: "Dam opens", COPY: "Dam opens, says wire", late: "Dam opens late"})

    desk, door = again(desk, {**WORLD, NEWS.url: longer, late: page("The dam, at last.")})
    run(desk)

    policy = "https://late.example/.well-known/tdmrep.json"
    assert sorted(door.asked) == sorted([NEWS.url, MORE.url, late, policy])


def test_what_a_host_reserves_in_its_file_is_told_by_title_and_link_alone(tmp_path: Path) -> None:
    policy = "https://y.example/.well-known/tdmrep.json"
    web = {**WORLD, policy: b'[{"location": "/rep*", "tdm-reservation": 1}]'}

    desk = desk_on(tmp_path, web)
    outcomes = run(desk)

    record = record_of(desk, DAM)
    assert (record.excerpt, record.images) == ("", ())
    (told,) = [o.detail for o in outcomes if o.step == "extract" and o.subject == DAM]
    assert told == f"tdm-reservation in {policy}"
    text = "".join(path.read_text() for path in tmp_path.rglob("*.md"))
    assert "Ada Holm" not in text


def test_a_host_is_asked_once_a_day_what_it_reserves(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    first = "https://y.example/.well-known/tdmrep.json"
    asked = []
    for late in range(2):
        url = f"https://y.example/late-{late}"
        longer = feed({DAM: "Dam opens", COPY: "Dam opens, says wire", url: "Dam opens late"})
        desk, door = again(desk, {**WORLD, NEWS.url: longer, url: page("The dam, at last.")})
        desk = replace(desk, at=desk.at + hours(25 * late))
        run(desk)
        asked.append(first in door.asked)
    assert asked == [False, True]


def test_a_page_that_fails_is_asked_less_and_less_and_then_no_more(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    asked = []
    for hour in range(80):
        door = Replay(WORLD, clock())
        desk = replace(desk, door=door, at=desk.at + hours(1))
        outcomes = list(work(desk, ()))
        if door.asked:
            asked.append(hour)
    assert 5 < len(asked) < 12
    assert asked[-1] < 48
    assert "given up" in desk.store.outcomes(GONE)[0].detail
    assert not outcomes


@dataclass
class Hurried:
    """Parsers of a busy machine: these addresses are not done in time."""

    parsers: Parsers
    late: set[str]

    def parse(self, readings: Sequence[Reading], /) -> list[Parsed | Unreadable]:
        parsed = self.parsers.parse(readings)
        return [
            Overdue(reading.fetched.url, "too late") if reading.fetched.url in self.late else made
            for reading, made in zip(readings, parsed, strict=True)
        ]

    def close(self) -> None:
        self.parsers.close()


@pytest.mark.parametrize("late", [NEWS.url, DAM])
def test_what_no_parser_was_done_with_in_time_is_read_by_a_later_run(
    tmp_path: Path, late: str
) -> None:
    desk = desk_on(tmp_path)
    outcomes = run(replace(desk, parsers=Hurried(desk.parsers, {late})))
    assert [o.status for o in outcomes if o.subject == late and o.status != "ok"] == ["retry"]
    missed = [record.source_url for record in desk.trees.public().values()]

    at = desk.at + hours(2)
    run(replace(desk, at=at, memory=Memory(desk.store, at)))

    assert DAM not in missed
    assert record_of(desk, DAM).title == "Dam opens"


def test_a_page_that_hangs_its_parser_is_given_up(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    desk = replace(desk, parsers=Hurried(desk.parsers, {DAM}))
    run(desk)
    for hour in range(10):
        list(work(replace(desk, at=desk.at + hours(hour)), ()))

    (outcome,) = desk.store.outcomes(DAM)
    assert (outcome.status, outcome.detail) == ("rejected", f"{DAM}: too late; given up")
    assert DAM not in [item.url for item in desk.store.waiting_items()]


def test_a_changed_headline_keeps_the_file_and_the_story(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    names = sorted(path.name for path in (tmp_path / "records").rglob("*.md"))

    new = feed({DAM: "Mayor opens dam, corrected", COPY: "Dam opens, says wire"})
    desk, _ = again(desk, {**WORLD, NEWS.url: new})
    run(desk)

    assert record_of(desk, DAM).title == "Mayor opens dam, corrected"
    assert record_of(desk, DAM).desk.story == record_of(desk, DAM2).desk.story
    assert sorted(path.name for path in (tmp_path / "records").rglob("*.md")) == names


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_a_run_killed_in_any_step_is_healed_by_the_next(tmp_path: Path, step: str) -> None:
    whole = desk_on(tmp_path / "whole")
    run(whole)
    desk = desk_on(tmp_path / "killed")
    for outcome in work(desk, (NEWS, MORE)):
        if outcome.step == step:
            break  # no step after this record's

    desk, _ = again(desk, WORLD)
    run(replace(desk, at=NOON))

    assert desk.trees.public() == whole.trees.public()


class Killed(MemoryStore):
    """A store whose process dies at its second story."""

    stories_left = 1

    def save_story(self, story: Story, /) -> None:
        if not self.stories_left:
            raise KeyboardInterrupt
        self.stories_left -= 1
        super().save_story(story)


def test_a_store_that_was_filled_in_part_is_filled_to_the_end(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    whole, torn = MemoryStore(), Killed()
    refill(replace(desk, store=whole))

    with pytest.raises(KeyboardInterrupt):
        refill(replace(desk, store=torn))
    torn.stories_left = 9
    refill(replace(desk, store=torn))

    assert torn.stories_since(NOON - hours(24)) == whole.stories_since(NOON - hours(24))
    assert len(whole.stories_since(NOON - hours(24))) == 2


def test_a_page_that_may_not_be_asked_for_is_told_from_its_entry(tmp_path: Path) -> None:
    web = {**WORLD, BREAD: Forbidden(BREAD, "robots.txt says no")}
    desk = desk_on(tmp_path, web)

    outcomes = {(o.step, o.subject): o for o in run(desk)}

    assert outcomes["extract", BREAD].status == "ok"
    assert "robots.txt says no" in outcomes["extract", BREAD].detail
    assert record_of(desk, BREAD).title == "Bakers strike"


def test_a_record_that_changes_its_state_moves_and_keeps_its_name(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    (shown,) = (tmp_path / "records").rglob("*bakers-strike.md")

    record = replace(record_of(desk, BREAD), published=False)
    desk.trees.file("held/review", record)

    held = tmp_path / "held" / "review" / "2026-01" / shown.name
    assert not shown.exists()
    assert parse(held.read_bytes(), "held") == record
    assert (tmp_path / "held").stat().st_mode & 0o777 == 0o700
    assert Trees(tmp_path).public() == desk.trees.public()


def test_two_reports_of_one_day_and_title_have_two_files(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)

    for url in ("https://a.example/1", "https://a.example/2"):
        desk.trees.file("records/news", Record(source_url=url, title="Quake", published_at=NOON))

    first, second = sorted(path.name for path in (tmp_path / "records").rglob("*.md"))
    assert (first[:17], second) == ("2026-01-09-quake-", "2026-01-09-quake.md")


def test_what_is_held_leaves_no_trace_in_public_numbers(tmp_path: Path) -> None:
    web = {
        **WORLD,
        DAM2: page("Engineers accused the council of Lunde of filling the lake by night."),
    }
    desk = desk_on(tmp_path, web)
    rules = replace(desk.portal, gate=Gate(hold=Hold(words=("accused",))))

    run(replace(desk, portal=rules))

    assert record_of(desk, DAM).heat < 30  # one publisher: the copy is none, the held one no trace
    assert record_of(desk, DAM).related == ()
    assert DAM2 not in [record.source_url for record in desk.trees.public().values()]
    assert len(list((tmp_path / "held" / "review").rglob("*.md"))) == 1


def test_a_broken_record_is_not_overwritten_by_a_new_one_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "records" / "news" / "2026-01" / "2026-01-09-bakers-strike.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mended tomorrow")

    run(desk_on(tmp_path))

    assert path.read_bytes() == b"mended tomorrow"
    assert len(list(path.parent.glob("*bakers-strike*"))) == 2


def test_a_record_broken_by_hand_is_named_left_alone_and_the_rest_is_built(
    tmp_path: Path,
) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    (path,) = (tmp_path / "records" / "news").rglob("*bakers-strike.md")
    path.write_bytes(re.sub(rb"\nheat: [0-9]+", b"\nheat: hot", path.read_bytes()))
    broken = path.read_bytes()

    outcomes = list(publish(desk.portal, desk.plugins, Trees(tmp_path)))

    told = [o.detail for o in outcomes if o.status == "quarantined"]
    assert len(told) == 1
    assert re.search(r"bakers-strike.md:\d+:7: heat: expected a whole number, got 'hot'", told[0])
    assert path.read_bytes() == broken
    assert [title for title, _ in front(desk)] == ["Dam opens"]


def test_the_site_is_made_again_from_the_records_alone(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    site = {path: path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file()}
    for path in site:
        path.unlink()

    list(publish(desk.portal, desk.plugins, Trees(tmp_path)))

    assert {path: path.read_bytes() for path in site} == site != {}


def test_a_report_at_a_new_address_of_its_publisher_keeps_its_record(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    names = sorted(path.name for path in (tmp_path / "records").rglob("*.md"))
    moved = "https://y.example/news/report-2"
    longer = feed({DAM: "Dam opens", COPY: "Dam opens, says wire", moved: "Dam opens"})

    desk, _ = again(desk, {**WORLD, NEWS.url: longer, moved: WORLD[DAM]})
    outcomes = {(o.step, o.subject): o for o in run(desk)}

    assert "at a new address" in outcomes["dedup", moved].detail
    assert sorted(path.name for path in (tmp_path / "records").rglob("*.md")) == names
    assert record_of(desk, DAM).source_url == DAM


def test_another_spelling_of_an_address_is_the_same_report(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    spelt = DAM.replace("https://", "http://www.") + "/"
    longer = feed({DAM: "Dam opens", COPY: "Dam opens, says wire", spelt: "Dam opens to boats"})

    desk, _ = again(desk, {**WORLD, NEWS.url: longer, spelt: WORLD[DAM]})
    run(desk)

    assert record_of(desk, DAM).title == "Dam opens to boats"
    assert [h.title for h in record_of(desk, DAM).desk.titles] == ["Dam opens"]


def test_an_index_of_sitemaps_is_followed_to_its_newest_members(tmp_path: Path) -> None:
    def index(*dates: str) -> bytes:
        each = (
            f"<sitemap><loc>https://s.example/{n}.xml</loc><lastmod>{date}</lastmod></sitemap>"
            for n, date in enumerate(dates)
        )
        return f"<sitemapindex>{''.join(each)}</sitemapindex>".encode()

    def pages(*names: str) -> bytes:
        each = (f"<url><loc>https://s.example/{name}</loc></url>" for name in names)
        return f"<urlset>{''.join(each)}</urlset>".encode()

    def listed(web: Web, desk: Desk | None) -> tuple[list[str], list[str], Desk]:
        if desk is None:
            time, door = clock(), Replay(web, clock())
            desk = open_desk(portal(source), tmp_path, door, time, "memory:")
        else:
            desk, door = again(desk, web)
        outcomes = list(work(desk, (source,)))
        read = [o.subject for o in outcomes if o.step == "extract"]
        return sorted(read), [url for url in door.asked if url.endswith(".xml")], desk

    source = Source("s", sitemap="https://s.example/index.xml")
    days = [f"2026-01-0{day}" for day in range(1, 8)]
    web: dict[str, bytes | FetchError] = {
        "https://s.example/index.xml": index(*days),
        "https://s.example/6.xml": pages("a", "b"),
        "https://s.example/5.xml": FetchError("https://s.example/5.xml", "down"),
        "https://s.example/4.xml": b"<html>not one</html>",
        "https://s.example/3.xml": index("2026-01-01"),
        "https://s.example/2.xml": pages("c"),
        "https://s.example/1.xml": pages("too old"),
    }
    read, asked, desk = listed(web, None)
    assert read == [f"https://s.example/{name}" for name in "abc"]
    assert asked == [f"https://s.example/{n}.xml" for n in ("index", 6, 5, 4, 3, 2)]
    web["https://s.example/6.xml"] = pages("a", "b", "new")  # and the index stands still
    read, asked, _ = listed(web, desk)
    assert "https://s.example/new" in read
    assert asked[0] == "https://s.example/index.xml"


def test_a_merged_story_leaves_a_redirect_and_its_reports_move(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)
    dams = desk.store.story_of(record_of(desk, DAM).desk.story)
    bread = desk.store.story_of(urls.record_id(BREAD))
    assert dams and bread
    desk.trees.file_story(bread)  # as if it had been public with two reports
    desk.store.save_fact(f"story:{bread.id}", bread.id)

    desk.memory.linker.must(dams.report_ids[0], bread.report_ids[0])
    kept, gone = (desk.memory.linker.stories[id] for id in (dams.id, bread.id))
    for story in (gone, kept):
        desk.store.save_story(story)
    for story in (gone, kept):
        (scored,) = STEPS[6].run(desk, story, NONE).records
        STEPS[7].run(desk, scored, NONE)

    today = edition(desk.portal, Trees(tmp_path), heat_of(desk.plugins))
    assert today.merged == {bread.id: dams.id}
    assert record_of(desk, BREAD).desk.story == dams.id
    assert {len(story.reports) for story in today.stories} == {len(kept.reports)}


def test_the_next_run_links_as_if_the_desk_had_never_stopped(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    run(desk)

    after = Memory(desk.store, desk.at)

    assert desk.store.fact("linker")
    assert after.linker.state() == desk.memory.linker.state()
    desk.store.save_fact("linker", "bm90IGEgc3RhdGU=")
    assert Memory(desk.store, desk.at).linker.stories == after.linker.stories
