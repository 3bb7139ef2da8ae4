"""What does one run do, from the lock to the last page? The commands stand on this."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from broadsheet import assemble, files
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.fetch.schedule import due, next_visit
from broadsheet.model import Outcome, Source
from broadsheet.pipeline import (
    Desk,
    again,
    ask_lists,
    close,
    is_asked,
    publish,
    refill,
    visits_of,
)
from broadsheet.publish.standing import Standing
from broadsheet.run.local import work
from broadsheet.seams import Door

Tell = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run visited and what became of it."""

    sources: tuple[Source, ...]
    outcomes: tuple[Outcome, ...]


@contextmanager
def desk_at(
    portal: Portal, folder: Path, clock: Clock, door: Door, *, quick: bool = True
) -> Iterator[Desk]:
    """The desk of a portal, locked for this process, its memory made whole again if it was lost,
    and what a person moved since taken for a decision. `quick` trusts `state/index`."""
    with files.lock(folder / "state" / "lock"):
        files.sweep(folder)
        with _no_garbage():
            desk = assemble.open_desk(portal, folder, door, clock, quick=quick, confined=True)
        try:
            if not desk.store.fact("filled"):
                refill(desk)
                desk.store.save_fact("filled", "yes")
            for id in desk.trees.moved:
                again(desk, id)
            yield desk
            desk.trees.save_index()
        finally:
            gc.unfreeze()
            desk.parsers.close()
            desk.store.close()


@contextmanager
def _no_garbage() -> Iterator[None]:
    """What is read here lives as long as the run: to look through it again and again for garbage
    was a sixth of a quiet run (2026-11-24, `python -m benchmarks.quiet`)."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run(
    portal: Portal,
    folder: Path,
    clock: Clock,
    door: Door,
    *,
    everything: bool = False,
    workers: int = 1,
    tell: Tell = lambda outcome: None,
) -> Ran:
    """Visit the sources that are due, write records, build the site. Raises BroadsheetError."""
    outcomes: list[Outcome] = []
    with desk_at(portal, folder, clock, door) as desk:
        lists = [s for s in due_of(desk, everything) if s.opml]
        desk, told = ask_lists(desk, lists)
        for outcome in told:
            outcomes.append(outcome)
            tell(outcome)
        sources = [s for s in due_of(desk, everything) if not s.opml]
        for outcome in work(desk, sources, workers=workers):
            outcomes.append(outcome)
            tell(outcome)
        outcomes += finish(desk, outcomes, tell)
    return Ran(tuple(sources), tuple(outcomes))


def finish(desk: Desk, outcomes: list[Outcome], tell: Tell = lambda outcome: None) -> list[Outcome]:
    """Close the day and build: the end of every command that writes records."""
    close(desk, outcomes)
    made = []
    standing = Standing(desk.trees.folder / "state", desk.trees.folder / "site")
    for outcome in publish(desk.portal, desk.plugins, desk.trees, standing=standing):
        made.append(outcome)
        tell(outcome)
    return made


def due_of(desk: Desk, everything: bool) -> list[Source]:
    """The sources whose turn it is, lists with an address too; a list in a file has none."""
    asked = filter(is_asked, desk.portal.sources.values())
    return [source for source in asked if is_due(desk, source, everything)]


def is_due(desk: Desk, source: Source, everything: bool) -> bool:
    """Is it this source's turn? A paused one never has it."""
    if everything:
        return not source.pause
    return due(source, visits_of(desk, source), desk.at, desk.portal.timezone)


def visit_of(desk: Desk, source: Source) -> tuple[datetime | None, str]:
    """When the source is asked next, and why then; None for never."""
    if not is_asked(source):
        return None, "a file, read at every run"
    visit = next_visit(source, visits_of(desk, source), desk.at, desk.portal.timezone)
    return visit.at, visit.why


def connected(portal: Portal, to: str, origins: list[str]) -> Portal:
    """The portal with these origins answered by a server on loopback."""
    return replace(portal, fetch=replace(portal.fetch, connect=dict.fromkeys(origins, to)))
