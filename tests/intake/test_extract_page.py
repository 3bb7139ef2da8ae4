"""What does a page say of itself? One invented page for each behaviour."""

from __future__ import annotations

import doctest
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from time import process_time
from typing import Any

import pytest

from broadsheet.errors import Unreadable
from broadsheet.intake import Page, extract_page, page

AT = datetime(2026, 1, 9, 12, tzinfo=UTC)
URL = "https://www.thequay.example/news/2026/tides-rise"
PROSE = "The harbour board said on Friday that the tide, the highest in ten years, did no harm."
TEXT = "".join(f"<p>{n}. {PROSE} Nobody was hurt, it added.</p>" for n in range(1, 6))


def read(head: str = "", body: str = "", top: str = "<h1>Tides rise</h1>", **headers: str) -> Page:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    html = f"<!doctype html><html><head>{head}</head><body><main>{top}{body}{TEXT}</main></body></html>"
    return extract_page(html.encode(), URL, said, AT)


def data(*nodes: dict[str, Any]) -> str:
    whole = nodes[0] if len(nodes) == 1 else {"@graph": list(nodes)}
    return f"<script type='application/ld+json'>{json.dumps(whole)}</script>"


def article(**fields: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "Tides rise", **fields}


def test_the_example_of_the_library_is_true() -> None:
    assert doctest.testmod(page).attempted >= 2
    assert doctest.testmod(page).failed == 0


# ------------------------------------------------------------------------------------ title, site


@pytest.mark.parametrize(
    "head",
    [
        "<title>Tides rise | The Quay</title>",
        "<title>The Quay - Tides rise</title>",
        "<title>Tides rise</title><meta property=og:title content='Tides rise - The Quay'>",
    ],
)
def test_the_title_is_told_without_the_site_around_it(head: str) -> None:
    told = read(f"<meta property=og:site_name content='The Quay'>{head}", top="")

    assert told.title.value == "Tides rise"


def test_the_only_headline_on_the_page_outvotes_what_is_written_for_search_engines() -> None:
    head = "<title>Tide news: why tides rise 2026</title>"
    head += "<meta property=og:title content='Tide news: why tides rise 2026'>"

    assert read(head).title.value == "Tides rise"


def test_a_heading_that_is_the_site_itself_is_no_title() -> None:
    head = "<title>Tides rise - The Quay</title><meta property=og:site_name content='The Quay'>"

    assert read(head, top="<h1>The Quay</h1>").title.value == "Tides rise"


def test_a_cut_title_loses_to_the_whole_one() -> None:
    head = "<meta property=og:title content='Tides rise at the old …'>"

    assert read(head, top="<h1>Tides rise at the old mole</h1>").title.value.endswith("mole")


def test_a_title_of_another_page_of_the_graph_is_not_taken() -> None:
    other = {"@type": "NewsArticle", "headline": "Ferries stop", "datePublished": "2020-01-01"}
    told = read(data(other, article(datePublished="2026-01-08")))

    assert told.title.value == "Tides rise"
    assert told.published_at == datetime(2026, 1, 8, tzinfo=UTC)


def test_the_name_that_the_address_has_too_is_the_sites() -> None:
    head = "<title>Tides rise | The Quay</title>"
    head += data(article(publisher={"@type": "Organization", "name": "Mole Media Holding"}))

    assert read(head).site.value == "The Quay"


ELSEWHERE = "Mole under water as the tide rises"


@pytest.mark.parametrize(
    "head",
    [
        data(article(headline=ELSEWHERE)) + "<meta property=og:title content='Tides rise'>",
        data(article())
        + f"<meta property=og:title content='{ELSEWHERE} | The Quay'>"
        + f"<meta name=twitter:title content='{ELSEWHERE}'>",
    ],
)
def test_a_headline_that_a_newsroom_wrote_for_elsewhere_is_told(head: str) -> None:
    told = read(f"<title>Tides rise | The Quay</title>{head}").title

    assert told.value == ELSEWHERE
    assert len(told.signals) == 1


def test_a_teaser_that_only_one_network_gets_is_no_headline_for_elsewhere() -> None:
    head = f"<title>Tides rise</title><meta property=og:title content='{ELSEWHERE}'>"

    assert read(head + data(article())).title.value == "Tides rise"


