"""try, teach, pin and explain at the shell, on a copy of the demo's portal."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.app.try_ import shifts
from broadsheet.model import Story
from broadsheet.publish.markdown import Trees
from broadsheet.store import open_store
from typed import broadsheet

AT = "2026-01-10T18:00Z"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's portal, to be written to."""
    return Path(shutil.copytree(demo_folder, tmp_path_factory.mktemp("judging") / "portal"))


def test_try_says_what_would_join_and_leave_and_touches_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "portal.yaml").read_text()
    changed = folder.parent / "changed.yaml"
    table = text.replace("keywords: [battery, batteries, GWh", "keywords: [GWh")
    table = table.replace("keywords: [grid,", "keywords: [grid, dairy,")
    changed.write_text(table + "quality: {author: 40}\n")
    before = bytes_of(folder)

    assert broadsheet(monkeypatch, "try", changed, "-C", folder, "--at", AT, "--json") == 0
    tried = json.loads(capsys.readouterr().out)
    assert "Storage" in {move["topic"] for move in tried["leaves"]}
    assert {(m["title"], m["why"]) for m in tried["joins"] if m["topic"] == "Grid"} == {
        ("Dairy freezes water at night to save power", "dairy")
    }
    assert all(change["after"] > change["before"] for change in tried["quality"])
    assert bytes_of(folder) == before


def test_try_says_how_the_front_page_would_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "portal.yaml").read_text()
    changed = folder.parent / "without-batteries.yaml"
    changed.write_text(text.replace("keywords: [battery, batteries, GWh", "keywords: [GWh"))

    assert broadsheet(monkeypatch, "try", changed, "-C", folder, "--at", AT, "--json") == 0
    front = json.loads(capsys.readouterr().out)["front"]
    gone = [shift for shift in front if not shift["after"]]
    new = [shift for shift in front if not shift["before"]]
    assert "Paper membrane for iron batteries" in {shift["title"] for shift in gone}
    assert len(gone) == len(new)  # the page stays full
    places = [shift["after"] for shift in front if shift["after"]]
    assert places == sorted(places)

    assert broadsheet(monkeypatch, "try", changed, "-C", folder, "--at", AT) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index(f"{len(front)} stories would move on the front page:")
    assert lines[-1].endswith(" > 0)") and " > gone (heat " in lines[-1]
    assert len(lines) - at - 1 == len(front)


def test_a_story_that_only_makes_room_has_not_moved() -> None:
    def order(ids: str) -> list[Story]:
        return [Story(id, id, (), NEVER, NEVER) for id in ids]

    def moved(before: str, after: str, shown: int = 9) -> list[tuple[str, int, int]]:
        return [(s.id, s.before, s.after) for s in shifts(order(before), order(after), shown)]

    assert moved("abcde", "eabcd") == [("e", 5, 1)]
    assert moved("abcde", "bcdea") == [("a", 1, 5)]
    assert moved("abcd", "abxcd") == [("x", 0, 3)]
    assert moved("abcd", "abd") == [("c", 3, 0)]
    assert moved("abcd", "xabc", 3) == [("x", 0, 1), ("c", 3, 0)]
    assert moved("abcd", "abcd") == []
    assert moved("", "ab") == [("a", 0, 1), ("b", 0, 2)]


def test_try_with_the_same_file_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "try", folder / "portal.yaml", "-C", folder, "--at", AT) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing would change."


def test_a_verdict_holds_is_kept_and_can_be_deleted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trees = Trees(folder)
    dairy = next(id for id, r in trees.public().items() if r.title.startswith("Dairy freezes"))

    assert broadsheet(monkeypatch, "teach", dairy, "storage", "--no", "-C", folder, "--at", AT) == 0
    assert Trees(folder).public()[dairy].topics == ("Power",)
    assert json.loads((folder / "desk" / "topics.json").read_text())["storage"]["examples"]
    assert told(monkeypatch, capsys, folder, dairy)["scores"][-1]["parts"][-1]["name"] == (
        "an editor said no"
    )
    assert (
        broadsheet(monkeypatch, "teach", dairy, "storage", "--yes", "-C", folder, "--at", AT) == 0
    )
    assert Trees(folder).public()[dairy].topics == ("Power", "Storage")
    (folder / "desk" / "topics.json").unlink()
    assert told(monkeypatch, capsys, folder, dairy)["title"].startswith("Dairy")


