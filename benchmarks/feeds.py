"""How well and how fast do we read feeds, beside the readers that others use?

    python -m benchmarks.feeds [measure ...] [--seed 1] [--count 60] [--kit ../shared/bench/feeds]

Measures: fields speed conformance real hostile sanitize dates; without any all but hostile, which
takes minutes for some peers. The kit runs each on us and on the peers that are installed, in one
run, each in a fresh process, and prints Markdown; times are CPU time. The kit calls the functions
below: they only rename, and all reading is in broadsheet.intake.

Of the 717 essentials 10 ask that SVG or MathML be let through, which SECURITY.md forbids, and 2 ask
for the address of a server that the case does not name.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from broadsheet.intake import dates, feed, markup
from broadsheet.intake.syndication import PLAIN, Entry, Feed, Head, Link, Person

HOUSE = Path(__file__).parent.parent
KIT = HOUSE.parent / "shared" / "bench" / "feeds"
READERS = ("feedparser", "fastfeedparser", "feedparser_rs")
MEASURES = {  # -> our function, and the peers by the names of the kit
    "fields": ("read_feed", READERS),
    "speed": ("read_feed", READERS),
    "conformance": ("read_as_feedparser", READERS),
    "real": ("read_feed", READERS),
    "hostile": ("read_feed", ("fastfeedparser",)),
    "sanitize": ("sanitize", ("nh3",)),
    "dates": ("parse_date", ("feedparser", "fastfeedparser")),
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("measure", nargs="*", help=" ".join(MEASURES))
    parser.add_argument("--seed", type=int, default=1, help="of the generated feeds")
    parser.add_argument("--count", type=int, default=60, help="of the generated feeds")
    parser.add_argument("--kit", type=Path, default=KIT, help="the folder of run.py")
    options = parser.parse_args()
    if not (options.kit / "run.py").exists():
        sys.exit(f"{options.kit}: no run.py here; name the folder of the kit with --kit")
    if wrong := set(options.measure) - MEASURES.keys():
        parser.error(f"no such measure: {', '.join(sorted(wrong))}")
    for measure in options.measure or [name for name in MEASURES if name != "hostile"]:
        print(f"## {measure}\n", flush=True)
        generated = ["--seed", str(options.seed), "--count", str(options.count)]
        run(options.kit, measure, generated if measure in ("fields", "speed") else [])


def run(kit: Path, measure: str, more: list[str]) -> None:
    """One command of the kit, which leaves out peers that are not installed and says so."""
    ours, peers = MEASURES[measure]
    tools = [f"benchmarks.feeds:{ours}", *peers]
    named = [part for tool in tools for part in ("--tool", tool)]
    paths = os.pathsep.join([str(HOUSE), str(HOUSE / "src"), os.environ.get("PYTHONPATH", "")])
    if measure == "conformance" and not find_spec("feedparser"):
        print("feedparser is absent: its cases cannot be judged without its dictionary\n")
        return
    subprocess.run(
        [sys.executable, str(kit / "run.py"), measure, *named, *more],
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )


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