def test_a_title_for_search_engines_is_no_headline_for_elsewhere() -> None:
    head = f"<title>{ELSEWHERE}</title><meta property=og:title content='{ELSEWHERE}'>"

    assert read(head + data(article())).title.value == "Tides rise"


@pytest.mark.parametrize(
    ("head", "top"),
    [
        ("<title>Tides rise | Weather</title>", ""),
        ("<title>Quay Blog: Tides rise</title>" + "<meta property=og:site_name content=Quay>", ""),
        ("<title>Tides rise | The Quay</title>", "<h1><b>9 January</b> Tides rise</h1>"),
    ],
)
def test_what_stands_around_a_headline_is_cut(head: str, top: str) -> None:
    assert read(head, top=top).title.value == "Tides rise"


def test_the_name_that_stands_around_the_title_is_the_sites() -> None:
    head = "<title>Tides rise | Mole News</title><meta property=og:site_name content='Mole News - all of the mole'>"
    head += data(article(publisher={"@type": "Organization", "name": "Mole News"}))

    assert read(head).site.value == "Mole News"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>Tides rise - Varde Courier</title>", ""),
        ("", "<a href=/><img alt='The Quay logo' src=/a.svg></a>"),
        ("", "<a href='https://www.thequay.example/' title='Home'>the quay</a>"),
        ("<meta property=og:site_name content='The Quay | All of the coast'>", ""),
        ("<meta name=copyright content='\u00a9 2026 The Quay'>", "<a href=/>The Quay</a>"),
        (
            "<meta property=og:site_name content=thequay.example>"
            + data(article(publisher={"name": "Varde Courier"})),
            "",
        ),
    ],
)
def test_a_site_has_a_name_that_readers_see_before_it_has_an_address(head: str, body: str) -> None:
    assert read(head, body).site.value.casefold() in ("the quay", "varde courier")


def test_a_name_fits_an_address_of_its_initials() -> None:
    head = "<title>Tides rise | Varde Harbour Board</title><meta name=twitter:site content=@tides>"
    html = f"{head}<h1>Tides rise</h1>{TEXT}".encode()

    near = extract_page(html, "https://www.vhb.example/tides").site
    far = extract_page(html, "https://www.other.example/tides").site

    assert near.value == far.value == "Varde Harbour Board"
    assert near.confidence > far.confidence


@pytest.mark.parametrize(
    "link",
    [
        "<a href=/>Subscribe</a>",
        "<a href=/news><img alt='Quay Town'></a>",
        "<a href=/ title=Home>Back to the front page</a>",
    ],
)
def test_what_else_links_say_is_no_name(link: str) -> None:
    assert read("<title>Tides rise</title>", link).site.value == "thequay.example"


def test_what_stands_before_the_headline_is_a_section_unless_the_address_has_it() -> None:
    assert read("<title>Weather | Tides rise</title>").site.value == "thequay.example"
    assert read("<title>Quay Post | Tides rise</title>").site.value == "thequay.example"
    assert read("<title>The Quay Post | Tides rise</title>").site.value == "The Quay Post"


def test_a_heading_that_leads_home_is_the_sites() -> None:
    heads = "<h1><a href='/'>News of the tides</a></h1><h1>Tides rise</h1>"
    away = "<h1><a href='https://other.example/'>Tides rise</a></h1>"

    assert read("<title>Tides rise</title>", top=heads).title.value == "Tides rise"
    assert read(top="<h1><a href=/>News</a></h1><h2>Tides</h2>").title.value != "News"
    assert read(top=away).title.value == "Tides rise"


def test_a_name_that_is_title_and_heading_is_the_reports() -> None:
    head = "<title>Tides rise</title><meta name=application-name content='Tides rise'>"
    told = read(head, top="<h1>The Quay back to the front</h1><h1>Tides rise</h1>")

    assert told.title.value == "Tides rise"
    assert told.site.value == "thequay.example"


# ---------------------------------------------------------------------------------- structured data


