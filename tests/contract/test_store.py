"""Every store keeps the contract; a new one adds one class here."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import msgspec
import pytest

from broadsheet.errors import StoreError
from broadsheet.model import Article, Fetched, Image, Item, Outcome, Part, Score, Story, Told
from broadsheet.seams import Store
from broadsheet.store import open_store
from broadsheet.store.schema import MIGRATIONS
from broadsheet.store.sqlite import SQLiteStore

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NASTY = [
    "",
    " ",
    '"',
    "'",
    "a AND",
    "NEAR(",
    "dam*",
    "title:",
    "-dam",
    "(dam",
    "dam)",
    "dam OR",
    "^dam",
    "{dam}",
    "\x00",
    "+",
    "; drop table article",
    "%",
    "_",
    "*",
    "\ud800\u202e",
    "ﬁ",
    "a" * 10_000,
]


def item(name: str = "dam", text: str = "") -> Item:
    return Item(name, f"https://a.example/{name}", "news", NOON, "Dam opens", text=text)


def article(
    id: str = "dam", title: str = "Dam opens", text: str = "", at: datetime = NOON
) -> Article:
    url = f"https://a.example/{id}"
    return Article(id, url, "news", "a.example", title, text, "en", at, published_at=at)


def story(*ids: str, id: str = "", at: datetime = NOON) -> Story:
    reports = tuple(Told(report, adds="a number", because="shares a name") for report in ids)
    return Story(id or ids[0], "Dam opens", reports, NOON, at)


class StoreContract:
    """What every store promises. Subclass it and give `new`."""

    def new(self) -> Store:
        """An empty store."""
        raise NotImplementedError

    def test_what_is_saved_comes_back_whole(self) -> None:
        store = self.new()
        report = replace(
            article(text="The gates opened."),
            quality=Score("quality", 20, (Part("signed by Ada", 20),)),
            images=(Image("https://a.example/dam.jpg", 640),),
            sketch=(1, 2**62),
            authors=("Ada",),
        )
        told = replace(story("dam", "lock"), heat=Score("heat", -1, (Part("cooled", -1),)))
        outcome = Outcome("dedup", report.url, "duplicate", "of another")

        store.save_article(report)
        store.save_story(told)
        store.save_outcome(outcome)
        store.save_item(item(text="Whole."))

        assert store.articles([report.id]) == [report]
        assert store.stories_since(NOON) == [told]
        assert store.outcomes(report.url) == [outcome]
        assert store.item("dam") == item(text="Whole.")

    def test_what_is_unknown_is_no_error(self) -> None:
        store = self.new()

        assert store.articles(["nobody"]) == []
        assert store.item("nobody") is None
        assert store.answer("https://nobody.example/") is None
        assert store.story_of("nobody") is None
        assert store.fact("nothing") == ""
        assert store.outcomes("nobody") == []
        assert store.waiting_items() == []
        store.settle_item("nobody")

    def test_articles_come_in_the_order_asked_for(self) -> None:
        store = self.new()
        first, second = article("a"), article("b")
        store.save_article(first)
        store.save_article(second)

        assert store.articles(["b", "nobody", "a"]) == [second, first]

    def test_saving_again_replaces_and_moves_nothing(self) -> None:
        store = self.new()
        for id, at in (("late", NOON + HOUR), ("b", NOON), ("a", NOON)):
            store.save_article(article(id, at=at))
            store.save_story(story(id, at=at))

        store.save_article(replace(article("b"), topics=("dams",)))
        store.save_story(replace(story("b"), title="Dam opens early"))

        assert [report.id for report in store.articles_since(NOON)] == ["a", "b", "late"]
        assert [story.id for story in store.stories_since(NOON)] == ["a", "b", "late"]
        assert store.articles(["b"])[0].topics == ("dams",)
        assert store.stories_since(NOON)[1].title == "Dam opens early"

    def test_an_update_that_changes_the_time_changes_the_order(self) -> None:
        store = self.new()
        for id in ("a", "b"):
            store.save_article(article(id))
            store.save_story(story(id))

        store.save_article(article("a", at=NOON + HOUR))
        store.save_story(story("a", at=NOON + HOUR))

        assert [report.id for report in store.articles_since(NOON)] == ["b", "a"]
        assert [story.id for story in store.stories_since(NOON)] == ["b", "a"]

    def test_since_is_inclusive(self) -> None:
        store = self.new()
        store.save_article(article())
        store.save_story(story("dam"))
        later = NOON + timedelta(seconds=1)

        assert len(store.articles_since(NOON)) == len(store.stories_since(NOON)) == 1
        assert store.articles_since(later) == []
        assert store.stories_since(later) == []

    def test_an_answer_is_kept_without_its_body(self) -> None:
        store = self.new()
        answer = Fetched(
            "https://a.example/feed",
            b"<rss>",
            NOON,
            '"1"',
            redirects=((301, "https://a.example/feed"),),
            headers={"etag": '"1"'},
            sha256="ab",
        )
        store.save_answer(replace(answer, etag="old"))
        store.save_answer(answer)

        assert store.answer(answer.url) == replace(answer, body=b"")

    def test_an_item_waits_until_it_is_settled(self) -> None:
        store = self.new()
        for name in ("c", "a", "b"):
            store.save_item(item(name))
        store.save_item(item("c"))
        store.settle_item("b")
        store.settle_item("b")

        assert store.waiting_items() == [item("a"), item("c")]
        assert store.item("b") == item("b")

        store.save_item(item("b"))
        assert len(store.waiting_items()) == 3

    def test_an_entry_is_a_report_under_another_address(self) -> None:
        store = self.new()
        store.save_report("z", "report")
        store.save_report("b", "other")
        store.save_report("b", "report")

        assert store.items_of("report") == ["b", "report", "z"]
        assert store.items_of("other") == ["other"]
        assert store.report_of("b") == "report"
        assert store.report_of("report") == "report"

    @pytest.mark.parametrize("after", [("a", "c"), ("b",), ("a", "b", "c", "d"), ("c", "b", "a")])
    def test_a_story_is_what_was_saved_last_whatever_it_was(self, after: tuple[str, ...]) -> None:
        store = self.new()
        store.save_story(story("a", "b", "c", id="dam"))

        store.save_story(story(*after, id="dam"))

        assert store.stories_since(NOON) == [story(*after, id="dam")]

    def test_a_report_is_in_the_story_saved_last_that_has_it(self) -> None:
        store = self.new()
        store.save_story(story("dam", "lock", id="one"))
        store.save_story(story("dam", id="two"))
        assert (found := store.story_of("dam")) and found.id == "two"
        assert (found := store.story_of("lock")) and found.id == "one"

        store.save_story(story("dam", "lock", id="one"))
        assert (found := store.story_of("dam")) and found.id == "one"

        store.save_story(story("lock", id="one"))
        assert (found := store.story_of("dam")) and found.id == "two"

        store.save_story(story("mill", id="two"))
        assert store.story_of("dam") is None

    def test_outcomes_are_the_latest_of_each_step_by_name(self) -> None:
        store = self.new()
        for step, detail in (("read", "1"), ("dedup", "1"), ("read", "2")):
            store.save_outcome(Outcome(step, "dam", "ok", detail))

        assert [(o.step, o.detail) for o in store.outcomes("dam")] == [
            ("dedup", "1"),
            ("read", "2"),
        ]

    def test_a_fact_is_the_last_one_saved(self) -> None:
        store = self.new()
        store.save_fact("seal:dam", "1")
        store.save_fact("seal:dam", "2")

        assert store.fact("seal:dam") == "2"

    def test_found_are_those_with_all_words_newest_first(self) -> None:
        store = self.new()
        store.save_article(article("a", "Dam opens", "In Ålesund, at last."))
        store.save_article(article("c", "Bakers strike", "The dam can wait."))
        store.save_article(article("b", "Bakers on dam", at=NOON + HOUR))
        store.save_article(article("d", "Damage"))

        def ids(words: str, limit: int = 9) -> list[str]:
            return [report.id for report in store.find(words, limit)]

        assert ids("DAM") == ["b", "a", "c"]
        assert ids("dam bakers") == ["b", "c"]
        assert ids("ålesund, dam") == ["a"]
        assert ids("alesund") == []
        assert ids("dam", 1) == ["b"]
        assert ids("dam", 0) == ids("dam", -1) == []
        assert ids("nothing") == []

    def test_a_report_is_found_by_its_newest_words_only(self) -> None:
        store = self.new()
        store.save_article(article(title="Dam opens", text="water"))
        store.save_article(article(title="Mill opens", text="flour"))

        assert store.find("dam", 9) == store.find("water", 9) == []
        assert len(store.find("mill flour", 9)) == 1

    @pytest.mark.parametrize("words", NASTY)
    def test_any_string_is_safe_to_look_for(self, words: str) -> None:
        store = self.new()
        store.save_article(article(text="or a and near title"))

        assert len(store.find(words, 9)) <= 1

    def test_a_forgotten_text_leaves_the_rest(self) -> None:
        store = self.new()
        store.save_article(article("old", "Dam opens", "old text"))
        store.save_article(article("new", "Mill opens", "new text", NOON + HOUR))
        store.save_item(item("settled", "old text"))
        store.save_item(item("waits", "old text"))
        store.settle_item("settled")

        assert store.forget_texts(NOON + HOUR) == 1
        assert store.forget_texts(NOON + HOUR) == 0

        assert store.articles(["old"]) == [article("old")]
        assert store.articles(["new"])[0].text == "new text"
        assert [report.id for report in store.find("text", 9)] == ["new"]
        assert [report.id for report in store.find("dam", 9)] == ["old"]
        assert store.item("settled") == item("settled")
        assert store.item("waits") == item("waits", "old text")

    def test_it_closes_twice(self) -> None:
        store = self.new()
        store.save_article(article())
        store.close()
        store.close()


class TestMemory(StoreContract):
    def new(self) -> Store:
        return open_store("memory:")

    def test_it_takes_no_disk(self) -> None:
        assert self.new().size() == 0


class TestSQLite(StoreContract):
    def new(self) -> Store:
        return open_store("sqlite::memory:")

    def test_it_remembers_when_opened_again(self, tmp_path: Path) -> None:
        path = str(tmp_path / "state" / "desk.db")
        first = SQLiteStore(path)
        first.save_article(article())
        first.close()

        assert SQLiteStore(path).articles(["dam"]) == [article()]

    def test_a_kill_loses_no_save(self, tmp_path: Path) -> None:
        path = str(tmp_path / "desk.db")
        saves = (
            "import os, signal, sys; from broadsheet.store import open_store\n"
            "open_store('sqlite:' + sys.argv[1]).save_fact('a', 'kept')\n"
            "os.kill(os.getpid(), signal.SIGKILL)"
        )
        killed = subprocess.run([sys.executable, "-c", saves, path], check=False)

        assert killed.returncode == -signal.SIGKILL
        assert SQLiteStore(path).fact("a") == "kept"

    def test_a_save_that_fails_half_way_leaves_nothing(self, tmp_path: Path) -> None:
        path = str(tmp_path / "desk.db")
        store = SQLiteStore(path)
        store.save_story(story("dam"))
        apsw.Connection(path).execute(
            "create trigger full before insert on member begin select raise(abort, 'full'); end"
        )

        with pytest.raises(StoreError, match=r"desk\.db: .*full"):
            store.save_story(replace(story("dam", "lock", id="dam"), title="Dam closes"))
        assert store.stories_since(NOON) == [story("dam")]
        assert store.story_of("lock") is None

    def test_stories_of_the_first_form_are_taken_over(self, tmp_path: Path) -> None:
        path = str(tmp_path / "desk.db")
        old = apsw.Connection(path)
        old.execute(MIGRATIONS[0])
        old.pragma("user_version", 1)
        body = msgspec.json.encode(story("dam", "løck", id="dam"))
        digest = hashlib.sha256(body).digest()
        old.execute("insert into story values ('dam', 0, 1, ?, ?)", (body, digest))
        old.close()

        store = SQLiteStore(path)

        assert store.story_of("løck") == story("dam", "løck", id="dam")
        store.save_story(story("mill", "løck", "dam", id="dam"))
        assert SQLiteStore(path).story_of("mill") == story("mill", "løck", "dam", id="dam")

    def test_many_texts_are_forgotten(self) -> None:
        store = self.new()
        for n in range(1100):
            store.save_article(article(f"{n}", text="old"))

        assert store.forget_texts(NOON + HOUR) == 1100
        assert store.find("old", 9) == []

    def test_only_its_owner_can_read_it(self, tmp_path: Path) -> None:
        SQLiteStore(str(tmp_path / "desk.db")).save_article(article())

        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}

    def test_its_size_is_what_the_folder_holds(self, tmp_path: Path) -> None:
        store = SQLiteStore(str(tmp_path / "desk.db"))
        store.save_article(article())

        assert store.size() == sum(path.stat().st_size for path in tmp_path.iterdir()) > 0

    @pytest.mark.parametrize("table", ["article", "fact", "entry"])
    def test_a_damaged_row_is_never_believed(self, tmp_path: Path, table: str) -> None:
        path = str(tmp_path / "desk.db")
        store = SQLiteStore(path)
        store.save_article(article("dam"))
        store.save_fact("dam", "opens")
        store.save_report("dam", "opens")
        store.close()
        apsw.Connection(path).execute(
            f"update {table} set body = cast(replace(cast(body as text), 'opens', 'burst') as blob)"
            if table == "article"
            else f"update {table} set body = 'burst'"
        )
        read = {"article": lambda s: s.articles(["dam"]), "fact": lambda s: s.fact("dam")}

        with pytest.raises(StoreError, match=r"desk\.db: damaged; .*doctor --rebuild"):
            read.get(table, lambda s: s.report_of("dam"))(SQLiteStore(path))

    def test_a_newer_database_is_left_alone(self, tmp_path: Path) -> None:
        path = str(tmp_path / "desk.db")
        SQLiteStore(path).close()
        apsw.Connection(path).pragma("user_version", 99)

        with pytest.raises(StoreError, match="newer version"):
            SQLiteStore(path)

    def test_what_is_no_database_is_said_plainly(self, tmp_path: Path) -> None:
        path = tmp_path / "desk.db"
        path.write_bytes(b"not a database, " * 100)

        with pytest.raises(StoreError, match=r"desk\.db"):
            SQLiteStore(str(path))

    def test_a_folder_that_cannot_be_made_is_said_plainly(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file")

        with pytest.raises(StoreError, match=r"desk\.db"):
            SQLiteStore(str(tmp_path / "state" / "desk.db"))


def test_an_unknown_kind_of_store_is_named() -> None:
    with pytest.raises(StoreError, match="cassette:x"):
        open_store("cassette:x")
