"""Why is this report here, or why is it not? All that the desk kept of it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from broadsheet import model, urls
from broadsheet.judge.adds import FIRST
from broadsheet.judge.dedup import changes
from broadsheet.judge.keep import REJECTED, gate, hold
from broadsheet.judge.reasons import OPENS, cited, listed, why
from broadsheet.judge.rights import decisions
from broadsheet.model import Article, Edition, Record, Score, Story
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.report import report_at, topics_found
from broadsheet.pipeline.steps import STEPS
from broadsheet.pipeline.story import heat_of
from broadsheet.publish.markdown import edition
from broadsheet.text import counted, cut

ORDER = [step.name for step in STEPS]
OF_ONE = ORDER[: ORDER.index("score")]  # steps whose outcome is of one report, not of its story
TREES = {
    "records/news": "It is public",
    "held/below": "It is held below the gate",
    "held/review": "It waits for an editor",
    "held/rejected": "An editor rejected it",
}
DETAIL = 300  # characters of an outcome's detail
MOST = 50  # reports of a story that are told one by one
RELATED = 10  # PORTAL.md, What becomes what


@dataclass(slots=True)
class Told:
    """What there is to say of one report, story or address."""

    id: str
    kind: str = "address"
    title: str = ""
    url: str = ""
    sentences: list[str] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    """Topics, quality and heat as named sums, those of topics it misses with the reason last."""
    story: str = ""
    rank: int = 0
    """Of its story on the front page, 1 at the top; 0 where it has no place."""
    copy_of: str = ""
    because: str = ""
    adds: str = ""
    related: list[dict[str, str]] = field(default_factory=list)
    """The other reports of its story: id, title, and why they belong together."""

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return asdict(self)


def explain(desk: Desk, words: str, limit: int = 5) -> list[Told]:
    """What is known of an id, an address, or the newest reports that have these words."""
    teller = _Teller(desk)
    words = words.strip()
    if story := desk.trees.stories.get(words):
        return [teller.story(story)]
    ids = _ids(desk, words) or [article.id for article in desk.store.find(words, limit)]
    if ids:
        return [teller.report(id) for id in ids]
    url = urls.canonical(words)
    outcomes = _path(desk, [words, url])
    return [Told(urls.record_id(url), url=url, sentences=outcomes)] if outcomes else []


def _ids(desk: Desk, words: str) -> list[str]:
    by_address = urls.record_id(urls.canonical(words))
    for id in (words, by_address, report_at(desk, words)):
        if desk.trees.record(id) or id in desk.trees.tombs or desk.store.articles([id]):
            return [id]
    return []


class _Teller:
    """Speaks of the reports and stories of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @cached_property
    def edition(self) -> Edition:
        """What is public, in its order."""
        return edition(self.desk.portal, self.desk.trees, heat_of(self.desk.plugins))

    def story(self, story: Story) -> Told:
        """The story as a whole: its heat and rank, then why each report is in it, what it adds."""
        told = Told(story.id, "story", story.title, story=story.id)
        if story.merged_into:
            told.sentences.append(f"It is told in the story {story.merged_into} now.")
            return told
        reports = counted(len(story.reports), "report")
        by = {r.provider.domain for id in story.report_ids if (r := self.desk.trees.record(id))}
        span = f"from {_time(story.first_at)} to {_time(story.last_at)}"
        on = f", on {listed(story.topics)}" if story.topics else ""
        publishers = counted(len(by), "publisher")
        told.sentences.append(f"It has {reports} by {publishers}, {span}{on}.")
        self._place(told, story.id)
        for each in story.reports[:MOST]:
            told.sentences.append(f"{self._named(each.id)} ({each.id}): {self._in_story(each)}")
        if more := len(story.reports[MOST:]):
            reports = "report" if more == 1 else "reports"
            told.sentences.append(f"And {more} more {reports}; the story's record has all.")
        told.sentences += self._acts({story.id, *story.report_ids})
        return told

    def report(self, id: str) -> Told:
        """One report: where it stands, its topics, copies, story, points, and how it came."""
        desk = self.desk
        record = desk.trees.record(id)
        article = self.desk.article(id)
        told = Told(id, "report")
        if gone := next((g for g in desk.trees.removed.values() if id in (g.id, *g.also)), None):
            reason = gone.reason.rstrip(".") or "no reason given"
            told.sentences.append(f"It was removed on {gone.at:%Y-%m-%d}: {reason}.")
            return told
        if record:
            told.title, told.url = record.title, record.source_url
            told.sentences += self._where(id, record)
        elif article:
            told.title, told.url = article.title, article.url
            told.sentences.append(f"It is by {_by(article)}, seen {_time(article.seen_at)}.")
            told.sentences.append("It was read, and has no record.")
        told.scores += record.desk.parts if record else []
        self._topics(told, record, article)
        self._copies(told, record, article)
        if record:
            self._of_story(told, record)
            told.sentences += [
                _sum(score) for score in record.desk.parts if score.name == "quality"
            ]
        if article:
            if article.signals:
                told.sentences.append(f"How it was read: {'; '.join(article.signals)}.")
            told.sentences += [f"Rights: {each}" for each in decisions(article, desk.portal)]
        elif record and record.desk.extract:
            told.sentences.append(f"Its extract obeys {record.desk.extract}.")
        entries = [item.url for item in map(desk.store.item, desk.store.items_of(id)) if item]
        story = desk.store.story_of(id)
        told.sentences += _path(desk, [told.url, *entries, *([story.id] if story else [])])
        told.sentences += self._acts({id})
        return told

    def _where(self, id: str, record: Record) -> Iterator[str]:
        tree, path = self.desk.trees.tree_of(id), self.desk.trees.path_of(id)
        seen = f", seen {_time(record.desk.seen_at)}" if record.desk.seen_at else ""
        dated = f"published {_time(record.published_at)}" if record.published_at else "undated"
        by = record.provider.name or record.provider.domain
        yield f"It is by {by}, {dated}{seen}."
        file = _relative(path, self.desk.trees.folder) if path else "no file"
        yield f"{TREES.get(str(tree), 'It is kept')}{self._held(id)}: {file}."
        for title in record.desk.titles:
            yield f"Until {_time(title.until_at)} it was called “{title.title}”."

    def _held(self, id: str) -> str:
        """Why it is held, by the portal as it now stands."""
        article, portal = self.desk.article(id), self.desk.portal
        if article is None or self.desk.trees.tree_of(id) == REJECTED:
            return ""
        decision = self.desk.trees.decisions.get(id, "")
        if portal.profile == "classic":  # there the gate is of heat, which the record has
            reason = (hold(article, portal, decision) or ("", ""))[1]
        else:
            reason = gate(article, portal, decision)[1]
        return f" ({reason})" if reason else ""

    def _topics(self, told: Told, record: Record | None, article: Article | None) -> None:
        """By the portal as it now stands; by the record where the text is gone."""
        if article and (article.text or article.summary):
            found = topics_found(self.desk, article)
            labels = {score.name for score in found.scores}
            missed = [score for score in found.passed_over if score.name not in labels]
            told.scores += [*found.scores, *missed]
            if found.scores:
                told.sentences += [f"It is on {_points(score)}" for score in found.scores]
                told.sentences += [_missed(score) for score in missed]
                return
            told.sentences += [_missed(score) for score in missed]
        if record and (kept := record.desk.matched or record.topics):
            told.sentences += [f"It is on {words}." for words in kept]
        elif article:
            told.sentences.append("It is on no topic of this portal.")

    def _copies(self, told: Told, record: Record | None, article: Article | None) -> None:
        """Whom it copies, and who copies it, and what was changed."""
        told.copy_of = (record and record.desk.copy_of) or (article and article.copy_of) or ""
        if told.copy_of:
            first = self.desk.article(told.copy_of)
            had = f", which had it {_time(first.seen_at)}" if first else ""
            changed = f"; changed: {_changed(article, first)}" if article and first else ""
            told.sentences.append(
                f"It is a copy of {self._named(told.copy_of)} ({told.copy_of}){had}{changed}."
                " It is folded and does not heat."
            )
        story = self.desk.trees.stories.get(record.desk.story) if record else None
        own = self.desk.store.articles(story.report_ids) if story else []
        copies = [each for each in own if each.copy_of == told.id]
        if article and copies:
            who = [f"{_by(each)} ({_changed(each, article)})" for each in copies[:MOST]]
            more = f"; and {len(copies[MOST:])} more" if copies[MOST:] else ""
            told.sentences.append(f"It was copied by {'; '.join(who)}{more}.")

    def _of_story(self, told: Told, record: Record) -> None:
        """Why it is in its story, what it adds, how hot the story is and where it stands."""
        told.story = record.desk.story
        story = self.desk.trees.stories.get(told.story)
        public = told.id in self.edition.records
        if story and told.id in story.report_ids:
            part = next(each for each in story.reports if each.id == told.id)
            told.because, told.adds = part.because, part.adds
            others = counted(len(story.reports) - 1, "other")
            told.sentences.append(
                f"In the story {story.id}, {cited(story.title)}, with {others}:"
                f" {self._in_story(part)}"
            )
            told.related = self._related(story, told.id)
            told.sentences += [
                f"Beside it {each['name']}: {each['why']}." for each in told.related[:3]
            ]
        elif public:
            told.sentences.append("No other report tells its story.")
        if public:
            self._place(told, told.story or told.id)

    def _in_story(self, part: model.Told) -> str:
        """Why a report is in a story and what it adds, for the end of a sentence."""
        article = self.desk.article(part.id)
        because = part.because or "why is not kept"
        if article and article.copy_of:
            original = self.desk.article(article.copy_of)
            changed = f"; changed: {_changed(article, original)}" if original else ""
            return f"{because}{changed}."
        if not part.adds or (part.adds == FIRST and because == OPENS):
            return f"{because}."
        added = "it is the first report" if part.adds == FIRST else f"it adds {part.adds}"
        return f"{because}; {added}."

    def _related(self, story: Story, id: str) -> list[dict[str, str]]:
        """As its record lists them, each with what they have in common."""
        article, record = self.desk.article(id), self.desk.trees.record(id)
        if article is None or record is None:
            return []
        found = []
        for each in record.related[:RELATED]:
            other = self.desk.article(urls.record_id(each.source_url))
            if other:
                name = self._named(other.id)
                said = why(article, other)
                found.append({"id": other.id, "title": other.title, "name": name, "why": said})
        return found

    def _place(self, told: Told, story_id: str) -> None:
        """How hot a story is at the edition's time, and where it stands."""
        stories = self.edition.stories
        at = next((n for n, story in enumerate(stories) if story.id == story_id), None)
        if at is None:
            return
        story = stories[at]
        others = [score for score in told.scores if score.name != "heat"]
        told.scores = [*others[:1], story.heat, *others[1:]]  # after quality, before the topics
        told.sentences.append(_sum(story.heat))
        told.rank = at + 1
        when = f" at {_time(self.edition.at)}" if self.edition.at else ""
        place = f"Its story is number {at + 1} of {len(stories)}{when}"
        if at:
            above = stories[at - 1]
            place += f", below {cited(above.title)} with heat {above.heat.value}"
        shown = self.edition.masthead.stories
        beyond = f"; the front page shows {shown}" if at >= shown else ""
        told.sentences.append(f"{place}{beyond}.")

    def _acts(self, ids: set[str]) -> Iterator[str]:
        for act in self.desk.trees.acts:
            if act.record in ids:
                reason = f": {act.why}" if act.why else ""
                what = f"{act.what} of {act.field}" if act.field else act.what
                yield f"{act.at}: {what} by {act.who}{reason}."

    def _named(self, id: str) -> str:
        """“Harbour opens” of Harbour Post; its id where nothing is kept of it."""
        if record := self.desk.trees.record(id):
            return cited(record.title, record.provider.name or record.provider.domain)
        article = self.desk.article(id)
        return cited(article.title, _by(article)) if article else id


