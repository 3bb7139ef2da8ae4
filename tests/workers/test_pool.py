"""What a page does to its worker costs that page, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from socket import create_server

import pytest

from broadsheet import plugins
from broadsheet.config import Parsing, Portal
from broadsheet.errors import Overdue, Unreadable, WorkerError
from broadsheet.model import Article, Fetched, Question, Reading, Source
from broadsheet.plugins import Plugins
from broadsheet.testing import NOON, item, portal
from broadsheet.workers.parse import InProcess
from broadsheet.workers.pool import Pool

TIGHT = Parsing(cpu=timedelta(seconds=1), wall=timedelta(seconds=60), memory=400)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = pool_of(portal(parsing=TIGHT))
    yield made
    made.close()


def pool_of(of: Portal, size: int = 1, modules: Sequence[str] = ("misbehaving",)) -> Pool:
    return Pool(plugins.load(Plugins(of), modules), modules, size)


def page(says: str, n: int = 0) -> Reading:
    url = f"https://a.example/{n}"
    return Reading("odd", item(url), Fetched(url, says.encode(), NOON))


def told(pool: Pool | InProcess, *says: str) -> list[str]:
    """The title of each article, or why there is none."""
    return [
        each.reason if isinstance(each, Unreadable) else each.title
        for each in pool.parse([page(text, n) for n, text in enumerate(says)])
        if isinstance(each, Unreadable | Article)
    ]


@pytest.mark.parametrize(
    ("poison", "why"),
    [
        ("spin", "took more than parsing.cpu, 1 s"),
        ("eat", "needs more than parsing.memory, 400 MB"),
        ("crash", "its parser died (SIGSEGV)"),
        ("exit", "its parser died (exit status 0)"),
        ("leave", "odd failed: SystemExit('enough')"),
        ("raise x", "odd failed: KeyError('x')"),
        ("refuse no text", "no text"),
        ("garbage x", "odd made what it may not: Object missing required field `id` - at `$[1]`"),
        ("nothing", "odd made what it may not: no article"),
    ],
)
def test_a_poison_page_in_a_batch_loses_only_itself(pool: Pool, poison: str, why: str) -> None:
    assert told(pool, "say a", "say b", poison, "say c", "say d") == ["a", "b", why, "c", "d"]


def test_poison_after_poison_is_told_apart(pool: Pool) -> None:
    says = ["crash", "say a", "crash", "eat", "crash", "say b"]

    died, hungry = "its parser died (SIGSEGV)", "needs more than parsing.memory, 400 MB"
    assert told(pool, *says) == [died, "a", died, hungry, died, "b"]


def test_a_page_is_not_blamed_for_what_an_earlier_one_held(pool: Pool) -> None:
    # Each holds 150 MB for good: two fit beside the worker itself, a third does not.
    assert told(pool, "hoard 150000000", "hoard 150000000", "hoard 150000000", "say a")[3] == "a"
    held = pool.parse([page("hoard 150000000", n) for n in range(4)])
    assert [type(each) for each in held] == [Article] * 4


def test_half_a_character_is_no_text(pool: Pool) -> None:
    (why,) = told(pool, "half")

    assert "surrogates not allowed" in why


def test_what_a_plugin_prints_is_no_answer(pool: Pool) -> None:
    assert told(pool, "print a", "say b") == ["a", "b"]


def test_a_question_is_answered_in_plain_values(pool: Pool) -> None:
    asked = Question("how long", (Fetched("https://a.example/2", b"abc", NOON),))
    page_ = Fetched("https://a.example/1", b"ab", NOON)

    said = pool.parse([Reading("odd", asked, page_), Reading("none", asked, page_)])

    assert said[0] == {"how long": [2, 3]}
    assert isinstance(said[1], Unreadable) and "none failed: KeyError" in said[1].reason


def test_results_are_those_of_this_process_for_any_number_of_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("broadsheet.workers.pool.WORTH_A_START", 5)
    says = [f"say {n}" if n % 7 else "raise x" for n in range(60)]
    here = InProcess(plugins.load(Plugins(portal()), ["misbehaving"]))
    expected = here.parse([page(text, n) for n, text in enumerate(says)])

    for size in (1, 3):
        there = pool_of(portal(), size)
        results = there.parse([page(text, n) for n, text in enumerate(says)])
        there.close()
        assert list(map(repr, results)) == list(map(repr, expected))


def test_several_workers_share_a_long_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.workers.pool.WORTH_A_START", 5)
    many = pool_of(portal(), 2)

    pids = set(told(many, *["who"] * 400))

    many.close()
    assert len(pids) == 2
    assert alive(pids) == []


def test_a_short_batch_starts_one_worker_and_the_next_batch_finds_it(pool: Pool) -> None:
    first = told(pool, *["who"] * 8)

    assert len({*first, *told(pool, "who")}) == 1


def test_nothing_to_parse_starts_nothing() -> None:
    lazy = pool_of(portal())
    pages = Source("named", pages=("https://a.example/1",))
    asked = Reading("pages", pages, Fetched("named", b"", NOON))
    listed = pool_of(portal(), modules=["broadsheet.intake.listed"])

    assert lazy.parse([]) == []
    (items,) = listed.parse([asked])
    assert isinstance(items, tuple)
    assert [each.url for each in items] == ["https://a.example/1"]
    assert lazy._workers == listed._workers == []


def test_a_reader_that_fails_half_way_gives_nothing(pool: Pool) -> None:
    source = Source("maps", sitemap="https://a.example/map")
    (result,) = pool.parse([Reading("sitemap", source, Fetched(source.sitemap, b"x", NOON))])

    assert isinstance(result, Unreadable)
    assert result.reason == "sitemap failed: ValueError('the second entry is not one')"


def test_closing_leaves_no_process_whatever_it_does() -> None:
    busy = pool_of(portal())
    (pid,) = told(busy, "who")

    busy.close()

    assert alive({pid}) == []
    assert told(busy, "say a") == ["a"]  # and the next batch starts anew
    busy.close()


def test_an_interrupted_batch_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = pool_of(portal())
    (pid,) = told(stopped, "who")
    monkeypatch.setattr(stopped, "_ready", lambda: (_ for _ in ()).throw(KeyboardInterrupt))

    with pytest.raises(KeyboardInterrupt):
        told(stopped, "sleep")

    assert alive({pid}) == []


def test_a_worker_ends_when_its_desk_is_gone() -> None:
    gone = pool_of(portal())
    (pid,) = told(gone, "who")
    (worker,) = gone._workers

    worker.tasks.close()  # as the system does when the desk is killed

    assert worker.process.wait(5) == 0
    worker.answers.close()
    assert alive({pid}) == []


def test_a_module_that_cannot_be_loaded_there_stops_the_run() -> None:
    broken = Pool(Plugins(portal()), ["no_such_plugin"])

    with pytest.raises(WorkerError, match="no_such_plugin"):
        broken.parse([page("say a")])
    assert broken._workers == []


class TestConfined:
    """What a worker, taken over or merely curious, cannot do."""

    def test_it_asks_nobody(self, pool: Pool) -> None:
        with create_server(("127.0.0.1", 0)) as server:
            (why,) = told(pool, f"connect {server.getsockname()[1]}")
        assert "a parser is given bytes, and asks nobody" in why

    def test_it_runs_nothing(self, pool: Pool) -> None:
        (why,) = told(pool, "run")
        assert "PermissionError('subprocess.Popen" in why

    def test_it_writes_nothing(self, pool: Pool, tmp_path: Path) -> None:
        (why,) = told(pool, f"write {tmp_path / 'mine'}")
        assert "odd failed" in why
        assert not (tmp_path / "mine").exists() or not (tmp_path / "mine").read_text()

    @pytest.mark.skipif(not Path("/sys/kernel/security").exists(), reason="no Landlock here")
    def test_it_reads_no_key(self, pool: Pool, tmp_path: Path) -> None:
        (tmp_path / "signing.key").write_text("secret")
        (why,) = told(pool, f"read {tmp_path / 'signing.key'}")
        assert "PermissionError" in why

    def test_it_inherits_no_name_of_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BROADSHEET_KEY", "/srv/keys/signing.key")
        fresh = pool_of(portal())
        (names,) = told(fresh, "environment")
        fresh.close()
        assert "BROADSHEET_KEY" not in names
        assert "OPENBLAS_NUM_THREADS" in names
        assert "PYTHONPATH" in names

    def test_it_inherits_no_file_but_its_pipes(self, tmp_path: Path) -> None:
        with (tmp_path / "lock").open("w") as held:
            os.set_inheritable(held.fileno(), True)
            fresh = pool_of(portal())
            (names,) = told(fresh, "files")
            fresh.close()
        kinds = {name.partition(":")[0] for name in names.split()}
        assert {kind for kind in kinds if not kind.endswith("/statm")} == {"pipe", "/dev/null"}


def test_the_limits_are_those_of_one_page(pool: Pool) -> None:
    # 2.4 s together, where each may take one.
    assert told(pool, *["burn 0.3"] * 8) == ["0.3"] * 8


def test_sleepers_are_woken_and_who_waits_behind_them_has_all_of_its_own_time() -> None:
    slow = pool_of(portal(parsing=replace(TIGHT, wall=timedelta(seconds=2))))

    first, second, third = slow.parse([page(text) for text in ("sleep", "sleep", "say a")])

    slow.close()
    # Overdue: the machine may be to blame, so it is read again in a later run.
    assert isinstance(first, Overdue) and isinstance(second, Overdue)
    assert first.reason == second.reason == "took more than parsing.wall, 2 s"
    assert isinstance(third, Article)


def alive(pids: set[str]) -> list[str]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_large_desk_does_not_wear_out_its_workers() -> None:
    ballast = bytearray(400_000_000)  # Linux would count it as once held by each child
    ballast[::4096] = b"x" * len(ballast[::4096])
    large = pool_of(portal())

    pids = set(told(large, *["who"] * 6))

    large.close()
    assert len(pids) == 1


def test_a_worker_that_holds_much_makes_room_for_a_new_one() -> None:
    hoarding = pool_of(portal())

    first, _, last = told(hoarding, "who", "hoard 300000000", "who")

    hoarding.close()
    assert first != last
