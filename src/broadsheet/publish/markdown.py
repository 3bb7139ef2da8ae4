"""Where does a record stand, what did people do to it, and what do the public ones say together?

The two trees are the truth (PORTAL.md): a record is filed here by its gate, and the Edition is
read back from here, so that every output can be made again from the files alone. `state/index`
only saves time, and tells which files a person has touched since we wrote them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from broadsheet import files, urls
from broadsheet.config import Portal
from broadsheet.errors import FileError, Place, StoreError
from broadsheet.model import (
    Day,
    Edition,
    Masthead,
    Part,
    Record,
    Removed,
    Score,
    Section,
    SourceState,
    Story,
    Told,
    Tree,
    Voice,
)
from broadsheet.publish import front
from broadsheet.record import (
    parse,
    parse_day,
    parse_removed,
    parse_source,
    parse_story,
    write,
    write_day,
    write_removed,
    write_source,
    write_story,
    written,
)
from broadsheet.seams import StoryScorer
from broadsheet.strict_yaml import span_text

_SOURCE_URL = re.compile(rb"(?m)^sourceUrl: (\S+)$")
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
PUBLIC: Tree = "records/news"
TREES: tuple[Tree, ...] = (PUBLIC, "held/below", "held/review", "held/rejected")
_STANDS = {
    PUBLIC: "approve",
    "held/below": "below",
    "held/review": "hold",
    "held/rejected": "reject",
}
# More record files than this, and most of all, vanish by a mistake and not by a decision.
MANY_GONE = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as we last read or wrote it."""

    size: int
    mtime_ns: int
    inode: int
    sha256: str
    record: Record


