"""What goes between the desk and a worker? Frames of MessagePack, checked against their types.

Not pickle: a worker that a page has taken over must not be able to run code here.
"""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import msgspec

from broadsheet.config import Portal
from broadsheet.errors import Unreadable
from broadsheet.model import Article, Fetched, Item, Question, Reading, Source
from broadsheet.seams import Parsed

HEAD: Final = 4
"""Bytes before a frame that tell its length, the largest first."""
LARGEST: Final = 1 << 27
"""Bytes of a frame: a feed of 10 MB whose entries each tell their text twice, with room."""


class Start(msgspec.Struct, frozen=True, array_like=True):
    """The first frame to a worker: whose it is, and which modules can parse."""

    portal: Portal
    modules: tuple[str, ...]


class Task(msgspec.Struct, frozen=True, array_like=True):
    """One reading; a source goes to a reader, an item to an extractor, a question to a describer."""

    by: str
    source: Source | None
    item: Item | None
    question: Question | None
    fetched: Fetched


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of one task: items, an article, a description, or an address and why it is
    unreadable."""

    items: tuple[Item, ...] | None = None
    article: Article | None = None
    description: dict[str, Any] | None = None
    refused: tuple[str, str] | None = None
    out_of_memory: bool = False


_WANTED = {Source: "items", Item: "article", Question: "description"}
_encode = msgspec.msgpack.Encoder().encode
_task = msgspec.msgpack.Decoder(Task)
_answer = msgspec.msgpack.Decoder(Answer)
_start = msgspec.msgpack.Decoder(Start)


def start_to_bytes(portal: Portal, modules: tuple[str, ...]) -> bytes:
    """The first frame's content."""
    return _encode(Start(portal, modules))


def start_of(data: bytes) -> Start:
    """Its reading."""
    return _start.decode(data)


def task_to_bytes(reading: Reading) -> bytes:
    """A reading, for the worker."""
    source = reading.of if isinstance(reading.of, Source) else None
    item = reading.of if isinstance(reading.of, Item) else None
    question = reading.of if isinstance(reading.of, Question) else None
    return _encode(Task(reading.by, source, item, question, reading.fetched))


def task_of(data: bytes) -> Task:
    """A reading, as the worker takes it up."""
    return _task.decode(data)


def answer_to_bytes(answer: Answer) -> bytes:
    """An answer, for the desk. Raises TypeError or ValueError for what no parser should make."""
    return _encode(answer)


def answer_of(data: bytes, reading: Reading) -> Answer:
    """An answer, as the desk takes it: never anything but what this reading can give."""
    wanted = _WANTED[type(reading.of)]
    try:
        answer = _answer.decode(data)
    except (msgspec.MsgspecError, ValueError) as error:
        return _garbage(reading, str(error))
    if answer.refused is None and getattr(answer, wanted) is None:
        return _garbage(reading, f"no {wanted}")
    return answer


def parsed_of(answer: Answer) -> Parsed | Unreadable:
    """What the steps are told."""
    if answer.refused is not None:
        return Unreadable(*answer.refused)
    told = (answer.items, answer.article, answer.description)
    return next(each for each in told if each is not None)  # answer_of lets no other through


def send(stream: BinaryIO, content: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(framed(content))
    stream.flush()


def framed(content: bytes) -> bytes:
    """The content behind its length."""
    return len(content).to_bytes(HEAD) + content


def receive(stream: BinaryIO) -> bytes | None:
    """Wait for one frame; None when the other side has closed."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        return None
    length = int.from_bytes(head)
    content = stream.read(length)
    return content if len(content) == length else None


def _garbage(reading: Reading, why: str) -> Answer:
    return Answer(refused=(reading.fetched.url, f"{reading.by} made what it may not: {why}"))
