"""What is the portal? Three questions, one commented file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from broadsheet import config, files, urls
from broadsheet.errors import ConfigError, Place
from broadsheet.portal_schema import schema
from broadsheet.strict_yaml import quoted, scalar

IGNORED = "held/\ndesk/\nsite/\nstate/\nkeys/\n"


def portal_text(title: str, topics: Sequence[str], sources: Sequence[str]) -> str:
    """One commented portal file. Raises ConfigError naming what cannot stand in it."""
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
    taken: set[str] = set()
    for source in sources:
        key = _key((urls.host(source) or source).removeprefix("www."))
        while key in taken:
            key = f"{key[:33]}-{urls.record_id(source)[:6]}"
        taken.add(key)
        lines.append(f"  {key}: {{feed: {quoted(source)}}}")
    return "\n".join([*lines, ""])


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
