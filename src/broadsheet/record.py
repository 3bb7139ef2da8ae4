"""What are the bytes of a record? Read any era, write one canonical form (RECORD.md).

The nouns in model.py are the schema: their fields, in their order, are the keys. Reading and
writing both follow them, so they cannot drift apart: parse(write(record)) == record, and a
canonical file is written as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from broadsheet.errors import FileError, Place
from broadsheet.model import Day, Part, Record, Removed, Score, SourceState, Story, Told
from broadsheet.strict_yaml import (
    Builder,
    Listing,
    Scalar,
    Table,
    load,
    quoted,
    scalar,
    scalar_again,
)


@cache
def _key(name: str) -> str:
    """published_at -> publishedDateTime, source_url -> sourceUrl."""
    first, *rest = re.sub(r"_at$", "_date_time", name).split("_")
    return first + "".join(word.capitalize() for word in rest)


_BUILDER = Builder(
    key_of=_key,
    hidden=("blocks", "body"),
    was={
        "webUrl": "sourceUrl",
        "originalUrl": "sourceUrl",
        "ampWebUrl": "ampUrl",
        "cdnAmpWebUrl": "cdnAmpUrl",
        "isCached": "",  # told of the old platform's own cache
    },
)
_KEYS = _BUILDER.keys(Record)
_BLOCKS = ("featuredContent", "provider", "topics", "images", "related")
_LAST = ("desk", "secured")
_HEAD = tuple(key for key in _KEYS if key not in (*_BLOCKS, *_LAST))
_QUOTED = ("title", "excerpt", "secured")
_FRONT_MATTER = re.compile(
    rb"---[ \t]*\n(?P<front>.*?\n)---[ \t]*(?:\n\n?(?P<body>.*))?", re.DOTALL
)


def write(record: Record) -> bytes:
    """The canonical bytes."""
    texts = dict(record.blocks)
    for key, value in _tree(record).items():
        texts[key] = _text({key: value})
    head = "".join(texts.pop(key, "") for key in _HEAD)
    unknown = (key for key, _ in record.blocks if key not in _BLOCKS)
    order = (*_BLOCKS, *unknown, *_LAST)
    # Each text ends its own line: joined by one more line end, a blank line stands before each.
    front = "\n".join([head, *(texts[key] for key in order if key in texts)])
    return f"---\n{front}---\n\n{record.body}".encode()


def parse(data: bytes, file: str) -> Record:
    """The record in `data`, canonical or of another era. Raises FileError with the place."""
    root, body = _front_matter(data, file)
    known = {key: node for key, node in root.items.items() if _BUILDER.was.get(key, key) in _KEYS}
    record: Record = _BUILDER.build(Record, replace(root, items=known))
    blocks = {key: _text({key: node}) for key, node in root.items.items() if key not in known}
    return replace(record, blocks=tuple(blocks.items()), body=body)


def _front_matter(data: bytes, file: str) -> tuple[Table, str]:
    """The keys and values between two lines of ---, and the text under them."""
    split = _FRONT_MATTER.fullmatch(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))
    if split is None:
        raise FileError("no front matter between two lines of ---", Place(file, 1, 1))
    root = load(split["front"], file, first_line=2)
    if not isinstance(root, Table):
        raise FileError("front matter is not keys and values", root.place)
    try:
        return root, (split["body"] or b"").decode()
    except UnicodeDecodeError as error:
        raise FileError("the text under the front matter is not UTF-8", Place(file)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoryFile:
    """`records/stories/2026-01/<id>.md` (PORTAL.md, Other records)."""

    category: str = "story"
    id: str
    title: str = ""
    first_at: datetime
    last_at: datetime
    heat: int = 0
    topics: tuple[str, ...] = ()
    merged_into: str = ""
    reports: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _DayFile:
    """`records/days/<day>.md`."""

    category: str = "day"
    day: str
    at: datetime
    front: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RemovedFile:
    """`records/removed/<id>.md`."""

    category: str = "removed"
    id: str
    also: tuple[str, ...] = ()
    at: datetime
    reason: str = ""


def _plain_key(name: str) -> str:
    return name if name == "at" else _key(name)


_PLAIN = Builder(key_of=_plain_key, hidden=())


def write_story(story: Story) -> bytes:
    """The canonical bytes of a story's record; the editor's note is its body."""
    file = _StoryFile(
        id=story.id,
        title=story.title,
        first_at=story.first_at,
        last_at=story.last_at,
        heat=story.heat.value,
        topics=story.topics,
        merged_into=story.merged_into,
        reports=story.reports,
    )
    return _plain(file, story.note)


def parse_story(data: bytes, file: str) -> Story:
    """The story in `data`. Raises FileError with the place."""
    said, note = _read(_StoryFile, data, file)
    return Story(
        id=said.id,
        title=said.title,
        reports=said.reports,
        first_at=said.first_at,
        last_at=said.last_at,
        heat=Score("heat", said.heat, (Part("as its record says", said.heat),)),
        topics=said.topics,
        merged_into=said.merged_into,
        note=note,
    )


def write_day(day: Day) -> bytes:
    """The canonical bytes of a day's record."""
    file = _DayFile(
        day=day.day.isoformat(), at=day.at, front=day.front, new=day.new, counts=day.counts or None
    )
    return _plain(file)


