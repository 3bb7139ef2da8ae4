"""Does a recorded web say again what the real one said?"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType, is_warc_11

from broadsheet import assemble
from broadsheet.app.recorded import portal_of
from broadsheet.clock import SettableClock
from broadsheet.config import Fetch, Portal, Topic
from broadsheet.errors import ConfigError, FetchError, Forbidden
from broadsheet.fetch import warc
from broadsheet.fetch.door import Notebook
from broadsheet.model import Fetched, Request, Source
from fetch.hostile_server import Server, serving

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEDGER = "https://ledger.example"
DAY = timedelta(days=1)


def portal(connect: dict[str, str] | None = None) -> Portal:
    return Portal(
        "Grid",
        {"power": Topic("power", keywords=("power",))},
        {"ledger": Source("ledger", feed=f"{LEDGER}/feed")},
        fetch=Fetch(connect=connect or {}, record=True),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as there:
        yield there


def recorded(server: Server, folder: Path) -> Path:
    """A run's recording: a page, a packed one, a redirect, what is forbidden, a 304, a picture."""
    clock = SettableClock(NOW)
    page = {"body": "<p>words</p>", "Content-Type": "text/html", "ETag": '"1"', "Set-Cookie": "a=b"}
    answers: dict[str, list[dict[str, Any]]] = {
        "ledger.example/robots.txt": [{"body": "User-agent: *\nDisallow: /no"}],
        "ledger.example/page": [page, {"status": 304}],
        "ledger.example/packed": [{"trick": "packed", "body": "many words " * 1000}],
        "ledger.example/old": [{"status": 301, "Location": "/page"}],
        "ledger.example/picture": [{"status": 206, "body": "GIF89a"}],
    }
    server.begin(answers, clock.now)
    connected = portal({LEDGER: f"http://127.0.0.1:{server.port}"})
    door = assemble.open_door(connected, clock, folder)
    urls = [f"{LEDGER}/{name}" for name in ("page", "packed", "old", "no", "missing")]
    answered = door.ask([Request(url) for url in urls])
    first = answered[0]
    assert isinstance(first, Fetched)
    door.ask([Request(first.url, first), Request(f"{LEDGER}/picture", head=100)])
    return next((folder / "state" / "recordings").glob("*.warc.gz"))


def test_a_recording_says_what_the_web_said(server: Server, tmp_path: Path) -> None:
    path = recorded(server, tmp_path)
    clock = SettableClock(NOW + DAY)
    door = assemble.open_door(portal(), clock, recording=warc.load(path))
    names = ("page", "packed", "old", "no", "missing", "never")
    urls = [f"{LEDGER}/{name}" for name in names]
    page, packed, old, no, missing, never = door.ask([Request(url) for url in urls])
    asked_of_server = len(server.log)
    assert isinstance(page, Fetched)
    assert (page.body, page.etag, page.status) == (b"<p>words</p>", '"1"', 200)
    assert page.headers["content-type"] == "text/html"
    assert "set-cookie" not in page.headers
    assert isinstance(packed, Fetched)
    assert packed.body == b"many words " * 1000
    assert isinstance(old, Fetched)
    assert (old.final_url, old.redirects) == (f"{LEDGER}/page", ((301, f"{LEDGER}/page"),))
    assert isinstance(no, Forbidden)
    for answer in (missing, never):
        assert isinstance(answer, FetchError)
        assert answer.status == 404
    [picture] = door.ask([Request(f"{LEDGER}/picture", head=3)])
    assert isinstance(picture, Fetched)
    assert picture.body == b"GIF"
    [again] = door.ask([Request(f"{LEDGER}/page", page)])
    assert isinstance(again, Fetched)
    assert not again.changed
    assert len(server.log) == asked_of_server


def test_a_recording_is_warc_that_others_can_read(server: Server, tmp_path: Path) -> None:
    path = recorded(server, tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    with path.open("rb") as file:
        records = [
            (record.record_type, record.headers.get("WARC-Target-URI"), is_warc_11(record),
             record.record_type == WarcRecordType.warcinfo or record.verify_block_digest())
            for record in ArchiveIterator(file, parse_http=False)
        ]  # fmt: skip
    assert records[0][0] == WarcRecordType.warcinfo
    assert all(is_11 and whole for _, _, is_11, whole in records)
    told = [(kind, url) for kind, url, *_ in records[1:]]
    assert told[0] == (WarcRecordType.response, f"{LEDGER}/robots.txt")
    assert (WarcRecordType.revisit, f"{LEDGER}/page") in told
    assert len(gzip.decompress(path.read_bytes())) > 10_000


def test_a_recording_that_was_cut_is_read_to_its_last_whole_answer(
    server: Server, tmp_path: Path
) -> None:
    path = recorded(server, tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    assert warc.load(path).has(f"{LEDGER}/page")


def test_what_a_publisher_wants_kept_nowhere_is_in_no_recording(
    server: Server, tmp_path: Path
) -> None:
    html = {"Content-Type": "text/html"}
    server.begin(
        {
            "ledger.example/by-meta": [
                html | {"body": "<META content='NoArchive' name='robots'><p>silver sand</p>"}
            ],
            "ledger.example/by-header": [
                html | {"body": "<p>silver sand</p>", "X-Robots-Tag": "noarchive"}
            ],
            "ledger.example/told": [html | {"body": "<p>Robots may say noarchive</p>"}],
        },
        lambda: NOW,
    )
    connected = portal({LEDGER: f"http://127.0.0.1:{server.port}"})
    urls = [f"{LEDGER}/{name}" for name in ("by-meta", "by-header", "told")]
    heard = assemble.open_door(connected, SettableClock(NOW), tmp_path).ask(
        [Request(url) for url in urls]
    )
    assert all(isinstance(answer, Fetched) and b"<p>" in answer.body for answer in heard)

    path = next((tmp_path / "state" / "recordings").glob("*.warc.gz"))
    plain = gzip.decompress(path.read_bytes())
    assert b"silver sand" not in plain
    assert plain.count(b"status: 200\r\nnot-kept: noarchive\r\n") == 2
    assert [warc.load(path).has(url) for url in urls] == [False, False, True]


def crawled(path: Path, answers: list[tuple[str, str, bytes]]) -> Path:
    """A file as a crawler writes it: url, date, HTTP message."""
    members = []
    for url, date, message in answers:
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
            f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(message)}\r\n\r\n"
        )
        members.append(gzip.compress(head.encode() + message + b"\r\n\r\n"))
    path.write_bytes(b"".join(members))
    return path