def test_references_within_the_graph_are_followed() -> None:
    told = read(
        data(
            article(author={"@id": "#jo"}, publisher={"@id": "#quay"}),
            {"@type": "Person", "@id": "#jo", "name": "Jo Low"},
            {"@type": "Organization", "@id": "#quay", "name": "The Quay"},
        )
    )

    assert (told.authors.value.people, told.site.value) == (("Jo Low",), "The Quay")


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Tides rise", "author": "Jo Low",}',
        '<!-- {"@type": ["Article", "Thing"], "headline": "Tides rise", "author": ["Jo Low"]} -->',
        '{"@type": "NewsArticle", "headline": "Tides\nrise", "author": {"name": "Jo Low"}};',
        '{"@type": "NewsArticle"\n"author": "Jo Low", "headline": "Tides rise"}',
        '//<![CDATA[\n[{"@type": "https://schema.org/NewsArticle", "author": "Jo Low"}]\n//]]>',
    ],
)
def test_broken_structured_data_is_repaired(script: str) -> None:
    script = script.replace('"NewsArticle"\n', '"NewsArticle"\n')
    told = read(f"<script type='application/ld+json'>{script}</script>")

    assert told.authors.value.people == ("Jo Low",)


def test_what_cannot_be_repaired_is_passed_over() -> None:
    deep = "[" * 3_000 + "{"

    assert read(f"<script type='application/ld+json'>{deep}</script>").title.value == "Tides rise"


# ------------------------------------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("body", "people"),
    [
        ("<a rel=author href=/a>Jo Low</a>", ("Jo Low",)),
        ("<p class=byline>By Jo Low and Al Bo, Harbour Editor</p>", ("Jo Low", "Al Bo")),
        ("<p>By Jo Low</p>", ("Jo Low",)),
        ("<p>By</p> <p>Jo Low</p>", ("Jo Low",)),
        ("<div class=post-author>Jo Low, PhD | 9 January 2026</div>", ("Jo Low",)),
        ("<div itemprop=author><span itemprop=name>Jo Low</span></div>", ("Jo Low",)),
        ("<p class=author>jo@thequay.example</p>", ()),
        ("<p class=author>Share this</p>", ()),
        ("<div class=comments><b class=author>Al Bo</b></div>", ()),
    ],
)
def test_people_are_read_from_bylines(body: str, people: tuple[str, ...]) -> None:
    assert read(body=body).authors.value.people == people


def test_organisations_stand_apart_and_are_named_where_no_person_is() -> None:
    people = [{"@type": "Person", "name": "Jo Low"}, {"@type": "Organization", "name": "Mole & Co"}]
    both = read(data(article(author=people))).authors.value
    alone = read(data(article(author=people[1]))).authors.value

    assert (both.people, both.organisations) == (("Jo Low",), ("Mole & Co",))
    assert both.all == ("Jo Low",) and alone.all == ("Mole & Co",)


@pytest.mark.parametrize(
    "meta",
    [
        "name=author",
        "name=dc.creator",
        "property=DC:creator",
        "name=parsely-author",
        "name=sailthru.author",
    ],
)
def test_people_are_read_from_the_metas_of_many_vocabularies(meta: str) -> None:
    assert read(f"<meta {meta} content='Jo Low'>").authors.value.people == ("Jo Low",)


def test_a_field_that_is_told_in_two_syntaxes_is_told_once() -> None:
    head = "<meta name=dc.creator content='Ada Pier'><meta property=dc:creator content='Jo Low'>"
    again = (
        "<meta property=dc:creator content='Ines Koll'><meta name=dc.creator content='Ada Pier'>"
    )

    assert read(head).authors.value.people == ("Jo Low",)
    assert read(head + again).authors.value.people == ("Jo Low", "Ines Koll")
    assert read(
        "<meta property=author content=x><meta name=author content='Jo Low'>"
    ).authors.value.people == ("Jo Low",)


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("Low, Jo", ("Jo Low",)),
        ("van der Berg, Jo A.", ("Jo A. van der Berg",)),
        ("Jo Low, Ada Pier", ("Jo Low", "Ada Pier")),
        ("Low, Editor", ("Low",)),
    ],
)
def test_the_vocabularies_of_libraries_put_the_surname_first(
    said: str, people: tuple[str, ...]
) -> None:
    for name in ("citation_author", "dc.creator"):
        assert read(f"<meta name={name} content='{said}'>").authors.value.people == people


