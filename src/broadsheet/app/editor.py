"""What may an editor say, and what follows from it?

Each act is carried out on the desk and noted in `desk/log.jsonl`. It shows in public when the run
is finished (`runs.finish`), and holds for good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from broadsheet import files
from broadsheet.errors import ConfigError, Place, did_you_mean
from broadsheet.judge.keep import hold
from broadsheet.judge.taught import Example, Lessons, as_json, from_json, with_verdict
from broadsheet.judge.topics import lesson_of
from broadsheet.model import Article
from broadsheet.pipeline.acts import again, leave, say_of_two, taught_again
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.report import report_at
from broadsheet.publish.markdown import Act
from broadsheet.record import written


@dataclass(frozen=True, slots=True)
class Held:
    """A report that waits for an editor, and why it does."""

    id: str
    title: str
    url: str
    why: str


@dataclass(frozen=True)
class Editor:
    """Somebody at an open desk. Each act raises ConfigError for what the desk does not have, and
    StoreError for what cannot be written; its `why` is for the log."""

    desk: Desk
    name: str

    def held(self) -> list[Held]:
        """What waits for a word, by id."""
        found = []
        for id in self.desk.trees.ids():
            record = self.desk.trees.record(id)
            if record is None or self.desk.trees.tree_of(id) != "held/review":
                continue
            article = self.desk.article(id)
            why = hold(article, self.desk.portal) if article else None
            found.append(
                Held(id, record.title, record.source_url, why[1] if why else "held by hand")
            )
        return found

    def decide(self, what: str, id: str, why: str) -> str:
        """Approve or reject a record: the tree in which it stands then."""
        tree = self.desk.trees.tree_of(id)
        if tree is None:
            raise self._unknown(f"no record {id!r} here; `broadsheet review` lists them")
        self._note(what, id, "tree", tree, why=why)
        again(self.desk, id)
        return self.desk.trees.tree_of(id) or ""

    def remove(self, report: str, why: str) -> str:
        """Hide a report, named by its id or its address, and leave a tombstone with this reason,
        which readers can see: its id."""
        is_id = re.fullmatch(r"[a-z2-7]{12}", report)
        id = report if is_id else report_at(self.desk, report)
        if self.desk.trees.record(id) is None:
            raise self._unknown(f"no record {report!r} here; `broadsheet explain` finds one")
        leave(self.desk, id, self.desk.store.items_of(id), why)
        self._note("remove", id, why=why)
        return id

    def teach(self, report: str, topic: str, yes: bool, why: str) -> tuple[Article, int]:
        """Say whether a report is on a topic: the report as it is judged now, and the number of
        verdicts on this topic."""
        topics = self.desk.portal.topics
        if topic not in topics:
            message = f"no topic {topic!r}{did_you_mean(topic, topics)}"
            raise ConfigError(message, Place(str(self.desk.trees.folder / "portal.yaml")))
        article = self.desk.article(report)
        if article is None:
            raise self._unknown(f"no report {report!r} here; `broadsheet explain` finds one")
        lessons = self._lessons_with(article, topic, yes)
        self._note("verdict", article.id, topic, after="yes" if yes else "no", why=why)
        wiser = replace(self.desk, memory=self.desk.memory.with_lessons(lessons))
        return taught_again(wiser, article), len(lessons.examples[topic])

    def pin(self, what: str, story: str, why: str) -> None:
        """Pin or unpin a story, named by its own id or by that of a report in it."""
        trees = self.desk.trees
        if story not in trees.stories and trees.tree_of(story) is None:
            raise self._unknown(f"no story {story!r} here; `broadsheet explain` finds one")
        self._note(what, story, why=why)

    def say_of_two(self, what: str, one: str, other: str, why: str) -> tuple[list[str], int]:
        """Say must-link or cannot-link of two reports: the ids of their stories then, and how many
        stories changed."""
        for id in (one, other):
            if self.desk.store.story_of(id) is None:
                raise self._unknown(f"no report {id!r} here; `broadsheet explain` finds one")
        if one == other:
            raise self._unknown(f"{one} twice; two reports are wanted")
        changed = say_of_two(self.desk, what, one, other)
        self._note(what, one, after=other, why=why)
        stories = map(self.desk.store.story_of, (one, other))
        return [story.id for story in stories if story], len(changed)

    def _lessons_with(self, article: Article, topic: str, yes: bool) -> Lessons:
        """All that was taught and this verdict, as `desk/topics.json` keeps it."""
        lesson = lesson_of(
            article.title,
            f"{article.summary} {article.text}",
            topic,
            self.desk.portal.topics,
            language=article.language,
            domain=article.domain,
        )
        examples = dict(self.desk.memory.lessons.examples)
        verdict = Example(article.id, yes, lesson)
        examples[topic] = with_verdict(examples.get(topic, ()), verdict)
        text = as_json(examples)
        folder = self.desk.trees.folder / "desk"
        files.private_folder(folder)
        files.write(folder / "topics.json", text.encode())
        return from_json(text)

    def _unknown(self, message: str) -> ConfigError:
        return ConfigError(message, Place(str(self.desk.trees.folder)))

    def _note(
        self,
        what: str,
        id: str,
        field: str = "",
        before: str = "",
        *,
        after: str = "",
        why: str,
    ) -> None:
        at = written(self.desk.at)
        self.desk.trees.act(Act(at, self.name, what, id, field, before, after, why))
