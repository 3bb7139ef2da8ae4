"""What if one machine is enough? All in this process, a step at a time, keys side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from broadsheet.errors import FetchError, Unreadable
from broadsheet.model import Fetched, Outcome, Reading, Request
from broadsheet.pipeline.desk import Answers, Desk, Made, Step, subject
from broadsheet.pipeline.steps import STEPS, attempt
from broadsheet.seams import Parsed


def work(desk: Desk, records: Iterable[Any], *, workers: int = 1) -> Iterator[Outcome]:
    """Push a batch of records through every step, yielding an outcome per record per step."""
    batch = list(records)
    # Asked before anything runs: what this run leaves waiting is the next one's.
    left = {step.name: list(step.waiting(desk)) for step in STEPS}
    with ThreadPoolExecutor(workers) as pool:
        for step in STEPS:
            batch = [*left[step.name], *batch]
            following: list[Any] = []
            for made, outcome in _through(desk, step, batch, pool):
                following += made.records
                yield outcome
            batch = following


def _through(
    desk: Desk, step: Step, batch: Sequence[Any], pool: ThreadPoolExecutor
) -> Iterator[tuple[Made, Outcome]]:
    """One step for the whole batch; what it asks for is asked for all at once."""
    fetched: dict[str, Fetched | FetchError] = {}
    parsed: dict[str, Parsed | Unreadable] = {}
    answers = Answers(fetched, parsed)
    todo = list(batch)
    while todo:
        groups = _groups(step, todo)
        results = list(pool.map(partial(_one_by_one, desk, step, answers), groups))
        asking = [(record, made) for group in results for record, made, told in group if not told]
        for group in results:
            for _, made, outcome in group:
                if outcome:
                    yield made, outcome
        asks = [ask for _, made in asking for ask in made.asks]
        requests = {ask.url: ask for ask in asks if isinstance(ask, Request)}
        if requests:
            came = desk.door.ask(list(requests.values()))
            fetched.update(zip(requests, came, strict=True))
        readings = {ask.name: ask for ask in asks if isinstance(ask, Reading)}
        if readings:
            made_of = desk.parsers.parse(list(readings.values()))
            parsed.update(zip(readings, made_of, strict=True))
        todo = [record for record, _ in asking]


def _groups(step: Step, batch: Iterable[Any]) -> list[list[Any]]:
    """The batch, one record per subject (the latest wins), split by key, each part in order."""
    latest = {subject(record): record for record in batch}.values()
    ordered = sorted(latest, key=lambda record: (step.key(record), step.order(record)))
    return [list(group) for _, group in groupby(ordered, key=step.key)]


def _one_by_one(
    desk: Desk, step: Step, answers: Answers, group: list[Any]
) -> list[tuple[Any, Made, Outcome | None]]:
    """What each record of the group made. What a later one made anew is let go at once: a story of
    thousands is made anew with each report that joins it."""
    done: list[tuple[Any, Made, Outcome | None]] = []
    makers: dict[str, int] = {}
    for n, record in enumerate(group):
        made, outcome = attempt(desk, step, record, answers)
        done.append((record, made, outcome))
        for name in map(subject, made.records):
            if (earlier := makers.get(name, n)) < n:
                done[earlier] = _without(name, *done[earlier])
            makers[name] = n
    return done


def _without(
    name: str, record: Any, made: Made, outcome: Outcome | None
) -> tuple[Any, Made, Outcome | None]:
    rest = [each for each in made.records if subject(each) != name]
    return record, replace(made, records=rest), outcome
