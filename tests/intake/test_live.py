"""Is a report written while it happens, and what are its entries?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from time import process_time

import pytest

from broadsheet.intake import Page, extract_page, page
from broadsheet.intake.describe import as_html
from broadsheet.model import Fetched, Item, Update

AT = datetime(2026, 1, 9, 18, tzinfo=UTC)
URL = "https://quay.example/harbour-fire"
SAID = (
    "{} The harbour board said that nobody was hurt when the fire reached the {} shed of the quay."
)
SHEDS = ("first", "second", "third", "fourth", "fifth", "sixth")
TIMES = [f"2026-01-09T{hour}:30:00+01:00" for hour in range(15, 9, -1)]
HEADINGS = [f"Fire reaches the {shed} shed" for shed in reversed(SHEDS)]


def read(body: str, head: str = "") -> Page:
    html = f"<html lang=en><head>{head}</head><body>{body}</body></html>"
    return extract_page(html.encode(), URL, fetched_at=AT)


def shown(
    tag: str = "article",
    times: list[str] = TIMES,
    name: str = "update",
    datetime_: str = "datetime",
) -> str:
    entries = "".join(
        f"<{tag} class={name}><time {datetime_}='{at}'>{at[11:16]}</time><h2>{heading}</h2>"
        f"<p>{SAID.format(heading[17:], heading[17:-5])}</p></{tag}>"
        for at, heading in zip(times, HEADINGS, strict=True)
    )
    return (
        "<main><h1>Fire at the harbour: live</h1>"
        "<p>A fire broke out at the harbour on Friday morning; we tell it as it happens.</p>"
        f"<div class=updates>{entries}</div></main>"
    )


def data(**more: object) -> str:
    updates = [
        {"@type": "BlogPosting", "headline": heading, "datePublished": at, **more}
        for at, heading in zip(TIMES, HEADINGS, strict=True)
    ]
    node = {"@type": "LiveBlogPosting", "headline": "Fire at the harbour: live",
            "liveBlogUpdate": updates}  # fmt: skip
    return f"<script type=application/ld+json>{json.dumps(node)}</script>"


def test_structured_data_tells_when_each_entry_of_the_text_was_written() -> None:
    told = read(shown(datetime_="title"), data())

    assert told.kind.value == "live"
    assert [entry.at.isoformat() for entry in told.body.entries] == TIMES
    assert [entry.heading for entry in told.body.entries] == HEADINGS
    lines = told.text.split("\n")
    assert lines[:2] == [
        "A fire broke out at the harbour on Friday morning; we tell it as it happens.",
        "2026-01-09 15:30 Fire reaches the sixth shed",
    ]
    assert "14:30 Fire reaches the fifth shed" in lines and "15:30" not in lines


def test_boxes_that_each_have_a_time_make_a_live_report() -> None:
    for tag in ("article", "section", "div", "li"):
        told = read(shown(tag))

        assert told.kind.value == "live" and len(told.body.entries) == 6
        assert told.as_json()["entries"][0] == {
            "at": TIMES[0],
            "heading": HEADINGS[0],
            "text": SAID.format("sixth shed", "sixth"),
        }


def test_entries_that_the_page_does_not_show_come_from_its_data() -> None:
    body = (
        "<main><h1>Fire at the harbour: live</h1><p>A fire broke out on Friday morning.</p></main>"
    )
    told = read(body, data(articleBody="<p>Nobody was hurt, said the board &amp; its master.</p>"))

    assert len(told.body.entries) == 6 and told.text.startswith("A fire broke out")
    assert told.body.entries[0].parts[0].text == "Nobody was hurt, said the board & its master."


def test_what_may_not_be_quoted_is_not_taken_from_the_data() -> None:
    body = "<main><h1>Fire: live</h1><p>A fire broke out.</p><p data-nosnippet>Nobody was hurt.</p>"
    told = read(body, data(articleBody="Nobody was hurt."))

    assert "Nobody was hurt" not in told.text and told.body.entries == ()


def test_the_oldest_first_is_turned_round() -> None:
    told = read(shown(times=TIMES[::-1]), data())

    assert [entry.at for entry in told.body.entries] == sorted(
        (entry.at for entry in told.body.entries), reverse=True
    )


def test_html_has_a_section_an_entry_with_its_time() -> None:
    html = as_html(read(shown().replace("sixth", "sixth &lt;b&gt;")))

    assert html.count("<section>") == html.count("</section>") == 6
    time = '<time datetime="2026-01-09T15:30:00+01:00">2026-01-09 15:30</time>'
    assert f"<h2>{time} Fire reaches the sixth &lt;b&gt; shed</h2>" in html


DAYS = [f"2026-01-{day:02}T09:30:00Z" for day in (9, 8, 6, 5, 3, 2)]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (shown(times=DAYS), "posts of days are a blog, not a live report"),
        (shown(times=TIMES[::-1]), "oldest first is a thread, unless the page calls itself live"),
        (shown(name="comment"), "comments"),
        (shown(times=[TIMES[0]] * 6), "one time for all is no time of an entry"),
        (shown(times=["soon"] * 6), "no times"),
    ],
)
def test_other_lists_with_times_are_not_live(body: str, why: str) -> None:
    assert read(body).body.entries == (), why


@pytest.mark.parametrize(
    "updates",
    ["x", [], [1, None, "x", {}], {"headline": "x"}, [{"headline": ["x"], "datePublished": {}}],
     [{"headline": "x", "datePublished": "2027-01-01T00:00:00Z"}]],
)  # fmt: skip
def test_data_in_no_form_and_times_to_come_are_no_entries(updates: object) -> None:
    node = {"@type": "LiveBlogPosting", "liveBlogUpdate": updates}
    told = read(f"<p>{SAID}</p>", f"<script type=application/ld+json>{json.dumps(node)}</script>")

    assert told.body.entries == () and told.text


def test_microdata_tells_the_same() -> None:
    body = shown().replace("<article class=update>", "<article itemprop=liveBlogUpdate itemscope>")
    for at, heading in zip(TIMES, HEADINGS, strict=True):
        body = body.replace(
            f"<time datetime='{at}'>{at[11:16]}</time><h2>{heading}</h2>",
            f"<meta itemprop=datePublished content='{at}'><h2 itemprop=headline>{heading}</h2>",
        )

    told = read(body)

    assert [entry.heading for entry in told.body.entries] == HEADINGS


ROW = "<div><div><div><time datetime=2026-01-09T{:02}:{:02}Z></time><p>{}</p></div></div></div>"


@pytest.mark.parametrize(
    "body",
    [
        "".join(ROW.format(n // 60 % 15, n % 60, SAID) for n in range(5_000, 0, -1)),
        "<div itemprop=liveBlogUpdate>" * 1_500 + f"<p itemprop=headline>{SAID * 20_000}</p>",
        data(articleBody=SAID * 500) + f"<p>{SAID}</p>" * 9_000,
        "<time datetime=2026-01-09T10:30Z>" * 2_000,
    ],
)
def test_what_a_hostile_page_repeats_takes_no_time(body: str) -> None:
    begun = process_time()

    read(body)

    assert process_time() - begun < 2


def test_an_article_has_the_headings_of_its_newest_entries_in_utc() -> None:
    html = f"<html lang=en><body>{shown()}</body></html>"
    item = Item("x", URL, "quay", AT)

    article = page.extract(item, Fetched(URL, html.encode(), AT, final_url=URL))

    assert article.type == "live" and len(article.updates) == 6
    first = datetime(2026, 1, 9, 14, 30, tzinfo=UTC)
    assert article.updates[0] == Update(first, "Fire reaches the sixth shed")
