"""How do we read YAML that a stranger wrote, and how is one scalar written so that all agree?

A subset over PyYAML's events: no anchors, aliases, tags, merge keys, directives or second
documents; no key twice; bounded size and depth. Every scalar stays text with its place, and a
Builder makes of it what a dataclass expects there: `no`, `on` and `1:20` are never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, Protocol, TypeVar, get_args, get_origin, get_type_hints

import yaml

from broadsheet.errors import FileError, Place, did_you_mean

MAX_BYTES = 256_000  # SECURITY.md, Parsing
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as written; `quoted` tells "3" from 3."""

    text: str
    place: Place
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A sequence, in order."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in order; `keys` tells where each key stands."""

    items: dict[str, Node]
    keys: dict[str, Place]
    place: Place


Node = Scalar | Listing | Table


def load(data: bytes, file: str, *, first_line: int = 1) -> Node:
    """The one document in `data`, UTF-8; places count from `first_line`. Raises FileError."""
    if len(data) > MAX_BYTES:
        raise FileError(f"{len(data)} bytes; the limit is {MAX_BYTES}", Place(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise FileError("not UTF-8", _place(file, before, first_line)) from error
    if odd := _UNPRINTABLE.search(text):
        place = _place(file, text[: odd.start()], first_line)
        raise FileError(f"control character U+{ord(odd[0]):04X}", place)
    return _Loader(text, file, first_line).document()


def quoted(text: str) -> str:
    """The text in double quotes, with JSON's escapes."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def scalar(text: str) -> str:
    """The text bare if every YAML reader, 1.1 or 1.2, gives that same string back; else quoted."""
    return text if _BARE.fullmatch(text) and not _reads_as_value(text) else quoted(text)


def scalar_again(node: Scalar) -> str:
    """What we read, written so that it means the same: 3 stays a number, "3" a string."""
    is_value = not node.quoted and _reads_as_value(node.text)
    return (node.text or "null") if is_value else scalar(node.text)


@dataclass(frozen=True)
class Builder:
    """Nodes to frozen dataclasses. A field is a key, its type is what may stand there, its default
    is the default: the nouns are the schema of their files. Raises FileError."""

    key_of: Callable[[str], str]
    """The key of a field's name."""
    hidden: tuple[str, ...]
    """Fields that are no keys; of these, `id` is the key of the table itself."""
    was: Mapping[str, str] = field(default_factory=dict)
    """Keys of other eras, and what they are called now; "" for those that are read past."""
    places: dict[str, Place] | None = None
    """If given: filled with where each path stands, for those who find a fault later."""

    def keys(self, kind: Any) -> dict[str, str]:
        """Key -> field, in the order of the fields."""
        return {self.key_of(f.name): f.name for f in fields(kind) if f.name not in self.hidden}

    def build(self, kind: Any, node: Node, path: str = "", key: Place | None = None) -> Any:
        """The value of this kind that the node says."""
        if self.places is not None:
            # A fault in a table is a fault of the key that names it, not of its first line.
            self.places[path] = key if key and isinstance(node, Table) else node.place
        options = get_args(kind)
        origin = get_origin(kind)
        if is_dataclass(kind):
            return self._noun(kind, _expect(Table, node, path, "keys and values"), path)
        if origin is dict:
            table = _expect(Table, node, path, "keys and values")
            return {
                name: self.build(options[1], child, f"{path}.{name}", table.keys[name])
                for name, child in table.items.items()
            }
        if origin is tuple:
            items = enumerate(_expect(Listing, node, path, "a list").items, 1)
            return tuple(self.build(options[0], item, f"{path}[{n}]") for n, item in items)
        if origin is UnionType:  # X | None: who does not want X leaves it out
            return self.build(options[0], node, path)
        if origin is Literal:
            return _choice(options, _expect(Scalar, node, path, "one word"), path)
        return _value(kind, node, path)

    def _noun(self, kind: Any, table: Table, path: str) -> Any:
        hints, names = _hints(kind), self.keys(kind)
        values: dict[str, Any] = (
            {"id": path.partition(".")[2]} if {"id"} & set(hints) & set(self.hidden) else {}
        )
        for written, child in table.items.items():
            key = self.was.get(written, written)
            below, place = f"{path}.{written}".lstrip("."), table.keys[written]
            if not key:
                continue
            if key not in names:
                raise FileError(f"{below}: unknown key{did_you_mean(written, names)}", place)
            if names[key] in values:
                raise FileError(f"{below}: {key} under another name, twice", place)
            values[names[key]] = self.build(hints[names[key]], child, below, place)
        for each in fields(kind):
            if each.default is each.default_factory is MISSING and values.get(each.name) in EMPTY:
                needed = f"{path}.{self.key_of(each.name)}".lstrip(".")
                raise FileError(f"{needed}: needed, and not there", table.place)
        try:
            return kind(**values)
        except ValueError as error:  # a noun that contradicts itself
            raise FileError(f"{path}: {error}", table.place) from error


@cache
def _hints(kind: Any) -> dict[str, Any]:
    # Asked for every noun in every file: evaluating the annotations anew is a third of the reading.
    return get_type_hints(kind)


def span_text(span: timedelta) -> str:
    """A duration as such a file says it, in its largest whole unit: 90m, 12h, 2d."""
    for letter, name in reversed(_SPANS.items()):
        if not span % timedelta(**{name: 1}):
            return f"{span // timedelta(**{name: 1})}{letter}"
    raise ValueError(f"durations have whole seconds, got {span}")


EMPTY: tuple[Any, ...] = (None, "", (), {})
T = TypeVar("T")


def _expect(kind: type[T], node: Node, path: str, words: str) -> T:
    if not isinstance(node, kind):
        raise FileError(f"{path}: expected {words}".removeprefix(": "), node.place)
    return node


def _choice(options: tuple[str, ...], node: Scalar, path: str) -> str:
    if node.text not in options:
        hint = did_you_mean(node.text, options) or f"; known: {', '.join(options)}"
        raise FileError(f"{path}: no such choice: {node.text!r}{hint}", node.place)
    return node.text


def _value(kind: type, node: Node, path: str) -> Any:
    pattern, read, words = _VALUES[kind]
    scalar = _expect(Scalar, node, path, words)
    with suppress(ValueError):
        if re.fullmatch(pattern, scalar.text) or (kind is str and scalar.quoted):
            return read(scalar.text)
    raise FileError(f"{path}: expected {words}, got {scalar.text!r}", node.place)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def _span(text: str) -> timedelta:
    return timedelta(**{_SPANS[text[-1]]: int(text[:-1])})


_SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


# What may stand where a type is wanted, how it is read, and what an error calls it.
_VALUES: dict[type, tuple[str, Callable[[str], Any], str]] = {
    str: (r"(?s).+", str, "text"),
    int: (r"-?\d{1,18}", int, "a whole number"),
    bool: (r"true|false", "true".__eq__, "true or false"),
    datetime: (r".+T.+(Z|[-+]\d\d:\d\d)", _time, "a time such as 2020-01-09T09:27:00Z"),
    timedelta: (r"\d{1,5}[smhd]", _span, "a duration such as 90s, 30m, 12h or 2d"),
}

# All that PyYAML's reader refuses, found by us so that the error has a place.
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# No leading indicator, no `: `, no ` #`, no last `:`, no space at an end, nothing to escape.
_BARE = re.compile(
    r"""(?![-?:,\[\]{}\#&*!|>'"%@` ])"""
    r"(?:(?!:(?:\ |$)|\ \#|\ $)[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff])+",
    re.VERBOSE,
)
# What YAML 1.2 takes for a number and PyYAML, which is 1.1, does not; and 1.1's y and n.
_OTHER_VALUES = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|[yYnN]")


_NESTED = f"nested deeper than {MAX_DEPTH}"
_TOO_DEEP = re.compile(rf"[\[{{](?:\s*[\[{{]){{{MAX_DEPTH}}}")


def _reads_as_value(text: str) -> bool:
    """Would some YAML reader take this bare text for a number, a truth, a date or nothing?"""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], [])
    return any(pattern.match(text) for _, pattern in resolvers) or bool(
        _OTHER_VALUES.fullmatch(text)
    )


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"


