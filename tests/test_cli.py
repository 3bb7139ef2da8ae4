"""What the shell is told: one plain line, and the exit statuses of PORTAL.md."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from broadsheet import config, files, urls
from broadsheet.demo.server import serve
from broadsheet.demo.world import Answer
from broadsheet.testing import NOON, feed, page
from typed import broadsheet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A portal of one source that nobody answers for: nothing is asked offline."""
    (tmp_path / "portal.yaml").write_text(
        "title: Grid\ntopics: {power: {keywords: [battery]}}\n"
        "sources: {ledger: {feed: 'https://gridledger.example/feed.xml'}}\n"
    )
    return tmp_path


def test_init_writes_a_portal_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = (
        "--title",
        "Grid: news",
        "--topics",
        "wind, AI & power",
        "--offline",
        "--sources",
        "https://a.example/feed, https://www.b.example/rss.xml",
    )

    assert broadsheet(monkeypatch, "init", "-C", tmp_path, *answers) == 0
    assert broadsheet(monkeypatch, "run", "-C", tmp_path, "--offline", "--quiet") == 0
    assert "Grid: news" in (tmp_path / "site" / "index.html").read_text()
    capsys.readouterr()
    assert broadsheet(monkeypatch, "init", "-C", tmp_path, *answers) == 2
    assert "a portal is here already" in capsys.readouterr().err


def test_a_portal_is_made_from_an_exported_list_with_all_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, listed = tmp_path / "old", tmp_path / "new", tmp_path / "list.opml"
    old.mkdir()
    (old / "portal.yaml").write_text(
        "title: Grid\ntopics: {power: {}, wind: {}}\nsources:\n"
        "  ledger: {feed: 'https://l.example/f?a&b', topics: [power], every: 30m, read: feed}\n"
        "  ministry: {sitemap: 'https://m.example/n.xml', official: true, timezone: Europe/Oslo}\n"
        "  coast: {pages: ['https://c.example/1', 'https://c.example/2'], pause: true}\n"
        "  friends: {opml: 'https://f.example/list', hold: true, quiet: '23:00-06:00'}\n"
    )

    assert broadsheet(monkeypatch, "export", "--opml", "-C", old, "--to", listed) == 0
    answers = ("--title", "Grid", "--topics", "power", "--offline", "--from-opml", listed)
    assert broadsheet(monkeypatch, "init", "-C", new, *answers) == 0

    assert config.load(new / "portal.yaml").sources == config.load(old / "portal.yaml").sources
    assert "official: true}" in (new / "portal.yaml").read_text()  # as an editor program wants it
    capsys.readouterr()
    assert broadsheet(monkeypatch, "export", "-C", old) == 2
    assert broadsheet(monkeypatch, "init", "-C", tmp_path / "c", "--from-opml", old) == 2
    assert "Is a directory" in capsys.readouterr().err


def test_a_list_of_another_program_is_taken_by_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.opml").write_text(
        "<opml><body><outline text='Wind Power'><outline text='# The \"Quay\": news' "
        "xmlUrl='https://quay.example/feed'/><outline xmlUrl='https://quay.example/two'/>"
        "</outline></body></opml>"
    )
    answers = (
        "--title",
        "A",
        "--topics",
        "Wind Power, sun",
        "--offline",
        "--sources",
        "b.example,b.example",
    )

    listed = ("--from-opml", tmp_path / "list.opml")
    assert broadsheet(monkeypatch, "init", "-C", tmp_path, *answers, *listed) == 0

    sources = list(config.load(tmp_path / "portal.yaml").sources.values())
    assert [s.feed for s in sources] == [
        "https://quay.example/feed",
        "https://quay.example/two",
        "https://b.example/",
    ]
    assert [s.topics for s in sources] == [("wind-power",), ("wind-power",), ()]


def test_an_imported_list_is_appended_and_all_else_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (
        "title: Grid\ntopics: {wind: {}}\n# Where it looks.\nsources: # all of them\n"
        "    ledger:   {feed: 'https://l.example/f'}  # the first\n\n"
        "    # and later\n"
        "site: {stories: 9}\n"
    )
    path = tmp_path / "portal.yaml"
    path.write_text(before)
    listed = tmp_path / "list.opml"
    listed.write_text(
        "<opml><body><outline text='wind'><outline text='Quay' xmlUrl='https://l.example/new'/>"
        "</outline><outline xmlUrl='http://www.l.example/f/'/></body></opml>"
    )

    assert broadsheet(monkeypatch, "import", listed, "-C", tmp_path, "--json") == 0

    taken = json.loads(capsys.readouterr().out)["sources"]
    new = f'    {taken[0]}: {{feed: "https://l.example/new", topics: [wind]}}  # Quay\n'
    head, tail = before.split("\n\n")
    assert path.read_text() == f"{head}\n{new}\n{tail}"
    assert broadsheet(monkeypatch, "import", listed, "-C", tmp_path) == 0
    assert path.read_text() == f"{head}\n{new}\n{tail}"


