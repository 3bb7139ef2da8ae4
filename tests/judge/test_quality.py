"""Quality is the sum of what it names, from 0 to 100."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broadsheet.config import Organisation, Portal, Quality, Topic
from broadsheet.judge.quality import quality, register
from broadsheet.model import Article, Image, Part, Source
from broadsheet.plugins import Plugins

Make = Callable[..., Article]
LONG = 'The dam opened. "We waited ten years for this water," the mayor said. ' * 60


def portal(standing: int | None = None, **other: Any) -> Portal:
    known = {"a.example": Organisation("a.example", name="The A", standing=standing)}
    source = Source("news", feed="https://a.example/feed", official=other.pop("official", False))
    return Portal("P", {"t": Topic("t")}, {"news": source}, organisations=known, **other)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"authors": ("Ada",)}, Part("signed by Ada", 10)),
        ({"images": (Image("u", 1200, 675),)}, Part("a picture 1200 pixels wide", 10)),
        ({"images": (Image("u"),)}, Part("a picture of unknown size", 3)),
        ({"text": '"We waited ten years," she said.'}, Part("quotes a source", 10)),
        ({"text": LONG}, Part("quotes, 60", 15)),
        ({"text": "« Nous avons attendu dix ans », dit-elle."}, Part("quotes a source", 10)),
        ({"text": "„Wir haben zehn Jahre gewartet“, sagte sie."}, Part("quotes a source", 10)),
        ({"text": "‘We’ve waited ten years,’ she said."}, Part("quotes a source", 10)),  # noqa: RUF001
        ({"text": "「私たちは十年待った」と市長は言った。"}, Part("quotes a source", 10)),
        ({"text": "水" * 800}, Part("400 words", 20)),
        ({"text": "Berichtigung: Es waren zwölf."}, Part("corrects itself openly", 5)),
    ],
)
def test_each_virtue_has_its_part(report: Make, change: dict[str, Any], part: Part) -> None:
    plain = report("Dam opens", "The dam opened.")

    assert part not in quality(plain, portal()).parts
    assert part in quality(replace(plain, **change), portal()).parts


def test_a_phrase_in_quotation_marks_is_no_source(report: Make) -> None:
    told = quality(report("Dam opens", 'They call it "the dam" here.'), portal())

    assert not [part for part in told.parts if part.name.startswith("quotes")]


def test_a_thumbnail_is_no_picture(report: Make) -> None:
    plain = report("Dam opens", "The dam opened.")

    assert quality(replace(plain, images=(Image("u", 80, 80),)), portal()) == quality(
        plain, portal()
    )


def test_a_copy_and_an_unknown_date_cost(report: Make) -> None:
    text = "word " * 900
    plain = quality(report("Dam", text), portal()).value

    assert quality(report("Dam", text, copy_of="x"), portal()).value == plain - 35
    assert quality(report("Dam", text, published_at=None), portal()).value == plain - 20


def test_what_the_portal_knows_counts(report: Make) -> None:
    plain = report("Dam opens", "The dam opened.")

    assert Part("standing of The A", 30) in quality(plain, portal(30)).parts
    assert Part("official source", 15) in quality(plain, portal(official=True)).parts


def test_it_stays_between_nought_and_a_hundred(report: Make) -> None:
    best = report("Dam", LONG, authors=("Ada",), images=(Image("u", 1200, 675),))
    worst = report("", "", copy_of="x", published_at=None, language="")

    assert quality(best, portal(60, official=True)).value == 100
    assert quality(best, portal(60, official=True)).parts[-1].name == "at most 100"
    assert quality(worst, portal(-40)).value == 0
    assert quality(worst, portal(-40)).parts[-1].name == "at least 0"


def test_it_is_the_default_profiles_alone() -> None:
    default, classic = Plugins(portal()), Plugins(portal(profile="classic"))
    register(default)
    register(classic)

    assert (list(default.quality), list(classic.quality)) == (["page"], [])


def test_a_baiting_headline_costs_and_says_why(report: Make) -> None:
    plain = quality(report("Dam opens after ten years"), portal()).value
    baiting = quality(report("17 Things You Will Never Believe About This Dam"), portal())

    assert baiting.value == max(0, plain - 15)
    assert any(part.name.startswith("a baiting headline (it ") for part in baiting.parts)
    german = report("17 Things You Will Never Believe About This Dam", language="de")
    assert quality(german, portal()).value == plain


def test_an_open_correction_is_a_virtue(report: Make) -> None:
    text = "The dam opened. Correction: an earlier version of this report named another lake."

    assert Part("corrects itself openly", 5) in quality(report("Dam", text), portal()).parts


def test_the_portal_sets_the_weights_and_0_leaves_a_part_out(report: Make) -> None:
    own = portal(quality=Quality(author=40, own_work=0))
    parts = quality(report("Dam", "The dam opened.", authors=("Ada",)), own).parts

    assert Part("signed by Ada", 40) in parts
    assert "own work" not in [part.name for part in parts]
