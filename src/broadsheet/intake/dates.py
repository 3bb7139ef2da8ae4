"""When is that? Dates as feeds and pages write them, made aware UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OLDEST = 1971  # what is older is a field that was never filled

# One calendar a line, as a day is written with it; a language may have several.
_CALENDARS = """
jan feb mar apr may jun jul aug sep oct nov dec
january february march april may june july august sept october november december
januar februar märz april mai juni juli august september oktober november dezember
jänner februar maerz april mai juni juli aug sep okt nov dez
jan feb mär apr mai jun jul aug sep okt nov dez
jan feb mrz apr mai jun jul aug sep okt nov dez
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
janv févr mars avr mai juin juil août sept oct nov déc
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
jan fev marco abr mai jun jul ago set out nov dez
januari februari maart april mei juni juli augustus september oktober november december
jan feb mrt apr mei jun jul aug sep okt nov dec
januari februari mars april maj juni juli augusti september oktober november december
januari februari maret april mei juni juli agustus september oktober november desember
jan feb mars apr mai juni juli aug sep okt nov des
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna září října listopadu prosince
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
január február március április május június július augusztus szeptember október november december
ocak \u015fubat mart nisan may\u0131s haziran temmuz a\u011fustos eylül ekim kas\u0131m aral\u0131k
ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
"""
_MONTHS = {
    name: number
    for calendar in _CALENDARS.split("\n")
    for number, name in enumerate(calendar.split(), 1)
}
_HOURS = {
    **dict.fromkeys(("z", "utc", "gmt", "ut", "wet"), 0.0),
    **dict.fromkeys(("cet", "bst", "west", "met", "mez"), 1.0),
    **dict.fromkeys(("cest", "eet", "mesz", "mest", "sast"), 2.0),
    **dict.fromkeys(("eest", "msk"), 3.0),
    "ist": 5.5,
    "hkt": 8.0,
    "sgt": 8.0,
    "jst": 9.0,
    "kst": 9.0,
    "aest": 10.0,
    "aedt": 11.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    **dict.fromkeys(("at", "ast", "edt"), -4.0),
    **dict.fromkeys(("et", "est", "cdt"), -5.0),
    **dict.fromkeys(("ct", "cst", "mdt"), -6.0),
    **dict.fromkeys(("mt", "mst", "pdt"), -7.0),
    **dict.fromkeys(("pt", "pst"), -8.0),
    "adt": -3.0,
    "brt": -3.0,
}
_CLOCK = (
    r"(?:(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::?(?P<second>\d{2}))?(?:[.,:]\d{1,9})?"
    r"\s{0,2}(?P<half>[ap]\.?m\.?)?)?"
    r"\s{0,2}(?P<zone>[+\-\u2212]\d{1,2}:?\d{0,2}|[(]?[a-z]{1,5}\b(?:[+\-]\d{1,2}:?\d{0,2})?)?"
)
_GAP = r"(?:[t,\s@]|\bat\b|\bum\b|\bà\b|[-\u2013|]|\([^\d()]{1,3}\)){0,4}"
_FORMS = tuple(
    re.compile(form + _GAP + _CLOCK, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?[.年년]\s?(?P<month>\d{1,2})\s?[.月월]\s?(?P<day>\d{1,2})\s?[.日일]?",
        r"(?P<year>\d{4})\.?\s(?P<name>[^\W\d]{3,12})\s(?P<day>\d{1,2})\b\.?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        (
            r"(?:[^\W\d]{2,12}\.?,?\s{1,3})?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s\-]{1,3}(?:de\s)?"
            r"(?P<name>[^\W\d]{3,12})\.?,?[\s\-]{1,3}(?:de\s)?(?P<year>\d{4}|\d{2}(?!\d))"
        ),
        (
            r"(?:[^\W\d]{2,12}\.?,?\s{1,3})?(?P<name>[^\W\d]{3,12})\.?\s{1,3}(?P<day>\d{1,2})"
            r"(?:st|nd|rd|th)?,?\s{1,3}(?P<year>\d{4})"
        ),
    )
)
_COMPACT = re.compile(r"(\d{8})t(\d{2})(\d{2})(\d{2})?", re.IGNORECASE)
_ASCTIME = re.compile(
    r"[a-z]{3} ([a-z]{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:([a-z]{1,5}|[+-]\d{4}) )?(\d{4})",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"^([A-Za-z]{3}),(?=\d)")
_WEEKDAY = re.compile(r"^[^\W\d]{2,12}\.?,?\s")
# What stands in a field for dates only; in a running text these would be numbers.
_SHORT = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _GAP + _CLOCK,
        r"(?P<year>\d{4})-0(?P<month>\d{2})-(?P<day>\d{2})" + _GAP + _CLOCK,
        r"(?P<year>\d{2})-(?P<month>\d{2})-(?P<day>\d{2})$",
        (
            r"(?P<day>\d{1,2})(?:(?P<slash>/)|[.\s-])(?P<month>\d{1,2})(?(slash)/|[.\s-])"
            r"(?P<year>\d{4}|\d{2}(?![\d-]))" + _GAP + _CLOCK
        ),
        r"(?P<name>[^\W\d]{3,12})\.?,?\s(?P<year>\d{4})$",
        r"-?(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})$",
        r"-(?P<year>\d{2})-?(?P<month>\d{2})$",
        r"(?P<year>\d{4})-(?P<month>\d{2})$",
        r"(?P<year>\d{2}|\d{4})-?(?P<count>\d{3})$",
        r"(?P<year>\d{4})$",
    )
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,6})?")


_MONTH = {name[:3].title(): f"{number:02}" for name, number in _MONTHS.items() if name.isascii()}
_OFFSET = {
    name.upper(): f"{'-' if hours < 0 else '+'}{int(abs(hours)):02}{int(abs(hours) % 1 * 60):02}"
    for name, hours in _HOURS.items()
}


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment, and how exactly it was told: 0 the day, 1 the minute, 2 the second."""

    at: datetime
    precision: int