def _place(file: str, before: str, first_line: int) -> Place:
    return Place(file, before.count("\n") + first_line, len(before) - before.rfind("\n"))


class _Mark(Protocol):
    line: int
    column: int


class _Loader:
    def __init__(self, text: str, file: str, first_line: int) -> None:
        # Events of libyaml's parser: 40 times the speed of the one in Python, same answers.
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._text = text
        self._file = file
        self._first_line = first_line

    def document(self) -> Node:
        self._next()  # the stream starts
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise FileError("the file is empty", Place(self._file))
        if isinstance(start, yaml.DocumentStartEvent) and (start.version or start.tags):
            raise FileError("YAML directives are not used here", self._at(start.start_mark))
        node = self._node(self._next(), depth=1)
        self._next()  # the document ends
        if not isinstance(after := self._next(), yaml.StreamEndEvent):
            raise FileError("a second document", self._at(after.start_mark))
        return node

    def _next(self) -> yaml.Event:
        try:
            return next(self._events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            # PyYAML 6.0.4 scans ahead to a limit of its own; ours, met before it, is the one to say.
            if "nesting depth" in (error.problem or "") and (deep := _TOO_DEEP.search(self._text)):
                place = _place(self._file, self._text[: deep.end() - 1], self._first_line)
                raise FileError(_NESTED, place) from error
            raise FileError(error.problem or "not YAML", self._at(mark)) from error

    def _node(self, event: yaml.Event, depth: int) -> Node:
        place = self._at(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileError("anchors and aliases are not used here", place)
        if getattr(event, "tag", None):
            raise FileError("tags are not used here", place)
        if depth > MAX_DEPTH:
            raise FileError(_NESTED, place)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(_whole(event.value), place, quoted=bool(event.style))
        if isinstance(event, yaml.SequenceStartEvent):
            return Listing(tuple(self._items(depth)), place)
        return self._table(place, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _table(self, place: Place, depth: int) -> Table:
        items: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise FileError("a key is one word or phrase", key.place)
            if key.text == "<<" and not key.quoted:
                raise FileError("merge keys are not used here", key.place)
            if key.text in items:
                first = keys[key.text].line
                raise FileError(f"{key.text}: twice; first in line {first}", key.place)
            keys[key.text] = key.place
            items[key.text] = self._node(self._next(), depth + 1)
        return Table(items, keys, place)

    def _at(self, mark: _Mark | None) -> Place:
        if mark is None:
            return Place(self._file)
        return Place(self._file, mark.line + self._first_line, mark.column + 1)


def _whole(text: str) -> str:
    """Escaped surrogates joined to the character they mean; a lone one becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
