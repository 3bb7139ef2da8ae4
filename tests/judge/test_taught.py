"""An editor's verdicts correct what the keywords say, and can be read and taken back."""

from __future__ import annotations

import json

import pytest

from broadsheet.config import Topic
from broadsheet.judge.taught import (
    Example,
    Lesson,
    Taught,
    as_json,
    from_json,
    learn_all,
    promising,
    with_verdict,
    word_marks,
)
from broadsheet.judge.topics import lesson_of, topics_of

TREE = {"power": Topic("power", name="Power", keywords=("power",))}
YES = ("The grid needs power lines", "New turbines feed power to the grid", "Power from the dam")
NO = ("The party is in power again", "A struggle for power at court", "Power and the minister")


def example(text: str, yes: bool) -> Example:
    return Example(f"id{len(text)}", yes, lesson_of(text, "", "power", TREE))


EXAMPLES = [*(example(text, True) for text in YES), *(example(text, False) for text in NO)]


def learn(examples: list[Example]) -> Taught | None:
    return learn_all({"power": examples}).get("power")


def test_the_words_around_a_keyword_decide_once_they_were_taught() -> None:
    taught = {"power": learned} if (learned := learn(EXAMPLES)) else {}

    assert topics_of("Turbines for the grid: power", "", (), (), TREE, taught=taught).keys
    found = topics_of("The minister's power at court", "", (), (), TREE, taught=taught)
    assert found.keys == ()
    assert found.passed_over[0].parts[-1].name == "as was learned from verdicts"
    assert any(part.name == "learned: its words" for part in found.passed_over[0].parts)


def test_a_text_without_the_keyword_can_be_learned_too() -> None:
    more = [example(f"Turbines feed the grid again {n}", True) for n in range(4)]
    learned = learn([*EXAMPLES, *more])
    assert learned

    found = topics_of("Turbines feed the grid", "", (), (), TREE, taught={"power": learned})
    assert found.matched == ("Power: learned from verdicts",)


def test_what_is_learned_does_not_depend_on_the_order_of_the_verdicts() -> None:
    assert learn(EXAMPLES) == learn(EXAMPLES[::-1])


def test_nothing_is_learned_from_few_answers_or_one_kind() -> None:
    assert learn([]) is None
    assert learn(EXAMPLES[1:5]) is None
    assert learn([example(f"Power again {'x' * n}", True) for n in range(9)]) is None


def test_the_file_reads_back_and_is_the_same_every_time() -> None:
    text = as_json({"power": EXAMPLES})
    lessons = from_json(text)

    assert lessons.examples == {"power": EXAMPLES}
    assert lessons.taught == {"power": learn(EXAMPLES)}
    assert lessons.verdicts[EXAMPLES[0].report] == {"power": True}
    assert as_json(lessons.examples) == text
    assert "turbines" not in text.casefold()


def test_a_second_verdict_about_a_report_replaces_the_first() -> None:
    changed = with_verdict(EXAMPLES, example(YES[0], False))

    assert len(changed) == len(EXAMPLES)
    assert [each.yes for each in changed if each.report == f"id{len(YES[0])}"] == [False]


@pytest.mark.parametrize("text", ["", "[]", '{"power": 1}', '{"power": {"examples": [{}]}}'])
def test_a_file_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_yeses_to_other_topics_teach_what_a_report_without_the_keyword_is_not() -> None:
    tree = {**TREE, "ferries": Topic("ferries", name="Ferries", keywords=("ferry",))}

    def lesson(text: str, key: str) -> Lesson:
        return lesson_of(text, "", key, tree)

    sailing = [f"Ferry boats sail past harbour number {n} at dawn" for n in range(60)]
    ferries = [Example(f"f{n}", True, lesson(text, "ferries")) for n, text in enumerate(sailing)]
    power = [Example(f"p{n}", n < 3, lesson(text, "power")) for n, text in enumerate(YES + NO)]
    more = [
        Example(f"q{n}", True, lesson(f"Turbines and power feed the grid {n}", "power"))
        for n in range(20)
    ]

    alone = learn_all({"power": [*power, *more]})["power"]
    assert alone.unnamed == alone.named
    beside = learn_all({"power": [*power, *more], "ferries": ferries})
    assert beside["power"].named == alone.named
    assert topics_of("Turbines feed the grid", "", (), (), tree, taught=beside).keys == ("power",)
    assert topics_of("Boats sail at dawn", "", (), (), tree, taught=beside).keys == ()


