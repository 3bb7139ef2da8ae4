"""What can be known again when the database is lost? All that the records tell."""

from __future__ import annotations

from collections.abc import Mapping

from broadsheet.judge.dedup import earliest
from broadsheet.judge.keep import as_told
from broadsheet.judge.rights import as_recorded
from broadsheet.model import Article, Record, Story, Told
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.ends import await_ends
from broadsheet.pipeline.report import identity_of
from broadsheet.publish.markdown import UNDATED


def refill(desk: Desk) -> None:
    """Fill an empty store from both trees, as far as files can tell: no texts, no validators.

    A report is in it when its story is: a kill may come between the two.
    """
    public = desk.trees.story_named
    names = {name: t.id for t in desk.portal.topics.values() for name in (t.label, *t.was)}
    told: dict[str, list[Article]] = {}
    for id in desk.trees.ids():
        record = desk.trees.record(id)
        if record is None or desk.store.story_of(id):
            continue
        article = _from_record(id, record, names)
        desk.store.save_article(article)
        desk.store.save_fact(identity_of(article.url), id)
        await_ends(desk, [article])
        story = public([id]) or record.desk.story or id
        told.setdefault(story, []).append(article)
    for id, articles in sorted(told.items()):
        filed = desk.trees.stories.get(id)
        because = {each.id: each for each in filed.reports} if filed else {}
        articles.sort(key=earliest)
        desk.store.save_story(
            Story(
                id,
                filed.title if filed else articles[0].title,
                tuple(because.get(a.id, Told(a.id)) for a in articles),
                min(a.moment for a in articles),
                max(a.moment for a in articles),
            )
        )


def _from_record(id: str, record: Record, topic_ids: Mapping[str, str]) -> Article:
    told = {score.name: score for score in record.desk.parts}
    seen = record.desk.seen_at or record.published_at
    return Article(
        id=id,
        url=record.source_url,
        source_id=record.desk.source,
        domain=record.provider.domain,
        title=record.title,
        text="",
        language=record.desk.language,
        seen_at=seen or UNDATED,
        published_at=record.published_at,
        updated_at=record.updated_at,
        summary=record.excerpt,
        authors=record.desk.authors,
        images=record.images,
        type=record.type,
        amp_url=record.amp_url,
        provider_name=record.provider.name,
        titles=record.desk.titles,
        topics=tuple(topic_ids[name] for name in record.topics if name in topic_ids),
        matched=record.desk.matched,
        copy_of=record.desk.copy_of,
        permissions=as_recorded(record),
        quality=told.get("quality", as_told("quality", record.quality)),
    )
