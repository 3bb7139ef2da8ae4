"""Which files of the site still stand, so that nobody need make them again?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

import msgspec

from broadsheet import __version__, files
from broadsheet.model import Draft

_ROOM = Path(__file__).parent


class Standing:
    """The site's files as the last run left them: `state/site`, which may be deleted.

    A file stands while its draft has the key of the draft that it was made from, nobody has
    touched it since, and the code that makes it is the same.
    """

    def __init__(self, state: Path, site: Path) -> None:
        self._path = state / "site"
        self._code = _code()
        self._site = site
        self._known: dict[str, _Made] = {}
        self._now: dict[str, _Made] = {}
        with suppress(OSError, msgspec.MsgspecError, ValueError):
            found = msgspec.msgpack.decode(self._path.read_bytes(), type=_File)
            if found.code == self._code:
                self._known = found.files

    def stands(self, path: PurePosixPath, draft: Draft) -> bool:
        """Whether the file there is what this draft would make."""
        made = self._known.get(str(path))
        if made is None or made.key != draft.key or made.state != _state(self._site / path):
            return False
        self._now[str(path)] = made
        return True

    def save(self, drafts: Iterable[tuple[PurePosixPath, Draft]]) -> None:
        """Remember the files that were made from these drafts, and those that stood.

        Raises StoreError.
        """
        for path, draft in drafts:
            self._now[str(path)] = _Made(draft.key, _state(self._site / path))
        if self._now != self._known:
            files.write(self._path, msgspec.msgpack.encode(_File(self._code, self._now)))


class _Made(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    state: tuple[int, int, int]


class _File(msgspec.Struct, frozen=True):
    code: str
    files: dict[str, _Made]


def _state(path: Path) -> tuple[int, int, int]:
    """The file's stamp; zeros for none."""
    try:
        return files.stamp(path.lstat())
    except OSError:
        return 0, 0, 0


def _code() -> str:
    """What made the files: a newer Broadsheet, or one whose templates were edited, makes all."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted((*_ROOM.glob("*.py"), *_ROOM.glob("templates/*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
