"""Do feed readers and search engines get valid files, also of hostile words and of nothing?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]
import pytest

from broadsheet.model import Edition, Section
from broadsheet.publish.feeds import atom, jsonfeed, rss
from broadsheet.publish.sitemap import sitemap

from .api_editions import AT, EMPTY, MASTHEAD, many, report, town

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XML_OUTPUTS = (atom, rss, sitemap)
Output = Callable[[Edition], Iterable[tuple[PurePosixPath, bytes]]]


def files_of(output: Output, edition: Edition) -> dict[str, bytes]:
    """By path."""
    return {str(path): data for path, data in output(edition)}


def entries(edition: Edition, name: str = "all") -> list[dict[str, Any]]:
    """Those of the JSON Feed."""
    items: list[dict[str, Any]] = json.loads(files_of(jsonfeed, edition)[f"feeds/{name}.json"])[
        "items"
    ]
    return items


@pytest.mark.parametrize("edition", [EMPTY, town(), many(70)], ids=["empty", "town", "many"])
def test_every_feed_can_be_read_and_all_formats_agree(edition: Edition) -> None:
    for output, ending in ((atom, "atom"), (rss, "rss")):
        for path, data in files_of(output, edition).items():
            if path.endswith(".css"):
                continue
            parsed = feedparser.parse(data)
            assert not parsed.bozo, parsed.get("bozo_exception")
            assert parsed.feed.title
            ids = [entry.id for entry in parsed.entries]
            links = [entry.link for entry in parsed.entries]
            same = entries(edition, PurePosixPath(path).stem)
            assert ids == [item["id"] for item in same], ending
            assert links == [item["url"] for item in same]
            assert all(entry.published_parsed for entry in parsed.entries)


def test_hostile_words_stay_words() -> None:
    text = files_of(atom, town())["feeds/all.atom"].decode()
    assert "&lt;script&gt;" in text and "<script>" not in text
    titles = ElementTree.fromstring(text).iter("{http://www.w3.org/2005/Atom}title")
    assert any(title.text and "<b>battery</b> &" in title.text for title in titles)
    markup = replace(
        town(), records={id: replace(r, excerpt="<i>x</i>") for id, r in town().records.items()}
    )
    assert b"&amp;lt;i&amp;gt;" in files_of(rss, markup)["feeds/all.rss"]


@pytest.mark.parametrize("output", XML_OUTPUTS)
@pytest.mark.parametrize("edition", [EMPTY, town()], ids=["empty", "town"])
def test_every_xml_file_is_well_formed(output: Output, edition: Edition) -> None:
    for path, data in files_of(output, edition).items():
        if not path.endswith(".css"):
            ElementTree.fromstring(data)


def test_a_feed_says_where_it_is_and_when_it_changed() -> None:
    parsed = feedparser.parse(files_of(atom, town())["feeds/storage.atom"])
    assert parsed.feed.id == "https://harbour-and-grid.example/feeds/storage.atom"
    assert {link.rel: link.href for link in parsed.feed.links} == {
        "self": "https://harbour-and-grid.example/feeds/storage.atom",
        "alternate": "https://harbour-and-grid.example/t/storage/index.html",
    }
    assert parsed.feed.updated == "2026-01-09T18:00:00Z"
    channel = ElementTree.fromstring(files_of(rss, town())["feeds/all.rss"])
    assert channel.findtext("channel/lastBuildDate") == "Fri, 09 Jan 2026 18:00:00 GMT"


def test_the_newest_public_report_is_first_and_copies_are_left_out() -> None:
    edition = many(70)
    assert [item["id"] for item in entries(edition)] == [
        f"urn:broadsheet:{id}" for id in reversed(list(edition.records)[10:])
    ]
    copied = report(20)[0]
    assert f"urn:broadsheet:{copied}" not in {item["id"] for item in entries(town())}


def test_an_address_that_runs_has_no_entry() -> None:
    edition = many(2)
    id = report(0)[0]
    runs = replace(edition.records[id], source_url="javascript:alert(1)")
    left = entries(replace(edition, records={**edition.records, id: runs}))
    assert [item["id"] for item in left] == [f"urn:broadsheet:{report(1)[0]}"]


def test_an_update_is_no_new_entry() -> None:
    edition = town()
    id = report(0)[0]
    changed = replace(
        edition.records[id], title="A new headline", updated_at=AT + timedelta(hours=1)
    )
    after = entries(replace(edition, records={**edition.records, id: changed}))
    assert [item["id"] for item in after] == [item["id"] for item in entries(edition)]
    item = next(item for item in after if item["id"].endswith(id))
    assert item["date_modified"] == "2026-01-09T19:00:00Z"
    assert item["date_published"] == "2026-01-07T18:00:00Z"


def test_an_entry_leads_to_our_page_only_where_three_publishers_have_the_story() -> None:
    by_id = {item["id"]: item for item in entries(town())}
    wide, pair = by_id[f"urn:broadsheet:{report(0)[0]}"], by_id[f"urn:broadsheet:{report(3)[0]}"]
    assert wide["url"].startswith(f"{MASTHEAD.url}s/{report(0)[0]}-a-bbatteryb")
    assert wide["url"].endswith("/index.html")
    assert wide["external_url"] == "https://gridledger.example/a0"
    assert pair["url"] == "https://northmoor.example/a3"
    assert "external_url" not in pair


def test_an_entry_names_its_topics_and_its_publisher() -> None:
    id = report(1)[0]
    parsed = feedparser.parse(files_of(atom, town())["feeds/all.atom"])
    entry = next(entry for entry in parsed.entries if entry.id.endswith(id))
    assert [tag.term for tag in entry.tags] == ["Power", "Storage"]
    assert entry.source.title == "Coastline"
    parsed = feedparser.parse(files_of(rss, town())["feeds/all.rss"])
    entry = next(entry for entry in parsed.entries if entry.id.endswith(id))
    assert [tag.term for tag in entry.tags] == ["Power", "Storage"]
    assert entry.source.title == "Coastline"
    assert not entry.guidislink


def test_a_topic_has_its_own_feed_under_any_name_that_it_had() -> None:
    ids = {item["id"] for item in entries(town(), "storage")}
    assert f"urn:broadsheet:{report(30)[0]}" in ids
    assert f"urn:broadsheet:{report(0)[0]}" not in ids


def test_a_topic_called_all_does_not_take_the_place_of_the_feed_of_all() -> None:
    edition = replace(town(), sections=(Section(id="all", name="Nothing"),))
    paths = [path for path, _ in jsonfeed(edition)]
    assert paths == [PurePosixPath("feeds/all.json")]
    assert entries(edition)


def test_a_json_feed_is_of_version_1_1_and_each_item_has_content() -> None:
    feed = json.loads(files_of(jsonfeed, town())["feeds/all.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://harbour-and-grid.example/feeds/all.json"
    assert all(item["content_text"] and item["id"] for item in feed["items"])
    assert feed["items"][0]["_desk"]["provider"]


def test_nothing_private_is_in_any_feed() -> None:
    for output in (atom, rss, jsonfeed, sitemap):
        everything = b"".join(data for _, data in output(town()))
        for private in (b"bm8=", b"secret-source-key", b"private remark"):
            assert private not in everything


def test_the_sitemap_lists_a_map_for_each_month() -> None:
    made = files_of(sitemap, town())
    index = ElementTree.fromstring(made["sitemap.xml"])
    listed = [loc.text for loc in index.iter(f"{MAP}loc")]
    assert listed == [f"{MASTHEAD.url}{path}" for path in made if path != "sitemap.xml"]
    assert sorted(made) == ["sitemap-2025-11.xml", "sitemap-2026-01.xml", "sitemap.xml"]


def test_the_sitemap_has_stories_worth_a_page_and_no_others() -> None:
    text = files_of(sitemap, town())["sitemap-2026-01.xml"].decode()
    assert text.count(f"{MASTHEAD.url}s/") == 1
    assert f"{MASTHEAD.url}s/{report(0)[0]}-" in text
    for page in (
        "</loc>",
        "t/power/",
        "t/storage/",
        "source/coastline.example/",
        "day/2026-01-09/",
    ):
        assert page in text


def test_an_address_without_a_last_slash_gives_the_same_files() -> None:
    bare = replace(town(), masthead=replace(MASTHEAD, url=MASTHEAD.url.rstrip("/")))
    for output in (atom, rss, jsonfeed, sitemap):
        assert files_of(output, bare) == files_of(output, town())


def test_the_sitemap_of_nothing_has_the_front_page() -> None:
    made = files_of(sitemap, EMPTY)
    locs = [
        loc.text for loc in ElementTree.fromstring(made["sitemap-1970-01.xml"]).iter(f"{MAP}loc")
    ]
    assert locs == [f"{MASTHEAD.url}index.html"]
