"""Reports of one event are one story; two events at one place are two."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from broadsheet.judge.link import Linker, join, merge
from broadsheet.model import Article, Story, Told

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
FISHING = (
    "Sixty-four boats fish west of Skerry Bank, and their association asks for a road through the"
    " planned wind area. A corridor two kilometres wide would save 50 minutes and 90 litres of"
    " diesel a trip, wrote Gudrun Hale. The planners will meet the crews in Brannvik town hall."
)


def told(stories: Mapping[str, Story]) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(story.report_ids)) for story in stories.values())


def linked(*reports: Article) -> dict[str, Story]:
    stories: dict[str, Story] = {}
    articles: dict[str, Article] = {}
    for each in reports:
        articles[each.id] = each
        story = join(each, list(stories.values()), articles)
        stories[story.id] = story
    return stories


def test_the_first_report_opens_its_story(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)

    assert join(first, [], {}) == Story(
        first.id,
        first.title,
        (Told(first.id, because="opens the story"),),
        first.moment,
        first.moment,
    )


def test_a_second_report_joins_and_says_why(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    second = report("Power from the coal yard", BATTERY_TOO, site="b.example", hours=3)

    (story,) = linked(first, second).values()

    assert story.report_ids == (first.id, second.id)
    assert (story.first_at, story.last_at) == (first.moment, second.moment)
    assert story.title == first.title
    because = story.reports[1].because
    assert because.startswith("both name ")
    assert "Kestrel Storage" in because
    assert because.endswith(" words shared")


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


def test_a_story_is_open_for_three_days_after_its_last_report(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)

    for hours, stories in ((72, 1), (73, 2), (-72, 1), (-73, 2)):
        assert len(linked(first, report("Coal yard", BATTERY_TOO, hours=hours))) == stories


def test_headlines_alone_can_be_linked(report: Make) -> None:
    first = report("Kestrel opens battery at Northmoor")
    second = report("Northmoor battery opened by Kestrel", hours=1)
    third = report("Bakers strike in Northmoor", hours=2)

    assert told(linked(first, second, third)) == [(first.id, second.id), (third.id,)]


def test_stories_of_another_language_are_not_offered(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY, language="en-GB")

    assert len(linked(first, report("Battery", BATTERY_TOO, language="nb"))) == 2
    assert len(linked(first, report("Battery", BATTERY_TOO, language="EN_us"))) == 1
    assert len(linked(first, report("Battery", BATTERY_TOO, language=""))) == 1


def test_a_report_stays_in_its_story_though_its_title_changed(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    (story,) = linked(first).values()

    assert join(replace(first, title="Bakers strike", text=""), [story], {}) == story


def test_a_copy_goes_to_its_original_whatever_it_is_called_and_however_late(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY, provider_name="Grid Ledger")
    copy = report("Wire: power", "", hours=200, copy_of=first.id)

    (story,) = linked(first, copy).values()

    assert story.report_ids == (first.id, copy.id)
    assert story.reports[1].because == "a copy of the report of Grid Ledger"


def test_a_merged_story_takes_nothing_in(report: Make) -> None:
    first = report("Northmoor battery opens", BATTERY)
    late = report("Coal yard", BATTERY_TOO, hours=1)
    gone = replace(join(first, [], {}), merged_into="other")

    assert join(late, [gone], {first.id: first}).id == late.id


def test_merge_moves_every_report_once_and_leaves_word(report: Make) -> None:
    one, two = report("Dam", hours=1), report("Lake", hours=0)
    kept, gone = join(one, [], {}), join(two, [], {})

    whole, empty = merge(kept, gone)

    assert whole.report_ids == (one.id, two.id)
    assert (whole.id, whole.first_at, whole.last_at) == (kept.id, two.moment, one.moment)
    assert (empty.id, empty.report_ids, empty.merged_into) == (gone.id, (), kept.id)
    assert merge(whole, empty) == (whole, empty)


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "", "text": ""},
        {"title": "word " * 200, "text": ""},
        {"title": "...", "text": "- - -"},
        {"language": "", "published_at": None},
    ],
)
def test_bad_input_opens_its_own_story(report: Make, bad: dict[str, object]) -> None:
    first = report("Northmoor battery opens", BATTERY)
    other = report(**({"title": "Bakers", "text": "No bread today."} | bad))
    twin = report(**({"title": "Bakers", "text": "No bread today."} | bad))

    assert len(linked(first, other)) == 2
    assert join(twin, [], {}).report_ids == (twin.id,)


def test_the_order_of_stories_and_articles_changes_nothing(report: Make) -> None:
    reports = [report("Northmoor battery opens", BATTERY, hours=n) for n in range(3)]
    stories = [join(each, [], {}) for each in reports[:2]]
    known = {each.id: each for each in reports[:2]}

    one = join(reports[2], stories, known)

    assert one == join(reports[2], stories[::-1], dict(reversed(known.items())))
    assert one.id == reports[0].id


def test_a_linker_says_what_join_says(report: Make) -> None:
    reports = [
        report(title, text, hours=n)
        for n, (title, text) in enumerate(
            (("A", BATTERY), ("B", EASTVALE), ("C", BATTERY_TOO), ("D", AUCTION), ("E", FISHING))
        )
    ]
    linker = Linker([], [])
    for each in reports:
        linker.add(each)

    assert linker.stories == linked(*reports)


def test_one_join_among_two_thousand_reports_is_quick(report: Make) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abdegiklmnoprstu", k=6)) for _ in range(5000)]
    articles: dict[str, Article] = {}
    stories = []
    for _ in range(2000):
        each = report(" ".join(chance.choices(words, k=8)), " ".join(chance.choices(words, k=150)))
        articles[each.id] = each
        stories.append(join(each, [], {}))
    late = report("Northmoor battery opens", f"{BATTERY} {' '.join(words[:100])}")
    join(late, stories, articles)

    start = time.process_time()
    join(replace(late, id="late"), stories, articles)
    assert time.process_time() - start < 0.2  # seconds; machines are busy
