"""Publishers' sites made from the facts of records, in the forms in which publishers give them."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet import config
from broadsheet.app.runs import connected, run
from broadsheet.assemble import open_door
from broadsheet.clock import SettableClock
from broadsheet.config import Portal
from broadsheet.demo.server import serve
from broadsheet.demo.world import Answer
from broadsheet.model import Outcome, Record, Related


@dataclass(frozen=True)
class Facts:
    """What one publisher says of one report."""

    url: str
    title: str
    summary: str
    published: datetime
    site: str
    image: str = ""
    width: int = 0
    height: int = 0
    amp: str = ""
    updated: datetime | None = None
    text: str = "A text that no record prints, since the publisher gives a summary of its own."


def facts_of(record: Record) -> list[Facts]:
    """The report of a record and those related to it."""
    each = []
    reports: tuple[Record | Related, ...] = (record, *record.related)
    for told in reports:
        image = told.images[0] if told.images else None
        assert told.published_at
        each.append(
            Facts(
                url=told.source_url,
                title=told.title,
                summary=told.excerpt,
                published=told.published_at,
                site=told.provider.name,
                image=image.url if image else "",
                width=(image and image.width) or 0,
                height=(image and image.height) or 0,
                amp=told.amp_url,
            )
        )
    return each


def origin(url: str) -> str:
    return f"https://{urlsplit(url).hostname}"


def jpeg(width: int, height: int) -> bytes:
    """The head of a JPEG of this size: enough for whoever asks how large it is."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    app0 = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return (
        b"\xff\xd8\xff\xe0"
        + struct.pack(">H", len(app0) + 2)
        + app0
        + b"\xff\xc0"
        + struct.pack(">H", len(frame) + 2)
        + frame
        + b"\xff\xd9"
    )


def page(facts: Facts) -> bytes:
    """HTML meta and JSON-LD of the facts; no number of ours is in it."""
    claim = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": facts.title,
        "datePublished": facts.published.isoformat(),
    }
    if facts.updated:
        claim["dateModified"] = facts.updated.isoformat()
    amp = f'<link rel="amphtml" href="{facts.amp}">' if facts.amp else ""
    image = f'<meta property="og:image" content="{escape(facts.image)}">' if facts.image else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(facts.title)} | {escape(facts.site)}</title>"
        f'<link rel="canonical" href="{escape(facts.url)}">{amp}{image}'
        f'<meta property="og:site_name" content="{escape(facts.site)}">'
        f'<meta property="og:title" content="{escape(facts.title)}">'
        f'<meta property="og:type" content="article">'
        f'<script type="application/ld+json">{json.dumps(claim)}</script></head>'
        f"<body><article><h1>{escape(facts.title)}</h1><p>{escape(facts.text)}</p></article>"
        "</body></html>"
    ).encode()


def feed(facts: Facts) -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escape(facts.site)}</title>'
        f"<item><title>{escape(facts.title)}</title><link>{escape(facts.url)}</link>"
        f"<pubDate>{format_datetime(facts.published)}</pubDate>"
        f"<description>{escape(facts.summary)}</description></item></channel></rss>"
    ).encode()


def run_on(
    folder: Path,
    portal_yaml: str,
    world: Sequence[Facts],
    at: datetime,
    readers: tuple[str, ...] = (),
) -> list[Outcome]:
    """One run of a portal whose web is these facts. `{feeds}` in the file becomes its sources."""
    sources = "".join(
        f"  s{n}: {{feed: {origin(f.url)}/broadsheet-test-feed.xml, topics: {{topics}}}}\n"
        for n, f in enumerate(world)
    )
    text = portal_yaml.replace("{feeds}", sources.replace("{topics}", _topics(portal_yaml)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portal.yaml").write_text(text)
    portal: Portal = config.load(folder / "portal.yaml")
    portal = replace(portal, seal=replace(portal.seal, readers=readers))
    by_host = {urlsplit(f.url).hostname: f for f in world}
    pictures = {f.image: f for f in world if f.image}

    def web(host: str, path: str, _: datetime) -> Answer:
        facts = by_host.get(host)
        if facts and path == "/broadsheet-test-feed.xml":
            return Answer(200, {"content-type": "application/rss+xml"}, feed(facts))
        if facts and facts.url == f"https://{host}{path}":
            return Answer(200, {"content-type": "text/html; charset=utf-8"}, page(facts))
        if shown := pictures.get(f"https://{host}{path}"):
            return Answer(200, {"content-type": "image/jpeg"}, jpeg(shown.width, shown.height))
        return Answer(404, {}, b"")

    clock = SettableClock(at)
    with serve(lambda: at, web) as loopback:
        origins = sorted({origin(u) for f in world for u in (f.url, f.image) if u})
        portal = connected(portal, loopback, origins)
        ran = run(portal, folder, clock, open_door(portal, clock), everything=True)
    return list(ran.outcomes)


def _topics(portal_yaml: str) -> str:
    """What the comment `# carried: [a, b]` of the file says."""
    return portal_yaml.partition("# carried: ")[2].partition("\n")[0]
