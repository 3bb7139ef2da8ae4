"""The verbs: every place where the house can change without opening a wall.

Write a class or function with one of these shapes, and hand it to `Plugins` (plugins.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Protocol

from broadsheet.errors import FetchError, Unreadable
from broadsheet.model import (
    Article,
    Draft,
    Edition,
    Fetched,
    Item,
    Outcome,
    Question,
    Reading,
    Request,
    Score,
    Source,
    Story,
    Voice,
)


class Door(Protocol):
    """Ask a batch of addresses, each once, conditionally where it was asked `before`.

    Answers come in the order of the requests; what went wrong is returned, not raised, so that
    one host's trouble is its own.
    """

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]: ...


class Reader(Protocol):
    """Turn what a source answered into items. Raises Unreadable."""

    def __call__(self, source: Source, fetched: Fetched, /) -> Iterable[Item]: ...


class Extractor(Protocol):
    """Turn a page into an article. Raises Unreadable."""

    def __call__(self, item: Item, page: Fetched, /) -> Article: ...


class Describer(Protocol):
    """Answer a question about a page in plain values. Raises Unreadable."""

    def __call__(self, question: Question, page: Fetched, /) -> dict[str, Any]: ...


Parsed = tuple[Item, ...] | Article | dict[str, Any]


class Parsers(Protocol):
    """Have a batch parsed, each reading by the reader or extractor that it names.

    What came comes in the order of the readings: the items of a source's, the article of an
    item's, the description that a question wants. What went wrong is returned, not raised, so that a poison page costs itself only.
    """

    def parse(self, readings: Sequence[Reading], /) -> list[Parsed | Unreadable]: ...
    def close(self) -> None: ...


class ReportScorer(Protocol):
    """Judge one report. Pure: same arguments, same score."""

    def __call__(self, article: Article, /) -> Score: ...


class StoryScorer(Protocol):
    """Judge a story at a moment by its public reports. Pure: same arguments, same score."""

    def __call__(self, voices: Sequence[Voice], now: datetime, /) -> Score: ...


class Sealer(Protocol):
    """Turn private data of a record into its `secured` value, `before` where the data is as it
    was; "" where nobody may read it. Raises StoreError."""

    def __call__(self, record_id: str, data: Mapping[str, object], before: str, /) -> str: ...


class Output(Protocol):
    """Make files from one edition: path under site/ and bytes, the front page last. Pure.

    A file that costs more to make than to tell apart may be a Draft.
    """

    def __call__(self, edition: Edition, /) -> Iterable[tuple[PurePosixPath, bytes | Draft]]: ...


class Store(Protocol):
    """Remember what may be forgotten at a price (PORTAL.md: `state/`).

    Every save replaces what has the same id, so saving twice is saving once. Every list has one
    order, told below, whatever was saved or replaced when. All raise StoreError.
    """

    def save_answer(self, answer: Fetched, /) -> None: ...
    def answer(self, url: str, /) -> Fetched | None:
        """The last answer of this address, without its body."""

    def save_item(self, item: Item, /) -> None:
        """Keep it, and let it wait until it is settled."""

    def settle_item(self, id: str, /) -> None: ...
    def save_report(self, item_id: str, report_id: str, /) -> None:
        """This entry is that report: its page gave another address than the feed."""

    def items_of(self, report_id: str, /) -> list[str]:
        """Ids of the entries that are this report, sorted; an entry with the report's own id is
        always one of them, saved or not."""

    def report_of(self, item_id: str, /) -> str:
        """The report that this entry is; its own id where nothing else was saved."""

    def item(self, id: str, /) -> Item | None: ...
    def waiting_items(self) -> list[Item]:
        """By id."""

    def save_article(self, article: Article, /) -> None: ...
    def articles(self, ids: Sequence[str], /) -> list[Article]:
        """Those that we have, in the order asked for."""

    def articles_since(self, at: datetime, /) -> list[Article]:
        """Those whose moment is `at` or later, by moment, then id."""

    def save_story(self, story: Story, /) -> None: ...
    def stories_since(self, at: datetime, /) -> list[Story]:
        """Those whose last report is of `at` or later, by that time, then id."""

    def story_of(self, report_id: str, /) -> Story | None:
        """The story saved last that has this report."""

    def save_outcome(self, outcome: Outcome, /) -> None: ...
    def outcomes(self, subject: str, /) -> list[Outcome]:
        """The latest of each step for this subject, by step name."""

    def save_fact(self, name: str, value: str, /) -> None:
        """Small things under a name: a seal's fingerprint, a source's first failure."""

    def fact(self, name: str, /) -> str:
        """ "" where none was saved."""

    def find(self, words: str, limit: int, /) -> list[Article]:
        """Articles whose title or text has all these words, newest first; any string is safe."""

    def forget_texts(self, before: datetime, /) -> int:
        """Empty the text of articles seen before this moment; how many were."""

    def size(self) -> int:
        """Bytes on disk; 0 where there is none."""

    def close(self) -> None: ...