def message(body: bytes, *headers: str, status: int = 200) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: text/html; charset=utf-8", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def test_files_of_crawlers_are_read_whatever_their_headers_say(tmp_path: Path) -> None:
    page = b"<p>words</p>"
    path = crawled(
        tmp_path / "news.warc.gz",
        [
            ("http://ledger.example/decoded", "2026-03-01T10:00:00Z",
             message(page, "Content-Encoding: gzip", "Transfer-Encoding: chunked")),
            ("http://ledger.example/packed", "2026-03-01T10:00:00Z",
             message(gzip.compress(page), "Content-Encoding: gzip")),
            ("http://ledger.example/chunked", "2026-03-01T10:00:00Z",
             message(b"5\r\n<p>wo\r\n7;x=y\r\nrds</p>\r\n0\r\n\r\n", "Transfer-Encoding: chunked")),
            ("http://ledger.example/bomb", "2026-03-01T10:00:00Z",
             message(gzip.compress(bytes(9_000_000)), "Content-Encoding: gzip")),
            ("javascript:alert(1)", "2026-03-01T10:00:00Z", message(page)),
        ],
    )  # fmt: skip
    recording = warc.load(path)
    door = assemble.open_door(portal(), SettableClock(NOW), recording=recording)
    urls = [f"{LEDGER}/{name}" for name in ("decoded", "packed", "chunked", "bomb")]
    *good, bomb = door.ask([Request(url) for url in urls])
    assert [isinstance(answer, Fetched) and answer.body for answer in good] == [page] * 3
    assert isinstance(bomb, FetchError)
    assert "grows more than" in bomb.reason
    assert len(recording.entries) == 4


def test_of_several_answers_that_of_the_time_is_told(tmp_path: Path) -> None:
    path = crawled(
        tmp_path / "days.warc.gz",
        [(f"{LEDGER}/", f"2026-03-0{n}T12:00:00Z", message(b"day %d" % n)) for n in (1, 2, 3)],
    )
    for day, expected in ((1, b"day 1"), (2, b"day 1"), (3, b"day 2"), (9, b"day 3")):
        clock = SettableClock(datetime(2026, 3, day, 9, tzinfo=UTC))
        door = assemble.open_door(portal(), clock, recording=warc.load(path))
        [answer] = door.ask([Request(f"{LEDGER}/")])
        assert isinstance(answer, Fetched)
        assert answer.body == expected
    assert warc.load(path).last_at == datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("data", [b"", b"no archive", gzip.compress(b"no archive"), b"\x1f\x8b"])
def test_what_is_no_recording_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"notes\.txt: "):
        warc.load(path)
    with pytest.raises(ConfigError, match=r"none\.warc: no WARC file"):
        warc.load(tmp_path / "none.warc")


def test_a_source_that_was_not_recorded_has_the_pages_of_its_site(tmp_path: Path) -> None:
    path = crawled(
        tmp_path / "news.warc.gz",
        [
            ("https://www.ledger.example/b", "2026-03-01T10:00:00Z", message(b"b")),
            ("https://ledger.example/a", "2026-03-01T10:00:00Z", message(b"a")),
            ("https://ledger.example/c", "2026-03-01T10:00:00Z", message(b"c", status=404)),
            ("https://tide.example/feed", "2026-03-01T10:00:00Z", message(b"feed")),
        ],
    )
    tide = Source("tide", feed="https://tide.example/feed")
    other = Source("other", feed="https://other.example/feed")
    asked = portal()
    asked = replace(asked, sources={**asked.sources, "tide": tide, "other": other})
    seen = portal_of(asked, warc.load(path)).sources
    assert seen["ledger"].pages == (f"{LEDGER}/a", "https://www.ledger.example/b")
    assert seen["tide"] == tide
    assert seen["other"].pause


def test_what_a_recorded_host_allowed_binds_nobody_now(server: Server, tmp_path: Path) -> None:
    recording = warc.load(recorded(server, tmp_path))
    door = assemble.open_door(portal(), SettableClock(NOW), recording=recording)
    notes = Notebook()
    door.remember_in(notes)
    [page] = door.ask([Request(f"{LEDGER}/page")])
    assert isinstance(page, Fetched)
    assert notes.facts == {}


def test_recordings_are_forgotten_as_full_texts_are(server: Server, tmp_path: Path) -> None:
    old = recorded(server, tmp_path)
    later = SettableClock(NOW + 91 * DAY)
    assemble.open_door(portal(), later, tmp_path)
    assert not old.exists()