def test_a_spoilt_file_of_lessons_is_named_with_its_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "desk" / "topics.json"
    path.write_text("[]")

    assert broadsheet(monkeypatch, "explain", "battery", "-C", folder) == 2
    assert "delete it to judge by keywords alone" in capsys.readouterr().err
    path.unlink()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("teach", "aaaaaaaaaaaa", "storage", "--yes"), "no report 'aaaaaaaaaaaa' here"),
        (("teach", "aaaaaaaaaaaa", "storag", "--yes"), "did you mean"),
        (("pin", "aaaaaaaaaaaa"), "no story 'aaaaaaaaaaaa' here"),
    ],
)
def test_what_is_not_here_is_refused(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    assert broadsheet(monkeypatch, *words, "-C", folder) == 2
    assert said in capsys.readouterr().err


def test_a_pinned_story_leads_until_the_pin_is_taken_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dairy = next(
        i for i, r in Trees(folder).public().items() if r.title.startswith("Dairy freezes")
    )

    assert broadsheet(monkeypatch, "pin", dairy, "-C", folder, "--at", AT) == 0
    assert first_headline(folder) == "Dairy freezes water at night to save power"
    assert broadsheet(monkeypatch, "pin", dairy, "--off", "-C", folder, "--at", AT) == 0
    assert first_headline(folder) != "Dairy freezes water at night to save power"


def test_explain_tells_a_story_with_its_reasons_and_the_lineage_of_its_copies(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    largest = max(Trees(folder).stories.values(), key=lambda story: len(story.reports))
    found = told(monkeypatch, capsys, folder, largest.id)
    first, *rest = found["sentences"]

    assert first.startswith("It has 8 reports by 7 publishers, from 2026-01-08 05:25 UTC to ")
    assert found["kind"] == "story" and found["rank"] > 0
    assert any(f"Its story is number {found['rank']} of " in sentence for sentence in rest)
    by = {sentence.partition("” of ")[2].partition(" (")[0]: sentence for sentence in rest}
    assert by["Civic Wire"].endswith("): opens the story.")
    assert by["Coastline"].endswith(" of Civic Wire; changed: another headline, not signed.")
    assert ", 2 hours earlier: both name Harrow Staithe, Kestrel Storage" in by["The Grid Ledger"]
    assert (
        "; it adds Minister of Energy and Harbours, “Four" in by["Ministry of Energy and Harbours"]
    )
    assert " adds first report" not in " ".join(rest)


def test_explain_tells_all_of_a_report_that_leads(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    largest = max(Trees(demo_folder).stories.values(), key=lambda story: len(story.reports))
    lead = largest.reports[0].id
    record = Trees(demo_folder).public()[lead]
    found = told(monkeypatch, capsys, demo_folder, record.source_url)
    said = found["sentences"]

    assert (found["id"], found["story"], found["because"]) == (lead, largest.id, "opens the story")
    assert found["adds"] == "first report"
    assert {"quality", "heat", "Storage"} <= {score["name"] for score in found["scores"]}
    assert [each["id"] for each in found["related"]] and all(e["why"] for e in found["related"])
    assert said[0] == (
        "It is by Civic Wire, published 2026-01-08 05:25 UTC, seen 2026-01-08 08:00 UTC."
    )
    assert said[1].startswith("It is public: records/news/2026-01/2026-01-08-")
    for start in (
        "It is on Storage, ",
        "It was copied by Northmoor Post (another headline, not signed); Coastline (",
        "In the story ",
        "Beside it “",
        "Heat ",
        "Its story is number ",
        "Quality ",
        "How it was read: ",
        "Its way: extract ok; dedup ok; topics ok (",
    ):
        assert any(sentence.startswith(start) for sentence in said), start


def test_explain_tells_of_a_lone_report_and_of_a_copy(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    public = Trees(demo_folder).public()
    alone = next(id for id, r in public.items() if r.title.startswith("Dairy freezes"))
    copy = next(id for id, r in public.items() if r.provider.name == "Coastline" and r.desk.copy_of)

    lone, copied = (told(monkeypatch, capsys, demo_folder, id) for id in (alone, copy))

    assert "No other report tells its story." in lone["sentences"]
    assert lone["rank"] > 0 and not lone["related"]
    assert copied["copy_of"] in public
    assert any(
        sentence.startswith("It is a copy of “") and sentence.endswith("does not heat.")
        for sentence in copied["sentences"]
    )


def test_explain_finds_words_newest_first_and_says_when_there_is_nothing(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert broadsheet(monkeypatch, "explain", "battery", "-C", demo_folder, "--json") == 0
    found = json.loads(capsys.readouterr().out)["found"]
    dates = [each["sentences"][0].partition("published ")[2][:16] for each in found]
    assert len(found) == 5 and dates == sorted(dates, reverse=True)

    assert broadsheet(monkeypatch, "explain", "zanzibar", "-C", demo_folder) == 1
    assert capsys.readouterr().out == "Nothing here is or says 'zanzibar'.\n"


def test_explain_says_why_a_report_that_was_read_is_not_here(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    off_topic = next(
        article
        for article in open_store(f"sqlite:{demo_folder / 'state' / 'desk.db'}").articles_since(
            datetime(2026, 1, 1, tzinfo=UTC)
        )
        if not article.topics
    )
    said = told(monkeypatch, capsys, demo_folder, off_topic.id)["sentences"]

    assert "It was read, and has no record." in said
    assert "It is on no topic of this portal." in said
    assert said[-1].endswith("topics rejected (on no topic of this portal).")


def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, id: str
) -> dict[str, Any]:
    capsys.readouterr()
    assert broadsheet(monkeypatch, "explain", id, "-C", folder, "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["found"]
    return found[0]


def first_headline(folder: Path) -> str:
    return (folder / "site" / "index.html").read_text().split("<h3>")[1].split(">")[1].split("<")[0]


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock" and not path.name.startswith("desk.db-")
    }


NOW = "2026-01-09T17:45Z"


def two_stories(folder: Path) -> tuple[str, str]:
    """A report of each of the demo's two largest stories."""
    stories = sorted(
        (s for s in Trees(folder).stories.values() if not s.merged_into),
        key=lambda story: (-len(story.reports), story.id),
    )
    return stories[0].reports[0].id, stories[1].reports[0].id


def test_two_reports_said_to_be_one_story_are_one_and_can_be_parted_never_again(
    demo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = Path(shutil.copytree(demo_folder, tmp_path / "own"))
    one, other = two_stories(own)
    before = Trees(own).stories

    assert broadsheet(monkeypatch, "join", one, other, "-C", own, "--at", NOW) == 0

    after = Trees(own)
    gone = [id for id, story in after.stories.items() if story.merged_into]
    assert len(gone) == 1 and gone[0] in before
    kept = after.stories[after.stories[gone[0]].merged_into]
    assert {one, other} <= set(kept.report_ids)
    assert (own / "site" / "s" / gone[0] / "index.html").exists()
    capsys.readouterr()
    assert broadsheet(monkeypatch, "split", other, one, "-C", own, "--at", NOW) != 0
    said = capsys.readouterr().err
    assert f"must-link {one} {other}" in said and "cannot-link" in said
    assert broadsheet(monkeypatch, "run", "-C", own, "--offline", "--at", NOW) == 0
    assert Trees(own).stories[gone[0]].merged_into == kept.id


def test_two_reports_said_to_be_two_stories_are_parted_and_a_rebuild_keeps_them_so(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(demo_folder, tmp_path / "own"))
    story = max(Trees(own).stories.values(), key=lambda story: (len(story.reports), story.id))
    one, other = story.reports[0].id, story.reports[-1].id

    assert broadsheet(monkeypatch, "split", one, other, "-C", own, "--at", NOW) == 0

    def told_in(id: str) -> set[str]:
        return {
            each.id
            for each in Trees(own).stories.values()
            if id in each.report_ids and not each.merged_into
        }

    assert not told_in(one) & told_in(other)
    assert Trees(own).said_of_two() == [("cannot-link", one, other)]
    record = Trees(own).record(one), Trees(own).record(other)
    assert record[0] and record[1] and record[0].desk.story != record[1].desk.story
    pages = own / "site" / "s"
    site = {p.relative_to(pages): p.read_bytes() for p in pages.rglob("*.html")}
    assert broadsheet(monkeypatch, "doctor", "-C", own, "--rebuild") == 0
    assert {p.relative_to(pages): p.read_bytes() for p in pages.rglob("*.html")} == site


def test_a_word_on_a_report_that_is_not_there_or_the_same_twice_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = two_stories(folder)
    assert broadsheet(monkeypatch, "join", one, "nobody", "-C", folder, "--at", AT) == 2
    assert "no report 'nobody' here" in capsys.readouterr().err
    assert broadsheet(monkeypatch, "split", one, one, "-C", folder, "--at", AT) == 2
