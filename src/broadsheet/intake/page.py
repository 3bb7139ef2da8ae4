"""What does this page report? One parse gives what it says of itself, and its text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import body, dates, guard, images, permissions, words
from broadsheet.intake.evidence import Evidence
from broadsheet.model import Article, Fetched, Image, Item, Permissions
from broadsheet.plugins import Plugins
from broadsheet.text import clean_text

_OF_PAGES = ("text/html", "application/xhtml", "application/xml", "text/xml", "text/plain")
_CONSENT = re.compile(
    r"before you continue|we value your privacy|we and our (?:\w+ )?partners"
    r"|accept (?:all )?cookies|manage (?:your )?(?:cookies|choices|preferences)"
    r"|your privacy choices|consent to cookies"
    r"|wir und unsere partner|alle akzeptieren|tout accepter|aceptar todo"
    r"|cookie(?:s|-)? (?:wall|policy)",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"(?:^|\.)(?:consent|cmp|guce|myprivacy)\.", re.IGNORECASE)
_GONE = re.compile(
    r"(?:error )?404(?:$|\s*[-:|\u2013]|\s(?:error|not found|page))"
    r"|(?:page|article|story) (?:was |is )?not found"
    r"|page (?:doesn.t|does not) exist"
    r"|seite nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada"
    r"|pagina non trovata|pagina niet gevonden",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:\w*article|reportage\w*|blogposting|liveblogposting|report)", re.IGNORECASE
)
_SUFFIX = re.compile(r"\s+[|\u2013\u2014\u00b7\u00ab\u00bb:-]{1,2}\s+")
_CANONICAL = re.compile(
    r"<([^<>]{1,2000})>\s{0,5};[^,<]{0,200}\brel\s{0,3}=\s{0,3}\"?canonical\b", re.IGNORECASE
)
_PUBLISHED = str.split(
    "article:published_time og:published_time datepublished date dc.date dc.date.issued "
    "dcterms.created dcterms.issued pubdate publishdate publish-date publish_date "
    "sailthru.date parsely-pub-date cxenseparse:recs:publishtime article.published "
    "originalpublicationdate"
)
_UPDATED = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
    "article.updated",
]


@dataclass(frozen=True, slots=True)
class _Page:
    """A parsed page: the tree, its metas by lower-case name, and its structured data."""

    tree: LexborHTMLParser
    url: str
    metas: list[tuple[str, str]]
    data: list[dict[str, Any]]
    """Every node of its JSON-LD, in order."""
    report: dict[str, Any]
    """The node that describes the report; empty when none does."""

    def meta(self, *names: str) -> str:
        """The first meta of these names that says something, in the order of the names."""
        for name in names:
            for known, content in self.metas:
                if known == name and content:
                    return content
        return ""


def extract(item: Item, page: Fetched) -> Article:
    """The report on this page; what the page does not tell is taken from the item.

    Raises Unreadable for what is no page, no report, or would hang a parser.
    """
    said = parsed(page)
    title = title_of(said, item)
    _check_report(said, title, page)
    allowed = permissions.read(page.headers, said.metas)
    hidden = _unquotable(said)
    text = clean_text(_body(said, title, bool(hidden)).text)
    _check_consent(text, page, item)
    if not text:
        raise Unreadable(page.url, "no text")
    url = _address(said, page, item)
    published, updated = _dates(said, item, page.fetched_at)
    summary = item.summary or words.line(said.meta("description", "og:description"), 5_000)
    amp = _link(said, "amphtml")
    return Article(
        id=urls.record_id(url),
        url=url,
        source_id=item.source_id,
        domain=urls.domain(url),
        title=title,
        text=text,
        language=_language(said, item, text),
        seen_at=item.seen_at,
        published_at=published,
        updated_at=updated,
        summary=_quotable(summary, hidden),
        authors=_authors(said) or item.authors,
        images=_images(said, item),
        type=_type(said, item),
        amp_url=amp[0] if amp else item.amp_url,
        provider_name=_provider(said) or item.feed_title,
        tags=_tags(said) or item.tags,
        permissions=allowed,
        featured=_featured(said),
    )


def text_anyway(page: Fetched) -> str:
    """The text of a page that may be no report; "" where a parser may not see it."""
    try:
        said = parsed(page)
    except Unreadable:
        return ""
    return _body(said, words.line(said.meta("og:title")), False).text


def evidence(said: _Page, title: str) -> Evidence:
    """What the page says of its report, for the reading of its text."""
    published = _text(said.report, "datePublished") or said.meta(*_PUBLISHED)
    return Evidence(
        title=title,
        stated=words.plain(_text(said.report, "articleBody")),
        summary=words.line(said.meta("og:description", "description"), 5_000),
        report=bool(said.report) or said.meta("og:type") == "article",
        dated=bool(published),
    )


def _body(said: _Page, title: str, quotable: bool) -> body.Body:
    root = said.tree.body
    return body.read(root, evidence(said, title), quotable) if root else body.Body()


def from_entry(item: Item, permissions: Permissions = Permissions()) -> Article:  # noqa: B008
    """The report from its entry alone: its page may not, or cannot, be asked for."""
    text = item.text or item.summary or item.title
    return Article(
        id=item.id,
        url=item.url,
        source_id=item.source_id,
        domain=urls.domain(item.url),
        title=item.title,
        text=text,
        language=item.language or words.guess_language(text),
        seen_at=item.seen_at,
        published_at=item.published_at,
        updated_at=item.updated_at,
        summary=item.summary,
        authors=item.authors,
        images=item.images,
        type=item.type,
        amp_url=item.amp_url,
        provider_name=item.feed_title,
        tags=item.tags,
        permissions=permissions,
        read_from="entry",
    )


def parsed(page: Fetched) -> _Page:
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith(_OF_PAGES):
        raise Unreadable(page.url, f"not HTML but {clean_text(kind, 60)}")
    if page.body[:5] == b"%PDF-" or images.size(page.body[:4096]):
        raise Unreadable(page.url, "not HTML but a PDF file or a picture")
    guard.check_size(page.url, page.body, guard.PAGE)
    text = guard.characters(page)
    guard.check_markup(page.url, text, guard.PAGE)
    try:
        tree = LexborHTMLParser(text.replace("\x00", ""))
    except (ValueError, RuntimeError) as error:
        raise Unreadable(page.url, f"not HTML: {clean_text(str(error), 100)}") from error
    metas = [
        ((a.get("property") or a.get("name") or a.get("itemprop") or "").lower(), content.strip())
        for a in (node.attributes for node in tree.css("meta")[:1_000])
        if (content := a.get("content"))
    ]
    data = _structured(tree)
    url = page.final_url or page.url
    report = next((node for node in data if _is_report(node)), {})
    return _Page(tree, url, metas, data, report)


def _structured(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """The nodes of its JSON-LD; what is no JSON is passed over."""
    waiting: list[Any] = []
    for script in tree.css('script[type="application/ld+json"]')[:50]:
        try:
            waiting.append(json.loads(script.text().strip().rstrip(";"), strict=False))
        except (ValueError, RecursionError):
            continue
    nodes: list[dict[str, Any]] = []
    while waiting and len(nodes) < 1_000:
        found = waiting.pop(0)
        if isinstance(found, list):
            waiting[:0] = found[:1_000]
        elif isinstance(found, dict):
            nodes.append(found)
            waiting.extend(v for k, v in found.items() if k in ("@graph", "mainEntity"))
    return nodes


def _kinds(node: dict[str, Any]) -> list[str]:
    return [str(kind).rpartition("/")[2] for kind in _several(node.get("@type"))]


def _is_report(node: dict[str, Any]) -> bool:
    return any(_ARTICLE.fullmatch(kind) for kind in _kinds(node))


def _several(value: Any) -> list[Any]:
    """One or many, as JSON-LD writes either."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(node: dict[str, Any], *keys: str) -> str:
    for key in keys:
        for value in _several(node.get(key)):
            if isinstance(value, dict):
                value = value.get("name") or value.get("url") or value.get("@value")
            if isinstance(value, str) and value.strip():
                return value.strip()
    return ""


