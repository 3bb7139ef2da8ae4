"""What must a store do? This one forgets, and says it in the plainest way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadsheet.model import Article, Fetched, Item, Outcome, Story


def search_words(text: str) -> list[str]:
    """The words by which a text is found: letters and digits, NFC, case folded, in order."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())


@dataclass
class MemoryStore:
    """Dicts, sorted when asked."""

    _answers: dict[str, Fetched] = field(default_factory=dict)
    _items: dict[str, Item] = field(default_factory=dict)
    _waiting: set[str] = field(default_factory=set)
    _reports: dict[str, str] = field(default_factory=dict)
    _articles: dict[str, Article] = field(default_factory=dict)
    _stories: dict[str, Story] = field(default_factory=dict)
    _outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    _facts: dict[str, str] = field(default_factory=dict)

    def save_answer(self, answer: Fetched, /) -> None:
        self._answers[answer.url] = replace(answer, body=b"")

    def answer(self, url: str, /) -> Fetched | None:
        return self._answers.get(url)

    def save_item(self, item: Item, /) -> None:
        self._items[item.id] = item
        self._waiting.add(item.id)

    def settle_item(self, id: str, /) -> None:
        self._waiting.discard(id)

    def save_report(self, item_id: str, report_id: str, /) -> None:
        self._reports[item_id] = report_id

    def items_of(self, report_id: str, /) -> list[str]:
        same = {item for item, report in self._reports.items() if report == report_id}
        return sorted(same | {report_id})

    def report_of(self, item_id: str, /) -> str:
        return self._reports.get(item_id, item_id)

    def item(self, id: str, /) -> Item | None:
        return self._items.get(id)

    def waiting_items(self) -> list[Item]:
        return [self._items[id] for id in sorted(self._waiting)]

    def save_article(self, article: Article, /) -> None:
        self._articles[article.id] = article

    def articles(self, ids: Sequence[str], /) -> list[Article]:
        return [self._articles[id] for id in ids if id in self._articles]

    def articles_since(self, at: datetime, /) -> list[Article]:
        since = [article for article in list(self._articles.values()) if article.moment >= at]
        return sorted(since, key=lambda article: (article.moment, article.id))

    def save_story(self, story: Story, /) -> None:
        self._stories.pop(story.id, None)  # so that the one saved last stands last
        self._stories[story.id] = story

    def stories_since(self, at: datetime, /) -> list[Story]:
        since = [story for story in list(self._stories.values()) if story.last_at >= at]
        return sorted(since, key=lambda story: (story.last_at, story.id))

    def story_of(self, report_id: str, /) -> Story | None:
        latest_first = reversed(list(self._stories.values()))
        return next((story for story in latest_first if report_id in story.report_ids), None)

    def save_outcome(self, outcome: Outcome, /) -> None:
        self._outcomes[outcome.subject, outcome.step] = outcome

    def outcomes(self, subject: str, /) -> list[Outcome]:
        mine = [outcome for (of, _), outcome in self._outcomes.items() if of == subject]
        return sorted(mine, key=lambda outcome: outcome.step)

    def save_fact(self, name: str, value: str, /) -> None:
        self._facts[name] = value

    def fact(self, name: str, /) -> str:
        return self._facts.get(name, "")

    def find(self, words: str, limit: int, /) -> list[Article]:
        wanted = set(search_words(words))
        if not wanted:
            return []
        by_id = sorted(self._articles.values(), key=lambda article: article.id)
        newest = sorted(by_id, key=lambda article: article.moment, reverse=True)
        found = (a for a in newest if wanted <= set(search_words(f"{a.title}\n{a.text}")))
        return [article for article, _ in zip(found, range(limit), strict=False)]

    def forget_texts(self, before: datetime, /) -> int:
        old = [a for a in self._articles.values() if a.text and a.seen_at < before]
        for article in old:
            self._articles[article.id] = replace(article, text="")
        for item in list(self._items.values()):
            if item.seen_at < before and item.id not in self._waiting:
                self._items[item.id] = replace(item, text="")
        return len(old)

    def size(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is held open."""
