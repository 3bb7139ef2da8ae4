"""Why is this report here, or why is it not? Its path in sentences, from what the desk kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from broadsheet import urls
from broadsheet.judge.dedup import changes
from broadsheet.judge.rights import decisions
from broadsheet.model import Article, Record, Score, Story
from broadsheet.pipeline import STEPS, Desk, report_at, topics_found
from broadsheet.text import counted

ORDER = [step.name for step in STEPS]


@dataclass(slots=True)
class Told:
    """What there is to say of one report, story or address."""

    id: str
    title: str = ""
    url: str = ""
    sentences: list[str] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    """Topics, quality and heat as named sums, those of topics it misses with the reason last."""

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return asdict(self)


def explain(desk: Desk, words: str, limit: int = 5) -> list[Told]:
    """What is known of an id, an address, or the newest reports that have these words."""
    if words in desk.trees.stories:
        return [_story(desk, desk.trees.stories[words])]
    ids = _ids(desk, words) or [article.id for article in desk.store.find(words, limit)]
    if ids:
        return [_report(desk, id) for id in ids]
    url = urls.canonical(words)
    outcomes = _path(desk, [words, url])
    return [Told(urls.record_id(url), url=url, sentences=outcomes)] if outcomes else []


def _ids(desk: Desk, words: str) -> list[str]:
    by_address = urls.record_id(urls.canonical(words))
    for id in (words, by_address, report_at(desk, words)):
        if desk.trees.record(id) or id in desk.trees.tombs or desk.store.articles([id]):
            return [id]
    return []


def _story(desk: Desk, story: Story) -> Told:
    """The story as a whole: its heat, then why each report stands in it and what it adds."""
    told = Told(story.id, story.title, scores=[story.heat])
    if story.merged_into:
        told.sentences.append(f"It is told in the story {story.merged_into} now.")
        return told
    if story.heat.parts:
        told.sentences.append(_sum(story.heat))
    for each in story.reports:
        record = desk.trees.record(each.id)
        name = f"{record.provider.name}, {record.title}" if record else each.id
        adds = f" It adds {each.adds}." if each.adds else ""
        told.sentences.append(f"{each.id} ({name}): {each.because or 'no reason kept'}.{adds}")
    for each in story.reports:
        told.sentences += _lineage(desk, each.id)
    return told


def _lineage(desk: Desk, id: str) -> list[str]:
    """Whom a copy copies, and what it changed."""
    article = next(iter(desk.store.articles([id])), None)
    first = next(iter(desk.store.articles([article.copy_of])), None) if article else None
    if article is None or first is None:
        return []
    what = ", ".join(changes(article, first)) or "nothing that we can see"
    had = f"which had it on {first.seen_at:%Y-%m-%d %H:%M} UTC"
    return [f"{article.domain} copies {first.domain}, {had}; changed: {what}."]


def _topics(desk: Desk, article: Article) -> list[Score]:
    """Its topics by the portal as it now stands; none where its text is gone."""
    if not (article.text or article.summary):
        return []
    found = topics_found(desk, article)
    return [*found.scores, *found.passed_over]


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
            more = counted(others, "other")
            told.sentences.append(f"In the story {story.id} with {more}: {because}.")
            if adds := next((t.adds for t in story.reports if t.id == id), ""):
                told.sentences.append(f"It adds {adds}.")
    elif article:
        told.title, told.url = article.title, article.url
        told.sentences.append("It was read, and has no record.")
    if record:
        told.scores += record.desk.parts
    if article:
        told.sentences += [f"Its {signal}." for signal in article.signals]
        told.sentences += [f"Rights: {each}" for each in decisions(article, desk.portal)]
        told.scores += (topics := _topics(desk, article))
        told.sentences += [f"Topic {_sum(score)}" for score in topics if score.parts]
        told.sentences += _lineage(desk, id)
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
