"""Files are the truth: what people did to them stays, and everything else is made again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet import config
from broadsheet.app import demo
from broadsheet.app.runs import connected, desk_at, finish, run
from broadsheet.assemble import open_door
from broadsheet.clock import SettableClock
from broadsheet.demo import world
from broadsheet.demo.server import serve
from broadsheet.fetch.replay import Replay
from broadsheet.pipeline.acts import leave
from broadsheet.publish.markdown import Trees
from broadsheet.record import parse, parse_story, write, write_story

LATER = "2026-01-09T17:30Z"  # between the demo's last run and the next full hour


def files_of(folder: Path, *parts: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in parts
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


def stats_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "state" not in path.relative_to(folder).parts
    }


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A portal of its own for each test."""
    copy = tmp_path / "portal"
    shutil.copytree(demo_folder, copy)
    with_index(copy)
    return copy


def with_index(folder: Path) -> None:
    """A copied tree has other inodes; one look makes them known, as a run before would."""
    trees = Trees(folder)
    trees.save_index()


def run_again(folder: Path, minutes: int = 20, at: int = 3) -> list[str]:
    """One more run on the demo's web, some minutes after its last; the addresses asked for."""
    moment = demo.RUNS[at] + timedelta(minutes=minutes)
    clock = SettableClock(moment)
    portal = config.load(folder / "portal.yaml")
    asked: list[str] = []

    def web(host: str, path: str, now: object) -> world.Answer:
        asked.append(f"https://{host}{path}")
        return world.answer(host, path, moment)

    with serve(lambda: moment, web) as origin:
        portal = connected(portal, origin, world.origins())
        run(portal, folder, clock, open_door(portal, clock), everything=True)
    return asked


def held_for_review(folder: Path) -> list[str]:
    trees = Trees(folder)
    return [id for id in trees.ids() if trees.tree_of(id) == "held/review"]


def merge(folder: Path, gone: str, kept: str) -> None:
    """What a person writes into a story's record to make it part of another."""
    (path,) = (folder / "records" / "stories").glob(f"*/{gone}.md")
    told = parse_story(path.read_bytes(), path.name)
    path.write_bytes(write_story(replace(told, reports=(), merged_into=kept)))


