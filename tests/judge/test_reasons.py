"""A reason names the other report, what both have, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import process_time

import pytest

from broadsheet.judge.reasons import reasons, related, why
from broadsheet.model import Article

Make = Callable[..., Article]

YARD = (
    "Kestrel Storage switched on its battery at Northmoor on Friday. The plant on the old coal yard"
    " at Harrow Staithe stores 288 MWh. Petra Holm pressed the button; Kestrel was proud."
)
NIGHT = (
    "In its first night the battery of Kestrel Storage sold power. The plant at Harrow Staithe"
    " stores 288 MWh, and 17 former miners watch it, Petra Holm said on her way to the coal yard."
)
TRAWLERS = "Trawlers can take power from a plug on the quay, the port of Brannvik wrote."


def told(
    *articles: Article,
    named: set[str] | None = None,
    joined: Collection[frozenset[str]] = (),
) -> list[str]:
    ids = {each.id for each in articles} if named is None else named
    return list(reasons(articles, ids, {}, joined).values())


def test_the_first_report_opens_the_story_and_the_next_says_what_it_is_near_to(
    report: Make,
) -> None:
    first = report("Battery opens", YARD, provider_name="Harbour Post")
    other = report("Trawlers plug in", TRAWLERS, hours=1)
    last = report("A night's work", NIGHT, hours=51)

    assert told(first, other, last)[0] == "opens the story"
    assert told(first, other, last)[2] == (
        "with “Battery opens” of Harbour Post, 2 days earlier: both name Kestrel Storage,"
        " Harrow Staithe and Petra Holm, both say 288 MWh, 13 words shared"
    )


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.5, " of a.example: both"),
        (1, ", 1 hour earlier: both"),
        (5, ", 5 hours earlier: both"),
        (25, ", 1 day earlier: both"),
        (-3, ", 3 hours later: both"),
    ],
)
def test_it_says_how_much_earlier_the_other_was(report: Make, hours: float, said: str) -> None:
    first, last = report("Battery opens", YARD), report("Night", NIGHT, hours=hours)

    assert said in told(first, last)[1]


def test_what_speaks_against_it_is_said_too(report: Make) -> None:
    dock = "Power for trawlers comes from Ostby Nett and one cable."
    first, last = report("Trawlers plug in", TRAWLERS), report("Cable laid", dock)

    assert told(first, last)[1] == (
        "with “Trawlers plug in” of a.example: both say “trawlers” and “Power”,"
        " but no name in common and only 2 words shared"
    )
    assert told(report("Dam"), report("Dam"))[1].endswith("both say “Dam”, but only 1 word shared")
    assert told(report("Dam"), report("Lake"))[1].endswith(": only 0 words shared")
    german = report("Ostby", "In Brannvik bekommen Kutter Strom.", language="de")
    assert "in two languages, de and en" in told(first, german)[1]


def test_a_copy_says_of_what_and_an_editors_word_comes_first(report: Make) -> None:
    first = report("Battery opens", YARD, provider_name="Harbour Post")
    copy = report("Wire: power", YARD, copy_of=first.id)
    far = report("Trawlers plug in", TRAWLERS)

    assert told(first, copy)[1] == "a copy of “Battery opens” of Harbour Post"
    assert told(first, far, joined=[frozenset((far.id, first.id))])[1] == (
        "an editor put it with “Battery opens” of Harbour Post"
    )
    assert told(copy, named={copy.id}) == ["opens the story"]


def test_a_held_report_is_named_by_no_other(report: Make) -> None:
    first, held, last = report("Battery", YARD), report("Secret", NIGHT), report("Night", NIGHT)

    assert "Secret" not in " ".join(told(first, held, last, named={first.id, last.id}))
    assert told(held, first, named={first.id}) == ["opens the story", "opens the story"]


def test_what_was_told_of_a_report_stands_when_its_text_is_gone(report: Make) -> None:
    first, bare = report("Battery", YARD), report("Night", "")

    assert reasons([first, bare], {first.id, bare.id}, {bare.id: "as told"})[bare.id] == "as told"


def test_what_was_told_does_not_stand_where_it_names_what_is_held_now(report: Make) -> None:
    first, held, bare = report("Battery", YARD), report("Secret", NIGHT), report("Night", "")
    before = {bare.id: "with “Secret” of a.example: both name Kestrel Storage"}

    assert "Secret" not in reasons([first, held, bare], {first.id, bare.id}, before)[bare.id]


def test_a_long_headline_is_cut_at_a_word(report: Make) -> None:
    said = told(report("Northmoor battery " * 100, YARD), report("Night", NIGHT))[1]

    assert said.startswith("with “Northmoor battery")
    assert len(said.partition("”")[0]) < 100
    assert "battery…” of a.example" in said or "Northmoor…” of a.example" in said


def test_a_thousand_reports_of_one_story_are_told_in_a_few_seconds(report: Make) -> None:
    many = [report(f"Battery {n}", f"{YARD} Homes: {n}.") for n in range(1000)]
    start = process_time()

    assert len(set(told(*many))) > 1
    assert process_time() - start < 10


def test_a_reason_between_two_reports_is_the_same_for_both(report: Make) -> None:
    one, two = report("Battery opens", YARD), report("Night", NIGHT, hours=50)

    assert why(one, two) == why(two, one)
    assert why(one, two) == (
        "both name Kestrel Storage, Harrow Staithe and Petra Holm, both say 288 MWh,"
        " 2 days apart, 13 words shared"
    )


def test_related_reports_are_told_nearest_first_without_copies(report: Make) -> None:
    one = report("Battery opens", YARD)
    near, far = report("Night", NIGHT), report("Trawlers plug in", TRAWLERS)
    copy = report("", YARD, copy_of=one.id)

    found = related(one, [far, copy, one, near])

    assert [each.id for each, _ in found] == [near.id, far.id]
    assert found == related(one, [near, far])
    assert found[0][1] == why(near, one)
