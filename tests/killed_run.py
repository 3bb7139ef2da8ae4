"""What does test_killed.py kill? One run of the demo's portal, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import apsw

from broadsheet import config
from broadsheet.app.runs import connected, run
from broadsheet.assemble import open_door
from broadsheet.clock import SettableClock
from broadsheet.demo import world
from broadsheet.model import Outcome

STEPS = ("fetch", "read", "extract", "dedup", "topics", "link", "score", "record", "publish")


class Killer:
    """Counts the moments of a run and kills its process at the one it is told."""

    def __init__(self, what: str, at: int) -> None:
        self.counts = dict.fromkeys(("save", "file", *STEPS), 0)
        self._fatal = (what, at)
        apsw.connection_hooks.append(lambda db: db.set_commit_hook(self._save))
        sys.addaudithook(self._audit)

    def tell(self, outcome: Outcome) -> None:
        self._count(outcome.step)

    def _save(self) -> bool:
        self._count("save")
        return False  # let it be committed

    def _audit(self, event: str, _: object) -> None:
        # An unfinished file appears, and takes the place of the old one.
        if event in ("tempfile.mkstemp", "os.rename"):
            self._count("file")

    def _count(self, what: str) -> None:
        self.counts[what] += 1
        if self._fatal == (what, self.counts[what]):
            os.kill(os.getpid(), signal.SIGKILL)


def edition(folder: Path, origin: str, at: datetime, what: str, count: int) -> None:
    """One run of the demo's portal, in a process that dies at the count-th of what."""
    killer = Killer(what, count)
    portal = connected(config.load(folder / "portal.yaml"), origin, world.origins())
    clock = SettableClock(at)
    door = open_door(portal, clock)
    run(portal, folder, clock, door, everything=True, tell=killer.tell)
    folder.with_suffix(".counts").write_text(json.dumps(killer.counts))
