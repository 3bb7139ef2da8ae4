"""How do many pages go through few workers, and what does a worker's death cost? One page.

A worker answers in order, so the page that it died of is the first one without an answer. Whether
that page did it, or an earlier one had broken the worker, is settled by trying it alone in a fresh
worker: so what a page gets does not depend on its neighbours or on the number of workers.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from broadsheet.config import Portal
from broadsheet.errors import Overdue, Unreadable, WorkerError
from broadsheet.model import Reading
from broadsheet.plugins import Plugins
from broadsheet.seams import Parsed
from broadsheet.workers import wire
from broadsheet.workers.parse import InProcess
from broadsheet.workers.wire import HEAD, LARGEST
from broadsheet.workers.worker import LEAVING, READY

AHEAD = 4
"""Readings given to a worker at most: the one at work, and some so that it need not wait."""
WORTH_A_START = 30
"""Readings that wait for each further worker. A start costs as much CPU time as parsing 8 pages
(`python -m benchmarks.workers`, 2026-11-24); what waits less than half a second is not worth it."""
MOST = 8
"""Workers, however many processors there are."""
STARTS_WITHIN = timedelta(seconds=60)

_STEP = 1 << 20  # bytes that are moved at a time
_KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
# A page is small: threads that libraries start to share it among processors spin more than they
# work, 30 ms of CPU time a page against 6 (2026-11-24, `python -m benchmarks.workers`).
ONE_THREAD = dict.fromkeys(("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class Pool:
    """Parsers (seams.py) in worker processes, which start when there is something to parse.

    `modules` register what can parse, as they did in `plugins`. `size` is the most workers at a
    time; by default one for each processor. Raises WorkerError when no worker starts.
    """

    def __init__(self, plugins: Plugins, modules: Sequence[str], size: int | None = None) -> None:
        self._here = InProcess(plugins)
        self._portal = plugins.portal
        self._modules = tuple(modules)
        self._size = size or min(os.cpu_count() or 1, MOST)
        self._workers: list[_Worker] = []

    def parse(self, readings: Sequence[Reading], /) -> list[Parsed | Unreadable]:
        """What came of each, in order. A reading without bytes has nothing of a stranger in it
        and is done here."""
        batch = _Batch(readings)
        for n, reading in enumerate(readings):
            if not reading.fetched.body:
                (batch.results[n],) = self._here.parse([reading])
        try:
            self._work(batch)
        except BaseException:
            self.close()  # what is half done must not answer the next batch
            raise
        return [batch.results[n] for n in range(len(readings))]

    def close(self) -> None:
        """End all workers, whatever they do; the next batch starts new ones."""
        while self._workers:
            self._workers.pop().end()

    def _work(self, batch: _Batch) -> None:
        while not batch.done():
            self._staff(batch)
            for worker in self._workers:
                worker.take(batch)
            for worker in self._ready():
                worker.listen(batch)
            for worker in self._workers:
                worker.check_time(batch)
            self._workers = [worker for worker in self._workers if not worker.gone]

    def _staff(self, batch: _Batch) -> None:
        """Start as many workers as are worth it, and one for each suspect, which wants a fresh
        one: its first worker is gone, so there is room."""
        wanted = 1 + len(batch.waiting) // WORTH_A_START if batch.waiting else 0
        fresh = sum(worker.fresh for worker in self._workers)
        wanted = max(wanted, len(self._workers) + len(batch.suspects) - fresh)
        while len(self._workers) < min(wanted, self._size):
            self._workers.append(_Worker(self._portal, self._modules))

    def _ready(self) -> Iterator[_Worker]:
        """The workers that said something; none when a limit of time may have run out."""
        with selectors.DefaultSelector() as selector:
            for worker in self._workers:
                selector.register(worker.answers, selectors.EVENT_READ, worker)
                if worker.unsent:
                    selector.register(worker.tasks, selectors.EVENT_WRITE, worker)
            first = min(worker.until for worker in self._workers)
            events = selector.select(max(first - time.monotonic(), 0))
        for key, event in events:
            told: _Worker = key.data
            if event & selectors.EVENT_WRITE:
                told.send()
            else:
                yield told


class _Batch:
    """The readings of one call, by number: which wait, which are suspect, what came."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        self.results: dict[int, Parsed | Unreadable] = {}
        self.waiting = deque(n for n, each in enumerate(readings) if each.fetched.body)
        self.suspects: deque[int] = deque()

    def done(self) -> bool:
        """Has each its result?"""
        return len(self.results) == len(self.readings)

    def refuse(self, n: int, why: str, as_: type[Unreadable] = Unreadable) -> None:
        """That is its result."""
        self.results[n] = as_(self.readings[n].fetched.url, why)


