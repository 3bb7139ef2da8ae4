"""What does each invented publisher answer, at a given moment?

`world/` holds what people wrote: reports, short entries and the fact sheet of each story. This
module only dresses them as their publishers would: feeds of every kind, pages with JSON-LD or
OpenGraph, AMP pages, pictures. No sentence of news is made here.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from importlib import resources
from importlib.resources.abc import Traversable

from broadsheet import strict_yaml
from broadsheet.strict_yaml import Builder


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's real size in pixels, its words, its colour as a hue of 0 to 360."""

    width: int
    height: int
    alt: str = ""
    hue: int = 200


@dataclass(frozen=True, slots=True)
class Retitled:
    """A headline that its publisher changed."""

    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A sentence that its publisher put right."""

    at: datetime
    from_: str
    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One page of a publisher; `text` is Markdown of paragraphs, `##` and `>`."""

    title: str
    published: datetime
    id: str = ""
    author: str = ""
    story: str = ""
    summary: str = ""
    image: Picture | None = None
    retitled: Retitled | None = None
    corrected: Corrected | None = None
    video: bool = False
    wrong: str = ""
    wrong_date: datetime | None = None
    cookiewall: bool = False
    copy: str = ""
    cut: int = 0
    text: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Short:
    """One short entry."""

    slug: str
    at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """How a publisher dresses its news. `path` is of a page, with the report's slug in it."""

    id: str
    name: str
    host: str
    feed: str
    kind: str
    path: str
    meta: str = "opengraph"
    amp: bool = False
    robots: str = ""
    reserved: bool = False
    answers: int = 200

    @property
    def origin(self) -> str:
        """Where it lives."""
        return f"https://{self.host}"


PUBLISHERS = (
    Publisher(
        "grid-ledger",
        "The Grid Ledger",
        "gridledger.example",
        "/feed.xml",
        "rss",
        "/2026/{slug}",
        "jsonld",
        amp=True,
    ),
    Publisher(
        "northmoor-post",
        "Northmoor Post",
        "northmoorpost.example",
        "/atom.xml",
        "atom",
        "/news/{slug}.html",
        "jsonld",
    ),
    Publisher(
        "volt-weekly", "Volt Weekly", "voltweekly.example", "/feed.json", "json", "/p/{slug}"
    ),
    Publisher(
        "financial-harbour",
        "Financial Harbour",
        "finharbour.example",
        "/rss",
        "rss",
        "/articles/{slug}",
        amp=True,
    ),
    Publisher("coastline", "Coastline", "coastline.example", "/feed/", "rss", "/{slug}/"),
    Publisher(
        "storage-today",
        "Storage Today",
        "storagetoday.example",
        "/atom.xml",
        "atom",
        "/article/{slug}",
        "jsonld",
    ),
    Publisher(
        "civic-wire",
        "Civic Wire",
        "civicwire.example",
        "/wire.rss",
        "rss",
        "/wire/{slug}",
        "jsonld",
    ),
    Publisher(
        "offshore-desk",
        "Offshore Desk",
        "offshoredesk.example",
        "/news-sitemap.xml",
        "sitemap",
        "/desk/{slug}",
        "jsonld",
    ),
    Publisher(
        "lab-notes",
        "Lab Notes",
        "labnotes.example",
        "/feed.atom",
        "atom",
        "/notes/{slug}",
        robots="max-snippet:80",
    ),
    Publisher(
        "meter-and-main",
        "Meter & Main",
        "meterandmain.example",
        "/feed.xml",
        "rss",
        "/guide/{slug}",
        reserved=True,
    ),
    Publisher(
        "household-money",
        "Household Money",
        "householdmoney.example",
        "/feed.json",
        "json",
        "/money/{slug}",
    ),
    Publisher(
        "ministry",
        "Ministry of Energy and Harbours",
        "energy-ministry.example",
        "/news.rss",
        "rss",
        "/statements/{slug}",
    ),
    Publisher(
        "turbine-times",
        "Turbine Times",
        "turbinetimes.example",
        "/feed.xml",
        "rss",
        "/{slug}",
        answers=404,
    ),
    Publisher(
        "barometer", "Barometer", "barometer.example", "/feed.xml", "rss", "/{slug}", answers=403
    ),
)
FAIL = ("turbine-times", "barometer")  # what the world is foretold to fail at


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says: status, headers, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(host: str, path: str, at: datetime) -> Answer:
    """What the world answers for an address at a moment."""
    publisher = next((each for each in PUBLISHERS if each.host == host), None)
    if publisher is None or path == "/robots.txt":
        return Answer(404, {"content-type": "text/plain"}, b"not here\n")
    if publisher.answers != 200:
        return Answer(publisher.answers, {"content-type": "text/plain"}, b"no\n")
    reports = [_as_of(r, at) for r in reports_of(publisher.id) if r.published <= at]
    if path == publisher.feed:
        kinds = {"rss": _rss, "atom": _atom, "json": _json_feed, "sitemap": _sitemap}
        types = {"json": "application/feed+json", "atom": "application/atom+xml"}
        body = kinds[publisher.kind](publisher, sorted(reports, key=_newest))
        return _told(body, types.get(publisher.kind, "application/xml"))
    for report in reports:
        slug = _slug(report)
        if path == publisher.path.format(slug=slug):
            return _told(_page(publisher, report), "text/html; charset=utf-8")
        if publisher.amp and path == f"/amp/{slug}":
            return _told(_amp(publisher, report), "text/html; charset=utf-8")
        if report.image and path == f"/pictures/{slug}.png":
            return _told(_picture(report.image), "image/png")
    return Answer(404, {"content-type": "text/plain"}, b"not here\n")


