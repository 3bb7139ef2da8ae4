"""What does a program get? Static JSON files under /api/, each in one envelope.

Lists are chains of segments in the order in which reports became public. A full segment keeps its
members and their order for good, so a reader who follows `next` never skips or repeats; a report
that is no longer public leaves a placeholder. A topic's chain has the numbers of the chain of all
reports and in each segment those of its topic (empty ones are left out): a report that leaves the
topic moves no other one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import Any

import msgspec

from broadsheet.model import Draft, Edition, Part, Record, Score, Section, Story, Told
from broadsheet.plugins import Plugins
from broadsheet.publish import schemas
from broadsheet.publish.schemas import SEGMENT

File = tuple[PurePosixPath, bytes | Draft]

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_STORY_ID = re.compile(schemas.STORY_ID["pattern"])
_record = schemas.writer(schemas.RECORD)
_workings = schemas.writer(schemas.WORKINGS)
_brief = schemas.writer(schemas.BRIEF)
_told = schemas.writer(schemas.TOLD)
_story = schemas.writer(schemas.STORY)
_score = schemas.writer(schemas.SCORE)
_masthead = schemas.writer(schemas.MASTHEAD)
_section = schemas.writer(schemas.SECTION)
_source = schemas.writer(schemas.SOURCE)


def api(edition: Edition) -> Iterator[File]:
    """Every file under api/, the index last."""
    desk = _Desk(edition)
    yield from _descriptions(edition)
    yield from _reports(desk)
    yield from _stories(desk)
    ids = order(edition)
    full = len(ids) // SEGMENT
    chain = segments(ids)
    yield from _chain(desk, "api/reports", enumerate(chain, 1), full)
    for section in edition.sections:
        numbered = [(n, desk.on_topic(part, section)) for n, part in enumerate(chain, 1)]
        yield from _chain(desk, f"api/topic/{section.id}", numbered, full)
    sources = [_source(state) for state in edition.sources]
    yield _file("api/sources.json", "sources", sources, edition.at)
    yield from _days(edition)
    yield _index(desk)


def order(edition: Edition) -> list[str]:
    """Ids of the reports in the order in which they became public, those now gone too.

    Those that no day tells of (a file added by hand) are last, by date.
    """
    told = dict.fromkeys(id for day in edition.days for id in day.new)
    rest = [id for id in edition.records if id not in told]
    rest.sort(key=lambda id: (edition.records[id].published_at or _UNDATED, id))
    return [*told, *rest]


def segments(ids: Sequence[str]) -> list[Sequence[str]]:
    """Cut into hundreds; only the last may be shorter."""
    return [ids[start : start + SEGMENT] for start in range(0, len(ids), SEGMENT)]


def may_be_named(story_id: str) -> bool:
    """Can this be the name of a file? A record edited by hand may say any story."""
    return _STORY_ID.fullmatch(story_id) is not None


def root(edition: Edition) -> str:
    """The portal's public address, ended by a slash."""
    return edition.masthead.url.rstrip("/") + "/"


def topic_names(section: Section) -> frozenset[str]:
    """What records call this topic, today or before."""
    return frozenset((section.name, *section.was))


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.outputs["json"] = api


@dataclass(frozen=True)
class _Desk:
    """An edition with what several files of it ask for."""

    edition: Edition

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """Those that a file can be named for, in the edition's order."""
        return tuple(story for story in self.edition.stories if may_be_named(story.id))

    @cached_property
    def story_of(self) -> dict[str, str]:
        """Report -> its story."""
        return {id: story.id for story in self.stories for id in story.report_ids}

    @cached_property
    def removed(self) -> frozenset[str]:
        """Ids under which a tombstone stands."""
        return frozenset(id for each in self.edition.removed for id in (each.id, *each.also))

    @cached_property
    def _items(self) -> dict[str, msgspec.Raw]:
        return {}

    def report(self, id: str) -> msgspec.Raw:
        """A public report as it stands in lists and in its own file, encoded once."""
        if id not in self._items:
            told = _report(id, self.edition.records[id], self.story_of.get(id, id))
            self._items[id] = msgspec.Raw(msgspec.json.encode(told))
        return self._items[id]

    def on_topic(self, ids: Iterable[str], section: Section) -> list[str]:
        """Those of the topic, and those gone, of which nobody knows the topic any more."""
        names, records = topic_names(section), self.edition.records
        return [id for id in ids if id not in records or names & set(records[id].topics)]

    def item(self, id: str) -> msgspec.Raw | dict[str, Any]:
        """The report, or the placeholder of one that is no longer public."""
        if id in self.edition.records:
            return self.report(id)
        return {"id": id, "removed" if id in self.removed else "gone": True}

    def newest(self, ids: Iterable[str]) -> datetime | None:
        """The last moment that these reports tell of: when we saw one, or its publisher changed
        it; None where nothing tells."""
        records = [self.edition.records[id] for id in ids if id in self.edition.records]
        moments = ((r.desk.seen_at, r.updated_at, r.published_at) for r in records)
        return max((at for each in moments for at in each if at), default=None)


def _report(id: str, record: Record, story: str) -> dict[str, Any]:
    why = {"why": [_score(score) for score in record.desk.parts]} if record.desk.parts else {}
    return {"id": id, "story": story, **_record(record), **_workings(record.desk), **why}


