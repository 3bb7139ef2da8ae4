"""When was the report published, and when changed? The most exact signal that others agree with.

Named signals first: structured data, metas, `time` elements; then the address; then a date that
stands beside the title. A date in a list of other reports is no signal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice

from broadsheet.intake import dates
from broadsheet.intake.harvest import AFTER, Element, Harvest, folded, texts_after, words_of
from broadsheet.intake.json_ld import Graph, Node
from broadsheet.intake.rules import WEIGHT, Rule
from broadsheet.intake.votes import Claim, Told, elect

OLDEST = 1990
MOST = 60  # claims for a date that are weighed
FARTHEST, QUARTER = (
    timedelta(hours=12),
    timedelta(minutes=15),
)  # zones from Greenwich, and their steps
NEAR = 26  # elements of a harvest between the title and a date that belongs to it
LINE = 200  # characters of a piece of text beside the title
_SAYS_CHANGED = re.compile(
    r"(?:updated?|modified|reviewed|aktualisiert|mis \u00e0 jour|actualizado|aggiornato|bijgewerkt)\b",
    re.IGNORECASE,
)
ANYWHERE, BESIDE = 3_000, 60  # pieces of text, and characters between a label and its date
_LABEL = re.compile(
    r"\b(?:posted|published|(?:last )?(?:updated|edited|modified|reviewed)|date|ver\u00f6ffentlicht|gepostet"
    r"|erstellt|stand|zuletzt|aktualisiert|publi\u00e9|mis \u00e0 jour|publicado|pubblicato|aggiornato"
    r"|gepubliceerd|publicerad|publisert|opublikowano)\b",
    re.IGNORECASE,
)
_BOXES = frozenset(("article", "main", "section", "h1", "h2", "body", "form"))
_OTHERS = frozenset(
    str.split(
        "comment comments teaser teasers card cards related recent loop widget sidebar recommended"
    )
)
_SHOWN = ("visible", "address")

_CHANGED = frozenset(
    str.split("modified modification updated update lastmod changed revised reviewed edited")
)
_NEVER = frozenset(str.split("expires expiration expiry unpublish until start end event birth due"))
_MADE = frozenset(
    str.split(
        "published publish publication published_time pubdate pubtime publishdate publishtime "
        "publicationdate datepublished publisheddate issued created posted date creation "
        "originalpublicationdate ptime uploaddate uploadtime firstpublished displaydate artdate "
        "datecreated dateposted releasedate time"
    )
)
_WEAK = frozenset(str.split("created creation datecreated date time uploaddate"))
_OFFSET = re.compile(r"\d{1,2}:?\d\d(?::?\d\d)?(?:[.,]\d{1,9})?\s?([+-])(\d\d):?(\d\d)?\s*$")
_ZONED = re.compile(
    r"(?:\d\s?(?:z|utc|gmt)|[+-]\d\d:?\d\d|\b(?:[ecmp][sd]t|ce?s?t|bst|ist|jst|kst))\W*$",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"[/_-]((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2]|[1-9](?=[/_-]))[/_-]?(0[1-9]|[12]\d|3[01]|[1-9](?!\d))(?!\d)"
)
_MONTH = r"[^\W\d]{3,10}"
DATE = re.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:de\s)?{_MONTH}\.?,?\s(?:de\s)?\d{{4}}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}\.\d{1,2}\.\d{2}(?![\d.]))",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")  # without one there is no date, and most texts have none
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\b(?![./-]\d)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as the page tells it: in its own zone, and how exactly."""

    at: datetime
    precision: int
    """0 the day, 1 the minute, 2 the second."""
    zoned: bool
    """Does the page tell the zone? Where not, `at` is taken to be UTC."""

    @property
    def exactness(self) -> float:
        """What is better to have of two that tell one day."""
        midnight = self.at.hour == self.at.minute == 0
        return self.precision * (not midnight) + 0.5 * (self.zoned and self.precision > 0)


NEVER = Moment(datetime(1, 1, 1, tzinfo=UTC), 0, False)