def origins() -> list[str]:
    """Of every publisher, for `fetch.connect`."""
    return [publisher.origin for publisher in PUBLISHERS]


@lru_cache
def reports_of(publisher: str) -> tuple[Report, ...]:
    """All that a publisher ever says, oldest first: written reports and short entries."""
    found = [*_written(publisher), *_shorts(publisher)]
    return tuple(sorted(found, key=lambda report: (report.published, report.id)))


def _written(publisher: str) -> Iterator[Report]:
    for file in _files(f"reports/{publisher}", ".md"):
        yield _load(file, publisher)


def _load(file: Traversable, publisher: str) -> Report:
    front, _, text = file.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    builder = Builder(key_of=lambda name: name.rstrip("_"), hidden=("id", "text", "publisher"))
    node = strict_yaml.load(front.encode() + b"\n", file.name)
    report: Report = builder.build(Report, node)
    report = replace(
        report, id=file.name.removesuffix(".md"), publisher=publisher, text=text.strip()
    )
    if report.copy:
        owner, _, slug = report.copy.partition("/")
        original = _load(_world() / "reports" / owner / f"{slug}.md", owner)
        paragraphs = original.text.split("\n\n")
        kept = paragraphs[: report.cut] if report.cut else paragraphs
        report = replace(
            report,
            text="\n\n".join(kept),
            summary=report.summary or original.summary,
            story=report.story or original.story,
        )
    return report


def _shorts(publisher: str) -> Iterator[Report]:
    builder = Builder(key_of=lambda name: name, hidden=())
    for file in _files("shorts", ".yaml"):
        if file.name.rpartition("-")[0] != publisher:
            continue
        node = strict_yaml.load(file.read_bytes(), file.name)
        for short in builder.build(tuple[Short, ...], node):
            yield Report(
                short.title,
                short.at,
                short.slug,
                summary=short.text,
                text=short.text,
                publisher=publisher,
            )


def _files(folder: str, ending: str) -> list[Traversable]:
    place = _world()
    for part in folder.split("/"):
        place = place / part
    if not place.is_dir():
        return []
    return sorted((f for f in place.iterdir() if f.name.endswith(ending)), key=lambda f: f.name)


def _world() -> Traversable:
    return resources.files("broadsheet.demo") / "world"


def _as_of(report: Report, at: datetime) -> Report:
    """The report as its publisher shows it at this moment."""
    if report.retitled and report.retitled.at <= at:
        report = replace(report, title=report.retitled.title)
    fix = report.corrected
    if fix and fix.at <= at:
        note = f"\n\n{fix.note}" if fix.note else ""
        report = replace(report, text=report.text.replace(fix.from_, fix.to) + note)
    elif fix:
        report = replace(report, corrected=None)
    return report


