"""What does a parser make of these bytes, whatever it does? The same words here and in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.errors import SourceError, Unreadable
from broadsheet.model import Reading
from broadsheet.plugins import Plugins
from broadsheet.seams import Parsed
from broadsheet.text import clean_text
from broadsheet.workers import wire
from broadsheet.workers.wire import Answer, Task


def answer(plugins: Plugins, task: bytes) -> bytes:
    """Do one task: bytes in, bytes out, and nothing that a parser does is raised.

    A stranger's code and a stranger's page meet here, so everything is caught, `sys.exit` too.
    """
    asked = wire.task_of(task)
    try:
        return wire.answer_to_bytes(_made(plugins, asked))
    except SourceError as error:
        refused = (error.url, error.reason)
    except MemoryError:
        words = f"needs more than parsing.memory, {plugins.portal.parsing.memory} MB"
        refused = (asked.fetched.url, words)
        return wire.answer_to_bytes(Answer(refused=refused, out_of_memory=True))
    except (Exception, SystemExit) as error:  # noqa: BLE001
        said = clean_text(ascii(error), 300)
        refused = (asked.fetched.url, f"{asked.by} failed: {said}")
    return wire.answer_to_bytes(Answer(refused=refused))


def _made(plugins: Plugins, task: Task) -> Answer:
    if task.source is not None:
        return Answer(items=tuple(plugins.readers[task.by](task.source, task.fetched)))
    if task.item is not None:
        return Answer(article=plugins.extractors[task.by](task.item, task.fetched))
    assert task.question is not None  # task_to_bytes gives one of the three
    return Answer(description=plugins.describers[task.by](task.question, task.fetched))


@dataclass(frozen=True)
class InProcess:
    """Parsers (seams.py) without a process: for tests, and for bytes that are our own."""

    plugins: Plugins

    def parse(self, readings: Sequence[Reading], /) -> list[Parsed | Unreadable]:
        """Through the same bytes as a worker's, so that no difference can hide."""
        return [
            wire.parsed_of(wire.answer_of(answer(self.plugins, wire.task_to_bytes(each)), each))
            for each in readings
        ]

    def close(self) -> None:
        """Nothing is held."""
