"""What the linker remembers is bounded by its window, and what it says by its words."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from broadsheet.judge import stories as linking
from broadsheet.judge.meaning import Meaning
from broadsheet.judge.postings import NEWEST, Postings
from broadsheet.judge.stories import DAY, Stories
from broadsheet.judge.terms import NAME, NUMBER, TITLE, Words

START = 1.7e9  # seconds since 1970


def invented(count: int, words: int, seed: int = 1) -> list[str]:
    """Texts of invented words, a story of its own each."""
    chance = random.Random(seed)
    known = ["".join(chance.choices("abdegiklmnoprstu", k=6)) for _ in range(5000)]
    return [" ".join(chance.choices(known, k=words)) for _ in range(count)]


def test_what_is_older_than_the_window_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "FULL", 64)
    stories = Stories()
    for n, text in enumerate(invented(600, 20)):
        stories.add(str(n), text[:40], text, at=START + n * DAY / 10)

    live = stories.assignments()
    assert len(live) < 150  # a window of a week has 70
    assert "599" in live
    assert "0" not in live
    assert len(stories.state()) < 400_000


def test_a_story_is_found_again_after_others_were_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "FULL", 64)
    stories = Stories()
    told = "Kestrel opens the Northmoor battery of 288 MWh at Harrow Staithe"
    texts = invented(400, 20)
    for n, text in enumerate(texts):
        stories.add(str(n), text[:40], text, at=START + n * DAY / 10)
    stories.add("first", told, told, at=START + 40 * DAY)
    for n, text in enumerate(invented(20, 20, seed=2)):
        stories.add(f"b{n}", text[:40], text, at=START + (40 + n / 10) * DAY)

    assert stories.add("back", told, told, at=START + 42.1 * DAY) == "first"


def test_undated_reports_are_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "FULL", 64)
    stories = Stories()
    for n, text in enumerate(invented(200, 20)):
        stories.add(str(n), text[:40], text)

    assert len(stories.assignments()) == 200


def test_copies_without_end_are_one_story_at_a_steady_price() -> None:
    stories = Stories()
    text = "Kestrel opens the Northmoor battery of 288 MWh at Harrow Staithe on Friday"
    spent = []
    for part in range(3):
        begun = time.process_time()
        found = {stories.add(f"{part}-{n}", text, text, at=START) for n in range(300)}
        spent.append(time.process_time() - begun)

    assert found == {"0-0"}
    assert spent[2] < 3 * spent[0] + 0.2  # seconds; machines are busy


def test_the_pace_does_not_fall_with_what_is_live() -> None:
    stories = Stories()
    spent = []
    for n, text in enumerate(invented(1500, 40)):
        begun = time.process_time()
        stories.add(str(n), text[:50], text, at=START + n)
        spent.append(time.process_time() - begun)

    early, late = np.median(spent[100:400]), np.median(spent[-300:])
    assert late < 2.5 * early


def test_the_order_of_two_hash_seeds_is_one() -> None:
    texts = invented(200, 15) * 2
    runs = []
    for _ in range(2):
        stories = Stories()
        runs.append([stories.add(str(n), text[:30], text) for n, text in enumerate(texts)])

    assert runs[0] == runs[1]


def test_postings_keep_the_newest_and_give_the_nearest() -> None:
    postings = Postings()
    for row in range(3 * NEWEST):
        postings.enter(row, [1, 2], [0.9, row / (3 * NEWEST)])

    near = postings.near([1, 2, 0], [0.9, 0.4, 0.0], 5)

    assert near == [3 * NEWEST - n for n in range(1, 6)]
    assert len(postings.near([1], [1.0], 10_000)) == NEWEST
    assert postings.near([7], [1.0], 5) == []


def test_a_word_is_its_first_letters_in_any_language() -> None:
    words = Words()
    one = words.read("Ministerium wählt", "", "de")
    other = words.read("ministère", "", "fr")

    assert set(other.ids) < set(one.ids)
    assert set(words.read("Путин", "", "ru").ids) == set(words.read("Putin", "", "en").ids)


def test_words_without_spaces_are_read_in_twos() -> None:
    words = Words()
    one, other = words.read("東京五輪が開幕", "", "ja"), words.read("五輪", "", "ja")

    assert set(other.ids) < set(one.ids)


def test_a_word_knows_whether_it_is_a_name_a_number_or_in_the_title() -> None:
    words = Words()
    terms = words.read("Kestrel opens", "It stores 288 at Kestrel's yard", "en")
    flags = dict(zip((words.surfaces[n] for n in terms.ids), terms.flags, strict=True))

    assert flags["Kestrel"] == NAME | TITLE
    assert flags["288"] == NUMBER
    assert flags["yard"] == 0
    assert "It" not in flags


def test_words_that_mean_alike_are_near() -> None:
    def near(one: str, other: str) -> float:
        a, b = Meaning().of(one), Meaning().of(other)
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    assert near("minister", "government") > near("minister", "banana")


def test_each_pair_of_some_reports_has_the_facts_that_the_two_have_alone() -> None:
    stories = Stories()
    for n, text in enumerate(invented(6, 12) + invented(3, 70, seed=2)):
        stories.read(str(n), text[:40], f"{text} Kestrel {n} of 288")
    reports = stories._reports

    one, other, facts = reports.facts_among([8, 2, 5, 0])

    rows = np.asarray([8, 2, 5, 0])
    for first, second, found in zip(rows[one], rows[other], facts, strict=True):
        assert np.allclose(found, reports.facts(second, [first])[0], atol=1e-4)
        assert np.allclose(found, reports.facts(first, [second])[0], atol=1e-4)


def test_a_mean_over_few_pairs_is_worth_less() -> None:
    near = np.full((3, 3), 0.5)
    np.fill_diagonal(near, -np.inf)

    lenient, strict = linking.Bar(many=0.4, one=0.4), linking.Bar(many=0.4, one=0.6)

    assert len(linking._linked(near.copy(), lenient)) == 1
    assert len(linking._linked(near.copy(), strict)) == 3


def test_a_story_asks_of_others_a_share_of_its_own_closeness() -> None:
    """Two tight pairs, of which each is half as like the other, and four loose ones as like."""
    halfway = np.full((4, 4), 0.55)
    np.fill_diagonal(halfway, linking.NEVER)
    tight = halfway.copy()
    tight[[0, 1, 2, 3], [1, 0, 3, 2]] = 0.95

    def parts(near: np.ndarray, kinship: float) -> list[list[int]]:
        bar = linking.Bar(0.5, 0.5, kinship)
        return sorted(linking._linked(near.copy(), bar).values())

    assert parts(tight, 0.0) == parts(halfway, 0.9) == [[0, 1, 2, 3]]
    assert parts(tight, 0.9) == [[0, 1], [2, 3]]


def test_a_look_alike_stays_out_of_a_story_whose_own_reports_are_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half, *others = invented(3, 30, seed=4)
    tellings = [f"{half} {other[:70]}" for other in others]

    def told(kinship: tuple[float, float]) -> set[str]:
        monkeypatch.setattr(linking, "KINSHIP", kinship)
        stories = Stories()
        for n in range(3):
            stories.add(f"a{n}", others[0][:60], tellings[0])
        return {stories.add("b0", others[1][:60], tellings[1]), stories.story("a2")}

    assert len(told((0.0, 0.0))) == 1
    assert len(told((0.9, 0.9))) == 2


def test_what_a_story_asks_is_known_again_after_a_restart() -> None:
    stories = Stories()
    for n, text in enumerate(invented(1, 40) * 4):
        stories.add(str(n), text[:40], text)
    kept = stories._groups["0"]

    again = Stories.restore(stories.state())._groups["0"]

    assert kept.pairs > 0
    assert (again.inside, again.pairs) == (kept.inside, kept.pairs)


def test_what_an_editor_said_holds_where_small_stories_are_dealt_out_anew() -> None:
    near = np.full((4, 4), 0.9)
    near[3, :] = near[:, 3] = 0.1
    np.fill_diagonal(near, -np.inf)
    bar = linking.Bar(0.5, 0.5)

    parts = linking._linked(near, bar, together=[(3, 0)], apart=[(2, 1)])

    found = {place: part for part, places in parts.items() for place in places}
    assert found[3] == found[0]
    assert found[2] != found[1]


def test_no_single_report_from_the_future_or_the_past_moves_the_clock_far() -> None:
    stories = Stories()
    stories.add("now", "Kestrel opens", "A battery", at=START)
    for n, at in enumerate((START + 4000 * DAY, START - 4000 * DAY, START + 4000 * DAY)):
        stories.add(f"odd {n}", f"Odd {n}", "Another", at=at)

    assert abs(stories._now - START) <= DAY


def test_a_state_that_contradicts_itself_is_no_state() -> None:
    stories = Stories()
    for n in range(2):
        stories.add(str(n), f"Report {n}", "Of its own")
    stories._constraints.together = [("0", "1")]
    stories._constraints.apart = [("0", "1")]

    with pytest.raises(ValueError, match="cannot be read"):
        Stories.restore(stories.state())


def test_an_id_is_given_once() -> None:
    stories = Stories()
    text = "Kestrel opens the Northmoor battery of 288 MWh at Harrow Staithe on Friday"
    for id in "abc":
        stories.add(id, text, text, at=START)
    stories.cannot("a", "b")
    names = {stories.story(id) for id in "abc"}

    assert names == {"a", stories.story("b")}
    assert stories._name([0]) == "a-2"
