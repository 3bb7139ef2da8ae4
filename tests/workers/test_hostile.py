"""Pages and feeds made to hurt go through the workers: each is read or refused, in time.

`just hostile` makes many more of them (BROADSHEET_HOSTILE).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

from broadsheet.assemble import open_parsers, open_plugins
from broadsheet.config import Parsing
from broadsheet.errors import Unreadable
from broadsheet.model import Fetched, Reading, Source
from broadsheet.testing import NOON, feed, item, page, portal
from broadsheet.workers.parse import InProcess

COUNT = int(os.environ.get("BROADSHEET_HOSTILE", "300"))
LIMIT = Parsing(cpu=timedelta(seconds=2), wall=timedelta(seconds=60))
TYPES = ("text/html", "text/html; charset=utf-16", "application/xml", "", "text/html; charset=gbk")
TAGS = [
    "div",
    "p",
    "a",
    "b",
    "table",
    "tr",
    "td",
    "svg",
    "math",
    "template",
    "select",
    "form",
    "button",
    "frameset",
    "noscript",
    "li",
]
ENTRY = "<item><title>T</title><link>https://a.example/{n}</link>{more}</item>"


def deep(chance: Random) -> str:
    tag = chance.choice(TAGS)
    return f"<{tag}>" * chance.choice([50, 199, 2_900, 100_000]) + "text"


def wide(chance: Random) -> str:
    return "<p " + " ".join(f"a{n}='{n}'" for n in range(chance.choice([100, 2_999, 50_000]))) + ">"


def misnested(chance: Random) -> str:
    tags = chance.choices(TAGS, k=2_000)
    return "".join(f"<{chance.choice(['', '/'])}{tag}>x" for tag in tags)


def unclosed(chance: Random) -> str:
    return chance.choice(
        ["<!--", "<![CDATA[", "<script>", "<style>", "<a href='", "<?", "<title>"]
    ) * (chance.choice([1, 100, 4_000]))


def references(chance: Random) -> str:
    made = [
        "&#0;",
        "&#xD800;",
        "&#x110000;",
        "&#" + "9" * 30 + ";",
        "&nbsp",
        "&" + "a" * 500,
        "&&;",
    ]
    return "".join(chance.choices(made, k=3_000))


def letters(chance: Random) -> str:
    made = [
        "\u202e",
        "\u200b",
        "\ufeff",
        "\x00",
        "\x08",
        "\u0301" * 50,
        "\U0001f468\u200d",
        "\ufffe",
    ]
    return "".join(chance.choices(made, k=2_000))


def entities(chance: Random) -> str:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{lines}]><x>&e11;</x>'


def structured(chance: Random) -> str:
    nest = chance.choice([10, 900, 50_000])
    said = chance.choice(
        [
            "[" * nest,
            '{"@graph":' * nest + "1" + "}" * nest,
            json.dumps(
                {"@type": ["NewsArticle"] * 999, "author": [[[{"name": None}]]], "image": 7}
            ),
            '{"@type":"Article","datePublished":1e999,"headline":{"x":[]}}',
            '{"n":' + "9" * 10_000 + "}",
        ]
    )
    return f'<script type="application/ld+json">{said}</script><p>text</p>'


def dates(chance: Random) -> str:
    odd = ["9" * 4_000, "0000-00-00", "32 Foo 99999 25:61", "1e400", "\u0663\u0660/12", "T" * 9_000]
    said = chance.choice(odd)
    return f'<meta property="article:published_time" content="{said}"><pubDate>{said}</pubDate>'


def addresses(chance: Random) -> str:
    odd = ["javascript:alert(1)", "https://[::1", "//", "https://a.example:99999999/", "data:,x"]
    said = chance.choice([*odd, "https://" + "a." * 5_000, "https://" + "xn--" * 60 + ".example"])
    return f'<link rel="canonical" href="{said}"><link rel=amphtml href="{said}"><img src="{said}">'


def scripts(chance: Random) -> str:
    odd = ["<script>alert(1)</script>", "<svg onload=alert(1)>", "<img src=x onerror=alert(1)>"]
    return "".join(chance.choices([*odd, "]]>", "-->", "<math><mtext></table>"], k=500))


def words(chance: Random) -> str:
    """Long runs on which a careless pattern backtracks."""
    unit = chance.choice(
        ["a", " ", "a@", "-", "a.", "(", "\t\n", "' ", "https://", "&amp;", "#", "| "]
    )
    return unit * chance.choice([1_000, 100_000, 400_000])


KINDS: tuple[Callable[[Random], str], ...] = (
    deep, wide, misnested, unclosed, references, letters, entities,
    structured, dates, addresses, scripts, words,
)  # fmt: skip


def document(chance: Random, n: int) -> bytes:
    """One hostile page or feed: some of the kinds where text, markup or a whole document may be."""
    pieces = "".join(kind(chance) for kind in chance.choices(KINDS, k=chance.randint(1, 3)))
    whole = chance.choice(
        [
            pieces,
            f"<html><head>{pieces}</head><body><h1>T</h1><p>text</p></body></html>",
            f"<html><head><title>{pieces}</title></head><body><article>{pieces}</article></body>",
            f"<rss><channel>{ENTRY.format(n=n, more=pieces)}</channel></rss>",
            f"<rss><channel><title>{pieces}</title>{ENTRY.format(n=n, more='')}</channel></rss>",
            f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>{pieces}</id></entry></feed>",
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": pieces}]}),
            feed({"https://a.example/1": "T"}).decode() + pieces,
            page("A text.", pieces).decode(),
            f"<urlset><url><loc>https://a.example/{n}</loc>{pieces}</url></urlset>",
            f"<urlset><url><loc>https://a.example/{n}</loc><title>{pieces}</title></url></urlset>",
        ]
    )
    data = bytearray(whole.encode("utf-8", "surrogatepass"))
    for _ in range(chance.choice([0, 0, 5, 200])):  # torn and flipped
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.choice([len(data), len(data), chance.randrange(1, len(data) + 1)])])


def reading(n: int) -> Reading:
    chance = Random(n)
    url = f"https://a.example/{n}"
    headers = {"content-type": chance.choice(TYPES)}
    fetched = Fetched(url, document(chance, n), NOON, final_url=url, headers=headers)
    if b"<urlset" in fetched.body[:500]:
        return Reading("sitemap", Source("news", sitemap=url), fetched)
    if n % 2:
        return Reading("feed", Source("news", feed=url), fetched)
    return Reading("page", item(url), fetched)


def test_hostile_pages_and_feeds_are_read_or_refused_in_time_as_they_are_here() -> None:
    registry = open_plugins(portal(parsing=LIMIT))
    pool = open_parsers(registry)
    results = []

    for first in range(0, COUNT, 100):
        results += pool.parse([reading(n) for n in range(first, min(first + 100, COUNT))])

    pool.close()
    here = InProcess(registry).parse([reading(n) for n in range(50)])
    assert list(map(repr, here)) == list(map(repr, results[:50]))
    refused = {r.url: r.reason for r in results if isinstance(r, Unreadable)}
    wild = {url: why for url, why in refused.items() if "failed:" in why or "died" in why}
    slow = {url: why for url, why in refused.items() if "parsing." in why}
    assert Counter(map(type, results))[Unreadable] < COUNT * 0.9  # most are read after all
    assert (wild, slow) == ({}, {})
