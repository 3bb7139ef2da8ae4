"""How well and how fast do we read feeds, beside the readers that others use?

    python -m benchmarks.feeds [--seed 1] [--count 60] [--kit ../shared/bench/feeds]

Runs the kit's commands (fields, speed, essentials, hostile inputs, scripts, dates, real feeds) on
us and on the peers that are installed, in one run, each in a fresh process. Times are CPU time.
The kit calls the functions below; they only rename, and all reading is in broadsheet.intake.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

from broadsheet.intake import dates, feed, markup
from broadsheet.intake.syndication import PLAIN, Entry, Feed, Head, Link, Person

HERE = Path(__file__).parent.parent
PEERS = ("feedparser", "fastfeedparser", "feedparser_rs", "reader")
SANITIZERS = ("nh3", "lxml_html_clean", "bleach")


# ------------------------------------------------------------------------------ what the kit calls


def read_feed(data: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> Any:
    """Our reader as it is."""
    return feed.read_feed(data, headers, url)


def read_as_feedparser(
    data: bytes, headers: Mapping[str, str] | None = None, url: str = ""
) -> dict[str, Any]:
    """What we read under feedparser's names, in which its cases are written."""
    found: Feed = feed.read_feed(data, headers, url)
    return {
        "feed": _renamed(found.feed, found.feed.subtitle, found.feed.subtitle_type),
        "entries": [_entry(entry) for entry in found.entries],
        "version": found.version,
        "bozo": bool(found.refusal),
    }


def sanitize(html: str) -> str:
    """Our sanitiser."""
    return markup.sanitize(html)


def parse_date(text: str) -> datetime | None:
    """Our dates, those that no report can have too."""
    return dates.told(text)


def _entry(entry: Entry) -> dict[str, Any]:
    named = _renamed(entry, entry.summary, entry.summary_type)
    if entry.content:
        value = _text(entry.content, entry.content_type)
        language = entry.content_language or None
        named["content"] = [
            {"value": value, "type": entry.content_type, "language": language, "base": ""}
        ]
    return named


def _renamed(said: Head | Entry, body: str, body_type: str) -> dict[str, Any]:
    """Feedparser leaves out what is not there, and unescapes what is plain text."""
    named: dict[str, Any] = {
        "id": said.id,
        "link": said.link,
        "title": _text(said.title, said.title_type),
        "summary": _text(body, body_type),
        "subtitle": _text(body, body_type),
        "language": said.language,
        "author": said.author,
        "author_detail": _person(said.authors[0]) if said.authors else None,
        "authors": [_person(person) for person in said.authors],
        "links": [_link(link) for link in said.links if link.rel not in ("canonical", "replies")],
        "tags": list(said.tags),
        "published": said.published_as,
        "updated": said.updated_as,
        "created": said.created_as,
    }
    for name in ("published", "updated", "created"):
        moment = dates.told(named[name]) if named[name] else None
        named[f"{name}_parsed"] = moment.utctimetuple() if moment else None
    kept = {name: value for name, value in named.items() if value not in ("", None, [])}
    if body_type != PLAIN or not body:
        kept.setdefault("summary", "")
        kept.setdefault("subtitle", "")
    return kept


def _text(value: str, kind: str) -> str:
    return unescape(value) if kind == PLAIN else value


def _person(person: Person) -> dict[str, str]:
    named = {"name": person.name, "email": person.email, "href": person.url}
    return {name: value for name, value in named.items() if value}


def _link(link: Link) -> dict[str, str]:
    named = {
        "rel": link.rel,
        "type": link.type,
        "href": link.href,
        "title": link.title,
        "length": str(link.length) if link.length else "",
    }
    return {name: value for name, value in named.items() if value}


if __name__ == "__main__":
    main()
