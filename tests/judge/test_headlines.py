"""Bait is called bait in any case, and says by which parts."""

from __future__ import annotations

import pytest

from broadsheet.judge.headlines import bait, headline


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
    assert bait(title.lower()) == bait(title.upper()) == bait(f"“{title}”") == bait(title)


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
    assert headline(title).value < 0


def test_the_parts_have_names_that_a_reader_understands() -> None:
    names = {part.name.split(":")[0] for part in headline("17 things that will make you cry").parts}

    assert {"it counts", "it speaks to the reader", "it is lavish"} <= names


def test_an_empty_headline_is_no_bait() -> None:
    assert bait("") < 0.5
    assert bait("水力発電所が開所") < 0.9
