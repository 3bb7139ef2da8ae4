"""The site is complete, closed, readable by everyone, and the same bytes every time."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import posixpath
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet.config import Portal
from broadsheet.errors import PublishError
from broadsheet.model import Day, Edition, Workings
from broadsheet.plugins import Plugins, load
from broadsheet.publish.pages import Paper, note_html, outward
from broadsheet.publish.site import contrast, site
from broadsheet.testing import files_of

from .editions import AT, MASTHEAD, edition, full, id_of, lively, record, story

EMPTY = Edition(masthead=MASTHEAD, at=None, stories=(), records={})
OTHERS = re.compile(r"(api/.*\.json|feeds/.*\.(atom|rss|json)|sitemap\.xml)")  # of other outputs
LIGHT = ("#FCFBF8", "#F3F1EA")
DARK = ("#141412", "#1E1D1A")


def made(of: Edition) -> dict[str, str]:
    """Path -> text of every file."""
    return {path: data.decode() for path, data in files_of(site, of).items()}


def parsed(of: Edition) -> dict[str, LexborHTMLParser]:
    """Path -> tree of every page."""
    return {p: LexborHTMLParser(text) for p, text in made(of).items() if p.endswith(".html")}


def first(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first that matches."""
    found = tree.css_first(selector)
    assert found is not None, selector
    return found


def path_of(files: dict[str, str], start: str) -> str:
    """The one path that starts so."""
    (path,) = [path for path in files if path.startswith(start)]
    return path


EDITIONS = {"lively": lively(), "empty": EMPTY, "full": full()}
PAGES = [
    pytest.param(path, tree, id=f"{name}:{path[:60]}")
    for name in ("lively", "empty")
    for path, tree in parsed(EDITIONS[name]).items()
]


