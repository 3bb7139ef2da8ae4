"""Dates, pictures and permissions by themselves."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime

import pytest

from broadsheet.intake import dates, images, permissions, words

MORNING = datetime(2026, 1, 9, 9, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 09 Jan 2026 09:27:00 GMT",
        "Fri, 9 Jan 26 04:27 EST",
        "2026-01-09T09:27Z",
        "2026-01-09T10:27:00.123+01:00",
        "2026-01-09 14:57:00 +0530",
        "20260109T092700Z",
        "January 9, 2026 at 9:27 AM",
        "9 janvier 2026 09:27",
        "9. Januar 2026, 09:27",
        "1767950820",
        "1767950820000",
        "Fri Jan 09 09:27:00 UTC 2026",
    ],
)
def test_a_date_is_read_in_many_forms(text: str) -> None:
    found = dates.parse(text)
    assert found is not None and found.at == MORNING


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00", "2026-13-40", "9" * 90])
def test_what_tells_no_date_gives_none(text: str) -> None:
    assert dates.parse(text) is None


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480)
JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08" + struct.pack(">HH", 480, 640)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480)
VP8X = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x7f\x02\0\xdf\x01\0"
VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14)
VP8 = b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 7 + b"\x9d\x01\x2a" + struct.pack("<HH", 640, 480)


@pytest.mark.parametrize("data", [PNG, JPEG, GIF, VP8X, VP8L, VP8])
def test_a_picture_tells_its_size_and_a_torn_one_does_not(data: bytes) -> None:
    assert images.size(data) == (640, 480)
    assert all(images.size(data[:n]) is None for n in range(len(data) - 4))


def test_logos_pixels_and_drawings_are_no_pictures() -> None:
    refused = ("/logo.png", "/img/site-logo-2.jpg", "/a.svg", "/pixel.gif", "/favicon.ico")
    assert not [path for path in refused if images.is_picture(f"https://quay.example{path}")]
    assert images.is_picture("https://quay.example/logistics/iconic.jpg")


def test_rules_for_other_robots_are_not_ours() -> None:
    assert permissions.read({"x-robots-tag": "googlebot: noindex, nosnippet"}, []).index
    assert permissions.read({"x-robots-tag": "broadsheet: max-snippet: 50"}, []).snippet == 50
    assert permissions.read({"tdm-reservation": "1"}, []).reserved
    assert not permissions.read({}, [("robots", "none")]).index


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("unavailable_after: Sat, 25 Jul 2026 15:00:00 GMT", datetime(2026, 7, 25, 15, tzinfo=UTC)),
        ("unavailable_after: 25-Jul-26 15:00:00 PST", datetime(2026, 7, 25, 23, tzinfo=UTC)),
        ("unavailable_after: 2026-07-25", datetime(2026, 7, 25, tzinfo=UTC)),
        (
            "unavailable_after: 2026-07-25, unavailable_after: 2026-07-01",
            datetime(2026, 7, 1, tzinfo=UTC),
        ),
        ("googlebot: unavailable_after: 2026-07-25", None),
        ("unavailable_after: the summer", None),
        ("unavailable_after:", None),
    ],
)
def test_an_end_is_read_in_the_forms_of_dates_that_publishers_use(
    said: str, until: datetime | None
) -> None:
    assert permissions.read({"x-robots-tag": said}, []).until == until


def test_what_stands_behind_a_date_with_commas_is_obeyed_too() -> None:
    told = permissions.read(
        {}, [("robots", "unavailable_after: Saturday, 25-Jul-26 15:00:00 PST, noarchive")]
    )

    assert (told.archive, told.index) == (False, True)
    assert told.why[0] == "unavailable_after:2026-07-25T23:00:00Z in the page's robots meta"


def test_bylines_give_names() -> None:
    assert words.people("By Jo Low and Al Bo, jo@quay.example") == ("Jo Low", "Al Bo")
    assert words.people("jo@quay.example (Jo Low)") == ("Jo Low",)


@pytest.mark.parametrize(
    ("location", "reserved"),
    [
        ("/", True),
        ("/news/*", True),
        ("*/tides$", True),
        ("/news/*/tides$", True),
        ("/news/*/tide$", False),
        ("/sport/", False),
        ("", False),
    ],
)
def test_a_well_known_file_reserves_the_addresses_that_fit(location: str, reserved: bool) -> None:
    said = json.dumps([{"location": location, "tdm-reservation": 1}]).encode()

    assert permissions.reserved_by_file(said, "https://quay.example/news/2026/tides") is reserved


def test_the_first_entry_that_fits_decides_and_a_file_in_no_form_reserves_nothing() -> None:
    said = [
        {"location": "/news/", "tdm-reservation": 0},
        {"location": "/", "tdm-reservation": 1},
    ]
    url = "https://quay.example/news/tides"

    assert not permissions.reserved_by_file(json.dumps(said).encode(), url)
    for data in (b"", b"{}", b"[3]", b"[" * 100_000, b'[{"location": {"a": 1}}]', b"\xff"):
        assert not permissions.reserved_by_file(data, url)