def read(text: str, fetched_at: datetime) -> Moment | None:
    """The moment that a text tells, in the zone that it tells; none that is after the fetch."""
    dated = dates.parse(_year_first(text))
    if dated is None:
        return None
    zoned = bool(dated.precision and _ZONED.search(text.strip()))
    at = dated.at
    if (offset := _OFFSET.search(text.strip())) and zoned:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes < 24 * 60:
            zone = timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
            at = at.astimezone(zone)
    latest = fetched_at if zoned else fetched_at + timedelta(hours=14)
    return Moment(at, dated.precision, zoned) if at <= latest else None


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
    rule: Rule | None = None,
) -> Told[Moment]:
    """The date of publication; NEVER where nothing tells it."""
    said = _published(found, graph, report, title, rule)
    claims = list(islice(_readings(said, fetched_at), MOST))
    told = _elected(claims)
    if told.value is NEVER:  # a page that only says when it was changed is of that day
        told = _elected(list(_readings(_visible_change(found, title), fetched_at)))
    if told.value is NEVER:
        return _elected(list(_readings(_labelled(found), fetched_at)))
    return told


def modified(found: Harvest, graph: Graph, report: Node, fetched_at: datetime) -> Told[Moment]:
    """The date of the last change; NEVER where nothing tells it."""
    said = _modified(found, graph, report)
    return _elected(list(islice(_readings(said, fetched_at), MOST)))


def _readings(said: Iterable[Claim[str]], fetched_at: datetime) -> Iterator[Claim[Moment]]:
    for claim in said:
        moment = read(claim.value, fetched_at)
        if moment and moment.at.year >= OLDEST:
            yield Claim(moment, claim.signal, claim.weight, claim.family)


def _elected(claims: list[Claim[Moment]]) -> Told[Moment]:
    """By day. An instant has one day, that of the claim which tells it in its own zone."""
    zoned = [_in_zone_shown(claim, claims) for claim in claims]
    days = {
        c.value.at: c.value.at.date()
        for c in sorted(zoned, key=lambda claim: bool(claim.value.at.utcoffset()))
    }
    return elect(zoned, lambda m: days[m.at], NEVER, prefer=lambda m: m.exactness)


def _in_zone_shown(claim: Claim[Moment], claims: list[Claim[Moment]]) -> Claim[Moment]:
    """An instant in UTC, in the zone of the clock or calendar that the page shows its readers."""
    moment = claim.value
    if not (moment.zoned and moment.precision) or moment.at.utcoffset():
        return claim
    for shown in (c.value for c in claims if c.family in _SHOWN and not c.value.zoned):
        ahead = shown.at - moment.at.replace(second=0)
        if shown.precision and ahead and abs(ahead) <= FARTHEST and not ahead % QUARTER:
            return replace(claim, value=replace(moment, at=moment.at.astimezone(timezone(ahead))))
        if not shown.precision and moment.at.date() - shown.at.date() == timedelta(days=1):
            west = timedelta(
                hours=moment.at.hour + 1
            )  # at least as far, if it is still the day before
            if west <= FARTHEST:
                return replace(
                    claim, value=replace(moment, at=moment.at.astimezone(timezone(-west)))
                )
    return claim


def _published(
    found: Harvest, graph: Graph, report: Node, title: str, rule: Rule | None
) -> Iterator[Claim[str]]:
    if text := graph.text(report, "datePublished"):
        yield Claim(text, "JSON-LD datePublished", 0.9)
    elif text := graph.text(report, "dateCreated", "uploadDate"):
        yield Claim(text, "JSON-LD dateCreated", 0.6)
    for node in graph.nodes[:200]:
        same = not report or folded(graph.text(node, "headline", "name")) == folded(title)
        if node is not report and same and (text := graph.text(node, "datePublished")):
            yield Claim(text, "JSON-LD of the page", 0.6, "JSON-LD datePublished")
    for name, contents in found.metas.items():
        if kind := _kind(name):
            weight = 0.85 if kind == "made" else 0.75 if name == "date" else 0.55
            if kind != "changed":
                yield Claim(contents[0], name, weight)
    for element in found.properties.get("datepublished", ())[:3]:
        yield Claim(_moment_of(element), "microdata datePublished", 0.8)
    yield from _visible(found, title)
    if rule and (ruled := rule.read(found.body, "published")):
        yield Claim(ruled[0], f"rule for {rule.name}", WEIGHT, "visible")
    yield from _in_address(found)
    heading = found.heading(title)
    if heading and (date := DATE.search(heading.text())):
        yield Claim(date[0], "heading", 0.45)
    if date := DATE.search(found.title):
        yield Claim(date[0], "title", 0.55)


def _modified(found: Harvest, graph: Graph, report: Node) -> Iterator[Claim[str]]:
    if text := graph.text(report, "dateModified"):
        yield Claim(text, "JSON-LD dateModified", 0.9)
    for name, contents in found.metas.items():
        if _kind(name) == "changed":
            yield Claim(contents[0], name, 0.8)
    for element in found.properties.get("datemodified", ())[:3]:
        yield Claim(_moment_of(element), "microdata dateModified", 0.8)
    for element in found.times[:10]:
        if _kind(f"{element.get('class')} {element.get('itemprop')}") == "changed":
            yield Claim(_moment_of(element), "time of change", 0.7)


