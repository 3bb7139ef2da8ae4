"""Is this page a report at all?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.errors import Unreadable
from broadsheet.intake import page
from broadsheet.model import Article, Fetched, Item

AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
URL = "https://quay.example/tides"
PROSE = (
    "<p>The harbour board said on Friday that the tide, the highest in ten years, did no harm, and "
    "that the ferries sailed again before noon with all who had waited on the quay since dawn.</p>"
)
PAID = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tides rise", '
    '"isAccessibleForFree": false}</script>'
)
TEASERS = "".join(f"<h3><a href=/{n}>Boats stay in at Skerry {n}</a></h3>" for n in range(12))


def extract(html: str) -> Article:
    item = Item("x", URL, "quay", AT, title="Tides rise")
    return page.extract(item, Fetched(URL, html.encode(), AT, final_url=URL))


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<title>Page not found | The Quay</title><p>Sorry, it is gone.", "soft 404"),
        ("<title>410 Gone - not found</title><p>Sorry.", "soft 404"),
        ("<title>502 Bad Gateway</title><p>nginx", "an error page"),
        ("<title>Just a moment...</title><p>One second, please.", "a bot wall"),
        ("<title>The Quay</title><p>Please verify you are a human to go on.", "a bot wall"),
        ("<h1>We value your privacy</h1><p>We and our 812 partners use them.", "a consent page"),
        (f"{PAID}<h1>Tides rise</h1>{PROSE}", "a paywall stub"),
        (f"<h1>Tides rise</h1>{PROSE}<p>Subscribe to continue reading</p>", "a paywall stub"),
        (f"<title>News</title><h1>News</h1>{TEASERS}", "a list of pages"),
    ],
)
def test_a_page_that_is_no_report_is_named(html: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        extract(html)


@pytest.mark.parametrize(
    "html",
    [
        f"{PAID}<h1>Tides rise</h1><article>{PROSE * 8}</article>",
        f"<title>Access denied: how the quay was closed</title><article>{PROSE * 12}</article>",
        f"<h1>Tides rise</h1><article>{PROSE * 8}</article><p>Already a subscriber? Log in</p>",
        f"<h1>Tides rise</h1><article>{PROSE * 5}</article><aside>{TEASERS}</aside>",
        f"<h1>Tides rise</h1><article>{PROSE}</article>",
    ],
)
def test_a_report_is_not_refused_for_what_stands_beside_it(html: str) -> None:
    assert "harbour board" in extract(html).text
