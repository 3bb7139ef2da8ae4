"""How does a file change whole or not at all, who may change it, and what is it called?"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from anyascii import anyascii

from broadsheet.errors import Busy, StoreError

_OURS = ".broadsheet-"  # how an unfinished file begins ...
_NEW = ".new"  # ... and ends


def write(path: Path, data: bytes) -> bool:
    """Put `data` in the place of the file; False when it holds that already.

    New name, fsync, rename, fsync of the folder: a reader, a kill or a power cut meets the old
    bytes or the new ones. A link in the file's place is replaced, not followed. Raises StoreError.
    """
    with _said_plainly(path):
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=_OURS, suffix=_NEW, delete=False) as new:
            new.write(data)
            new.flush()
            os.fchmod(new.fileno(), 0o644)
            os.fsync(new.fileno())
        os.replace(new.name, path)
        sync(path.parent)
    return True


def move(old: Path, new: Path) -> None:
    """Rename, in one step and for good. Raises StoreError."""
    with _said_plainly(new):
        new.parent.mkdir(parents=True, exist_ok=True)
        os.replace(old, new)
        sync(new.parent)
        sync(old.parent)


def remove(path: Path) -> None:
    """Delete the file for good. Raises StoreError."""
    with _said_plainly(path):
        path.unlink(missing_ok=True)
        sync(path.parent)


def prune(folder: Path, wanted: Collection[PurePosixPath]) -> None:
    """Delete the files under the folder that nothing needs any more. Raises StoreError."""
    with _said_plainly(folder):
        kept = {os.path.join(folder, path) for path in wanted}
        for parent, folders, leaves in os.walk(folder, topdown=False):
            for leaf in leaves:
                if (path := os.path.join(parent, leaf)) not in kept:
                    os.unlink(path)
            for each in folders:
                with suppress(OSError):
                    os.rmdir(os.path.join(parent, each))  # only an empty one goes


def append(path: Path, line: bytes) -> None:
    """Add one line to a file, for its owner only, and wait until it is kept. Raises StoreError."""
    with _said_plainly(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def private_folder(path: Path) -> None:
    """Make the folder, for its owner only. Raises StoreError."""
    with _said_plainly(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)


def sweep(folder: Path) -> None:
    """Delete what a killed write left behind. Only the holder of the lock may."""
    with _said_plainly(folder):
        for left in folder.rglob(f"{_OURS}*{_NEW}"):
            if left.is_file():
                left.unlink()


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Be the only writer. The system holds the lock, so a killed run leaves none.

    Raises Busy, which says who holds it, or StoreError.
    """
    with _said_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Busy(f"{path}: process {file.read()} is at work here") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def slug(title: str, *, otherwise: str) -> str:
    """The title as a name: `[a-z0-9-]`, at most 120 bytes cut at a word (RECORD.md, section 2)."""
    kept = re.sub(r"[^a-z0-9 -]", "", anyascii(title).lower())
    name = re.sub(r"[ -]+", "-", kept).strip("-")
    if len(name) > 120:
        name = name[:121].rpartition("-")[0] or name[:120]
    return name or otherwise


def stamp(status: os.stat_result) -> tuple[int, int, int]:
    """What changes with every writing of a file: size, mtime in ns, inode."""
    return status.st_size, status.st_mtime_ns, status.st_ino


def sync(folder: Path) -> None:
    """Wait until the folder's names are on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
