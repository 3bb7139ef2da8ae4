"""In which order do the steps stand, and what becomes of one record at one of them?"""

from __future__ import annotations

from typing import Any

from broadsheet import urls
from broadsheet.errors import Deferred, FetchError, Forbidden, Overdue, SourceError
from broadsheet.judge.dedup import earliest
from broadsheet.model import Article, Fetched, Item, Outcome, Source, Status
from broadsheet.pipeline import filing, page, report, story, visit
from broadsheet.pipeline.desk import Answers, Desk, Made, Step, subject

STEPS = (
    Step("fetch", visit.fetch, key=lambda source: urls.host(source.url) or source.id),
    Step("read", visit.read, key=lambda fetched: fetched.source_id),
    Step(
        "extract",
        page.extract,
        key=lambda item: urls.host(item.url),
        waiting=page.waiting_pages,
    ),
    Step("dedup", report.dedup, key=lambda article: "texts", order=earliest),
    Step("topics", report.topics, key=lambda article: article.id),
    Step("link", story.link, key=lambda article: "stories", order=earliest),
    Step("score", story.score, key=lambda story: story.id),
    # One at a time: of two records with one name, the first by id has it plain. Merged stories give
    # up their reports before those that took them in name them.
    Step(
        "record",
        filing.record,
        key=lambda story: "records",
        order=lambda story: (not story.merged_into, story.id),
    ),
)


def attempt(desk: Desk, step: Step, record: Any, answers: Answers) -> tuple[Made, Outcome | None]:
    """Run one step on one record: what it made, and its one outcome, which the store keeps.

    No outcome while the step asks for more. The world's failures become outcomes; ours propagate.
    """
    try:
        made = step.run(desk, record, answers)
    except Deferred as error:  # nobody's failure: its turn is kept
        made = Made(status="unchanged", detail=f"not asked this time: {error.reason}")
    except SourceError as error:
        detail = str(error)
        status = status_of(error)
        if source := _source_of(desk, record):
            detail = visit.failed(desk, source, error)
        elif isinstance(record, Item) and status == "retry" and page.gave_up(desk, record, error):
            status, detail = "rejected", f"{error}; given up"
        made = Made(status=status, detail=detail)
    if made.asks:
        return made, None
    waits = made.status in ("retry", "unchanged")
    if isinstance(record, Item | Article) and not made.records and not waits:
        for item_id in desk.store.items_of(record.id):
            desk.store.settle_item(item_id)
    outcome = Outcome(step.name, subject(record), made.status, made.detail)
    desk.store.save_outcome(outcome)
    return made, outcome


def _source_of(desk: Desk, record: Any) -> Source | None:
    """The source whose visit this record is."""
    if isinstance(record, Fetched):
        return desk.portal.sources.get(record.source_id)
    return record if isinstance(record, Source) else None


def status_of(error: SourceError) -> Status:
    """What a failure of the world is as an outcome."""
    if isinstance(error, Forbidden):
        return "rejected"
    return "retry" if isinstance(error, FetchError | Overdue) else "quarantined"
