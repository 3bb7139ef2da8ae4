"""What does this page report? One parse gives what it says of itself, and its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet import urls
from broadsheet.clock import SystemClock
from broadsheet.errors import Unreadable
from broadsheet.intake import (
    about,
    body,
    guard,
    harvest,
    images,
    json_ld,
    kind,
    live,
    people,
    permissions,
    pictures,
    rules,
    site_name,
    title,
    when,
    words,
)
from broadsheet.intake.body import Body, Entry
from broadsheet.intake.evidence import Evidence
from broadsheet.intake.harvest import Harvest, folded
from broadsheet.intake.json_ld import Graph, Node
from broadsheet.intake.people import Authors
from broadsheet.intake.pictures import Picture
from broadsheet.intake.rules import Rule
from broadsheet.intake.votes import Claim, Told
from broadsheet.model import Article, Fetched, Image, Item, Permissions, Update
from broadsheet.plugins import Plugins
from broadsheet.text import clean_text

_OF_PAGES = ("text/html", "application/xhtml", "application/xml", "text/xml", "text/plain")
_DATED = str.split(
    "article:published_time og:published_time datepublished date dc.date dc.date.issued "
    "dcterms.created dcterms.issued pubdate publishdate publish-date publish_date "
    "sailthru.date parsely-pub-date cxenseparse:recs:publishtime article.published "
    "originalpublicationdate"
)
_IMAGES = 10  # pictures of one article
_UPDATES = 20  # entries of a live one whose headings we keep
_LONGEST = 100_000  # characters of its text
_CONSENT_HOST = re.compile(r"(?:^|\.)(?:consent|cmp|guce|myprivacy)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page tells. A `Told` field says how sure it is, and by which signals."""

    url: str
    """Where it was found."""
    address: Told[str]
    """Its canonical address."""
    title: Told[str]
    authors: Told[Authors]
    published: Told[when.Moment]
    modified: Told[when.Moment]
    site: Told[str]
    excerpt: Told[str]
    language: Told[str]
    kind: Told[str]
    """article, video, audio, live, gallery, opinion or press release."""
    section: Told[str]
    tags: Told[tuple[str, ...]]
    pictures: Told[tuple[Picture, ...]]
    amp: Told[str]
    next: Told[str]
    """The address of the report's next page."""
    body: Body = field(default_factory=Body)
    """Its text: paragraphs, headings, lists, tables and quotes in order."""
    direction: str = "ltr"
    alternates: dict[str, str] = field(default_factory=dict)
    """The same report by language tag."""
    video: str = ""
    """Address of the video that the page puts first."""
    free: bool | None = None
    """Does it say that all may read it whole (isAccessibleForFree)? None is no word about it."""
    no_report: str = ""
    """Why this is no report to publish: a wall, an error, a list (kind.py)."""
    permissions: Permissions = field(default_factory=Permissions)
    rule: str = ""
    """The publisher rule that had a say."""

    @property
    def text(self) -> str:
        """Plain text: a line a paragraph."""
        return self.body.text

    @property
    def published_at(self) -> datetime | None:
        """In the zone that the page tells, else UTC."""
        return None if self.published.value is when.NEVER else self.published.value.at

    @property
    def modified_at(self) -> datetime | None:
        """In the zone that the page tells, else UTC."""
        return None if self.modified.value is when.NEVER else self.modified.value.at

    def why(self) -> tuple[str, ...]:
        """For each field that was told: "title: h1, og:title (0.93)"."""
        return tuple(
            f"{name}: {told.why()}" for name in FIELDS if (told := getattr(self, name)).signals
        )

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, dates in ISO 8601, with `why` by field."""
        plain: dict[str, Any] = {name: getattr(self, name).value for name in FIELDS}
        plain["authors"] = list(self.authors.value.people)
        plain["organisations"] = list(self.authors.value.organisations)
        plain["published"] = self.published_at.isoformat() if self.published_at else None
        plain["modified"] = self.modified_at.isoformat() if self.modified_at else None
        plain["pictures"] = [asdict(picture) for picture in self.pictures.value]
        plain["text"] = self.text
        if self.body.entries:
            plain["entries"] = [_entry(entry) for entry in self.body.entries]
        for name in ("url", "direction", "alternates", "video", "free", "rule"):
            plain[name] = getattr(self, name)
        plain["permissions"] = asdict(self.permissions)
        plain["why"] = dict(line.split(": ", 1) for line in self.why())
        return plain


def _entry(entry: Entry) -> dict[str, str]:
    text = "\n".join(part.text for part in entry.parts)
    return {"at": entry.at.isoformat(), "heading": entry.heading, "text": text}


FIELDS = str.split(
    "address title authors published modified site excerpt language kind section tags pictures "
    "amp next"
)


def extract_page(
    html: bytes,
    url: str = "",
    headers: Mapping[str, str] | None = None,
    fetched_at: datetime | None = None,
) -> Page:
    """All that the bytes of a page tell: what it says of itself, and its text.

    `headers` are the answer's, names in lower case; a date later than `fetched_at` (now, if it is
    not given) is no signal.

    >>> page = extract_page(b"<h1>Tides rise</h1><p>By <a rel=author>Jo Low</a>", "https://quay.example/t")
    >>> page.title.value, page.authors.value.people
    ('Tides rise', ('Jo Low',))
    >>> page.title.why()
    'h1 (0.90)'

    Raises Unreadable for what is no page, or would hang a parser. A page that is no report
    (a wall, an error, a list) is told as it is, and `no_report` says so.
    """
    at = fetched_at or SystemClock().now()
    return read(Fetched(url, html, at, final_url=url, headers=dict(headers or {})))


def extract(item: Item, page: Fetched) -> Article:
    """The report on this page; what the page does not tell is taken from the item.

    Raises Unreadable for what is no page, no report, or would hang a parser.
    """
    told = read(page, item)
    if told.no_report:
        raise Unreadable(page.url, told.no_report)
    text = "\n".join(filter(None, map(clean_text, told.text[:_LONGEST].split("\n"))))
    if not text:
        raise Unreadable(page.url, "no text")
    published = told.published_at or item.published_at
    updated = told.modified_at or item.updated_at
    if updated and published and updated <= published:
        updated = None
    url = told.address.value
    return Article(
        id=urls.record_id(url),
        url=url,
        source_id=item.source_id,
        domain=urls.domain(url),
        title=told.title.value,
        text=text,
        language=told.language.value,
        seen_at=item.seen_at,
        published_at=published.astimezone(UTC) if published else None,
        updated_at=updated.astimezone(UTC) if updated else None,
        summary=told.excerpt.value,
        authors=told.authors.value.all or item.authors,
        images=tuple(_image(picture) for picture in told.pictures.value[:_IMAGES]) or item.images,
        type=told.kind.value,
        amp_url=told.amp.value or item.amp_url,
        provider_name=told.site.value or item.feed_title,
        tags=told.tags.value or item.tags,
        permissions=told.permissions,
        featured=told.video,
        next_url=told.next.value,
        updates=tuple(_updates(told.body))[:_UPDATES],
        signals=told.why(),
    )


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


def read(page: Fetched, item: Item | None = None, tried: tuple[Rule, ...] = ()) -> Page:
    """All that a fetched page tells: parse, gather, elect each field, then cut the text out.

    With its `item` what the entry says counts too, and the page must be the item's own; `tried`
    are publisher rules that did not ship. Raises Unreadable.
    """
    tree = parsed(page)
    url = page.final_url or page.url
    found, graph, report, names, sites = gathered(tree, url)
    rule = rules.matching(found, tried)
    headline = title.elect_title(found, graph, report, sites, item.title if item else "", rule)
    if item is not None:
        _check_host(found, page)
    hidden = [text for element in found.unquotable[:50] if (text := element.text(20_000))]
    evidence = _evidence(found, graph, report, headline.value)
    free = _free(graph, report)
    authors = people.elect_authors(found, graph, report, sites, headline.value, rule)
    modified = when.modified(found, graph, report, page.fetched_at)
    published = when.published(
        found, graph, report, headline.value, page.fetched_at, modified.value, rule
    )
    shown = pictures.elect_pictures(found, graph, report, headline.value)
    tags = about.tags(found, graph, report)
    marks = live.marks(found, graph, page.fetched_at)
    read = _body(tree, evidence, bool(hidden), rule)  # a rule cuts the tree: no element after this
    read = live.with_entries(read, marks, bool(hidden))
    text = read.text
    seen = kind.Seen((found.title, headline.value), text, read.layout, evidence, free)
    first = next((part.text for part in read.parts if part.kind == "paragraph"), text)
    excerpt = _excerpt(found, graph, report, first, item)
    language = about.language(found, graph, report, text, item.language if item else "")
    return Page(
        url=url,
        address=about.address(found, page.headers.get("link", ""), page.status),
        title=headline,
        authors=authors,
        published=published,
        modified=modified,
        site=site_name.elect_site_name(names, found, headline.value),
        excerpt=replace(excerpt, value=_quotable(excerpt.value, hidden)),
        language=language,
        kind=live.KIND
        if read.entries
        else about.kind(found, graph, report, item.type if item else "article"),
        section=about.section(found, graph, report),
        tags=tags,
        pictures=shown,
        amp=about.amp(found),
        next=about.next_page(found),
        body=read,
        direction=about.direction(found, language.value),
        alternates=about.alternates(found),
        video=_video(found, graph, report),
        free=free,
        no_report=kind.no_report(seen),
        permissions=permissions.read(
            page.headers, found.named_metas(), _licence(found, graph, report)
        ),
        rule=rule.name if rule else "",
    )


def parsed(page: Fetched) -> LexborHTMLParser:
    """The tree of a page, after the linear guard. Raises Unreadable."""
    sort = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sort and not sort.startswith(_OF_PAGES):
        raise Unreadable(page.url, f"not HTML but {clean_text(sort, 60)}")
    if page.body[:5] == b"%PDF-" or images.size(page.body[:4096]):
        raise Unreadable(page.url, "not HTML but a PDF file or a picture")
    guard.check_size(page.url, page.body, guard.PAGE)
    markup = guard.utf8(page)
    guard.check_markup(page.url, markup, guard.PAGE)
    try:
        return LexborHTMLParser(markup.replace(b"\x00", b""))
    except (ValueError, RuntimeError) as error:
        raise Unreadable(page.url, f"not HTML: {clean_text(str(error), 100)}") from error


class Gathered(NamedTuple):
    """What a page says of itself, before any field is elected."""

    found: Harvest
    graph: Graph
    report: Node
    names: list[Claim[str]]
    """That the site may have, with what says so."""
    sites: list[str]
    """All such names, those in its address too."""


def gathered(tree: LexborHTMLParser, url: str) -> Gathered:
    """All that the elections of single fields need."""
    found = harvest.gather(tree, url)
    graph = json_ld.parse(found.scripts)
    report = graph.report(_titles(found), url)
    names = site_name.names(found, graph, report)
    sites = [*(claim.value for claim in names), *title.host_names(url)]
    return Gathered(found, graph, report, names, sites)


def _titles(found: Harvest) -> list[str]:
    """What the report may be called, folded: enough to know its node in the structured data."""
    tops = [element.text() for element in found.headings[:10] if element.tag == "h1"]
    return [folded(text) for text in (found.meta("og:title"), found.title, *tops) if text]


def text_sources(page: Fetched) -> tuple[LexborNode | None, Evidence]:
    """What the text is looked for in, and what the page says of it elsewhere. Raises Unreadable.

    For those who measure the reading of texts alone.
    """
    tree = parsed(page)
    found, graph, report, _, sites = gathered(tree, page.final_url or page.url)
    headline = title.elect_title(found, graph, report, sites, "", None)
    return tree.body, _evidence(found, graph, report, headline.value)


def _evidence(found: Harvest, graph: Graph, report: Node, headline: str) -> Evidence:
    dated = graph.text(report, "datePublished") or found.meta(*_DATED)
    return Evidence(
        title=headline,
        stated=words.plain(graph.text(report, "articleBody")),
        summary=words.line(found.meta("og:description", "description"), 5_000),
        report=bool(report) or found.meta("og:type") == "article",
        dated=bool(dated),
    )


def _body(tree: LexborHTMLParser, evidence: Evidence, quotable: bool, rule: Rule | None) -> Body:
    """The report's text. `quotable`: without what the page marks as not to be quoted."""
    if tree.body is None:
        return Body()
    root = rules.prepared(tree.body, rule) if rule else tree.body
    return body.read(root, evidence, quotable)


