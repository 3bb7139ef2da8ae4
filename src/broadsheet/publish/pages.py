"""What does a page show? An Edition laid out for reading: lines, stories, rows, times, paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from broadsheet import files, text, urls
from broadsheet.model import Day, Edition, Part, Record, Score, Section, SourceState, Story, Told

EXTRACTS = 12  # only the first stories of a list carry an extract (PRODUCT.md, Front page)
LONGEST_EXTRACT = (
    280  # characters, whatever the portal file says (PRODUCT.md, Rights-safe extracts)
)
LONGEST_TITLE = 300  # characters; the record, the feeds and the API have it whole
MORE = 5  # other publishers named in a list; the story page names all
ROWS = 100  # of a story's table, its timeline and its reasons; the story's JSON has all
SOURCE_REPORTS = 20  # newest reports on a source's page

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,250}")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def outward(url: str) -> str:
    """The address if it may be a link out: http or https with a host; else ""."""
    if not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host else ""


def may_name_a_folder(name: str) -> bool:
    """Whether an id or a domain can be a part of our addresses as it is."""
    return bool(_NAME.fullmatch(name)) and not name.endswith(".html")


def moment(record: Record) -> datetime:
    """When it counts: its own date, or our first sight of it."""
    return record.published_at or record.desk.seen_at or _LONG_AGO


def note_html(note: str) -> Markup:
    """The editor's Markdown as HTML: paragraphs, lists, emphasis and links out, no raw HTML."""
    markdown = MarkdownIt("zero", {"html": False}).enable(
        ["emphasis", "link", "autolink", "list", "blockquote", "backticks", "escape", "entity"]
    )
    markdown.validateLink = lambda url: bool(outward(url))  # type: ignore[method-assign]
    kept = "\n".join(text.clean_text(line) for line in note.splitlines())
    return Markup(markdown.render(kept).strip())


@dataclass(frozen=True, slots=True)
class Clock:
    """How pages write times: absolute, in the portal's zone, read from the page's own time."""

    zone: ZoneInfo
    at: datetime

    def day(self, at: datetime) -> date:
        """The portal's day of a moment."""
        return at.astimezone(self.zone).date()

    def short(self, at: datetime) -> Markup:
        """09:12 on the page's own day, Thu 18:05 in the week before, else 2 January 2026."""
        local = at.astimezone(self.zone)
        days = (self.day(self.at) - local.date()).days
        if days == 0:
            return self._time(at, f"{local:%H:%M}")
        if 0 < days < 7:
            return self._time(at, f"{_DAYS[local.weekday()][:3]} {local:%H:%M}")
        return self._time(at, day_words(local.date()))

    def full(self, at: datetime) -> Markup:
        """9 January 2026, 10:05."""
        local = at.astimezone(self.zone)
        return self._time(at, f"{day_words(local.date())}, {local:%H:%M}")

    def date(self, at: datetime) -> Markup:
        """Friday 9 January 2026."""
        local = at.astimezone(self.zone)
        return self._time(at, f"{_DAYS[local.weekday()]} {day_words(local.date())}")

    def since(self, at: datetime) -> Markup:
        """Tuesday, or 2 January 2026 where a week day would be two days."""
        day = self.day(at)
        near = (self.day(self.at) - day).days < 7
        return self._time(at, _DAYS[day.weekday()] if near else day_words(day))

    def _time(self, at: datetime, words: str) -> Markup:
        stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        return Markup(f'<time datetime="{stamp}">{escape(words)}</time>')


def day_words(day: date) -> str:
    """9 January 2026, in any locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_words(day: date) -> str:
    """January 2026."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True)
