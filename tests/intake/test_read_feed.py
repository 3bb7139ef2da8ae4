"""What does a feed say, whatever it is written in? The reader without the pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from msgspec import Struct

from broadsheet.intake.feed import read_feed
from broadsheet.intake.syndication import Entry, Feed, Link, Person
from broadsheet.model import Image

URL = "https://quay.example/news/feed.xml"
AT = datetime(2026, 1, 9, 9, 27, tzinfo=UTC)
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:georss="http://www.georss.org/georss" '
    'xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" '
    'xmlns:thr="http://purl.org/syndication/thread/1.0" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
)


def rss(items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel><title>The Quay</title>'
        f"<link>https://quay.example/</link>{head}{items}</channel></rss>"
    )


def atom(entries: str, said: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {said}><title>Kai</title>{entries}</feed>'


def read(text: str | bytes, url: str = URL, **headers: str) -> Feed:
    data = text.encode() if isinstance(text, str) else text
    return read_feed(data, {k.replace("_", "-"): v for k, v in headers.items()}, url)


def only(text: str | bytes, url: str = URL) -> Entry:
    (entry,) = read(text, url).entries
    return entry


def item(more: str) -> Entry:
    return only(rss(f"<item><link>https://quay.example/a</link>{more}</item>"))


# ------------------------------------------------------------------------------------------ formats


def test_rss_2_is_read_whole() -> None:
    found = read(
        rss(
            "<item><title>Tides &amp; locks</title><link>https://quay.example/a?b=1&amp;c=2</link>"
            '<guid isPermaLink="false">n-1</guid><pubDate>Fri, 09 Jan 2026 10:27:00 +0100</pubDate>'
            "<dc:creator><![CDATA[Jo Low]]></dc:creator><dc:creator>Al Bo</dc:creator>"
            "<category>Sea</category><category><![CDATA[Locks & quays]]></category>"
            "<description><![CDATA[<p>Short</p>]]></description>"
            "<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>"
            '<enclosure url="https://quay.example/a.mp3" length="77" type="audio/mpeg"/></item>',
            "<language>en-gb</language><description>All &lt;b&gt;news&lt;/b&gt;</description>"
            "<ttl>90</ttl><image><url>/logo.png</url><title>no</title><link>/no</link></image>",
        )
    )
    head, (entry,) = found.feed, found.entries
    assert (found.version, found.refusal, found.notes) == ("rss20", "", ())
    assert (head.title, head.link, head.language) == ("The Quay", "https://quay.example/", "en-gb")
    assert (head.subtitle, head.image) == ("All <b>news</b>", "https://quay.example/logo.png")
    assert head.every == timedelta(minutes=90)
    assert (entry.id, entry.link) == ("n-1", "https://quay.example/a?b=1&c=2")
    assert (entry.title, entry.title_type) == ("Tides &amp; locks", "text/plain")
    assert (entry.summary, entry.content) == ("<p>Short</p>", "<p>Long</p>")
    assert entry.published == AT and entry.updated is None
    assert entry.authors == (Person("Jo Low"), Person("Al Bo"))
    assert entry.tags == ("Sea", "Locks & quays")
    (file,) = entry.enclosures
    assert (file.href, file.type, file.length) == ("https://quay.example/a.mp3", "audio/mpeg", 77)


def test_rss_1_is_read_with_its_own_names() -> None:
    found = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:r="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:x="https://x.example/"><r:channel rdf:about="https://quay.example/"><r:title>Quay'
        "</r:title><dc:language>da</dc:language></r:channel>"
        '<r:item rdf:about="https://quay.example/a"><x:title>wrong</x:title><r:title>A</r:title>'
        "<r:link>https://quay.example/a</r:link><dc:date>2026-01-09T10:27:00+01:00</dc:date>"
        "<dc:subject>Sea</dc:subject><dc:creator>jo@quay.example (Jo Low)</dc:creator></r:item>"
        "</rdf:RDF>"
    )
    (entry,) = found.entries
    assert (found.version, found.feed.title, found.feed.language) == ("rss10", "Quay", "da")
    assert (entry.id, entry.title, entry.published) == ("https://quay.example/a", "A", AT)
    assert entry.authors == (Person("Jo Low", "jo@quay.example"),) and entry.tags == ("Sea",)


def test_the_oldest_rss_is_read_with_its_document_type() -> None:
    found = read(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>'
        "<title>Q</title><item><title>A</title><link>https://quay.example/a</link></item>"
        "</channel></rss>"
    )
    assert (found.version, found.entries[0].title) == ("rss091", "A")


def test_atom_1_is_read_with_its_base() -> None:
    found = read(
        atom(
            '<id>urn:kai</id><link href="/"/><link rel="hub" href="https://hub.example/"/>'
            '<entry xml:base="n/"><id>tag:kai,1</id><title type="html">A &lt;i&gt;b&lt;/i&gt;</title>'
            '<link rel="replies" href="x#r"/><link href="x"/><updated>2026-01-09T09:27:00Z</updated>'
            '<link rel="enclosure" href="/a.mp4" type="video/mp4" length="9"/>'
            "<author><name>Jo Low</name><email>jo@quay.example</email><uri>/jo</uri></author>"
            '<category term="sea"/><category term="https://t.example/#2" label="Tide"/>'
            '<summary>1 &lt; 2 &amp; <![CDATA[<b>]]></summary><content type="xhtml">'
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>Hal<em>lo</em><br/></p></div></content>'
            "</entry>",
            'xml:base="https://quay.example/" xml:lang="de_AT"',
        ),
        url="",
    )
    head, (entry,) = found.feed, found.entries
    assert (found.version, head.id, head.link) == ("atom10", "urn:kai", "https://quay.example/")
    assert head.language == "de-AT"
    assert [link.href for link in head.links if link.rel == "hub"] == ["https://hub.example/"]
    assert (entry.id, entry.link) == ("tag:kai,1", "https://quay.example/n/x")
    assert (entry.title, entry.summary) == ("A <i>b</i>", "1 &lt; 2 &amp; &lt;b&gt;")
    assert (entry.content, entry.content_type) == (
        "<p>Hal<em>lo</em><br /></p>",
        "application/xhtml+xml",
    )
    assert entry.authors == (Person("Jo Low", "jo@quay.example", "https://quay.example/jo"),)
    assert (entry.tags, entry.updated, entry.published) == (("sea", "Tide"), AT, None)
    assert entry.content_language == "de-AT"
    assert [link.rel for link in entry.links] == ["replies", "alternate", "enclosure"]


def test_atom_0_3_is_read_in_its_three_modes() -> None:
    entry = only(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link href="/a"/>'
        '<title mode="base64">QSA8Yj5iPC9iPg==</title><issued>2026-01-09T09:27:00Z</issued>'
        '<summary type="text/html" mode="escaped">c &lt;b&gt;d&lt;/b&gt;</summary>'
        '<content mode="xml" type="application/xhtml+xml"><p>e</p></content>'
        "<modified>2026-01-09T09:28:00Z</modified></entry></feed>"
    )
    assert (entry.title, entry.summary, entry.content) == ("A <b>b</b>", "c <b>d</b>", "<p>e</p>")
    assert entry.published == AT and entry.updated == AT + timedelta(minutes=1)


def test_a_json_feed_is_read_whatever_its_types() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Q & <b>",
        "home_page_url": "/",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, 7],
        "items": [
            {
                "id": 12,
                "url": "/a",
                "title": "A <3",
                "content_html": '<p onclick="x()">Hi <a href="b">b</a></p>',
                "date_published": "2026-01-09T09:27:00Z",
                "authors": [{"name": "Jo Low", "url": "/jo"}, {"name": 3}, None],
                "tags": ["sea", 3, "sea"],
                "image": "/p.jpg",
                "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}],
            },
            {"id": {}, "url": [], "title": 5, "tags": "x", "authors": {"name": 3}},
            None,
            7,
        ],
    }
    found = read(json.dumps(body))
    entry, odd = found.entries
    assert (found.version, found.feed.title) == ("json11", "Q &amp; &lt;b&gt;")
    assert [link.rel for link in found.feed.links] == ["alternate", "hub"]
    assert (entry.id, entry.link, entry.title) == ("12", "https://quay.example/a", "A &lt;3")
    assert entry.content == '<p>Hi <a href="https://quay.example/b">b</a></p>'
    assert entry.authors[0] == Person("Jo Low", "", "https://quay.example/jo")
    assert (entry.tags, entry.image) == (("sea",), "https://quay.example/p.jpg")
    assert entry.enclosures == (
        Link("https://quay.example/a.mp3", "enclosure", "audio/mpeg", "", 5),
    )
    assert (odd.title, odd.link, odd.tags) == ("5", "", ())


def test_a_page_with_entries_is_read() -> None:
    found = read(
        '<!doctype html><html lang=da><title>Kaj</title><body><div class="h-feed"><h1 class="p-name">'
        'Notes</h1><article class="h-entry"><a class="u-url" href="/a"><h2 class="p-name">A</h2></a>'
        '<time class="dt-published" datetime="2026-01-09T09:27:00Z">today</time>'
        '<a class="p-author h-card" href="/jo">Jo Low</a><p class="p-summary">Short</p>'
        '<div class="e-content"><p>Long<script>steal()</script> <img src="p.jpg"></p></div>'
        '<a class="p-category">sea</a><div class="h-entry"><a class="u-url" href="/reply"></a></div>'
        "</article></div>"
    )
    (entry,) = found.entries
    assert (found.version, found.feed.title, found.feed.language) == ("hfeed", "Notes", "da")
    assert (entry.link, entry.title, entry.summary) == ("https://quay.example/a", "A", "Short")
    assert entry.published == AT and entry.tags == ("sea",)
    assert entry.authors == (Person("Jo Low", "", "https://quay.example/jo"),)
    assert "Long" in entry.content and "steal" not in entry.content
    assert entry.image == "https://quay.example/p.jpg"


def test_any_name_of_the_root_is_a_feeds_own_and_modules_are_told_by_their_address() -> None:
    entry = only(
        '<rss xmlns="https://odd.example/rss" xmlns:m="http://search.yahoo.com/mrss"><channel><item>'
        "<m:title>no</m:title><title>yes</title><link>https://quay.example/a</link></item>"
        "</channel></rss>"
    )
    assert entry.title == "yes"


# ------------------------------------------------------------------------------------------ modules


def test_media_stand_in_groups_too_and_give_what_the_entry_leaves_out() -> None:
    entry = only(
        atom(
            '<entry xmlns:m="http://search.yahoo.com/mrss/"><link href="/v"/><m:group><m:title>V'
            '</m:title><m:thumbnail url="/t.jpg" width="480" height="360"/><m:description>D'
            '</m:description><m:content url="/v.mp4" type="video/mp4"/></m:group></entry>'
        )
    )
    assert (entry.title, entry.summary) == ("V", "D")
    assert entry.images == (Image("https://quay.example/t.jpg", 480, 360),)


def test_the_first_picture_of_the_text_counts_where_none_is_named() -> None:
    assert item(
        '<description>&lt;img alt="x" src="/p.jpg?a=1&amp;amp;b=2"></description>'
    ).image == ("https://quay.example/p.jpg?a=1&b=2")
    assert item("<description>none</description>").image is None


def test_a_podcast_tells_its_length_transcript_and_chapters() -> None:
    entry = item(
        "<itunes:duration>1:02:03</itunes:duration><itunes:author>Jo Low</itunes:author>"
        '<itunes:image href="/cover.jpg"/><itunes:summary>About</itunes:summary>'
        '<podcast:transcript url="/t.vtt" type="text/vtt"/><podcast:chapters url="/c.json"/>'
    )
    assert (entry.duration, entry.author, entry.summary) == (3723, "Jo Low", "About")
    assert entry.image == "https://quay.example/cover.jpg"
    assert [link.rel for link in entry.links] == ["alternate", "transcript", "chapters"]


def test_replies_sources_and_places_are_told() -> None:
    entry = item(
        '<source url="https://wire.example/feed">The Wire</source><slash:comments>7</slash:comments>'
        '<comments>https://quay.example/a#c</comments><thr:in-reply-to ref="tag:kai,0"/>'
        "<georss:point>55.5 12.25</georss:point>"
    )
    assert (entry.source, entry.comments, entry.in_reply_to) == ("The Wire", 7, "tag:kai,0")
    assert entry.point == (55.5, 12.25)
    assert {link.rel: link.href for link in entry.links if link.rel != "alternate"} == {
        "via": "https://wire.example/feed",
        "replies": "https://quay.example/a#c",
    }
    assert item("<geo:lat>55.5</geo:lat><geo:long>12.25</geo:long>").point == (55.5, 12.25)
    assert item("<georss:point>955 12</georss:point>").point is None


def test_a_feed_tells_how_often_it_changes() -> None:
    often = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert read(rss("", often)).feed.every == timedelta(hours=6)
    assert read(rss("")).feed.every is None
    assert read(rss("", "<ttl>soon</ttl>")).feed.every is None


@pytest.mark.parametrize(
    ("written", "person"),
    [
        ("Jo Low", Person("Jo Low")),
        ("jo@quay.example (Jo Low)", Person("Jo Low", "jo@quay.example")),
        ("Jo Low &lt;jo@quay.example&gt;", Person("Jo Low", "jo@quay.example")),
        ("jo@quay.example", Person("", "jo@quay.example")),
        ("&lt;script&gt;steal()&lt;/script&gt;Jo", Person("steal()Jo")),
    ],
)
def test_a_person_is_read_in_every_form(written: str, person: Person) -> None:
    assert item(f"<author>{written}</author>").authors == (person,)


# ------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize(
    "title",
    ["Caf&eacute; &amp; more", "Caf&#233; & more", "Café &amp more", "<![CDATA[Café & more]]>",
     "Café &amp; more\x08", "Café&nbsp;& more"],
)  # fmt: skip
def test_a_broken_character_costs_nothing_else(title: str) -> None:
    found = read(rss(f"<item><title>{title}</title><link>https://quay.example/a</link></item>" * 2))
    assert len(found.entries) == 2
    assert found.entries[1].title.replace("\xa0", " ") in ("Café &amp; more", "Café &amp;amp more")


def test_a_feed_cut_in_the_middle_gives_what_came() -> None:
    whole = rss(
        "".join(
            f"<item><title>T{n}</title><link>https://quay.example/{n}</link></item>"
            for n in range(9)
        )
    )
    entries = read(whole[: whole.index("T7") - 3]).entries
    assert [entry.title for entry in entries][:7] == [f"T{n}" for n in range(7)]


def test_elements_left_open_do_not_swallow_what_follows() -> None:
    found = read(
        rss(
            "<ttl>15<item><title>A</title><link>https://quay.example/a</link><category>sea</item>"
            "<item><title>B</b></title><link>https://quay.example/b</link></item>"
        )
    )
    assert [(e.title, e.link) for e in found.entries] == [
        ("A", "https://quay.example/a"),
        ("B", "https://quay.example/b"),
    ]
    assert found.feed.title == "The Quay"


def test_prefixes_that_nobody_declared_are_known() -> None:
    entry = only(
        "<rss><channel><item><link>https://quay.example/a</link><dc:creator>Jo</dc:creator>"
        '<media:thumbnail url="/p.jpg"/><odd:thing x:y="z">1</odd:thing></item></channel></rss>'
    )
    assert (entry.author, entry.image) == ("Jo", "https://quay.example/p.jpg")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n\n  ", ""),
        ("\ufeff<!-- made by x -->\n", ""),
        ("", "\n<!-- c --><script>1</script><p>x"),
    ],
)
def test_what_stands_around_the_feed_does_not_matter(before: str, after: str) -> None:
    text = rss("<item><title>A</title><link>https://quay.example/a</link></item>")
    assert only((before + text + after).replace('<?xml version="1.0"?>', "")).title == "A"
    assert only(before + text + after).title == "A"


def test_short_entities_of_the_document_are_kept_and_others_stay_as_they_are() -> None:
    entry = only(
        '<!DOCTYPE rss [<!ENTITY q "https://quay.example/"><!ENTITY f SYSTEM "file:///etc/passwd">'
        '<!ENTITY l "&q;&q;">]><rss><channel><item><link>&q;a</link><title>&f;&l;</title></item>'
        "</channel></rss>"
    )
    assert entry.link == "https://quay.example/a"
    assert entry.title == "&amp;f;&amp;l;"


def test_an_entry_that_cannot_be_read_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "<item><title>B</title><link>https://quay.example/b</link><itunes:duration>\u00b2:1</itunes:duration></item>"
    good = "<item><title>A</title><link>https://quay.example/a</link></item>"
    assert [e.title for e in read(rss(good + odd + good)).entries][::2] == ["A", "A"]


def test_the_language_may_come_from_the_answer() -> None:
    assert read(rss(""), content_language="da, en").feed.language == "da"


def test_relative_addresses_start_from_the_answers_location() -> None:
    found = read(rss("<item><link>a</link></item>"), content_location="/other/feed")
    assert found.entries[0].link == "https://quay.example/other/a"
    assert read(rss("<item><link>a</link></item>"), url="").entries[0].link == (
        "https://quay.example/a"  # the feed's own word for its site
    )


# ------------------------------------------------------------------------------------------ hostile


def said(thing: Any) -> Iterable[str]:
    """Every text in a feed as read, at any depth."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for each in thing:
            yield from said(each)
    elif isinstance(thing, Struct):
        for name in thing.__struct_fields__:
            yield from said(getattr(thing, name))
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from said(getattr(thing, field.name))


