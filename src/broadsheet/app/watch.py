"""When is it time again? A run when a source is due or the hour turns, a build when a file is saved."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType

from broadsheet import config, files
from broadsheet.app.runs import Ran, Tell, run
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import BroadsheetError, FileError
from broadsheet.fetch.post import Post
from broadsheet.seams import Door

LOOK_EVERY = timedelta(seconds=5)
"""How soon a saved portal file is seen by one who waits."""
AFTER_TROUBLE = timedelta(minutes=1)
"""Until the next try when a run could not be done: another run is at work, the disk is full."""

WORTH_A_REST = 0.05
"""CPU-seconds of a look, those of some 5,000 files; a second's rest after each look is usual."""

Note = Callable[[str], None]


def watch(
    folder: Path,
    clock: Clock,
    open_door: Callable[[Portal], Door],
    note: Note,
    tell: Tell = lambda outcome: None,
    *,
    open_post: Callable[[Portal], Post] | None = None,
    everything: bool = False,
    budget: int | None = None,
) -> Iterator[Ran]:
    """Run, wait, run again, for ever; yields what each run did. The lock is held per run only.

    The portal file is read again when it is saved; while it is broken, which is told, the last
    good one is in force. `everything` is for the first run, `budget` for each, which the doors keep.
    Raises ConfigError when the first file is broken.
    """
    path = folder / "portal.yaml"
    saved = Saved([path])
    portal = config.load(path)
    while True:
        post = open_post(portal) if open_post else None
        next_at = clock.now() + AFTER_TROUBLE
        try:
            ran = run(
                portal,
                folder,
                clock,
                open_door(portal),
                everything=everything,
                budget=budget,
                tell=tell,
                post=post,
            )
            everything, next_at = False, ran.next_at
            yield ran
        except BroadsheetError as error:
            note(f"broadsheet: {error}; tried again at {next_at:%H:%M:%S} UTC")
        while clock.now() < next_at and not saved.changed():
            clock.sleep(min(next_at - clock.now(), LOOK_EVERY))
        portal = _read_again(path, portal, note)


def _read_again(path: Path, portal: Portal, note: Note) -> Portal:
    try:
        return config.load(path)
    except FileError as error:
        note(f"broadsheet: {error}; the portal file as it was stays in force")
        return portal


class Saved:
    """Files and folders of files of which one may be saved: by size, time and inode.

    A look through very many files is rested from for 20 times as long, so that waiting takes no
    more than a twentieth of a processor.
    """

    def __init__(self, places: list[Path]) -> None:
        self.places = places
        self.known = self._look()
        self._rests_until = 0.0

    def changed(self) -> bool:
        """Was one made, saved or removed since the last look?"""
        if time.monotonic() < self._rests_until:
            return False
        begun = time.thread_time()
        now = self._look()
        took = time.thread_time() - begun
        if took > WORTH_A_REST:
            self._rests_until = time.monotonic() + 20 * took
        was, self.known = self.known, now
        return was != now

    def _look(self) -> dict[str, tuple[int, int, int]]:
        found: dict[str, tuple[int, int, int]] = {}
        for place in self.places:
            for path in _files(place):
                with suppress(OSError):  # gone between the list and the look
                    found[path] = files.stamp(os.stat(path))
        return found


def _files(place: Path) -> Iterator[str]:
    if not place.is_dir():
        yield str(place)
        return
    for folder, _, names in os.walk(place):
        yield from (os.path.join(folder, name) for name in names)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Until a Ctrl-C or SIGTERM, which ends what stands inside as a Ctrl-C does: what is open is
    closed, the lock is free, and no error is told."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
