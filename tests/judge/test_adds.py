"""What a report adds is what no earlier one has: figures, names, quotations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broadsheet.judge.adds import adds, names
from broadsheet.model import Article

Make = Callable[..., Article]
FIRST = "The battery at Northmoor opened on Friday. It holds 288 MWh and cost €90 million."


def test_the_first_report_is_the_first(report: Make) -> None:
    assert adds(report("Battery opens", FIRST), []) == "first report"


def test_figures_names_and_quotations_that_are_new(report: Make) -> None:
    later = (
        "Northmoor has its battery. Yesterday Halden Power said it serves 400,000 homes. "
        '"We are ready," said the mayor. It holds 288 MWh.'
    )

    told = adds(report("Battery at work", later), [report("Battery opens", FIRST)])

    assert told == '400,000 homes, Halden Power, "We are ready"'


def test_four_at_most(report: Make) -> None:
    later = "He saw Oslo, then Bergen, then Bodo: 3 ships, 40 cars, 500 birds, 6000 trees."

    assert len(adds(report("Trip", later), [report("x", "y")]).split(", ")) == 4


@pytest.mark.parametrize("text", ["", FIRST, FIRST.upper(), "Then it rained. Nobody came."])
def test_nothing_new(report: Make, text: str) -> None:
    assert adds(report("battery", text), [report("Battery opens", FIRST)]) == "nothing new"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It opens at 17:00 sharp in 2027 perhaps.", "nothing new"),
        ("It costs €90 million, 12 MW more.", "12 MW"),
        ("Up by 56 % it went.", "56%"),
        ("Said Minister Ada Holm.", "nothing new"),
        ("On 9 January it rained.", "nothing new"),
    ],
)
def test_figures_say_of_what_and_titles_make_no_new_person(
    report: Make, text: str, told: str
) -> None:
    assert adds(report("", text), [report("Battery opens", f"{FIRST} So said Ada Holm.")]) == told


def test_a_copy_adds_nothing(report: Make) -> None:
    copy = report("Dam", "All about Halden Power.", copy_of="x")

    assert adds(copy, [report("Battery opens", FIRST)]) == "nothing new"
    assert adds(copy, []) == "nothing new"


def test_an_earlier_report_without_text_counts_with_its_summary(report: Make) -> None:
    early = report("Battery opens", "", summary="Halden Power opens it.")

    assert adds(report("Battery", "It belongs to Halden Power."), [early]) == "nothing new"


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("Dam opens", "People came. Then they saw Halden Power.", ("Halden Power",)),
        ("Dam opens", "The Bank of Oslo paid Ada's bill.", ("Bank of Oslo", "Ada")),
        ("Minister visits Northmoor", "", ("Northmoor",)),
        ("Prices Rise After Storm Hits Grid", "It rained.", ()),
        ("", "", ()),
    ],
)
def test_names(title: str, text: str, found: tuple[str, ...]) -> None:
    assert names(title, text) == found


def test_a_title_of_two_hundred_words_is_survived(report: Make) -> None:
    assert adds(report("Word " * 200, "", language=""), [report("x")])
