"""`run --watch`: a run when a source is due or the hour turns, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from broadsheet import files
from broadsheet.app.runs import Ran
from broadsheet.app.watch import Saved, watch
from broadsheet.clock import SettableClock
from broadsheet.fetch.replay import Replay
from broadsheet.testing import NOON, clock, feed, page

OWN, OTHER, DAM = (f"https://paper.example/{name}" for name in ("feed.xml", "other", "dam"))
WORLD = {
    OWN: feed({DAM: "A dam opens"}),
    OTHER: feed({}),
    DAM: page("The dam of Varde opened on Monday before a crowd from Lunde and the valley."),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    portal(tmp_path, f'paper: {{feed: "{OWN}", every: 20m}}')
    return tmp_path


def portal(folder: Path, sources: str) -> None:
    text = f"title: Rivers\ntopics: {{dams: {{keywords: [dam]}}}}\nsources: {{{sources}}}\n"
    (folder / "portal.yaml").write_text(text)


def watching(folder: Path, time: SettableClock, notes: list[str] | None = None) -> Iterator[Ran]:
    told = (notes if notes is not None else []).append
    return watch(folder, time, lambda _: Replay(WORLD, time), told)


def test_it_runs_when_a_source_is_due_or_the_hour_turns(folder: Path) -> None:
    time = clock()
    turns = []

    for ran in islice(watching(folder, time), 6):
        minutes = (time.now() - NOON) / timedelta(minutes=1)
        turns.append((minutes, [source.id for source in ran.sources]))

    visited = ["paper"]
    assert turns == [(n * 20, visited) for n in range(6)]


def test_an_hour_that_turns_visits_nobody_who_is_not_due(folder: Path) -> None:
    portal(folder, f'paper: {{feed: "{OWN}", every: 90m}}')
    time = clock()

    turns = [
        ((time.now() - NOON) / timedelta(minutes=1), len(ran.sources))
        for ran in islice(watching(folder, time), 4)
    ]

    assert turns == [(0, 1), (60, 0), (90, 1), (120, 0)]


def test_the_lock_is_free_between_two_runs(folder: Path) -> None:
    for _ in islice(watching(folder, clock()), 2):
        with files.lock(folder / "state" / "lock"):
            pass


def test_a_run_that_finds_another_at_work_tries_again_in_a_minute(folder: Path) -> None:
    time, notes = clock(), list[str]()
    turns = watching(folder, time, notes)
    next(turns)

    class Ends(SettableClock):
        def sleep(self, span: timedelta, /) -> None:
            super().sleep(span)
            if self.at >= NOON + timedelta(minutes=2):
                lock.__exit__(None, None, None)

    held = Ends(NOON)
    lock = files.lock(folder / "state" / "lock")
    lock.__enter__()
    assert next(watching(folder, held, notes))

    assert held.at == NOON + timedelta(minutes=2)
    assert [note.partition("; ")[2] for note in notes] == [
        "tried again at 12:01:00 UTC",
        "tried again at 12:02:00 UTC",
    ]


def test_a_source_that_is_added_is_visited_at_once(folder: Path) -> None:
    time = clock()
    turns = watching(folder, time)
    next(turns)

    portal(folder, f'paper: {{feed: "{OWN}", every: 20m}}, other: {{feed: "{OTHER}"}}')

    assert [source.id for source in next(turns).sources] == ["other"]
    assert time.now() - NOON < timedelta(seconds=10)


def test_a_portal_file_that_breaks_is_told_and_the_last_good_one_stays(folder: Path) -> None:
    time, notes = clock(), list[str]()
    turns = watching(folder, time, notes)
    next(turns)

    (folder / "portal.yaml").write_text("titel: Rivers\n")

    assert next(turns).sources == ()  # the file was saved: looked at, and found broken
    assert [source.id for source in next(turns).sources] == ["paper"]
    assert "titel" in notes[0]
    assert "stays in force" in notes[0]


def test_saving_making_and_removing_a_file_are_seen(tmp_path: Path) -> None:
    saved = Saved([tmp_path / "portal.yaml", tmp_path / "records"])
    (tmp_path / "records" / "news").mkdir(parents=True)
    path = tmp_path / "records" / "news" / "a.md"

    assert not saved.changed()
    path.write_text("a")
    assert saved.changed()
    assert not saved.changed()
    path.write_text("ab")
    assert saved.changed()
    files.write(path, b"ac")  # another file in its place
    assert saved.changed()
    path.unlink()
    assert saved.changed()
    (tmp_path / "portal.yaml").write_text("")
    assert saved.changed()


def test_a_long_look_is_rested_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = Saved([tmp_path])
    monkeypatch.setattr("broadsheet.app.watch.WORTH_A_REST", -1.0)
    assert not saved.changed()
    saved._rests_until += 60
    (tmp_path / "a.md").write_text("a")

    assert not saved.changed()
    saved._rests_until = 0
    assert saved.changed()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [("run", "--watch"), ("serve", "--port", "0")])
def test_a_signal_ends_it_cleanly(
    folder: Path, number: signal.Signals, command: tuple[str, ...]
) -> None:
    portal(folder, f'paper: {{feed: "{OWN}", pause: true}}')
    if command[0] == "serve":
        next(watching(folder, clock()))
    begun = [sys.executable, "-m", "broadsheet", *command, "-C", str(folder)]
    with subprocess.Popen(begun, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        stream = process.stderr if command[0] == "run" else process.stdout
        assert stream
        while line := stream.readline():
            if b"Ctrl-C" in line:
                break
        os.kill(process.pid, number)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert b"Traceback" not in errors
    with files.lock(folder / "state" / "lock"):
        pass


def test_a_signal_while_a_publisher_keeps_us_waiting_ends_it_at_once(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (folder / "portal.yaml").open("a") as file:
            file.write(f'fetch: {{connect: {{"https://paper.example": "{world}"}}}}\n')
        begun = [sys.executable, "-m", "broadsheet", "run", "--watch", "-C", str(folder)]
        with subprocess.Popen(begun, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            silent.settimeout(20)
            connection, _ = silent.accept()
            process.terminate()
            _, errors = process.communicate(timeout=10)  # fetch.timeout is 20 s
            connection.close()

    assert process.returncode == 0
    assert b"Traceback" not in errors
    with files.lock(folder / "state" / "lock"):
        pass


def test_watching_another_time_than_now_is_refused(folder: Path) -> None:
    asked = ("run", "--watch", "--at", "2026-01-09T09:00Z", "-C", str(folder))
    command = [sys.executable, "-m", "broadsheet", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "--watch is for the real web and time" in done.stderr