def command(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", *map(str, words)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_run_within_the_hour_touches_no_file(folder: Path) -> None:
    run_again(folder)  # the web was another server's before: its answers are the same
    before = stats_of(folder)

    asked = run_again(folder, minutes=30)

    assert len(asked) >= 12
    assert stats_of(folder) == before


def test_a_record_edited_by_hand_keeps_the_edit_and_the_log_says_so(folder: Path) -> None:
    trees = Trees(folder)
    id = next(iter(trees.public()))
    path = trees.path_of(id)
    assert path
    record = parse(path.read_bytes(), path.name)
    path.write_bytes(write(replace(record, title="A title by hand")))

    run_again(folder)

    after = Trees(folder)
    edited = after.record(id)
    assert edited and edited.title == "A title by hand"
    assert after.path_of(id) == path
    assert [(a.what, a.field, a.after) for a in after.acts if a.record == id] == [
        ("edit", "title", "A title by hand")
    ]
    assert b"A title by hand" in b"".join(files_of(folder, "site").values())


@pytest.mark.parametrize("profile", ["broadsheet", "classic"])
def test_a_rebuild_in_another_place_gives_every_byte_again(
    folder: Path, tmp_path: Path, profile: str
) -> None:
    if profile == "classic":
        text = (folder / "portal.yaml").read_text()
        (folder / "portal.yaml").write_text(text.replace("title: H", "profile: classic\ntitle: H"))
        run_again(folder)
    trees = Trees(folder)
    public = sorted(trees.public())
    for n, id in enumerate(public[:20]):
        path = trees.path_of(id)
        assert path
        record = parse(path.read_bytes(), path.name)
        edit: Callable[..., object] = replace
        changed = edit(record, excerpt=f"Written by hand, {n}.", body="A note.\n" * (n % 2))
        path.write_bytes(write(changed))  # type: ignore[arg-type]
    doubted = trees.path_of(public[25])
    assert doubted
    waits = folder / "held" / "review" / doubted.parent.name / doubted.name
    waits.parent.mkdir(parents=True, exist_ok=True)
    doubted.rename(waits)
    gone, kept = sorted(trees.stories)[:2]
    merge(folder, gone, kept)
    clock = SettableClock(demo.RUNS[3] + timedelta(minutes=40))
    portal = config.load(folder / "portal.yaml")
    with desk_at(portal, folder, clock, Replay({}, clock)) as desk:
        for id in public[-3:]:
            leave(desk, id, [id], "asked for by its publisher")
        finish(desk, [])
    held = held_for_review(folder)
    assert len(held) == 2
    for id in held:
        assert (
            command("review", "approve", id, "-C", folder, "--at", "2026-01-09T17:45Z").returncode
            == 0
        )
    before = files_of(folder, "site")
    other = tmp_path / "moved" / "there"
    shutil.copytree(folder, other)
    shutil.rmtree(other / "state")
    shutil.rmtree(other / "site")

    done = command("doctor", "-C", other, "--rebuild", TZ="Asia/Tokyo", PYTHONHASHSEED="3")

    assert done.returncode == 0, done.stdout + done.stderr
    after = files_of(other, "site")
    assert sorted(after) == sorted(before)
    assert [name for name in before if before[name] != after[name]] == []


def test_what_was_removed_is_gone_stays_gone_and_leaves_a_tombstone(folder: Path) -> None:
    trees = Trees(folder)
    id, record = next(iter(trees.public().items()))

    done = command(
        "remove",
        record.source_url,
        "--why",
        "asked for by its publisher",
        "-C",
        folder,
        "--at",
        "2026-01-09T17:30Z",
    )
    run_again(folder, minutes=50)

    assert done.returncode == 0, done.stderr
    assert id not in Trees(folder).ids()
    tomb = (folder / "records" / "removed" / f"{id}.md").read_text()
    assert "asked for by its publisher" in tomb
    assert record.title not in tomb and record.source_url not in tomb
    for name, data in files_of(folder, "site", "records").items():
        assert record.source_url.encode() not in data, name


def test_an_approved_report_is_public_and_joins_its_story(folder: Path) -> None:
    held = held_for_review(folder)
    stories = set(Trees(folder).stories)

    done = command(
        "review",
        "approve",
        held[0],
        "--why",
        "checked",
        "-C",
        folder,
        "--at",
        "2026-01-09T17:30Z",
        "--json",
    )

    assert json.loads(done.stdout)["tree"] == "records/news"
    assert held[0] in Trees(folder).public()
    assert stories <= set(Trees(folder).stories)


def test_a_record_broken_by_hand_is_named_and_left_and_the_rest_is_built(folder: Path) -> None:
    trees = Trees(folder)
    path = trees.path_of(next(iter(trees.public())))
    assert path
    path.write_bytes(path.read_bytes().replace(b"quality: ", b"quality: many", 1))
    broken = path.read_bytes()

    done = command("build", "-C", folder)

    assert done.returncode == 1
    assert path.name in done.stderr and "expected a whole number" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == broken


def test_a_topic_taken_out_of_the_file_keeps_its_records_and_an_archive(folder: Path) -> None:
    text = (folder / "portal.yaml").read_text()
    start, end = text.index("  wind:\n"), text.index("sources:")
    (folder / "portal.yaml").write_text(text[:start] + "\n" + text[end:])
    before = len(Trees(folder).public())

    assert command("build", "-C", folder).returncode == 0
    assert len(Trees(folder).public()) == before
    assert (folder / "site" / "t" / "offshore-wind" / "index.html").exists()


def test_two_runs_at_once_the_second_says_who_holds_the_lock(folder: Path) -> None:
    from broadsheet import files

    with files.lock(folder / "state" / "lock"):
        done = command("run", "-C", folder)

    assert done.returncode == 5
    assert str(os.getpid()) in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_database_of_a_newer_version_is_a_clear_error_and_the_site_stays(folder: Path) -> None:
    import apsw

    before = files_of(folder, "site")
    for name in ("desk.db-wal", "desk.db-shm"):
        (folder / "state" / name).unlink(missing_ok=True)
    connection = apsw.Connection(str(folder / "state" / "desk.db"))
    connection.pragma("user_version", 999)
    connection.close()

    done = command("run", "-C", folder, "--offline")

    assert done.returncode == 5
    assert "newer version" in done.stderr and "Traceback" not in done.stderr
    assert files_of(folder, "site") == before


def test_what_waits_for_an_editor_waits_though_its_rule_is_gone(folder: Path) -> None:
    (held,) = held_for_review(folder)
    text = (folder / "portal.yaml").read_text()
    (folder / "portal.yaml").write_text(text.replace("[accused, arrested]", "[quagga]"))

    assert command("doctor", "-C", folder, "--rebuild").returncode == 0
    run_again(folder, minutes=50)

    assert held_for_review(folder) == [held]


def test_no_headline_of_a_removed_report_stays_anywhere(folder: Path) -> None:
    trees = Trees(folder)
    story = max(trees.stories.values(), key=lambda story: len(story.reports))
    record = trees.record(story.id)
    assert record

    done = command("remove", story.id, "--why", "asked for", "-C", folder, "--at", LATER)

    assert done.returncode == 0, done.stderr
    words = record.title.encode()
    assert [n for n, data in files_of(folder, "site", "records").items() if words in data] == []


def test_a_file_of_a_removed_report_that_comes_back_is_named_and_not_shown(folder: Path) -> None:
    trees = Trees(folder)
    id, record = next(iter(trees.public().items()))
    path = trees.path_of(id)
    assert path
    data = path.read_bytes()
    command("remove", id, "--why", "asked for", "-C", folder, "--at", LATER)
    path.write_bytes(data)

    done = command("build", "-C", folder)

    assert done.returncode == 1
    assert "its tombstone stands" in done.stderr
    url = record.source_url.encode()
    assert [n for n, shown in files_of(folder, "site").items() if url in shown] == []


@pytest.mark.parametrize(("tree", "public"), [("held/rejected", False), ("records/news", True)])
def test_a_record_moved_by_hand_is_decided(folder: Path, tree: str, public: bool) -> None:
    trees = Trees(folder)
    (held,) = held_for_review(folder)
    id = held if public else next(iter(trees.public()))
    path, record = trees.path_of(id), trees.record(id)
    assert path and record
    there = folder / tree / path.parent.name / path.name
    there.parent.mkdir(parents=True, exist_ok=True)
    path.rename(there)

    assert command("run", "-C", folder, "--offline", "--at", LATER).returncode == 0

    url = record.source_url.encode()
    files = files_of(folder, "site", "records/news", "records/stories")
    assert any(url in data for data in files.values()) is public
    moved = Trees(folder).record(id)
    assert moved and moved.published is public


def test_a_record_deleted_by_hand_is_rejected_and_nothing_names_it(folder: Path) -> None:
    trees = Trees(folder)
    story = max(trees.stories.values(), key=lambda story: len(story.reports))
    id = story.reports[1].id
    path, record = trees.path_of(id), trees.record(id)
    assert path and record
    path.unlink()

    assert command("run", "-C", folder, "--offline", "--at", LATER).returncode == 0

    url = record.source_url.encode()
    assert [n for n, data in files_of(folder, "site", "records").items() if url in data] == []
    after = Trees(folder)
    assert after.tree_of(id) == "held/rejected"
    assert [(a.who, a.what, a.after) for a in after.acts if a.record == id] == [
        ("hand", "edit", "held/rejected")
    ]
    assert command("review", "approve", id, "-C", folder, "--at", LATER).returncode == 0
    assert id in Trees(folder).public()


def test_a_folder_that_lost_most_of_its_records_is_not_taken_for_a_decision(folder: Path) -> None:
    shutil.rmtree(folder / "records" / "news")
    site = files_of(folder, "site")

    done = command("run", "-C", folder, "--offline", "--at", LATER)

    assert done.returncode == 5
    assert "put them back" in done.stderr and "Traceback" not in done.stderr
    assert files_of(folder, "site") == site


def test_a_broken_record_gets_no_twin(folder: Path) -> None:
    trees = Trees(folder)
    story = max(trees.stories.values(), key=lambda story: len(story.reports))
    path = trees.path_of(story.id)
    assert path
    path.write_bytes(path.read_bytes().replace(b"category: news", b"category news", 1))
    names = sorted(p.name for p in (folder / "records" / "news").rglob("*.md"))

    command("remove", story.reports[-1].id, "--why", "asked for", "-C", folder, "--at", LATER)

    now = sorted(p.name for p in (folder / "records" / "news").rglob("*.md"))
    assert set(now) <= set(names)


def test_a_folder_given_before_the_verdict_is_the_one_that_is_meant(folder: Path) -> None:
    (held,) = held_for_review(folder)

    done = command("review", "-C", folder, "approve", held, "--at", LATER)

    assert done.returncode == 0, done.stderr
    assert held in Trees(folder).public()


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--at", "0001-01-01T00:00+05:00"),
        ("run", "--at", "yesterday"),
        ("serve", "--port", "99999"),
        ("explain", '"; drop table *'),
        ("remove", "nobody", "--why", "x"),
        ("review", "approve", "nobody"),
    ],
)
def test_odd_words_get_a_line_and_no_traceback(folder: Path, words: tuple[str, ...]) -> None:
    with (
        (folder / "desk" / "log.jsonl").open("a")
        if (folder / "desk").exists()
        else (folder / "state" / "unused").open("a") as log
    ):
        log.write('"x"\n{"who": 1}\n{torn')

    done = command(*words, "-C", folder)

    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_a_story_merged_by_hand_redirects_and_its_reports_stand_in_the_other(folder: Path) -> None:
    trees = Trees(folder)
    gone, kept = sorted(trees.stories)[:2]
    moved = [told.id for told in trees.stories[gone].reports]
    merge(folder, gone, kept)

    run_again(folder, minutes=70)

    told = json.loads((folder / "site" / "api" / "story" / f"{kept}.json").read_text())
    assert set(moved) <= {report["id"] for report in told["data"]["reports"]}
    redirect = json.loads((folder / "site" / "api" / "story" / f"{gone}.json").read_text())
    assert redirect["data"]["mergedInto"] == kept
    assert (folder / "site" / "s" / gone / "index.html").exists()
    assert Trees(folder).stories[gone].merged_into == kept


