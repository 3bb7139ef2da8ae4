"""Which story does a report belong to, and how good and how hot are they? The steps link and score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from broadsheet.judge.adds import additions
from broadsheet.judge.keep import classic_quality, copied_from, nameable
from broadsheet.judge.reasons import reasons
from broadsheet.judge.rights import may_quote, quotable
from broadsheet.model import Article, Score, Story, Told, Voice
from broadsheet.pipeline.desk import Answers, Desk, Made
from broadsheet.plugins import Plugins


def link(desk: Desk, article: Article, answers: Answers) -> Made:
    """Put the report into its story; every story that this changed goes on."""
    linker = desk.memory.linker
    if article.id not in linker and (own := desk.store.story_of(article.id)):
        linker.put(own)
    story, *others = linker.add(article)
    for each in (*others, story):
        desk.store.save_story(each)
    return Made([story, *others], detail=story.title)


def score(desk: Desk, story: Story, answers: Answers) -> Made:
    """Judge each report and the story, and say what each report adds and why it stands there."""
    if story.merged_into:
        return Made([story], detail=f"merged into {story.merged_into}")
    known = desk.articles(story.report_ids)
    articles = [judged(desk, _named(desk, each)) for each in known]
    for before, article in zip(known, articles, strict=True):
        if article != before:
            desk.save(article)
    named = [a for a in articles if nameable(a, desk.portal, desk.trees.decisions.get(a.id, ""))]
    copies = copied_from(named)
    voices = [Voice(a.domain, a.moment, a.quality.value, a.id in copies) for a in named]
    heat = heat_of(desk.plugins)(voices, desk.at)
    story = replace(story, heat=heat, reports=_told(desk, story, articles, named) or story.reports)
    desk.store.save_story(story)
    return Made([story], detail=f"heat {heat.value}")


def _named(desk: Desk, article: Article) -> Article:
    """Under the name of its site, if that was learned since it was read."""
    name = desk.memory.of_site(article.url).name
    return replace(article, provider_name=name) if name else article


def _told(
    desk: Desk, story: Story, articles: Sequence[Article], named: Sequence[Article]
) -> tuple[Told, ...]:
    """The reports of a story, each with what it adds and why it is there."""
    ids = {article.id for article in named}
    before = {each.id: each.adds for each in story.reports if each.because}
    adds = additions(articles, ids, before, partial(may_quote, portal=desk.portal))
    limited = {article.id for article in articles if article.permissions.snippet is not None}
    said = desk.trees.said_of_two()
    joined = [frozenset((one, other)) for what, one, other in said if what == "must-link"]
    because = {each.id: each.because for each in story.reports if each.id not in limited}
    why = reasons([quotable(article) for article in articles], ids, because, joined)
    return tuple(Told(id, adds[id], why[id]) for id in (article.id for article in articles))


def judged(desk: Desk, article: Article) -> Article:
    """With its quality; one whose text is gone keeps what it had."""
    if not article.text and article.quality.parts and not article.permissions.reserved:
        return article
    if desk.portal.profile == "classic":
        return replace(article, quality=classic_quality(article, desk.portal))
    scores = (judge(article) for judge in desk.plugins.quality.values())
    return replace(article, quality=total("quality", scores))


def total(name: str, scores: Iterable[Score]) -> Score:
    """The scores of all judges as one, with all their parts."""
    parts = tuple(part for score in scores for part in score.parts)
    return Score(name, sum(part.points for part in parts), parts)


def heat_of(plugins: Plugins) -> Callable[[Sequence[Voice], datetime], Score]:
    """All judges of heat as one."""
    return lambda voices, now: total("heat", (f(voices, now) for f in plugins.heat.values()))