def _excerpt(
    found: Harvest, graph: Graph, report: Node, paragraph: str, item: Item | None
) -> Told[str]:
    if item and item.summary:
        return Told(item.summary, 0.9, ("feed entry",))
    return about.excerpt(found, graph, report, paragraph)


def _check_host(found: Harvest, page: Fetched) -> None:
    if _CONSENT_HOST.search(urls.host(found.url)) and not urls.same_site(page.url, found.url):
        raise Unreadable(page.url, "a consent page, not the report")


def _quotable(summary: str, hidden: list[str]) -> str:
    for text in hidden:
        if summary and summary.rstrip(". \u2026") in text:
            return ""
        summary = summary.replace(text, " ") if len(text) >= 20 else summary
    return clean_text(summary)


def _updates(read: Body) -> Iterator[Update]:
    for entry in read.entries:
        if heading := clean_text(entry.heading, 200):
            yield Update(entry.at.astimezone(UTC), heading)


def _image(picture: Picture) -> Image:
    """Without the sizes that the markup claims: they come from the file."""
    return Image(picture.url, title=picture.title)


def _video(found: Harvest, graph: Graph, report: Node) -> str:
    link = found.meta("og:video:secure_url", "og:video:url", "og:video")
    return found.absolute(link or next(_videos(graph, report), ""))


def _videos(graph: Graph, report: Node) -> Iterator[str]:
    """Addresses of videos that the report's data names, or that are the page's only subject."""
    alone = (
        ()
        if report and "videoobject" not in json_ld.types(report)
        else graph.of_kind("videoobject")
    )
    for video in [*json_ld.several(report.get("video")), *alone]:
        node = graph.whole(video)
        if isinstance(node, dict) and (link := graph.text(node, "embedUrl", "contentUrl")):
            yield link


def _free(graph: Graph, report: Node) -> bool | None:
    said = report.get("isAccessibleForFree")
    if isinstance(said, str):
        return {"true": True, "false": False}.get(said.strip().lower().rpartition("/")[2])
    return said if isinstance(said, bool) else None


def _licence(found: Harvest, graph: Graph, report: Node) -> str:
    """The address of the licence that the page links to."""
    for element in (*found.links.get("license", ()), *found.links.get("licence", ())):
        if url := found.absolute(element.get("href")):
            return url
    return found.absolute(graph.text(report, "license"))


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.extractors["page"] = extract
