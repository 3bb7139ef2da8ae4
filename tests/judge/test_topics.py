"""A topic is found by whole words, for reasons that can be read."""

from __future__ import annotations

import pytest

from broadsheet.config import Topic
from broadsheet.judge.topics import Found, topics_of

TREE = {
    "storage": Topic(
        "storage",
        name="Storage",
        parent="power",
        keywords=("battery", "GWh", "pumped hydro"),
        not_=("phone battery", "assault and battery"),
        hashtags=("EnergyStorage",),
    ),
    "power": Topic("power", name="Power"),
    "ai": Topic("ai", name="AI", keywords=("AI", "artificial intelligence")),
}
BOTH = ("power", "storage")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A battery opens", BOTH),
        ("BATTERY", BOTH),
        ("A phone battery burns", ()),
        ("A phone battery, a battery farm", BOTH),
        ("A smartphone battery", BOTH),
        ("He stood trial for assault and battery", ()),
        ("batteryless", ()),
        ("Northmoor's battery\u2019s cost", BOTH),
        ("pumped-hydro lakes", BOTH),
        ("pumped\n hydro", BOTH),
        ("#EnergyStorage grows", BOTH),
        ("#energystoragenow", ()),
        ("EnergyStorage grows", ()),
        ("Airport raises brain of Baidu", ()),
        ("AI, they say", ("ai",)),
        ("", ()),
        ("word " * 200, ()),
    ],
)
def test_whole_words_and_phrases_in_any_case(text: str, found: tuple[str, ...]) -> None:
    assert topics_of(text, "", (), (), TREE).keys == found
    assert topics_of("Title", text, (), (), TREE).keys == found


def test_a_phrase_does_not_run_from_the_title_into_nothing() -> None:
    assert topics_of("", "", (), (), TREE) == Found()


@pytest.mark.parametrize("tag", ["EnergyStorage", "energystorage", "#ENERGYSTORAGE"])
def test_a_tag_of_the_feed_counts_as_a_hashtag(tag: str) -> None:
    found = topics_of("Late news", "", (tag,), (), TREE)

    assert found.matched == ("Power: parent of Storage", "Storage: tag EnergyStorage")


def test_each_topic_says_why() -> None:
    found = topics_of("A battery of 2 GWh", "", (), ("ai",), TREE)

    assert found.keys == ("power", "ai", "storage")
    assert found.matched == (
        "Power: parent of Storage",
        "AI: carried by its source",
        "Storage: battery, GWh",
    )


def test_a_carried_topic_that_the_words_give_too_names_both() -> None:
    assert topics_of("AI", "", (), ("ai",), TREE).matched == ("AI: AI, carried by its source",)


def test_a_carried_topic_that_the_tree_no_longer_has_is_passed_over() -> None:
    assert topics_of("Elections", "", (), ("gone",), TREE) == Found()


def test_grandparents_come_too_and_first() -> None:
    tree = {
        "cells": Topic("cells", parent="storage", keywords=("sodium",)),
        "storage": Topic("storage", parent="power"),
        "power": Topic("power"),
    }

    assert topics_of("Sodium", "", (), (), tree).keys == ("power", "storage", "cells")


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("straße", "Die STRASSE ist zu", True),
        ("e\u0301nergie", "L'ÉNERGIE", True),
        ("電池", "蓄電池が完成", True),
        ("энергия", "Энергия ветра", True),
        ("энергия", "биоэнергия", False),
        ("बिजल", "बिजली", False),
        ("C++", "C++ is old", True),
        ("  ", "a  b", False),
    ],
)
def test_words_of_any_script(keyword: str, text: str, found: bool) -> None:
    tree = {"t": Topic("t", keywords=(keyword,))}

    assert bool(topics_of(text, "", (), (), tree).keys) is found