@pytest.mark.parametrize(
    ("said", "people", "organisations"),
    [
        ("Richard (R.J.) Low", ("Richard (R.J.) Low",), ()),
        ("Jo Low (Mole News)", ("Jo Low",), ()),
        ("Our editors", (), ("Our editors",)),
        ("Mole newsroom reporter", (), ("Mole newsroom reporter",)),
        ("https://www.facebook.example/thequay", (), ()),
        ("content: Mole, design: Ada Pier", (), ()),
    ],
)
def test_a_byline_names_people_whole_and_others_apart(
    said: str, people: tuple[str, ...], organisations: tuple[str, ...]
) -> None:
    told = read(f"<meta name=author content='{said}'>").authors.value

    assert (told.people, told.organisations) == (people, organisations)


def test_a_name_that_readers_see_is_believed_before_that_of_an_account() -> None:
    head = data(article(author="KatieS")) + "<meta name=author content=KatieS>"

    assert read(head, "<p class=byline>Jo Low</p>").authors.value.people == ("Jo Low",)
    assert read(head).authors.value.people == ("KatieS",)


# --------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "head",
    [
        "<meta property=article:published_time content=2026-01-08T09:27:00+01:00>",
        "<meta name=parsely-pub-date content=2026-01-08T08:27:00Z>",
        "<meta name=sailthru.date content='2026-01-08 09:27:00 +0100'>",
        data(article(datePublished="2026-01-08T09:27:00+01:00")),
    ],
)
def test_the_minute_is_read_in_its_zone(head: str) -> None:
    found = read(head).published_at

    assert found == datetime(2026, 1, 8, 8, 27, tzinfo=UTC)


def test_a_date_keeps_the_zone_that_it_was_told_in() -> None:
    found = read(data(article(datePublished="2026-01-08T23:27:00-05:00"))).published_at

    assert found is not None and found.utcoffset() == timedelta(hours=-5)
    assert found.date().isoformat() == "2026-01-08"


def test_an_instant_without_a_zone_of_its_own_takes_that_of_the_clock_shown() -> None:
    told = read(
        data(article(datePublished="2026-01-09T02:25:00Z")),
        "<span class=date>January 8, 2026 9:25 PM</span>",
    )

    assert told.published_at == datetime(2026, 1, 8, 21, 25, tzinfo=timezone(timedelta(hours=-5)))


def test_the_most_precise_of_the_signals_that_agree_is_told() -> None:
    head = "<meta name=date content=2026-01-08>"
    head += "<meta property=article:published_time content=2026-01-08T09:27:31Z>"
    told = read(head, "<time datetime=2026-01-08>8 January</time>").published

    assert told.value.at == datetime(2026, 1, 8, 9, 27, 31, tzinfo=UTC)
    assert {"date", "article:published_time", "time beside the title"} <= set(told.signals)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Published January 8, 2026</p>",
        "<p class=entry-date>8 January 2026</p>",
        "<time>8 January 2026</time>",
    ],
)
def test_a_date_in_words_beside_the_title_is_read(body: str) -> None:
    told = read(body=body)

    assert told.published_at is not None
    assert told.published_at.date().isoformat() == "2026-01-08"


PLUGIN = {"@type": "BlogPosting", "headline": "Tides rise"}
DRAFTED = {"datePublished": "2024-03-01", "dateModified": "2026-01-05T08:00:00Z"}


@pytest.mark.parametrize(
    "body",
    [
        "<p>January 5, 2026</p>",
        "<p>Last updated: January 5, 2026</p>",
        "<time class='published updated'>5 Jan 2026</time>",
    ],
)
def test_a_page_written_anew_is_of_the_day_that_readers_see(body: str) -> None:
    assert read(data(PLUGIN | DRAFTED), body).published.value.day.isoformat() == "2026-01-05"
    assert read(data(article(**DRAFTED)), body).published.value.day.isoformat() == "2024-03-01"


def test_a_page_that_shows_both_days_is_of_the_first() -> None:
    body = "<p>January 5, 2026</p>" + "<i itemprop=x></i>" * 40 + "<p class=date>March 1, 2024</p>"

    assert read(data(PLUGIN | DRAFTED), body).published.value.day.isoformat() == "2024-03-01"


