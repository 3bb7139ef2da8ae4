"""How does one file hold it all? SQLite by apsw: one writer, no server.

Every save is one transaction, in WAL with `synchronous = FULL`: once it returns, neither a kill nor
a power cut takes it back. The price is one fsync, measured at 0.4 ms a save with all else on a disk
that syncs in 0.2 ms; two hundred saves in one transaction cost 0.13 ms each, too little gain to
lose the newest ones in a kill. `forget_texts`, which touches many rows, groups them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import apsw
import msgspec

from broadsheet import files
from broadsheet.errors import StoreError
from broadsheet.model import Article, Fetched, Item, Outcome, Story, Told
from broadsheet.store.memory import search_words
from broadsheet.store.schema import MIGRATIONS

T = TypeVar("T")
Statement = tuple[str, tuple[Any, ...]]

_FORGOTTEN_AT_ONCE = 500
_KEYS = {"outcome": "subject, step", "member": "story, place"}


class SQLiteStore:
    """A desk.db, brought up to date when opened; ":memory:" for one that forgets.

    Raises StoreError when the file is newer than this program, damaged, locked or full.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._one_at_a_time = Lock()  # an apsw connection refuses two threads at once
        self._members: dict[str, tuple[Told, ...]] = {}
        """The reports of each story, as they stand in the database."""
        with self._said_plainly():
            new = self._on_disk and _made_private(Path(path))
            self._db = apsw.Connection(path)
            self._db.set_busy_timeout(5000)
            # EXTRA while tables are made: a power cut takes no file that was reported as made.
            self._db.execute("pragma journal_mode = wal; pragma synchronous = extra")
            self._db.create_scalar_function("sha256", lambda *body: _sha256(*body), 1)
            self._migrate()
            self._db.execute("pragma synchronous = full")
            if new:
                files.sync(Path(path).parent)

    def _migrate(self) -> None:
        done = self._db.pragma("user_version")
        if done > len(MIGRATIONS):
            raise StoreError(f"{self._path}: made by a newer version of this program")
        for number, migration in enumerate(MIGRATIONS[done:], done + 1):
            with self._db:  # one transaction: a kill leaves the old version or the new one
                self._db.execute(migration)
                self._db.pragma("user_version", number)

    def save_answer(self, answer: Fetched, /) -> None:
        self._write(_kept("answer", replace(answer, body=b""), id=answer.url))

    def answer(self, url: str, /) -> Fetched | None:
        return self._first(Fetched, "answer where id = ?", url)

    def save_item(self, item: Item, /) -> None:
        self._write(
            _kept("item", item, id=item.id, text_at=_text_at(item)),
            ("insert or ignore into waiting values (?)", (item.id,)),
        )

    def settle_item(self, id: str, /) -> None:
        if self._read("select 1 from waiting where id = ?", id):  # a look costs no fsync
            self._write(("delete from waiting where id = ?", (id,)))

    def save_report(self, item_id: str, report_id: str, /) -> None:
        self._write(_kept("entry", report_id, id=item_id))

    def items_of(self, report_id: str, /) -> list[str]:
        same = self._read("select id from entry where body = ?", report_id)
        return sorted({report_id, *(id for (id,) in same)})

    def report_of(self, item_id: str, /) -> str:
        return next(iter(self._bodies("entry where id = ?", item_id)), item_id)

    def item(self, id: str, /) -> Item | None:
        return self._first(Item, "item where id = ?", id)

    def waiting_items(self) -> list[Item]:
        return self._load(Item, "item join waiting using (id) order by id")

    def save_article(self, article: Article, /) -> None:
        self._write(*_article(article))

    def articles(self, ids: Sequence[str], /) -> list[Article]:
        return [found for id in ids for found in self._load(Article, "article where id = ?", id)]

    def articles_since(self, at: datetime, /) -> list[Article]:
        return self._load(Article, "article where at >= ? order by at, id", _seconds(at))

    def save_story(self, story: Story, /) -> None:
        at, id = _seconds(story.last_at), story.id
        stand = self._members.get(id, ())
        # Only what differs: a story of thousands is saved with each report that joins it.
        news = [
            (n, told)
            for n, told in enumerate(story.reports)
            if n >= len(stand) or (told is not stand[n] and told != stand[n])
        ]
        end = len(story.reports) if id in self._members else 0
        self._write(
            _kept("story", replace(story, reports=()), id=id, at=at, saved=0),
            ("update story set saved = (select max(saved) + 1 from story) where id = ?", (id,)),
            ("delete from member where story = ? and place >= ?", (id, end)),
            *(_kept("member", told, story=id, place=n, report=told.id) for n, told in news),
        )
        self._members[id] = story.reports

    def stories_since(self, at: datetime, /) -> list[Story]:
        return self._stories("story where at >= ?", "order by at, id", _seconds(at))

    def story_of(self, report_id: str, /) -> Story | None:
        latest = "story join member on story = id where report = ? order by saved desc limit 1"
        found = self._read(f"select id from {latest}", report_id)
        return (
            next(iter(self._stories("story where id = ?", "", *found[0])), None) if found else None
        )

    def _stories(self, where: str, order: str, *values: Any) -> list[Story]:
        """Each with its reports."""
        ids = f"select id from {where}"
        members = self._read(
            f"select story, body, sha256 from member where story in ({ids}) order by story, place",
            *values,
        )
        told: dict[str, list[Told]] = {}
        for story, body, digest in members:
            told.setdefault(story, []).append(
                msgspec.json.decode(self._whole(body, digest), type=Told)
            )
        stories = self._load(Story, f"{where} {order}", *values)
        stories = [replace(each, reports=tuple(told.get(each.id, ()))) for each in stories]
        self._members |= {each.id: each.reports for each in stories}
        return stories

    def save_outcome(self, outcome: Outcome, /) -> None:
        self._write(_kept("outcome", outcome, subject=outcome.subject, step=outcome.step))

    def outcomes(self, subject: str, /) -> list[Outcome]:
        return self._load(Outcome, "outcome where subject = ? order by step", subject)

    def save_fact(self, name: str, value: str, /) -> None:
        self._write(_kept("fact", value, id=name))

    def fact(self, name: str, /) -> str:
        return next(iter(self._bodies("fact where id = ?", name)), "")

    def find(self, words: str, limit: int, /) -> list[Article]:
        # A word has letters and digits only, so in quotes it is never an operator.
        query = " ".join(f'"{word}"' for word in search_words(words))
        if not query:
            return []
        newest = (
            "article where number in (select rowid from found where found match ?)"
            " order by at desc, id limit ?"
        )
        return self._load(Article, newest, query, max(limit, 0))

    def forget_texts(self, before: datetime, /) -> int:
        end = (_seconds(before), _FORGOTTEN_AT_ONCE)
        forgotten = 0
        while articles := self._load(Article, "article where text_at < ? limit ?", *end):
            emptied = (replace(article, text="") for article in articles)
            self._write(*(each for article in emptied for each in _article(article)))
            forgotten += len(articles)
        settled = "item where text_at < ? and id not in (select id from waiting) limit ?"
        while items := self._load(Item, settled, *end):
            self._write(*(_kept("item", replace(i, text=""), id=i.id, text_at=None) for i in items))
        return forgotten

    def size(self) -> int:
        if not self._on_disk:
            return 0
        files = (Path(self._path + end) for end in ("", "-wal", "-shm"))
        with self._said_plainly():
            return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Let the file go; closing twice is closing once."""
        with self._said_plainly(), self._one_at_a_time:
            self._db.close()

    @property
    def _on_disk(self) -> bool:
        return self._path not in ("", ":memory:")

    def _write(self, *statements: Statement) -> None:
        """All of these or none."""
        with self._said_plainly(), self._one_at_a_time, self._db:
            for statement, values in statements:
                self._db.execute(statement, values)

    def _first(self, kind: type[T], where: str, *values: Any) -> T | None:
        return next(iter(self._load(kind, where, *values)), None)

    def _load(self, kind: type[T], where: str, *values: Any) -> list[T]:
        return [msgspec.json.decode(body, type=kind) for body in self._bodies(where, *values)]

    def _bodies(self, where: str, *values: Any) -> list[Any]:
        rows = self._read(f"select body, sha256 from {where}", *values)
        return [self._whole(body, digest) for body, digest in rows]

    def _whole(self, body: Any, digest: bytes) -> Any:
        """The body as it was saved. SQLite's own check misses a third of flipped pages
        (SECURITY.md, Storing)."""
        if _sha256(body) != digest:
            remedy = "`broadsheet doctor --rebuild` makes a new one"
            raise StoreError(f"{self._path}: damaged; {remedy}")
        return body

    def _read(self, statement: str, *values: Any) -> list[Any]:
        with self._said_plainly(), self._one_at_a_time:
            return self._db.execute(statement, values).fetchall()

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise StoreError(f"{self._path}: {error}") from error
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror or error}") from error


def _article(article: Article) -> tuple[Statement, Statement]:
    """The article, and the words by which it is found."""
    keys = {"id": article.id, "at": _seconds(article.moment), "text_at": _text_at(article)}
    words = " ".join(search_words(f"{article.title}\n{article.text}"))
    number = "select number, ? from article where id = ?"
    return (
        _kept("article", article, **keys),
        (f"insert or replace into found (rowid, words) {number}", (words, article.id)),
    )


def _kept(table: str, noun: object, **keys: Any) -> Statement:
    """The statement that puts this noun in the place of the one with the same id."""
    body = noun if isinstance(noun, str) else msgspec.json.encode(noun)
    row = keys | {"body": body, "sha256": _sha256(body)}
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    id = _KEYS.get(table, "id")
    # Not "insert or replace": that would give the row another number, and `found` goes by it.
    news = ", ".join(f"{column} = excluded.{column}" for column in row)
    insert = f"insert into {table} ({columns}) values ({marks})"
    return f"{insert} on conflict ({id}) do update set {news}", tuple(row.values())


def _sha256(body: str | bytes) -> bytes:
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).digest()


def _seconds(at: datetime) -> int:
    """Times are in whole seconds (model.py), so as integers they sort as they are."""
    return int(at.timestamp())


def _text_at(noun: Article | Item) -> int | None:
    return _seconds(noun.seen_at) if noun.text else None


def _made_private(path: Path) -> bool:
    """Make the file where there is none, for its owner only: full texts will stand in it. Its name is
    kept before its content. True for a new one."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    files.sync(path.parent)
    return True
