"""How are our sources, when is each visited next, and why then?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from broadsheet.app.runs import visit_of
from broadsheet.judge.health import LOOK_BACK, Health, Memory, Trouble, health
from broadsheet.model import Article, Source
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.sources import history
from broadsheet.pipeline.visit import fact_of, visits_of
from broadsheet.strict_yaml import quoted

_HEAD = ("source", "state", "new", "last new", "copies", "next visit", "why then")


def examine(desk: Desk) -> list[Health]:
    """Every source that is visited, lists too, in the portal's order. Asks nobody outside."""
    articles: dict[str, list[Article]] = defaultdict(list)
    for article in desk.store.articles_since(desk.at - LOOK_BACK):
        articles[article.source_id].append(article)
    return [_health(desk, source, articles[id]) for id, source in desk.portal.sources.items()]


def table(found: Sequence[Health], *, history: bool = False) -> list[str]:
    """For a person: a line for each source, below it what is wrong, and how its visits went."""
    rows = [_row(each) for each in found]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = [_line(_HEAD, widths)]
    for row, each in zip(rows, found, strict=True):
        lines.append(_line(row, widths))
        lines += [f"  {trouble.name}: {trouble.detail}" for trouble in each.troubles]
        lines += [f"  {words}" for words in each.history if history]
    return lines


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(map(str.ljust, cells, widths)).rstrip()


def as_json(each: Health) -> dict[str, Any]:
    """The same for a program; times in UTC, ISO 8601."""
    told = {**asdict(each), "cadence": each.cadence}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in told.items()}


def remedy(desk: Desk, source: Source, trouble: Trouble) -> str:
    """The line of portal.yaml to change, with its place; "" where no line would mend it."""
    if not trouble.key:
        return ""
    if source.listed_in:
        return (
            f"change it in the list {source.listed_in}, {desk.portal.sources[source.listed_in].url}"
        )
    path = f"sources.{source.id}"
    place = desk.portal.places.get(f"{path}.{trouble.key}") or desk.portal.places.get(path)
    where = f" ({place})" if place else ""
    is_address = trouble.key == source.kinds[0]  # in braces a comma would end it
    value = quoted(trouble.value) if is_address else trouble.value
    return f"in portal.yaml, {path}{where}: `{trouble.key}: {value}`"


def troubles(desk: Desk) -> Iterator[tuple[Source, Trouble]]:
    """What is wrong with any of the sources."""
    for each in examine(desk):
        for trouble in each.troubles:
            yield desk.portal.sources[each.id], trouble


def _health(desk: Desk, source: Source, articles: Sequence[Article]) -> Health:
    listed = desk.store.fact(fact_of(source, "listed"))
    state = desk.trees.sources.get(source.id)
    visits = visits_of(desk, source)
    memory = Memory(
        history=history(desk.store, source),
        moved_to=visits.moved_to,
        gone=visits.gone,
        listed=int(listed) if listed else None,
        articles=tuple(articles),
        last_report_at=state.last_report_at if state else None,
    )
    next_at, why = visit_of(desk, source)
    return health(
        source, memory, desk.at, next_at=next_at, next_why=why, timezone=desk.portal.timezone
    )


def _row(each: Health) -> tuple[str, ...]:
    return (
        each.id,
        each.state,
        each.cadence,
        f"{each.last_new_at:%Y-%m-%d %H:%M}" if each.last_new_at else "never",
        f"{each.copies} %",
        f"{each.next_at:%Y-%m-%d %H:%M}" if each.next_at else "-",
        each.next_why,
    )
