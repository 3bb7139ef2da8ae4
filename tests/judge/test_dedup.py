"""Copies are found however they were cut or called; two reports of one event are no copies."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from broadsheet.judge.dedup import Copies, changes, containment, duplicate_of, repeated_by, sketch
from broadsheet.model import Article

Make = Callable[..., Article]


def prose(seed: int, words: int) -> str:
    """Invented text: the same seed gives the same words."""
    chance = random.Random(seed)
    letters = "abdefgiklmnoprstuv"
    return " ".join("".join(chance.choices(letters, k=chance.randint(3, 8))) for _ in range(words))


AGENCY = "\n\n".join(prose(n, 60) for n in range(8))


def test_the_same_text_elsewhere_is_a_copy_of_the_first(report: Make) -> None:
    first = report("Dam opens", AGENCY)
    again = report("Water at last", AGENCY.upper(), site="b.example", hours=1)

    assert duplicate_of(again, [first]) == first


def test_judging_the_first_again_does_not_make_it_a_copy_of_its_copy(report: Make) -> None:
    first = report("Dam opens", AGENCY)
    again = report("Dam opens", AGENCY, site="b.example", hours=1, copy_of=first.id)

    assert duplicate_of(first, [first, again]) is None


def test_the_first_three_paragraphs_are_a_copy_with_texts_and_without(report: Make) -> None:
    first = report("Dam opens", AGENCY)
    cut = report("Lake fills", "\n\n".join(AGENCY.split("\n\n")[:3]), site="b.example", hours=1)

    assert duplicate_of(cut, [first]) == first
    assert duplicate_of(cut, [replace(first, text="")]) == replace(first, text="")


def test_the_whole_text_after_its_cut_copy_is_folded_too(report: Make) -> None:
    cut = report("Lake fills", "\n\n".join(AGENCY.split("\n\n")[:3]), site="b.example")
    whole = report("Dam opens", AGENCY, hours=1)

    assert duplicate_of(whole, [cut]) == cut


def test_a_long_report_that_holds_a_short_notice_is_own_work(report: Make) -> None:
    notice = report("Notice", AGENCY.split("\n\n")[0])
    feature = report("Behind the dam", f"{AGENCY}\n\n{prose(99, 400)}", hours=1)

    assert duplicate_of(feature, [notice]) is None


def test_two_reports_that_quote_the_same_statement_are_not_copies(report: Make) -> None:
    statement = prose(1, 105)
    one = report("Dam opens", f"{prose(2, 195)} {statement}")
    other = report("Dam opens", f"{prose(3, 195)} {statement}", site="b.example", hours=1)

    assert duplicate_of(other, [one]) is None
    assert duplicate_of(other, [replace(one, text="")]) is None


def test_short_texts_need_the_same_title_and_the_same_words(report: Make) -> None:
    words = "The dam opened on Monday."
    first = report("Dam opens", words)

    assert duplicate_of(report("DAM OPENS!", words, hours=1), [first]) == first
    assert duplicate_of(report("Lake fills", words, hours=1), [first]) is None
    assert duplicate_of(report("Dam opens", f"{words} Really.", hours=1), [first]) is None


def test_a_column_with_a_standing_title_is_not_a_copy_of_last_week(report: Make) -> None:
    first = report("The week in power", prose(1, 200))

    assert duplicate_of(report("The week in power", prose(2, 200), hours=1), [first]) is None


def test_a_report_without_text_copies_nothing(report: Make) -> None:
    assert duplicate_of(report("Dam opens", "", hours=1), [report("Dam opens", "")]) is None
    assert sketch("") == sketch(" - … ") == ()


def test_a_copy_of_a_copy_resolves_to_the_original(report: Make) -> None:
    # The copy in the middle was seen first, as where the wire is read after its subscribers.
    original = report("Dam opens", AGENCY, hours=1)
    middle = report("Lake fills", AGENCY, hours=0, copy_of=original.id)
    last = report("Water", AGENCY, hours=2)

    assert duplicate_of(last, [middle, original]) == original
    assert duplicate_of(last, [middle]) == middle


def test_a_circle_of_copies_ends(report: Make) -> None:
    one = report("Dam", AGENCY, id="one", copy_of="two")
    two = report("Dam", AGENCY, id="two", copy_of="one")

    assert duplicate_of(report("Dam", AGENCY, hours=1), [one, two]) in (one, two)


def test_of_several_the_earliest_is_the_one_in_any_order(report: Make) -> None:
    first, second = report("Dam", AGENCY), report("Dam", AGENCY, hours=1)
    third = report("Dam", AGENCY, hours=2)

    assert duplicate_of(third, [second, first]) == duplicate_of(third, [first, second]) == first


def test_texts_of_a_script_without_spaces_are_compared(report: Make) -> None:
    text = "。".join(f"水力発電所が{n}日に開所した" for n in range(40))

    assert duplicate_of(report("b", text, hours=1), [first := report("a", text)]) == first


def test_a_sketch_is_small_sorted_and_the_same_every_time() -> None:
    marks = sketch(AGENCY)

    assert marks == sketch(AGENCY) == sketch(AGENCY.upper().replace(" ", ", "))
    assert list(marks) == sorted(set(marks))
    assert 16 <= len(marks) <= len(AGENCY.split())
    assert len(sketch(prose(7, 20_000))) == 256
    assert all(0 <= mark < 2**63 for mark in marks)


def test_typographic_signs_and_signs_of_other_scripts_do_not_count() -> None:
    plain = "the dam's gates opened - it said 'at last' - on Monday and the lake filled"
    curly = "The dam’s gates opened — it said ‘at last’ – on «Monday» and the lake filled…"  # noqa: RUF001

    assert containment(plain, curly) == 1


def test_a_short_truncated_copy_is_found_under_its_headline_only(report: Make) -> None:
    first = report("Dam opens", AGENCY)
    start = " ".join(AGENCY.split()[:18])

    assert duplicate_of(report("Dam opens", start, hours=1), [first]) == first
    assert duplicate_of(report("Lake fills", start, hours=1), [first]) is None


def test_a_news_in_brief_copies_none_of_the_reports_that_it_begins(report: Make) -> None:
    originals = [report(str(n), prose(n, 120)) for n in range(8)]
    brief = " ".join(" ".join(each.text.split()[:25]) for each in originals)

    assert duplicate_of(report("In brief", brief, hours=1), originals) is None
    late = [replace(each, seen_at=each.seen_at + timedelta(hours=2)) for each in originals]
    assert all(duplicate_of(each, [report("In brief", brief)]) is None for each in late)


def test_an_edited_copy_with_every_tenth_word_changed_is_found(report: Make) -> None:
    words = AGENCY.split()
    edited = " ".join(word if n % 10 else "changed" for n, word in enumerate(words))

    first = report("Dam opens", AGENCY)
    assert duplicate_of(report("Dam opens", edited, hours=1), [first]) == first


def test_what_was_changed_in_a_copy_is_told_in_words(report: Make) -> None:
    first = report("Dam opens", AGENCY, authors=("Ada Holm",))
    words = AGENCY.split()
    cut = " ".join([*words[: len(words) // 2], "more", "here"])

    copy = report("Lake fills", cut, authors=("Bo Lind",))
    assert changes(copy, first) == (
        "another headline",
        "signed by Bo Lind",
        "50 % of its words cut",
        "2 words of its own",
    )
    assert changes(report("DAM OPENS", AGENCY), first) == ("not signed",)
    assert changes(replace(first, text=""), first) == ()


def test_the_index_gives_what_shares_enough_and_its_original(report: Make) -> None:
    first = report("Dam opens", AGENCY)
    copy = report("Lake fills", AGENCY, hours=1, copy_of=first.id)
    other = report("Elsewhere", prose(50, 300))
    copies = Copies([first, copy, other])

    assert copies.near(report("Water", AGENCY, hours=2)) == [first, copy]
    copies.put(replace(first, text="", sketch=()))
    copies.put(replace(copy, text="", sketch=()))
    assert copies.near(report("Water", AGENCY, hours=2)) == []


def test_one_text_copied_without_end_costs_no_more_for_the_last(report: Make) -> None:
    copies = Copies([])
    first = report("Dam opens", AGENCY)
    copies.put(first)
    for n in range(2000):
        copies.put(replace(first, id=f"copy{n}", copy_of=first.id))

    late = report("Water", AGENCY, hours=2)
    assert first in copies.near(late)
    assert len(copies.near(late)) <= 31


def test_a_text_without_end_costs_no_more_than_a_book() -> None:
    book = prose(3, 60_000)

    start = time.process_time()
    assert sketch(book * 40) == sketch(book * 20)
    assert containment(book * 40, book) > 0.5
    assert time.process_time() - start < 2  # seconds; it takes a tenth, machines are busy


def test_reports_without_text_are_no_copies_of_each_other(report: Make) -> None:
    empty = [report("Dam opens", text, hours=n) for n, text in enumerate(("", " ", "...", "\x00"))]
    copies = Copies(empty)

    assert [sketch(each.text) for each in empty] == [()] * 4
    assert all(copies.near(each) == [] == repeated_by(each, empty) for each in empty)


def test_five_thousand_seen_reports_are_looked_through_quickly(report: Make) -> None:
    seen = [report(str(n), sketch=tuple(range(n * 64, n * 64 + 64))) for n in range(5000)]
    late = report("Dam opens", AGENCY, hours=1)

    start = time.process_time()
    assert duplicate_of(late, seen) is None
    assert time.process_time() - start < 0.3  # seconds; it takes a thirtieth, machines are busy
