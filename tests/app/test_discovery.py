"""From the address of a site to its feed, through the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broadsheet.app.discovery import Found, find
from broadsheet.assemble import open_plugins
from broadsheet.errors import FetchError, Unreadable
from broadsheet.fetch.replay import Replay
from broadsheet.model import Reading
from broadsheet.seams import Parsed
from broadsheet.testing import DAM, NEWS, clock, feed, item, portal
from broadsheet.workers.parse import InProcess

QUAY = "https://quay.example/"
DECLARED = b"<link rel=alternate type=application/rss+xml href=/own.xml>"
ENTRIES = feed({DAM: "Dam opens"})


def look(world: Mapping[str, bytes | FetchError], *sites: str) -> tuple[list[Found], list[str]]:
    door = Replay(world, clock())
    return find(door, InProcess(open_plugins(portal(NEWS))), sites), door.asked


def test_what_a_site_declares_is_asked_and_no_more() -> None:
    (found,), asked = look({QUAY: DECLARED, f"{QUAY}own.xml": ENTRIES}, QUAY)

    assert asked == [QUAY, f"{QUAY}own.xml"]
    assert found.feed and (found.feed.url, found.feed.why) == (f"{QUAY}own.xml", "declared")
    assert found.words == (
        "1 entries, the newest of 2026-01-09: "
        "feed https://quay.example/own.xml (declared by the site)"
    )


def test_the_front_page_knows_what_a_page_below_it_does_not() -> None:
    world = {f"{QUAY}a": b"<p>A report.", QUAY: DECLARED, f"{QUAY}own.xml": ENTRIES}

    (found,), _ = look(world, f"{QUAY}a")

    assert found.feed and found.feed.url == f"{QUAY}own.xml"


def test_the_usual_places_are_tried_until_one_is_a_feed() -> None:
    (found,), asked = look({QUAY: b"<p>Hello.", f"{QUAY}rss.xml": ENTRIES}, QUAY)

    assert found.feed and (found.feed.url, found.feed.why) == (f"{QUAY}rss.xml", "guessed")
    assert "usual place" in found.words
    assert asked == [QUAY, f"{QUAY}robots.txt", f"{QUAY}feed", f"{QUAY}rss.xml"]


def test_a_site_without_a_feed_may_have_a_news_sitemap() -> None:
    sitemap = f"<urlset><url><loc>{DAM}</loc></url></urlset>".encode()
    robots = f"Sitemap: {QUAY}late-news.xml".encode()
    world = {QUAY: b"<p>Hello.", f"{QUAY}robots.txt": robots, f"{QUAY}late-news.xml": sitemap}

    (found,), _ = look(world, QUAY)

    assert found.feed and (found.feed.kind, found.entries) == ("sitemap", 1)


def test_a_feed_with_entries_is_preferred_to_one_without() -> None:
    two = DECLARED + b"<link rel=alternate type=application/rss+xml href=/full.xml>"
    world = {QUAY: two, f"{QUAY}own.xml": b"<rss/>", f"{QUAY}full.xml": ENTRIES}

    (found,), _ = look(world, QUAY)
    (alone,), _ = look({QUAY: DECLARED, f"{QUAY}own.xml": b"<rss/>"}, QUAY)

    assert found.feed and found.feed.url == f"{QUAY}full.xml"
    assert found.others == (f"{QUAY}own.xml",)
    assert alone.feed and alone.entries == 0


def test_sites_are_asked_side_by_side_and_one_that_fails_says_why() -> None:
    far = "https://far.example/"
    world: dict[str, bytes | FetchError] = {
        QUAY: DECLARED,
        f"{QUAY}own.xml": ENTRIES,
        far: FetchError(far, "no answer"),
    }

    (bad, itself, good), asked = look(world, far, f"{QUAY}own.xml", QUAY)

    assert asked == [far, f"{QUAY}own.xml", QUAY, f"{QUAY}own.xml"]
    assert (bad.feed, bad.words) == (None, "https://far.example/: no answer")
    assert itself.feed and itself.feed.why == "is one"
    assert good.feed


class _AllEntries(InProcess):
    """Parsers that find an entry in whatever they are given, as a reader of marked-up pages may."""

    def parse(self, readings: Sequence[Reading], /) -> list[Parsed | Unreadable]:
        found = super().parse(readings)
        return [
            said if reading.by == "discover" else (item(),)
            for reading, said in zip(readings, found, strict=True)
        ]


def test_a_page_with_entries_is_no_feed_where_a_feed_was_guessed_but_may_be_one_itself() -> None:
    not_found = b"<p>Not here. Read this instead:"
    door = Replay({QUAY: b"<p>Hello.", f"{QUAY}feed": not_found}, clock())

    (found,) = find(door, _AllEntries(open_plugins(portal(NEWS))), [QUAY])

    assert found.feed and (found.feed.url, found.feed.why) == (QUAY, "marked up")
    assert "(marked up in the page)" in found.words


def test_a_feed_is_asked_once() -> None:
    (found,), asked = look({QUAY: ENTRIES}, QUAY)

    assert found.feed and found.feed.why == "is one"
    assert asked == [QUAY]


def test_a_site_with_none_says_so() -> None:
    (found,), asked = look({QUAY: b"<p>Hello."}, QUAY)

    assert found.feed is None and "no feed found" in found.words
    assert len(asked) == len(set(asked)) <= 15
