"""Which markup may a parser see? The quick look refuses what a slow one would."""

from __future__ import annotations

import pytest

from broadsheet.errors import Unreadable
from broadsheet.intake import guard
from broadsheet.intake.encoding import text_of, utf8_of

MANY = b"<p" + b" a=b" * 3_001 + b">"


@pytest.mark.parametrize("before", [b"", b"<p>short</p>", b"x" * 2_999, b"x" * 3_000, b">" * 9_000])
@pytest.mark.parametrize("after", [b"", b"</p>", b"y" * 9_000])
def test_a_tag_of_too_many_attributes_is_refused_wherever_it_stands(
    before: bytes, after: bytes
) -> None:
    with pytest.raises(Unreadable, match="too many attributes"):
        guard.check_markup("https://quay.example/", before + MANY + after, guard.PAGE)


def test_a_long_script_with_spaces_and_slashes_is_no_tag() -> None:
    script = b"<script>if (a < b) {" + b"  x = y / 2;\n" * 900 + b"}</script>"
    guard.check_markup("https://quay.example/", b"<p>Tides</p>" + script, guard.PAGE)


@pytest.mark.parametrize("entity", [b"<!ENTITY a 'b'>", b"<!entity a 'b'>", b"<!eNtItY a 'b'>"])
def test_an_entity_is_refused_in_any_case(entity: bytes) -> None:
    with pytest.raises(Unreadable, match="entities"):
        guard.check_markup("https://quay.example/", b"<p>!e</p>" + entity, guard.PAGE)


@pytest.mark.parametrize(
    "data",
    [
        b"Tides rise",
        "Gezeiten steigen über".encode(),
        "\ufeffTides".encode(),
        "Tides".encode("utf-16"),
        "<p>Tides".encode("utf-16-le"),
        "über".encode("latin-1"),
        "It\x92s".encode(),
        "潮".encode("iso-2022-jp"),
    ],
)
def test_bytes_for_the_parser_say_what_the_characters_say(data: bytes) -> None:
    assert utf8_of(data).decode() == text_of(data)
