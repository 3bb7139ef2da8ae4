"""Which of several signals do we believe?"""

from __future__ import annotations

from broadsheet.intake.votes import Claim, Told, elect


def fold(text: str) -> str:
    return text.lower()


def test_signals_that_agree_outvote_a_stronger_one() -> None:
    claims = [Claim("A", "x", 0.8), Claim("b", "y", 0.7), Claim("B", "z", 0.6)]

    told = elect(claims, fold, "")

    assert (told.value, told.signals) == ("b", ("y", "z"))


def test_signals_of_one_family_count_little_more_than_one() -> None:
    claims = [Claim("A", "x", 0.8), Claim("B", "y", 0.7, "one"), Claim("B", "z", 0.6, "one")]

    assert elect(claims, fold, "").value == "A"


def test_a_rival_takes_confidence_away() -> None:
    alone = elect([Claim("A", "x", 0.8)], fold, "").confidence
    doubted = elect([Claim("A", "x", 0.8), Claim("B", "y", 0.7)], fold, "").confidence

    assert doubted < alone == 0.8


def test_of_what_is_the_same_the_preferred_form_is_told() -> None:
    claims = [Claim("a", "x", 0.9), Claim("A", "y", 0.1)]

    assert elect(claims, fold, "", prefer=lambda text: text.isupper()).value == "A"


def test_nothing_is_told_by_no_signal() -> None:
    assert elect([], fold, "nothing") == Told("nothing")
    assert Told("").why() == "no signal"
    assert Told("x", 0.93, ("h1", "og:title")).why() == "h1, og:title (0.93)"
