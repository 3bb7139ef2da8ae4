"""What a publisher wishes, obeyed from its page to every output."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.app.explain import explain
from broadsheet.app.runs import finish
from broadsheet.fetch.replay import Replay
from broadsheet.pipeline.acts import again, end_listings
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.memory import Memory
from broadsheet.pipeline.refill import refill
from broadsheet.publish.markdown import Trees
from broadsheet.run.local import work
from broadsheet.store import open_store
from broadsheet.testing import MORE, NEWS, clock, desk_on, feed, tree

OURS, THEIRS = "https://quay.example/dam", "https://mole.example/dam"
SECRET = "Nine tonnes of silver sand were found behind the northern gate of the dam."
PLAIN = "The Varde dam opened on Monday before a crowd of three thousand people from Lunde."


def page(robots: str = "", text: str = f"{PLAIN} {SECRET}", more: str = "") -> bytes:
    head = f"<meta name=robots content='{robots}'>" if robots else ""
    return f"<html lang=en>{head}{more}<h1>Varde dam opens</h1><p>{text}</p></html>".encode()


def run(desk: Desk, title: str = "Varde dam opens", **pages: bytes) -> Desk:
    """An hour later, the feed with both reports under this title."""
    web = {NEWS.url: feed({OURS: title}), MORE.url: feed({THEIRS: title})}
    web |= {OURS: pages["ours"], THEIRS: pages.get("theirs", page())}
    at = desk.at + timedelta(hours=1)
    trees = Trees(desk.trees.folder, quick=True, note=True)
    desk = replace(desk, door=Replay(web, clock()), at=at, trees=trees)
    desk = replace(desk, memory=Memory(desk.store, at))
    finish(desk, list(work(desk, (NEWS, MORE))))
    desk.trees.save_index()
    return desk


def public(folder: Path) -> str:
    """Every byte that readers get."""
    return "".join(
        path.read_text()
        for part in ("site", "records")
        for path in (folder / part).rglob("*")
        if path.is_file()
    )


def of(folder: Path, url: str) -> str:
    return next(
        path.read_text()
        for path in folder.glob("*/*/*/*.md")
        if f"sourceUrl: {url}\n" in path.read_text()
    )


@pytest.mark.parametrize(
    ("robots", "more"),
    [("nosnippet", ""), ("max-snippet:8", ""), ("", "<meta name=tdm-reservation content=1>")],
)
def test_no_output_quotes_what_may_not_be_quoted(tmp_path: Path, robots: str, more: str) -> None:
    run(desk_on(tmp_path, {}), ours=page(robots, f"{SECRET} {PLAIN}", more), theirs=page("", PLAIN))

    said = public(tmp_path)
    assert "Varde dam opens" in said and OURS in said
    assert not [word for word in ("silver", "Nine tonnes", "northern gate") if word in said]


def test_a_text_that_may_not_be_kept_is_in_no_file(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'desk.db'}"
    run(
        desk_on(tmp_path, {}, store), ours=page("noarchive, max-snippet:60"), theirs=page("", PLAIN)
    )

    open_store(store).close()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if b"northern gate" in path.read_bytes()]


def test_a_report_that_is_no_longer_to_be_listed_leaves_every_output(tmp_path: Path) -> None:
    desk = run(desk_on(tmp_path, {}), ours=page())
    assert OURS in public(tmp_path)

    desk = run(desk, "Varde dam opens, and more", ours=page("noindex"))

    assert OURS not in public(tmp_path) and THEIRS in public(tmp_path)
    assert "published: false" in of(tmp_path, OURS)
    assert (
        "Rights: Not listed: noindex in the page's robots meta." in explain(desk, OURS)[0].sentences
    )

    run(desk, "Varde dam opens, and more still", ours=page())
    assert OURS in public(tmp_path)


def test_a_report_leaves_every_output_at_the_moment_that_its_publisher_set(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, {})
    end = desk.at + timedelta(hours=2)
    wish = page(f"unavailable_after: {end:%a, %d %b %Y %H:%M:%S} GMT, max-snippet:90")
    desk = run(desk, ours=wish)
    site = (tmp_path / "site/source/quay.example/index.html").read_text()

    assert f"unavailable_after: it leaves our lists at {end:%Y-%m-%dT%H:%M:%SZ}" in site
    assert "max-snippet:90" in of(tmp_path, OURS)
    told = f"Rights: Listed until {end:%Y-%m-%d %H:%M} UTC: unavailable_after:"
    assert any(each.startswith(told) for each in explain(desk, OURS)[0].sentences)
    end_listings(desk)
    assert "published: true" in of(tmp_path, OURS)

    later = replace(desk, at=end)
    end_listings(later)
    finish(later, [])

    assert OURS not in public(tmp_path) and THEIRS in public(tmp_path)
    assert "published: false" in of(tmp_path, OURS)
    said = explain(later, OURS)[0].sentences
    assert any(each.startswith("Rights: Not listed: unavailable_after:") for each in said)
    before = tree(tmp_path)
    end_listings(later)
    assert tree(tmp_path) == before

    run(later, "Varde dam opens, and more", ours=page())
    assert OURS in public(tmp_path)


def test_an_end_that_a_publisher_set_holds_when_the_store_is_lost(tmp_path: Path) -> None:
    desk = desk_on(tmp_path, {})
    end = desk.at + timedelta(hours=2)
    run(desk, ours=page(f"unavailable_after: {end:%Y-%m-%dT%H:%M:%SZ}"))

    desk = replace(desk_on(tmp_path, {}), at=end)
    refill(replace(desk, at=end - timedelta(hours=1)))
    end_listings(desk)

    assert "published: false" in of(tmp_path, OURS)


def test_a_report_that_never_was_to_be_listed_has_no_record(tmp_path: Path) -> None:
    desk = run(desk_on(tmp_path, {}), ours=page("none"))

    assert OURS not in "".join(data.decode() for data in tree(tmp_path).values())
    assert (
        "Its way: extract rejected (none in the page's robots meta)."
        in explain(desk, OURS)[0].sentences
    )


def test_a_page_on_no_topic_that_is_not_to_be_listed_any_more_gets_no_record(
    tmp_path: Path,
) -> None:
    about = "Bread of the north is baked at night, said the guild on Monday."
    desk = run(desk_on(tmp_path, {}), "Bread", ours=page(text=about).replace(b"dam", b"loaf"))

    desk = run(desk, "Bread of the north", ours=page("noindex", about).replace(b"dam", b"loaf"))

    assert OURS not in "".join(data.decode() for data in tree(tmp_path).values())


def test_wishes_and_licence_are_told_to_people_and_programs(tmp_path: Path) -> None:
    licence = "<link rel=license href=https://licence.example/by>"
    wishes = "noai, noarchive, max-image-preview:standard, max-snippet:90"
    desk = run(desk_on(tmp_path, {}), ours=page(wishes, more=licence), theirs=page("", PLAIN))
    site = tmp_path / "site"

    words = ["noarchive", "max-snippet:90", "max-image-preview:standard", "noai"]
    assert "  licence: https://licence.example/by\n" in of(tmp_path, OURS)
    (report,) = [
        json.loads(path.read_text())["data"]
        for path in (site / "api/report").glob("*.json")
        if json.loads(path.read_text())["data"]["sourceUrl"] == OURS
    ]
    assert (report["rights"], report["licence"]) == (words, "https://licence.example/by")
    assert (
        '<link rel="license" href="https://licence.example/by"/>'
        in (site / "feeds/all.atom").read_text()
    )
    assert f"<rights>{', '.join(words)}</rights>" in (site / "feeds/all.atom").read_text()
    assert f"<dc:rights>{', '.join(words)}</dc:rights>" in (site / "feeds/all.rss").read_text()
    items = json.loads((site / "feeds/all.json").read_text())["items"]
    assert [words] == [item["_desk"]["rights"] for item in items if "rights" in item["_desk"]]
    source = (site / "source/quay.example/index.html").read_text()
    assert "We obey: noai: " in source and "We obey: licence: https://licence.example/by." in source
    told = [each for each in explain(desk, OURS)[0].sentences if each.startswith("Rights: ")]
    assert len(told) == 5


def test_a_page_that_prints_an_extract_not_meant_for_models_says_so_to_robots(
    tmp_path: Path,
) -> None:
    run(desk_on(tmp_path / "a", {}), ours=page("noai"), theirs=page("noai"))
    run(desk_on(tmp_path / "b", {}), ours=page(), theirs=page())

    meta = '<meta name="robots" content="noai, noimageai">'
    assert meta in (tmp_path / "a/site/index.html").read_text()
    assert meta not in (tmp_path / "b/site/index.html").read_text()


def test_wishes_hold_when_the_store_is_lost(tmp_path: Path) -> None:
    wishes = page("noai, max-snippet:60, max-image-preview:none", PLAIN)
    run(desk_on(tmp_path, {}), ours=wishes, theirs=page("nosnippet", PLAIN))
    before = of(tmp_path, OURS), of(tmp_path, THEIRS)

    desk = desk_on(tmp_path, {})
    refill(desk)
    for id in desk.trees.ids():
        again(desk, id)

    def wishes_of(text: str) -> list[str]:
        return [
            line
            for line in text.splitlines()
            if line.startswith(("excerpt", "  extract", "    - "))
        ]

    assert list(map(wishes_of, before)) == [wishes_of(of(tmp_path, url)) for url in (OURS, THEIRS)]
