"""Editions for the tests of what programs read; every publisher is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from broadsheet import urls
from broadsheet.model import (
    Day,
    Edition,
    Headline,
    Image,
    Masthead,
    Part,
    Provider,
    Record,
    Related,
    Removed,
    Score,
    Section,
    SourceState,
    Story,
    Told,
    Workings,
)

AT = datetime(2026, 1, 9, 18, 0, tzinfo=UTC)
MASTHEAD = Masthead(
    title="Harbour & Grid",
    url="https://harbour-and-grid.example/",
    description="Clean power, storage and the grid.",
    contact="mailto:desk@harbour-and-grid.example",
)
POWER = Section(id="power", name="Power", about="How power moves.", sources=("grid-ledger",))
STORAGE = Section(
    id="storage",
    name="Storage",
    parent="power",
    keywords=("battery",),
    not_=("phone battery",),
    was=("Batteries",),
)
NAMES = ("gridledger", "coastline", "voltweekly", "northmoor")
HOSTILE = "A <b>battery</b> & \"two\" 'cells' ]]>\x00\x0b\ufffe <script>alert(1)</script>"
EMPTY = Edition(masthead=MASTHEAD, at=None, stories=(), records={})


def report(number: int, **changes: object) -> tuple[str, Record]:
    """The id and the record of the report with this number; a minute lies between two."""
    domain = f"{NAMES[number % len(NAMES)]}.example"
    url = f"https://{domain}/a{number}"
    at = AT - timedelta(days=2) + timedelta(minutes=number)
    known: dict[str, object] = {
        "title": f"Report {number} of the harbour battery",
        "excerpt": "The battery stores 40 MWh.",
        "published_at": at,
        "source_url": url,
        "type": "article",
        "quality": 22,
        "heat": 67,
        "published": True,
        "provider": Provider(domain.partition(".")[0].title(), domain),
        "topics": ("Power", "Storage") if number % 2 else ("Power",),
        "images": (Image(f"https://{domain}/{number}.jpg", 640, 480, "The hall"),),
        "desk": Workings(
            source="secret-source-key",
            language="en",
            seen_at=at + timedelta(minutes=5),
            authors=("A. Writer",),
            matched=("Storage: battery",),
            parts=(
                Score("quality", 22, (Part("has a picture", 20), Part("short", 2))),
                Score("heat", 67, (Part("5 publishers", 67),)),
            ),
        ),
        "secured": "bm8=;bm8=",
        "body": "a private remark",
    }
    return urls.record_id(url), Record(**{**known, **changes})  # type: ignore[arg-type]


def lone(id: str, record: Record) -> Story:
    """The story of a report that nobody else has."""
    at = record.published_at or AT
    return Story(id, record.title, (Told(id),), at, at, Score("heat", 0), record.topics)


def day_of(ids: list[str], at: datetime = AT, front: tuple[str, ...] = ()) -> Day:
    """The day on which these became public."""
    counts = {"Power": len(ids), "Storage": len(ids) // 2}
    return Day(
        day=date(at.year, at.month, at.day), at=at, front=front, new=tuple(ids), counts=counts
    )


def many(count: int) -> Edition:
    """So many lone reports, all of one day."""
    records = dict(report(number) for number in range(count))
    return Edition(
        masthead=MASTHEAD,
        at=AT,
        stories=tuple(lone(id, record) for id, record in records.items()),
        records=records,
        sections=(POWER, STORAGE),
        days=(day_of(list(records)),),
    )


def town() -> Edition:
    """A story of three publishers with a copy, one of two, lone ones, a merge, a removal."""
    other = Related(
        title="Another view",
        published_at=AT,
        source_url="https://coastline.example/a1",
        provider=Provider("Coastline", "coastline.example"),
        quality=12,
        images=(Image("https://coastline.example/1.jpg"),),
    )
    earlier = Headline("An earlier headline", AT - timedelta(hours=3))
    first, leader = report(0, title=HOSTILE, related=(other,), updated_at=AT)
    leader_desk = Workings(
        source="secret-source-key",
        seen_at=AT - timedelta(days=1),
        titles=(earlier,),
        parts=leader.desk.parts,
        extract="max-snippet:80",
    )
    records = dict([report(n) for n in range(1, 8)])
    ids = list(records)
    records[first] = Record(
        **{
            **{name: getattr(leader, name) for name in leader.__slots__},
            "desk": leader_desk,
        }
    )
    copy_id, copy = report(20, heat=-1, desk=Workings(copy_of=first, seen_at=AT))
    records[copy_id] = copy
    by_hand, undated = report(30, published_at=None, topics=("Batteries",), desk=Workings())
    records[by_hand] = undated
    start = AT - timedelta(days=2)
    heat = Score("heat", 80, (Part("3 publishers", 90), Part("cooled, 1 h", -10)))
    wide = Story(
        first,
        HOSTILE,
        (Told(first), Told(ids[0], "40 MWh", "same event"), Told(ids[1]), Told(copy_id)),
        start,
        AT,
        heat,
        ("Power", "Storage"),
        note="We **asked** the port.",
    )
    pair = Story(ids[2], "A pair", (Told(ids[2]), Told(ids[3])), start, AT, topics=("Power",))
    rest = tuple(lone(id, records[id]) for id in (*ids[4:], by_hand))
    gone, lost = urls.record_id("https://gone.example/1"), urls.record_id("https://lost.example/1")
    old, older = urls.record_id("https://old.example/1"), urls.record_id("https://old.example/2")
    return Edition(
        masthead=MASTHEAD,
        at=AT,
        stories=(wide, pair, *rest),
        records=records,
        sections=(POWER, STORAGE),
        days=(
            day_of([first, gone, *ids[:3]], AT - timedelta(days=40)),
            day_of([lost, *ids[3:], copy_id], front=(first,)),
        ),
        sources=(
            SourceState(id="grid-ledger", title="The Grid Ledger", since_at=start),
            SourceState(id="dead", works=False, why="404 since Tuesday", last_report_at=start),
        ),
        removed=(Removed(id=gone, at=AT, reason="asked for"),),
        merged={older: old, old: first},
    )
