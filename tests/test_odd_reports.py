"""What publishers get wrong goes through every step, onto every page, and is explained."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from time import process_time
from typing import Any
from xml.etree import ElementTree

import pytest

from broadsheet import urls
from broadsheet.app.explain import explain
from broadsheet.app.runs import finish
from broadsheet.model import Article, Story, Told
from broadsheet.pipeline.acts import leave
from broadsheet.pipeline.desk import NONE, Desk
from broadsheet.pipeline.filing import record
from broadsheet.pipeline.story import score
from broadsheet.publish.markdown import Trees
from broadsheet.run.local import work
from broadsheet.testing import MORE, NEWS, NOON, article, desk_on, feed

LONG = "The Varde dam held through the night, said Mayor Ines Koll of Lunde. " * 12
ODD: dict[str, tuple[str, str, str, str]] = {
    # what is odd: title, text, published, language
    "no-text": ("A dam without a text", "", format_datetime(NOON), "en"),
    "no-date": ("A dam without a date", LONG, "", "en"),
    "no-language": ("A dam without a language", LONG, format_datetime(NOON), ""),
    "two-hundred-words": ("The dam " * 100, LONG + "One.", format_datetime(NOON), "en"),
    "one-long-word": (f"Dam {'o' * 3000}", LONG + "Two.", format_datetime(NOON), "en"),
    "tomorrow": ("A dam of tomorrow", LONG + "Three.", format_datetime(NOON + timedelta(1)), "en"),
    "far-future": ("A dam of 2099", LONG + "Four.", "Fri, 09 Jan 2099 12:00:00 GMT", "en"),
    "long-ago": ("A dam of 1901", LONG + "Five.", "Wed, 09 Jan 1901 12:00:00 GMT", "en"),
    "year-nought": ("A dam of year 0", LONG + "Six.", "Sat, 01 Jan 0000 00:00:00 GMT", "en"),
    "no-tongue": ("A dam in a tongue unknown", LONG + "Seven.", format_datetime(NOON), "x-zz-9"),
    "reversed": ("A dam \u202ereversed\u202c", LONG + "Eight.", format_datetime(NOON), "en"),
    "markup": ("A dam <b>& \"quoted\"</b> 'dam'", LONG + "Nine.", format_datetime(NOON), "en"),
    "arabic": (
        "سد فاردي dam",
        "افتتح سد فاردي dam يوم الاثنين. " * 20,
        format_datetime(NOON),
        "ar",
    ),
    "emoji": ("\U0001f30a dam \U0001f30a\ufe0f\u200d\U0001f525", LONG + "Ten.", "not a date", "en"),
}


BARE = "https://bare.example/report"


def at(name: str) -> str:
    return f"https://{name}.example/report"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk after a run on all of them; MORE is read by its entries alone."""
    bare = feed({BARE: "A dam in a headline alone"})
    made = desk_on(tmp_path_factory.mktemp("odd"), {**web(list(ODD)), MORE.url: bare})
    more = replace(MORE, read="feed")
    made = replace(made, portal=replace(made.portal, sources={"news": NEWS, "more": more}))
    outcomes = list(work(made, [NEWS, more]))
    finish(made, outcomes)
    return made


def web(names: list[str]) -> dict[str, Any]:
    items = "".join(
        f"<item><title><![CDATA[{ODD[name][0]}]]></title><link>{at(name)}</link>"
        f"<pubDate>{ODD[name][2]}</pubDate></item>"
        for name in names
    )
    pages = {
        at(name): f'<html lang="{language}"><h1>{title}</h1><p>{text}</p></html>'.encode()
        for name, (title, text, _, language) in ODD.items()
    }
    return {NEWS.url: f"<rss><channel>{items}</channel></rss>".encode(), **pages}


def test_each_is_judged_and_kept(desk: Desk) -> None:
    records = filter(None, map(desk.trees.record, desk.trees.ids()))
    kept = {record.source_url for record in records}

    assert kept == {BARE, *(at(name) for name in ODD if name != "no-text")}
    for id in desk.trees.public():
        kept_record = desk.trees.record(id)
        assert kept_record and kept_record.published_at
        assert kept_record.published_at <= desk.at


