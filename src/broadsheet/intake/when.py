"""When was the report published, and when changed? The most exact signal that others agree with.

What a page states (structured data, metas, its address) is weighed against what it shows its
readers (shown.py). A newsroom's data is believed; elsewhere a plugin writes it, and the page that
readers see knows better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from broadsheet.intake import dates, shown
from broadsheet.intake.harvest import Harvest, folded
from broadsheet.intake.json_ld import Graph, Node, is_news, types
from broadsheet.intake.rules import WEIGHT, Rule
from broadsheet.intake.votes import Claim, Told, elect

OLDEST = 1990
MOST = 60  # claims for a date that are weighed
FARTHEST = timedelta(hours=12)  # of a zone, from Greenwich
QUARTER = timedelta(minutes=15)  # by which zones differ
KEPT = timedelta(days=180)  # between the first and the last words of a page that is kept up
# Weights: fundtest_dev, hdate_dev and wcxb_dev, `python -m benchmarks.pages --metadata`, 2026-11-24.
_NEWS, _DATA = 0.9, 0.65  # JSON-LD of a newsroom; of others, who leave it to a plugin
_REBUILT = 0.6  # that of others where it is not before the last change: the day of a build
_EARLIER, _LATER = 1.25, 0.7  # times the weight of a day shown before or after the stated one
_AGAIN = 0.5
_SHOWN = ("visible", "address")
_ASIDE = ("address", "heading", "title")

_OFFSET = re.compile(r"\d{1,2}:?\d\d(?::?\d\d)?(?:[.,]\d{1,9})?\s?([+-])(\d\d):?(\d\d)?\s*$")
_ZONED = re.compile(
    r"(?:\d\s?(?:z|utc|gmt)|[+-]\d\d:?\d\d|\b(?:[ecmp][sd]t|ce?s?t|bst|ist|jst|kst))\W*$",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"[/_-]((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2]|[1-9](?=[/_-]))[/_-]?(0[1-9]|[12]\d|3[01]|[1-9](?!\d))(?!\d)"
)
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})\b(?![./-]\d)")


class Moment(Struct, frozen=True):
    """A date as the page tells it: in its own zone, and how exactly."""

    at: datetime
    precision: int
    """0 the day, 1 the minute, 2 the second."""
    zoned: bool
    """Does the page tell the zone? Where not, `at` is taken to be UTC."""
    ambiguous: bool = False
    """Is it numbers of which either may be the month?"""

    @property
    def day(self) -> date:
        """In its own zone."""
        return self.at.date()

    @property
    def exactness(self) -> float:
        """What is better to have of two that tell one day."""
        midnight = self.at.hour == self.at.minute == 0
        return self.precision * (not midnight) + 0.5 * (self.zoned and self.precision > 0)

    def turned(self) -> Moment:
        """The same numbers with day and month the other way round."""
        return replace(self, at=self.at.replace(day=self.at.month, month=self.at.day))


NEVER = Moment(datetime(1, 1, 1, tzinfo=UTC), 0, False)


def read(text: str, fetched_at: datetime) -> Moment | None:
    """The moment that a text tells, in the zone that it tells; none that is after the fetch."""
    moment = _told(text)
    if moment is None:
        return None
    latest = fetched_at if moment.zoned else fetched_at + timedelta(hours=14)
    return moment if moment.at <= latest else None


@lru_cache(1 << 8)  # a page tells each of its dates three times
def _told(text: str) -> Moment | None:
    dated = dates.parse(_year_first(text))
    if dated is None:
        return None
    zoned = bool(dated.precision and _ZONED.search(text.strip()))
    at = dated.at
    if zoned and (offset := _OFFSET.search(text.strip())):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes < 24 * 60:
            zone = timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
            at = at.astimezone(zone)
    return Moment(at, dated.precision, zoned, _is_ambiguous(text))


def _is_ambiguous(text: str) -> bool:
    """Is it numbers of which either may be the month?"""
    found = _NUMBERS.search(text[:200])
    if not found:
        return False
    return found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def _year_first(text: str) -> str:
    """Numbers with the day or month first, the year first; which of the two, is tried: a month
    has no 13."""
    found = _NUMBERS.search(text[:200])
    if not found:
        return text
    first, last = int(found[1]), int(found[3])
    american = last > 12 or (found[2] == "/" and re.search(r"\b[ap]\.?m\b", text, re.IGNORECASE))
    day, month = (last, first) if american else (first, last)
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    return f"{year}-{month:02}-{day:02}{text[found.end() :]}"


def published(
    found: Harvest,
    graph: Graph,
    report: Node,
    title: str,
    fetched_at: datetime,
    changed: Moment,
    rule: Rule | None = None,
) -> Told[Moment]:
    """The date of publication; NEVER where nothing tells it. `changed` is that of the last change."""
    ruled = _ruled(found, rule)
    if not ruled and _is_kept(found, graph, report):
        return _elected(list(_readings(shown.changes(found, title), fetched_at)))
    stated = list(islice(_readings(_stated(found, graph, report, title, rule), fetched_at), MOST))
    seen = list(_readings(shown.beside(found, title), fetched_at))
    told = _elected(_against(*_settled(stated, seen)))
    if told.value is not NEVER and report and not (ruled or is_news(report)):
        return _reissued(found, title, fetched_at, changed, told, seen)
    for said in _last_resorts(found, title):
        if told.value is not NEVER:
            break
        told = _elected(list(_readings(said, fetched_at)))
    return told


def _last_resorts(found: Harvest, title: str) -> Iterator[Iterator[Claim[str]]]:
    """Where a date is looked for while all before are silent."""
    yield shown.changes(found, title)  # a page that only says when it was changed is of that day
    yield islice(shown.farther(found, title), 1)
    yield shown.labelled(found)
    yield _of_picture(found)


def _against(stated: list[Claim[Moment]], seen: list[Claim[Moment]]) -> list[Claim[Moment]]:
    """All claims, those that readers see weighed by what data and metas state.

    No report can be shown with a day before that of its publication: such a day is right more often
    than data that a plugin writes. A later one is that of a change, or of another report, unless
    its element is named for publication.
    """
    data = [claim for claim in stated if claim.signal not in _ASIDE]
    if not data:
        return stated + seen
    day = _elected(data).value.day
    return stated + [_beside(claim, day) for claim in seen]


def _beside(claim: Claim[Moment], day: date) -> Claim[Moment]:
    if claim.value.day == day:
        return claim
    is_doubted = claim.value.day > day and claim.weight < shown.NAMED
    return replace(claim, weight=claim.weight * (_LATER if is_doubted else _EARLIER))


def _reissued(
    found: Harvest,
    title: str,
    fetched_at: datetime,
    changed: Moment,
    told: Told[Moment],
    seen: list[Claim[Moment]],
) -> Told[Moment]:
    """The day of its last change, where readers see that day and not the one of publication.

    Guides and other pages that are kept for years are written anew under one address; what their
    data call the publication is often the day of the first draft.
    """
    if any(claim.value.day == told.value.day for claim in seen):
        return told
    again = [
        replace(claim, weight=_AGAIN) for claim in seen[:1] if claim.value.day == changed.day
    ] or [
        claim
        for claim in _readings(shown.changes(found, title), fetched_at)
        if claim.value.at > told.value.at
    ]
    farther = _readings(shown.farther(found, title), fetched_at) if again else ()
    if not again or any(claim.value.day == told.value.day for claim in farther):
        return told
    return _elected(again)


def modified(found: Harvest, graph: Graph, report: Node, fetched_at: datetime) -> Told[Moment]:
    """The date of the last change; NEVER where nothing tells it."""
    said = _modified(found, graph, report)
    return _elected(list(islice(_readings(said, fetched_at), MOST)))


def _readings(said: Iterable[Claim[str]], fetched_at: datetime) -> Iterator[Claim[Moment]]:
    for claim in said:
        moment = read(claim.value, fetched_at)
        if moment and moment.at.year >= OLDEST:
            yield Claim(moment, claim.signal, claim.weight, claim.family)


def _settled(*lists: list[Claim[Moment]]) -> Iterator[list[Claim[Moment]]]:
    """Each list, with dates that may be read in two ways read as another claim tells them."""
    days = {claim.value.day for claims in lists for claim in claims if not claim.value.ambiguous}
    for claims in lists:
        yield [
            replace(claim, value=claim.value.turned())
            if claim.value.ambiguous
            and claim.value.day not in days
            and claim.value.turned().day in days
            else claim
            for claim in claims
        ]


def _elected(claims: list[Claim[Moment]]) -> Told[Moment]:
    """By day. An instant has one day, that of the claim which tells it in its own zone."""
    zoned = [_in_zone_shown(claim, claims) for claim in claims]
    days = {
        c.value.at: c.value.day
        for c in sorted(zoned, key=lambda claim: bool(claim.value.at.utcoffset()))
    }
    told = elect(zoned, lambda m: days[m.at], NEVER, prefer=lambda m: m.exactness)
    if told.value.at.utcoffset():
        return told
    own = (c.value for c in zoned if c.value.at == told.value.at and c.value.at.utcoffset())
    return replace(told, value=next(own, told.value))


def _in_zone_shown(claim: Claim[Moment], claims: list[Claim[Moment]]) -> Claim[Moment]:
    """An instant in UTC, in the zone of the clock or calendar that the page shows its readers."""
    moment = claim.value
    if not (moment.zoned and moment.precision) or moment.at.utcoffset():
        return claim
    for seen in (c.value for c in claims if c.family in _SHOWN and not c.value.zoned):
        ahead = seen.at - moment.at.replace(second=0)
        if seen.precision and ahead and abs(ahead) <= FARTHEST and not ahead % QUARTER:
            return replace(claim, value=replace(moment, at=moment.at.astimezone(timezone(ahead))))
        days = (seen.day - moment.day).days
        if not seen.precision and abs(days) == 1:  # at least so far east, or west
            hours = 24 - moment.at.hour if days > 0 else -moment.at.hour - 1
            if abs(hours) <= FARTHEST.seconds // 3600:
                zone = timezone(timedelta(hours=hours))
                return replace(claim, value=replace(moment, at=moment.at.astimezone(zone)))
    return claim


def _stated(
    found: Harvest, graph: Graph, report: Node, title: str, rule: Rule | None
) -> Iterator[Claim[str]]:
    if text := graph.text(report, "datePublished"):
        is_rebuilt = text[:10] >= (graph.text(report, "dateModified")[:10] or "9")
        weight = _NEWS if is_news(report) else _REBUILT if is_rebuilt else _DATA
        yield Claim(text, "JSON-LD datePublished", weight)
    elif text := graph.text(report, "dateCreated", "uploadDate"):
        yield Claim(text, "JSON-LD dateCreated", 0.6)
    for node in graph.nodes[:200]:
        same = not report or folded(graph.text(node, "headline", "name")) == folded(title)
        if node is not report and same and (text := graph.text(node, "datePublished")):
            yield Claim(text, "JSON-LD of the page", 0.6, "JSON-LD datePublished")
    for name, contents in found.metas.items():
        if (kind := shown.kind(name)) and kind != "changed":
            weight = 0.85 if kind == "made" else 0.6 if name == "date" else 0.55
            yield Claim(contents[0], name, weight)
    marked = [shown.told_by(element) for element in found.properties.get("datepublished", ())[:3]]
    for text in marked:  # several that differ are those of a list
        yield Claim(text, "microdata datePublished", 0.8 if len(set(marked)) == 1 else 0.4)
    if rule and (ruled := _ruled(found, rule)):
        yield Claim(ruled[0], f"rule for {rule.name}", WEIGHT, "visible")
    yield from _in_address(found)
    heading = found.heading(title)
    if heading and (day := shown.DATE.search(heading.text())):
        yield Claim(day[0], "heading", 0.45)
    if day := shown.DATE.search(found.title):
        yield Claim(day[0], "title", 0.55)


def _modified(found: Harvest, graph: Graph, report: Node) -> Iterator[Claim[str]]:
    if text := graph.text(report, "dateModified"):
        yield Claim(text, "JSON-LD dateModified", 0.9)
    for name, contents in found.metas.items():
        if shown.kind(name) == "changed":
            yield Claim(contents[0], name, 0.8)
    for element in found.properties.get("datemodified", ())[:3]:
        yield Claim(shown.told_by(element), "microdata dateModified", 0.8)
    for element in found.times[:10]:
        if shown.kind(f"{element.get('class')} {element.get('itemprop')}") == "changed":
            yield Claim(shown.told_by(element), "time of change", 0.7)


def _is_kept(found: Harvest, graph: Graph, report: Node) -> bool:
    """Is it no report but a page that is kept for years? Its data tell when it was set up."""
    if types(report) != {"webpage"} or report.get("author"):
        return False
    if "article:published_time" in found.metas:
        return False
    first = dates.parse(graph.text(report, "datePublished"))
    last = dates.parse(graph.text(report, "dateModified"))
    return bool(first and last and last.at - first.at > KEPT)


def _ruled(found: Harvest, rule: Rule | None) -> list[str]:
    return rule.read(found.body, "published") if rule else []


def _in_address(found: Harvest) -> Iterator[Claim[str]]:
    if day := _IN_ADDRESS.search(found.url):
        yield Claim("-".join(f"{int(n):02}" for n in day.groups()), "address", 0.6, "address")


def _of_picture(found: Harvest) -> Iterator[Claim[str]]:
    """The day under which the picture of the report is kept: many servers file by day."""
    if day := _IN_ADDRESS.search(found.meta("og:image")):
        yield Claim("-".join(f"{int(n):02}" for n in day.groups()), "og:image", 0.3, "address")