NEW = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Barometer</title><item>
<title>Harbour crane runs on power from braking ferries</title>
<link>https://barometer.example/crane</link><pubDate>Fri, 09 Jan 2026 17:05:00 GMT</pubDate>
<description>The crane at Ulsmouth lifts with what the ferries give back.</description>
</item></channel></rss>"""


def test_a_new_report_writes_exactly_the_files_that_tell_of_it(folder: Path) -> None:
    run_again(folder)
    before, stats = files_of(folder, "site", "records", "held"), stats_of(folder)
    moment = demo.RUNS[3] + timedelta(minutes=40)
    clock = SettableClock(moment)
    portal = config.load(folder / "portal.yaml")
    source = replace(portal.sources["barometer"], read="feed")
    portal = replace(portal, sources={**portal.sources, "barometer": source})

    def web(host: str, path: str, now: object) -> world.Answer:
        if host == "barometer.example" and path == "/feed.xml":
            return world.Answer(200, {"content-type": "application/rss+xml"}, NEW)
        return world.answer(host, path, moment)

    with serve(lambda: moment, web) as origin:
        portal = connected(portal, origin, world.origins())
        run(portal, folder, clock, open_door(portal, clock), everything=True)

    after, now = files_of(folder, "site", "records", "held"), stats_of(folder)
    written = {n for n in after if now[str(folder / n)] != stats.get(str(folder / n))}
    assert written == {name for name in after if after[name] != before.get(name)}
    # Each names the report or the moment of the edition that it made; the list of days counts it.
    id = next(i for i, r in Trees(folder).public().items() if r.source_url.endswith("/crane"))
    marks = (id.encode(), b"barometer.example", b"2026-01-09T17:40:00Z", b"17:40")
    unmarked = [n for n in sorted(written) if not any(mark in after[n] for mark in marks)]
    assert unmarked == ["site/day/index.html"]
    assert not [name for name in written if name.startswith(("site/s/", "records/stories/"))]
