"""What may readers know of each source, and how did its visits go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from broadsheet import urls
from broadsheet.judge.health import Spell, remember
from broadsheet.model import Outcome, Source, SourceState
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.visit import fact_of
from broadsheet.seams import Store


def tell_sources(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Write what readers may know of each source: does it work, since when, if not why."""
    latest: dict[str, datetime] = {}
    for record in desk.trees.public().values():
        key, at = record.desk.source, record.published_at
        if key and at:
            latest[key] = max(at, latest.get(key, at))
    # Of a source that was not asked nothing is known that was not known before.
    asked = [
        o for o in outcomes if o.step == "fetch" and not (o.status == "unchanged" and o.detail)
    ]
    fetched = {o.subject: o for o in asked}
    unread = {o.subject: o for o in outcomes if o.step == "read" and o.status == "quarantined"}
    for source in desk.portal.sources.values():
        before = desk.trees.sources.get(source.id)
        outcome = unread.get(source.url) or fetched.get(source.url or source.id)
        state = before or SourceState(id=source.id, since_at=desk.at)
        if outcome is None and before is None:
            continue
        if outcome:
            works = outcome.status in ("ok", "unchanged")
            why = "" if works else _lasting(source, outcome.detail)
            _remember(desk, source, works, why)
            if before is None or before.works != works:
                state = replace(state, works=works, since_at=desk.at, why=why)
        title = desk.store.fact(fact_of(source, "title")) or state.title
        domain = urls.domain(source.url or source.pages[0])
        last = latest.get(source.id, state.last_report_at)
        desk.trees.file_source(replace(state, title=title, domain=domain, last_report_at=last))


def _lasting(source: Source, detail: str) -> str:
    """Why a visit failed, without what differs from visit to visit: a record of it stands for
    long, and the next visit is another soon."""
    return detail.removeprefix(f"{source.url}: ").partition("; asked again")[0]


def _remember(desk: Desk, source: Source, works: bool, why: str) -> None:
    """Add this visit to the source's history."""
    after = remember(history(desk.store, source), desk.at, works, why)
    desk.store.save_fact(fact_of(source, "history"), msgspec.json.encode(after).decode())


def history(store: Store, source: Source) -> tuple[Spell, ...]:
    """How the visits to a source went, oldest first."""
    told = store.fact(fact_of(source, "history"))
    return msgspec.json.decode(told, type=tuple[Spell, ...]) if told else ()
