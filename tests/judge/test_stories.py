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