SCRIPT = '<script>s()</script><img src=x onerror=s()><a href="javascript:s()">x</a>'
ESCAPED = SCRIPT.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
ITEM_FIELDS = str.split(
    "title link guid description author category comments source pubDate dc:creator dc:subject"
    " content:encoded media:title media:description media:credit itunes:author itunes:summary"
    " itunes:keywords thr:in-reply-to"
)


@pytest.mark.parametrize("body", [ESCAPED, f"<![CDATA[{SCRIPT}]]>", SCRIPT.replace("=x ", "='x' ")])
def test_no_field_of_rss_carries_anything_that_runs(body: str) -> None:
    items = "".join(f"<{name}>{body}</{name}>" for name in ITEM_FIELDS)
    head = f"<description>{body}</description><managingEditor>{body}</managingEditor>"
    found = read(rss(f"<item>{items}</item>", head + f"<copyright>{body}</copyright>"))
    assert found.entries
    assert_inert(found)


def test_no_attribute_of_atom_carries_anything_that_runs() -> None:
    body = ESCAPED.replace(">", "&gt;")
    found = read(
        atom(
            f'<entry xml:lang="{body}"><link href="/a" rel="{body}" type="{body}" title="{body}"/>'
            f'<link href="/b" type="{body}" title="{body}"/><title type="{body}">x</title>'
            f'<content type="{body}">x</content><category term="{body}" label="{body}"/>'
            f"<author><name>{body}</name><email>{body}</email><uri>{body}</uri></author></entry>"
        )
    )
    assert len(found.entries[0].links) == 2
    assert_inert(found)


