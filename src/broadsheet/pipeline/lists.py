"""Which sources do OPML lists name?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from broadsheet.config import Portal
from broadsheet.errors import Unreadable
from broadsheet.fetch import schedule
from broadsheet.intake import opml
from broadsheet.model import Fetched, Outcome, Reading, Request, Source
from broadsheet.pipeline import visit
from broadsheet.pipeline.desk import Answers, Desk
from broadsheet.pipeline.steps import STEPS, attempt, status_of
from broadsheet.pipeline.visit import fact_of, save_visits, visits_of
from broadsheet.publish.markdown import UNDATED
from broadsheet.seams import Store


def with_lists(portal: Portal, folder: Path, store: Store) -> Portal:
    """The portal with the sources that its OPML lists name, as far as we know them.

    Raises ConfigError for a file that is not there or cannot be read.
    """
    own = {id: source for id, source in portal.sources.items() if not source.listed_in}
    portal = replace(portal, sources=own)
    lists = {
        id: store.fact(fact_of(source, "feeds")).split()
        if is_asked(source)
        else _in_file(portal, source, folder)
        for id, source in own.items()
        if source.opml
    }
    return opml.expand(portal, lists) if lists else portal


def is_asked(source: Source) -> bool:
    """Has it an address, or is it a file of the operator's?"""
    return not source.opml or "://" in source.opml


def _in_file(portal: Portal, source: Source, folder: Path) -> list[str]:
    try:
        data = (folder / source.opml).read_bytes()
        listed = opml.items(source, Fetched(source.opml, data, UNDATED))
        return [item.url for item in listed]
    except OSError as error:
        portal.refuse(f"sources.{source.id}.opml", f"{source.opml}: {error.strerror}")
    except Unreadable as error:
        portal.refuse(f"sources.{source.id}.opml", str(error))


def ask_lists(desk: Desk, lists: Sequence[Source]) -> tuple[Desk, list[Outcome]]:
    """Ask these lists what they name: the desk that knows it, and one outcome per list and step.

    A list that does not answer, or cannot be read, names what it named before.
    """
    fetching = STEPS[0]
    asks = (ask for source in lists for ask in fetching.run(desk, source, Answers()).asks)
    requests = [ask for ask in asks if isinstance(ask, Request)]
    fetched = dict(zip((r.url for r in requests), desk.door.ask(requests), strict=True))
    outcomes: list[Outcome] = []
    for source in lists:
        made, outcome = attempt(desk, fetching, source, Answers(fetched))
        outcomes += [outcome] if outcome else []
        outcomes += [_kept_list(desk, source, answer) for answer in made.records]
    return replace(desk, portal=with_lists(desk.portal, desk.trees.folder, desk.store)), outcomes


def _kept_list(desk: Desk, source: Source, fetched: Fetched) -> Outcome:
    (listed,) = desk.parsers.parse([Reading("opml", source, fetched)])
    if isinstance(listed, Unreadable):
        why = visit.failed(desk, source, listed)
        outcome = Outcome("read", source.url, status_of(listed), why)
    else:
        assert isinstance(listed, tuple)  # a source's reading gives no other
        save_visits(desk, source, schedule.read(visits_of(desk, source), (), b"", desk.at))
        desk.store.save_fact(fact_of(source, "feeds"), "\n".join(item.url for item in listed))
        desk.store.save_answer(fetched)
        outcome = Outcome("read", source.url, "ok", f"names {len(listed)} feeds")
    desk.store.save_outcome(outcome)
    return outcome
