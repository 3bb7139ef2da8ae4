"""Lists of sources, ours and others', and the desk that follows one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.app.runs import run
from broadsheet.assemble import open_plugins
from broadsheet.config import parse
from broadsheet.errors import ConfigError, FetchError, Unreadable
from broadsheet.fetch.replay import Replay
from broadsheet.intake import opml
from broadsheet.model import Fetched, Source
from broadsheet.pipeline.publish import publish
from broadsheet.publish.markdown import Trees
from broadsheet.testing import BREAD, DAM, MORE, NEWS, NOON, WORLD, clock, hours, portal
from broadsheet.urls import record_id

LIST = "https://list.example/friends.opml"
FRIENDS = Source("friends", opml=LIST, topics=("dams",), hold=True)


def told(*outlines: str) -> bytes:
    body = "".join(outlines)
    return f'<?xml version="1.0"?><opml version="2.0"><body>{body}</body></opml>'.encode()


def to(url: str) -> str:
    return f'<outline text="A feed" type="rss" xmlUrl="{url}"/>'


def read(data: bytes) -> tuple[opml.Outline, ...]:
    return opml.read(Fetched(LIST, data, NOON))


def test_a_list_of_another_program_is_read() -> None:
    found = read(
        told(
            '<outline text="Harbours"><outline title="The &amp; Quay" text="q" '
            'xmlUrl="https://quay.example/feed" htmlUrl="https://quay.example/"/>'
            f"<!-- -->{to('/relative.xml')}</outline>",
            to("http://www.quay.example/feed/"),
            to("javascript:alert(1)"),
            '<outline text="nothing"/>',
        )
    )

    assert [o.addresses for o in found] == [
        ("https://quay.example/feed",),
        ("https://list.example/relative.xml",),
    ]
    assert (found[0].title, found[0].site) == ("The & Quay", "https://quay.example/")
    assert found[0].folders == ("Harbours",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<opml><body><outline></body></opml>",
        b"<opml/>",
        b"<rss><body/></rss>",
        b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body>&a;</body></opml>',
        told("<outline>" * 11 + to("https://a.example/") + "</outline>" * 11),
        told(*(to(f"https://a.example/{n}") for n in range(opml.MOST + 1))),
        told("<outline " + " ".join(f'a{n}="1"' for n in range(4_000)) + "/>"),
    ],
    ids=["empty", "torn", "no body", "no OPML", "entity", "deep", "long", "wide"],
)
def test_what_is_no_list_or_would_hurt_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"list\.example"):
        read(data)


def test_ten_folders_deep_is_read() -> None:
    assert read(told("<outline>" * 10 + to("https://a.example/") + "</outline>" * 10))


def test_what_is_written_is_read_back_with_our_settings() -> None:
    sources = (
        Source("quay", feed="https://quay.example/feed?a=1&b=2", every=timedelta(minutes=90)),
        Source("port", sitemap="https://port.example/news.xml", topics=("a", "b"), official=True),
        Source("two", pages=("https://two.example/1", "https://two.example/2"), pause=True),
        Source("file", opml="friends.opml", read="feed", timezone="Europe/Oslo", hold=True),
    )
    outlines = tuple(opml.outline_of(source, f'{source.id} "&<') for source in sources)
    data = opml.write("Grid & <Quay>", outlines)

    assert read(data) == outlines
    assert data == opml.write("Grid & <Quay>", read(data))
    assert [o.settings.get("every", "") for o in outlines] == ["90m", "", "", ""]


def test_each_feed_of_a_list_is_a_source_with_the_settings_of_the_list() -> None:
    own = portal(NEWS, FRIENDS, replace(FRIENDS, id="more"))
    new = "https://new.example/feed"

    found = opml.expand(own, {"friends": [new, NEWS.url + "/"], "more": [new]}).sources

    id = f"friends-{record_id(new)[:6]}"
    assert list(found) == ["news", "friends", "more", id]
    assert found[id] == Source(id, feed=new, topics=("dams",), hold=True, listed_in="friends")


def visit(
    folder: Path, world: Mapping[str, bytes | FetchError], runs: float = 0
) -> tuple[list[str], list[tuple[str, str]]]:
    """One run of a desk that follows the list: what it asked, and what failed."""
    time = clock()
    time.sleep(hours(26 * runs))  # later than any pace
    door = Replay(world, time)
    own = portal(replace(FRIENDS, hold=False))
    ran = run(own, folder, time, door, everything=True)
    return door.asked, [(o.step, o.status) for o in ran.outcomes if o.subject == LIST]


def test_a_desk_follows_a_list_and_keeps_it_while_it_does_not_answer(tmp_path: Path) -> None:
    world = {**WORLD, LIST: told(to(NEWS.url))}

    asked, outcomes = visit(tmp_path, world)
    assert asked[:2] == [LIST, NEWS.url] and DAM in asked
    assert outcomes == [("fetch", "ok"), ("read", "ok")]
    assert (tmp_path / "records" / "sources" / "friends.md").exists()
    own = portal(FRIENDS)  # a build knows the portal file alone, not what the list names
    built = {o.subject: o.status for o in publish(own, open_plugins(own), Trees(tmp_path))}
    assert set(built.values()) == {"unchanged"}

    asked, outcomes = visit(tmp_path, {**WORLD, LIST: FetchError(LIST, "down")}, 1)
    assert NEWS.url in asked
    assert outcomes == [("fetch", "retry")]

    asked, outcomes = visit(tmp_path, {**WORLD, LIST: b"<html>"}, 2)
    assert NEWS.url in asked
    assert outcomes == [("fetch", "ok"), ("read", "quarantined")]

    asked, _ = visit(tmp_path, {**WORLD, LIST: told(to(MORE.url))}, 3)
    assert NEWS.url not in asked
    assert MORE.url in asked and BREAD in asked


def test_a_list_in_a_file_is_read_beside_the_portal_file(tmp_path: Path) -> None:
    text = b"title: A\ntopics: {dams: {}}\nsources: {friends: {opml: friends.opml}}\n"
    own = parse(text, str(tmp_path / "portal.yaml"))
    door = Replay(WORLD, clock())
    with pytest.raises(
        ConfigError, match=r"portal.yaml:3:27: sources.friends.opml: .*No such file"
    ):
        run(own, tmp_path, clock(), door)
    (tmp_path / "friends.opml").write_bytes(b"<opml>")
    with pytest.raises(ConfigError, match=r"sources.friends.opml: friends.opml: not XML"):
        run(own, tmp_path, clock(), door)

    (tmp_path / "friends.opml").write_bytes(told(to(NEWS.url)))
    run(own, tmp_path, clock(), door)

    assert door.asked[0] == NEWS.url


@pytest.mark.parametrize("opml_", ["ftp://a.example/list", "https://u@a.example/list"])
def test_a_list_at_no_web_address_is_refused(opml_: str) -> None:
    with pytest.raises(ConfigError, match=r"sources\.friends\.opml: expected an http"):
        parse(f"title: A\ntopics: {{a: {{}}}}\nsources: {{friends: {{opml: '{opml_}'}}}}".encode())


def test_the_key_of_a_list_leaves_room_for_its_sources() -> None:
    with pytest.raises(ConfigError, match="33 characters"):
        parse(f"title: A\ntopics: {{a: {{}}}}\nsources: {{{'k' * 34}: {{opml: a.opml}}}}".encode())
