"""What do the pages of one site have in common?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from broadsheet.intake import site
from broadsheet.intake.site import Learned, Shown
from broadsheet.model import Article
from broadsheet.testing import NOON, article

NOTE = (
    "Get the best of the Quay by mail every morning, free of charge, and leave whenever you like."
)
CHARITY = "The Quay is owned by a trust of its readers, and has no other owner than that."
SUMMARY = "News from the harbour, the ferries and the tides, every day since the year 1911."


def report(n: int, *more: str, name: str = "The Quay", summary: str = "") -> Article:
    own = [f"Tide number {n} rose at pier {n}{n}, said harbour master {chr(65 + n % 26)} Low, {k}."
           for k in ("at dawn", "by noon", "in the evening")]  # fmt: skip
    text = "\n".join((*own, *more))
    made = article(f"Tide {n}", text, site="quay.example", at=NOON + timedelta(minutes=n))
    return replace(made, provider_name=name, summary=summary)


def seen(*reports: Article) -> tuple[Shown, ...]:
    known: tuple[Shown, ...] = ()
    for each in reports:
        known = site.remembered(known, site.shown(each))
    return known


def test_a_line_that_stands_on_many_reports_is_left_out_and_the_reason_says_on_how_many() -> None:
    known = site.learned(seen(*(report(n, NOTE, CHARITY) for n in range(6))))

    told = site.applied(report(9, NOTE, CHARITY), known)

    assert NOTE not in told.text and CHARITY not in told.text
    assert told.text == " ".join(report(9).text.split("\n"))
    (why,) = told.signals
    assert (
        why.startswith('text: without "Get the best of the Quay by mail') and "(on 6 of 6)" in why
    )


@pytest.mark.parametrize("reports", [0, 1, site.STANDING - 1])
def test_too_few_reports_teach_nothing(reports: int) -> None:
    known = site.learned(seen(*(report(n, NOTE) for n in range(reports))))

    assert NOTE in site.applied(report(9, NOTE), known).text


def test_a_line_on_a_small_part_of_the_site_stays() -> None:
    with_note = [report(n, NOTE) for n in range(site.STANDING)]
    without = [report(n) for n in range(site.STANDING, 4 * site.STANDING)]

    known = site.learned(seen(*with_note, *without))

    assert NOTE in site.applied(report(30, NOTE), known).text


def test_subheads_that_reports_of_a_kind_share_stay() -> None:
    known = site.learned(seen(*(report(n, "What happens next") for n in range(8))))

    assert "What happens next" in site.applied(report(9, "What happens next"), known).text


def test_one_report_at_many_addresses_has_one_voice() -> None:
    again = [replace(report(1, NOTE), id=f"{n:012}") for n in range(20)]

    known = site.learned(seen(*again))

    assert known.reports == 1 and known.standing == {}


def test_a_report_read_again_counts_once_and_keeps_its_place() -> None:
    reports = [report(n, NOTE) for n in range(4)]

    assert seen(*reports, *reports, reports[0]) == seen(*reports)


def test_lines_whose_loss_would_leave_no_text_stay() -> None:
    known = site.learned(seen(*(report(n, NOTE) for n in range(6))))
    bare = replace(report(9), text=NOTE, summary=NOTE)

    told = site.applied(bare, known)

    assert (told.text, told.summary) == (NOTE, NOTE)


def test_a_summary_that_the_whole_site_shares_is_not_the_reports() -> None:
    known = site.learned(seen(*(report(n, summary=SUMMARY) for n in range(6))))

    told = site.applied(report(9, summary=SUMMARY), known)

    assert told.summary == ""
    assert told.signals == ("excerpt: not the summary that 6 reports of its site share",)
    assert site.applied(report(9, summary="Ferries sail."), known).summary == "Ferries sail."


def test_the_name_is_what_most_reports_give_in_the_usual_spelling() -> None:
    names = ["The Quay", "The Quay", "THE QUAY", "Armed robbery in Revesby", ""]
    known = site.learned(seen(*(report(n, name=name) for n, name in enumerate(names))))

    told = site.applied(report(9, name="Armed robbery in Revesby"), known)

    assert told.provider_name == "The Quay"
    assert told.signals == (
        "site: The Quay, as 3 of 5 reports of the site say; this one: Armed robbery in Revesby",
    )


def test_a_name_that_is_only_the_address_has_no_vote() -> None:
    names = ["quay.example", "QUAY.EXAMPLE", "The Quay", "The Quay", "The Quay"]
    known = site.learned(seen(*(report(n, name=name) for n, name in enumerate(names))))

    assert (known.name, known.named) == ("The Quay", 3)
    assert site.applied(report(9, name="quay.example"), known).provider_name == "The Quay"


def test_where_a_site_does_not_agree_each_report_keeps_its_name() -> None:
    names = ["The Quay", "The Quay", "Quay Sport", "Quay Sport", "Quay Sport", "Quay Food"]
    known = site.learned(seen(*(report(n, name=name) for n, name in enumerate(names))))

    assert known.name == ""
    assert site.applied(report(9, name="Quay Food"), known).provider_name == "Quay Food"


def test_the_order_in_which_reports_come_teaches_the_same() -> None:
    reports = [report(n, NOTE, name=name) for n, name in enumerate(("A", "B", "A", "B", "A"))]

    taught = {repr(site.learned(seen(*order))) for order in permutations(reports)}

    assert len(taught) == 1


def test_what_is_remembered_is_bounded_whatever_a_site_does() -> None:
    flood = [replace(report(n), text="\n".join(f"{n} {k} {NOTE}" for k in range(3_000)))
             for n in range(100)]  # fmt: skip

    known = seen(*flood)

    assert len(known) == site.REPORTS and known[-1].id == flood[-1].id
    assert len(site.to_text(known)) < 40_000


def test_what_the_store_gives_back_is_what_it_was_given_and_what_it_lost_is_nothing() -> None:
    known = seen(*(report(n, NOTE) for n in range(6)))

    assert site.of_text(site.to_text(known)) == known
    assert site.of_text("") == site.of_text("[1]") == site.of_text('{"a"') == ()


def test_a_site_of_which_nothing_is_known_changes_nothing_but_the_lines() -> None:
    told = site.applied(report(1, NOTE, summary=SUMMARY), Learned())

    assert told == replace(report(1, NOTE, summary=SUMMARY), text=told.text)
    assert "\n" not in told.text
