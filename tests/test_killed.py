"""What does a kill leave behind? Nothing that the next run of the same moment does not mend.

Every run here is a process of its own and dies by SIGKILL: between two steps, before a commit of
the store, or while a file is being written. What the next run makes must be, byte for byte, what
a run that was never killed makes; only `secured` differs, for sealing is random.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from threading import Lock

import pytest

from broadsheet import config
from broadsheet.app import demo
from broadsheet.app.runs import connected, run
from broadsheet.assemble import open_door
from broadsheet.clock import SettableClock
from broadsheet.demo import world
from broadsheet.demo.server import serve
from killed_run import STEPS, edition

SEEDED = 8  # points of each kind, in each of the two towns
AT_ONCE = 4
FIRST, LATER = 0, 2  # of the demo's runs: an empty desk, and one whose stories grow

# Forked from a process that has one thread and the imports done: a run starts at once.
processes = get_context("forkserver")
processes.set_forkserver_preload(["killed_run", "broadsheet.app.demo"])
one_at_a_time = Lock()


class Town:
    """The demo's web at a moment, a desk as it stood before, and what a whole run makes of it."""

    def __init__(self, folder: Path, origin: str, moment: datetime) -> None:
        self._before = folder / "before"
        self._origin = origin
        self._moment = moment
        whole = self.desk(folder / "whole")
        assert self.run(whole) == 0
        self.expected = files_of(whole)
        self.counts: dict[str, int] = json.loads(whole.with_suffix(".counts").read_text())

    def desk(self, folder: Path) -> Path:
        return shutil.copytree(self._before, folder)

    def run(self, folder: Path, what: str = "", count: int = 0) -> int:
        """The exit status of a run; a signal is below zero."""
        asked = (folder, self._origin, self._moment, what, count)
        process = processes.Process(target=edition, args=asked)
        # A start asks after every other process too, and an exit status can be read only once.
        with one_at_a_time:
            process.start()
        wait([process.sentinel])  # a run ends by itself; how soon is for the machine to say
        with one_at_a_time:
            process.join()
        assert process.exitcode is not None
        return process.exitcode


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): re.sub(
            rb'secured: "[^"]*"', b"secured", path.read_bytes()
        )
        for part in ("records", "held", "site")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module", params=[FIRST, LATER], ids=["first", "later"])
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    before = folder / "before"
    demo.prepare(before)
    moment = demo.RUNS[0]
    with serve(lambda: moment) as origin:
        for moment in demo.RUNS[: request.param]:
            clock = SettableClock(moment)
            portal = connected(config.load(before / "portal.yaml"), origin, world.origins())
            run(portal, before, clock, open_door(portal, clock), everything=True)
        moment = demo.RUNS[request.param]
        yield Town(folder, origin, moment)


def left_unhealed(town: Town, folder: Path, what: str, count: int) -> str:
    """What is wrong after a kill at the count-th of what and one whole run; "" where all is well."""
    point = f"killed at {what} {count}"
    town.desk(folder)
    if (status := town.run(folder, what, count)) != -signal.SIGKILL:
        return f"not {point}: it ended with {status}"
    if status := town.run(folder):
        return f"{point}: the next run ended with {status}"
    healed = files_of(folder)
    names = sorted(healed.keys() | town.expected.keys())
    if differ := [name for name in names if healed.get(name) != town.expected.get(name)]:
        return f"{point}: differs in {differ}"
    log = folder / "desk" / "log.jsonl"
    if log.exists() and '"edit"' in log.read_text():
        return f"{point}: takes its own writing for a person's"
    return ""


def all_unhealed(town: Town, folder: Path, points: Sequence[tuple[str, int]]) -> list[str]:
    """A few points side by side: the runs wait for the disk more than they work."""

    def one(number: int) -> str:
        return left_unhealed(town, folder / str(number), *points[number])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for wrong in pool.map(one, range(len(points))) if wrong]


def test_a_run_killed_between_two_steps_is_healed_by_the_next(town: Town, tmp_path: Path) -> None:
    # At the first outcome of a step all steps before it are done.
    assert all_unhealed(town, tmp_path, [(step, 1) for step in STEPS]) == []


@pytest.mark.parametrize("what", ["save", "file"])
def test_a_run_killed_anywhere_is_healed_by_the_next(town: Town, tmp_path: Path, what: str) -> None:
    chosen = Random(f"{what} 2026").sample(range(1, town.counts[what] + 1), SEEDED)

    assert all_unhealed(town, tmp_path, [(what, count) for count in chosen]) == []
