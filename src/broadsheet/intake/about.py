"""What is this page, and of what? Address, kind, language, section, tags and excerpt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from broadsheet import urls
from broadsheet.intake import whole, words
from broadsheet.intake.harvest import Element, Harvest, folded, words_of
from broadsheet.intake.json_ld import Graph, Node, several, types
from broadsheet.intake.votes import Claim, Told, elect
from broadsheet.text import cut, right_to_left

_CANONICAL = re.compile(
    r"<([^<>]{1,2000})>\s{0,5};[^,<]{0,200}\brel\s{0,3}=\s{0,3}\"?canonical\b", re.IGNORECASE
)
_COMMA = re.compile(r"[,;\u060c\u3001\uff0c|]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")  # scripts that set no space between words
_NO_TAG = re.compile(
    r"[\d\W]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]\w*(?:\.\w+)*\.[a-z]{2,6}"
)
_CODE = re.compile(r"[A-Z][A-Z0-9:-]{1,15}")
_LABEL = re.compile(r"[A-Z][\w ]{2,25}: ?(?=\S)|[a-z]{4,14}/(?=\S)")
_IS_TOPIC = re.compile(
    r"subject|topic|tag|keyword|entity|sections|organi[sz]ation|person|place", re.IGNORECASE
)
_TAGS = frozenset(
    str.split(
        "tag tags taglist tagged topics keywords hashtags schlagwort schlagworte themen temas etiquetas"
    )
)
_SPOKEN = 1_500  # characters that tell the language of a text
_FIRST = 1_000  # characters of the text that stand for a summary
_LINKS = 20  # with rel=next that are looked at
_OWN = 5  # characters of a page's own name by which links to its next pages are found
_NUMBER = re.compile(r"[1-9][0-9]?")
_NAMED = 100  # times that a page may name itself before we look at its links
_NUMBERED = re.compile(
    rb"[/_,-](?:page|seite|pagina|p|s)?[/_-]?[1-9]|(?:/|\.[a-z]{3,5})?\?[^\"'<>]{0,200}?=[1-9]",
    re.IGNORECASE,
)
_OWN_END = re.compile(r"(?:/|\.[a-z]{3,5})?$|[/_,-][1-9][0-9]?/?$", re.IGNORECASE)
_SHORT = 15  # characters: a description that says less says nothing
_OPINION = re.compile(
    r"/(?:opinions?|commentisfree|comment(?:ary)?|editorials?|op-?eds?|columns?|columnists?|kommentare?|meinung"
    r"|tribunes?|opinion(?:e|i)|debatt|leder)/",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"/(?:live|liveblog|live-blog|liveticker|minute-by-minute|en-direct)/|\blive-?blog\b",
    re.IGNORECASE,
)
_GALLERY = re.compile(
    r"/(?:gallery|galleries|bildergalerie|fotostrecke|photos|slideshow|diaporama|in-pictures)/",
    re.IGNORECASE,
)
_PRESS = re.compile(
    r"/(?:press-?releases?|pressemitteilung(?:en)?|communiques?|news-?releases?)/", re.IGNORECASE
)
_VIDEO = re.compile(r"/(?:videos?|watch)/", re.IGNORECASE)
_KINDS = {
    "liveblogposting": "live",
    "opinionnewsarticle": "opinion",
    "imagegallery": "gallery",
    "mediagallery": "gallery",
    "videogallery": "gallery",
    "videoobject": "video",
    "audioobject": "audio",
    "podcastepisode": "audio",
    "radioepisode": "audio",
    "pressrelease": "press release",
}


def address(found: Harvest, link_header: str, status: int = 200) -> Told[str]:
    """The canonical address where it can be believed (`urls.claimed`), else where it was found."""
    links = [
        url
        for element in found.links.get("canonical", ())
        if element.tag == "link" and (url := found.absolute(element.get("href")))
    ]
    links += [urls.absolute(found.url, link) for link in _CANONICAL.findall(link_header[:5_000])]
    confirming = found.absolute(found.meta("og:url"))
    if set(links) == {found.url}:  # most pages, and nothing to weigh
        url = urls.canonical(found.url)
    else:
        url = urls.claimed(found.url, links, confirming, status)
    agrees = bool(confirming) and urls.canonical(confirming) == url
    signals = ["canonical link"] * any(urls.canonical(link) == url for link in links if link)
    signals += ["og:url"] * agrees
    if not signals:
        return Told(url, 0.6, ("where it was found",))
    return Told(url, 0.97 if len(signals) == 2 else 0.9, tuple(signals))


def amp(found: Harvest) -> Told[str]:
    """The address of its AMP form."""
    return _link(found, "amphtml")


def next_page(found: Harvest) -> Told[str]:
    """The address of the next page of the same report, told by its number.

    A link that is no `rel=next` must say the number.
    """
    for element in found.links.get("next", ())[:_LINKS]:
        url = found.absolute(element.get("href"))
        if url and whole.follows(found.url, url):
            return Told(url, 0.95, ("rel=next",))
    for element in _numbered(found):
        url = found.absolute(element.get("href"))
        said = element.text(20)
        if _NUMBER.fullmatch(said) and whole.follows(found.url, url, int(said)):
            return Told(url, 0.8, ("numbered pages",))
    return Told("")


def _numbered(found: Harvest) -> Iterator[Element]:
    """The links to the page's own address or to parameters of it, which is how pages are numbered."""
    own = _OWN_END.sub("", urls.path(found.url)).rpartition("/")[2]
    if len(own) >= _OWN and '"' not in own and "\\" not in own and _has_number(found, own):
        yield from found.links_to(own)