def _check_report(said: _Page, title: str, page: Fetched) -> None:
    if _CONSENT_HOST.search(urls.host(said.url)) and not urls.same_site(page.url, said.url):
        raise Unreadable(page.url, "a consent page, not the report")
    head = said.tree.css_first("title")
    for name in (words.line(head.text()) if head else "", title):
        if _GONE.match(name):
            raise Unreadable(page.url, f"soft 404: it is titled {clean_text(name, 80)!r}")


def _check_consent(text: str, page: Fetched, item: Item) -> None:
    """A wall says little, and what it says is of cookies."""
    wanted = len(text) < 1_500 and text
    if wanted and _CONSENT.search(text) and len(_CONSENT.findall(text)) * 400 >= len(text):
        raise Unreadable(page.url, "a consent page, not the report")


def title_of(said: _Page, item: Item) -> str:
    """What most of its headline signals agree on; of equals the one nearest to the report."""
    head = said.tree.css_first("title")
    tops = said.tree.css("h1")
    site = words.line(said.meta("og:site_name"), 200)
    found = [
        words.line(_text(said.report, "headline")),
        _without_site(words.line(said.meta("og:title")), site),
        words.line(tops[0].text(separator=" ")) if len(tops) == 1 else "",
        _without_site(words.line(head.text()), site) if head else "",
        item.title,
    ]
    votes = Counter(_folded(title) for title in found if title)
    if not votes:
        return ""
    most = max(votes.values())
    return next(title for title in found if title and votes[_folded(title)] == most)