def test_a_day_before_that_of_a_build_is_believed() -> None:
    built = {"datePublished": "2026-01-08", "dateModified": "2026-01-08"}

    told = read(data(PLUGIN | built), "<p>March 1, 2024</p>").published
    assert told.value.day.isoformat() == "2024-03-01"
    assert told.signals == ("text beside the title",)


def test_a_page_that_is_kept_for_years_has_no_day_of_publication() -> None:
    page_ = {"@type": "WebPage", "name": "Tides rise", **DRAFTED}

    assert read(data(page_)).published_at is None
    assert read(data(page_ | {"author": "Jo Low"})).published_at is not None
    assert read(
        data(page_) + "<meta property=article:published_time content=2024-03-01>"
    ).published_at


def test_numbers_that_may_be_read_in_two_ways_are_read_as_another_signal_tells_them() -> None:
    head = "<meta property=article:published_time content='02-01-2026'>"

    assert read(head, "<p>February 1, 2025</p>").published.value.day.isoformat() == "2026-01-02"
    told = read(head.replace("2026", "2025"), "<p>February 1, 2025</p>").published
    assert told.value.day.isoformat() == "2025-02-01"
    assert len(told.signals) == 2


def test_an_instant_is_told_in_the_zone_that_any_signal_tells() -> None:
    head = data(article(datePublished="2026-01-08T02:00:00+0000"))

    told = read(head, "<time datetime=2026-01-07T21:00:00-05:00>Wednesday</time>").published
    assert told.value.at.isoformat() == "2026-01-07T21:00:00-05:00"


def test_a_day_later_than_the_instant_tells_a_zone_to_the_east() -> None:
    head = data(article(datePublished="2026-01-07T23:00:00Z"))

    told = read(head, "<p>8 January 2026</p>").published.value
    assert told.day.isoformat() == "2026-01-08"
    assert told.at == datetime(2026, 1, 7, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        "<p>On 2 January 2020, the old mole fell into the sea and was built again in a year.</p><p>8. 1. 2026</p>",
        "<time datetime='on Thursday January 8, 2026 @08:00AM'></time>",
        "<p>2026. 1. 8.</p>",
        "<p>8 \u044f\u043d\u0432\u0430\u0440\u044f 2026</p>",
    ],
)
def test_a_text_that_is_there_to_tell_a_date_is_read(body: str) -> None:
    assert read(body=body).published.value.day.isoformat() == "2026-01-08"


@pytest.mark.parametrize(
    "label", ["Actualizado:", "Обновлено", "最終更新日", "Zaktualizowano", "최종수정"]
)
def test_a_date_of_a_change_is_none_of_publication_in_any_language(label: str) -> None:
    shown = read(body=f"<p>8 January 2026</p><p>{label} 2026-01-09</p>").published
    assert shown.value.day.isoformat() == "2026-01-08"
    assert read(body=f"<p>{label} 2026-01-09</p>").published.signals == ("shown as updated",)


def test_a_pictures_address_tells_the_day_where_nothing_else_does() -> None:
    head = "<meta property=og:image content=https://pics.thequay.example/2026/01/07/mole.jpg>"

    assert read(head).published.signals == ("og:image",)
    assert read(head, "<p>8 January 2026</p>").published.value.day.isoformat() == "2026-01-08"


def test_a_date_of_other_reports_far_from_the_title_is_no_signal() -> None:
    others = "<p>1,000 words</p>" * 60 + "<ul><li>3 March 2024: ferries stop</li></ul>"

    assert read(body=others).published_at is None


def test_a_date_after_the_fetch_is_no_signal_and_the_address_is_one() -> None:
    html = b"<meta name=date content=2026-02-01><h1>Tides rise</h1>"
    told = extract_page(html, "https://quay.example/2026/01/08/tides", fetched_at=AT)

    assert told.published_at == datetime(2026, 1, 8, tzinfo=UTC)
    assert told.published.signals == ("address",)


def test_expiry_is_no_publication_and_a_change_is_told_apart() -> None:
    head = "<meta property=article:expiration_time content=2026-01-01T00:00:00Z>"
    head += "<meta property=article:modified_time content=2026-01-09T07:00:00Z>"
    told = read(head)

    assert told.published_at is None
    assert told.modified_at == datetime(2026, 1, 9, 7, tzinfo=UTC)


