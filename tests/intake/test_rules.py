"""What do we know of a publisher's pages? Rules as data, each with its own tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from broadsheet.errors import ConfigError, Unreadable
from broadsheet.intake import extract_page, rules
from broadsheet.intake.describe import failures
from broadsheet.intake.learn import learn
from broadsheet.intake.rules import Rule
from broadsheet.model import Fetched

AT = datetime(2026, 1, 12, tzinfo=UTC)
PROSE = "The harbour board said that the tide, the highest in ten years, did no harm to the quay."
MINIMAL = 'name = "Quay"\nvalid = 2026-01-09\n'


@pytest.mark.parametrize("rule", rules.shipped(), ids=lambda rule: rule.id)
def test_every_rule_that_ships_passes_its_own_tests(rule: Rule) -> None:
    assert rule.tests
    assert failures(rule) == []


def test_a_rule_that_no_longer_holds_is_told() -> None:
    rule = next(rule for rule in rules.shipped() if rule.id == "ghost")
    page = {**rule.tests[0], "title": "Ferries stop", "authors": [], "without": "harbour"}
    changed = rules.parse(MINIMAL, "quay.toml")

    broken = rules.Rule("ghost", "Ghost", date(2026, 1, 9), tests=(page,))
    assert [line.partition(" is ")[0] for line in failures(broken)] == [
        "test 1: title",
        "test 1: authors",
        "test 1: the text has 'harbour'",
    ]
    assert failures(changed) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "quay.toml: not TOML"),
        ("name = 'Quay'", "quay.toml: valid: expected the day"),
        ("valid = 2026-01-09", "quay.toml: name: expected what the publisher is called"),
        (MINIMAL + "colour = 'blue'", "quay.toml: colour: no such key"),
        (
            MINIMAL + "[match]\ndomain = ['a']",
            "quay.toml: match.domain: no such key; there are domains",
        ),
        (MINIMAL + "[fields]\ncolour = 'p'", "quay.toml: fields.colour: no such field"),
        (MINIMAL + "[fields]\ntitle = 3", "quay.toml: title: expected a CSS selector"),
        (MINIMAL + "[fields]\ntitle = 'h1[['", "quay.toml: title: not a CSS selector: 'h1[['"),
    ],
)
def test_a_rule_that_cannot_be_used_names_place_and_remedy(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        rules.parse(text, "quay.toml")

    assert str(refused.value).startswith(message)


def test_a_rule_is_one_signal_among_others() -> None:
    html = (
        "<meta name=generator content='Ghost 6'><meta property=og:title content='Tides rise'>"
        "<h1>Tides rise</h1><h1 class=gh-article-title>Old name</h1>"
    )
    told = extract_page(html.encode(), "https://quay.example/t", fetched_at=AT)

    assert (told.rule, told.title.value) == ("Ghost", "Tides rise")


def test_what_a_rule_tells_of_the_date_is_not_overruled_by_a_change() -> None:
    html = (
        "<meta name=generator content='Ghost 6'><script type='application/ld+json'>"
        '{"@type": "BlogPosting", "headline": "Tides rise", "dateModified": "2026-01-09"}</script>'
        "<h1>Tides rise</h1><p>January 9, 2026</p>"
        "<aside class=byline-meta-content><time datetime=2024-03-01>once</time></aside>"
    )
    html = html.replace("<aside", "<i itemprop=x></i>" * 40 + "<aside")
    told = extract_page(html.encode(), "https://quay.example/t", fetched_at=AT)

    assert told.published.value.day == date(2024, 3, 1)
    assert told.published.signals == ("rule for Ghost",)


def _page(title: str, author: str, day: str, lead: str) -> Fetched:
    url = f"https://quay.example/{title.split()[0].lower()}"
    body = (
        f"<link rel=canonical href={url}><div class=story><h1 class=story-title>{title}</h1>"
        f"<span class=writer>By {author}</span><time class=stamp datetime={day}>x</time>"
        f"<div class=words><p>{lead} {PROSE}</p><p>{lead} Nobody was hurt, and all ferries sail.</p>"
        "<div class=promo-box>Read every word of the Quay for a pound a week, and cancel at will."
        "</div></div></div><div class=other>Menu of the harbour</div>"
    )
    return Fetched(url, body.encode(), AT, final_url=url)


def test_a_rule_is_learnt_from_two_pages_of_a_site_and_fits_a_third() -> None:
    first = _page("Tides rise", "Jo Low", "2026-01-09", "It was on Friday in the morning.")
    second = _page("Ferries stop", "Al Bo", "2026-01-10", "So it went on Saturday at noon.")
    third = _page("Moles mend", "Cy Dee", "2026-01-11", "This was how Sunday came to its end.")
    rule = rules.parse(learn([first, second], AT.date()), "quay.toml")

    assert (rule.domains, rule.valid, rule.drop) == (("quay.example",), AT.date(), "div.promo-box")
    assert rule.fields["title"] == "h1.story-title"
    assert rule.fields["authors"] == "span.writer"
    assert rule.fields["published"] == "time.stamp"
    assert rule.fields["text"] in ("div.story", "div.words")
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(third.body.decode()).body
    assert rule.read(body, "authors") == ["By Cy Dee"]


def test_a_day_that_only_readers_see_and_the_name_alone_are_found() -> None:
    pages = [
        _page("Tides rise", "Jo Low", "2026-01-09", "It was on Friday in the morning."),
        _page("Ferries stop", "Al Bo", "2026-01-10", "So it went on Saturday at noon."),
    ]
    shown = b"<p class=by>By <a class=who>%s</a></p><p class=day>%d January 2026</p>"
    bodies = [
        page.body.replace(b"<div class=words>", shown % (name, day) + b"<div class=words>")
        for page, name, day in zip(pages, (b"Jo Low", b"Al Bo"), (9, 10), strict=True)
    ]
    plain = [
        replace(p, body=body.replace(b"datetime", b"title"))
        for p, body in zip(pages, bodies, strict=True)
    ]
    rule = rules.parse(learn(plain, AT.date()), "quay.toml")

    assert (rule.fields["authors"], rule.fields["published"]) == ("a.who", "p.day")


def test_pages_that_teach_no_rule_are_named() -> None:
    first = _page("Tides rise", "Jo Low", "2026-01-09", "It was on Friday.")
    second = _page("Ferries stop", "Al Bo", "2026-01-10", "So it went on Saturday.")
    foreign = replace(second, url="f.html", final_url="https://mole.example/f")

    with pytest.raises(Unreadable, match=r"ferries: it has the text of .*ferries"):
        learn([first, second, second], AT.date())
    with pytest.raises(Unreadable, match=r"f\.html: it is of mole\.example, and .* of quay"):
        learn([first, foreign], AT.date())


def test_a_draft_says_what_a_person_has_to_add() -> None:
    pages = [
        replace(each, final_url=f"https://file.invalid/{n}", body=each.body.replace(b"time", b"b"))
        for n, each in enumerate(
            (
                _page("Tides rise", "Jo Low", "2026-01-09", "It was on Friday."),
                _page("Ferries stop", "Al Bo", "2026-01-10", "So it went on Saturday."),
            )
        )
    ]
    drafted = learn(pages, AT.date())

    assert rules.parse(drafted, "quay.toml").domains == ()
    for said in ("# The pages do not say where", "# published: no place that all", "# [[test]]"):
        assert said in drafted


def test_one_page_teaches_no_rule() -> None:
    with pytest.raises(Unreadable, match="two or more"):
        learn([_page("Tides rise", "Jo Low", "2026-01-09", "It was.")], AT.date())
