"""What does a person's act change in what stands already?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.judge.dedup import earliest
from broadsheet.model import Article, Story, Told
from broadsheet.pipeline.desk import NONE, Desk
from broadsheet.pipeline.ends import ended, forget_ends
from broadsheet.pipeline.filing import record
from broadsheet.pipeline.report import topics
from broadsheet.pipeline.story import link, score


def taught_again(desk: Desk, article: Article) -> Article:
    """Judge a report's topics anew after a person's verdict, and record what follows from it.

    It comes back with its topics. One that is on none any more keeps its record: to take it away
    is another act, `review reject` or `remove`.
    """
    made = topics(desk, article, NONE)
    for on_topics in made.records:
        for story in link(desk, on_topics, NONE).records:
            again(desk, story.id)
    return next(iter(made.records), replace(article, topics=(), matched=()))


def again(desk: Desk, story_id_or_report: str) -> None:
    """Score and record a story anew after a person's act: an approval, a removal."""
    if story := desk.store.story_of(story_id_or_report):
        # Nothing said before may stand: it could name what the act has taken away.
        reports = tuple(Told(each.id) for each in story.reports)
        _scored_and_recorded(desk, replace(story, reports=reports))


def end_listings(desk: Desk) -> None:
    """Record those reports anew whose publishers' end has come: they leave the public."""
    if due := ended(desk):
        for id in due:
            again(desk, id)
        forget_ends(desk, due)  # only now, so that a run that is killed before begins anew


def _scored_and_recorded(desk: Desk, story: Story) -> None:
    (scored,) = score(desk, story, NONE).records
    record(desk, scored, NONE)


def say_of_two(desk: Desk, what: str, one: str, other: str) -> list[Story]:
    """An editor's must-link or cannot-link: the stories that it changed, recorded anew.

    Raises Contradiction for one that cannot hold beside what was said before.
    """
    changed = desk.memory.linker.said(what, one, other)
    for story in changed:
        desk.store.save_story(story)
    # A name in public goes with the larger part: a story that was taken in redirects first, one
    # that was parted gives up its reports before the new one is named.
    known = desk.trees.stories
    for story in sorted(changed, key=lambda story: (not story.merged_into, story.id not in known)):
        _scored_and_recorded(desk, story)
    return changed


def leave(desk: Desk, report_id: str, also: Sequence[str], why: str) -> None:
    """Remove a report from everything that is kept, its tombstone first. Raises StoreError."""
    story = desk.store.story_of(report_id)
    desk.trees.remove(report_id, also, desk.at, why)
    _forget_copies(desk, report_id, story)
    if story is None:
        return
    rest = tuple(told for told in story.reports if told.id != report_id)
    story = replace(story, reports=rest)
    desk.store.save_story(story)
    if rest:
        again(desk, rest[0].id)
    else:
        desk.trees.drop_story(story.id)


def _forget_copies(desk: Desk, report_id: str, story: Story | None) -> None:
    """Copies of what was removed are copies of nothing: the first of them leads the rest."""
    copies = [a for a in desk.articles(story.report_ids if story else ()) if a.copy_of == report_id]
    copies.sort(key=earliest)
    for each in copies:
        desk.save(replace(each, copy_of="" if each == copies[0] else copies[0].id))
