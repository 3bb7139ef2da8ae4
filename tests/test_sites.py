"""What the pages of one site teach the desk, from feed to record, and again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet import urls
from broadsheet.app.explain import explain
from broadsheet.fetch.replay import Replay
from broadsheet.model import Article, Record
from broadsheet.pipeline.acts import again
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.memory import Memory
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, clock, desk_on, feed, page, tree

NOTE = (
    "Get the best of the Quay by mail every morning, free of charge, and leave whenever you like."
)
HEAD = b"<meta property=og:site_name content='%s'>"
PIERS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper")
WEB = {
    f"https://quay.example/{n}": HEAD % (b"The Quay" if n != 3 else b"Robbery at the dam")
    + page(
        f"The dam at {pier} was closed for {n + 2} days, said its keeper {pier} Low on Monday.",
        f"Boats of the {pier} valley wait in {n + 3} harbours until the dam at {pier} opens again.",
        NOTE,
    )
    for n, pier in enumerate(PIERS)
}


def world(*numbers: int) -> dict[str, bytes]:
    listed = {f"https://quay.example/{n}": f"Dam at {PIERS[n]} closed" for n in numbers}
    return {**WEB, NEWS.url: feed(listed), MORE.url: feed({})}


def read(desk: Desk) -> dict[str, Article]:
    return {article.url: article for article in desk.store.articles(list(desk.trees.ids()))}


def record(desk: Desk, n: int) -> Record:
    url = f"https://quay.example/{n}"
    return next(r for r in desk.trees.public().values() if r.source_url == url)


def test_the_first_visit_to_a_site_teaches_enough_for_all_its_reports(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, world(*range(6)))

    list(work(desk, (NEWS, MORE)))

    texts = [article.text for article in read(desk).values()]
    assert len(texts) == 6 and not [text for text in texts if NOTE in text]
    assert {r.provider.name for r in desk.trees.public().values()} == {"The Quay"}


def test_explain_tells_what_was_left_out_and_why(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, world(*range(6)))
    list(work(desk, (NEWS, MORE)))

    (told,) = explain(desk, "https://quay.example/3")
    said = "\n".join(told.sentences)

    assert 'without "Get the best of the Quay by mail' in said and "(on 6 of 6)" in said
    assert "site: The Quay, as 5 of 6 reports of the site say; this one: Robbery" in said


def test_a_site_seen_too_seldom_keeps_its_lines(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, world(0, 1, 2))

    list(work(desk, (NEWS, MORE)))

    assert all(NOTE in article.text for article in read(desk).values())


@pytest.mark.parametrize("stopped", [False, True])
def test_what_was_learned_outlives_the_run(tmp_path: Path, stopped: bool) -> None:
    desk = desk_on(tmp_path, world(0, 1, 2, 4))
    list(work(desk, (NEWS, MORE)))
    memory = Memory(desk.store, desk.at) if stopped else desk.memory
    desk = replace(desk, door=Replay(world(3, 5), clock()), memory=memory)

    list(work(desk, (NEWS, MORE)))

    articles = read(desk)
    assert NOTE not in articles["https://quay.example/5"].text
    assert record(desk, 3).provider.name == "The Quay"
    assert NOTE in articles["https://quay.example/0"].text  # read before there was evidence


def test_a_report_read_before_its_site_had_a_name_gets_it_when_its_story_changes(
    tmp_path: Path,
) -> None:
    desk = desk_on(tmp_path, world(3))
    list(work(desk, (NEWS, MORE)))
    assert record(desk, 3).provider.name == "Robbery at the dam"
    desk = replace(desk, door=Replay(world(0, 1, 2, 4), clock()))
    list(work(desk, (NEWS, MORE)))

    again(desk, desk.store.report_of(urls.record_id("https://quay.example/3")))

    assert record(desk, 3).provider.name == "The Quay"


@pytest.mark.parametrize("workers", [1, 4])
def test_neither_the_order_nor_the_workers_reach_a_record(tmp_path: Path, workers: int) -> None:
    plain, turned = desk_on(tmp_path / "a", world(*range(8))), desk_on(tmp_path / "b")
    turned = replace(turned, door=Replay(world(*range(8)), clock()))

    list(work(plain, (NEWS, MORE)))
    list(work(turned, (MORE, NEWS), workers=workers))

    assert tree(tmp_path / "a") == tree(tmp_path / "b") != {}


def test_reading_a_page_again_teaches_nothing_twice(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, world(*range(4)))
    list(work(desk, (NEWS, MORE)))
    before = desk.store.fact("site:quay.example")
    titled = {f"https://quay.example/{n}": f"Dam at {PIERS[n]} closed for days" for n in range(4)}
    desk = replace(desk, door=Replay({**WEB, NEWS.url: feed(titled), MORE.url: feed({})}, clock()))

    list(work(desk, (NEWS, MORE)))

    assert desk.store.fact("site:quay.example") == before
    assert all(NOTE in article.text for article in read(desk).values())