class Line:
    """One report as pages show it; every string is plain text of one line."""

    id: str
    title: str
    link: str
    """Where the headline leads, "" where the address may not be a link."""
    publisher: str
    domain: str
    """Of its source page, "" where it has none."""
    at: datetime
    attributes: Markup
    """`lang` and `dir` of a headline that is not in the portal's language."""
    copy: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One story as lists show it."""

    story: Story
    lead: Line
    extract: str
    more: tuple[Line, ...]
    page: str
    """Path of its page under site/, "" where it has none."""
    publishers: int
    topics: tuple[tuple[str, str], ...]
    """Name, and id of the topic's page or ""."""
    level: int
    """Heat in fifths of the hottest of the list."""
    day: int
    """1 on its first day on the front page."""
    fresh: int
    """Its reports that became public today, without copies."""
    parts: tuple[Part, ...]
    no_ai: bool
    """Does the publisher of the extract not want it used for language models?"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a coverage table: a report, or all copies of one text folded."""

    line: Line
    others: tuple[Line, ...]
    adds: str
    earlier: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a story's timeline."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a source did, in numbers."""

    reports: int
    in_stories: int
    first: int
    changed: int
    quality: int
    delay: str
    """From publication to our first sight, usually; "" where none is known."""
    """Minutes from published to seen, median; None where nothing tells."""
    copies: int
    gap: str
    """From one report to the next, median, in words; "" for fewer than three."""
    obeyed: tuple[str, ...]


_EFFECTS = {
    "noarchive": "noarchive: a text is read and not kept",
    "noai": "noai: our records, API and feeds say so, and pages with its extracts",
    "tdm-reservation": "tdm-reservation: title, address and date are all that we take",
    "max-image-preview:none": "max-image-preview:none: no picture",
    "max-image-preview:standard": "max-image-preview:standard: no large picture",
}


def _obeyed(record: Record) -> Iterator[str]:
    """What its publisher wishes for this report, and what follows."""
    if record.desk.extract:
        yield text.clean_text(record.desk.extract)
    for wish in record.desk.rights:
        name, _, moment = wish.partition(":")
        if effect := _EFFECTS.get(wish):
            yield effect
        elif name == "unavailable_after":
            yield f"unavailable_after: it leaves our lists at {text.clean_text(moment, 30)}"
    if licence := outward(record.desk.licence):
        yield f"licence: {licence}"


