"""Which of a stranger's markup may we keep?"""

from __future__ import annotations

from random import Random
from time import process_time

import nh3
import pytest
from selectolax.lexbor import LexborHTMLParser

from broadsheet.intake import markup

BASE = "https://quay.example/news/"
LIVE = (
    "<script>steal()</script>",
    "<p>tide</p><script src=//bad.example/x.js></script>",
    '<img src="boat.png" onerror="steal()">',
    "<img src=boat.png onload=steal()>",
    '<a href="javascript:steal()">tide</a>',
    '<a href="&#106;avascript:steal()">tide</a>',
    '<a href="java\tscript:steal()">tide</a>',
    '<a href="vbscript:steal()">tide</a>',
    '<a href="data:text/html,<b>x</b>">tide</a>',
    "<svg onload=steal()><circle r=1></svg>",
    '<svg><a xlink:href="javascript:steal()"><text>tide</text></a></svg>',
    "<math><mi xlink:href='javascript:steal()'>x</mi></math>",
    '<iframe src="https://bad.example/"></iframe>',
    "<object data=x></object><embed src=x>",
    "<form action=https://bad.example/><input name=password></form>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed;inset:0">tide</p>',
    '<p class="fixed inset-0" id="login">tide</p>',
    '<base href="https://bad.example/">',
    '<meta http-equiv="refresh" content="0;url=https://bad.example/">',
    '<noscript><p title="</noscript><img src=x onerror=steal()>">',
    '<template><img src=x onerror="steal()"></template>',
    "<ScRiPt>steal()</sCrIpT>",
    "<scr<script>ipt>steal()</scr</script>ipt>",
    "<!--><img src=x onerror=steal()>-->",
    "<p/onclick=steal()>tide",
    "<img\nsrc=x\nonerror=steal()>",
    '<img srcset="javascript:steal() 2x" src="https://quay.example/b.png">',
    "<" * 50 + "script>steal()</script>",
)
KEPT = {*markup.TAGS, *markup.VOID}


def alive(text: str) -> list[str]:
    """What a browser would run, load as a frame or restyle by."""
    found = []
    for node in LexborHTMLParser(f"<body>{text}").css("body *"):
        tag = str(node.tag)
        if tag not in KEPT and not tag.startswith("-"):
            found.append(tag)
        for name, value in node.attributes.items():
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or name in ("style", "class", "id", "xlink:href"):
                found.append(name)
            if address.startswith(("javascript:", "vbscript:", "data:")):
                found.append(address)
    return found


@pytest.mark.parametrize("text", LIVE)
@pytest.mark.parametrize("base", ["", BASE])
def test_nothing_that_runs_is_left(text: str, base: str) -> None:
    assert alive(text), "the example itself must be alive"
    assert not alive(markup.sanitize(text, base))


def test_plain_markup_stays_as_it_is() -> None:
    text = (
        '<h2>Tides</h2><p lang="da">A &amp; <strong>b</strong> <a href="https://quay.example/?a=1'
        '&amp;b=2" rel="nofollow">c</a><br /></p><ul><li>d</li></ul>'
        '<img src="https://quay.example/p.jpg" alt="e" width="1" />'
    )
    assert markup.sanitize(text, BASE) == text


def test_what_an_editor_adds_is_left_out() -> None:
    text = '<p class="lead" id="x" data-n="1">1 &lt; 2 class="kept"<img src="https://a.example/p" class="w"></p>'
    assert markup.sanitize(text) == ('<p>1 &lt; 2 class="kept"<img src="https://a.example/p"></p>')


def test_relative_addresses_become_absolute() -> None:
    text = markup.sanitize('<a href=" ../a ">b</a><img src="p.jpg">', BASE)
    assert 'href="https://quay.example/a"' in text
    assert 'src="https://quay.example/news/p.jpg"' in text


def test_elements_left_open_are_closed() -> None:
    assert markup.sanitize("<p><b>a") == "<p><b>a</b></p>"
    assert markup.sanitize("a</div></div>") == "a"


def test_numbered_characters_have_the_meaning_that_browsers_give_them() -> None:
    assert markup.sanitize("it&#146;s") == "it&#x2019;s"


def test_in_what_the_grammar_accepts_nh3_finds_nothing_to_take_out() -> None:
    chance = Random(4)
    for _ in range(300):
        text = _grown(chance, depth=0)
        assert markup._HARMLESS.fullmatch(text), text
        ours, theirs = markup.sanitize(text, BASE), nh3.Cleaner.clean(markup._cleaner(BASE), text)
        assert _tree(ours) == _tree(theirs)


def _grown(chance: Random, depth: int) -> str:
    if depth > 4:
        return "tide"
    parts = []
    for _ in range(chance.randint(0, 3)):
        # No element that HTML moves elsewhere or closes by itself.
        tag = chance.choice(("b", "i", "em", "span", "sub", "code", "div", "blockquote"))
        said = chance.choice(
            ("", ' lang="da"', ' class="x"', ' title="a &amp; b"', ' rel="x" data-y="z"')
        )
        inner = _grown(chance, depth + 1) if tag not in ("b", "i", "em", "code") else "a &lt; b"
        parts.append(f"<{tag}{said}>{inner}</{tag}> & ")
        if chance.random() < 0.3:
            parts.append('<img src="https://quay.example/p?a=1&amp;b" alt="x" /><br>')
    return "tide ".join(parts)


def _tree(text: str) -> str:
    body = LexborHTMLParser(f"<body>{text}").body
    assert body is not None
    return str(body.html)


@pytest.mark.parametrize(
    "text",
    [
        "<p>" * 100_000,
        "<b>" * 3_500 + "tide" + "</b>" * 3_500,
        "<p " + "a='1' " * 100_000 + ">",
        "<" * 300_000,
        '<p title="' * 50_000,
        "<p lang=" * 50_000,
        "<div><p>" * 20_000 + "</p>" * 20_000,
    ],
)
def test_hostile_markup_costs_little_and_is_harmless(text: str) -> None:
    begun = process_time()
    found = markup.sanitize(text)
    assert process_time() - begun < 2
    assert not alive(found[:1_000])


def test_markup_is_told_from_text() -> None:
    assert markup.is_markup("a <b>b</b>") and markup.is_markup("AT&amp;T")
    assert not markup.is_markup("1 < 2 > 0 & AT&T <3 <unknown>")