def _told_brief(edition: Edition, told: Told) -> dict[str, Any]:
    """One report of a story in short, with what it adds there."""
    record = edition.records[told.id]
    copy = {"copyOf": record.desk.copy_of} if record.desk.copy_of else {}
    return {**_told(told), **copy, **_brief(record)}


def _story_data(edition: Edition, story: Story, heat: Score) -> dict[str, Any]:
    reports = [_told_brief(edition, told) for told in story.reports]
    return {**_story(story), "heat": heat.value, "why": [_score(heat)], "reports": reports}


def _kept_heat(edition: Edition, story: Story) -> Score:
    """The heat of the edition that last changed the story, as its leader's record has it.

    A story's own file shows this one: only lists change because an hour has passed.
    """
    leader = edition.records[story.report_ids[0]]
    for score in leader.desk.parts:
        if score.name == "heat" and score.value == leader.heat:
            return score
    return Score("heat", leader.heat, (Part("as its record says", leader.heat),))


def _reports(desk: _Desk) -> Iterator[File]:
    told = {s.id for s in desk.stories if _has_file(s)}
    for id, record in desk.edition.records.items():
        story = desk.story_of.get(id, id)
        links = {"story": f"../story/{story}.json"} if story in told else {}
        # Most reports of most editions stand as they are: to tell so is cheaper than to write.
        key = hashlib.sha256(msgspec.msgpack.encode((id, record, story, links))).digest()
        path = PurePosixPath(f"api/report/{id}.json")
        yield path, Draft(key, partial(_report_file, desk, str(path), id, links))


def _report_file(desk: _Desk, path: str, id: str, links: dict[str, str]) -> bytes:
    return _bytes(path, "report", desk.report(id), desk.newest([id]), links)


def _stories(desk: _Desk) -> Iterator[File]:
    edition = desk.edition
    known = {story.id for story in edition.stories}
    for story in desk.stories:
        if _has_file(story):
            data = _story_data(edition, story, _kept_heat(edition, story))
            at = desk.newest(story.report_ids)
            yield _file(f"api/story/{story.id}.json", "story", data, at)
    for old in sorted(edition.merged.keys() - known):
        into = _survivor(old, edition.merged)
        if may_be_named(old) and may_be_named(into):
            data = {"id": old, "mergedInto": into}
            yield _file(f"api/story/{old}.json", "story", data, None)


def _has_file(story: Story) -> bool:
    return len(story.reports) > 1 or bool(story.note)


def _survivor(id: str, merged: dict[str, str]) -> str:
    """The story at the end of a chain of merges; a circle ends where it closes."""
    seen = {id}
    while (into := merged.get(id)) and into not in seen:
        seen.add(into)
        id = into
    return id


def _chain(
    desk: _Desk, folder: str, numbered: Iterable[tuple[int, Sequence[str]]], full: int
) -> Iterator[File]:
    """The segments up to the number `full` under their numbers, and the newest as the head."""
    newest: Sequence[str] = ()
    links: dict[str, str] = {}
    before: dict[str, str] = {}
    for n, ids in numbered:
        if not ids:
            continue
        newest, links = ids, before
        if n <= full:
            before = {"next": f"{n}.json"}
            data = [desk.item(id) for id in ids]
            yield _file(f"{folder}/{n}.json", "segment", data, desk.newest(ids), links)
    data = [desk.item(id) for id in newest]
    yield _file(f"{folder}/head.json", "segment", data, desk.edition.at, links)


def _days(edition: Edition) -> Iterator[File]:
    for day in edition.days:
        counts = [{"topic": name, "reports": n} for name, n in sorted(day.counts.items())]
        data = {
            "day": day.day,
            "at": day.at,
            "front": day.front,
            "new": day.new,
            "counts": counts,
        }
        yield _file(f"api/days/{day.day}.json", "day", data, day.at)


def _index(desk: _Desk) -> File:
    edition = desk.edition
    front = desk.stories[: edition.masthead.stories]
    data = {
        "portal": _masthead(edition.masthead),
        "topics": [
            {**_section(each), "reports": f"topic/{each.id}/head.json"} for each in edition.sections
        ],
        "stories": [_story_data(edition, story, story.heat) for story in front],
    }
    links = {"reports": "reports/head.json", "sources": "sources.json", "openapi": "openapi.json"}
    if edition.days:
        links["day"] = f"days/{edition.days[-1].day}.json"
    return _file("api/index.json", "index", data, edition.at, links)


def _descriptions(edition: Edition) -> Iterator[File]:
    url = root(edition)
    described = schemas.openapi(edition.masthead.title, url)
    yield PurePosixPath("api/openapi.json"), encode(described)
    for name in schemas.ANSWERS:
        path = f"api/schema/{name}.json"
        yield PurePosixPath(path), encode(schemas.schema(name, f"{url}{path}"))


def _file(
    path: str, kind: str, data: object, at: datetime | None, links: dict[str, str] | None = None
) -> File:
    return PurePosixPath(path), _bytes(path, kind, data, at, links)


def _bytes(
    path: str, kind: str, data: object, at: datetime | None, links: dict[str, str] | None
) -> bytes:
    up = "../" * (path.count("/") - 1)
    own = {"self": path.rpartition("/")[2], **(links or {})}
    meta = {"schema": f"{up}schema/{kind}.json", "edition": at}
    return encode({"data": data, "links": own, "meta": meta})


def encode(value: object) -> bytes:
    """Canonical JSON: UTF-8, keys in the order given, one space a level, a line end at the end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