def _folded(title: str) -> str:
    return re.sub(r"\W+", " ", title.casefold()).strip()


def _without_site(title: str, site: str) -> str:
    pieces = _SUFFIX.split(title)
    if len(pieces) < 2:
        return title
    last = pieces[-1]
    if _folded(last) == _folded(site) or (len(last.split()) <= 4 and 2 * len(last) < len(title)):
        return title[: title.rindex(last)].rstrip(" |\u2013\u2014\u00b7\u00ab\u00bb:-")
    return title


def _unquotable(said: _Page) -> list[str]:
    """What the parts marked data-nosnippet say."""
    nodes = said.tree.css("[data-nosnippet]")[:50]
    return [text for node in nodes if (text := clean_text(node.text()))]


def _quotable(summary: str, hidden: list[str]) -> str:
    for text in hidden:
        if summary and summary.rstrip(". \u2026") in text:
            return ""
        summary = summary.replace(text, " ") if len(text) >= 20 else summary
    return clean_text(summary)


def _address(said: _Page, page: Fetched, item: Item) -> str:
    """What the page claims in its head and its Link header, where it can be believed."""
    sent = _CANONICAL.findall(page.headers.get("link", "")[:5_000])
    links = [*_link(said, "canonical"), *(urls.absolute(said.url, link) for link in sent)]
    og = urls.absolute(said.url, said.meta("og:url"))
    return urls.claimed(said.url or item.url, links, og, page.status)


def _link(said: _Page, relation: str) -> list[str]:
    head = said.tree.head
    nodes = head.css("link[rel][href]") if head else []
    found = (
        urls.absolute(said.url, node.attributes.get("href") or "")
        for node in nodes
        if relation in (node.attributes.get("rel") or "").lower().split()
    )
    return list(dict.fromkeys(filter(None, found)))


def _dates(
    said: _Page, item: Item, fetched_at: datetime
) -> tuple[datetime | None, datetime | None]:
    """Published and updated: the most exact signal that is not later than the fetch."""
    published = [_text(said.report, "datePublished", "dateCreated"), said.meta(*_PUBLISHED)]
    for node in said.tree.css("time[datetime]")[:20]:
        names = f"{node.attributes.get('itemprop')} {node.attributes.get('class')}".lower()
        if "modif" not in names and "updat" not in names:
            published.append(node.attributes.get("datetime") or "")
            break
    updated = [_text(said.report, "dateModified"), said.meta(*_UPDATED)]
    first = _most_exact(published, fetched_at) or item.published_at
    last = _most_exact(updated, fetched_at) or item.updated_at
    return first, last if last and (first is None or last > first) else None


def _most_exact(signals: Iterable[str], fetched_at: datetime) -> datetime | None:
    found = [d for s in signals if s and (d := dates.believed(dates.parse(s), fetched_at))]
    return max(found, key=lambda dated: dated.precision).at if found else None


