"""What does a page report?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from broadsheet.errors import Unreadable
from broadsheet.intake import page
from broadsheet.model import Article, Fetched, Item, Permissions

AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
URL = "https://quay.example/tides"
PROSE = "The harbour board said on Friday that the tide, the highest in ten years, did no harm."
ITEM = Item("x", URL, "quay", AT, title="Tides rise", summary="As the feed has it ...")


def read(html: str, item: Item = ITEM, **headers: str) -> Article:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return page.extract(item, Fetched(URL, html.encode(), AT, final_url=URL, headers=said))


def html(
    head: str = "", body: str = f"<article><h1>Tides rise</h1><p>{PROSE}</p></article>"
) -> str:
    return f"<!doctype html><html lang=en-gb><head>{head}</head><body>{body}</body></html>"


def test_a_page_is_read_whole() -> None:
    data = {
        "@type": "NewsArticle",
        "headline": "Tides rise",
        "datePublished": "2026-01-09T09:27:00Z",
        "author": [{"@type": "Person", "name": "Jo Low"}],
        "publisher": {"name": "The Quay"},
    }
    found = read(
        html(
            "<title>Tides rise | The Quay</title><link rel=amphtml href=/tides/amp>"
            "<link rel=canonical href='/n/tides?utm_source=x'>"
            "<meta property=og:image content=/p.jpg><meta property=og:image:alt content='A wave'>"
            f"<script type='application/ld+json'>{json.dumps(data)}</script>"
        )
    )
    assert (found.title, found.text, found.summary) == ("Tides rise", PROSE, ITEM.summary)
    assert found.url == "https://quay.example/n/tides"
    assert found.amp_url == "https://quay.example/tides/amp"
    assert found.published_at == datetime(2026, 1, 9, 9, 27, tzinfo=UTC)
    assert (found.authors, found.provider_name) == (("Jo Low",), "The Quay")
    assert (found.language, found.type, found.domain) == ("en-GB", "article", "quay.example")
    assert [(i.url, i.width, i.title) for i in found.images] == [
        ("https://quay.example/p.jpg", None, "A wave")
    ]


def test_menus_asides_and_comments_are_no_text() -> None:
    around = f"<nav><p>{PROSE} nav</p></nav>{{}}<div class=comments><p>{PROSE} you said</p></div>"
    body = f"<article>{''.join(f'<p>{n} {PROSE}</p>' for n in range(5))}</article>"
    found = read(html(body=around.format(body)))
    assert "nav" not in found.text and "you said" not in found.text
    assert found.text.count("harbour board") == 5


@pytest.mark.parametrize(
    "link", ["https://other.example/tides", "https://quay.example/", "javascript:alert(1)"]
)
def test_a_canonical_link_elsewhere_or_to_the_home_page_is_not_believed(link: str) -> None:
    assert read(html(f'<link rel="canonical" href="{link}">')).url == URL


def test_a_date_after_the_fetch_is_no_signal() -> None:
    head = "<meta property=article:published_time content=2026-01-10T00:00:00Z>"
    assert read(html(head)).published_at is None


def test_what_the_publisher_allows_is_read_and_said() -> None:
    found = read(
        html("<meta name=robots content='max-snippet:80, noarchive'>"), x_robots_tag="nosnippet"
    )
    assert found.permissions == Permissions(
        archive=False,
        snippet=0,
        why=(
            "nosnippet in the X-Robots-Tag header",
            "max-snippet:80 in the page's robots meta",
            "noarchive in the page's robots meta",
        ),
    )


def test_parts_not_to_be_quoted_are_dropped() -> None:
    found = read(html(body=f"<article><p>{PROSE}</p><p data-nosnippet>Secret words here</p>"))
    assert "Secret" not in found.text
    assert (
        read(html(body="<p>It rose.</p><div data-nosnippet>As the feed has it</div>")).summary == ""
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no text"),
        ("%PDF-1.7", "not HTML"),
        ("<div>" * 4_000, "too deep"),
        ("<p " + "a " * 4_000 + ">", "attributes"),
        ("<!--" * 3 + "<!---->" * 6_000, "comments"),
        ("<title>404 - Page not found</title><p>Sorry</p>", "soft 404"),
        ("<h1>Before you continue</h1><p>We and our partners use cookies.</p>", "a consent page"),
    ],
)
def test_what_is_no_report_is_unreadable(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(body)


def test_a_headline_may_begin_with_404() -> None:
    assert read(html("<title>404 Quay raises funds</title>")).text == PROSE


def test_a_picture_is_no_page() -> None:
    with pytest.raises(Unreadable, match="not HTML but image/png"):
        read("x", content_type="image/png")


def test_a_report_can_be_made_from_its_entry() -> None:
    found = page.from_entry(ITEM, Permissions(reserved=True))
    assert (found.read_from, found.text) == ("entry", ITEM.summary)
    assert found.permissions.reserved


def test_the_entry_of_a_feed_decides_which_of_a_newsrooms_headlines_is_told() -> None:
    other = "Mole under water as the tide rises"
    data = json.dumps({"@type": "NewsArticle", "headline": other})
    said = html(f"<title>Tides rise</title><script type='application/ld+json'>{data}</script>")

    assert read(said).title == "Tides rise"
    assert read(said, replace(ITEM, title=other)).title == other
    assert read(said, replace(ITEM, title="")).title == other
