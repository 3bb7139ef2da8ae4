"""The original's arithmetic, on the seed's own numbers and on an invented twin of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.config import Topic
from broadsheet.judge import classic
from broadsheet.model import Article

Make = Callable[..., Article]
SEED = Path(__file__).parents[3] / "shared" / "seed-record.md"
TREE = {
    "ai": Topic("ai", name="AI", keywords=("artificial intelligence", "ai")),
    "aws-ai": Topic(
        "aws-ai",
        name="AWS AI",
        parent="ai",
        keywords=("aws", "amazon web services", "rekognition", "sagemaker"),
    ),
}
CARRIED = ("ai", "aws-ai")


def scored(article: Article, *, bonus: int = 0) -> Article:
    topics = classic.topics_of(article.title, CARRIED, TREE)
    quality = classic.quality(
        article.title,
        [TREE[key] for key in topics],
        has_image=True,
        has_amp=bool(article.amp_url),
        known_bonus=bonus,
        official=False,
        featured=False,
    )
    return replace(article, topics=topics, quality=quality)


def judged(main: Article, better: Article, other: Article) -> tuple[int, list[int], int, bool]:
    related = classic.related(main, [other, main, better])
    heat = classic.heat(main, related).value
    values = [each.quality.value for each in related]
    return main.quality.value, values, heat, classic.published(heat)


@pytest.mark.skipif(not SEED.exists(), reason="the seed record is not on this machine")
def test_the_seeds_numbers(report: Make) -> None:
    seed = yaml.safe_load(SEED.read_text().split("---\n")[1])

    def read(entry: dict[str, Any]) -> Article:
        date: datetime = entry["publishedDateTime"]
        article = report(
            entry["title"],
            summary=entry["excerpt"],
            published_at=date,
            amp_url=entry.get("ampUrl", ""),
        )
        return scored(article, bonus=30 * (entry["provider"]["domain"] == "wired.com"))

    main, better, other = map(read, [seed, *seed["related"]])

    assert judged(main, better, other) == (24, [74, 22], -1, False)
    assert len(main.title) == 110


def test_an_invented_twin_of_the_seed(report: Make) -> None:
    main = report(
        "Doorbell maker dismisses four members of staff who watched the pictures of customers"
        " without any leave to look".ljust(110, "."),
        summary="The maker is silent on facial recognition technology.",
        amp_url="https://a.example/amp",
    )
    better = report(
        "Doorbell maker stands by its police partners",
        summary="It may add facial recognition.",
        hours=-30,
        amp_url="https://b.example/amp",
    )
    other = report(
        "Voice firm builds AI for the police; goes on with new plans in spite of the ban from over"
        " the ocean".ljust(104, "."),
        summary="Its recognition technology was shown.",
        hours=-32,
    )

    numbers = judged(scored(main), scored(better, bonus=30), scored(other))

    assert numbers == (24, [74, 22], -1, False)


def test_every_part_of_quality(report: Make) -> None:
    score = classic.quality(
        "aws and ai" + "x" * 63,
        list(TREE.values()),
        has_image=True,
        has_amp=True,
        known_bonus=30,
        official=True,
        featured=True,
    )

    assert [part.points for part in score.parts] == [17, 17, 20, 20, 30, 50, 100, -1]
    assert score.value == 253


@pytest.mark.parametrize(
    ("length", "points"), [(0, 2), (70, 2), (71, 2), (72, 1), (73, 1), (74, 0)]
)
def test_a_long_title_costs(length: int, points: int) -> None:
    score = classic.quality(
        "x" * length,
        [TREE["ai"]],
        has_image=False,
        has_amp=False,
        known_bonus=0,
        official=False,
        featured=False,
    )

    assert score.value == points


def test_a_keyword_is_found_inside_a_word_as_it_was() -> None:
    assert classic.topics_of("Airport raises fees", (), TREE) == ("ai",)


def test_carried_topics_come_first_then_the_titles_parents_first() -> None:
    tree = {
        "child": Topic("child", parent="top", keywords=("dam",)),
        "top": Topic("top", keywords=("dam",)),
        "own": Topic("own"),
    }

    assert classic.topics_of("The DAM", ("own", "gone"), tree) == ("own", "top", "child")
    assert classic.topics_of("", (), tree) == ()


@pytest.mark.parametrize(
    ("change", "related"),
    [
        ({}, True),
        ({"hours": 108}, True),
        ({"hours": 108.1}, False),
        ({"topics": ("other",)}, False),
        ({"title": "Water flows", "summary": "again"}, False),
        ({"title": "Which would people think", "summary": ""}, False),
    ],
)
def test_related(report: Make, change: dict[str, Any], related: bool) -> None:
    main = report("Water reaches engineers", summary="Which people would think", topics=("t",))
    given = {"title": "Engineers", "summary": "The WATER came.", "topics": ("t",)} | change

    assert bool(classic.related(main, [report(**given)])) is related


def test_the_twenty_that_share_most_are_listed_best_first(report: Make) -> None:
    main = report("alpha bravo charlie river delta", topics=("t",))
    poor = [report("alpha bravo", topics=("t",), points=90) for _ in range(3)]
    near = [report("alpha bravo charlie", topics=("t",), points=n // 2, hours=n) for n in range(20)]

    listed = classic.related(main, [*poor, *near])

    assert set(listed) == set(near)
    assert [each.quality.value for each in listed] == [n // 2 for n in range(19, -1, -1)]
    assert listed[0].moment < listed[1].moment


def test_heat(report: Make) -> None:
    own = report(points=50)

    assert classic.heat(own, []).value == 50
    assert classic.heat(own, [report(points=50, hours=1), report(points=4)]).value == 70
    assert classic.heat(own, [report(points=50, hours=-1)]).value == -1
    assert classic.heat(own, [report(points=51, hours=1)]).value == -1


@pytest.mark.parametrize(
    ("heat", "gate", "passes"), [(70, 70, True), (69, 70, False), (-1, 0, False)]
)
def test_the_gate(heat: int, gate: int, passes: bool) -> None:
    assert classic.published(heat, gate) is passes


@pytest.mark.parametrize(
    ("summary", "text", "kept"),
    [
        ("given " * 80 + "...", "x", "given " * 80 + "..."),
        ("", "", ""),
        ("", "short", "short"),
        ("", "a" * 300 + " more", "a" * 300),
        ("", "a" * 298 + " more words", "a" * 298 + " more"),
        ("", "a" * 400, "a" * 400),
    ],
)
def test_an_excerpt_as_given_or_from_the_text(summary: str, text: str, kept: str) -> None:
    assert classic.excerpt(summary, text) == kept