def parse_day(data: bytes, file: str) -> Day:
    """The day in `data`. Raises FileError with the place."""
    said, _ = _read(_DayFile, data, file)
    try:
        day = date.fromisoformat(said.day)
    except ValueError as error:
        raise FileError(
            f"day: expected a day such as 2026-01-09, got {said.day!r}", Place(file)
        ) from error
    return Day(day=day, at=said.at, front=said.front, new=said.new, counts=said.counts or {})


def write_source(state: SourceState) -> bytes:
    """The canonical bytes of what readers may know of a source."""
    return _plain(state)


def parse_source(data: bytes, file: str) -> SourceState:
    """The source in `data`. Raises FileError with the place."""
    state: SourceState = _read(SourceState, data, file)[0]
    return state


def write_removed(removed: Removed) -> bytes:
    """The canonical bytes of a tombstone."""
    return _plain(
        _RemovedFile(id=removed.id, also=removed.also, at=removed.at, reason=removed.reason)
    )


def parse_removed(data: bytes, file: str) -> Removed:
    """The tombstone in `data`. Raises FileError with the place."""
    said, _ = _read(_RemovedFile, data, file)
    return Removed(id=said.id, also=said.also, at=said.at, reason=said.reason)


def _plain(noun: Any, body: str = "") -> bytes:
    return f"---\n{_text(_tree(noun, _PLAIN))}---\n\n{body}".encode()


def _read(kind: Any, data: bytes, file: str) -> tuple[Any, str]:
    root, body = _front_matter(data, file)
    return _PLAIN.build(kind, root), body


def _tree(noun: Any, builder: Builder = _BUILDER) -> dict[str, Any]:
    """The noun as nested keys and values, without what is empty."""
    tree: dict[str, Any] = {}
    for key, name in builder.keys(noun).items():
        value = getattr(noun, name)
        if is_dataclass(value):
            value = _tree(value, builder)
        elif isinstance(value, tuple):
            value = [_tree(item, builder) if is_dataclass(item) else item for item in value]
        if value not in (None, "", [], {}):
            tree[key] = value
    return tree


def _text(tree: Mapping[str, Any]) -> str:
    return "".join(f"{line}\n" for line in _lines(tree, "", 0))


def _lines(tree: Any, key: str, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _entry(f"{pad}{scalar(name)}:", name, value, indent)
    else:
        for value in tree:
            yield from _entry(f"{pad}-", key, value, indent)


def _entry(lead: str, key: str, value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Table | Listing):
        value = value.items
    if not isinstance(value, Mapping | list | tuple):
        yield f"{lead} {_bare_or_quoted(key, value)}"
    elif not value:
        yield f"{lead} " + ("{}" if isinstance(value, Mapping) else "[]")
    elif lead.endswith(":"):
        yield lead
        yield from _lines(value, key, indent + 2)
    else:
        first, *rest = _lines(value, key, indent + 2)
        yield f"{lead} {first.lstrip()}"
        yield from rest


def written(at: datetime) -> str:
    """A moment as records and the log of acts write it: 2026-01-09T09:00:00Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _bare_or_quoted(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return written(value)
    text = value.text if isinstance(value, Scalar) else value
    if key in _QUOTED:
        return quoted(text)
    return scalar_again(value) if isinstance(value, Scalar) else scalar(text)
