"""Which records does a story leave, and what may the public know of it? The step record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from broadsheet import urls
from broadsheet.judge import classic
from broadsheet.judge.keep import BELOW, PUBLIC, Kept, keep, keep_classic, nameable
from broadsheet.judge.rights import as_of
from broadsheet.model import Article, Record, Story, Told
from broadsheet.pipeline.desk import Answers, Desk, Made
from broadsheet.pipeline.ends import await_ends
from broadsheet.publish.markdown import leads

CLASSIC_WINDOW = timedelta(days=4.5)  # RECORD.md, section 3
STANDING = 200
"""Newest reports of a story whose records follow each change of it: or each report that joins a
story of very many would have all their files written anew."""


def record(desk: Desk, story: Story, answers: Answers) -> Made:
    """File each report of the story in its tree, and the story where it is public."""
    if story.merged_into:
        return _redirected(desk, story)
    articles = desk.articles(story.report_ids)
    kept = _kept(desk, story, articles)
    made: list[Any] = []
    held: list[str] = []
    following = kept if desk.portal.profile == "classic" else _following(desk, kept)
    for each in following:
        id = urls.record_id(each.record.source_url)
        before = desk.trees.record(id)
        private = _private(desk, id)
        secured = desk.seal(id, private, before.secured if before else "")
        if desk.trees.file(each.tree, replace(each.record, secured=secured)):
            made.append(each.record)
        if each.tree != PUBLIC:
            held.append(f"{each.record.source_url} in {each.tree}: {each.why}")
    _file_story(desk, story, articles)
    await_ends(desk, articles)
    for article in articles:
        # Only now is its journey over: a run killed before this line takes the report up again.
        for item_id in desk.store.items_of(article.id):
            desk.store.settle_item(item_id)
    return Made(made, "ok" if made else "unchanged", "; ".join(held))


def _kept(desk: Desk, story: Story, articles: Sequence[Article]) -> list[Kept]:
    decisions = desk.trees.decisions
    if desk.portal.profile != "classic":
        id = _public_id(desk, story, articles)
        return keep(story, articles, desk.portal, decisions=decisions, story_id=id)
    if not articles:
        return []
    since = min(article.moment for article in articles) - CLASSIC_WINDOW
    lately = (as_of(each, desk.at) for each in desk.store.articles_since(since))
    pool = [each for each in lately if each.topics and each.id not in desk.trees.tombs]
    # A report that came in changes what others are related to, and so their heat.
    touched = {
        other.id
        for a in articles
        for other in pool
        if a.id == other.id or classic.related(a, [other])
    }
    mine = [each for each in pool if each.id in touched]
    return keep_classic(mine, pool, desk.portal, decisions=decisions)


def _public_id(desk: Desk, story: Story, articles: Sequence[Article]) -> str:
    """The id by which the public knows the story: given once, by its first nameable report."""
    if filed := desk.trees.story_named(story.report_ids):
        return filed
    fact = f"story:{story.id}"
    if known := desk.store.fact(fact):
        return known
    decisions = desk.trees.decisions
    named = [a.id for a in articles if nameable(a, desk.portal, decisions.get(a.id, ""))]
    if not named:
        return story.id
    desk.store.save_fact(fact, named[0])
    return named[0]


def _following(desk: Desk, kept: Sequence[Kept]) -> Sequence[Kept]:
    """The records of a story that follow what it now is.

    None where all stand already but for the heat of another hour: a record's heat is that of the
    edition that last changed its story (PORTAL.md). Else all; but of a story of very many reports
    only the newest, its leader's, and those in which more changed than their story
    (docs/why/decisions/0020).
    """
    if all(_stands(desk, each, _without_heat) for each in reversed(kept)):
        return []
    named = {each.record.source_url for each in kept if each.tree in (PUBLIC, BELOW)}
    public = [each.record for each in kept if each.tree == PUBLIC]
    leader = min(public, key=lambda r: (*leads(r), urls.record_id(r.source_url)), default=None)
    older = [
        each
        for each in kept[:-STANDING]
        if each.record is leader or not _stands(desk, each, partial(_without_story, named))
    ]
    return [*older, *kept[-STANDING:]]


def _stands(desk: Desk, kept: Kept, part: Callable[[Record], Record]) -> bool:
    """Is this part of the record as it stands already?"""
    id = urls.record_id(kept.record.source_url)
    before = desk.trees.record(id)
    if before is None or desk.trees.tree_of(id) != kept.tree:
        return False
    return part(before) == part(kept.record)


def _without_heat(record: Record) -> Record:
    parts = tuple(score for score in record.desk.parts if score.name != "heat")
    return replace(
        record, heat=min(record.heat, 0), secured="", desk=replace(record.desk, parts=parts)
    )


def _without_story(named: Collection[str], record: Record) -> Record:
    """The record without what its story gives it, but with what that may not name."""
    related = tuple(other for other in record.related if other.source_url not in named)
    return replace(_without_heat(record), related=related)


def _private(desk: Desk, id: str) -> dict[str, object]:
    """What the portal wants sealed of this report: where we had it from, how it was judged."""
    article = desk.article(id)
    if article is None:
        return {}
    items = [item for item in map(desk.store.item, desk.store.items_of(id)) if item]
    fields = desk.portal.seal.fields
    data: dict[str, object] = {}
    if "source" in fields:
        data["source"] = {"id": article.source_id, "entries": sorted({i.url for i in items})}
    if "scores" in fields:
        parts = article.quality.parts
        data["scores"] = {"quality": [[part.name, part.points] for part in parts]}
    return data


def _file_story(desk: Desk, story: Story, articles: Sequence[Article]) -> None:
    """The story's record, of what is public: two reports or more, or one that had a record."""
    public = [a for a in articles if desk.trees.tree_of(a.id) == PUBLIC]
    id = _public_id(desk, story, articles)
    if len(public) < 2 and id not in desk.trees.stories:
        return
    if not public:
        desk.trees.drop_story(id)
        return
    told = {each.id: each for each in story.reports}
    names = {key for article in public for key in article.topics}
    labels = [topic.label for key, topic in desk.portal.topics.items() if key in names]
    filed = replace(
        story,
        id=id,
        title=next((a.title for a in public if a.id == id), public[0].title),
        reports=tuple(_public_told(told[a.id], a, public) for a in public),
        first_at=min(a.moment for a in public),
        last_at=max(a.moment for a in public),
        topics=tuple(labels),
    )
    before = desk.trees.stories.get(id)
    if before and before.reports == filed.reports and before.topics == filed.topics:
        filed = replace(filed, heat=before.heat)
    desk.trees.file_story(filed)


def _redirected(desk: Desk, story: Story) -> Made:
    """Where the public can find a story that another took in.

    A story that the public never saw as one needs no word; nor does one whose taker has no name
    yet: that takes over the name with the reports.
    """
    stories = desk.trees.stories
    own = story.merged_into if story.merged_into in stories else ""
    into = desk.store.fact(f"story:{story.merged_into}") or own
    filed = stories.get(desk.store.fact(f"story:{story.id}") or story.id)
    if filed is None or filed.merged_into or not into or into == filed.id:
        return Made(status="unchanged")
    desk.trees.file_story(replace(filed, reports=(), merged_into=into))
    return Made(detail=f"{filed.id} is now part of {into}")


def _public_told(told: Told, article: Article, public: Sequence[Article]) -> Told:
    """The first that is public opens the story for the public; none names what is not."""
    if article == public[0]:
        return replace(told, because="opens the story")
    if article.copy_of and article.copy_of not in {other.id for other in public}:
        return replace(told, because="")
    return told