@dataclass(frozen=True, slots=True)
class _Index:
    """`state/index`: every file as it was when the last run ended, by its path."""

    records: dict[str, _Seen] = field(default_factory=dict)
    stories: dict[str, tuple[int, int, int, Story]] = field(default_factory=dict)
    """Its stamp (files.py), and what it says."""
    days: dict[str, tuple[int, int, int, Day]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """One line of `desk/log.jsonl`: what a person did to a record, and why."""

    at: str
    who: str
    what: str
    record: str
    field: str = ""
    before: str = ""
    after: str = ""
    why: str = ""


class Trees:
    """records/, held/ and desk/ under a portal's folder. `quick` trusts `state/index`; `note`
    writes what a person has done since into the log, which only the holder of the lock may."""

    def __init__(self, folder: Path, *, quick: bool = False, note: bool = False) -> None:
        self.folder = folder
        self._prefix = len(str(folder / "x")) - 1
        self.broken: list[FileError] = []
        """Files that a person must mend; they are left alone."""
        self.written: list[Path] = []
        """What this process has written or moved, in order."""
        self._paths: dict[str, Path] = {}
        self._records: dict[str, Record] = {}
        self.moved: list[str] = []
        """Records that a person has moved to another tree since the last run."""
        self._unreadable: set[str] = set()  # ids of broken files: not to be written a second time
        self._names: set[str] = set()  # broken files have names too: never an overwrite
        self._index: dict[str, _Seen] = {}
        index = self._known()
        known = index.records
        self.removed = self._all("records/removed/*.md", parse_removed, lambda gone: gone.id)
        self.tombs = {id for gone in self.removed.values() for id in (gone.id, *gone.also)}
        self._read_records(known if quick else {})
        self.acts = self._acts()
        self.decisions: dict[str, str] = {}
        """What holds of a report whatever the rules say: approve, reject, hold or below."""
        for id, path in self._paths.items():
            if (stands := _STANDS.get(self._tree(path))) in ("hold", "reject"):
                self.decisions[id] = stands
        for act in self.acts:
            self._decided(act)
        if note:
            self._note_edits(known)
        self._pinned = {(a.record, a.field) for a in self.acts if a.what == "edit"}
        if not quick:
            index = _Index()
        self.stories: dict[str, Story] = self._all(
            "records/stories/*/*.md", parse_story, lambda story: story.id, index.stories
        )
        self._told_in: dict[str, set[str]] = {}
        """The stories on file that have a report, most often one."""
        for story in self.stories.values():
            self._tell(story)
        self.days = self._all("records/days/*.md", parse_day, lambda day: day.day, index.days)
        self.sources = self._all("records/sources/*.md", parse_source, lambda source: source.id)

    def record(self, id: str) -> Record | None:
        """The record as it stands."""
        return self._records.get(id)

    def tree_of(self, id: str) -> Tree | None:
        """Where it stands."""
        path = self._paths.get(id)
        return self._tree(path) if path else None

    def path_of(self, id: str) -> Path | None:
        """Its file."""
        return self._paths.get(id)

    def ids(self) -> list[str]:
        """Of every record, public or held, sorted."""
        return sorted(self._records)

    def public(self) -> dict[str, Record]:
        """The records that stand in public and say that they may, by id."""
        return {
            id: record
            for id, record in sorted(self._records.items())
            if record.published and self._tree(self._paths[id]) == PUBLIC
        }

    def story_named(self, ids: Iterable[str]) -> str:
        """The id of the filed story that has one of these reports; "" where none is."""
        found = {story for id in ids for story in self._told_in.get(id, ())}
        if len(found) < 2:
            return next(iter(found), "")
        return next(id for id in self.stories if id in found)

    def file(self, tree: Tree, record: Record) -> bool:
        """Let the record stand in this tree; False when it does already, with this meaning.

        The name of a file is given once; a record that changes its tree moves. What a person
        wrote into it stays. Raises StoreError.
        """
        id = urls.record_id(record.source_url)
        if id in self._unreadable:
            return False
        old = self._paths.get(id)
        if old and id in self._records:
            record = self._as_edited(id, record, tree)
        month, name = old.parts[-2:] if old else self._name(id, record)
        new = self.folder / tree / month / name
        if old == new and self._records[id] == record:
            return False
        data = write(record)
        if parse(data, name) != record:
            raise StoreError(f"{new}: would not read back as it was written; please report this")
        self._journal(new, data)
        if tree != PUBLIC:
            files.private_folder(self.folder / "held")
        # Never in public with the words of its other state: hide, then write; write, then show.
        if old and old != new and not record.published:
            files.move(old, new)
        files.write(new if not record.published else old or new, data)
        if old and old != new and record.published:
            files.move(old, new)
        if old and old != new:
            self._index.pop(self._key(old), None)
        self._paths[id], self._records[id] = new, record
        self._see(new, data, record)
        self.written.append(new)
        if tree == "held/review":
            self.decisions.setdefault(id, "hold")
        return True

    def file_story(self, story: Story) -> bool:
        """Write the story's record where its meaning changed; its title is given once."""
        old = self.stories.get(story.id)
        if old and old.merged_into:  # a person made it part of another: that holds for good
            return False
        if old:
            # The title is given once, by the first report, for as long as that one is public.
            title = old.title if story.id in story.report_ids else story.title
            story = replace(story, title=title, note=old.note)
        if old and write_story(old) == write_story(story):
            return False
        self._tell(story)
        month = f"{(old or story).first_at:%Y-%m}"
        found = next(iter((self.folder / "records" / "stories").glob(f"*/{story.id}.md")), None)
        path = found or self.folder / "records" / "stories" / month / f"{story.id}.md"
        return self._write(path, write_story(story))

    def file_day(self, day: Day) -> bool:
        """Write the day's record where it changed."""
        self.days[day.day] = day
        return self._write(self._day_path(day), write_day(day))

    def file_source(self, state: SourceState) -> bool:
        """Write what readers may know of a source where it changed."""
        self.sources[state.id] = state
        path = self.folder / "records" / "sources" / f"{state.id}.md"
        return self._write(path, write_source(state))

    def remove(self, id: str, also: Sequence[str], at: datetime, why: str) -> None:
        """Hide a report at once and for good: the tombstone first, then the file. StoreError."""
        gone = Removed(id=id, also=tuple(sorted(set(also) - {id})), at=at, reason=why)
        self._write(self.folder / "records" / "removed" / f"{id}.md", write_removed(gone))
        self.removed[id] = gone
        self.tombs |= {id, *gone.also}
        if path := self._paths.pop(id, None):
            files.remove(path)
            self._index.pop(self._key(path), None)
            self._names.discard(path.name)
        self._records.pop(id, None)

    def act(self, act: Act) -> None:
        """Append one line to the log of what people did. Raises StoreError."""
        files.private_folder(self.folder / "desk")
        line = json.dumps(_line_of(act), ensure_ascii=False) + "\n"
        files.append(self.folder / "desk" / "log.jsonl", line.encode())
        self.acts.append(act)
        self._decided(act)

    def said_of_two(self) -> list[tuple[str, str, str]]:
        """What people said of two reports, in order: must-link or cannot-link, and both ids."""
        words = ("must-link", "cannot-link")
        return [(act.what, act.record, act.after) for act in self.acts if act.what in words]

    def _decided(self, act: Act) -> None:
        if act.what in ("approve", "reject"):
            self.decisions[act.record] = act.what
        elif act.what == "edit" and act.field == "tree" and act.after in _STANDS:
            self.decisions[act.record] = _STANDS[act.after]

    def save_index(self) -> None:
        """Remember every file as it now stands, so that the next run need not read it."""
        path = self.folder / "state" / "index"
        stories = {}
        for file in sorted((self.folder / "records" / "stories").glob("*/*.md")):
            if story := self.stories.get(file.stem):
                stories[self._key(file)] = (*files.stamp(file.stat()), story)
        days = {}
        for day in self.days.values():
            file = self._day_path(day)
            if file.exists():
                days[self._key(file)] = (*files.stamp(file.stat()), day)
        files.write(path, msgspec.msgpack.encode(_Index(self._index, stories, days)))
        files.remove(self.folder / "state" / "written")

    def drop_story(self, id: str) -> None:
        """Delete the record of a story that has no public report left. Raises StoreError."""
        for path in (self.folder / "records" / "stories").glob(f"*/{id}.md"):
            files.remove(path)
            self.written.append(path)
        self._untell(id)
        self.stories.pop(id, None)

    def _tell(self, story: Story) -> None:
        """Know the story by its reports, unless it was taken in by another."""
        self._untell(story.id)
        self.stories[story.id] = story
        for id in () if story.merged_into else story.report_ids:
            self._told_in.setdefault(id, set()).add(story.id)

    def _untell(self, id: str) -> None:
        if id in self.stories:
            for report in self.stories[id].report_ids:
                self._told_in.get(report, set()).discard(id)

    def _journal(self, path: Path, data: bytes) -> None:
        """Say that these bytes are ours before they are there: a run that is killed before it
        saves its index must not take its own writing for a person's."""
        line = f"{hashlib.sha256(data).hexdigest()} {self._key(path)}\n"
        journal = self.folder / "state" / "written"
        try:
            journal.parent.mkdir(parents=True, exist_ok=True)
            with journal.open("a") as file:
                file.write(line)
        except OSError as error:
            raise StoreError(f"{journal}: {error.strerror}") from error

    def _journalled(self) -> set[str]:
        with suppress(OSError, ValueError):
            return set((self.folder / "state" / "written").read_text().splitlines())
        return set()

    def _known(self) -> _Index:
        with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError, ValueError):
            data = (self.folder / "state" / "index").read_bytes()
            return msgspec.msgpack.decode(data, type=_Index)
        return _Index()

    def _read_records(self, known: dict[str, _Seen]) -> None:
        for path in sorted(path for tree in TREES for path in (self.folder / tree).rglob("*.md")):
            self._names.add(path.name)
            try:
                seen = known.get(self._key(path))
                if seen and files.stamp(path.stat()) == (seen.size, seen.mtime_ns, seen.inode):
                    record = seen.record
                    self._index[self._key(path)] = seen
                else:
                    data = path.read_bytes()
                    record = parse(data, self._key(path))
                    self._see(path, data, record)
            except FileError as error:
                self.broken.append(error)
                if named := _SOURCE_URL.search(path.read_bytes()):
                    self._unreadable.add(urls.record_id(named[1].decode("utf-8", "replace")))
            except (IsADirectoryError, FileNotFoundError) as error:
                self.broken.append(FileError(str(error.strerror), Place(self._key(path))))
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}") from error
            else:
                id = urls.record_id(record.source_url)
                if why := self._unwanted(id):
                    self.broken.append(FileError(why, Place(self._key(path))))
                    self._index.pop(self._key(path), None)
                    continue
                self._paths[id], self._records[id] = path, record

    def _unwanted(self, id: str) -> str:
        """Why a file that reads well is none of ours; "" for most."""
        if id in self.tombs:
            return "this report was removed, and its tombstone stands; delete the file"
        if id in self._paths:
            return f"{self._key(self._paths[id])} is of the same report; delete one of them"
        return ""

    def _note_edits(self, known: dict[str, _Seen]) -> None:
        """What differs from what we wrote, a person wrote: their fields stay for ever."""
        ours = self._journalled()
        were = {urls.record_id(seen.record.source_url): (p, seen) for p, seen in known.items()}
        gone = [
            id for id in were if id not in self._paths and id not in self._unreadable | self.tombs
        ]
        if len(gone) > max(MANY_GONE, len(were) // 2):
            raise StoreError(
                f"{self.folder}: {len(gone)} of {len(were)} record files are gone since the last "
                "run; put them back, or delete state/ if that is what you want"
            )
        for id, (key, seen) in sorted(were.items()):
            if id in gone:
                was = self.folder / key
                trees = (self._tree(was), "held/rejected")
                self.act(Act(_left(was, self.folder), "hand", "edit", id, "tree", *trees))
                self.moved.append(id)
                continue
            path, record = self._paths.get(id), self._records.get(id)
            if path is None or record is None:
                continue
            now = self._index[self._key(path)]
            if now is seen or f"{now.sha256} {self._key(path)}" in ours:
                continue
            for name, before, after in _changes(seen.record, record):
                self.act(Act(_moment(path), "hand", "edit", id, name, before, after))
            if PurePosixPath(key).parts[:2] != path.relative_to(self.folder).parts[:2]:
                trees = (self._tree(self.folder / key), self._tree(path))
                self.act(Act(_moment(path), "hand", "edit", id, "tree", *trees))
                self.moved.append(id)

    def _as_edited(self, id: str, record: Record, tree: Tree) -> Record:
        """The new record with a person's fields and the values that stand for good kept."""
        now = self._records[id]
        mine = {
            f.name: getattr(now, f.name) for f in fields(Record) if (id, f.name) in self._pinned
        }
        live = "live" in (now.type, record.type)  # the headings of its entries, which are ours
        kept = {"blocks": now.blocks, "body": record.body if live else now.body}
        record = replace(record, **{**kept, **mine})
        # A gate and a flag that contradict each other would be half public: the tree decides.
        return replace(record, published=tree == PUBLIC and record.published)

    def _all(
        self,
        pattern: str,
        read: Callable[[bytes, str], T],
        key: Callable[[T], Any],
        known: Mapping[str, tuple[int, int, int, T]] = MappingProxyType({}),
    ) -> dict[Any, T]:
        found: dict[Any, T] = {}
        for path in sorted(self.folder.glob(pattern)):
            try:
                seen = known.get(self._key(path))
                if seen and seen[:3] == files.stamp(path.stat()):
                    noun = seen[3]
                else:
                    noun = read(path.read_bytes(), self._key(path))
            except FileError as error:
                self.broken.append(error)
            except (IsADirectoryError, FileNotFoundError) as error:
                self.broken.append(FileError(str(error.strerror), Place(self._key(path))))
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}") from error
            else:
                found[key(noun)] = noun
        return found

    def _acts(self) -> list[Act]:
        path = self.folder / "desk" / "log.jsonl"
        acts: list[Act] = []
        with suppress(FileNotFoundError):
            for line in path.read_bytes().splitlines():
                # A torn last line is what a kill leaves; the act was not confirmed to anyone.
                with suppress(ValueError, TypeError, msgspec.MsgspecError):
                    said = msgspec.json.decode(line, type=dict[str, str])
                    said["before"], said["after"] = said.pop("from", ""), said.pop("to", "")
                    acts.append(Act(**said))
        return acts

    def _write(self, path: Path, data: bytes) -> bool:
        if any(error.place.file == self._key(path) for error in self.broken):
            return False
        if not files.write(path, data):
            return False
        self.written.append(path)
        return True

    def _see(self, path: Path, data: bytes, record: Record) -> None:
        digest = hashlib.sha256(data).hexdigest()
        self._index[self._key(path)] = _Seen(*files.stamp(path.stat()), digest, record)

    def _day_path(self, day: Day) -> Path:
        return self.folder / "records" / "days" / f"{day.day}.md"

    def _key(self, path: Path) -> str:
        # A slice and not relative_to: it is asked for every file, several times a run.
        return str(path)[self._prefix :]

    def _tree(self, path: Path) -> Tree:
        key = self._key(path)
        return next((tree for tree in TREES if key.startswith(f"{tree}/")), "held/review")

    def _name(self, id: str, record: Record) -> tuple[str, str]:
        """Month and file name of a new record (RECORD.md, section 2)."""
        at = record.published_at or record.desk.seen_at
        day = f"{at:%Y-%m-%d}" if at else "0000-00-00"
        stem = f"{day}-{files.slug(record.title, otherwise=id)}"
        name = f"{stem}.md" if f"{stem}.md" not in self._names else f"{stem}-{id[:6]}.md"
        self._names.add(name)
        return day[:7], name


