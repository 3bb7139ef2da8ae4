"""What does a worker do? Load the portal's parsers, give up its rights, then page after page."""

from __future__ import annotations

import os
from typing import BinaryIO

from broadsheet import plugins
from broadsheet.errors import PluginError
from broadsheet.plugins import Plugins
from broadsheet.workers import confine, wire
from broadsheet.workers.parse import answer

READY = b"ready"
LEAVING = b"leaving"


def main() -> None:
    """Read the start and then tasks from standard input, answer on standard output.

    Ends when the desk closes, or after the page that made it too large. Nothing else of the desk
    is here: no file, no key, no database.
    """
    tasks, answers = _streams()
    begun = wire.receive(tasks)
    if begun is None:
        return
    start = wire.start_of(begun)
    parsing = start.portal.parsing
    try:
        registry = plugins.load(Plugins(start.portal), start.modules)
    except PluginError as error:
        wire.send(answers, str(error).encode())
        return
    memory = confine.Memory()
    confine.drop(parsing.memory * 1_000_000)
    wire.send(answers, READY)
    while (task := wire.receive(tasks)) is not None:
        confine.begin_page(parsing.cpu)
        wire.send(answers, answer(registry, task))
        if memory.swollen():
            wire.send(answers, LEAVING)
            return


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Both pipes under numbers of our own: what a plugin prints must not be an answer."""
    tasks = os.fdopen(os.dup(0), "rb", buffering=1 << 20)
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return tasks, answers


if __name__ == "__main__":
    main()