def _by(article: Article) -> str:
    return article.provider_name or article.domain


def _changed(copy: Article, original: Article) -> str:
    return ", ".join(changes(copy, original)) or "nothing that we can see"


def _points(score: Score) -> str:
    """ "Storage, 28 points: battery in the headline +20, battery in the text +8."."""
    parts = ", ".join(f"{part.name} {part.points:+d}" for part in score.parts)
    return f"{score.name}, {counted(score.value, 'point')}{f': {parts}' if parts else ''}."


def _missed(score: Score) -> str:
    *parts, reason = score.parts
    words = ", ".join(f"{part.name} {part.points:+d}" for part in parts)
    return f"It is not on {score.name}, {reason.name}{f': {words}' if words else ''}."


def _sum(score: Score) -> str:
    parts = ", ".join(f"{part.name} {part.points:+d}" for part in score.parts)
    return f"{score.name.capitalize()} {score.value}{f' = {parts}' if parts else ''}."


def _path(desk: Desk, subjects: Sequence[str]) -> list[str]:
    """The latest outcome of each step for these addresses, in the order of the steps."""
    outcomes = {o.step: o for s in subjects for o in desk.store.outcomes(s)}
    ordered = sorted(
        outcomes.values(), key=lambda o: ORDER.index(o.step) if o.step in ORDER else len(ORDER)
    )
    told = [
        f"{o.step} {o.status}{f' ({cut(o.detail, DETAIL)})' if o.detail and o.step in OF_ONE else ''}"
        for o in ordered
    ]
    return [f"Its way: {'; '.join(told)}."] if told else []


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