@pytest.mark.parametrize(("path", "tree"), PAGES)
def test_every_page_has_its_landmarks_and_one_h1(path: str, tree: LexborHTMLParser) -> None:
    assert len(tree.css("h1")) == 1, path
    for landmark in ("header", "nav[aria-label]", "main#main", "footer"):
        assert len(tree.css(landmark)) == 1, landmark
    assert first(tree, "body > *").attributes["href"] == "#main"
    assert first(tree, "html").attributes["lang"] == "en"
    levels = [int((node.tag or "")[1:]) for node in tree.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize(("path", "tree"), PAGES)
def test_every_page_is_plain(path: str, tree: LexborHTMLParser) -> None:
    assert all((node.attributes.get("datetime") or "").endswith("Z") for node in tree.css("time"))
    assert not tree.css("[style]")
    assert not tree.css("img, iframe, form, object, link[rel=stylesheet]")
    assert all(n.attributes.get("type") == "application/ld+json" for n in tree.css("script"))
    assert not [a for n in tree.css("*") for a in n.attributes if a.startswith("on")]
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    assert all(f"{n.attributes['aria-labelledby']}" in ids for n in tree.css("[aria-labelledby]"))


@pytest.mark.parametrize(("path", "tree"), PAGES)
def test_the_policy_allows_the_one_style_and_nothing_else(
    path: str, tree: LexborHTMLParser
) -> None:
    (style,) = tree.css("style")
    digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
    policy = first(tree, "meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", EDITIONS)
def test_every_link_inside_leads_to_a_file(name: str) -> None:
    pages = parsed(EDITIONS[name])
    for path, tree in pages.items():
        for node in tree.css("[href]"):
            href = node.attributes["href"] or ""
            href = href.removeprefix(MASTHEAD.url) if path == "404.html" else href
            target, _, fragment = href.partition("#")
            if target.startswith(("https://", "http://", "mailto:")):
                continue
            to = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            to = to if target else path
            assert to in pages or OTHERS.fullmatch(to), (path, href)
            if fragment:
                assert pages[to].css(f"#{fragment}"), (path, href)


def test_the_front_page_is_written_last() -> None:
    assert list(made(lively()))[-1] == "index.html"


def test_the_same_edition_is_the_same_bytes() -> None:
    assert made(lively()) == made(lively())


def test_it_registers_as_site() -> None:
    plugins = load(Plugins(Portal("Rivers", {}, {})), ["broadsheet.publish.site"])
    assert plugins.outputs["site"] is site


def test_every_kind_of_page_is_there() -> None:
    big = lively().stories[0]
    assert {
        "index.html",
        "404.html",
        "robots.txt",
        "t/storage/index.html",
        "t/fusion/index.html",
        f"s/{big.id}-northmoor-opens-a-12-gwh-battery-on-an-old-coal-site/index.html",
        "s/oldstory0002/index.html",
        "source/gridledger.example/index.html",
        "source/dead.example/index.html",
        "source/index.html",
        "day/2026-01-08/index.html",
        "day/index.html",
        "about/index.html",
        "api/index.html",
        "feeds/index.html",
    } <= set(made(lively()))


def test_a_headline_leads_out_and_the_story_is_one_link_away() -> None:
    front = parsed(lively())["index.html"]
    lead = first(front, "article")
    out = first(lead, "h3 a").attributes["href"] or ""
    assert out.startswith("https://gridledger.example/")
    more = first(lead, ".more")
    assert more.text().startswith("More: Post, Harbour")
    assert more.css("a")[-1].text() == "All 5 publishers"


def test_a_lone_report_has_no_page_but_one_with_a_note_has() -> None:
    files = made(lively())
    _, noted, lone = lively().stories
    assert not [path for path in files if path.startswith(f"s/{lone.id}")]
    note = first(LexborHTMLParser(files[path_of(files, f"s/{noted.id}")]), ".note")
    assert first(note, "strong").text() == "not"
    assert first(note, "a").attributes["href"] == "https://law.example/d"


def test_a_story_of_yesterday_says_its_day_and_what_is_new() -> None:
    front = parsed(lively())["index.html"]
    assert "Day 2, 3 new" in first(front, "article .by").text()
    assert "Day" not in front.css("article .by")[1].text()


def test_a_story_page_shows_changes_copies_and_reasons() -> None:
    files = made(lively())
    page = LexborHTMLParser(files[path_of(files, f"s/{lively().stories[0].id}")])
    table = first(page, "table.cov")
    assert "was “Battery to open at old coal plant”" in table.text()
    assert "Also carried by Volt" in table.text()
    assert len(table.css("tbody tr")) == 4
    assert "first report" in table.css("tbody tr")[1].text()
    assert "nothing new: a copy" in table.css("tbody tr")[3].text()
    assert "2 of them copies" in page.css("h2")[0].text()
    assert first(page, ".line li").text().strip().endswith("First report: Post")
    assert "Northmoor, 1.2 GWh" in first(page, "article details").text()
    assert not page.css("meta[name=robots]")


def test_a_thin_story_page_is_not_for_search_engines() -> None:
    several = (record("One"), record("Two", "b.example"))
    pages = parsed(edition((story(*several), several)))
    thin = next(tree for path, tree in pages.items() if path.startswith("s/"))
    robots = first(thin, "meta[name=robots]")
    assert robots.attributes["content"] == "noindex, follow"


def test_a_story_page_does_not_change_when_the_hour_turns() -> None:
    later = replace(lively(), at=AT + timedelta(hours=1))
    path = path_of(made(lively()), f"s/{lively().stories[0].id}")
    assert made(later)[path] == made(lively())[path]


def test_a_merged_story_leads_on_over_every_step() -> None:
    pages = parsed(lively())
    page = pages["s/oldstory0002/index.html"]
    big = path_of(made(lively()), f"s/{lively().stories[0].id}")
    refresh = first(page, "meta[http-equiv=refresh]").attributes["content"]
    assert refresh == f"0; url=../../{big}"
    assert first(page, "link[rel=canonical]").attributes["href"] == MASTHEAD.url + big
    lost = first(pages["s/lost00000001/index.html"], "meta[http-equiv=refresh]")
    assert lost.attributes["content"] == "0; url=../../index.html"


def test_times_are_of_the_portal_and_the_edition() -> None:
    front = parsed(lively())["index.html"]
    shown = first(front, "article time")
    assert (shown.text(), shown.attributes["datetime"]) == ("10:05", "2026-01-09T09:05Z")
    assert "Friday 9 January 2026" in first(front, "header").text()
    assert "Edition of 9 January 2026, 10:05" in first(front, "footer").text()


def test_a_foreign_headline_says_its_language_and_direction() -> None:
    (link,) = parsed(lively())["index.html"].css("h3 a[lang]")
    assert (link.attributes["lang"], link.attributes["dir"]) == ("ar", "rtl")


def test_a_quiet_day_says_since_when() -> None:
    old = (record("Dam opens", at=AT - timedelta(days=3)),)
    pages = parsed(edition((story(*old), old)))
    assert "Nothing new since Tuesday" in first(pages["index.html"], "main").text()
    topic = first(pages["t/storage/index.html"], "main").text()
    assert "Nothing new since Tuesday" in topic
    assert "Best of the week" in topic


def test_an_empty_portal_says_so() -> None:
    front = parsed(EMPTY)["index.html"]
    assert "Nothing here yet" in first(front, "main").text()
    assert not front.css("time")


def test_a_topic_page_tells_its_definition() -> None:
    box = first(parsed(lively())["t/storage/index.html"], ".box").text()
    for told in ("battery", "#EnergyStorage", "phone battery", "The Grid Ledger", "6 reports"):
        assert told in box
    archived = first(parsed(lively())["t/fusion/index.html"], "main").text()
    assert "no longer followed" in archived


def test_a_source_page_tells_its_figures_and_state() -> None:
    pages = parsed(lively())
    post = first(pages["source/post.example/index.html"], "main").text()
    assert "max-snippet:80" in post
    table = pages["source/post.example/index.html"].css("tr")
    rows = {first(row, "th").text(): first(row, "td").text() for row in table}
    assert rows["First to report"] == "1"
    assert rows["Headlines changed after publication"] == "1"
    assert "answered 404" in first(pages["source/dead.example/index.html"], "main").text()
    listed = first(pages["source/index.html"], "main").text()
    assert "A list of links: works" in listed
    for state in ("Fails", "Works", "Found through others"):
        assert state in listed


def test_a_source_page_tells_its_copies_and_its_usual_pace() -> None:
    paper = Paper(lively())

    def gap(*hours: float) -> str:
        records = [record(f"Report {n}", at=AT - timedelta(hours=n)) for n in hours]
        return paper.figures(records).gap

    assert gap(0, 24, 96, 216, 384) == "4 days"
    assert gap(10, 5, 0) == "5 h"
    assert gap(0, 0.5, 1) == "less than an hour"
    assert gap(0, 24) == ""
    copy = replace(record("A"), desk=Workings(copy_of="x"))
    assert paper.figures([copy, record("B")]).copies == 1


def test_a_copy_is_not_the_first_report_whatever_its_date() -> None:
    own = record("A dam opens")
    early = Workings(copy_of=id_of(own))
    copy = record("A dam opens, by wire", "wire.example", at=AT - timedelta(days=1), desk=early)
    paper = Paper(edition((story(own, copy), (own, copy))))

    assert paper.first_of(paper.edition.stories[0]).id == id_of(own)
    assert paper.figures([copy]).first == 0


def test_a_removed_report_is_a_date_and_a_reason() -> None:
    about = made(lively())["about/index.html"]
    assert "asked by its publisher" in about
    assert "removedrepor" not in about


def test_a_day_keeps_its_front_page_and_counts_what_is_gone() -> None:
    page = first(parsed(lively())["day/2026-01-08/index.html"], "main").text()
    assert "Northmoor opens" in page
    assert "1 story is no longer public" in page
    assert "Day after: 9 January 2026" in page


def test_the_structured_data_names_the_real_publishers() -> None:
    front = parsed(lively())["index.html"]
    told = json.loads(first(front, "script").text())
    assert told["@type"] == "CollectionPage"
    item = told["mainEntity"]["itemListElement"][0]["item"]
    assert item["publisher"]["name"] == "Gridledger"
    assert item["url"].startswith("https://gridledger.example/")
    assert told["publisher"]["correctionsPolicy"].endswith("#corrections")


def test_hostile_words_stay_words() -> None:
    title = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202eevil"
    bad = replace(
        record(title, "bad.example", name='<b onclick="x">', excerpt=title),
        source_url="javascript:alert(1)",
    )
    odd = replace(record("Odd", "../../x"), topics=('"><script>',))
    several = (bad, odd)
    note = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](https://i.example/p.png)"
    hostile = edition((story(*several, note=note), several))
    for path, tree in parsed(hostile).items():
        assert all(n.attributes.get("type") == "application/ld+json" for n in tree.css("script"))
        assert not tree.css("img, [onerror], [onclick], [href^=javascript]"), path
        assert "\u202e" not in (tree.html or "")
        for node in tree.css("script"):
            json.loads(node.text())
    assert not [path for path in made(hostile) if ".." in path]


def test_only_web_addresses_are_links_out() -> None:
    assert outward("https://a.example/?q=1&r=2") == "https://a.example/?q=1&r=2"
    for url in ("javascript:1", "data:,x", "//a.example", "https://", "https://[", "http://a\n.b"):
        assert outward(url) == ""


def test_a_note_has_links_and_emphasis_but_no_markup_of_its_own() -> None:
    html = note_html("A *b* [c](https://d.example) <i>e</i>\n\n# f\n\n[g](/h)")
    assert "<em>b</em>" in html
    assert 'href="https://d.example"' in html
    assert "<i>" not in html
    assert "<h1>" not in html
    assert 'href="/h"' not in html


def test_extracts_are_short_and_only_on_the_first_twelve() -> None:
    extracts = parsed(EDITIONS["full"])["index.html"].css(".ex")
    assert len(extracts) == 12
    assert max(len(node.text()) for node in extracts) <= 160


def test_a_full_page_keeps_the_budget() -> None:
    files = made(EDITIONS["full"])
    front = LexborHTMLParser(files["index.html"])
    assert len(front.css("article")) == 30
    assert len(front.css(".river li")) == 60
    heavy = {p: len(gzip.compress(t.encode())) for p, t in files.items() if p.endswith(".html")}
    assert max(heavy.values()) <= 15_000, max(heavy.items(), key=lambda item: item[1])


@pytest.mark.parametrize("accent", ["#88AACC", "#0B4F8", "red", "#777777"])
def test_an_accent_that_is_hard_to_read_is_refused(accent: str) -> None:
    pale = replace(lively(), masthead=replace(MASTHEAD, accent=accent))
    with pytest.raises(PublishError, match=r"site\.accent"):
        list(site(pale))


def test_a_good_accent_is_the_colour_of_links() -> None:
    green = replace(lively(), masthead=replace(MASTHEAD, accent="#1B6540"))
    assert "--link:#1B6540" in made(green)["index.html"]


def test_every_colour_of_text_stands_out_on_both_grounds() -> None:
    style = first(parsed(EMPTY)["index.html"], "style").text()
    light, dark = (
        dict(re.findall(r"--(\w+):(#\w{6})", part)) for part in style.split("@media")[:2]
    )
    for tokens, grounds in ((light, LIGHT), (dark, DARK)):
        assert (tokens["page"], tokens["panel"]) == grounds
        for name in ("ink", "muted", "link", "heat", "good"):
            assert min(contrast(tokens[name], ground) for ground in grounds) >= 4.5, name
        for name in ("focus", "edge"):
            assert min(contrast(tokens[name], ground) for ground in grounds) >= 3, name


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#0B4F8A", "#FCFBF8") == pytest.approx(8.1, abs=0.1)


def test_a_portal_written_from_right_to_left_says_so() -> None:
    hebrew = replace(lively(), masthead=replace(MASTHEAD, language="he"))
    assert '<html lang="he" dir="rtl">' in made(hebrew)["index.html"]


def test_the_404_page_works_at_any_depth() -> None:
    links = [n.attributes["href"] or "" for n in parsed(lively())["404.html"].css("a[href]")]
    assert all(link.startswith(("https://", "#main")) for link in links)


def test_robots_txt_names_the_map() -> None:
    assert f"Sitemap: {MASTHEAD.url}sitemap.xml" in made(lively())["robots.txt"]


def test_a_day_record_of_a_merged_story_shows_what_took_it_in() -> None:
    of = lively()
    old = Day(day=date(2026, 1, 7), at=AT - timedelta(days=2), front=("oldstory0001",))
    page = parsed(replace(of, days=(old, *of.days)))["day/2026-01-07/index.html"]
    assert "Northmoor opens" in first(page, "main").text()


def test_a_language_that_is_none_is_left_out() -> None:
    odd = record("Odd", desk=Workings(language='x" onclick="y', seen_at=AT))
    assert "onclick" not in made(edition((story(odd), (odd,))))["index.html"]