def test_a_page_that_only_says_when_it_was_changed_is_of_that_day() -> None:
    told = read(body="<p class=date>Updated January 5, 2026</p>")
    older = read(data(article(datePublished="2019-03-03")), "<p>Updated January 5, 2026</p>")

    assert told.published_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert told.published.signals == ("shown as updated",)
    assert older.published_at is not None and older.published_at.year == 2019


def test_a_date_that_says_that_it_is_the_pages_is_found_anywhere() -> None:
    told = read(body=f"{TEXT * 20}<footer>This page was last edited on 5 January 2026.</footer>")

    assert told.published_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert told.published.signals == ("labelled in the text",)


# ------------------------------------------------------------------------------------------ pictures


def test_the_picture_that_metadata_and_report_both_show_leads() -> None:
    head = "<meta property=og:image content=/share/default-share.png>"
    head += data(article(image=["https://cdn.example/0123456789ab-w640.jpg"]))
    body = (
        "<figure><img alt=Tide srcset='https://cdn.example/0123456789ab-w640.jpg 640w, "
        "https://cdn.example/0123456789ab-w1280.jpg 1280w'>"
        "<figcaption>The mole under water <span class=credit>Al Bo</span></figcaption></figure>"
    )
    first = read(head, body).pictures.value[0]

    assert first.url == "https://cdn.example/0123456789ab-w1280.jpg"
    assert (first.title, first.credit) == ("The mole under water", "Al Bo")


@pytest.mark.parametrize(
    "image",
    [
        "<img src=/site-logo.png>",
        "<img src=/pixel.gif width=1 height=1>",
        "<img src=/people/avatar-jo.jpg>",
        "<img src=/p.jpg width=32 height=32>",
        "<img src='data:image/gif;base64,R0lGOD'>",
    ],
)
def test_logos_pixels_avatars_and_icons_are_no_pictures(image: str) -> None:
    assert read(body=f"<figure>{image}</figure>").pictures.value == ()


def test_a_lazy_picture_is_found_at_its_real_address() -> None:
    body = "<figure><img src='data:image/gif;base64,R0' data-src=/tide-1200.jpg></figure>"

    assert [p.url for p in read(body=body).pictures.value] == [
        "https://www.thequay.example/tide-1200.jpg"
    ]


@pytest.mark.parametrize("glue", [", ", ",", " , "])
def test_the_largest_of_a_srcset_is_taken_however_it_is_written(glue: str) -> None:
    srcset = glue.join(("/tide-a.jpg?crop=1,2 640w", "/tide-b.jpg 1280w", "/tide-c.jpg 320w"))

    assert (
        read(body=f"<figure><img srcset='{srcset}'></figure>")
        .pictures.value[0]
        .url.endswith("b.jpg")
    )


def test_the_licence_of_a_picture_is_told() -> None:
    image = {
        "@type": "ImageObject",
        "url": "https://cdn.example/tide-2026-01.jpg",
        "license": "https://licences.example/by",
        "creditText": "Al Bo",
    }
    first = read(data(article(image=image))).pictures.value[0]

    assert (first.licence, first.credit) == ("https://licences.example/by", "Al Bo")


# -------------------------------------------------------------------- address, language, kind, topics


def test_alternates_amp_and_next_page_are_addresses() -> None:
    told = read(
        "<link rel=alternate hreflang=nb href=/nb/tides><link rel=alternate hreflang=x-default href=/t>"
        "<link rel=amphtml href=/tides/amp><link rel=next href=?page=2>"
    )

    assert told.alternates["nb"] == "https://www.thequay.example/nb/tides"
    assert told.alternates["x-default"] == "https://www.thequay.example/t"
    assert told.amp.value == "https://www.thequay.example/tides/amp"
    assert told.next.value == f"{URL}?page=2"


def test_two_canonical_links_are_none() -> None:
    links = "<link rel=canonical href=/a><link rel=canonical href=/b>"

    assert read(links).address.value == URL


