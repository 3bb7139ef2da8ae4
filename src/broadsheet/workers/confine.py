"""What can a worker still do? Read its task, think within limits, answer: as far as systems allow.

- Limits of the system (setrlimit): memory, CPU time of one page, no file grows, few open files,
  no core dump.
- Landlock (Linux 5.13 and later): nothing is written, made, removed or run; files are read from
  Python's and the plugins' folders only; no TCP, no signal to another process (from 6.7, 6.12).
- An audit hook: sockets and processes are refused with words to Python code on any system.

Each that a system lacks is left out; the desk's own limit by the wall clock always holds.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

OPEN_FILES = 64
SWOLLEN = 256_000_000
"""Bytes of memory that a worker may hold when it takes another page."""

_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc")

# Linux, include/uapi/linux/landlock.h; the numbers of these calls are the same on every machine.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_READ = 1 << 2 | 1 << 3  # files, folders
_RIGHTS_SINCE = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Version -> rights to the file system that it can take away."""
_TCP_SINCE, _SCOPE_SINCE = 4, 6


def drop(memory: int) -> None:
    """Give up, for good, what parsing does not need; `memory` in bytes is the most that is left.

    After it whoever runs here cannot get it back. Modules and files needed from elsewhere are to
    be loaded before.
    """
    sys.dont_write_bytecode = True
    _landlock()
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_AS, memory),
    ):
        with suppress(ValueError, OSError):  # this system has no such limit
            resource.setrlimit(kind, (most, most))
    sys.addaudithook(_refuse)


def begin_page(cpu: timedelta) -> None:
    """From now on the process may use so much CPU time (whole seconds, up to one more)."""
    most = math.ceil(time.process_time() + cpu.total_seconds())
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


class Memory:
    """How much this process holds, where /proc tells; to be made before `drop`.

    Not getrusage: there Linux counts what the parent held when it started us.
    """

    def __init__(self) -> None:
        self._told: int | None = None
        with suppress(OSError):
            self._told = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def swollen(self) -> bool:
        """Is it so much that the process had better make room for a new one?"""
        if self._told is None:
            return False
        pages = int(os.pread(self._told, 100, 0).split()[1])
        return pages * resource.getpagesize() > SWOLLEN


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event}: a parser is given bytes, and asks nobody")


def _landlock() -> None:
    """Take away rights by the kernel, as many as it knows of."""
    if not sys.platform.startswith("linux"):
        return
    call = ctypes.CDLL(None, use_errno=True)
    version = call.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    rights = sum(taken for since, taken in _RIGHTS_SINCE.items() if since <= version)
    tcp = 3 if version >= _TCP_SINCE else 0  # bind, connect
    scope = 3 if version >= _SCOPE_SINCE else 0  # abstract sockets, signals
    asked = (ctypes.c_uint64 * 3)(rights, tcp, scope)
    size = 8 * (3 if scope else 2 if tcp else 1)
    rules = call.syscall(_CREATE_RULESET, asked, ctypes.c_size_t(size), 0)
    if rules < 0:
        return
    for folder in {*_SYSTEM, sys.prefix, sys.base_prefix, *sys.path}:
        with suppress(OSError):  # not every system has each
            _allow_reading(call, rules, Path(folder))
    call.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow_reading(call: ctypes.CDLL, rules: int, folder: Path) -> None:
    if not folder.is_dir():
        return
    handle = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    beneath = _READ.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
    call.syscall(_ADD_RULE, rules, 1, beneath, 0)
    os.close(handle)
