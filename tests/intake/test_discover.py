"""Feeds of a site, found from one page of it."""

from __future__ import annotations

import pytest

from broadsheet.intake import discover
from broadsheet.model import Fetched
from broadsheet.testing import NOON

SITE = "https://quay.example/news/"


def page(body: str | bytes, url: str = SITE) -> Fetched:
    return Fetched(url, body.encode() if isinstance(body, str) else body, NOON)


def urls_of(body: str) -> list[str]:
    return [candidate.url for candidate in discover.candidates(page(body))]


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><rss version="2.0">',
        b"<?xml-stylesheet href='a'?><feed xmlns='http://www.w3.org/2005/Atom'>",
        b"<rdf:RDF xmlns:rdf='a'>",
        "\ufeff<rss version='2.0'>".encode("utf-16-le"),
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ],
)
def test_a_feed_is_its_own_candidate(body: bytes) -> None:
    (only,) = discover.candidates(page(body))
    assert (only.url, only.why) == (SITE, "is one")


@pytest.mark.parametrize("body", [b"", b"<html><rss>", b'{"version": 1}', b"<!-- <rss> -->"])
def test_what_only_mentions_a_feed_is_none(body: bytes) -> None:
    assert not discover.is_feed(page(body))


def test_declared_feeds_come_first_then_links_and_comments_last_of_their_sort() -> None:
    assert urls_of(
        "<base href='/base/'>"
        "<link rel=alternate type='application/rss+xml' title='Comments' href='comments/feed'>"
        "<link rel='ALTERNATE home' type='application/atom+xml; charset=utf-8' href='a.atom'>"
        "<link rel=alternate type='application/feed+json' href='/b.json'>"
        "<link rel=feed href='c'>"
        "<link rel=alternate type='application/json' href='/wp-json/wp/v2/posts/1'>"
        "<link rel=alternate type='application/json' href='/feed.json'>"
        "<link rel=alternate type='text/html' href='/print'>"
        "<link rel=stylesheet type='application/rss+xml' href='/style'>"
        "<a href='/topic/rss.xml'>x</a><a href='/a.xml'>Our RSS</a><a href='/boats'>boats</a>"
        "<a href='/?format=rss'>x</a><a href='https://other.example/feed'>RSS</a>"
        "<a href='/feedback'>Give feedback</a><a href='/b.json'>JSON feed</a>"
    ) == [
        "https://quay.example/base/a.atom",
        "https://quay.example/b.json",
        "https://quay.example/base/c",
        "https://quay.example/feed.json",
        "https://quay.example/base/comments/feed",
        "https://quay.example/topic/rss.xml",
        "https://quay.example/a.xml",
        "https://quay.example/?format=rss",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\x00",
        "<div>" * 4_000,
        "<link rel=alternate type='application/rss+xml' href='http://['>",
        "<a href='javascript:rss'>RSS</a>",
    ],
)
def test_pages_that_say_nothing_or_would_hurt_name_no_feed(body: str) -> None:
    assert urls_of(body) == []


def test_no_page_names_more_than_we_ask() -> None:
    assert len(urls_of("".join(f"<a href='/{n}/feed'>x</a>" for n in range(99)))) == discover.MOST


def test_other_pages_of_the_site_are_its_canonical_one_and_its_front() -> None:
    said = "<link rel=canonical href='https://www.quay.example/home'>"
    assert discover.elsewhere(page(said)) == [
        "https://www.quay.example/home",
        "https://quay.example/",
    ]
    away = "<link rel=canonical href='https://other.example/'>"
    assert discover.elsewhere(page(away, "https://quay.example")) == []


def test_usual_places_are_below_the_page_first() -> None:
    guesses = [guess.url for guess in discover.guesses("https://quay.example/news?a#b")]
    assert guesses[0] == "https://quay.example/news/feed"
    assert "https://quay.example/feed" in guesses
    assert len(set(guesses)) == len(guesses)
    assert {g.kind for g in discover.guesses(SITE)} == {"feed", "sitemap"}


def test_a_robots_txt_names_news_sitemaps() -> None:
    robots = page(
        "User-agent: *\nSitemap: /sitemap.xml\nSITEMAP:https://quay.example/news.xml\nsitemap:",
        "https://quay.example/robots.txt",
    )
    (only,) = discover.sitemaps(robots)
    assert (only.url, only.kind) == ("https://quay.example/news.xml", "sitemap")
