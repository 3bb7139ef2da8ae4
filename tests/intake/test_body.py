"""Which part of a page is the report, and in which form is it kept?"""

from __future__ import annotations

import json
from time import process_time

import pytest
from selectolax.lexbor import LexborHTMLParser

from broadsheet.intake import body, names
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.tree import walk

SAID = (
    "The harbour board of {} said on Friday that the tide, the highest in ten years, did no harm "
    "to the quay, and that the ferries, which had waited outside, sailed again before noon."
)
TOWNS = ("Varde", "Skerry", "Lowgate", "Harrow", "Ulsmouth", "Brannvik")
PROSE = "".join(f"<p>{SAID.format(town)}</p>" for town in TOWNS)
TITLE = Evidence(title="Tides rise at Varde", report=True)


def read(html: str, evidence: Evidence = TITLE, quotable: bool = False) -> body.Body:
    root = LexborHTMLParser(f"<!doctype html><html><body>{html}").body
    assert root
    return body.read(root, evidence, quotable)


def article(html: str) -> str:
    links = "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(12))
    return (
        f"<nav><ul>{links}</ul></nav><main><article><h1>Tides rise at Varde</h1>"
        f"<div class=article-body>{html}</div></article></main>"
        "<footer><p>Copyright The Quay. All rights reserved.</p></footer>"
    )


def test_the_text_is_the_paragraphs_in_order_without_title_menu_and_footer() -> None:
    assert read(article(PROSE)).text == "\n".join(SAID.format(town) for town in TOWNS)


def test_related_links_newsletters_and_comments_are_left_out() -> None:
    junk = (
        "<div class=related-articles><h3>Related</h3><ul><li><a href=/a>Boats stay in at Skerry as "
        "the wind turns</a></li><li><a href=/b>Quay to be mended by May</a></li></ul></div>"
        "<div class=newsletter-signup><p>Sign up for our newsletter</p></div>"
    )
    comments = f"<section id=comments><p>{SAID.format('nowhere')}</p><p>I was there.</p></section>"
    text = read(article(PROSE + junk) + comments).text
    assert "Boats stay" not in text and "newsletter" not in text and "nowhere" not in text
    assert text.count("harbour board") == len(TOWNS)


def test_headings_lists_quotes_and_tables_keep_their_kind_in_text_and_html() -> None:
    found = read(
        article(
            f"{PROSE}<h2>What the board found</h2>{PROSE.replace('Friday', 'Monday')}"
            f"<ul><li>{SAID.format('A')}</li><li>{SAID.format('B')}</li></ul>"
            f"<blockquote><p>{SAID.format('C')}</p></blockquote>"
        )
    )
    kinds = [part.kind for part in found.parts]
    assert kinds == [*["paragraph"] * 6, "heading", *["paragraph"] * 6, "item", "item", "quote"]
    assert found.parts[6].level == 2
    assert "<h2>What the board found</h2>" in found.html
    assert f"<ul><li>{SAID.format('A')}</li><li>{SAID.format('B')}</li></ul>" in found.html
    assert f"<blockquote><p>{SAID.format('C')}</p></blockquote>" in found.html


def test_no_live_markup_is_in_the_html() -> None:
    evil = "&lt;script&gt;alert(1)&lt;/script&gt; <img src=x onerror=alert(1)><b onclick=x>bold</b>"
    html = read(article(PROSE.replace("Friday", evil))).html
    assert "<script" not in html and "onerror" not in html and "<b" not in html
    assert "&lt;script&gt;" in html


def test_captions_are_told_apart_from_the_text() -> None:
    found = read(
        article(f"<figure><img src=/q.jpg><figcaption>The quay</figcaption></figure>{PROSE}")
    )
    assert found.captions == ("The quay",)
    assert "The quay" not in found.text.splitlines()


def test_a_second_copy_for_another_screen_is_left_out() -> None:
    copies = f"<div class=wide>{PROSE}</div><div class=narrow>{PROSE}</div>"
    assert read(article(copies)).text.count("harbour board") == len(TOWNS)