class _Worker:
    """One process, seen from the desk."""

    def __init__(self, portal: Portal, modules: tuple[str, ...]) -> None:
        self.parsing = portal.parsing
        self.process = _started()
        assert self.process.stdin and self.process.stdout
        self.tasks, self.answers = self.process.stdin, self.process.stdout
        self.unsent = bytearray(wire.framed(wire.start_to_bytes(portal, modules)))
        self.unread = bytearray()
        self.doing: deque[int] = deque()
        self.started = self.gone = False
        self.answered = 0
        self.until = time.monotonic() + STARTS_WITHIN.total_seconds()
        self.send()

    @property
    def fresh(self) -> bool:
        """Has it nothing behind it and nothing before it?"""
        return not self.answered and not self.doing

    def take(self, batch: _Batch) -> None:
        """Fill up with readings; a suspect goes to who is fresh, as its first."""
        if batch.suspects and self.fresh:
            self._give(batch, batch.suspects.popleft())
        while batch.waiting and len(self.doing) < AHEAD:
            self._give(batch, batch.waiting.popleft())

    def _give(self, batch: _Batch, n: int) -> None:
        self.doing.append(n)
        if self.started and len(self.doing) == 1:
            self._begin_page()
        self.unsent += wire.framed(wire.task_to_bytes(batch.readings[n]))
        self.send()

    def _begin_page(self) -> None:
        wall = self.parsing.wall.total_seconds()
        self.until = time.monotonic() + wall if self.doing else math.inf

    def send(self) -> None:
        """As much as the pipe takes now; that nobody reads it is told by the end of the answers."""
        if self.gone:
            return
        try:
            while self.unsent:
                del self.unsent[: os.write(self.tasks.fileno(), self.unsent[:_STEP])]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.unsent.clear()

    def listen(self, batch: _Batch) -> None:
        """Take all that it has said. Raises WorkerError when it ends before it is ready."""
        with suppress(BlockingIOError):
            while data := os.read(self.answers.fileno(), _STEP):
                self.unread += data
                if len(data) < _STEP:
                    break
            else:
                self._died(batch)
                return
        while not self.gone and len(self.unread) >= HEAD:
            length = int.from_bytes(self.unread[:HEAD])
            if length > LARGEST:
                self._end_page(batch, f"its parser made more than {LARGEST >> 20} MB")
            if len(self.unread) < HEAD + length:
                return
            frame = bytes(self.unread[HEAD : HEAD + length])
            del self.unread[: HEAD + length]
            self._hear(batch, frame)

    def _hear(self, batch: _Batch, frame: bytes) -> None:
        if not self.started:
            if frame != READY:
                raise WorkerError(f"no process to parse in: {frame.decode(errors='replace')}")
            self.started = True
        elif frame == LEAVING or not self.doing:
            self._leave(batch)
        else:
            self._answer(batch, frame)
        self._begin_page()

    def _answer(self, batch: _Batch, frame: bytes) -> None:
        n = self.doing.popleft()
        answer = wire.answer_of(frame, batch.readings[n])
        if answer.out_of_memory and self.answered:
            batch.suspects.append(n)
        else:
            batch.results[n] = wire.parsed_of(answer)
        self.answered += 1
        if answer.out_of_memory:
            self._leave(batch)

    def check_time(self, batch: _Batch) -> None:
        """End it when its page, or its start, took too long."""
        if self.gone or time.monotonic() < self.until:
            return
        if not self.started:
            raise WorkerError(f"no process to parse in: none after {STARTS_WITHIN.seconds} s")
        why = f"took more than parsing.wall, {_seconds(self.parsing.wall)}"
        self._end_page(batch, why, Overdue)

    def _died(self, batch: _Batch) -> None:
        status = self._status()
        if not self.started:
            raise WorkerError(f"no process to parse in: it ended with status {status}")
        if status == -signal.SIGXCPU:
            self._end_page(batch, f"took more than parsing.cpu, {_seconds(self.parsing.cpu)}")
        elif self.answered and self.doing:
            batch.suspects.append(self.doing.popleft())
            self._leave(batch)
        else:
            self._end_page(batch, f"its parser died ({_named(status)})")

    def _status(self) -> int:
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(1)
        self.process.kill()  # it closed its answers and lives on
        return self.process.wait()

    def _end_page(self, batch: _Batch, why: str, as_: type[Unreadable] = Unreadable) -> None:
        """The page at work is refused; who waited behind it waits for another worker."""
        if self.doing:
            batch.refuse(self.doing.popleft(), why, as_)
        self._leave(batch)

    def _leave(self, batch: _Batch) -> None:
        batch.waiting.extendleft(reversed(self.doing))
        self.doing.clear()
        self.end()

    def end(self) -> None:
        """Kill it: it holds nothing that a kill could harm."""
        self.gone = True
        self.process.kill()
        self.process.wait()
        self.tasks.close()
        self.answers.close()


def _started() -> subprocess.Popen[bytes]:
    """A process that shares nothing with this one but two pipes. Raises WorkerError."""
    path = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "broadsheet.workers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}
            | ONE_THREAD
            | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the desk, which ends its workers
            bufsize=0,
        )
    except OSError as error:
        raise WorkerError(f"no process to parse in: {error.strerror or error}") from error
    assert process.stdin and process.stdout
    os.set_blocking(process.stdin.fileno(), False)
    os.set_blocking(process.stdout.fileno(), False)
    return process


def _named(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