def test_declarations_of_language_that_agree_outvote_the_text() -> None:
    html = f"<html lang=nb-NO><meta property=og:locale content=nb_NO>{TEXT}"
    told = extract_page(html.encode(), URL, fetched_at=AT)
    spoken = extract_page(TEXT.encode(), URL, fetched_at=AT)

    assert told.language.value == "nb-NO"
    assert (spoken.language.value, spoken.language.signals) == ("en", ("the text",))


def test_direction_follows_the_markup_and_else_the_language() -> None:
    assert extract_page(b"<html dir=rtl><p>x", URL, fetched_at=AT).direction == "rtl"
    assert extract_page(b"<html lang=he><p>x", URL, fetched_at=AT).direction == "rtl"
    assert read().direction == "ltr"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (data({"@type": "LiveBlogPosting", "headline": "Tides rise"}), "live"),
        (data({"@type": "OpinionNewsArticle", "headline": "Tides rise"}), "opinion"),
        (data({"@type": "VideoObject", "name": "Tides rise"}), "video"),
        (data({"@type": "PodcastEpisode", "name": "Tides rise"}), "audio"),
        ("<meta property=og:type content=video.other>", "video"),
        (data(article()), "article"),
    ],
)
def test_the_kind_of_page_is_told(head: str, kind: str) -> None:
    assert read(head).kind.value == kind


def test_a_press_release_is_known_by_its_address() -> None:
    told = extract_page(
        b"<h1>Tides</h1>", "https://mole.example/press-releases/tides", fetched_at=AT
    )

    assert told.kind.value == "press release"


def test_section_and_tags_are_the_publishers_words() -> None:
    told = read(
        data(article(articleSection="Harbour", keywords="tide, mole, 4711, tide")),
    )

    assert (told.section.value, told.tags.value) == ("Harbour", ("tide", "mole"))


def test_labels_and_codes_for_machines_are_no_tags() -> None:
    labelled = ["Subject: Tide", "Page Type: Article", "topic/mole", "4711"]
    codes = "<meta property=article:tag content='AER,INDG08,GEN,TPT,ASIA'>"

    assert read(codes + data(article(keywords=labelled))).tags.value == ("Tide", "mole")


def test_the_longer_list_of_tags_is_taken_where_it_has_the_other_in_it() -> None:
    head = data(article(keywords=["Tide"])) + "<meta name=keywords content='tide, mole, ferry'>"

    assert read(head).tags.value == ("tide", "mole", "ferry")


def test_the_excerpt_is_the_publishers_and_else_the_first_paragraph() -> None:
    summed = read("<meta name=description content='The tide rose, and did no harm.'>")

    assert summed.excerpt.value == "The tide rose, and did no harm."
    assert read().excerpt.value == f"1. {PROSE} Nobody was hurt, it added."


def test_a_page_tells_whether_all_may_read_it() -> None:
    assert read(data(article(isAccessibleForFree="False"))).free is False
    assert read(data(article(isAccessibleForFree=True))).free is True
    assert read().free is None


# --------------------------------------------------------------------------------------- permissions


def test_licence_and_refusal_of_models_are_permissions() -> None:
    told = read("<link rel=license href=/by><meta name=robots content='noai, max-snippet:50'>")

    assert (told.permissions.licence, told.permissions.ai) == (
        "https://www.thequay.example/by",
        False,
    )
    assert told.permissions.snippet == 50
    assert "noai in the page's robots meta" in told.permissions.why


def test_what_is_not_to_be_quoted_is_in_neither_text_nor_excerpt() -> None:
    told = read(body=f"<p data-nosnippet>Secret words of the harbour. {PROSE}</p>")

    assert "Secret" not in told.text + told.excerpt.value


# ----------------------------------------------------------------------------------- as a whole


def test_every_field_says_why() -> None:
    told = read(data(article(author="Jo Low", datePublished="2026-01-08")))
    plain = told.as_json()

    assert json.loads(json.dumps(plain))["title"] == "Tides rise"
    assert plain["why"]["title"].startswith("JSON-LD headline, h1 (1.")
    assert plain["why"]["authors"] == "JSON-LD author (0.90)"


@pytest.mark.parametrize(
    "html", [b"", b"<", b"\x00\xff", "<p>".encode("utf-16"), b"<html><svg><title>"]
)
def test_hardly_a_page_is_told_as_it_is(html: bytes) -> None:
    assert extract_page(html, "", fetched_at=AT).text == ""


