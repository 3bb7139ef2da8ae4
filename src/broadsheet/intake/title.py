"""What is the report called? Its headline, without the site's name around it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from broadsheet import urls
from broadsheet.intake import words
from broadsheet.intake.harvest import TOPS, Element, Harvest, folded
from broadsheet.intake.json_ld import Graph, Node, is_news
from broadsheet.intake.rules import WEIGHT, Rule
from broadsheet.intake.votes import Claim, Told, elect

_SEPARATOR = re.compile(
    r"\s+[|\u2013\u2014\u00b7\u2022\u00ab\u00bb:/\u203a-]{1,3}\s+|\s*[|\u00bb\u2502\u3163\uff5c]\s*|\s*--\s*"
)
_SIGNS = frozenset("|\u2013\u2014\u00b7\u2022\u00ab\u00bb:/\u203a-\u2502\u3163\uff5c")
_CUT_OFF = ("\u2026", "...")
# How often a signal is right where it is there: fundtest_dev and wcxb_dev, 2026-11-24.
_METAS = {
    "og:title": 0.6,
    "twitter:title": 0.55,
    "parsely-title": 0.7,
    "sailthru.title": 0.6,
    "dc.title": 0.5,
    "dcterms.title": 0.5,
    "headline": 0.75,
    "citation_title": 0.75,
    "cxenseparse:title": 0.5,
}
_H1, _ONE_OF_H1, _HEADLINE, _NAME, _MARKED, _HEAD = 0.9, 0.75, 0.75, 0.4, 0.7, 0.5
_NEWS = 0.97  # a newsroom writes it there; others leave it to a plugin for search engines
_ALIKE, _UNLIKE = 0.25, 0.5
_UNKNOWN_CUT = 0.3  # a cut whose lost piece is not known to be the site's name
_WHOLE, _PIPED = 0.7, 0.5  # a title of which no piece is known; with a bar before the last one
_APART = 0.65  # of the two that a newsroom wrote: 11 of 13 pages of fundtest_dev, 2026-11-24
_SHARED_TOO = ("twitter:title", "microdata headline")
_TOLD = 0.5  # the entry of a feed


def elect_title(
    found: Harvest,
    graph: Graph,
    report: Node,
    sites: Iterable[str],
    entry: str = "",
    rule: Rule | None = None,
) -> Told[str]:
    """The headline. `sites` are names that the site may have; `entry` is the feed's title."""
    names = {name for site in sites if (name := folded(site))}
    ruled = list(_ruled(found, rule))
    claims = [
        claim
        for claim in [*_claims(found, graph, report, names, entry), *ruled]
        if (name := folded(claim.value)) and name not in names
    ]
    apart = _apart(claims) if is_news(report) and not ruled else None
    if apart and folded(entry) in ("", folded(apart.value)):
        return Told(apart.value, _APART, (apart.signal,))
    return elect(claims, folded, "")


def _apart(claims: list[Claim[str]]) -> Claim[str] | None:
    """The headline that a newsroom wrote for readers elsewhere, if it wrote one of its own.

    Where the page's heading and title are one, and either the structured data or the title for
    sharing says something else, somebody wrote that to stand alone, as in our lists. A title for
    sharing that no other signal has is one network's teaser. The entry of a feed is written so too,
    and has the last word.
    """
    best: dict[str, Claim[str]] = {}
    for claim in claims:
        known = best.get(claim.signal)
        if known is None or claim.weight > known.weight:
            best[claim.signal] = claim
    said = {signal: folded(claim.value) for signal, claim in best.items()}
    if said.get("h1") is None or said["h1"] != said.get("title"):
        return None
    others = [s for s in ("JSON-LD headline", "og:title") if s in said and said[s] != said["h1"]]
    if len(others) != 1:
        return None
    alone = all(said.get(signal) != said[others[0]] for signal in _SHARED_TOO)
    return None if others[0] == "og:title" and alone else best[others[0]]


