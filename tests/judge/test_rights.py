"""What follows from what a publisher allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from broadsheet.config import Extracts, Portal, Topic
from broadsheet.judge import rights
from broadsheet.judge.adds import adds
from broadsheet.judge.keep import gate, hold, keep, nameable
from broadsheet.model import Article, Image, Permissions, Record, Story, Told, Workings

Make = Callable[..., Article]
PORTAL = Portal("P", {"t": Topic("t")}, {})
QUOTE = "“We opened the gates of this dam before anybody asked”"
PICTURE = Image("https://a.example/1.jpg", 900, 600, "The keeper turns the wheel")

ALL = Permissions(
    archive=False,
    snippet=80,
    image_preview="standard",
    ai=False,
    licence="https://licence.example/by",
    why=("max-snippet:80 in the page's robots meta", "noai in the page's robots meta",
         "noarchive in the X-Robots-Tag header", "max-image-preview:standard in the page's robots meta"),
)  # fmt: skip
NOTHING_SAID = Permissions()
HEADLINE = Permissions(snippet=0, why=("nosnippet in the page's robots meta",))
RESERVED = Permissions(reserved=True, why=("tdm-reservation: 1 in the page's meta",))
UNLISTED = Permissions(index=False, why=("noindex in the page's robots meta",))


def adds_as_allowed(article: Article, *earlier: Article) -> str:
    return adds(article, earlier, partial(rights.may_quote, portal=PORTAL))


def record(article: Article, *others: Article) -> Record:
    story = Story(
        article.id,
        article.title,
        tuple(Told(each.id) for each in (article, *others)),
        article.moment,
        article.moment,
    )
    return keep(story, [article, *others], PORTAL, decisions={}, story_id=article.id)[0].record


SENTENCES = {
    NOTHING_SAID: "Its publisher sets no limit; the portal's own, 160, holds.",
    HEADLINE: "No extract, no caption and no word of its text in what it adds: nosnippet in the "
    "page's robots meta.",
    RESERVED: "Title, address and date are all that we take: tdm-reservation: 1 in the page's meta.",
    UNLISTED: "Not listed: noindex in the page's robots meta.",
    ALL: """80 characters may be quoted, that is our limit, 80: max-snippet:80 in the page's robots meta.
Its text was read and is not kept: noarchive in the X-Robots-Tag header.
Pictures may be shown small; the record says so, and we show none: max-image-preview:standard in the \
page's robots meta.
Not for language models; record, API and feeds say so: noai in the page's robots meta.
Its page names a licence, which record, API and feeds name too: https://licence.example/by.""",
}


@pytest.mark.parametrize(("permissions", "sentences"), SENTENCES.items())
def test_each_decision_is_a_sentence_that_names_its_signal(
    report: Make, permissions: Permissions, sentences: str
) -> None:
    article = replace(report("Dam opens"), permissions=permissions)

    assert "\n".join(rights.decisions(article, PORTAL)) == sentences


@pytest.mark.parametrize(
    ("permissions", "words"),
    [
        (NOTHING_SAID, ()),
        (HEADLINE, ("nosnippet",)),
        (RESERVED, ("tdm-reservation",)),
        (UNLISTED, ("noindex",)),
        (ALL, ("noarchive", "max-snippet:80", "max-image-preview:standard", "noai")),
        (replace(ALL, image_preview="none"), ("noarchive", "max-snippet:80", "max-image-preview:none", "noai")),
    ],
)  # fmt: skip
def test_what_is_recorded_tells_the_same_when_the_store_is_lost(
    report: Make, permissions: Permissions, words: tuple[str, ...]
) -> None:
    article = replace(report("Dam opens"), permissions=permissions)
    kept = record(article)

    again = rights.as_recorded(kept)

    assert kept.desk.rights == words
    assert replace(again, why=()) == replace(permissions, why=())
    assert rights.extract_length(replace(article, permissions=again), PORTAL) == (
        rights.extract_length(article, PORTAL)
    )


@pytest.mark.parametrize(
    "wishes", [("max-snippet:x",), ("max-image-preview:huge",), ("", ":", "no")]
)
def test_a_record_edited_by_hand_may_wish_anything(wishes: tuple[str, ...]) -> None:
    odd = Record(source_url="https://a.example/", desk=Workings(rights=wishes))

    assert replace(rights.as_recorded(odd), why=()) == Permissions()


def test_of_a_report_that_may_not_be_quoted_no_record_has_a_word_but_its_headline(
    report: Make,
) -> None:
    told = replace(report("Dam opens"), summary="The keeper turned it.", images=(PICTURE,))
    quiet = replace(told, permissions=HEADLINE)
    other = report("Mill opens too")

    mine, beside = record(quiet), record(other, quiet)

    assert (mine.excerpt, mine.images[0].title) == ("", "Dam opens")
    assert beside.related[0].excerpt == ""
    assert record(told).images[0].title == PICTURE.title
    assert record(replace(told, permissions=RESERVED)).images == ()


@pytest.mark.parametrize(
    ("permissions", "told"),
    [
        (NOTHING_SAID, "30 gates, Varde, “We opened the gates of this dam before…”"),
        (HEADLINE, ""),
        (Permissions(snippet=30), ""),
        (Permissions(snippet=200), "30 gates, Varde, “We opened the gates of this dam before…”"),
    ],
)  # fmt: skip
def test_what_a_report_adds_to_its_story_quotes_no_more_than_it_may(
    report: Make, permissions: Permissions, told: str
) -> None:
    first = report("Dam opens", text="The dam is open.")
    text = f"The dam at Varde has 30 gates. {QUOTE}, said its keeper."
    second = replace(report("Dam opens", text=text), summary="Open.", permissions=permissions)

    assert adds_as_allowed(second, first) == told


def test_a_headline_may_add_what_the_text_may_not(report: Make) -> None:
    first = report("Dam opens", text="The dam is open.")
    second = report("Dam of 30 gates opens", text=QUOTE, permissions=HEADLINE)

    assert adds_as_allowed(second, first) == "30 gates"
    assert adds_as_allowed(second) == "first report"


@pytest.mark.parametrize("decision", ["", "approve", "hold"])
def test_what_its_publisher_does_not_want_listed_is_not_whatever_an_editor_says(
    report: Make, decision: str
) -> None:
    unlisted = replace(report("Dam opens", points=9), permissions=UNLISTED)

    assert gate(unlisted, PORTAL, decision)[0] == "held/below"
    assert hold(unlisted, PORTAL, decision) == (
        "held/below",
        "its publisher does not want it listed",
    )
    assert not nameable(unlisted, PORTAL, decision)


def test_the_smaller_of_both_limits_holds(report: Make) -> None:
    def length(snippet: int | None, own: int) -> Any:
        article = report("Dam opens", permissions=Permissions(snippet=snippet))
        return rights.extract_length(article, replace(PORTAL, extracts=Extracts(own)))[0]

    assert [length(80, 160), length(200, 160), length(None, 160), length(0, 160)] == [
        80,
        160,
        160,
        0,
    ]
    assert length(80, 0) == 0