def _newest(report: Report) -> tuple[float, str]:
    return -report.published.timestamp(), report.id


def _slug(report: Report) -> str:
    return report.id


def _url(publisher: Publisher, report: Report) -> str:
    return publisher.origin + publisher.path.format(slug=_slug(report))


def _date(report: Report) -> datetime:
    """As the publisher gives it, which is not always true."""
    return report.wrong_date or report.published


def _updated(report: Report) -> datetime | None:
    return report.corrected.at if report.corrected else None


def _told(body: bytes, content_type: str) -> Answer:
    tag = hashlib.sha256(body).hexdigest()[:16]
    return Answer(200, {"content-type": content_type, "etag": f'"{tag}"'}, body)


def _rss(publisher: Publisher, reports: list[Report]) -> bytes:
    items = "".join(
        f"<item><title>{escape(r.title)}</title><link>{_url(publisher, r)}</link>"
        f'<guid isPermaLink="true">{_url(publisher, r)}</guid>'
        f"<pubDate>{format_datetime(_date(r))}</pubDate>"
        + (f"<atom:updated>{at.isoformat()}</atom:updated>" if (at := _updated(r)) else "")
        + f"<description>{escape(r.summary)}</description></item>"
        for r in reports
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{escape(publisher.name)}</title><link>{publisher.origin}/</link>"
        f"<description>{escape(publisher.name)}</description><language>en</language>"
        f"{items}</channel></rss>\n"
    ).encode()


def _atom(publisher: Publisher, reports: list[Report]) -> bytes:
    entries = "".join(
        f"<entry><title>{escape(r.title)}</title><id>{_url(publisher, r)}</id>"
        f'<link href="{_url(publisher, r)}"/><published>{_date(r).isoformat()}</published>'
        f"<updated>{(_updated(r) or _date(r)).isoformat()}</updated>"
        + (f"<author><name>{escape(r.author)}</name></author>" if r.author else "")
        + f"<summary>{escape(r.summary)}</summary></entry>"
        for r in reports
    )
    newest = max((_updated(r) or r.published for r in reports), default=datetime.now(UTC))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="en"><title>{escape(publisher.name)}</title><id>{publisher.origin}/</id>'
        f"<updated>{newest.isoformat()}</updated>{entries}</feed>\n"
    ).encode()


def _json_feed(publisher: Publisher, reports: list[Report]) -> bytes:
    items = []
    for r in reports:
        item: dict[str, object] = {
            "id": _url(publisher, r),
            "url": _url(publisher, r),
            "title": r.title,
            "summary": r.summary,
            "content_text": r.summary,
            "date_published": _date(r).isoformat(),
        }
        if at := _updated(r):
            item["date_modified"] = at.isoformat()
        if r.author:
            item["authors"] = [{"name": r.author}]
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.name,
        "home_page_url": f"{publisher.origin}/",
        "language": "en",
        "items": items,
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _sitemap(publisher: Publisher, reports: list[Report]) -> bytes:
    urls = "".join(
        f"<url><loc>{_url(publisher, r)}</loc><news:news><news:publication>"
        f"<news:name>{escape(publisher.name)}</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>{_date(r).isoformat()}"
        f"</news:publication_date><news:title>{escape(r.title)}</news:title></news:news></url>"
        for r in reports
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>\n'
    ).encode()