def test_no_field_of_json_carries_anything_that_runs() -> None:
    names = str.split("id url title summary content_html content_text date_published language")
    entry = {name: SCRIPT for name in names} | {"tags": [SCRIPT], "authors": [{"name": SCRIPT}]}
    found = read(json.dumps({"title": SCRIPT, "description": SCRIPT, "items": [entry]}))
    assert found.entries
    assert_inert(found)


def assert_inert(found: Feed) -> None:
    for text in said(found):
        assert "<script" not in text and "<img src=x" not in text and '<a href="java' not in text
        assert "<" not in text or " onerror" not in text


@pytest.mark.parametrize(
    "address",
    ["javascript:s()", " JaVaScRiPt:s()", "data:text/html,x", "vbscript:s()", "java\nscript:s()"],
)
def test_no_address_runs(address: str) -> None:
    text = rss(
        f"<item><link>{address}</link><guid>{address}</guid><enclosure url='{address}' type='image/x'/>"
        f"<comments>{address}</comments><media:thumbnail url='{address}'/>"
        f"<source url='{address}'>x</source></item>"
    )
    for found in (
        read(text),
        read(text, url=""),
        read(
            atom(
                f"<entry><id>{address}</id><link href='{address}'/>"
                f"<author><name>x</name><uri>{address}</uri></author></entry>"
            )
        ),
        read(json.dumps({"items": [{"id": address, "url": address, "image": address}]})),
    ):
        for each in said(found):
            assert not each.lower().startswith(("javascript:", "vbscript:", "data:"))