def _claims(
    found: Harvest, graph: Graph, report: Node, names: set[str], entry: str
) -> Iterator[Claim[str]]:
    heads = [
        text
        for text in (found.title, found.meta("og:title"), graph.text(report, "headline"), entry)
        if text
    ]
    tops = [
        text
        for element in islice((e for e in found.headings if e.tag == "h1"), TOPS)
        if (text := html.unescape(element.text()))
        and (text in heads or not _leads_home(element, found))
    ]
    cuts = [next(_cuts(head, names))[0] for head in heads]
    for text in tops[:8]:
        if _is_beside(text, heads, found.title):
            continue
        shared = _shared(text, heads) if heads else 1.0
        weight = _H1 if len(tops) == 1 else _ONE_OF_H1
        kickerless = next((cut for cut in cuts if cut != text and text.endswith(cut)), "")
        if (
            kickerless
        ):  # "Premier League Quay beat Mole": the first words stand in a box of their own
            yield Claim(kickerless, "h1", weight, "h1")
        yield Claim(text, "h1", weight if shared >= _ALIKE else weight * _UNLIKE, "h1")
    for element in found.properties.get("headline", ())[:1]:
        yield Claim(element.get("content") or element.text(), "microdata headline", _MARKED, "h1")
    news = is_news(report)
    for key, weight in (("headline", _NEWS if news else _HEADLINE), ("name", _NAME)):
        for text, share in _cuts(words.line(graph.text(report, key)), names):
            yield Claim(
                text, f"JSON-LD {key}", _doubted(text, weight * share), "news" if news else "head"
            )
    for name, weight in _METAS.items():
        for content in found.metas.get(name, ())[:1]:
            for text, share in _cuts(words.line(content), names):
                yield Claim(text, name, _doubted(text, weight * share), "head")
    for text, share in _cuts(found.title, names):
        yield Claim(text, "title", _doubted(text, _HEAD * share), "head")
    if entry:
        yield Claim(entry, "feed entry", _TOLD)


def _leads_home(element: Element, found: Harvest) -> bool:
    """Is all of it a link to the front page? Then it is the site's name, above each of its pages."""
    link = element.node.css_first("a[href]")
    if link is None or folded(link.text(separator=" ")) != folded(element.text()):
        return False
    target = found.absolute((link.attributes.get("href") or "").strip())
    return bool(target) and not urls.path(target) and urls.same_site(target, found.url)


def _is_beside(text: str, heads: list[str], title: str) -> bool:
    """Is the title this text and another head beside each other? Then it is the site's name."""
    whole, name = folded(title), folded(text)
    rests = {whole.removeprefix(name), whole.removesuffix(name)} - {whole, ""}
    return any(folded(head) in rests for head in heads)


def _ruled(found: Harvest, rule: Rule | None) -> Iterator[Claim[str]]:
    if rule and (ruled := rule.read(found.body, "title")):
        yield Claim(ruled[0], f"rule for {rule.name}", WEIGHT, "h1")


def _shared(text: str, others: list[str]) -> float:
    """The most of its words that another title has."""
    said = set(text.casefold().split())
    return max(len(said & set(other.casefold().split())) / max(len(said), 1) for other in others)


def _doubted(text: str, weight: float) -> float:
    return weight / 2 if text.endswith(_CUT_OFF) else weight


def _cuts(text: str, names: set[str]) -> Iterator[tuple[str, float]]:
    """The title whole and cut at its separators, each with the share of belief that it keeps."""
    label, colon, rest = text.partition(": ")
    if colon and folded(label).removesuffix("blog") in names:  # "The Quay Blog: Headline"
        text = rest
    places = _separators(text)
    if not places:
        yield text, 1.0
        return
    first, last = places[0], places[-1]
    if is_site(text[last.end() :], names):
        yield text[: last.start()], 1.0
        if len(places) > 1:  # "Headline | Section | Site"
            yield text[: places[-2].start()], _UNKNOWN_CUT
        return
    if is_site(text[: first.start()], names):
        yield text[first.end() :], 1.0
        return
    if "|" in last[0]:
        yield text, _PIPED
        yield text[: last.start()], _WHOLE
        return
    yield text, _WHOLE
    for place in places:
        yield text[: place.start()], _UNKNOWN_CUT
    yield text[first.end() :], _UNKNOWN_CUT / 2


@lru_cache(1 << 8)  # a page says its title five times
def _separators(text: str) -> tuple[re.Match[str], ...]:
    """The first signs that part a title."""
    return () if _SIGNS.isdisjoint(text) else tuple(islice(_SEPARATOR.finditer(text), 6))


def is_site(piece: str, names: set[str]) -> bool:
    """Is this piece of a title a name of the site, or one with a word or two more?"""
    name = folded(piece)
    return bool(name) and any(
        name == known
        or (len(known) > 3 and known in name and len(name) < len(known) + 14)
        or (len(name) > 3 and name in known and len(piece.split()) <= 4)
        for known in names
    )


def pieces(text: str) -> list[str]:
    """A title cut at all its separators."""
    places = _separators(text)
    starts = [0, *(place.end() for place in places)]
    ends = [*(place.start() for place in places), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def last_pieces(text: str) -> tuple[str, ...]:
    """What stands after the last separator of a title, and before the first."""
    places = _separators(text)
    return (text[places[-1].end() :], text[: places[0].start()]) if places else ()


def host_names(url: str) -> tuple[str, ...]:
    """What the address itself says of the site's name: "the-quay" of news.the-quay.example."""
    domain = urls.domain(url)
    return (domain.partition(".")[0], domain) if domain else ()
