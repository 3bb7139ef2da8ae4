"""What does every step have at hand, and what does it give back?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from broadsheet.config import Portal
from broadsheet.errors import FetchError, Unreadable
from broadsheet.judge.rights import as_of
from broadsheet.model import Article, Fetched, Reading, Request, Status
from broadsheet.pipeline.memory import Memory
from broadsheet.plugins import Plugins
from broadsheet.publish.markdown import Trees
from broadsheet.seams import Door, Parsed, Parsers, Sealer, Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of all that a step asked for: the door's by address, the parsers' by name."""

    fetched: Mapping[str, Fetched | FetchError] = field(default_factory=dict)
    parsed: Mapping[str, Parsed | Unreadable] = field(default_factory=dict)

    def page(self, url: str) -> Fetched:
        """What this address answered. Raises FetchError."""
        answer = self.fetched[url]
        if isinstance(answer, FetchError):
            raise answer
        return answer

    def reading(self, reading: Reading, kind: type[T]) -> T:
        """What the parsers made of it: a tuple of items for a source, an article for an item.

        Raises Unreadable.
        """
        parsed = self.parsed[reading.name]
        if isinstance(parsed, Unreadable):
            raise parsed
        assert isinstance(parsed, kind)  # wire.answer_of lets no other through
        return parsed


NONE = Answers()


@dataclass(frozen=True)
class Desk:
    """The assembled house for one run: everything that a step may use, and nothing global.

    `at` is the run's moment. All that a run writes is dated by it, so that neither the speed of
    the machine nor the number of workers reaches a published byte.
    """

    portal: Portal
    at: datetime
    door: Door
    parsers: Parsers
    seal: Sealer
    store: Store
    trees: Trees
    plugins: Plugins
    memory: Memory

    def article(self, id: str) -> Article | None:
        """The report of this id, as it was last read and kept, under its publisher's wishes of now."""
        return next((as_of(each, self.at) for each in self.store.articles([id])), None)

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """The reports of these ids, with the texts that only this run may know."""
        read = self.store.articles(ids)
        return [as_of(self.memory.unkept.get(each.id, each), self.at) for each in read]

    def save(self, article: Article) -> None:
        """Keep what may be kept: a text under noarchive lives in memory, for this run."""
        if not article.permissions.archive:
            self.memory.unkept[article.id] = article
            article = replace(article, text="")
        self.store.save_article(article)


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made of one record, and what became of that record.

    With `asks` the step is not done: the engine asks the door for the requests and the parsers for
    the readings, and runs it again with the answers.
    """

    records: Sequence[Any] = ()
    status: Status = "ok"
    detail: str = ""
    asks: Sequence[Request | Reading] = ()


def subject(record: Any) -> str:
    """What logs and outcomes call a record: its address, else its id."""
    address = getattr(record, "url", "") or getattr(record, "source_url", "")
    return str(address or record.id)


def _none_waiting(desk: Desk) -> list[Any]:
    return []


@dataclass(frozen=True)
class Step:
    """One word of the sentence, and all that an engine must honour.

    In a batch, records that share a `key` are worked on one at a time, in `order`, so that no
    decision leans on which page happened to answer first. `waiting` gives the records that an
    earlier run left before this step; they join the batch.
    """

    name: str
    run: Callable[[Desk, Any, Answers], Made]
    key: Callable[[Any], str]
    order: Callable[[Any], Any] = subject
    waiting: Callable[[Desk], Iterable[Any]] = _none_waiting
