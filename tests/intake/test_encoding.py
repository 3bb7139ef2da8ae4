"""Which characters are these bytes?"""

from __future__ import annotations

import pytest

from broadsheet.intake import encoding

DECLARED = '<?xml version="1.0" encoding="{}"?><t>{}</t>'


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", "“Café” 5 €"),  # what browsers take Latin-1 for
        ("us-ascii", "cp1252", "naïve €"),
        ("gb2312", "gb18030", "港口€"),
        ("Shift_JIS", "cp932", "港①"),
        ("euc-kr", "cp949", "항구똠"),
        ("EUC-JP", "euc_jp", "港"),
        ("big5", "big5hkscs", "港口"),
        ("iso-2022-jp", "iso2022_jp", "港"),
        ("KOI8-R", "koi8_r", "Гавань"),
        ("windows-1251", "cp1251", "Гавань"),
        ("iso-8859-9", "cp1254", "Şehir €"),
        ("tis-620", "cp874", "ท่า€"),
        ("iso-8859-2", "iso8859_2", "Łódź"),
    ],
)
def test_a_label_means_what_browsers_take_it_for(label: str, codec: str, text: str) -> None:
    assert text in encoding.text_of(DECLARED.format(label, text).encode(codec))
    sent = encoding.text_of(f"<t>{text}</t>".encode(codec), f"text/xml; charset={label}")
    assert sent == f"<t>{text}</t>"


def test_valid_utf_8_is_utf_8_whatever_its_labels_say() -> None:
    text = DECLARED.format("koi8-r", "Gävle Гавань")
    assert encoding.text_of(text.encode(), "text/xml; charset=iso-8859-1") == text


def test_what_was_sent_wins_over_what_is_declared() -> None:
    data = DECLARED.format("iso-8859-2", "Гавань").encode("cp1251")
    assert "Гавань" in encoding.text_of(data, 'text/xml; charset="windows-1251"')


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_tells_the_encoding_and_is_left_out(codec: str) -> None:
    assert encoding.text_of("<t>Gävle</t>".encode(codec), "text/xml; charset=koi8-r")[0] == "<"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen_by_its_zeros(codec: str) -> None:
    assert encoding.text_of("<t>tide</t>".encode(codec)) == "<t>tide</t>"


def test_a_few_wrong_bytes_do_not_spoil_the_others() -> None:
    assert encoding.text_of("<t>Gävle ".encode() + b"\x93tide\x94</t>") == "<t>Gävle “tide”</t>"


def test_utf_7_and_unknown_labels_are_not_believed() -> None:
    data = b"<t>+ADw-script+AD4- \xe4</t>"
    for label in ("utf-7", "x-unknown", "../../etc/passwd"):
        assert encoding.text_of(data, f"text/xml; charset={label}") == "<t>+ADw-script+AD4- ä</t>"


def test_any_bytes_give_some_text() -> None:
    assert encoding.text_of(bytes(range(256)) * 4)
    assert encoding.text_of(b"") == ""
