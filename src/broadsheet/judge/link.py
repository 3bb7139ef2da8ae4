"""Which story does this report belong to?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from broadsheet.judge.stories import WINDOW, Stories
from broadsheet.model import Article, Story, Told
from broadsheet.text import primary_language

OPEN_FOR = timedelta(seconds=WINDOW)


class Linker:
    """The stories of a desk while they can still change, and what their reports say.

    `articles` are the reports of the open `stories`; both may be empty. `engine` is one that was
    restored from a `state`, and decides as if it had never stopped; without one the reports are
    read anew, in their order.
    """

    def __init__(
        self,
        articles: Iterable[Article] = (),
        stories: Iterable[Story] = (),
        engine: Stories | None = None,
    ) -> None:
        self._engine = engine or Stories()
        self._articles: dict[str, Article] = {}
        self._stories = {story.id: story for story in stories}
        self._told_in = {id: s.id for s in self._stories.values() for id in s.report_ids}
        """The story of each report, of those too that the engine has forgotten."""
        for article in sorted(articles, key=lambda article: (article.moment, article.id)):
            self._articles[article.id] = article
            if article.id not in self._engine and article.id in self._told_in:
                self._read(article, self._told_in[article.id])

    def __contains__(self, report: object) -> bool:
        return report in self._told_in

    @property
    def stories(self) -> dict[str, Story]:
        """Every story by its id, as it now stands; of a merged one only where it went."""
        return dict(self._stories)

    def put(self, story: Story) -> None:
        """Take in a story, or what became of it elsewhere."""
        self._stories[story.id] = story
        self._told_in |= dict.fromkeys(story.report_ids, story.id)

    def drop(self, report: str) -> None:
        """Forget a report that was removed."""
        self._engine.drop(report)
        self._articles.pop(report, None)
        self._told_in.pop(report, None)

    def add(self, article: Article) -> list[Story]:
        """The story with this article in it, then each other that this changed.

        Its own where it is in one already; its original's where it is a copy; an open one that
        fits; else a new one. A story that was merged into another has no reports and says which.
        Why the report stands there is left to reasons.py, what it adds to adds.py, topics and heat
        to the caller.
        """
        self._articles[article.id] = article
        if known := self._with(article.id):
            if article.id not in self._engine:
                self._read(article, known.id)
            return [known]
        original = self._with(article.copy_of) if article.copy_of else None
        self._read(article, original.id if original else "")
        return self._joined(article) or self._changed()

    def must(self, one: str, other: str) -> list[Story]:
        """These two reports are one story for ever: what that changed. Raises Contradiction."""
        self._engine.must(one, other)
        return self._changed()

    def cannot(self, one: str, other: str) -> list[Story]:
        """These two reports are two stories for ever: what that changed. Raises Contradiction."""
        self._engine.cannot(one, other)
        return self._changed()

    def said(self, what: str, one: str, other: str) -> list[Story]:
        """An editor's word on two reports, "must-link" or "cannot-link". Raises Contradiction."""
        return (self.must if what == "must-link" else self.cannot)(one, other)

    def state(self) -> bytes:
        """What `Stories.restore` needs to decide as if it had never stopped."""
        return self._engine.state()

    def _read(self, article: Article, into: str) -> None:
        # The engine's state is kept; a text under noarchive may not be, in any form.
        text = (article.permissions.archive and article.text) or article.summary
        at = article.moment.timestamp()
        tongue = primary_language(article.language)
        self._engine.add(article.id, article.title, text, tongue, at, into=into)

    def _with(self, report: str) -> Story | None:
        """The story that has this report, if any."""
        return self._stories.get(self._told_in.get(report, ""))

    def _joined(self, article: Article) -> list[Story]:
        """The story that the engine put the article into, if it changed nothing else: the usual
        case, and the one that may not cost more the larger the story is."""
        ((id, into), *others) = self._engine.changed.items()
        before = self._stories.get(id)
        if before is None or into or others:
            return []
        first, last = min(before.first_at, article.moment), max(before.last_at, article.moment)
        told = (*before.reports, Told(article.id))
        self._stories[id] = replace(before, reports=told, first_at=first, last_at=last)
        self._told_in[article.id] = id
        return [self._stories[id]]

    def _changed(self) -> list[Story]:
        """What the engine's last decision made of the stories, those that are gone last."""
        brought: dict[str, list[Told]] = {}
        gone: list[Story] = []
        for id, into in self._engine.changed.items():
            if into and (story := self._stories.get(id)):
                brought.setdefault(into, []).extend(story.reports)
                gone.append(replace(story, reports=(), merged_into=into))
        kept = [
            self._brought_up(id, brought.get(id, []))
            for id, into in self._engine.changed.items()
            if not into
        ]
        for story in (*gone, *kept):
            self.put(story)
        return [*kept, *gone]

    def _brought_up(self, id: str, brought: Sequence[Told]) -> Story:
        """A story with all that the engine has in it; older reports, of which the engine does not
        know, stay."""
        before = self._stories.get(id)
        told = [
            t for t in (before.reports if before else ()) if self._engine.story(t.id) in ("", id)
        ]
        told += brought
        known = {each.id for each in told}
        new = [report for report in self._engine.reports(id) if report not in known]
        told += [Told(report) for report in new]
        moments = [self._articles[each.id].moment for each in told if each.id in self._articles]
        if before is None:
            title = self._articles[told[0].id].title
            return Story(id, title, tuple(told), min(moments), max(moments))
        first, last = min([before.first_at, *moments]), max([before.last_at, *moments])
        return replace(before, reports=tuple(told), first_at=first, last_at=last)
