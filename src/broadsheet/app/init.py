"""What is the portal? Three questions, one commented file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from broadsheet import config, files, urls
from broadsheet.errors import ConfigError, Place, Unreadable
from broadsheet.intake import opml
from broadsheet.intake.opml import Outline
from broadsheet.model import Fetched
from broadsheet.portal_schema import schema
from broadsheet.strict_yaml import quoted, scalar

IGNORED = "held/\ndesk/\nsite/\nstate/\nkeys/\n"


def portal_text(title: str, topics: Sequence[str], sources: Sequence[Outline]) -> str:
    """One commented portal file; `write` checks it."""
    lines = [
        "# yaml-language-server: $schema=portal.schema.json",
        f"title: {scalar(title)}",
        "# The public address of the site, and how a publisher reaches you:",
        "# url: https://news.example.org/",
        "# contact: mailto:desk@example.org",
        "# timezone: Europe/Oslo        # default UTC",
        "",
        "# What it is about. Keywords are whole words and phrases, in any case.",
        "topics:",
    ]
    for topic in topics:
        lines += [
            f"  {_key(topic)}:",
            f"    name: {scalar(topic)}",
            f"    keywords: [{quoted(topic)}]",
            "    # not: [a phrase in which the word means something else]",
        ]
    lines += ["", "# Where it looks. A key is the source's id for good.", "sources:"]
    keys = {_key(topic): topic for topic in topics}
    return "\n".join([*lines, *source_lines(sources, keys), ""])


def source_lines(
    sources: Sequence[Outline], topics: Mapping[str, str], taken: Collection[str] = ()
) -> list[str]:
    """A line of portal.yaml for each source, once; `topics` are the portal's, key -> name, and
    `taken` the keys that are in use."""
    lines: list[str] = []
    used = set(taken)
    for source in {urls.identity(each.address): each for each in sources}.values():
        key = _source_key(source, used)
        used.add(key)
        title = f"  # {source.title}" if source.title not in ("", key) else ""
        lines.append(f"  {key}: {{{', '.join(_pairs(source, topics))}}}{title}")
    return lines


def take(folder: Path, outlines: Sequence[Outline]) -> list[str]:
    """Append the sources that the portal does not have yet; ids of those it has now besides.

    Only text is added, so comments and order stay. Raises ConfigError, with the file as it was,
    where `sources` is no block, or where what a list says cannot stand in it.
    """
    path = folder / "portal.yaml"
    portal = config.load(path)
    known = {urls.identity(url) for s in portal.sources.values() for url in (s.url, *s.pages)}
    fresh = [each for each in outlines if urls.identity(each.address) not in known]
    lines = path.read_bytes().decode().split("\n")
    end = _end_of_sources(portal, lines)
    indent = " " * (portal.places[f"sources.{next(iter(portal.sources))}"].column - 1)
    names = {id: topic.label for id, topic in portal.topics.items()}
    added = source_lines(fresh, names, portal.sources)
    lines[end:end] = [indent + line.strip() for line in added]
    text = "\n".join(lines).encode()
    after = config.parse(text, str(path))
    files.write(path, text)
    return [id for id in after.sources if id not in portal.sources]


def _end_of_sources(portal: config.Portal, lines: Sequence[str]) -> int:
    """The number of lines up to the last of the sources."""
    first = portal.places["sources"].line
    if not re.fullmatch(r"sources:\s*(#.*)?", lines[first - 1]):
        portal.refuse("sources", "write a source a line, below `sources:`; then others can follow")
    end = first
    for number, line in enumerate(lines[first:], first + 1):
        if line[:1].strip() not in ("", "#"):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            end = number
    return end


def feed_outline(url: str, title: str = "") -> Outline:
    """A feed of which we know no more than that."""
    return Outline("feed", (url,), title)


def read_opml(path: Path) -> tuple[Outline, ...]:
    """The sources that a file lists. Raises ConfigError."""
    try:
        return opml.read(Fetched(str(path), path.read_bytes(), datetime.now(UTC)))
    except OSError as error:
        raise ConfigError(error.strerror or str(error), Place(str(path))) from error
    except Unreadable as error:
        raise ConfigError(error.reason, Place(str(path))) from error


def parted(outlines: Sequence[Outline]) -> tuple[list[Outline], list[str]]:
    """The sources that a portal can have, and the addresses of the others: those with a password
    in them, say. One of those is no reason to leave a list of hundreds alone."""
    usable: list[Outline] = []
    others: list[str] = []
    for each in outlines:
        is_file = each.kind == "opml" and "://" not in each.address
        refused = [url for url in each.addresses if not (is_file or config.is_address(url))]
        others += refused
        usable += [] if refused else [each]
    return usable, others


def _source_key(source: Outline, taken: Collection[str]) -> str:
    own = source.settings.get("id", "")
    name = urls.host(source.address) or source.title or source.address
    key = own if re.fullmatch(config.KEY, own) else _key(name.removeprefix("www."))
    if key not in taken:
        return key
    named = f"{key[:33]}-{urls.record_id(source.address)[:6]}"
    numbered = (f"{named[:35]}-{n}" for n in count(2))
    return next(each for each in chain([named], numbered) if each not in taken)


def _pairs(source: Outline, topics: Mapping[str, str]) -> Iterator[str]:
    """What portal.yaml says of it. A topic or folder that is no topic of the portal is left out."""
    pages = f"[{', '.join(map(quoted, source.addresses))}]"
    yield f"{source.kind}: {pages if source.kind == 'pages' else quoted(source.address)}"
    named = {name.casefold(): key for key, name in topics.items()}
    wanted = [*source.settings.get("topics", "").split(), *source.folders]
    on = [key if key in topics else named.get(key.casefold(), "") for key in wanted]
    if kept := list(dict.fromkeys(filter(None, on))):
        yield f"topics: [{', '.join(kept)}]"
    for name in ("every", "timezone", "quiet", "read", "official", "hold", "pause"):
        if value := source.settings.get(name):
            yield f"{name}: {value if value in ('true', 'false') else scalar(value)}"


def write(folder: Path, text: str) -> config.Portal:
    """Put the portal into the folder. Raises ConfigError where one is, or where it would not load."""
    path = folder / "portal.yaml"
    if path.exists():
        raise ConfigError(
            "a portal is here already; edit it, or name another folder", Place(str(path))
        )
    portal = config.parse(text.encode(), str(path))
    files.write(path, text.encode())
    write_schema(folder)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        files.write(ignore, IGNORED.encode())
    return portal


def write_schema(folder: Path) -> bool:
    """Bring `portal.schema.json` up to date with this program. True if it changed."""
    data = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    return files.write(folder / "portal.schema.json", data.encode())


def _key(name: str) -> str:
    return files.slug(name.replace(".", "-"), otherwise=urls.record_id(name))[:40].strip("-")
