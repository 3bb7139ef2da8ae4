"""A live report from its page to its record, and again when it has more to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from broadsheet.fetch.replay import Replay
from broadsheet.model import Record
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.memory import Memory
from broadsheet.publish.markdown import Trees
from broadsheet.record import parse, write
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, clock, desk_on, feed

URL = "https://quay.example/dam-live"


def live(gates: int, robots: str = "") -> bytes:
    entries = "".join(
        f"<article><time datetime=2026-01-09T{4 + n:02}:15:00Z></time><h2>Gate {n} of the dam opens</h2>"
        f"<p>Gate {n} was opened by keeper Low at a quarter past, and {n}0 tonnes of water fell.</p>"
        "</article>"
        for n in range(gates, 0, -1)
    )
    head = f"<meta name=robots content='{robots}'>" if robots else ""
    lead = "<p>The dam above the harbour opens its gates today; we tell it as it happens.</p>"
    return f"<html lang=en>{head}<main><h1>Dam opens: live</h1>{lead}{entries}</main>".encode()


def again(desk: Desk, title: str, page: bytes) -> Desk:
    web = {NEWS.url: feed({URL: title}), MORE.url: feed({}), URL: page}
    at = desk.at + timedelta(hours=1)
    trees = Trees(desk.trees.folder, quick=True, note=True)
    desk = replace(desk, door=Replay(web, clock()), at=at, trees=trees)
    desk = replace(desk, memory=Memory(desk.store, at))
    list(work(desk, (NEWS, MORE)))
    desk.trees.save_index()
    return desk


def record(desk: Desk) -> Record:
    return next(r for r in desk.trees.public().values() if r.source_url == URL)


def test_its_record_has_the_headings_of_its_entries_and_follows_them(tmp_path: Path) -> None:
    desk = again(desk_on(tmp_path, {}), "Dam opens: live", live(4))
    first = record(desk)
    desk = again(desk, "Dam opens: live, gate 5", live(5))

    assert first.type == "live"
    assert first.body.splitlines()[0] == "- 2026-01-09T08:15:00Z Gate 4 of the dam opens"
    assert record(desk).body == f"- 2026-01-09T09:15:00Z Gate 5 of the dam opens\n{first.body}"
    assert parse(write(first), "x.md") == first


def test_its_entries_go_when_its_publisher_no_longer_lets_us_quote(tmp_path: Path) -> None:
    desk = again(desk_on(tmp_path, {}), "Dam opens: live", live(4))

    desk = again(desk, "Dam opens: live, and no word", live(4, robots="nosnippet"))

    assert (record(desk).body, record(desk).excerpt) == ("", "")


def test_what_a_person_wrote_into_it_stands(tmp_path: Path) -> None:
    desk = again(desk_on(tmp_path, {}), "Dam opens: live", live(4))
    (file,) = (tmp_path / "records" / "news").rglob("*.md")
    file.write_text(file.read_text().replace(record(desk).body, "Seen from our window.\n"))

    desk = again(desk, "Dam opens: live, gate 5", live(5))

    assert record(desk).body == "Seen from our window.\n"
