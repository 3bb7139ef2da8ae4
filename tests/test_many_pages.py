"""A report of many pages, from its feed to its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.config import Fetch
from broadsheet.errors import Deferred, FetchError, Forbidden
from broadsheet.fetch.replay import Replay
from broadsheet.model import Article, Outcome
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, clock, desk_on, feed

URL = "https://quay.example/dam-opens"
DAY = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday"}


def page(n: int, title: str = "Dam opens at last", link: str = "", head: str = "") -> bytes:
    link = link or f"{URL}/{n + 1}"
    said = f"On {DAY[n]} the keeper of the dam let {n}0 tonnes of water into the harbour below."
    next_ = f"<link rel=next href='{link}'>" if n < 6 else ""
    return f"<html lang=en>{head}{next_}<h1>{title}</h1><p>{said}</p></html>".encode()


def web(**changed: bytes | FetchError) -> dict[str, bytes | FetchError]:
    pages = {f"{URL}/{n}": page(n) for n in range(2, 7)}
    mine = {f"{URL}/{name.removeprefix('page')}": said for name, said in changed.items()}
    return {NEWS.url: feed({URL: "Dam opens"}), MORE.url: feed({}), URL: page(1), **pages, **mine}


def days(
    folder: Path, world: Mapping[str, bytes | FetchError], most: int = 5
) -> tuple[list[int], str, Replay]:
    """Which pages the report's text has, what the step says, and the door's log."""
    desk = desk_on(folder, {})
    door = Replay(world, clock())
    portal = replace(desk.portal, fetch=Fetch(pages=most))
    desk = replace(desk, door=door, portal=portal)
    outcomes: list[Outcome] = list(work(desk, (NEWS, MORE)))
    (told,) = [o.detail for o in outcomes if o.step == "extract"]
    articles: list[Article] = desk.store.articles(list(desk.trees.ids()))
    text = articles[0].text if articles else ""
    return [n for n, day in DAY.items() if day in text], told, door


def test_its_pages_are_one_text(tmp_path: Path) -> None:
    read, told, _ = days(tmp_path, web(page3=page(3).replace(b"rel=next", b"class=x")))

    assert (read, told) == ([1, 2, 3], "3 pages")


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_read_than_the_portal_wants(tmp_path: Path, most: int) -> None:
    read, _, door = days(tmp_path, web(), most)

    assert read == list(range(1, most + 1))
    assert f"{URL}/{most + 1}" not in door.asked


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (FetchError(f"{URL}/2", "status 500"), "status 500"),
        (Forbidden(f"{URL}/2", "robots.txt forbids it"), "robots.txt forbids it"),
        (page(2, title="Ferries stop"), "it is titled 'Ferries stop'"),
        (page(2, head="<meta name=robots content=noindex>"), "its publisher says noindex"),
        (b"%PDF-1.7", "not HTML but a PDF file or a picture"),
    ],
)
def test_a_page_that_cannot_be_read_on_leaves_those_before_it(
    tmp_path: Path, second: bytes | FetchError, why: str
) -> None:
    read, told, door = days(tmp_path, web(page2=second))

    assert read == [1]
    assert told.startswith(f"page 2 is not read: {why}")
    assert f"{URL}/3" not in door.asked


def test_a_page_whose_turn_has_not_come_keeps_the_whole_reports_turn(tmp_path: Path) -> None:
    read, told, _ = days(tmp_path, web(page2=Deferred(f"{URL}/2", "the run's budget is spent")))

    assert read == [] and told.startswith("not asked this time")


@pytest.mark.parametrize("link", ["https://other.example/dam-opens/3", URL, f"{URL}/2"])
def test_pages_elsewhere_and_in_a_circle_are_not_followed(tmp_path: Path, link: str) -> None:
    read, told, door = days(tmp_path, web(page2=page(2, link=link)))

    assert (read, told) == ([1, 2], "2 pages")
    assert "https://other.example/dam-opens/3" not in door.asked


def test_a_page_that_the_feed_lists_as_a_report_of_its_own_keeps_its_own_title(
    tmp_path: Path,
) -> None:
    listed = feed({f"{URL}/2": "Second day at the dam"})
    desk = desk_on(tmp_path, {})
    untitled = {url: data.replace(b"<h1>Dam opens at last</h1>", b"") for url, data in web().items()
                if isinstance(data, bytes)}  # fmt: skip
    both = {**untitled, NEWS.url: listed, MORE.url: feed({URL: "Dam opens"})}
    desk = replace(desk, door=Replay(both, clock()))

    list(work(desk, (NEWS, MORE)))

    titles = {each.title for each in desk.store.articles(list(desk.trees.ids()))}
    assert "Second day at the dam" in titles