NEST = "<b>" * 30_000 + "x" + "</b>" * 30_000


@pytest.mark.parametrize(
    "text",
    [
        rss(f"<item><title>x</title><link>/a</link><description>{NEST}</description></item>"),
        rss(f"<item><title>x</title><link>/a</link><x {'a=1 ' * 100_000}/></item>"),
        rss("<item><title>x</title><link>/a</link></item>")[:-20] + "<" * 200_000,
        rss(f"<item><title>{'&' * 200_000}</title></item>"),
        rss("<item><title>x</title></item>")[:-16] + "<!--" + "-" * 2_000_000,
        rss("<item><description>" + "<![CDATA[" * 100_000),
        "<!DOCTYPE " * 100_000 + rss(""),
        "<rss>" + "<!DOCTYPE x [" * 50_000,
        "<rss><item " + "a='" * 200_000,
        rss("<item><link " * 100_000),
        "{" + '"a":' * 100_000,
        '{"items":' + "[" * 100_000,
        '{"items":[{"id":' + "9" * 100_000 + ',"url":"/a"}]}',
        "\x00\x01\x02" * 100_000,
        "",
        "<",
        "<p>hello</p>",
        '<div class="h-entry">' * 50_000,
        '<?xml version="1.0"?>' * 50_000,
    ],
)  # fmt: skip
def test_hostile_input_costs_little_and_never_raises(text: str) -> None:
    begun = process_time()
    found = read(text)
    assert process_time() - begun < 2
    assert found.entries or found.refusal or "<rss" in text or '"items"' in text


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ("<rss><item><", "a.", "<x>"),  # a name without end
        ("", "<!DOCTYPE[>", "<rss><item>"),
        ("<rss><item><title><p ", "a{0}='' ", "/>"),  # attributes of one element
    ],
)
def test_the_time_of_an_ill_formed_feed_grows_as_its_length(
    before: str, unit: str, after: str
) -> None:
    def seconds(characters: int) -> float:
        text = before + "".join(map(unit.format, range(characters // len(unit)))) + after
        begun = process_time()
        read(text)
        return process_time() - begun

    small, large = (min(seconds(size) for _ in range(2)) for size in (50_000, 400_000))
    assert large < 2
    assert large < 24 * small + 0.1  # eight times the length; 64 times where it is squared


def test_what_is_over_a_limit_is_left_out_and_said() -> None:
    one = "<item><title>x</title><link>https://quay.example/a</link></item>"
    for items in (one * 5_100, one * 5_100 + "<item><title>&eacute;"):
        found = read(rss(items))
        assert len(found.entries) == 5_000
        assert found.notes == ("too many: 5,000 entries are read at most (parsing.entries)",)
    found = read(rss(one + f"<item><description>{'x' * 10_000_000}</description></item>"))
    assert (
        found.entries[0].title == "x"
        and "too large: 10,000,000 bytes are read at most (parsing.feed)" in found.notes[0]
    )
    assert "too large" in read("x" * 10_000_001).refusal


def test_entities_never_expand_far() -> None:
    bomb = '<!ENTITY a0 "lol">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    text = f"<!DOCTYPE rss [{bomb}]>" + rss("<item><title>&a9;&a0;</title></item>")[21:]
    (entry,) = read(text).entries
    assert entry.title == "&amp;a9;lol"
    hidden = "<!-- <rss> -->" + text
    assert len(read(hidden).entries[0].title) < 100