def _page(publisher: Publisher, report: Report) -> bytes:
    if report.cookiewall:
        return (
            f"<!doctype html><html lang=en><title>{escape(publisher.name)}</title><body>"
            '<div class="consent-wall" role="dialog"><h1>Before you continue</h1><p>We and our '
            "partners use cookies. Accept all cookies to read on, or manage your choices.</p>"
            "<button>Accept all</button> <button>Manage choices</button></div></body></html>\n"
        ).encode()
    slug, url = _slug(report), _url(publisher, report)
    picture = f"{publisher.origin}/pictures/{slug}.png" if report.image else ""
    head = [
        '<meta charset="utf-8">',
        f"<title>{escape(report.title)} | {escape(publisher.name)}</title>",
        f'<link rel="canonical" href="{url}">',
        f'<meta name="description" content="{escape(report.summary)}">',
        f'<meta property="og:site_name" content="{escape(publisher.name)}">',
    ]
    if publisher.amp:
        head.append(f'<link rel="amphtml" href="{publisher.origin}/amp/{slug}">')
    if publisher.robots:
        head.append(f'<meta name="robots" content="{publisher.robots}">')
    if publisher.reserved:
        head.append('<meta name="tdm-reservation" content="1">')
    head += _claims(publisher, report, picture)
    figure = ""
    if report.image:
        alt = escape(report.image.alt)
        figure = f'<figure><img src="{picture}" alt="{alt}"><figcaption>{alt}</figcaption></figure>'
    by = f'<p class="byline">By {escape(report.author)}</p>' if report.author else ""
    date = _date(report)
    return (
        f'<!doctype html>\n<html lang="en"><head>{"".join(head)}</head><body>'
        f'<header><a href="/">{escape(publisher.name)}</a><nav><a href="/">Front</a> '
        '<a href="/archive">Archive</a> <a href="/contact">Contact</a></nav></header>'
        f"<main><article><h1>{escape(report.title)}</h1>{by}"
        f'<time datetime="{date.isoformat()}">{date:%d %B %Y, %H:%M}</time>{figure}'
        f'<div class="story-body">{_body(report.text)}</div></article></main>'
        '<aside class="related"><h2>More</h2><ul><li><a href="/archive">Archive</a></ul></aside>'
        f"<footer>{escape(publisher.name)}</footer></body></html>\n"
    ).encode()


def _claims(publisher: Publisher, report: Report, picture: str) -> list[str]:
    date, updated = _date(report).isoformat(), _updated(report)
    if publisher.meta == "jsonld":
        claim: dict[str, object] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": report.title,
            "datePublished": date,
            "mainEntityOfPage": _url(publisher, report),
            "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name},
        }
        if report.author:
            claim["author"] = [{"@type": "Person", "name": report.author}]
        if updated:
            claim["dateModified"] = updated.isoformat()
        if picture:
            claim["image"] = [picture]
        body = json.dumps(claim, ensure_ascii=False).replace("</", "<\\/")
        return [f'<script type="application/ld+json">{body}</script>']
    claims = {
        "og:type": "article",
        "og:title": report.title,
        "og:image": picture,
        "og:image:alt": report.image.alt if report.image else "",
        "article:published_time": date,
        "article:modified_time": updated.isoformat() if updated else "",
    }
    found = [
        f'<meta property="{name}" content="{escape(value)}">'
        for name, value in claims.items()
        if value
    ]
    if report.author:
        found.append(f'<meta name="author" content="{escape(report.author)}">')
    return found


def _amp(publisher: Publisher, report: Report) -> bytes:
    return (
        f'<!doctype html><html amp lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(report.title)}</title>"
        f'<link rel="canonical" href="{_url(publisher, report)}"></head><body>'
        f"<h1>{escape(report.title)}</h1>{_body(report.text)}</body></html>\n"
    ).encode()


def _body(text: str) -> str:
    return "".join(_block(block) for block in text.split("\n\n") if block.strip())


def _block(block: str) -> str:
    plain = " ".join(line.removeprefix(">").strip() for line in block.strip().splitlines())
    if block.startswith("## "):
        return f"<h2>{escape(plain.removeprefix('## '))}</h2>"
    if block.startswith(">"):
        return f"<blockquote><p>{escape(plain)}</p></blockquote>"
    return f"<p>{escape(plain)}</p>"


@lru_cache(maxsize=64)
def _picture(picture: Picture) -> bytes:
    """A PNG of the real size in one colour: indexed, so that it is small and quickly made."""
    angle = picture.hue % 360 / 60
    rise = round(255 * (1 - abs(angle % 2 - 1)))
    colour = [
        (200, rise, 60),
        (rise, 200, 60),
        (60, 200, rise),
        (60, rise, 200),
        (rise, 60, 200),
        (200, 60, rise),
    ][int(angle)]
    rows = (b"\0" + b"\0" * picture.width) * picture.height
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", bytes(colour)),
        (b"IDAT", zlib.compress(rows, 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
