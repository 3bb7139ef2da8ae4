"""What does one run do, from the lock to the last page? The commands stand on this."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from broadsheet import assemble, files
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import FetchError
from broadsheet.fetch import websub
from broadsheet.fetch.post import Post
from broadsheet.fetch.schedule import due, next_visit
from broadsheet.judge.keep import PUBLIC
from broadsheet.model import Outcome, Source
from broadsheet.pipeline.acts import again, end_listings
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.lists import ask_lists, is_asked
from broadsheet.pipeline.page import waiting_pages
from broadsheet.pipeline.publish import close, publish
from broadsheet.pipeline.refill import refill
from broadsheet.pipeline.visit import visits_of
from broadsheet.publish.feeds import addresses
from broadsheet.publish.markdown import UNDATED, Trees
from broadsheet.publish.standing import Standing
from broadsheet.run.local import work
from broadsheet.seams import Door

SOONEST = timedelta(minutes=1)
"""From one run to the next, for who runs again and again."""

Tell = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run visited, what became of it, and when the next one has something to do."""

    sources: tuple[Source, ...]
    outcomes: tuple[Outcome, ...]
    next_at: datetime


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
            end_listings(desk)
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
    only: Collection[str] | None = None,
    budget: int | None = None,
    workers: int = 1,
    tell: Tell = lambda outcome: None,
    post: Post | None = None,
) -> Ran:
    """Visit the sources that are due, write records, build the site. Raises BroadsheetError.

    `only` names the sources that pushed: they are visited, due or not, and no others. With a
    `budget` of requests, which is the door's to keep, those that wait longest come first. With
    `post` the portal's hub is told of news.
    """
    outcomes: list[Outcome] = []
    with desk_at(portal, folder, clock, door) as desk:
        lists = [s for s in due_of(desk, everything) if s.opml] if only is None else []
        desk, told = ask_lists(desk, lists)
        for outcome in told:
            outcomes.append(outcome)
            tell(outcome)
        if only is None:
            sources = to_visit(desk, everything, budget)
        else:
            sources = [desk.portal.sources[id] for id in only if id in desk.portal.sources]
        for outcome in work(desk, sources, workers=workers):
            outcomes.append(outcome)
            tell(outcome)
        outcomes += finish(desk, outcomes, tell)
        if only is None:
            _doubt_hubs(desk, sources, outcomes)
        if post and portal.websub.hub and _has_news(desk):
            outcomes.append(_told_hub(desk, post))
            tell(outcomes[-1])
        next_at = _next_at(desk)
    return Ran(tuple(sources), tuple(outcomes), next_at)


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
    source, _ = _as_pushed(desk, source)
    return due(source, visits_of(desk, source), desk.at, desk.portal.timezone)


def visit_of(desk: Desk, source: Source) -> tuple[datetime | None, str]:
    """When the source is asked next, and why then; None for never."""
    if not is_asked(source):
        return None, "a file, read at every run"
    source, pushed = _as_pushed(desk, source)
    visit = next_visit(source, visits_of(desk, source), desk.at, desk.portal.timezone)
    return visit.at, f"{visit.why}; meanwhile its hub pushes" if pushed else visit.why


def _as_pushed(desk: Desk, source: Source) -> tuple[Source, bool]:
    """The source, polled once a day at most while its hub is healthy; is it?"""
    known = websub.recalled(desk.store.fact(websub.fact_of(source.id)))
    if not known or not known.healthy(desk.at):
        return source, False
    return replace(source, every=max(source.every or websub.POLL, websub.POLL)), True


def _next_at(desk: Desk) -> datetime:
    """When the next source is due or the hour turns, and with it the heat of every story; not at
    once for a source that was due and could not be asked."""
    hour = desk.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    visits = (visit_of(desk, source)[0] for source in desk.portal.sources.values())
    return max(min([hour, *filter(None, visits)]), desk.at + SOONEST)


def _has_news(desk: Desk) -> bool:
    public = desk.trees.folder / PUBLIC
    return any(path.is_relative_to(public) for path in desk.trees.written)


def _told_hub(desk: Desk, post: Post) -> Outcome:
    """Tell our hub that the feeds have news; what it does not hear, its readers poll for."""
    portal = desk.portal
    outputs = portal.outputs or tuple(desk.plugins.outputs)
    feeds = addresses(portal.url, portal.topics, outputs)
    try:
        post(portal.websub.hub, websub.ping(feeds))
    except FetchError as error:
        return Outcome("publish", portal.websub.hub, "retry", f"the hub was not told: {error}")
    return Outcome("publish", portal.websub.hub, "ok", f"told of {len(feeds)} feeds")


def _doubt_hubs(desk: Desk, sources: Sequence[Source], outcomes: Sequence[Outcome]) -> None:
    """A hub that did not push what a poll found is not relied on until it pushes again."""
    news = {o.subject for o in outcomes if o.step == "read" and o.status == "ok"}
    for source in sources:
        known = websub.recalled(desk.store.fact(websub.fact_of(source.id)))
        if known and known.healthy(desk.at) and source.url in news:
            doubted = replace(known, denied=websub.NOT_PUSHED)
            desk.store.save_fact(websub.fact_of(source.id), websub.kept(doubted))


def build(portal: Portal, folder: Path) -> list[Outcome]:
    """Make site/ from the records: no network, no database. Raises BroadsheetError."""
    with files.lock(folder / "state" / "lock"):
        plugins = assemble.open_plugins(portal)
        return list(publish(portal, plugins, Trees(folder)))


def to_visit(desk: Desk, everything: bool, budget: int | None) -> list[Source]:
    """The sources of a run, its lists left out; with a budget, those that wait longest first.

    Half of a budget is kept for pages that wait, lest a small one knows of ever more news and
    reads none.
    """
    sources = [source for source in due_of(desk, everything) if not source.opml]
    if budget is None:
        return sources
    visits = budget - min(len(waiting_pages(desk)), (budget + 1) // 2)
    return sorted(sources, key=lambda source: _waits_since(desk, source))[:visits]


def _waits_since(desk: Desk, source: Source) -> datetime:
    """Since when it could be asked; one that never was has waited longest."""
    asked_at = visits_of(desk, source).asked_at
    return (visit_of(desk, source)[0] or asked_at) if asked_at else UNDATED


def connected(portal: Portal, to: str, origins: list[str]) -> Portal:
    """The portal with these origins answered by a server on loopback."""
    return replace(portal, fetch=replace(portal.fetch, connect=dict.fromkeys(origins, to)))
