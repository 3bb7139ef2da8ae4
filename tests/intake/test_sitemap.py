"""Which reports does this sitemap list?"""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from broadsheet.errors import Unreadable
from broadsheet.intake import sitemap
from broadsheet.model import Fetched, Item, Source

AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
URL = "https://quay.example/sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(pages: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>{pages}</urlset>'


def read(body: str | bytes) -> list[Item]:
    data = body.encode() if isinstance(body, str) else body
    return list(sitemap.read(Source("quay", sitemap=URL), Fetched(URL, data, AT)))


def test_a_news_sitemap_tells_title_date_and_picture() -> None:
    (item,) = read(
        urlset(
            "<url><loc>https://quay.example/a?utm_source=x</loc><lastmod>2026-01-09T10:00:00Z"
            "</lastmod><news:news><news:publication><news:name>Quay</news:name><news:language>en"
            "</news:language></news:publication><news:title>Tides &amp; locks</news:title>"
            "<news:publication_date>2026-01-09</news:publication_date><news:keywords>sea, lock, sea"
            "</news:keywords></news:news><image:image><image:loc>/p.jpg</image:loc></image:image>"
            "</url>"
        )
    )
    assert (item.url, item.title) == ("https://quay.example/a", "Tides & locks")
    assert item.published_at == datetime(2026, 1, 9, tzinfo=UTC)
    assert item.updated_at == datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert (item.tags, item.language, item.feed_title) == (("sea", "lock"), "en", "Quay")
    assert [image.url for image in item.images] == ["https://quay.example/p.jpg"]


def test_a_plain_one_with_other_prefixes_and_damage_is_read() -> None:
    body = urlset(
        "<url><loc>https://quay.example/a?b=1&c=2</loc></url><url><loc>javascript:s()</loc></url>"
        "<url><loc>/b</loc>"
    )
    assert [item.url for item in read(body[: body.rindex("</urlset>")])] == [
        "https://quay.example/a?b=1&c=2",
        "https://quay.example/b",
    ]


def test_a_text_of_addresses_is_a_sitemap_too() -> None:
    text = "\ufeffhttps://quay.example/a\nnot one\r\nhttps://quay.example/b\n"
    assert [item.url for item in read(text)] == ["https://quay.example/a", "https://quay.example/b"]


def test_a_feed_may_stand_where_a_sitemap_is_expected() -> None:
    body = "<rss><channel><item><title>A</title><link>/a</link></item></channel></rss>"
    assert [item.title for item in read(gzip.compress(body.encode()))] == ["A"]


def index(members: int) -> bytes:
    each = "".join(
        f"<sitemap><loc>/s{n}.xml.gz</loc><lastmod>2026-01-{n % 28 + 1:02}</lastmod></sitemap>"
        for n in range(members)
    )
    more = "<sitemap><loc>/undated.xml</loc></sitemap><sitemap><loc>data:x</loc></sitemap>"
    return f"<sitemapindex {SPACES}>{more}{each}</sitemapindex>".encode()


def test_an_index_gives_its_members_newest_first() -> None:
    found = sitemap.read_sitemap(gzip.compress(index(3)), {}, URL)
    assert [member.url for member in found.members] == [
        "https://quay.example/s2.xml.gz",
        "https://quay.example/s1.xml.gz",
        "https://quay.example/s0.xml.gz",
        "https://quay.example/undated.xml",
    ]
    assert found.listed == ()
    assert len(sitemap.read_sitemap(index(200), {}, URL).members) == 50


def test_the_members_of_an_index_are_lists_and_no_reports() -> None:
    items = read(index(3))
    assert [item.type for item in items] == ["sitemap"] * 4
    assert items[0].url == "https://quay.example/s2.xml.gz"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><body>x</body></html>", "not a sitemap but <html>"),
        ("", "not a sitemap"),
        (b"\x1f\x8bjunk", "not gzip"),
        (gzip.compress(b" " * 20_000_000), "too large: 10,000,000 bytes"),
    ],
)
def test_what_is_no_sitemap_is_unreadable(body: str | bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(body)


def test_no_more_than_5000_addresses_are_read() -> None:
    assert len(read(urlset("<url><loc>https://quay.example/a</loc></url>" * 5_100))) == 5_000