def test_a_picture_is_no_page() -> None:
    with pytest.raises(Unreadable, match="not HTML"):
        extract_page(b"x", URL, {"content-type": "image/png"}, AT)


def test_fuzzed_pages_raise_nothing_else_than_unreadable() -> None:
    """1,050 mutations of a page with everything in it: cut, doubled, shuffled, poisoned."""
    dice = random.Random(20260109)
    whole = (
        "<html lang=en dir=ltr><base href=//[><title>Tides rise | Q</title>"
        "<meta property=og:image content=http://[::1/x.jpg><meta name=robots content='max-snippet:x'>"
        "<link rel='canonical alternate' hreflang=zz-zz href='//['><a rel=author href=/author/j>Jo Low</a>"
        + data(
            article(author=[{"@id": "#a"}, ["Jo"], None, 3], image=[{"url": {"@id": 1}}, [], 7]),
            {"@type": [None, 3, "Person"], "@id": "#a", "name": ["Jo Low", 4]},
            {"@type": "BreadcrumbList", "itemListElement": [{"item": 3}, 4, {"name": []}]},
        )
        + "<h1>Tides rise</h1><time datetime=9999-99-99T99:99>x</time><span class=date>32.13.2026</span>"
        "<figure><img srcset=', , 9w, a 1x' width=9e9 data-src='http://a.example:99999/x.jpg'>"
        f"<figcaption><small>©</figure><p itemprop='author datePublished'>By 1 2 3</p>{TEXT}"
    )
    poison = [
        "<",
        ">",
        '"',
        "'",
        "{",
        "}",
        "\x00",
        "\ud7ff",
        "&#0;",
        "]]>",
        "<!--",
        "é" * 9,
        "0" * 40,
    ]
    for _ in range(1_050):
        text = whole
        for _ in range(dice.randint(1, 6)):
            at, to = sorted(dice.randrange(len(text) + 1) for _ in range(2))
            change = dice.choice(["cut", "double", "swap", "poison"])
            if change == "cut":
                text = text[:at] + text[min(to, at + 60) :]
            elif change == "double":
                text = text[:to] + text[at : min(to, at + 200)] + text[to:]
            elif change == "swap":
                text = text[to:] + text[:at]
            else:
                text = text[:at] + dice.choice(poison) * dice.randint(1, 3) + text[at:]
            text = text or "<"
        try:
            extract_page(text.encode(), URL, fetched_at=AT).as_json()
        except Unreadable:
            continue


HOSTILE = {
    "headings in each other": "<h1>" * 2_500 + "x" * 1_000_000,
    "dates in each other": "<h1>t</h1>" + "<div class=date>" * 2_500 + "x" * 1_000_000,
    "bylines in each other": "<h1>t</h1>" + "<div class=author>" * 2_500 + "x" * 1_000_000,
    "metas of dates": "".join(f"<meta name=date-{n} content=2026-01-0{n % 9 + 1}>" for n in range(19_000)),
    "metas of authors": "<meta name=author content='Jo Low'>" * 19_000,
    "one meta of tags": f"<meta name=keywords content='{'tag, ' * 300_000}'>",
    "pictures": "<main><h1>t</h1>" + "<img src=/a/b.jpg>" * 60_000,
    "a srcset": f"<main><h1>t</h1><img srcset='{'a' * 900_000} b'>",
    "empty elements": "<h1>t</h1>" + "<b></b>" * 90_000,
    "lines in bad JSON": "<script type=application/ld+json>{\"a\":\"b\"" + "\n" * 900_000 + "x</script>",
    "ends in bad JSON": "<script type=application/ld+json>{" + "-->" * 90_000 + " " * 90_000 + "x</script>",
    "lists in JSON": "<script type=application/ld+json>{\"@type\":\"Article\",\"author\":"
    + "[" * 900 + "]" * 900 + "}</script>",
    "a title": "<title>" + "a | " * 300_000 + "</title>",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_told_in_time(name: str) -> None:
    started = process_time()
    with suppress(Unreadable):
        extract_page(HOSTILE[name].encode(), URL, fetched_at=AT)
    assert process_time() - started < 2