def test_a_yes_says_nothing_against_kin_nor_where_verdicts_say_that_both_go_together() -> None:
    tree = {
        "energy": Topic("energy", name="Energy", keywords=("energy",)),
        "power": Topic("power", name="Power", keywords=("power",), parent="energy"),
        "ferries": Topic("ferries", name="Ferries", keywords=("ferry",)),
    }
    lesson = lesson_of("Power for the ferry", "", "power", tree)
    assert lesson.kin == ("energy",) and set(lesson.points) == {"power", "ferries"}
    assert lesson_of("Energy bill", "", "energy", tree).kin == ("power",)

    def verdict(n: int, yes: bool, *words: int, kin: tuple[str, ...] = ()) -> Example:
        return Example(f"id{words}{n}", yes, Lesson(dict.fromkeys((n, *words), 1), kin=kin))

    own = [verdict(n, n % 2 == 0, 1000 if n % 2 == 0 else 1001) for n in range(20)]
    others = [verdict(n, True, 1000, 1002) for n in range(100, 160)]
    kin = [verdict(n, True, 1000, 1002, kin=("own",)) for n in range(100, 160)]
    both = [each for each in own if each.yes]
    for elsewhere, is_told in ((others, True), (kin, False), ([*others, *both], False)):
        taught = learn_all({"own": own, "other": elsewhere})["own"]
        assert (taught.judge(Lesson({1000: 1, 1002: 1})).value < 0) is is_told


def test_weights_that_a_person_deleted_stay_deleted() -> None:
    data = json.loads(as_json({"power": EXAMPLES}))
    data["power"]["machines"] = None

    assert from_json(json.dumps(data)).taught == {}


def earlier_form(learned: object) -> str:
    """The file as it was before 25 November 2026."""
    examples = [
        {
            "report": each.report,
            "yes": each.yes,
            "points": each.lesson.points["power"],
            "strongest": 50,
            "keywords": ["power"],
            "domain": "",
            "words": sorted(each.lesson.words),
        }
        for each in EXAMPLES
    ]
    return json.dumps({"power": {"examples": examples, "learned": learned}})


def test_verdicts_in_a_file_of_an_earlier_form_are_learned_from_anew() -> None:
    lessons = from_json(earlier_form({"bias": 0.0, "named": {}, "words": {}}))

    assert [each.yes for each in lessons.examples["power"]] == [each.yes for each in EXAMPLES]
    assert {each.lesson.strongest for each in lessons.examples["power"]} == {50}
    assert lessons.taught == learn_all(lessons.examples) != {}
    assert from_json(as_json(lessons.examples)) == lessons
    assert from_json(earlier_form(None)).taught == {}


def test_a_word_said_often_or_in_the_title_weighs_more_but_not_as_often_more() -> None:
    marks = word_marks("Power", "power again power again dam")
    assert sorted(marks.values()) == [1, 2, 4]

    once, twice = sorted(Lesson({1: 1, 2: 2}).vector.values())
    assert once < twice < 2 * once


def test_all_topics_at_once_promise_what_each_would_give() -> None:
    other = [Example(each.report, not each.yes, each.lesson) for each in EXAMPLES]
    taught = learn_all({"power": EXAMPLES, "court": other})

    for text in (*YES, *NO, "Nothing of the sort", ""):
        lesson = Lesson(word_marks(text, ""))
        given = {key for key, each in taught.items() if each.judge(lesson).value > 0}
        assert given == set(promising(taught, lesson))


def test_where_it_was_published_may_promise_a_topic() -> None:
    lessons = [Lesson({n: 1}, domain="a.example" if n < 5 else "b.example") for n in range(10)]
    taught = learn([Example(str(n), n < 5, lesson) for n, lesson in enumerate(lessons)])
    assert taught

    assert promising({"t": taught}, Lesson({}, domain="a.example")) == ["t"]
    assert promising({"t": taught}, Lesson({}, domain="b.example")) == []