def test_each_is_explained_in_bounded_sentences(desk: Desk) -> None:
    for url in (BARE, *(at(name) for name in ODD if name != "no-text")):
        (told,) = explain(desk, url)
        assert len(told.sentences) > 4
        assert all(sentence.endswith(".") for sentence in told.sentences)
        assert max(map(len, told.sentences)) < 1000
        json.dumps(told.as_json(), default=str).encode("utf-8")


def test_an_undated_report_says_why_it_is_held(desk: Desk) -> None:
    (told,) = explain(desk, at("no-date"))

    said = " ".join(told.sentences)
    assert "undated" in said
    assert "It is held below the gate (date unknown): held/below/" in said


def test_a_page_without_a_text_is_set_aside_with_the_reason(desk: Desk) -> None:
    (told,) = explain(desk, at("no-text"))

    assert told.sentences == [f"Its way: extract quarantined ({at('no-text')}: no text)."]


def test_every_page_and_feed_holds_them(desk: Desk) -> None:
    site = desk.trees.folder / "site"
    pages = {path: path.read_text("utf-8") for path in site.rglob("*.html")}

    assert len(pages) > 5
    for path, html in pages.items():
        assert html.count("<h1") == 1, path
        assert "\u202e" not in html
        assert "<b>& " not in html
    front = pages[site / "index.html"]
    assert 'lang="ar" dir="rtl"' in front
    assert "The dam The…</a>" in front and "o" * 400 not in front
    for xml in (*site.rglob("*.atom"), *site.rglob("*.rss")):
        ElementTree.fromstring(xml.read_bytes())
    for data in site.rglob("*.json"):
        json.loads(data.read_bytes())


def a_story_of(desk: Desk, many: int) -> tuple[Story, list[Article]]:
    """One story of this many reports, saved and not yet judged."""
    reports = []
    for n in range(many):
        url = f"https://site-{n % 40}.example/report/{n}"
        at = NOON - timedelta(minutes=n)
        made = article(f"Dam opens, part {n}.", f"{LONG} It has {n} gates.", at=at)
        made = replace(made, id=urls.record_id(url), url=url, domain=f"site-{n % 40}.example")
        made = replace(made, topics=("dams",), seen_at=NOON)
        desk.store.save_article(made)
        reports.append(made)
    told = tuple(Told(each.id) for each in reports)
    story = Story(reports[0].id, "Dam opens", told, reports[-1].moment, reports[0].moment)
    desk.store.save_story(story)
    return story, reports


def test_a_story_of_many_reports_is_judged_shown_and_explained_in_bounds(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    story, reports = a_story_of(desk, 600)
    start = process_time()
    (judged,) = score(desk, story, NONE).records
    record(desk, judged, NONE)
    spent = process_time() - start
    finish(desk, [])

    assert spent < 20
    (page,) = (tmp_path / "site" / "s").glob("*/index.html")
    html = page.read_text("utf-8")
    assert len(html) < 200_000
    assert "And 500 more reports: " in html
    (told,) = explain(desk, story.id)
    assert len(told.sentences) < 60
    assert any("And 550 more reports;" in sentence for sentence in told.sentences)
    (one,) = explain(desk, reports[300].id)
    assert len(one.related) == 10


def test_a_removed_report_is_named_by_no_reason_of_the_rest(tmp_path: Path) -> None:
    desk = desk_on(tmp_path)
    story, reports = a_story_of(desk, 250)
    (judged,) = score(desk, story, NONE).records
    record(desk, judged, NONE)
    named = f"“{reports[0].title}”"
    assert named in str(desk.trees.stories[story.id])

    leave(desk, reports[0].id, (), "its publisher asked")

    kept = "".join(str(filed) for filed in Trees(tmp_path).stories.values())
    assert "with “Dam opens, part " in kept and named not in kept


def test_reports_that_arrive_in_another_order_stand_in_the_same_order_on_the_page(
    tmp_path: Path,
) -> None:
    fronts = []
    for n, names in enumerate((list(ODD), list(reversed(ODD)))):
        desk = desk_on(tmp_path / str(n), web(names))
        finish(desk, list(work(desk, [NEWS])))
        fronts.append((tmp_path / str(n) / "site" / "index.html").read_bytes())

    assert fronts[0] == fronts[1]