def _authors(said: _Page) -> tuple[str, ...]:
    named: list[str] = []
    for value in _several(said.report.get("author")) + _several(said.report.get("creator")):
        name = _text(value, "name") if isinstance(value, dict) else value
        named.extend([name] if isinstance(name, str) else [])
    if not named:
        metas = ("author", "article:author", "dc.creator", "parsely-author", "byl")
        named = [text for name, text in said.metas if name in metas]
    if not words.people(*named):
        links = said.tree.css('[rel~="author"], [itemprop="author"] [itemprop="name"]')[:5]
        named = [node.text(separator=" ") for node in links]
    return words.people(*named)


def _images(said: _Page, item: Item) -> tuple[Image, ...]:
    """Candidates, best first. Their sizes come from the files, never from what a page claims."""
    found = [text for name, text in said.metas if name in ("og:image", "og:image:secure_url")]
    for value in _several(said.report.get("image")):
        link = _text(value, "url", "contentUrl") if isinstance(value, dict) else value
        found.extend([link] if isinstance(link, str) else [])
    found += [t for n, t in said.metas if n in ("twitter:image", "twitter:image:src")]
    links = dict.fromkeys(urls.absolute(said.url, link) for link in found[:40])
    kept = [link for link in links if link and images.is_picture(link)][:10]
    if not kept:
        return item.images
    titles = _picture_titles(said)
    alt = words.line(said.meta("og:image:alt", "twitter:image:alt"), 500)
    return tuple(
        Image(link, title=titles.get(urls.identity(link).partition("?")[0], alt if n == 0 else ""))
        for n, link in enumerate(kept)
    )


def _picture_titles(said: _Page) -> dict[str, str]:
    titles: dict[str, str] = {}
    for node in said.tree.css("img[alt][src]")[:300]:
        link = urls.absolute(said.url, node.attributes.get("src") or "")
        title = words.line(node.attributes.get("alt") or "", 500)
        if link and title:
            titles.setdefault(urls.identity(link).partition("?")[0], title)
    return titles


def _provider(said: _Page) -> str:
    names = [said.meta("og:site_name"), _text(said.report, "publisher")]
    names += [_text(node, "name") for node in said.data if "WebSite" in _kinds(node)]
    names.append(said.meta("application-name"))
    return next(
        (name for text in names if (name := words.line(text, 100)) and "://" not in name), ""
    )


def _language(said: _Page, item: Item, text: str) -> str:
    root = said.tree.root
    html = said.tree.css_first("html") if root else None
    told = (
        (html.attributes.get("lang") or html.attributes.get("xml:lang") or "") if html else "",
        _text(said.report, "inLanguage"),
        said.meta("og:locale", "content-language"),
    )
    found = next((tag for text in told if (tag := words.language(text))), "")
    return found or item.language or words.guess_language(text)


def _type(said: _Page, item: Item) -> str:
    told = said.meta("og:type").lower()
    main = _kinds(said.data[0]) if said.data and not said.report else []
    if told.startswith("video") or "VideoObject" in main:
        return "video"
    if told.startswith(("music", "audio")) or {"AudioObject", "PodcastEpisode"} & set(main):
        return "audio"
    return item.type if not said.report else "article"


def _featured(said: _Page) -> str:
    videos = list(_videos(said))
    link = said.meta("og:video:secure_url", "og:video:url", "og:video") or next(iter(videos), "")
    return urls.absolute(said.url, link) if link else ""


def _videos(said: _Page) -> Iterator[str]:
    """Addresses of videos that the report's data names, or that are the page's only subject."""
    alone = [] if said.report else [n for n in said.data if "VideoObject" in _kinds(n)]
    for video in [*_several(said.report.get("video")), *alone]:
        if isinstance(video, dict) and (link := _text(video, "embedUrl", "contentUrl")):
            yield link


def _tags(said: _Page) -> tuple[str, ...]:
    found = [text for name, text in said.metas if name == "article:tag"]
    for value in _several(said.report.get("keywords")):
        found.extend(value.split(",") if isinstance(value, str) else [])
    if not found:
        found = said.meta("news_keywords", "keywords").split(",")
    return tuple(dict.fromkeys(tag for text in found if (tag := words.line(text, 100))))[:50]


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.extractors["page"] = extract