def _has_number(found: Harvest, own: str) -> bool:
    """Does any address in the markup go on from this name with a number, as those of pages do?

    Of most pages none does, and this is told in a tenth of the time that their links take.
    """
    if found.body is None or "&" in own:  # which markup may write in several ways
        return True
    markup, name = found.body.parser.raw_html, own.encode(errors="replace")
    place = markup.find(name)
    for _ in range(_NAMED):
        if place < 0 or _NUMBERED.match(markup, place + len(name)):
            return place >= 0
        place = markup.find(name, place + len(name))
    return True


def _link(found: Harvest, relation: str) -> Told[str]:
    for element in found.links.get(relation, ()):
        if url := found.absolute(element.get("href")):
            return Told(url, 0.95, (f"rel={relation}",))
    return Told("")


def alternates(found: Harvest) -> dict[str, str]:
    """The same report in other languages: address by language tag ("x-default" too)."""
    kept: dict[str, str] = {}
    for element in found.links.get("alternate", ())[:200]:
        tag = element.get("hreflang").strip()
        language = tag if tag == "x-default" else words.language(tag)
        if language and (url := found.absolute(element.get("href"))):
            kept.setdefault(language, url)
    return kept


def language(found: Harvest, graph: Graph, report: Node, text: str, entry: str = "") -> Told[str]:
    """By declaration; by the text as well, where one declaration stands alone or two differ."""
    claims = [
        Claim(tag, signal, weight)
        for signal, said, weight in (
            ("html lang", found.language, 0.8),
            ("JSON-LD inLanguage", graph.text(report, "inLanguage"), 0.6),
            ("og:locale", found.meta("og:locale"), 0.4),
            ("content-language", found.meta("content-language", "language", "dc.language"), 0.4),
            ("feed", entry, 0.5),
        )
        if (tag := words.language(said))
    ]
    spoken = {claim.value.partition("-")[0] for claim in claims}
    if (len(claims) < 2 or len(spoken) > 1) and (guess := words.guess_language(text[:_SPOKEN])):
        claims.append(Claim(guess, "the text", 0.6))
    return elect(claims, lambda tag: tag.partition("-")[0], "", prefer=lambda tag: "-" in tag)


def direction(found: Harvest, tongue: str) -> str:
    """ "rtl" or "ltr"."""
    if found.direction in ("rtl", "ltr"):
        return found.direction
    return "rtl" if right_to_left(tongue) else "ltr"


def kind(found: Harvest, graph: Graph, report: Node, otherwise: str = "article") -> Told[str]:
    """article, video, audio, live, gallery, opinion or press release."""
    return elect(_kinds(found, graph, report, otherwise), str, otherwise)


def _kinds(found: Harvest, graph: Graph, report: Node, otherwise: str) -> Iterator[Claim[str]]:
    for name in types(report):
        if name in _KINDS:
            yield Claim(_KINDS[name], f"JSON-LD {name}", 0.9)
    main = types(graph.nodes[0]) if graph.nodes and not report else frozenset()
    for name in sorted(main):
        if name in _KINDS:
            yield Claim(_KINDS[name], f"JSON-LD {name}", 0.8)
    told = found.meta("og:type").lower()
    if told.startswith("video"):
        yield Claim("video", "og:type", 0.75)
    elif told.startswith(("music", "audio")):
        yield Claim("audio", "og:type", 0.75)
    path = f"/{urls.path(found.url)}/"
    for pattern, name in (
        (_OPINION, "opinion"),
        (_LIVE, "live"),
        (_GALLERY, "gallery"),
        (_PRESS, "press release"),
        (_VIDEO, "video"),
    ):
        if pattern.search(path):
            yield Claim(name, "address", 0.6)
    if report:
        yield Claim("article", "JSON-LD", 0.5)
    elif otherwise:
        yield Claim(otherwise, "feed" if otherwise != "article" else "nothing else said", 0.3)


def section(found: Harvest, graph: Graph, report: Node) -> Told[str]:
    """The part of the paper in which it stands, as the page names it."""
    claims = []
    for name in (
        "article:section",
        "parsely-section",
        "section",
        "cxenseparse:category",
        "og:article:section",
        "category",
    ):
        if text := words.line(found.meta(name), 100):
            claims.append(Claim(text, name, 0.7))
    for text in graph.texts(report, "articleSection"):
        claims.append(Claim(words.line(text, 100), "JSON-LD articleSection", 0.8))
    if crumbs := _crumbs(graph):
        claims.append(Claim(crumbs[0], "breadcrumbs", 0.5))
    return elect([c for c in claims if c.value and "://" not in c.value], folded, "")


