"""Which pages are one report, and what does it say as a whole?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from broadsheet.intake import extract_page, whole
from broadsheet.model import Permissions
from broadsheet.testing import article

URL = "https://quay.example/2026/01/harbour-fire"
AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
FIRST = "The harbour board said on Friday that nobody was hurt when the shed burned down."
SECOND = "A second shed was saved by the crew of a passing ferry, which pumped for an hour."


@pytest.mark.parametrize(
    ("here", "link"),
    [
        (URL, f"{URL}/2"),
        (f"{URL}/", f"{URL}/2/"),
        (f"{URL}/", f"{URL}/page/2/"),
        (URL, f"{URL}/seite-2"),
        (URL, f"{URL}?page=2"),
        (f"{URL}?utm_id=1", f"{URL}?utm_id=1&pagina=2"),
        (f"{URL}.html", f"{URL}-2.html"),
        (f"{URL}.html", f"{URL}_p2.html"),
        (f"{URL}/2", f"{URL}/3"),
        (f"{URL}?page=9", f"{URL}?page=10"),
        (f"{URL}-3.html", f"{URL}-4.html"),
        (URL, f"{URL}?page=1"),
        (f"{URL}?page=0", f"{URL}?page=1"),
    ],
)
def test_the_next_number_in_a_pages_own_address_is_its_next_page(here: str, link: str) -> None:
    assert whole.follows(here, link)


@pytest.mark.parametrize(
    ("here", "link"),
    [
        (URL, "https://quay.example/2026/01/ferries-stop"),
        (URL, f"{URL}/3"),
        (f"{URL}/2", URL),
        (f"{URL}/3", f"{URL}/2"),
        (URL, "https://other.example/2026/01/harbour-fire/2"),
        (URL, f"{URL}?cpage=2"),
        (URL, f"{URL}?page=2&sort=new"),
        (URL, f"{URL}?page=two"),
        (URL, f"{URL}/2026"),
        ("https://quay.example/", "https://quay.example/2"),
        ("https://quay.example/?p=959", "https://quay.example/?p=968"),
        (f"{URL}?page=9", f"{URL}?page=2"),
        (URL, "https://[quay.example/2"),
        ("", ""),
    ],
)
def test_any_other_address_is_not(here: str, link: str) -> None:
    assert not whole.follows(here, link)


@pytest.mark.parametrize(
    ("here", "link", "said", "next_"),
    [
        ("", "?page=1", 2, True),
        ("?page=1", "?page=2", 3, True),
        ("?page=1", "?page=2", 2, True),
        ("", "?page=1", 1, False),
        ("?page=5", "?page=1", 2, False),
        ("?page=1", "?page=2", 4, False),
        ("", "?page=2", 3, False),
        ("", "/1", 2, False),
        ("/2", "/3", 4, False),
    ],
)
def test_pages_that_are_counted_from_0_are_told_by_what_their_links_say(
    here: str, link: str, said: int, next_: bool
) -> None:
    assert whole.follows(URL + here, URL + link, said) == next_


@pytest.mark.parametrize(
    ("link", "next_"),
    [
        ("<link rel=next href='{}/2'>", "/2"),
        ("<a href='{}?page=2'>2</a>", "?page=2"),
        ("<a href='{0}?page=0'>1</a><a href='{0}?page=1'>2</a>", "?page=1"),
        ("<a href='{0}?page=1'>1</a><a href='{0}?page=2'>2</a>", "?page=2"),
        ("<link rel=next href=/2026/01/ferries-stop>", ""),
        ("<a href='{}/2'>Our second fire this year</a>", ""),
        ("<a href='{}/2'>22</a>", ""),
        ("<link rel=next href='javascript:alert(2)'>", ""),
    ],
)
def test_a_page_names_its_next_page(link: str, next_: str) -> None:
    html = f"<h1>Fire at the harbour</h1><p>{FIRST}</p>{link.format(URL)}"

    told = extract_page(html.encode(), URL, fetched_at=AT)

    assert told.next.value == (f"{URL}{next_}" if next_ else "")


def test_pages_are_joined_and_what_they_share_is_told_once() -> None:
    first = article("Fire at the harbour", f"{FIRST}\nWhat we like")
    second = replace(first, text=f"Fire at the harbour\n{FIRST}\nWhat we like\n{SECOND}")

    told = whole.joined([first, second])

    assert told.text == f"{FIRST}\nWhat we like\nWhat we like\n{SECOND}"
    assert told.signals == ("text: of 2 pages",)
    assert whole.joined([first]) == first


@pytest.mark.parametrize(
    ("title", "permissions", "why"),
    [
        ("Fire at the harbour (page 2)", Permissions(), ""),
        ("Ferries stop", Permissions(), "it is titled 'Ferries stop'"),
        ("", Permissions(), "it is titled ''"),
        ("Fire at the harbour", Permissions(index=False, why=("noindex",)), "its publisher says noindex"),
        ("Fire at the harbour", Permissions(reserved=True, why=("x",)), "its publisher says x"),
        ("Fire at the harbour", Permissions(archive=False, why=("x",)), "its publisher says x"),
        ("Fire at the harbour", Permissions(snippet=9, why=("x",)), "its publisher says x"),
        ("Fire at the harbour", Permissions(until=AT, why=("x",)), "its publisher says x"),
    ],
)  # fmt: skip
def test_a_page_of_another_report_or_that_allows_less_is_refused(
    title: str, permissions: Permissions, why: str
) -> None:
    first = article("Fire at the harbour", FIRST)
    other = replace(article(title or "-", SECOND), title=title, permissions=permissions)

    assert whole.refused(first, other) == why


def test_a_page_that_says_nothing_new_ends_the_report() -> None:
    first = article("Fire at the harbour", f"{FIRST}\n{SECOND}")

    assert whole.refused(first, replace(first, text=SECOND)) == "it says nothing new"
    assert whole.refused(first, replace(first, text=f"{SECOND}\nWhat we like")) == ""


def test_what_the_first_page_forbids_the_next_may_forbid_too() -> None:
    strict = replace(article("Fire"), permissions=Permissions(archive=False, snippet=80))
    other = replace(strict, text=SECOND)

    assert whole.refused(strict, other) == ""
    assert whole.refused(strict, replace(other, permissions=Permissions(snippet=80))) == ""
