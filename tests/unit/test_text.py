"""The words of a text."""

from __future__ import annotations

from broadsheet.text import clean_text, counted, cut, right_to_left, says


def test_controls_directions_and_surrogates_do_not_enter() -> None:
    assert clean_text(" a\x00b\u202ec\ud800 \n d ") == "a b c d"


def test_a_cut_ends_at_a_sentence_else_at_a_word() -> None:
    assert cut("One two. Three four", 12) == "One two."
    assert cut("One two three", 9) == "One two"
    assert cut("Onetwothree", 5) == "Onetw"


def test_one_is_singular_and_none_is_plural() -> None:
    assert [counted(n, "word") for n in (0, 1, 2)] == ["0 words", "1 word", "2 words"]


def test_phrases_are_whole_words() -> None:
    assert says("Ships said: AI.", ["ai", "hip"]) == ["ai"]


def test_a_language_is_written_from_right_to_left_in_any_country() -> None:
    assert right_to_left("ar") and right_to_left("He-IL") and right_to_left("fa")
    assert not right_to_left("arn") and not right_to_left("en-IL") and not right_to_left("")
