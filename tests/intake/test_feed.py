"""What does a feed list?"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from broadsheet.config import Parsing, Portal
from broadsheet.errors import Unreadable
from broadsheet.intake import feed, sitemap
from broadsheet.model import Fetched, Item, Source
from broadsheet.plugins import Plugins

AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
URL = "https://quay.example/feed"


def read(body: str | bytes, source: Source | None = None, **headers: str) -> list[Item]:
    data = body.encode() if isinstance(body, str) else body
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return list(feed.read(source or Source("quay", feed=URL), Fetched(URL, data, AT, headers=said)))


def rss(items: str) -> str:
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>The Quay</title>'
        f"<language>en-gb</language>{items}</channel></rss>"
    )


def entry(more: str) -> Item:
    (item,) = read(rss(f"<item><link>https://quay.example/a</link>{more}</item>"))
    return item


def test_an_rss_entry_is_read_whole() -> None:
    item = entry(
        "<title>Tides &amp;amp; &nbsp;locks</title><description>&lt;p&gt;"
        "The &lt;b&gt;sea&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Rose&lt;/p&gt;</description>"
        "<dc:creator>By Jo Low and Al Bo</dc:creator>"
        '<category>Sea</category><media:thumbnail url="https://quay.example/p.jpg"/>'
        "<pubDate>Fri, 09 Jan 2026 09:27:00 GMT</pubDate>"
    )
    assert (item.title, item.summary) == ("Tides & locks", "The sea. Rose")
    assert (item.authors, item.tags) == (("Jo Low", "Al Bo"), ("Sea",))
    assert item.published_at == datetime(2026, 1, 9, 9, 27, tzinfo=UTC)
    assert [image.url for image in item.images] == ["https://quay.example/p.jpg"]
    assert (item.language, item.feed_title, item.seen_at) == ("en-GB", "The Quay", AT)


def test_an_atom_entry_is_read_with_its_base() -> None:
    (item,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        'xml:base="https://quay.example/n/" xml:lang="de">'
        '<title>Kai</title><entry><title type="html">A &lt;i&gt;b&lt;/i&gt;</title>'
        '<link href="x?utm_source=f&amp;p=1"/><author><name>Jo Low</name></author>'
        "<updated>2026-01-09T09:00:00+01:00</updated>"
        '<content type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Hallo</p></div></content>'
        "</entry></feed>"
    )
    assert (item.url, item.title, item.text) == ("https://quay.example/n/x?p=1", "A b", "Hallo")
    assert item.published_at == datetime(2026, 1, 9, 8, tzinfo=UTC)
    assert (item.language, item.authors) == ("de", ("Jo Low",))


def test_an_rdf_entry_is_read() -> None:
    (item,) = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>Quay</title></channel><item><title>A</title>"
        "<link>https://quay.example/a</link><dc:date>2026-01-09</dc:date></item></rdf:RDF>"
    )
    assert (item.title, item.feed_title) == ("A", "Quay")
    assert item.published_at == datetime(2026, 1, 9, tzinfo=UTC)


def test_a_json_feed_is_read_and_odd_entries_cost_only_themselves() -> None:
    good = {"id": "1", "url": "/a", "title": "A", "tags": ["x", 3], "content_html": "<p>Hi</p>"}
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "Q", "items": [7, {}, good]}
    (item,) = read(json.dumps(body))
    assert (item.url, item.text, item.tags) == ("https://quay.example/a", "Hi", ("x",))


def test_an_entry_without_a_link_is_passed_over() -> None:
    assert read(rss("<item><title>A</title></item>")) == []


def test_a_date_without_zone_is_in_the_zone_of_its_source() -> None:
    source = Source("quay", feed=URL, timezone="America/New_York")
    item = "<item><link>/a</link><pubDate>9 Jan 2026 04:00</pubDate></item>"
    (found,) = read(rss(item), source)
    assert found.published_at == datetime(2026, 1, 9, 9, tzinfo=UTC)


def test_a_date_after_the_fetch_is_not_believed() -> None:
    assert entry("<pubDate>2026-01-10T00:00:00Z</pubDate>").published_at is None


def test_an_ill_formed_feed_still_gives_what_can_be_read() -> None:
    broken = rss("<item><title>A & B</title><link>https://quay.example/a</link></item><item><ti")
    assert [item.url for item in read(broken)] == ["https://quay.example/a"]


def test_the_charset_of_the_answer_tells_the_letters() -> None:
    body = rss("<item><title>Café</title><link>/a</link></item>").encode("latin-1")
    assert read(body, content_type="text/xml; charset=ISO-8859-1")[0].title == "Café"


def test_no_more_than_5000_entries_are_read() -> None:
    assert len(read(rss("<item><link>/a</link></item>" * 5_100))) == 5_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not"),
        ("<html><body>hello</body></html>", "not a feed"),
        ("{}", "not a feed"),
        ("[" * 50_000, "not"),
        ('{"a":' * 50_000, "not JSON"),
        ("x" * 10_000_001, "too large"),
    ],
)
def test_what_is_no_feed_or_would_hang_us_is_unreadable(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(body)


def test_a_packed_news_sitemap_lists_reports() -> None:
    body = gzip.compress(
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        b'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        b"<loc>https://quay.example/a</loc><n:news><n:publication><n:name>Quay</n:name>"
        b"<n:language>en</n:language></n:publication><n:title>Tides</n:title>"
        b"<n:publication_date>2026-01-09T09:00:00Z</n:publication_date></n:news></url></urlset>"
    )
    (item,) = sitemap.read(Source("quay", sitemap=URL), Fetched(URL, body, AT))
    assert (item.title, item.language, item.feed_title) == ("Tides", "en", "Quay")
    assert item.published_at == datetime(2026, 1, 9, 9, tzinfo=UTC)


def test_a_packed_bomb_is_unreadable() -> None:
    body = gzip.compress(b" " * 20_000_000)
    with pytest.raises(Unreadable, match="too large"):
        list(sitemap.read(Source("quay", sitemap=URL), Fetched(URL, body, AT)))


def test_a_portal_may_read_less_of_a_feed() -> None:
    portal = Portal("Quay", {}, {}, parsing=Parsing(entries=2, feed=1))
    plugins = Plugins(portal)
    feed.register(plugins)
    sitemap.register(plugins)
    many = rss("<item><link>https://quay.example/a</link></item>" * 5)
    pages = "<urlset>" + "<url><loc>https://quay.example/a</loc></url>" * 5 + "</urlset>"
    source = Source("quay", feed=URL)
    for kind, body in (("feed", many), ("sitemap", pages), ("sitemap", many)):
        assert len(list(plugins.readers[kind](source, Fetched(URL, body.encode(), AT)))) == 2
    with pytest.raises(Unreadable, match=r"1,000,000 bytes are read at most \(parsing\.feed\)"):
        plugins.readers["feed"](source, Fetched(URL, b"x" * 1_000_001, AT))
