"""Heat counts independent publishers, and cools."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.config import Organisation
from broadsheet.judge.heat import heat
from broadsheet.model import Part, Score, Voice

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
HALF = timedelta(hours=12)


def voice(site: str = "a", hours: float = 0, quality: int = 50, *, copy: bool = False) -> Voice:
    return Voice(f"{site}.example", NOON + timedelta(hours=hours), quality, copy)


FIVE = [voice(site) for site in "abcde"]


def test_a_lone_fresh_report_and_five_publishers() -> None:
    assert heat([voice()], NOON, HALF).value == 25
    assert heat(FIVE, NOON, HALF).value == 77


def test_heat_halves_with_every_half_life_and_says_so() -> None:
    later = heat(FIVE, NOON + HALF, HALF)

    assert later.value == 38
    assert later.parts == (
        Part("5 publishers", 59),
        Part("median quality 50", 10),
        Part("5 publishers within 3 h", 8),
        Part("cooled, 12 h", -39),
    )


def test_a_copy_adds_nothing_and_warms_nothing() -> None:
    with_copy = [voice(), voice("b", 10, 100, copy=True)]

    assert heat(with_copy, NOON + HALF, HALF) == heat([voice()], NOON + HALF, HALF)


def test_one_outlet_cannot_outshout_seven() -> None:
    loud = [voice("a") for _ in range(20)]

    assert heat(loud, NOON, HALF) == heat([voice()], NOON, HALF)
    assert (
        heat([voice(site) for site in "abcdefg"], NOON, HALF).value > heat(loud, NOON, HALF).value
    )


def test_a_date_ahead_of_now_does_not_heat() -> None:
    assert heat([voice(), voice("b", 5)], NOON, HALF) == heat([voice()], NOON, HALF)


@pytest.mark.parametrize("voices", [[], [voice(copy=True)], [voice("a", 1)]])
def test_nobody_heard_is_cold(voices: list[Voice]) -> None:
    assert heat(voices, NOON, HALF) == Score("heat", 0)


def test_an_old_story_ends_at_nought_even_without_a_half_life() -> None:
    assert heat(FIVE, NOON + timedelta(days=4000), HALF).value == 0
    assert heat(FIVE, NOON + HALF, timedelta(0)).value == 0


def test_the_order_of_voices_changes_nothing() -> None:
    mixed = [voice("a", -3, 10), voice("b", -1, 90), voice("c", -2, 40)]

    assert heat(mixed, NOON, HALF) == heat(mixed[::-1], NOON, HALF)


def test_a_score_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="heat: parts do not sum to 67"):
        Score("heat", 67, (Part("5 publishers", 21),))


def test_a_story_that_many_take_up_at_once_is_hotter_than_one_that_seeps() -> None:
    at_once = [voice(site, -n / 2) for n, site in enumerate("abcd")]
    seeping = [voice(site, -5.0 * n) for n, site in enumerate("abcd")]

    assert Part("4 publishers within 3 h", 6) in heat(at_once, NOON, HALF).parts
    assert heat(at_once, NOON, HALF).value == heat(seeping, NOON, HALF).value + 6


def test_publishers_of_standing_weigh_less_than_one_more_publisher() -> None:
    known = {f"{site}.example": Organisation(f"{site}.example", standing=90) for site in "abcd"}
    with_standing = heat([voice(site) for site in "abcd"], NOON, HALF, known)

    assert Part("publishers of standing", 9) in with_standing.parts
    assert with_standing.value < heat(FIVE, NOON, HALF).value
    disliked = {"a.example": Organisation("a.example", standing=-50)}
    assert heat([voice()], NOON, HALF, disliked) == heat([voice()], NOON, HALF)


def test_one_publisher_is_not_fast_however_often_it_writes() -> None:
    assert heat([voice("a", -n / 10) for n in range(9)], NOON, HALF) == heat([voice()], NOON, HALF)
