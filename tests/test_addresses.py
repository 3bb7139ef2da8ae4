"""One record for one report, by whichever of its addresses it comes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from broadsheet.app.explain import explain
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.memory import Memory
from broadsheet.pipeline.report import report_at
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, clock, desk_on, feed, hours, page
from broadsheet.urls import record_id

QUAY = "https://quay.example/2026/dam-opens-at-last"
TEXT = (
    "The Varde dam opened on Monday, two months ahead of plan, before a crowd of three thousand "
    "people from Lunde and the valley below it, and the lake holds forty million tonnes of water."
)
World = dict[str, bytes | FetchError]


def told(link: str, title: str = "Dam opens at last", text: str = TEXT) -> bytes:
    return f"<head>{link}<title>{title}</title></head>".encode() + page(text)


def records(folder: Path, *worlds: World) -> tuple[list[str], list[str]]:
    """Addresses of the records after a run on each of these, an hour apart; and what was asked."""
    desk = desk_on(folder, {})
    asked: list[str] = []
    for n, world in enumerate(worlds):
        desk = _at(desk, world, n)
        list(work(desk, (NEWS, MORE)))
        assert isinstance(desk.door, Replay)
        asked += desk.door.asked
    found = [record.source_url for record in desk.trees.public().values()]
    return sorted(found), asked


def _at(desk: Desk, world: World, n: int) -> Desk:
    at = desk.at + hours(n)
    return replace(desk, door=Replay(world, clock()), at=at, memory=Memory(desk.store, at))


def test_an_amp_page_that_the_report_links_is_the_report(tmp_path: Path) -> None:
    amp = "https://amp.quay.example/x7"
    first: World = {
        NEWS.url: feed({QUAY: "Dam opens at last"}),
        QUAY: told(f'<link rel="amphtml" href="{amp}">'),
    }
    second: World = {
        MORE.url: feed({amp: "Dam"}),
        amp: told("", "Another head", "Other words about the dam, few of them and none the same."),
    }

    assert records(tmp_path, first, second)[0] == [QUAY]


def test_a_page_cannot_claim_the_report_of_another_site_as_its_amp_page(tmp_path: Path) -> None:
    thief = "https://thief.example/2026/dam-is-ours-now"
    first: World = {
        NEWS.url: feed({thief: "Dam is ours"}),
        thief: told(f'<link rel="amphtml" href="{QUAY}">', "Dam is ours", "The dam is ours now."),
    }
    second: World = {MORE.url: feed({QUAY: "Dam opens at last"}), QUAY: told("")}

    assert records(tmp_path, first, second)[0] == sorted([QUAY, thief])


def test_a_mobile_form_is_the_report_when_its_text_agrees(tmp_path: Path) -> None:
    mobile = QUAY.replace("quay", "m.quay")
    first: World = {NEWS.url: feed({QUAY: "Dam opens"}), QUAY: told("")}
    same: World = {MORE.url: feed({mobile: "Dam"}), mobile: told("", "Dam! Read it on your phone")}
    other: World = {
        MORE.url: feed({mobile: "Dam"}),
        mobile: told(
            "", "Dam tickets", "Tickets for the dam are sold at the quay from nine to five."
        ),
    }

    assert records(tmp_path / "same", first, same)[0] == [QUAY]
    assert records(tmp_path / "other", first, other)[0] == sorted([QUAY, mobile])


def test_a_report_is_found_by_any_spelling_of_its_address(tmp_path: Path) -> None:
    amp = "https://amp.quay.example/x7"
    link = f'<link rel="amphtml" href="{amp}">'
    desk = desk_on(tmp_path, {NEWS.url: feed({QUAY: "Dam opens"}), QUAY: told(link)})
    list(work(desk, (NEWS,)))

    id = record_id(QUAY)
    for url in (QUAY, f"{QUAY}/?utm_source=x", QUAY.replace("https://", "http://www."), amp):
        assert report_at(desk, url) == id
        assert [found.id for found in explain(desk, url)] == [id]
    assert report_at(desk, "https://quay.example/other") not in desk.trees.ids()


def test_a_redirector_is_not_asked_but_the_report_that_it_leads_to(tmp_path: Path) -> None:
    link = f"https://www.google.com/url?rct=j&amp;url={QUAY}&amp;ct=ga"
    world: World = {NEWS.url: feed({link: "Dam opens"}), QUAY: told("")}

    found, asked = records(tmp_path, world)

    assert found == [QUAY]
    assert [url for url in asked if "google" in url] == []