@pytest.mark.parametrize(
    ("sources", "setting", "told"),
    [
        ("{ledger: {feed: 'https://l.example/f'}}", "read='feed'", "3:1: sources: write a source"),
        ("\n  ledger: {feed: 'https://l.example/f'}", "every='often'", "5:"),
    ],
)
def test_a_list_that_cannot_be_taken_leaves_the_portal_as_it_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sources: str,
    setting: str,
    told: str,
) -> None:
    path = tmp_path / "portal.yaml"
    path.write_text(f"title: A\ntopics: {{a: {{}}}}\nsources: {sources}\n")
    before = path.read_bytes()
    listed = tmp_path / "list.opml"
    listed.write_text(
        "<opml xmlns:b='urn:broadsheet:opml'><body>"
        f"<outline xmlUrl='https://n.example/' b:{setting}/></body></opml>"
    )

    assert broadsheet(monkeypatch, "import", listed, "-C", tmp_path) == 2
    assert f"portal.yaml:{told}" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_address_that_no_portal_can_have_is_left_out_of_a_list_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "https://me:word@private.example/feed"
    both = (secret, "https://quay.example/feed")
    listed = tmp_path / "list.opml"
    outlines = "".join(f"<outline xmlUrl='{url}'/>" for url in both)
    listed.write_text(f"<opml><body>{outlines}</body></opml>")
    answers = ("--title", "A", "--topics", "a", "--offline", "--from-opml", listed)

    assert broadsheet(monkeypatch, "init", "-C", tmp_path, *answers) == 0
    assert f"{secret}: left out" in capsys.readouterr().out
    assert [s.feed for s in config.load(tmp_path / "portal.yaml").sources.values()] == [both[1]]
    assert broadsheet(monkeypatch, "import", listed, "-C", tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"sources": [], "left_out": [secret]}


def test_ids_in_a_list_that_contend_end_in_an_id_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = urls.record_id("https://two.example/feed")[:6]
    wanted = f"{'a' * 33}-{short}"  # what the second of this name would be called
    outlines = "".join(
        f"<outline xmlUrl='https://{host}.example/feed' b:id='{wanted}'/>"
        for host in ("one", "two")
    )
    listed = tmp_path / "list.opml"
    listed.write_text(f"<opml xmlns:b='urn:broadsheet:opml'><body>{outlines}</body></opml>")
    answers = ("--title", "A", "--topics", "a", "--offline", "--from-opml", listed)

    assert broadsheet(monkeypatch, "init", "-C", tmp_path, *answers) == 0
    assert len(config.load(tmp_path / "portal.yaml").sources) == 2


def test_init_without_a_terminal_names_the_flag_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "init", "-C", tmp_path, "--title", "Grid") == 2
    assert "--topics" in capsys.readouterr().err
    assert not (tmp_path / "portal.yaml").exists()


def test_a_dry_run_touches_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))

    broadsheet(monkeypatch, "run", "-C", folder, "--dry-run", "--json")

    assert json.loads(capsys.readouterr().out) == {"due": ["ledger"]}
    assert sorted(folder.rglob("*")) == before


def test_a_dry_run_keeps_to_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = ", ".join(f"s{n}: {{feed: 'https://s{n}.example/feed'}}" for n in range(3))
    (tmp_path / "portal.yaml").write_text(
        f"title: A\ntopics: {{dams: {{}}}}\nsources: {{{sources}}}\n"
    )
    would = ("run", "-C", tmp_path, "--dry-run", "--budget", "2", "--json")

    for _ in range(2):  # without a database, and with one
        broadsheet(monkeypatch, *would)
        assert json.loads(capsys.readouterr().out) == {"due": ["s0", "s1"]}
        broadsheet(monkeypatch, "run", "-C", tmp_path, "--offline", "--quiet")
        capsys.readouterr()


def test_nothing_to_do_is_told_to_who_wants_to_know(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broadsheet(monkeypatch, "run", "-C", folder, "--offline", "--strict") == 3


def test_the_version_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.startswith("broadsheet 0.")


@pytest.mark.parametrize("data", [None, b"title: \xff\n", b"title: A\ntopcs: {}\n"])
@pytest.mark.parametrize("command", ["run", "build", "serve", "doctor", "review"])
def test_a_portal_that_cannot_be_used_exits_2_with_one_line_and_makes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: bytes | None,
    command: str,
) -> None:
    if data is not None:
        (tmp_path / "portal.yaml").write_bytes(data)
    before = sorted(tmp_path.rglob("*"))

    assert broadsheet(monkeypatch, command, "-C", tmp_path) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"broadsheet: {tmp_path / 'portal.yaml'}")
    assert told.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "broadsheet", "build", "-C", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "no portal here" in done.stderr


