"""When is that? The dates of feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake import dates


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 09 Jan 2026 09:27:00 GMT", (2026, 1, 9, 9, 27)),
        ("Fri, 09 Jan 2026 09:27:00 +0100", (2026, 1, 9, 8, 27)),
        ("Fri, 09 Jan 2026 09:27:00 EST", (2026, 1, 9, 14, 27)),
        ("Fri, 9 Jan 2026 09:27 PT", (2026, 1, 9, 17, 27)),
        ("Fri,09 Jan 2026 09:27:00 -0000", (2026, 1, 9, 9, 27)),
        ("2026-01-09T09:27:00.25+05:30", (2026, 1, 9, 3, 57)),
        ("2026-01-09T09:27:00Z", (2026, 1, 9, 9, 27)),
        ("Fri Jan 09 09:27:00 +0000 2026", (2026, 1, 9, 9, 27)),
        ("Fri, 2026/01/09 09:27:00 CEST", (2026, 1, 9, 7, 27)),
        ("Fri, 01/23/2026 - 19:05", (2026, 1, 23, 19, 5)),
        ("Fri, 23/01/2026", (2026, 1, 23)),
        ("01/09/26 4:20 pm PST", (2026, 1, 10, 0, 20)),
        ("09.01.26", (2026, 1, 9)),
        ("2026. 1. 9. 09:27", (2026, 1, 9, 9, 27)),
        ("2026\u5e741\u67089\u65e5 09:27", (2026, 1, 9, 9, 27)),
        ("2026\ub144 1\uc6d4 9\uc77c 09:27", (2026, 1, 9, 9, 27)),
        ("2026. janu\u00e1r 9. 09:27", (2026, 1, 9, 9, 27)),
        ("2026.01.09(\ubaa9) 09:27", (2026, 1, 9, 9, 27)),
        ("9 pa\u017adziernika 2025", (2025, 10, 9)),
        ("9 \u044f\u043d\u0432\u0430\u0440\u044f 2026, 09:27", (2026, 1, 9, 9, 27)),
        ("Fri, 09 01 2026 09:27:00 +0100", (2026, 1, 9, 8, 27)),
        ("ven., 09 janv. 2026 09:27:00 +0100", (2026, 1, 9, 8, 27)),
        ("Jan. 2026", (2026, 1, 1)),
        ("2026-01", (2026, 1, 1)),
        ("2026", (2026, 1, 1)),
        ("26-01-09", (2026, 1, 9)),
        ("260109", (2026, 1, 9)),
        ("26-009", (2026, 1, 9)),
        ("-2601", (2026, 1, 1)),
        ("1767950820", (2026, 1, 9, 9, 27)),
    ],
)
def test_a_field_for_dates_is_read_in_every_form(text: str, moment: tuple[int, ...]) -> None:
    year, month, day, hour, minute = (*moment, 0, 0)[:5]
    assert dates.moment(text) == datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "99 Foo 2026", "2026-13-45", "2026-02-30T25:61:61Z", "9999-12-31T23:59:59-23:59",
     "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1" * 5_000, "Fri, " * 5_000,
     "Thu, 01 Jan 2026 00:00:00 -9999999"],
)  # fmt: skip
def test_what_is_no_date_of_a_report_is_none(text: str) -> None:
    found = dates.moment(text)
    assert found is None or found.year == 2026


def test_numbers_in_a_running_text_are_no_dates() -> None:
    for text in ("2026", "260109", "26-009", "01/09/26"):
        assert dates.parse(text) is None


def test_a_date_without_zone_is_in_the_zone_that_is_given() -> None:
    zone = ZoneInfo("America/New_York")
    assert dates.moment("2026-01-09T04:00:00", zone) == datetime(2026, 1, 9, 9, tzinfo=UTC)
    assert dates.moment("2026-01-09T04:00:00Z", zone) == datetime(2026, 1, 9, 4, tzinfo=UTC)
