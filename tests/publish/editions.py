"""Small editions for the tests of outputs; every publisher is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from broadsheet import urls
from broadsheet.model import (
    Day,
    Edition,
    Headline,
    Masthead,
    Part,
    Provider,
    Record,
    Removed,
    Score,
    Section,
    SourceState,
    Story,
    Told,
    Workings,
)

AT = datetime(2026, 1, 9, 9, 5, tzinfo=UTC)
MASTHEAD = Masthead(
    title="Harbour & Grid",
    url="https://harbour-and-grid.example/news/",
    description="Clean power, storage and the grid.",
    timezone="Europe/Oslo",
    contact="mailto:desk@harbour-and-grid.example",
)
SECTIONS = (
    Section(
        id="storage",
        name="Storage",
        about="Batteries, pumped hydro and heat stores.",
        keywords=("battery", "GWh"),
        not_=("phone battery",),
        hashtags=("EnergyStorage",),
        sources=("grid-ledger",),
    ),
    Section(id="policy", name="Policy", about="Rules and money."),
    Section(id="fusion", name="Fusion", archived=True),
)


def record(
    title: str,
    site: str = "gridledger.example",
    *,
    at: datetime = AT,
    name: str = "",
    topics: tuple[str, ...] = ("Storage",),
    excerpt: str = "",
    desk: Workings | None = None,
    url: str = "",
) -> Record:
    """A public report of `site`, published `at` and seen six minutes later."""
    slug = "".join(c if c.isalnum() else "-" for c in title.lower())[:60]
    return Record(
        title=title,
        excerpt=excerpt,
        published_at=at,
        source_url=url or f"https://{site}/{at:%H%M}/{slug}",
        type="article",
        quality=70,
        published=True,
        provider=Provider(name or site.partition(".")[0].title(), site),
        topics=topics,
        desk=desk or Workings(language="en", seen_at=at + timedelta(minutes=6)),
    )


def id_of(record: Record) -> str:
    """The id that the edition knows it by."""
    return urls.record_id(record.source_url)


def story(*records: Record, told: Sequence[Told] = (), heat: int = 60, note: str = "") -> Story:
    """One story of these, led by the first."""
    times = [each.published_at or AT for each in records]
    return Story(
        id=id_of(records[0]),
        title=records[0].title,
        reports=tuple(told) or tuple(Told(id_of(each)) for each in records),
        first_at=min(times),
        last_at=max(times),
        heat=Score("heat", heat, (Part("publishers", heat + 5), Part("cooled, 1 h", -5))),
        topics=tuple(dict.fromkeys(name for each in records for name in each.topics)),
        note=note,
    )


def edition(
    *stories: tuple[Story, Sequence[Record]], at: datetime | None = AT, days: Sequence[Day] = ()
) -> Edition:
    """These stories in this order, with one day that shows them unless days are given."""
    records = {id_of(each): each for _, several in stories for each in several}
    ids = tuple(told.id for told, _ in stories)
    today = [Day(day=at.date(), at=at, front=ids, new=tuple(records))] if at else []
    return Edition(
        masthead=MASTHEAD,
        at=at,
        stories=tuple(told for told, _ in stories),
        records=records,
        sections=SECTIONS,
        days=tuple(days) or tuple(today),
    )


def lively() -> Edition:
    """Two days, a story of five reports with a copy and a changed headline, a lone report, a
    foreign one, a note, a merged story, a failing source, an aggregator and a removal."""
    hour = timedelta(hours=1)
    opens = record("Northmoor opens a 1.2 GWh battery on an old coal site", excerpt="It runs.")
    changed = Workings(
        language="en",
        seen_at=AT - 3 * hour,
        titles=(Headline("Battery to open at old coal plant", AT - 2 * hour),),
        extract="max-snippet:80 in the page's robots meta",
    )
    post = record("Old coal plant is now a battery", "post.example", at=AT - 3 * hour, desk=changed)
    copied = Workings(language="en", seen_at=AT, copy_of=id_of(post))
    copy = record("Battery hall opens", "coastline.example", at=AT - hour, desk=copied)
    copy2 = record("Battery hall opens today", "volt.example", at=AT - hour, desk=copied)
    cost = record("Halden's battery starts trading", "harbour.example", at=AT - 2 * hour)
    big = story(
        *(opens, post, cost, copy, copy2),
        told=(
            Told(id_of(opens), "400,000 homes", "Northmoor, 1.2 GWh"),
            Told(id_of(post), "", "opened the story"),
            Told(id_of(cost), "310 million", "Northmoor, Halden"),
            Told(id_of(copy)),
            Told(id_of(copy2)),
        ),
        heat=88,
    )
    rule = record("Regulator proposes paying homes", "civic.example", topics=("Policy",))
    noted = story(rule, heat=40, note="The draft is **not** law. See [it](https://law.example/d).")
    arabic = Workings(language="ar", seen_at=AT)
    foreign = record("بطارية جديدة", "arabia.example", at=AT - 30 * hour, desk=arabic)
    lone = story(foreign, heat=10)
    first = Day(
        day=date(2026, 1, 8),
        at=AT - 24 * hour,
        front=(big.id, "goneforgood1"),
        new=(id_of(foreign),),
        counts={"Storage": 1},
    )
    second = Day(
        day=date(2026, 1, 9),
        at=AT,
        front=(big.id, noted.id, lone.id),
        new=tuple(id_of(each) for each in (post, cost, copy, copy2, opens, rule)),
        counts={"Storage": 5, "Policy": 1},
    )
    made = edition(
        (big, (opens, post, cost, copy, copy2)),
        (noted, (rule,)),
        (lone, (foreign,)),
        days=(first, second),
    )
    return replace(
        made,
        sources=(
            SourceState(
                id="grid-ledger",
                title="The Grid Ledger",
                domain="gridledger.example",
                since_at=AT - 90 * hour,
                last_report_at=AT,
            ),
            SourceState(
                id="dead",
                title="Dead Feed",
                domain="dead.example",
                works=False,
                since_at=AT - hour,
                why="answered 404",
            ),
            SourceState(id="links", title="A list of links"),
        ),
        removed=(Removed(id="removedrepor", at=AT - hour, reason="asked by its publisher"),),
        merged={"oldstory0002": "oldstory0001", "oldstory0001": big.id, "lost00000001": "gone"},
    )


_WORDS = """
harbour cable turbine auction regulator tariff storage interconnector municipal permit pumped
reservoir sodium lithium trial forecast evening demand winter capacity island substation
transformer offshore subsidy household consultation operator contract pipeline hydrogen district
heating tender ministry grid outage repair survey inquiry
"""


def full() -> Edition:
    """As much as a front page holds: 30 stories, 12 extracts of 160, 60 reports in the river."""
    vocabulary = _WORDS.split()
    several: list[tuple[Story, Sequence[Record]]] = []
    for n in range(60):
        chosen = [vocabulary[(n * 7 + k * (n % 11 + 1)) % len(vocabulary)] for k in range(40)]
        title = f"{' '.join(chosen)[:76]} {n:03}".capitalize()
        extract = " ".join(reversed(chosen))[:160]
        reports = [
            record(
                title if k == 0 else f"{' '.join(chosen[k:])[:70]} {k}",
                f"paper-{(n * 5 + k) % 23}.example",
                at=AT - timedelta(minutes=11 * n + k),
                excerpt=extract,
                topics=("Storage", "Policy") if n % 2 else ("Storage",),
            )
            for k in range(5)
        ]
        several.append((story(*reports, heat=200 - n), reports))
    return edition(*several)