def _gap(dates: Iterable[datetime]) -> str:
    """The usual time between two of these; of records alone, so that no hour changes it."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(dates))]
    if len(gaps) < 2:
        return ""
    minutes = median(gaps) / 60
    return _span(minutes) if minutes >= 60 else "less than an hour"


def _span(minutes: float) -> str:
    """25 min, 5 h, 3 days."""
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / (24 * 60):.0f} days"


def headline(title: str) -> str:
    """As pages show it: one line of plain text, a very long one cut at a word."""
    plain = text.clean_text(title)
    return plain if len(plain) <= LONGEST_TITLE else f"{text.cut(plain, LONGEST_TITLE)}…"


def _of_the_past(shown: Shown) -> Shown:
    """Without what is true of today only: a past page changes with its stories, not by the hour."""
    story = replace(shown.story, heat=Score("heat", 0))
    return replace(shown, story=story, extract="", level=0, day=1, fresh=0, parts=())


class Paper:
    """An Edition laid out. What several pages need is worked out once."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.masthead = edition.masthead
        self.zone = ZoneInfo(edition.masthead.timezone)
        self.at = edition.at or _LONG_AGO
        self.clock = Clock(self.zone, self.at)
        self.stories = {story.id: story for story in edition.stories}
        self.live = [s for s in edition.sections if not s.archived and may_name_a_folder(s.id)]
        self.sections = [s for s in edition.sections if may_name_a_folder(s.id)]
        self._topic_of = {name: s.id for s in reversed(self.sections) for name in (*s.was, s.name)}

    @cached_property
    def today(self) -> Day | None:
        """The day record of the edition's own day."""
        day = self.clock.day(self.at)
        return next((d for d in reversed(self.edition.days) if d.day == day), None)

    @cached_property
    def domains(self) -> dict[str, list[Record]]:
        """Registrable domain -> its public records, newest first; domains in order."""
        found: dict[str, list[Record]] = {
            state.domain: [] for state in self.edition.sources if may_name_a_folder(state.domain)
        }
        for record in self.newest:
            if may_name_a_folder(record.provider.domain):
                found.setdefault(record.provider.domain, []).append(record)
        return dict(sorted(found.items()))

    @cached_property
    def newest(self) -> list[Record]:
        """Every public record, newest first."""
        ordered = sorted(self.edition.records.items(), key=lambda pair: pair[0])
        return [r for _, r in sorted(ordered, key=lambda pair: moment(pair[1]), reverse=True)]

    @cached_property
    def lines(self) -> dict[str, Line]:
        """Every public record as a line, by id."""
        return {id: self._line(id, record) for id, record in self.edition.records.items()}

    @cached_property
    def _first_day(self) -> dict[str, date]:
        first: dict[str, date] = {}
        for day in self.edition.days:
            for id in day.front:
                first.setdefault(id, day.day)
        return first

    @cached_property
    def _fresh(self) -> frozenset[str]:
        return frozenset(self.today.new) if self.today else frozenset()

    @cached_property
    def publisher_names(self) -> dict[str, str]:
        """Domain -> the name its newest report gives it, or its source's title."""
        names: dict[str, str] = {}
        for domain, records in self.domains.items():
            told = [r.provider.name for r in records if r.provider.name]
            told += [s.title for s in self.edition.sources if s.domain == domain and s.title]
            names[domain] = text.clean_text(told[0]) if told else domain
        return names

    @cached_property
    def source_names(self) -> dict[str, str]:
        """Id of a source -> what it calls itself."""
        return {s.id: text.clean_text(s.title) or s.id for s in self.edition.sources}

    def story_path(self, story: Story) -> str:
        """Path of the story's page under site/; "" for a lone report without a note."""
        reports = len(self._reports(story))
        if not reports or not may_name_a_folder(story.id):
            return ""
        if reports == 1 and not story.note:
            return ""
        return f"s/{story.id}-{files.slug(story.title, otherwise=story.id)}/index.html"

    def merged_into(self, id: str) -> Story | None:
        """The story that took in the story with this old id, over any number of steps."""
        passed = set()
        while id in self.edition.merged and id not in passed:
            passed.add(id)
            id = self.edition.merged[id]
        return self.stories.get(id)

    def topics(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Each name with the id of its page, "" where it has none."""
        return tuple((text.clean_text(name), self._topic_of.get(name, "")) for name in names)

    def on_topic(self, section: Section) -> list[Story]:
        """The stories of a topic, hottest first."""
        names = {section.name, *section.was}
        return [story for story in self.edition.stories if names & set(story.topics)]

    def records_on(self, section: Section) -> list[Record]:
        """The reports of a topic, newest first."""
        names = {section.name, *section.was}
        return [record for record in self.newest if names & set(record.topics)]

    def shown(self, stories: Sequence[Story]) -> list[Shown]:
        """These stories as a list shows them, in this order."""
        with_reports = [story for story in stories if self._reports(story)]
        hottest = max((story.heat.value for story in with_reports), default=0)
        return [self._shown(story, n, hottest) for n, story in enumerate(with_reports)]

    def river(self, records: Iterable[Record]) -> list[Line]:
        """The newest reports without copies, as many as the portal wants."""
        own = (record for record in records if not record.desk.copy_of)
        return [
            self.line(record) for record, _ in zip(own, range(self.masthead.river), strict=False)
        ]

    def line(self, record: Record) -> Line:
        """A record of this edition as a line."""
        id = urls.record_id(record.source_url)
        return self.lines.get(id) or self._line(id, record)

    def quiet_since(self, records: Sequence[Record]) -> datetime | None:
        """When the newest of these came, if that was before the edition's day."""
        if not records or self.clock.day(moment(records[0])) >= self.clock.day(self.at):
            return None
        return moment(records[0])

    def of_the_week(self, stories: Sequence[Story]) -> list[Story]:
        """Those with a report in the last seven days."""
        week = self.at - timedelta(days=7)
        return [story for story in stories if story.last_at >= week]

    def coverage(self, story: Story) -> list[Row]:
        """The story's best reports, and after them the copies of each text in one row."""
        rows: list[Row] = []
        copies: dict[str, list[Line]] = {}
        first = self.first_of(story)
        for told, record in self._reports(story):
            line = self.lines[told.id]
            if record.desk.copy_of:
                copies.setdefault(record.desk.copy_of, []).append(line)
                continue
            earlier = tuple((text.clean_text(h.title), h.until_at) for h in record.desk.titles)
            adds = [text.clean_text(told.adds)] if told.adds else []
            if told.id == first.id:
                adds = ["first report", *(each for each in adds if each != "first report")]
            rows.append(Row(line, (), "; ".join(adds) or "nothing new", earlier))
        folded = [
            Row(lines[0], tuple(lines[1:]), "nothing new: a copy", ()) for lines in copies.values()
        ]
        return [*rows[:ROWS], *folded[:ROWS]]

    def first_of(self, story: Story) -> Line:
        """The story's earliest report; a copy is not, whatever its date."""
        lines = (self.lines[told.id] for told, _ in self._reports(story))
        return min(lines, key=lambda line: (line.copy, line.at, line.id))

    def timeline(self, story: Story) -> list[Event]:
        """How the story developed, oldest first: how it began, and the latest."""
        events: list[Event] = []
        first = self.first_of(story)
        for told, record in self._reports(story):
            line = self.lines[told.id]
            adds = text.clean_text(told.adds)
            if told.id == first.id:
                events.append(Event(line.at, f"First report: {line.publisher}"))
            elif line.copy:
                events.append(Event(line.at, f"{line.publisher} carries a copy"))
            else:
                what = "tells nothing new" if adds in ("", "nothing new") else f"adds {adds}"
                events.append(Event(line.at, f"{line.publisher} {what}"))
            events += [
                Event(headline.until_at, f"{line.publisher} changes its headline")
                for headline in record.desk.titles
            ]
        events.sort(key=lambda event: (event.at, event.words))
        return events if len(events) <= ROWS else [events[0], *events[1 - ROWS :]]

    def because(self, story: Story) -> list[tuple[Line, str]]:
        """The best reports that say why they stand in the story."""
        return [
            (self.lines[told.id], text.clean_text(told.because))
            for told, _ in self._reports(story)[:ROWS]
            if told.because
        ]

    def heat(self, story: Story) -> Score:
        """As its leader's record says it, which changes only with the story; else the edition's."""
        scores = self.edition.records[self._reports(story)[0][0].id].desk.parts
        return next((score for score in scores if score.name == "heat"), story.heat)

    def related(self, story: Story) -> list[tuple[str, str, str]]:
        """Title, address and publisher of what its records relate it to outside the story."""
        own = set(story.report_ids)
        leader = self._reports(story)[0][1]
        return [
            (text.clean_text(r.title), r.source_url, text.clean_text(r.provider.name))
            for r in leader.related
            if r.title and outward(r.source_url) and urls.record_id(r.source_url) not in own
        ]

    def publishers(self, story: Story) -> list[Line]:
        """One line for each publisher, in the story's order."""
        found: dict[str, Line] = {}
        for told, _ in self._reports(story):
            line = self.lines[told.id]
            found.setdefault(line.domain or line.publisher, line)
        return list(found.values())

    def figures(self, records: Sequence[Record]) -> Figures:
        """What the source of these records did."""
        delays = [
            (r.desk.seen_at - r.published_at) / timedelta(minutes=1)
            for r in records
            if r.desk.seen_at and r.published_at and r.desk.seen_at >= r.published_at
        ]
        ids = [urls.record_id(record.source_url) for record in records]
        return Figures(
            reports=len(records),
            in_stories=sum(id in self._in_stories for id in ids),
            first=sum(id in self._firsts for id in ids),
            changed=sum(len(record.desk.titles) for record in records),
            quality=round(median(record.quality for record in records)) if records else 0,
            delay=_span(median(delays)) if delays else "",
            copies=sum(bool(record.desk.copy_of) for record in records),
            gap=_gap([r.published_at for r in records if r.published_at]),
            obeyed=tuple(sorted({each for record in records for each in _obeyed(record)})),
        )

    def states(self, domain: str) -> list[SourceState]:
        """The sources that we read under this domain."""
        return [state for state in self.edition.sources if state.domain == domain]

    def front_of(self, day: Day) -> tuple[list[Shown], int]:
        """A day's front page, and how many of its stories are no longer public."""
        found: dict[str, Story] = {}
        for id in day.front:
            story = self.stories.get(id) or self.merged_into(id)
            if story and self._reports(story):
                found[story.id] = story
        gone = sum(not (self.stories.get(id) or self.merged_into(id)) for id in day.front)
        return [_of_the_past(each) for each in self.shown(list(found.values()))], gone

    def new_on(self, day: Day) -> list[Line]:
        """What became public that day, newest first, as many as a river holds."""
        return [self.lines[id] for id in reversed(day.new) if id in self.lines][
            : self.masthead.river
        ]

    def months(self) -> list[tuple[str, list[Day]]]:
        """The archive: months with their days, newest first."""
        found: dict[str, list[Day]] = {}
        for day in reversed(self.edition.days):
            found.setdefault(month_words(day.day), []).append(day)
        return list(found.items())

    def counts(self, day: Day | None) -> list[tuple[str, str, int]]:
        """Topic name, page id and public reports of that day."""
        if day is None:
            return []
        return [(name, self._topic_of.get(name, ""), n) for name, n in day.counts.items()]

    @cached_property
    def _in_stories(self) -> frozenset[str]:
        return frozenset(
            id for s in self.edition.stories if len(s.reports) > 1 for id in s.report_ids
        )

    @cached_property
    def _firsts(self) -> Counter[str]:
        several = (s for s in self.edition.stories if len(self._reports(s)) > 1)
        return Counter(self.first_of(story).id for story in several)

    def _reports(self, story: Story) -> list[tuple[Told, Record]]:
        records = self.edition.records
        return [(told, records[told.id]) for told in story.reports if told.id in records]

    def _line(self, id: str, record: Record) -> Line:
        domain = record.provider.domain
        name = record.provider.name or domain or urls.host(record.source_url)
        return Line(
            id=id,
            title=headline(record.title) or "(no headline)",
            link=outward(record.source_url),
            publisher=text.clean_text(name) or "Unknown publisher",
            domain=domain if may_name_a_folder(domain) else "",
            at=moment(record),
            attributes=self._attributes(record.desk.language),
            copy=bool(record.desk.copy_of),
        )

    def _attributes(self, language: str) -> Markup:
        if not _LANGUAGE.fullmatch(language) or language == self.masthead.language:
            return Markup("")
        direction = "rtl" if text.right_to_left(language) else "auto"
        return Markup(f' lang="{language}" dir="{direction}"')

    def _shown(self, story: Story, place: int, hottest: int) -> Shown:
        reports = self._reports(story)
        lead = self.lines[reports[0][0].id]
        publishers = self.publishers(story)
        limit = min(self.masthead.extract_length, LONGEST_EXTRACT)
        excerpt = text.clean_text(reports[0][1].excerpt) if place < EXTRACTS else ""
        heat = story.heat.value
        first_day = self._first_day.get(story.id, self.clock.day(self.at))
        return Shown(
            story=story,
            lead=lead,
            extract=text.cut(excerpt, limit) if limit > 0 else "",
            more=tuple(line for line in publishers[1:] if line.link)[:MORE],
            page=self.story_path(story),
            publishers=len(publishers),
            topics=self.topics(story.topics),
            level=-(-5 * heat // hottest) if heat > 0 else 0,
            day=max(1, (self.clock.day(self.at) - first_day).days + 1),
            fresh=sum(t.id in self._fresh and not r.desk.copy_of for t, r in reports),
            parts=story.heat.parts,
            no_ai="noai" in reports[0][1].desk.rights,
        )

    def languages(self, records: Iterable[Record]) -> Iterator[str]:
        """The languages of these records, most used first."""
        counted = Counter(r.desk.language for r in records if _LANGUAGE.fullmatch(r.desk.language))
        yield from sorted(counted, key=lambda language: (-counted[language], language))
