"""Which records does a story leave, and what may the public know of it? The step record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from broadsheet import urls
from broadsheet.judge import classic
from broadsheet.judge.keep import PUBLIC, Kept, keep, keep_classic, nameable
from broadsheet.model import Article, Record, Story, Told
from broadsheet.pipeline.desk import Answers, Desk, Made

CLASSIC_WINDOW = timedelta(days=4.5)  # RECORD.md, section 3


def record(desk: Desk, story: Story, answers: Answers) -> Made:
    """File each report of the story in its tree, and the story where it is public."""
    if story.merged_into:
        return _redirected(desk, story)
    articles = desk.articles(story.report_ids)
    kept = _kept(desk, story, articles)
    made: list[Any] = []
    held: list[str] = []
    if _only_cooled(desk, kept):
        kept = []
    for each in kept:
        id = urls.record_id(each.record.source_url)
        before = desk.trees.record(id)
        private = _private(desk, id)
        secured = desk.seal(id, private, before.secured if before else "")
        if desk.trees.file(each.tree, replace(each.record, secured=secured)):
            made.append(each.record)
        if each.tree != PUBLIC:
            held.append(f"{each.record.source_url} in {each.tree}: {each.why}")
    _file_story(desk, story, articles)
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
    lately = desk.store.articles_since(since)
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


def _only_cooled(desk: Desk, kept: Sequence[Kept]) -> bool:
    """Does every record of the story stand already, but for the heat of another hour?

    A record's heat is that of the edition that last changed its story (PORTAL.md).
    """
    if desk.portal.profile == "classic":  # there a record's heat is its own, and always that of now
        return False
    for each in kept:
        id = urls.record_id(each.record.source_url)
        before = desk.trees.record(id)
        if before is None or desk.trees.tree_of(id) != each.tree:
            return False
        if _without_heat(before) != _without_heat(each.record):
            return False
    return True


def _without_heat(record: Record) -> Record:
    parts = tuple(score for score in record.desk.parts if score.name != "heat")
    return replace(
        record, heat=min(record.heat, 0), secured="", desk=replace(record.desk, parts=parts)
    )


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