@pytest.mark.parametrize("trouble", ["database", "locked", "no folder"])
def test_trouble_with_the_machine_exits_5_with_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: str,
) -> None:
    if trouble == "database":
        (folder / "state").mkdir()
        (folder / "state" / "desk.db").write_bytes(b"no database" * 100)
    if trouble == "no folder":
        (folder / "records").write_bytes(b"a file in its place")

    if trouble == "locked":
        with files.lock(folder / "state" / "lock"):
            assert broadsheet(monkeypatch, "run", "-C", folder, "--offline") == 5
    else:
        assert broadsheet(monkeypatch, "run", "-C", folder, "--offline") == 5
    assert capsys.readouterr().err.count("\n") == 1


def recorded(path: Path, url: str, html: str) -> Path:
    """A crawler's file of one page."""
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-01-09T09:00:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + answer + b"\r\n\r\n"))
    return path


def test_a_run_reads_a_recorded_web_as_of_its_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "The battery of the harbour feeds the grid in the evening, its owner says. " * 9
    page = f"<html><head><title>Battery opens</title></head><body><p>{words}</p></body></html>"
    recording = recorded(folder / "news.warc.gz", "https://gridledger.example/battery", page)

    assert broadsheet(monkeypatch, "run", "-C", folder, "--from", recording, "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told
    records = [*folder.glob("records/news/**/*.md"), *folder.glob("held/**/*.md")]
    assert any("https://gridledger.example/battery" in path.read_text() for path in records)
    assert any("2026-01-09T09:00:00Z" in path.read_text() for path in records)


def test_a_recorded_web_is_read_where_a_list_is_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = folder / "portal.yaml"
    text = portal.read_text()
    portal.write_text(text.replace("sources: {", "sources: {friends: {opml: friends.opml}, "))
    (folder / "friends.opml").write_text("<opml><body/></opml>")
    recording = recorded(folder / "news.warc.gz", "https://other.example/", "<p>A page.</p>")

    assert broadsheet(monkeypatch, "run", "-C", folder, "--from", recording) == 0


def test_what_is_no_recording_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broadsheet(monkeypatch, "run", "-C", folder, "--from", folder / "portal.yaml") == 2
    assert "portal.yaml: no WARC file" in capsys.readouterr().err


def test_a_budget_visits_those_first_that_wait_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = ", ".join(f"s{n}: {{feed: 'http://127.0.0.{n}/feed'}}" for n in range(1, 6))
    (tmp_path / "portal.yaml").write_text(
        f"title: Grid\ntopics: {{power: {{keywords: [battery]}}}}\nsources: {{{sources}}}\n"
    )
    visited = []
    for _ in range(3):
        broadsheet(monkeypatch, "run", "-C", tmp_path, "--budget", "2", "--log", "json", "--quiet")
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        visited.append([o["subject"][-6] for o in lines if o.get("step") == "fetch"])
    assert visited == [["1", "2"], ["3", "4"], ["5"]]


def test_a_small_budget_reaches_every_source_and_its_pages_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def web(host: str, path: str, at: datetime) -> Answer:
        if path == "/feed.xml":
            return Answer(200, {}, feed({f"https://{host}/dam": f"A dam opens at {host}"}))
        return Answer(200, {}, page("The dam opened.")) if path == "/dam" else Answer(404, {}, b"")

    hosts = [f"s{n}.example" for n in range(3)]
    with serve(lambda: NOON, web) as world:
        connect = ", ".join(f'"https://{host}": "{world}"' for host in hosts)
        sources = ", ".join(
            f'{host[:2]}: {{feed: "https://{host}/feed.xml", every: 5m}}' for host in hosts
        )
        (tmp_path / "portal.yaml").write_text(
            f"title: A\ntopics: {{dams: {{keywords: [dam]}}}}\nsources: {{{sources}}}\n"
            f"fetch: {{connect: {{{connect}}}}}\n"
        )
        for minute in range(0, 40, 5):  # every source is due at each of them
            at = f"2026-01-09T12:{minute:02}Z"
            broadsheet(monkeypatch, "run", "-C", tmp_path, "--budget", "2", "--at", at, "--quiet")

    read = "".join(path.read_text() for path in (tmp_path / "records" / "news").rglob("*.md"))
    assert [host for host in hosts if f"https://{host}/dam" not in read] == []
    assert "budget" not in capsys.readouterr().err