def _changes(before: Record, after: Record) -> Iterator[tuple[str, str, str]]:
    for each in fields(Record):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if old != new:
            yield each.name, _said(old), _said(new)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _moment(path: Path) -> str:
    """When the file was last touched: the only date that an edit by hand has."""
    return written(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _left(path: Path, top: Path) -> str:
    """When a file that is gone was last there: its folder's last change."""
    folder = next(each for each in path.parents if each.exists() or each == top)
    return _moment(folder)


def _line_of(act: Act) -> dict[str, str]:
    return {
        "at": act.at,
        "who": act.who,
        "what": act.what,
        "record": act.record,
        "field": act.field,
        "from": act.before,
        "to": act.after,
        "why": act.why,
    }


def voices(records: Iterable[Record]) -> list[Voice]:
    """The records as the heat of their story hears them."""
    return [
        Voice(r.provider.domain, moment_of(r), r.quality, bool(r.desk.copy_of)) for r in records
    ]


def leads(record: Record) -> tuple[bool, int, datetime]:
    """How the reports of a story stand in order, its leader first: own work, quality, then age."""
    return bool(record.desk.copy_of), -record.quality, moment_of(record)


def moment_of(record: Record) -> datetime:
    """When it counts: its own date, or our first sight of it."""
    return record.published_at or record.desk.seen_at or UNDATED


def edition(portal: Portal, trees: Trees, heat: StoryScorer) -> Edition:
    """What the public records say together at the newest day's edition time, hottest first."""
    at = max((day.at for day in trees.days.values()), default=None)
    public = trees.public()
    return Edition(
        masthead=_masthead(portal),
        at=at,
        stories=tuple(stories_at(portal, trees, public, heat, at or UNDATED)),
        records={id: replace(r, secured="") if r.secured else r for id, r in public.items()},
        sections=_sections(portal, public.values()),
        days=tuple(trees.days[day] for day in sorted(trees.days)),
        sources=tuple(trees.sources[id] for id in sorted(trees.sources)),
        removed=tuple(trees.removed[id] for id in sorted(trees.removed)),
        merged={s.id: s.merged_into for s in trees.stories.values() if s.merged_into},
    )


def close_day(portal: Portal, trees: Trees, heat: StoryScorer, now: datetime) -> bool:
    """Write the day's record: its front page, what became public, when. True if it changed.

    The edition's time is the run's if anything changed, else the last full hour, and never
    earlier than it was (PORTAL.md, Names, ids, time).
    """
    before = max((day.at for day in trees.days.values()), default=None)
    known = {id for day in trees.days.values() for id in day.new}
    public = trees.public()
    fresh = [id for id in public if id not in known]
    fresh.sort(
        key=lambda id: (public[id].desk.seen_at or moment_of(public[id]), moment_of(public[id]), id)
    )
    hour = now.replace(minute=0, second=0)
    at = now if trees.written or fresh or before is None else hour
    at = max(at, before) if before else at
    if before == at and not trees.written and not fresh:
        return False
    today = at.astimezone(ZoneInfo(portal.timezone)).date()
    top = stories_at(portal, trees, public, heat, at)[: portal.site.stories]
    old = trees.days.get(today)
    new = (*(old.new if old else ()), *fresh)
    counts: dict[str, int] = {}
    for record in (public[id] for id in new if id in public):
        for name in record.topics:
            counts[name] = counts.get(name, 0) + 1
    ordered = {t.label: counts[t.label] for t in portal.topics.values() if t.label in counts}
    day = Day(day=today, at=at, front=tuple(s.id for s in top), new=new, counts=ordered)
    return day != old and trees.file_day(day)


def stories_at(
    portal: Portal, trees: Trees, public: dict[str, Record], heat: StoryScorer, at: datetime
) -> list[Story]:
    """Every story that the public can name, as hot as it is at this moment, in order."""
    of_story: dict[str, list[str]] = {}
    filed = {s.id: s for s in trees.stories.values() if not s.merged_into}
    told_in = {told.id: s.id for s in filed.values() for told in s.reports}
    for id, record in public.items():
        story = told_in.get(id) or record.desk.story or id
        of_story.setdefault(_kept_story(story, trees.stories), []).append(id)
    stories = [
        _story(id, ids, public, filed.get(id), portal, heat, at) for id, ids in of_story.items()
    ]
    return front.ranked(front.with_pins(stories, _pins(trees.acts)))


def _pins(acts: Iterable[Act]) -> set[str]:
    """Ids of the stories and reports that an editor pinned and did not unpin."""
    pins: set[str] = set()
    for act in acts:
        if act.what == "pin":
            pins.add(act.record)
        elif act.what == "unpin":
            pins.discard(act.record)
    return pins


def _kept_story(id: str, stories: Mapping[str, Story]) -> str:
    """The story that took this one in, at the end of the chain; itself where none did."""
    passed = {id}
    while (story := stories.get(id)) and story.merged_into and story.merged_into not in passed:
        id = story.merged_into
        passed.add(id)
    return id


def _story(
    id: str,
    ids: list[str],
    public: dict[str, Record],
    filed: Story | None,
    portal: Portal,
    heat: StoryScorer,
    at: datetime,
) -> Story:
    """The leader is the best report that is not a copy; the rest follow by quality, copies last."""
    ids.sort(key=lambda each: (*leads(public[each]), each))
    leader = public[ids[0]]
    told = {each.id: each for each in filed.reports} if filed else {}
    times = [moment_of(public[each]) for each in ids]
    if portal.profile == "classic":
        hot = Score("heat", leader.heat, (Part("as its record says", leader.heat),))
    else:
        hot = heat(voices(public[each] for each in ids), at)
    names = {name for each in ids for name in public[each].topics}
    labels = [topic.label for topic in portal.topics.values()]
    return Story(
        id=id,
        title=filed.title if filed else leader.title,
        reports=tuple(told.get(each, Told(each)) for each in ids),
        first_at=min(times),
        last_at=max(times),
        heat=hot,
        topics=(*(n for n in labels if n in names), *sorted(names - set(labels))),
        note=filed.note if filed else "",
    )


def _masthead(portal: Portal) -> Masthead:
    return Masthead(
        title=portal.title,
        url=portal.url or Masthead(title="").url,
        description=portal.description,
        language=portal.language,
        timezone=portal.timezone,
        contact=portal.contact,
        profile=portal.profile,
        accent=portal.site.accent,
        stories=portal.site.stories,
        river=portal.site.river,
        half_life=span_text(portal.heat.half_life),
        extract_length=portal.extracts.length,
        hub=portal.websub.hub,
    )


def _sections(portal: Portal, records: Iterable[Record]) -> tuple[Section, ...]:
    sections = [
        Section(
            id=topic.id,
            name=topic.label,
            about=topic.about,
            parent=topic.parent,
            keywords=topic.keywords,
            not_=topic.not_,
            hashtags=topic.hashtags,
            was=topic.was,
            sources=tuple(
                s.id for s in portal.sources.values() if topic.id in s.topics and not s.listed_in
            ),
        )
        for topic in portal.topics.values()
    ]
    known = {name for section in sections for name in (section.name, *section.was)}
    ids = {section.id for section in sections}
    gone = sorted({name for record in records for name in record.topics} - known)
    for name in gone:
        id = files.slug(name, otherwise=urls.record_id(name))[:40].strip("-")
        sections.append(
            Section(id=id if id not in ids else urls.record_id(name), name=name, archived=True)
        )
    return tuple(sections)
