"""Reports of one event are one story; two events at one place are two."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from broadsheet.judge.constraints import Contradiction
from broadsheet.judge.link import Linker
from broadsheet.judge.stories import Stories
from broadsheet.model import Article, Permissions, Story, Told

Make = Callable[..., Article]

BATTERY = (
    "Kestrel Storage switched on its battery at Northmoor on Friday. The plant on the old coal"
    " yard at Harrow Staithe stores 288 MWh and can feed 72 MW into the grid for four hours. Mayor"
    " Petra Holm pressed the button. Halden Power has rented the plant for ten years and says it"
    " serves 40,000 homes on a cold evening."
)
BATTERY_TOO = (
    "The battery on the coal yard at Harrow Staithe is at work. Kestrel Storage says that the 288"
    " MWh plant was filled overnight. Halden Power, which has rented it for ten years, sold the"
    " first hour on Friday evening. Petra Holm, mayor of Northmoor, called it a good use of a yard."
)
BATTERY_NEXT_DAY = (
    "In its first night the Northmoor battery of Kestrel Storage earned its keep: Halden Power sold"
    " 200 MWh of the 288 MWh in the plant at Harrow Staithe when the wind fell. The mayor had"
    " pressed the button the day before."
)
EASTVALE = (
    "The battery at Eastvale will start ten months late. Tarn Power said that two transformers"
    " failed their test and must be wound anew. The plant should have stored 150 MWh this winter."
    " The regulator keeps the contract open until October."
)
AUCTION = (
    "Aldmere Wind has left the auction for Skerry Bank. The price of the export cable rose to €640"
    " million, its head Rikke Thorsby wrote to the Ministry of Energy and Harbours. Three bidders"
    " remain; bids are due on 12 March and the ceiling is €78 per MWh."
)
AUCTION_TOO = (
    "Only three bidders remain in the Skerry Bank auction after Aldmere Wind withdrew over the cost"
    " of the export cable, now put at €640 million. Rikke Thorsby said the ceiling of €78 leaves no"
    " room for it. The ministry wants bids by 12 March."
)
AUCTION_DE = (
    "Aldmere Wind hat die Auktion um Skerry Bank verlassen. Das Exportkabel kostet nun €640"
    " Millionen, schrieb Rikke Thorsby dem Ministerium. Drei Bieter bleiben; Gebote bis 12 März, der"
    " Höchstpreis ist €78 je MWh."
)
BATTERY_DE = (
    "Kestrel Storage hat in Northmoor eine Batterie eingeschaltet. Sie speichert 288 MWh auf dem alten"
    " Kohlenhof von Harrow Staithe; Halden Power hat sie gemietet."
)
FISHING = (
    "Sixty-four boats fish west of Skerry Bank, and their association asks for a road through the"
    " planned wind area. A corridor two kilometres wide would save 50 minutes and 90 litres of"
    " diesel a trip, wrote Gudrun Hale. The planners will meet the crews in Brannvik town hall."
)


def told(stories: Mapping[str, Story]) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(s.report_ids)) for s in stories.values() if not s.merged_into)


def linked(*reports: Article) -> dict[str, Story]:
    linker = Linker()
    for each in reports:
        linker.add(each)
    return linker.stories


def test_the_first_report_opens_its_story(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)

    assert Linker().add(first) == [
        Story(
            first.id,
            first.title,
            (Told(first.id),),
            first.moment,
            first.moment,
        )
    ]


def test_a_second_report_joins(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    second = report("Power from the coal yard", BATTERY_TOO, site="b.example", hours=3)

    (story,) = linked(first, second).values()

    assert story.report_ids == (first.id, second.id)
    assert (story.first_at, story.last_at) == (first.moment, second.moment)
    assert story.title == first.title


def test_two_events_at_one_place_and_two_plants_of_one_kind_stay_apart(report: Make) -> None:
    a = report("Northmoor battery opens", BATTERY)
    b = report("Eastvale battery delayed to October", EASTVALE, hours=1)
    c = report("Aldmere leaves the Skerry Bank auction", AUCTION, hours=2)
    d = report("Fishing fleet asks for a road through Skerry Bank", FISHING, hours=3)
    e = report("Power from the coal yard", BATTERY_TOO, hours=4)
    f = report("Three left in the race for Skerry Bank", AUCTION_TOO, hours=5)
    g = report("What the Northmoor battery did in its first night", BATTERY_NEXT_DAY, hours=27)

    expected = sorted([(a.id, e.id, g.id), (b.id,), (c.id, f.id), (d.id,)])

    assert told(linked(a, b, c, d, e, f, g)) == expected


def test_a_story_is_open_for_a_week_after_its_last_report(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)

    for hours, stories in ((48, 1), (168, 1), (169, 2), (-168, 1), (-169, 2)):
        assert len(linked(first, report("Northmoor battery", BATTERY, hours=hours))) == stories


def test_headlines_alone_can_be_linked(report: Make) -> None:
    first = report("Kestrel opens battery at Northmoor")
    second = report("Northmoor battery opened by Kestrel", hours=1)
    third = report("Bakers strike in Northmoor", hours=2)

    assert told(linked(first, second, third)) == [(first.id, second.id), (third.id,)]


def test_another_spelling_of_a_language_is_that_language(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY, language="en-GB")

    assert len(linked(first, report("Coal yard", BATTERY_TOO, language="EN_us"))) == 1
    assert len(linked(first, report("Coal yard", BATTERY_TOO, language=""))) == 1


def test_names_and_numbers_link_two_languages(report: Make) -> None:
    first = report("Aldmere leaves the Skerry Bank auction", AUCTION)
    other = report("Aldmere Wind verlässt die Auktion um Skerry Bank", AUCTION_DE, language="de")
    third = report("Batterie in Northmoor eröffnet", BATTERY_DE, language="de")

    assert told(linked(first, other, third)) == [(first.id, other.id), (third.id,)]


def test_a_report_stays_in_its_story_though_its_title_changed(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    (story,) = Linker().add(first)
    linker = Linker([], [story])

    assert linker.add(replace(first, title="Bakers strike", text="")) == [story]


def test_a_copy_goes_to_its_original_whatever_it_is_called_and_however_late(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    copy = report("Wire: power", "", hours=200, copy_of=first.id)

    (story,) = linked(first, copy).values()

    assert story.report_ids == (first.id, copy.id)


def test_a_copy_of_an_old_report_joins_a_story_that_the_linker_never_read(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    (story,) = Linker().add(first)
    copy = report("Wire: power", "", hours=900, copy_of=first.id)

    (grown,) = Linker([], [story]).add(copy)

    assert grown.id == story.id
    assert grown.report_ids == (first.id, copy.id)


def test_a_must_link_merges_and_leaves_word(report: Make) -> None:
    linker = Linker()
    dam, lake, more = report("Dam"), report("Lake", hours=1), report("Lake again", hours=2)
    for each in (dam, lake, more):
        linker.add(each)
    linker.must(lake.id, more.id)

    kept, gone = linker.must(dam.id, lake.id)

    assert (kept.id, kept.report_ids) == (lake.id, (lake.id, more.id, dam.id))  # the larger
    assert (kept.first_at, kept.last_at) == (dam.moment, more.moment)
    assert (gone.id, gone.report_ids, gone.merged_into) == (dam.id, (), lake.id)


def test_what_must_be_together_joins_on_arrival_and_what_cannot_stays_out(report: Make) -> None:
    linker = Linker()
    first = report("Northmoor battery opens", BATTERY)
    twin = report("Northmoor battery opens", BATTERY)
    far = report("Bakers strike", "No bread today.")
    linker.cannot(first.id, twin.id)
    linker.must(first.id, far.id)

    for each in (first, twin, far):
        linker.add(each)

    assert told(linker.stories) == [(first.id, far.id), (twin.id,)]


def test_a_cannot_link_splits_a_story_and_the_larger_part_keeps_the_id(report: Make) -> None:
    linker = Linker()
    reports = [report("Northmoor battery opens", BATTERY, hours=n) for n in range(5)]
    for each in reports:
        linker.add(each)
    linker.cannot(reports[0].id, reports[1].id)

    stories = {s.id: set(s.report_ids) for s in linker.stories.values()}
    of = {id: story for story, ids in stories.items() for id in ids}
    assert of[reports[0].id] != of[reports[1].id]
    assert reports[0].id in stories
    assert sorted(of) == sorted(each.id for each in reports)


def test_constraints_that_contradict_each_other_are_refused_with_both_named() -> None:
    linker = Linker()
    linker.must("a", "b")
    linker.must("b", "c")
    with pytest.raises(Contradiction, match=r"cannot-link a c.*must-link a b, must-link b c"):
        linker.cannot("a", "c")
    linker.cannot("c", "d")
    with pytest.raises(Contradiction, match=r"must-link d a.*cannot-link"):
        linker.must("d", "a")


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "", "text": ""},
        {"title": "word " * 200, "text": ""},
        {"title": "...", "text": "- - -"},
        {"title": "\ud83d\ude00 ت", "text": "の"},
        {"language": "", "published_at": None},
        {"language": "xx-unknown"},
    ],
)
def test_bad_input_opens_its_own_story(report: Make, bad: dict[str, object]) -> None:
    first = report("Northmoor battery opens", BATTERY)
    other = report(**({"title": "Bakers", "text": "No bread today."} | bad))

    assert len(linked(first, other)) == 2


def test_a_report_from_the_future_ends_no_story(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    mad = report("Bakers", "No bread today.", hours=24 * 365 * 60)
    second = report("Northmoor battery opened", BATTERY, hours=3)

    assert told(linked(first, mad, second)) == [(first.id, second.id), (mad.id,)]


def test_a_restored_linker_decides_as_if_it_had_never_stopped(report: Make) -> None:
    texts = (BATTERY, EASTVALE, BATTERY_TOO, AUCTION, FISHING, AUCTION_TOO, BATTERY_NEXT_DAY)
    reports = [report(text[:30], text, hours=n) for n, text in enumerate(texts)]
    steady = Linker()
    for each in reports:
        steady.add(each)

    stopped = Linker()
    for n, each in enumerate(reports):
        stopped.add(each)
        engine = Stories.restore(stopped.state())
        stopped = Linker(reports[: n + 1], stopped.stories.values(), engine)

    assert stopped.stories == steady.stories
    assert stopped.state() == steady.state()


def test_a_linker_without_its_state_reads_the_reports_anew(report: Make) -> None:
    reports = [report("Northmoor battery opens", BATTERY), report("Eastvale late", EASTVALE)]
    linker = Linker()
    for each in reports:
        linker.add(each)
    late = report("Coal yard", BATTERY_TOO, hours=3)

    (story,) = Linker(reports, linker.stories.values()).add(late)

    assert story.report_ids == (reports[0].id, late.id)


@pytest.mark.parametrize("bad", [b"", b"no zip", b"PK\x03\x04 half"])
def test_a_broken_state_says_so(bad: bytes) -> None:
    with pytest.raises(ValueError, match="the linker's state cannot be read"):
        Stories.restore(bad)


def test_a_removed_report_draws_no_other(report: Make) -> None:
    linker = Linker()
    first = report("Northmoor battery opens", BATTERY)
    linker.add(first)
    linker.drop(first.id)

    second = report("Coal yard", BATTERY_TOO)
    story, *_ = linker.add(second)

    assert story.report_ids == (second.id,)


def test_a_text_that_may_not_be_stored_leaves_no_word_in_the_state(report: Make) -> None:
    open_, closed = Linker(), Linker()
    open_.add(report("Battery", "zanzibar"))
    closed.add(report("Battery", "zanzibar", permissions=Permissions(archive=False)))

    words = [json.loads(bytes(np.load(BytesIO(each.state()))["said"])) for each in (open_, closed)]
    assert ["zanzibar" in said["surfaces"] for said in words] == [True, False]