def _crumbs(graph: Graph) -> list[str]:
    """Between the home page and the report."""
    for node in graph.of_kind("breadcrumblist"):
        names = [_crumb(graph, one) for one in several(node.get("itemListElement"))[:10]]
        return [name for name in names[1:-1] if name]
    return []


def _crumb(graph: Graph, one: Any) -> str:
    if not isinstance(one, dict):
        return ""
    inner = graph.whole(one.get("item"))
    return words.line(
        graph.text(one, "name") or (graph.text(inner, "name") if isinstance(inner, dict) else ""),
        100,
    )


def tags(found: Harvest, graph: Graph, report: Node) -> Told[tuple[str, ...]]:
    """What it is about in the publisher's words, each once.

    The most trusted list, or a longer one that has most of it.
    """
    told = [
        Told(kept, weight, (signal,))
        for signal, texts, weight in (
            ("article:tag", found.metas.get("article:tag", []), 0.8),
            ("JSON-LD keywords", _keywords(graph, report), 0.75),
            ("parsely-tags", found.metas.get("parsely-tags", []), 0.7),
            ("news_keywords", found.metas.get("news_keywords", []), 0.7),
            ("keywords", found.metas.get("keywords", []), 0.6),
            *((name, contents, 0.5) for name, contents in found.metas.items() if _of_tags(name)),
        )
        if (kept := _listed(texts))
    ]
    if not told:
        linked = _listed([e.text(60) for e in _topics(found) if _is_tag(e)])
        return Told(linked, 0.4, ("links to topics",)) if linked else Told(())
    best = next((list for list in told if not _is_heap(list.value)), told[0])
    known = {folded(tag) for tag in best.value}
    for other in told:
        shared = len(known & {folded(tag) for tag in other.value})
        longer = len(other.value) > len(best.value) and best.signals != ("article:tag",)
        if longer and shared >= 0.7 * len(known):
            best = other
    return best


def _listed(texts: list[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for text in texts[:200]:
        parts = _COMMA.split(text[:5_000])[:200]
        if len(parts) == 1 and not text.isascii() and _UNSPACED.search(text):
            parts = text.split()
        for part in parts:
            tag = _unlabelled(words.line(part, 100).strip("#\"' "))
            if tag and not _NO_TAG.fullmatch(tag):
                kept.setdefault(folded(tag), tag)
    tags = tuple(kept.values())
    return () if len(tags) > 4 and _are_codes(tags) else tags[:50]


def _are_codes(tags: tuple[str, ...]) -> bool:
    return sum(bool(_CODE.fullmatch(tag)) for tag in tags) > 0.7 * len(tags)


def _unlabelled(tag: str) -> str:
    """Without "Subject:" or "topic/"; "" for what such a label calls no topic ("Page Type: Live")."""
    label = _LABEL.match(tag)
    if not label:
        return tag
    return tag[label.end() :] if _IS_TOPIC.search(label[0]) else ""


@lru_cache(1 << 12)
def _of_tags(name: str) -> bool:
    """Is this the name of another meta for tags, as "sailthru.tags"?"""
    return "tags" in words_of(name) and name not in ("article:tag", "parsely-tags")


def _is_heap(tags: tuple[str, ...]) -> bool:
    """Is it all tags in one string, without a sign between them?"""
    return len(tags) == 1 and len(tags[0].split()) > 4


def _topics(found: Harvest) -> Iterator[Element]:
    yield from found.links.get("tag", ())
    yield from found.links_to("/tag", "/topic", "/thema", "/theme", "/tema", "/sujet")


def _is_tag(element: Element) -> bool:
    """Does the link stand in a box of tags, or call itself one?"""
    return "tag" in element.get("rel") or any(
        not _TAGS.isdisjoint(
            words_of(f"{node.attributes.get('class')} {node.attributes.get('id')}")
        )
        for node in element.above(4)
    )


def _keywords(graph: Graph, report: Node) -> list[str]:
    return [
        text
        for value in several(report.get("keywords"))
        for text in graph.texts({"k": value}, "k")
        if "://" not in text
    ]


def excerpt(found: Harvest, graph: Graph, report: Node, paragraph: str) -> Told[str]:
    """The publisher's own summary; where there is none the report's first `paragraph`."""
    claims = [
        Claim(said, signal, weight, family)
        for signal, family, weight, told in (
            ("JSON-LD description", "data", 0.78, graph.text(report, "description")),
            ("dc.description", "dc", 0.8, found.meta("dc.description", "dcterms.description")),
            ("og:description", "og", 0.75, found.meta("og:description")),
            ("description", "page", 0.65, found.meta("description")),
            ("twitter:description", "page", 0.55, found.meta("twitter:description")),
        )
        if len(said := words.line(told, 5_000)) >= _SHORT
    ]
    if claims:
        return elect(claims, folded, "")
    first = cut(paragraph, _FIRST)
    return Told(first, 0.4, ("its first paragraph",)) if first else Told("")
