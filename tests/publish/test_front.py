"""The front page: hottest first, topics mixed where others are as hot, pins above all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broadsheet.model import Part, Score, Story, Told
from broadsheet.publish.front import PIN, ranked, with_pins

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)


def story(id: str, heat: int, topic: str, hours: float = 0) -> Story:
    at = NOON + timedelta(hours=hours)
    score = Score("heat", heat, (Part("given", heat),))
    return Story(id, id, (Told(f"{id}-report"),), at, at, score, ("Power", topic))


def order(*stories: Story) -> str:
    return "".join(each.id for each in ranked(stories))


def test_hotter_stands_higher_then_later() -> None:
    assert order(story("a", 1, "x"), story("b", 3, "x"), story("c", 1, "y", 1)) == "bca"


def test_two_of_one_topic_stand_apart_where_others_are_as_hot() -> None:
    equals = [story("a", 5, "x", 3), story("b", 5, "x", 2), story("c", 5, "y", 1)]

    assert order(*equals) == "acb"
    assert order(story("h", 9, "x"), *equals) == "hcab"


def test_variety_never_lifts_a_cooler_story() -> None:
    assert order(story("a", 5, "x"), story("b", 5, "x", -1), story("c", 4, "y")) == "abc"


def test_the_order_does_not_depend_on_who_comes_first() -> None:
    equals = [story(str(n), 5, "xyz"[n % 3], n / 7) for n in range(9)]

    assert ranked(equals) == ranked(equals[::-1])


def test_ten_thousand_stories_as_cold_as_each_other_are_ranked_at_once() -> None:
    many = [story(str(n), 0, f"topic {n % 7}", n / 100) for n in range(10_000)]

    assert len(ranked(many)) == 10_000


def test_a_pin_is_a_named_part_and_holds_by_story_or_report() -> None:
    cold, hot = story("a", 1, "x"), story("b", 90, "y")
    by_story, by_report = with_pins([cold, hot], ["a"]), with_pins([cold, hot], ["a-report"])

    assert by_story == by_report
    assert by_story[0].heat == Score(
        "heat", 1 + PIN, (*cold.heat.parts, Part("pinned by an editor", PIN))
    )
    assert by_story[1] == hot
    assert ranked(by_story)[0].id == "a"
