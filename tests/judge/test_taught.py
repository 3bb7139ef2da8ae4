"""An editor's verdicts correct what the keywords say, and can be read and taken back."""

from __future__ import annotations

import json

import pytest

from broadsheet.config import Topic
from broadsheet.judge.taught import Example, as_json, from_json, learn, with_verdict
from broadsheet.judge.topics import lesson_of, topics_of

TREE = {"power": Topic("power", name="Power", keywords=("power",))}
YES = ("The grid needs power lines", "New turbines feed power to the grid", "Power from the dam")
NO = ("The party is in power again", "A struggle for power at court", "Power and the minister")


def example(text: str, yes: bool) -> Example:
    return Example(f"id{len(text)}", yes, lesson_of(text, "", "power", TREE))


EXAMPLES = [*(example(text, True) for text in YES), *(example(text, False) for text in NO)]


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


def test_weights_that_a_person_deleted_stay_deleted() -> None:
    data = json.loads(as_json({"power": EXAMPLES}))
    data["power"]["weights"] = None

    assert from_json(json.dumps(data)).taught == {}
