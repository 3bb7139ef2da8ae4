"""Bait is called bait in any case, and says by which parts."""

from __future__ import annotations

import pytest

from broadsheet.judge.headlines import bait, capitals, headline


@pytest.mark.parametrize(
    "title",
    [
        "19 Things You Need To Know Before You Turn Thirty",
        "How Well Do You Remember Your First Phone",
        "This Is What Happens When You Give A Parrot A Piano",
    ],
)
def test_bait_is_bait_in_any_case_and_under_any_quotation_mark(title: str) -> None:
    assert bait(title) > 0.9
    assert bait(title) > bait(title.lower()) == bait(title.upper()) > 0.9
    assert bait(f"“{title}”") == bait(title)


@pytest.mark.parametrize(
    "title",
    [
        "Police arrest two men after bank robbery in Northmoor",
        "Government approves second dam on river Halden",
        "Three killed as train derails near Sundvik",
    ],
)
def test_what_tells_the_news_is_plain(title: str) -> None:
    assert bait(title) < 0.1
    assert bait(title.title()) < 0.1, "a capital on every word is no bait by itself"
    assert headline(title).value < 0


def test_the_parts_have_names_that_a_reader_understands() -> None:
    names = {part.name.split(":")[0] for part in headline("17 things that will make you cry").parts}

    assert {"it counts", "it speaks to the reader", "it is lavish"} <= names


def test_a_capital_on_every_word_is_named_and_one_case_says_nothing() -> None:
    names = [part.name for part in headline("Seventeen Ways To Fold A Map").parts]
    assert "a capital on every word" in names
    names = [part.name for part in headline("Two ways to Fold a map in Northmoor").parts]
    assert "small letters begin some words" in names
    assert [capitals(title) for title in ("ferries stop", "FERRIES STOP", "Ferries", "")] == [0] * 4


def test_the_parts_sum_to_the_score_which_has_the_sign_of_the_chance() -> None:
    for title in ("You Won't Believe This Ferry", "Ferry runs aground off Harrow Staithe"):
        score = headline(title)
        assert score.value == sum(part.points for part in score.parts)
        assert (score.value > 0) == (bait(title) > 0.5)


def test_an_empty_headline_is_no_bait() -> None:
    assert bait("") < 0.5
    assert bait("水力発電所が開所") < 0.9