def test_what_a_report_says_again_in_one_place_after_another_is_kept() -> None:
    again = SAID.format("Ask")
    parts = (f"<section><p>{SAID.format(town)}</p><p>{again}</p></section>" for town in TOWNS)
    assert read(article("".join(parts))).text.count(again) == len(TOWNS)


def test_a_pulled_out_copy_of_a_sentence_is_left_out() -> None:
    pulled = f"<blockquote class=pull><p>{SAID.format('Skerry')}</p></blockquote>"
    assert read(article(PROSE + pulled)).text.count("of Skerry") == 1


def test_a_page_that_shows_nothing_without_scripts_is_read_from_noscript() -> None:
    html = f"<div id=app></div><noscript>{article(PROSE)}</noscript>"
    assert read(html).text == "\n".join(SAID.format(town) for town in TOWNS)
    assert "Copyright" not in read(html).text
    assert "of Varde" not in read(article(PROSE.replace("Varde", "Ulm") * 2) + html).text


@pytest.mark.parametrize("escaped", [False, True])
def test_a_page_that_shows_nothing_is_read_from_the_state_of_its_scripts(escaped: bool) -> None:
    told = json.dumps({"lead": "Tides", "body": PROSE}) + ', "cut off'
    told = told.replace("<", r"\u003c") if escaped else told
    html = f"<div id=app></div><script>window.STATE = {told}</script>"
    assert read(html).text == "\n".join(SAID.format(town) for town in TOWNS)
    assert read(html, quotable=True).text == ""


def test_a_streamed_part_stands_where_its_template_does() -> None:
    late = "<div hidden id='S:0'><p>" + SAID.format("Late") + "</p></div>"
    html = article(f"{PROSE}<template id='B:0'></template>{PROSE.replace('Friday', 'Sunday')}")
    text = read(html + late).text
    assert text.index("Friday") < text.index("of Late") < text.index("Sunday")


def test_structured_data_gives_the_text_that_the_page_does_not_show() -> None:
    stated = "\n".join(SAID.format(town) for town in TOWNS)
    assert read("<p>Loading</p>", Evidence(stated=stated)).text == stated
    assert read("<p>Loading</p>", Evidence(stated=stated), quotable=True).text != stated


def test_what_may_not_be_quoted_is_no_text() -> None:
    html = article(PROSE.replace("<p>", "<p data-nosnippet>", 1))
    assert "Varde" in read(html).text
    assert "Varde" not in read(html, quotable=True).text


def test_a_page_without_text_has_none() -> None:
    assert read("<script>var a</script><img>") == body.Body()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("story-body", "text"),
        ("articleBody", "text"),
        ("relatedArticles", "related"),
        ("site_footer", "foot"),
        ("cookie-banner", "consent"),
        ("social-share", "share"),
    ],
)
def test_names_are_read_in_parts(said: str, kind: str) -> None:
    assert names.kinds_of(said) & names.BIT[kind]


def test_a_name_that_says_text_outweighs_what_else_is_said() -> None:
    assert not names.kinds_of("article-body share-hidden") & names.JUNK
    assert names.kinds_of("x " * 200) == 0


def test_links_and_wide_letters_are_counted() -> None:
    root = LexborHTMLParser("<p>See <a href=/x>the quay</a></p><p>港の潮位</p>").body
    assert root
    first, second = walk(root).blocks
    assert (first.text, first.linked, first.size) == ("See the quay", 8, 12)
    assert second.size == 8


BROKEN = '<script>"\\"\\"\\"\\u003cp\\u003c</script>'


@pytest.mark.parametrize(
    "piece", ["<p>a, </p>", "a<br><br>", "<span class=ad>a</span>", "<div>a", BROKEN]
)
def test_time_grows_no_faster_than_the_page(piece: str) -> None:
    def spent(count: int) -> float:
        html = piece * count
        start = process_time()
        read(html)
        return process_time() - start

    spent(100)
    # Eight times the page: 8 where time is linear, 64 where it is not.
    assert spent(8_000) < 30 * max(spent(1_000), 0.01)
