"""What can go wrong, whom does it concern, and how does the command then exit?

BroadsheetError
+-- FileError        operator  a file that people edit: `records/x.md:3:7: ...`; left alone
|   +-- ConfigError  operator  portal.yaml: nothing has started             exit 2
+-- PluginError      plugin    portal.yaml names it, and it is broken       exit 2
+-- SourceError      world     becomes an outcome; the run goes on
|   +-- FetchError             no answer; `retry_after` says when to ask again
|   |   +-- Forbidden          we may not ask: an outcome, never a failure
|   |   +-- Deferred           not asked this time: nobody's fault, it keeps its turn
|   +-- Unreadable             it came, and we cannot read it: quarantined
|       +-- Overdue            its parser was not done in time: read again later
+-- StoreError       store     disk, lock or database: the run stops        exit 5
|   +-- Busy                   another process is at work here: later
+-- WorkerError      machine   no process to parse in: the run stops       exit 5
+-- PublishError     output    one output failed; the others are written    exit 5
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from typing import ClassVar, NamedTuple


class BroadsheetError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_status: ClassVar[int] = 1


class Place(NamedTuple):
    """Where in a file; line and column count from 1, line 0 is the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class FileError(BroadsheetError):
    """A file that people edit cannot be read as it stands."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place


class ConfigError(FileError):
    """The portal file cannot be used."""

    exit_status = 2


class PluginError(BroadsheetError):
    """A plugin is missing or broken."""

    exit_status = 2


class SourceError(BroadsheetError):
    """Something outside failed; the run goes on without it."""

    def __init__(self, url: str, message: str) -> None:
        super().__init__(f"{url}: {message}")
        self.url = url
        self.reason = message


class FetchError(SourceError):
    """The network or the server failed; `status` is the host's answer, 0 where there was none."""

    def __init__(
        self,
        url: str,
        message: str,
        retry_after: timedelta = timedelta(minutes=5),
        status: int = 0,
    ) -> None:
        super().__init__(url, message)
        self.retry_after = retry_after
        self.status = status


class Forbidden(FetchError):
    """robots.txt, our own guard or a publisher's wish: we may not ask for this."""


class Deferred(FetchError):
    """Not asked this time: the run's budget, a host that wants to be left alone, a long queue."""


class Unreadable(SourceError):
    """It came, and we cannot read it."""


class Overdue(Unreadable):
    """Its parser was not done in time by the clock: it hangs, or the machine is too busy."""


class StoreError(BroadsheetError):
    """What we know cannot be kept or found; the message names the file."""

    exit_status = 5


class Busy(StoreError):
    """Another process holds the lock of the portal."""


class WorkerError(BroadsheetError):
    """A process to parse in cannot be started."""

    exit_status = 5


class PublishError(BroadsheetError):
    """An output could not be made."""

    exit_status = 5


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error message: the nearest known word, if one is near."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
