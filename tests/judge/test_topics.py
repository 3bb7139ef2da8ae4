"""A topic is found by whole words, for reasons that can be read."""

from __future__ import annotations

import time

import pytest

from broadsheet.config import Topic
from broadsheet.judge.topics import Found, topics_of
from broadsheet.model import Part

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


def test_a_name_in_passing_far_down_gives_no_topic_and_says_so() -> None:
    found = topics_of("Elections", f"{'word ' * 200} battery", (), (), TREE)

    assert found.keys == ()
    assert found.passed_over[0].name == "Storage"
    assert found.passed_over[0].parts[-1] == Part("named in passing", 0)


def test_a_remark_beside_a_much_stronger_topic_does_not_count() -> None:
    found = topics_of("AI, AI, AI", f"AI {'AI word ' * 20} battery", (), (), TREE)

    assert found.keys == ("ai",)


def test_the_score_of_a_topic_is_the_sum_of_the_words_that_gave_it() -> None:
    found = topics_of("A battery", "The battery has 2 GWh", (), (), TREE)

    score = found.scores[found.keys.index("storage")]
    assert [part.name for part in score.parts] == [
        "battery in the headline",
        "battery in the text",
        "GWh in the text",
    ]
    assert score.parts[0].points > score.parts[1].points > score.parts[2].points


@pytest.mark.parametrize(
    ("language", "keyword", "text"),
    [
        ("en", "dam", "Two dams opened"),
        ("en", "acquire", "It acquired a mill and is acquiring another"),
        ("en", "battery", "Batteries"),
        ("de", "Speicher", "Des Speichers"),
        ("nb", "vindmølle", "Vindmøllene står"),
        ("fr", "barrage", "Les barrages"),
    ],
)
def test_inflected_words_count_where_asked_only(language: str, keyword: str, text: str) -> None:
    asked = {"t": Topic("t", keywords=(keyword,), inflect=True)}
    plain = {"t": Topic("t", keywords=(keyword,))}

    assert topics_of("", text, (), (), asked, language=language).matched == (f"t: {keyword}",)
    assert topics_of("", text, (), (), plain, language=language).keys == ()


COMPANIES = {
    "apple": Topic("apple", keywords=("Apple",), about="The maker of iPhones, Macs and software."),
    "ai": Topic("ai", keywords=("AI",), about="Machines that learn, neural networks, chatbots."),
    "apps": Topic("apps", keywords=("Power Apps",), about="Microsoft tools for building software."),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Growers expect a late apple harvest", ()),
        ("In the apple store the new iPhones are sold", ("apple",)),
        ("Apple opened an office", ("apple",)),
        ("The artist Ai Weiwei shows bicycles", ()),
        ("AI writes letters", ("ai",)),
        ("Makers of High Power Apps electronics met", ()),
        ("With Microsoft Power Apps they built it", ("apps",)),
    ],
)
def test_a_word_of_another_sense_counts_only_where_the_text_fits_the_description(
    text: str, found: tuple[str, ...]
) -> None:
    assert topics_of("", text, (), (), COMPANIES).keys == found


def test_a_publisher_and_an_author_hint_at_a_topic() -> None:
    tree = {"t": Topic("t", name="T", providers=("a.example",), authors=("Ada Holm",))}

    assert topics_of("x", "", (), (), tree, domain="a.example").matched == (
        "T: published by a.example",
    )
    assert topics_of("x", "", (), (), tree, authors=["ada holm"]).matched == (
        "T: signed by Ada Holm",
    )
    assert topics_of("x", "", (), (), tree, domain="b.example").keys == ()


def test_ten_thousand_keywords_cost_little_more_than_ten() -> None:
    tree = {
        f"t{n}": Topic(f"t{n}", keywords=tuple(f"word{n}x{k} of phrase" for k in range(10)))
        for n in range(1000)
    }
    text = "word7x3 of phrase " * 3 + "nothing else here " * 50
    topics_of("", text, (), (), tree)

    start = time.process_time()
    for _ in range(100):
        assert topics_of("", text, (), (), tree).keys == ("t7",)
    assert time.process_time() - start < 1  # seconds; it takes a twelfth, machines are busy