@lru_cache(1 << 12)
def _kind(name: str) -> str:
    """What kind of date a meta, class or property of this name gives: "", made, weak, changed."""
    said = words_of(name)
    if said & _NEVER:
        return ""
    if (said & _CHANGED or "datemodified" in said or "last" in said) and not said & (_MADE - _WEAK):
        return "changed"
    if not said & _MADE:
        return ""
    return "made" if said & (_MADE - _WEAK) else "weak"


def _moment_of(element: Element) -> str:
    return (
        element.get("datetime")
        or element.get("content")
        or element.get("title")
        or element.text(100)
    )


def _visible(found: Harvest, title: str) -> Iterator[Claim[str]]:
    """Dates that readers see beside the title: in `time`, in boxes named for a date, in plain text."""
    heading = found.heading(title)
    start = heading.place if heading else 0
    seen = 0
    for element in sorted(found.times + found.dated, key=lambda e: _distance(e.place, start)):
        if element.tag in _BOXES or abs(element.place - start) > NEAR or _is_of_others(element):
            continue
        kind = _kind(f"{element.get('class')} {element.get('itemprop')} {element.get('id')}")
        text = _moment_of(element)
        if kind == "changed" or _SAYS_CHANGED.match(text):
            continue
        if not element.get("datetime"):
            date = DATE.search(text)
            if not date:
                continue
            text = text[date.start() :]
        seen += 1
        named = "pubdate" in element.attributes or kind == "made"
        yield Claim(
            text, f"{element.tag} beside the title", (0.75 if named else 0.6) / seen, "visible"
        )
        if seen == 3:
            return
    if not seen:
        yield from _written(found, heading)


def _is_of_others(element: Element) -> bool:
    """Does it date a comment, or another report in a list?"""
    return not element.names().isdisjoint(_OTHERS)


def _distance(place: int, title: int) -> int:
    """How far from the title: what stands before it is twice as far."""
    return 2 * (title - place) if place < title else place - title


def _visible_change(found: Harvest, title: str) -> Iterator[Claim[str]]:
    """Dates beside the title that are labelled as those of a change."""
    heading = found.heading(title)
    if heading is None:
        return
    for element in found.times + found.dated:
        if abs(element.place - heading.place) > NEAR:
            continue
        text = element.text(200)
        labelled = _kind(f"{element.get('class')} {element.get('itemprop')}") == "changed"
        if labelled or _SAYS_CHANGED.search(text):
            date = DATE.search(text)
            yield Claim(
                text[date.start() :] if date else _moment_of(element), "shown as updated", 0.5
            )
    after, _ = found.beside(heading)
    for before, text in zip(["", *after], after, strict=False):
        date = DATE.search(text) if len(text) <= LINE else None
        if date and _SAYS_CHANGED.search(f"{before[-40:]} {text[: date.start()]}"):
            yield Claim(text[date.start() :], "shown as updated", 0.5)


def _written(found: Harvest, heading: Element | None) -> Iterator[Claim[str]]:
    """Dates in the plain text around the title; without one, at the top of the page."""
    if heading is not None:
        after, before = found.beside(heading)
    else:
        after = list(texts_after(found.body, 2 * AFTER, inside=True)) if found.body else []
        before = []
    for n, text in enumerate(after + before):
        date = DATE.search(text) if len(text) <= LINE else DATE.match(text)
        if not date:
            continue
        label = f"{after[n - 1] if 0 < n < len(after) else ''} {text[: date.start()]}"
        if not _SAYS_CHANGED.search(label):
            yield Claim(text[date.start() :], "text beside the title", 0.5, "visible")
            return


def _labelled(found: Harvest) -> Iterator[Claim[str]]:
    """A date anywhere in the text that says it is the page's."""
    for text in texts_after(found.body, ANYWHERE, inside=True) if found.body else ():
        if len(text) > LINE or not _DIGIT.search(text):
            continue
        label, date = _LABEL.search(text), DATE.search(text)
        if label and date and abs(date.start() - label.start()) <= BESIDE:
            yield Claim(text[date.start() :], "labelled in the text", 0.4)
            return


def _in_address(found: Harvest) -> Iterator[Claim[str]]:
    if date := _IN_ADDRESS.search(found.url):
        yield Claim("-".join(f"{int(n):02}" for n in date.groups()), "address", 0.6, "address")