def parse(text: str, zone: tzinfo = UTC) -> Dated | None:
    """The moment that a text tells, in whole seconds UTC; `zone` is that of a date without one.

    None when it tells none, or one that no report can have.
    """
    dated = _parsed(text, zone)
    return dated if dated and dated.at.year >= OLDEST else None


def moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment in a field that holds a date and nothing else, short and numeric forms too; None
    for one that no report can have."""
    found = _usual(text) or told(text, zone)
    return found if found and found.year >= OLDEST else None


def told(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The same, of any year from 1 on."""
    if found := _usual(text):
        return found
    dated = _parsed(text, zone)
    if dated:
        return dated.at
    text = _WEEKDAY.sub("", " ".join(text[:200].split())[:100])
    for form in _SHORT:
        if (found_form := form.match(text)) and (dated := _short(found_form.groupdict(), zone)):
            return dated.at
    return None


def _parsed(text: str, zone: tzinfo) -> Dated | None:
    if found := _usual(text):
        return Dated(found, 2)
    text = _TIGHT.sub(r"\1, ", " ".join(text[:200].split())[:100])
    if _EPOCH.fullmatch(text):
        seconds = int(text[:10])
        return _in_utc(datetime.fromtimestamp(seconds, UTC), 2)
    text = (
        _COMPACT.sub(r"\1T\2:\3:\4", text).replace(":Z", ":00Z") if _COMPACT.match(text) else text
    )
    if told_as := _ASCTIME.match(text):
        month, day, clock, name, year = told_as.groups()
        text = f"{day} {month} {year} {clock} {name or ''}"
    for form in _FORMS:
        if told_as := form.match(text):
            return _made(told_as.groupdict(), zone)
    return None


def _short(said: dict[str, str | None], zone: tzinfo) -> Dated | None:
    """A date by numbers alone: its first day or month where it tells none; American with slashes
    unless that gives no month; "03335" is the 335th day of 2003."""
    day, month = said.get("day"), said.get("month")
    is_american = said.get("slash") and int(day or 0) <= 12
    if day and month and (is_american or int(month) > 12):
        day, month = month, day
    whole = {"half": None, "hour": None, "minute": None, "second": None, "zone": None, **said}
    dated = _made({**whole, "day": day or "1", "month": month or "1"}, zone)
    if dated and (count := said.get("count")):
        return Dated(dated.at + timedelta(days=int(count) - 1), 0)
    return dated


def _usual(text: str) -> datetime | None:
    """What most feeds write, "Fri, 09 Jan 2026 09:27:00 GMT" or "2026-01-09T09:27:00Z", at ten
    times the speed of the forms above."""
    if text[3:5] == ", ":
        month, zone = _MONTH.get(text[8:11]), text[26:]
        if not month:
            return None
        zone = _OFFSET.get(zone, zone)
        if len(zone) != 5 or text[7] + text[11] + text[16] + text[25] != "    ":
            return None
        text = f"{text[12:16]}-{month}-{text[5:7]}T{text[17:25]}{zone}"
    elif text[10:11] != "T":
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            return None
        if found.tzinfo is not UTC:
            found = found.astimezone(UTC)
        return found.replace(microsecond=0) if found.microsecond else found
    except (ValueError, OverflowError):
        return None


def believed(dated: Dated | None, fetched_at: datetime) -> Dated | None:
    """The date unless it is later than the fetch: such a signal is not believed."""
    return dated if dated and dated.at <= fetched_at else None


def at(text: str, fetched_at: datetime, zone: tzinfo = UTC) -> datetime | None:
    """The moment that a field of a feed tells and that we believe, if any."""
    found = moment(text, zone)
    return found if found and found <= fetched_at else None


def zone_named(name: str) -> tzinfo:
    """The time zone of that name; UTC when there is none."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _made(said: dict[str, str | None], zone: tzinfo) -> Dated | None:
    month = _MONTHS.get((said.get("name") or "").lower()) or int(said.get("month") or 0)
    year = int(said["year"] or 0)
    if len(said["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    hour = int(said["hour"] or 0)
    if half := said["half"]:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    precision = 2 if said["second"] else 1 if said["hour"] else 0
    if hour == 24:  # midnight at the end of a day, as ISO 8601 once allowed
        hour, later = 0, timedelta(days=1)
    else:
        later = timedelta()
    try:
        day = int(said["day"] or 0)
        second = min(59, int(said["second"] or 0))  # a leap second
        naive = datetime(year, month, day, hour, int(said["minute"] or 0), second)
        return _in_utc(naive.replace(tzinfo=_zone(said["zone"], zone)) + later, precision)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None, otherwise: tzinfo) -> tzinfo:
    if not name:
        return otherwise
    name = name.strip("(").lower().replace("\u2212", "-")
    if found := re.search(r"([+-])(\d{1,2}):?(\d{2})?", name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    hours = _HOURS.get(name)
    return otherwise if hours is None else timezone(timedelta(hours=hours))


def _in_utc(moment: datetime, precision: int) -> Dated:
    return Dated(moment.astimezone(UTC).replace(microsecond=0), precision)
