"""Why is this report here, or why is it not? Its path in sentences, from what the desk kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from broadsheet import urls
from broadsheet.model import Record, Score
from broadsheet.pipeline import STEPS, Desk, report_at

ORDER = [step.name for step in STEPS]


@dataclass(slots=True)
class Told:
    """What there is to say of one report or address."""

    id: str
    title: str = ""
    url: str = ""
    sentences: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return asdict(self)


def explain(desk: Desk, words: str, limit: int = 5) -> list[Told]:
    """What is known of an id, an address, or the newest reports that have these words."""
    ids = _ids(desk, words) or [article.id for article in desk.store.find(words, limit)]
    if ids:
        return [_report(desk, id) for id in ids]
    url = urls.canonical(words)
    outcomes = _path(desk, [words, url])
    return [Told(urls.record_id(url), url=url, sentences=outcomes)] if outcomes else []


def _ids(desk: Desk, words: str) -> list[str]:
    by_address = urls.record_id(urls.canonical(words))
    for id in (words, by_address, report_at(desk, words)):
        if id in desk.trees.stories:
            return list(desk.trees.stories[id].report_ids)
        if desk.trees.record(id) or id in desk.trees.tombs or desk.store.articles([id]):
            return [id]
    return []


def _report(desk: Desk, id: str) -> Told:
    record = desk.trees.record(id)
    article = next(iter(desk.store.articles([id])), None)
    told = Told(id)
    if gone := next((g for g in desk.trees.removed.values() if id in (g.id, *g.also)), None):
        told.sentences.append(f"Removed on {gone.at:%Y-%m-%d}: {gone.reason}.")
        return told
    if record:
        told.title, told.url = record.title, record.source_url
        tree = desk.trees.tree_of(id)
        told.sentences.append(f"It stands in {tree}/, as {desk.trees.path_of(id)}.")
        told.sentences += _reasons(record)
        if story := desk.trees.stories.get(record.desk.story):
            because = next((t.because for t in story.reports if t.id == id), "")
            others = len(story.reports) - 1
            told.sentences.append(f"In the story {story.id} with {others} others: {because}.")
    elif article:
        told.title, told.url = article.title, article.url
        told.sentences.append("It was read, and has no record.")
    if article:
        told.sentences += [f"Its {signal}." for signal in article.signals]
        told.sentences += [f"Its publisher says {reason}." for reason in article.permissions.why]
    entries = [item.url for item in map(desk.store.item, desk.store.items_of(id)) if item]
    told.sentences += _path(desk, [told.url, *entries])
    for act in desk.trees.acts:
        if act.record == id:
            why = f": {act.why}" if act.why else ""
            what = f"{act.what} of {act.field}" if act.field else act.what
            told.sentences.append(f"{act.at}: {what} by {act.who}{why}.")
    return told


def _reasons(record: Record) -> list[str]:
    sentences = [f"Topic {words}." for words in record.desk.matched]
    if record.desk.copy_of:
        sentences.append(f"A copy of {record.desk.copy_of}: it is folded and does not heat.")
    sentences += [_sum(score) for score in record.desk.parts]
    if record.desk.extract:
        sentences.append(f"Its extract obeys {record.desk.extract}.")
    sentences += [
        f'Until {t.until_at:%Y-%m-%d %H:%M} UTC it was called "{t.title}".'
        for t in record.desk.titles
    ]
    return sentences


def _sum(score: Score) -> str:
    parts = ", ".join(f"{part.name} {part.points:+d}" for part in score.parts)
    return f"{score.name.capitalize()} {score.value}" + (f" = {parts}." if parts else ".")


def _path(desk: Desk, subjects: list[str]) -> list[str]:
    """The latest outcome of each step for these addresses, in the order of the steps."""
    outcomes = {o.step: o for s in subjects for o in desk.store.outcomes(s)}
    ordered = sorted(
        outcomes.values(), key=lambda o: ORDER.index(o.step) if o.step in ORDER else len(ORDER)
    )
    return [f"At {o.step}: {o.status}{f' ({o.detail})' if o.detail else ''}." for o in ordered]
