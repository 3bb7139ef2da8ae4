"""What does a source list that we have not seen? The steps fetch and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from broadsheet.errors import FetchError, SourceError
from broadsheet.fetch import schedule, websub
from broadsheet.fetch.schedule import Visits
from broadsheet.model import Fetched, Item, Reading, Request, Source
from broadsheet.pipeline.desk import Answers, Desk, Made

MEMBERS = 5  # of an index of sitemaps, at one visit: the newest first


def fetch(desk: Desk, source: Source, answers: Answers) -> Made:
    """Ask the source, conditionally; what it answers goes on if it is news."""
    if source.pages:  # the reports themselves: nothing to ask but they
        return Made([Fetched(source.id, b"", desk.at, source_id=source.id)])
    visits = visits_of(desk, source)
    address = schedule.where(source, visits)
    if address not in answers.fetched:
        return Made(asks=[Request(address, desk.store.answer(source.url))])
    answer = replace(answers.page(address), fetched_at=desk.at)
    save_visits(desk, source, schedule.answered(visits, answer))
    answer = replace(answer, url=source.url, source_id=source.id)
    if not answer.changed:
        desk.store.save_answer(answer)
        return Made(status="unchanged")
    return Made([answer])


def read(desk: Desk, fetched: Fetched, answers: Answers) -> Made:
    """Keep every entry that the answer lists; those that are new or changed go on."""
    source = desk.portal.sources[fetched.source_id]
    reading = Reading(source.kinds[0], source, fetched)
    if reading.name not in answers.parsed:
        return Made(asks=[reading])
    first_visit = desk.store.answer(fetched.url) is None
    fresh: list[Item] = []
    moments: list[datetime] = []
    listed, members, asks = _with_members(desk, source, answers, answers.reading(reading, tuple))
    if asks:
        return Made(asks=asks)
    for item in listed:
        if item.published_at:
            moments.append(item.published_at)
        if item.id in desk.trees.tombs:
            continue
        known = desk.store.item(item.id)
        item = replace(item, seen_at=known.seen_at if known else desk.at)
        if item != known:  # new, or its entry says something else now
            desk.store.save_item(item)
            fresh.append(item)
    desk.store.save_fact(fact_of(source, "listed"), str(len(listed)))
    if source.feed and desk.portal.websub.callback:
        offer = websub.offer_of(fetched)
        desk.store.save_fact(fact_of(source, "hub"), websub.offer_to_fact(offer))
    if source.feed and (title := next((item.feed_title for item in listed), "")):
        desk.store.save_fact(fact_of(source, "title"), title)
    # Last: a run killed before these lines asks again and is told everything again.
    for answer in members:
        desk.store.save_answer(answer)
    if members:  # an index may stand still while its members change: it is read at each visit
        fetched = replace(fetched, etag="", last_modified="", sha256="")
    desk.store.save_answer(fetched)
    visits = schedule.read(visits_of(desk, source), moments, fetched.body, desk.at)
    save_visits(desk, source, visits)
    if first_visit and len(fresh) > desk.portal.fetch.first:
        fresh.sort(key=lambda item: (item.published_at or desk.at, item.id), reverse=True)
        later = len(fresh) - desk.portal.fetch.first
        fresh = fresh[: desk.portal.fetch.first]
        return Made(fresh, detail=f"{later} of the first visit wait for the next run")
    return Made(fresh, "ok" if fresh else "unchanged")


def _with_members(
    desk: Desk, source: Source, answers: Answers, listed: Sequence[Item]
) -> tuple[list[Item], list[Fetched], list[Request | Reading]]:
    """What a source lists, with what the members of an index list, the newest few of them; their
    answers to keep; and what is still to be asked for that.

    A member that gives no answer, or none that can be read, costs itself only.
    """
    reports = [item for item in listed if item.type != "sitemap"]
    answered: list[Fetched] = []
    asks: list[Request | Reading] = []
    for member in [item for item in listed if item.type == "sitemap"][:MEMBERS]:
        if member.url not in answers.fetched:
            asks.append(Request(member.url, desk.store.answer(member.url)))
            continue
        answer = answers.fetched[member.url]
        if isinstance(answer, FetchError):
            continue
        answer = replace(answer, fetched_at=desk.at, source_id=source.id)
        reading = Reading("sitemap", source, answer)
        if answer.changed and reading.name not in answers.parsed:
            asks.append(reading)
            continue
        answered.append(answer)
        parsed = answers.parsed.get(reading.name, ()) if answer.changed else ()
        if isinstance(parsed, tuple):
            reports += [item for item in parsed if item.type != "sitemap"]
    return reports, answered, asks


def visits_of(desk: Desk, source: Source) -> Visits:
    """What the visits of this source taught us."""
    return schedule.recalled(desk.store.fact(fact_of(source, "visits")), source)


def fact_of(source: Source, what: str) -> str:
    """Under which name the store keeps what we know of a source: its visits and their history, how
    much it listed, its title, its hub, the feeds that it names."""
    return f"source:{source.id}:{what}"


def save_visits(desk: Desk, source: Source, visits: Visits) -> None:
    """Keep them for the next run."""
    desk.store.save_fact(fact_of(source, "visits"), schedule.kept(visits))


def failed(desk: Desk, source: Source, error: SourceError) -> str:
    """Keep that a visit failed; the error in words, with the time of the next visit."""
    visits = schedule.failed(visits_of(desk, source), error, desk.at)
    save_visits(desk, source, visits)
    at = schedule.next_visit(source, visits, desk.at, desk.portal.timezone).at
    again = f"asked again after {_moment(at)}" if at else "not asked again"
    return f"{source.url}: {error.reason}; {again}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
