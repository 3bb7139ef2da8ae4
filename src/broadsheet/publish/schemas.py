"""What may stand in a file of the API? One description, read off the nouns in model.py.

A `Shape` says which fields of a noun are public. json_api.py writes by it, and JSON Schema and
OpenAPI are made from it, so that what is promised and what is written cannot drift apart. No
object takes a key that is not named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from broadsheet.model import (
    Headline,
    Image,
    Masthead,
    Part,
    Provider,
    Record,
    Related,
    Score,
    Section,
    SourceState,
    Story,
    Told,
    Workings,
)

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID: Schema = {"type": "string", "pattern": "^[a-z2-7]{12}$"}
STORY_ID: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"}
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
TIME: Schema = {"type": "string", "format": "date-time", "pattern": f"^{_DATE}T{_CLOCK}Z$"}
DAY: Schema = {"type": "string", "format": "date", "pattern": f"^{_DATE}$"}
URL: Schema = {"type": "string", "format": "uri", "pattern": r"^https?://\S+$"}
LINK: Schema = {"type": "string", "pattern": r"^(\.\./)*([a-z0-9-]+/)*[a-z0-9-]+\.json$"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SEGMENT = 100  # reports in a full segment


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of a noun are public. `always` are written even where they are empty."""

    noun: type
    name: str
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    special: Mapping[str, Schema] = field(default_factory=dict)
    """Field -> a narrower schema than its type has."""

    def public(self) -> Iterator[tuple[str, str, bool]]:
        """Of each public field its name, its key, and whether it is always there."""
        hints = get_type_hints(self.noun)
        for each in fields(self.noun):
            if each.name in self.without or (self.only and each.name not in self.only):
                continue
            needed = each.default is MISSING and each.default_factory is MISSING
            plain = hints[each.name] in (int, bool)
            yield each.name, key(each.name), needed or plain or each.name in self.always


def key(name: str) -> str:
    """published_at -> publishedDateTime, source_url -> sourceUrl, at -> at, not_ -> not."""
    first, *rest = re.sub(r"(?<=.)_at$", "_date_time", name).split("_")
    return first + "".join(word.capitalize() for word in rest)


IMAGE = Shape(Image, "Image", special={"url": URL})
PROVIDER = Shape(Provider, "Provider")
RELATED = Shape(
    Related,
    "Related",
    always=("title",),
    special={"source_url": URL, "amp_url": URL, "cdn_amp_url": URL},
)
HEADLINE = Shape(Headline, "Headline")
PART = Shape(Part, "Part")
SCORE = Shape(Score, "Score", always=("parts",))
RECORD = Shape(
    Record,
    "Report",
    without=("desk", "secured", "blocks", "body"),
    always=("title", "topics"),
    special={
        "category": {"const": "news"},
        "source_url": URL,
        "amp_url": URL,
        "cdn_amp_url": URL,
        "published": {"const": True},
        "heat": {"type": "integer", "minimum": -1},
    },
)
WORKINGS = Shape(
    Workings, "Workings", without=("story", "source", "parts"), special={"copy_of": ID}
)
BRIEF = Shape(
    Record,
    "Brief",
    only=("title", "published_at", "source_url", "type", "quality", "provider"),
    always=("title",),
    special={"source_url": URL},
)
TOLD = Shape(Told, "Told", special={"id": ID})
STORY = Shape(
    Story,
    "Story",
    without=("reports", "heat", "merged_into"),
    always=("topics",),
    special={"id": STORY_ID},
)
MASTHEAD = Shape(
    Masthead,
    "Portal",
    without=("accent", "stories", "river"),
    always=("url", "language", "timezone", "profile"),
    special={"url": URL, "profile": {"enum": ["broadsheet", "classic"]}},
)
SECTION = Shape(
    Section, "Topic", special={"id": {"type": "string", "pattern": "^[a-z0-9-]{1,120}$"}}
)
SOURCE = Shape(SourceState, "Source", without=("category",))

_NESTED: dict[type, Shape] = {
    shape.noun: shape for shape in (IMAGE, PROVIDER, RELATED, HEADLINE, PART, SCORE)
}
_EMPTY: tuple[Any, ...] = ("", (), [], {})


def writer(shape: Shape) -> Callable[[Any], dict[str, Any]]:
    """What turns such a noun into its public keys and values, without what is empty."""
    hints = get_type_hints(shape.noun)
    plan = []
    for name, to, always in shape.public():
        nested, many = _noun_in(hints[name])
        inner = writer(_NESTED[nested]) if nested else None
        plan.append((attrgetter(name), to, always, inner, many))

    def write(noun: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for get, to, always, inner, many in plan:
            value = get(noun)
            if value is None:
                continue
            if inner is not None:
                value = [inner(each) for each in value] if many else inner(value)
            if always or value not in _EMPTY:
                found[to] = value
        return found

    return write


def components(prefix: str) -> dict[str, Schema]:
    """Every named schema; references to one another begin with `prefix`."""
    return _Builder(prefix).all()


def schema(name: str, id: str) -> Schema:
    """The JSON Schema of one kind of file (a key of ANSWERS), complete in itself."""
    named = components("#/$defs/")
    used: dict[str, Schema] = {}
    _collect(named[ANSWERS[name]], named, used)
    head: Schema = {"$schema": DIALECT, "$id": id, **named[ANSWERS[name]]}
    return {**head, "$defs": {each: used[each] for each in sorted(used)}}


def openapi(title: str, url: str) -> Schema:
    """The OpenAPI 3.1 description of all files under `url`, which ends with a slash."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "description": "Static JSON files. Links are relative to the file they stand in.",
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": url.rstrip("/") or "/"}],
        "paths": {path: {"get": _operation(path, *told)} for path, told in _PATHS.items()},
        "components": {"schemas": components("#/components/schemas/")},
    }


ANSWERS = {
    "index": "IndexAnswer",
    "segment": "SegmentAnswer",
    "report": "ReportAnswer",
    "story": "StoryAnswer",
    "sources": "SourcesAnswer",
    "day": "DayAnswer",
}
"""Kind of file -> its component."""

_PATHS = {
    "/api/index.json": ("frontPage", "The portal, its topics and its ranked stories", "index"),
    "/api/reports/head.json": ("newestReports", "The newest segment of all reports", "segment"),
    "/api/reports/{n}.json": ("reports", "A full segment of all reports", "segment"),
    "/api/topic/{topic}/head.json": (
        "newestOfTopic",
        "The newest segment of one topic",
        "segment",
    ),
    "/api/topic/{topic}/{n}.json": (
        "reportsOfTopic",
        "The reports of one topic in the segment of that number",
        "segment",
    ),
    "/api/report/{id}.json": ("report", "One report", "report"),
    "/api/story/{story}.json": ("story", "One story, or where it went", "story"),
    "/api/sources.json": ("sources", "How the sources are", "sources"),
    "/api/days/{day}.json": ("day", "One day: its front page, its new reports", "day"),
}
_PARAMETERS: dict[str, Schema] = {
    "n": {"type": "integer", "minimum": 1},
    "topic": {"type": "string"},
    "id": ID,
    "story": STORY_ID,
    "day": DAY,
}


def _operation(path: str, name: str, summary: str, kind: str) -> Schema:
    answer = {"$ref": f"#/components/schemas/{ANSWERS[kind]}"}
    problem = {"$ref": "#/components/schemas/Problem"}
    parameters = [
        {"name": each, "in": "path", "required": True, "schema": _PARAMETERS[each]}
        for each in re.findall(r"{(\w+)}", path)
    ]
    return {
        "operationId": name,
        "summary": summary,
        **({"parameters": parameters} if parameters else {}),
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": answer}}},
            "304": {"description": "Unchanged since the ETag or date that you sent"},
            "404": {
                "description": "No such file",
                "content": {"application/problem+json": {"schema": problem}},
            },
        },
    }


@dataclass(frozen=True, slots=True)
class _Builder:
    prefix: str

    def all(self) -> dict[str, Schema]:
        """By name, sorted."""
        named = {shape.name: self.noun(shape) for shape in _NESTED.values()}
        named |= self.things() | self.answers()
        return {name: named[name] for name in sorted(named)}

    def things(self) -> dict[str, Schema]:
        report, workings = self.noun(RECORD), self.noun(WORKINGS)
        own = {"id": ID, "story": STORY_ID, "why": _list(self.ref("Score"))}
        brief = self.noun(BRIEF)
        told = {**self.noun(TOLD)["properties"], "copyOf": ID}
        heat = {"heat": {"type": "integer"}, "why": _list(self.ref("Score"))}
        story = self.noun(STORY)
        return {
            "Report": _object(
                {**own, **report["properties"], **workings["properties"]},
                ["id", "story", *report["required"]],
            ),
            "Placeholder": {
                "oneOf": [
                    _object({"id": ID, "removed": {"const": True}}, ["id", "removed"]),
                    _object({"id": ID, "gone": {"const": True}}, ["id", "gone"]),
                ],
                "description": "The place of a report that is no longer public",
            },
            "Brief": _object({**told, **brief["properties"]}, ["id", *brief["required"]]),
            "Story": _object(
                {**story["properties"], **heat, "reports": _list(self.ref("Brief"), least=1)},
                [*story["required"], "heat", "why", "reports"],
            ),
            "Merged": _object({"id": STORY_ID, "mergedInto": STORY_ID}, ["id", "mergedInto"]),
            "Portal": self.noun(MASTHEAD),
            "Topic": self.noun(SECTION, {"reports": LINK}),
            "Source": self.noun(SOURCE),
            "Day": _object(
                {
                    "day": DAY,
                    "at": TIME,
                    "front": _list(STORY_ID),
                    "new": _list(ID),
                    "counts": _list(
                        _object(
                            {"topic": {"type": "string"}, "reports": COUNT}, ["topic", "reports"]
                        )
                    ),
                },
                ["day", "at", "front", "new", "counts"],
            ),
            "Index": _object(
                {
                    "portal": self.ref("Portal"),
                    "topics": _list(self.ref("Topic")),
                    "stories": _list(self.ref("Story")),
                },
                ["portal", "topics", "stories"],
            ),
            "Problem": _object(
                {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer", "minimum": 400, "maximum": 599},
                    "detail": {"type": "string"},
                    "instance": {"type": "string"},
                },
                ["title", "status"],
            ),
            "Links": _object(
                {
                    each: LINK
                    for each in ("self", "next", "reports", "sources", "openapi", "day", "story")
                },
                ["self"],
            ),
            "Meta": _object(
                {
                    "schema": LINK,
                    "edition": {
                        "oneOf": [TIME, {"type": "null"}],
                        "description": "Time of the edition that a list shows; elsewhere of the "
                        "newest thing told, so that an hour that passes rewrites nothing",
                    },
                },
                ["schema", "edition"],
            ),
        }

    def answers(self) -> dict[str, Schema]:
        item = {"oneOf": [self.ref("Report"), self.ref("Placeholder")]}
        data: dict[str, Schema] = {
            "IndexAnswer": self.ref("Index"),
            "SegmentAnswer": {**_list(item), "maxItems": SEGMENT},
            "ReportAnswer": self.ref("Report"),
            "StoryAnswer": {"oneOf": [self.ref("Story"), self.ref("Merged")]},
            "SourcesAnswer": _list(self.ref("Source")),
            "DayAnswer": self.ref("Day"),
        }
        envelope = {"links": self.ref("Links"), "meta": self.ref("Meta")}
        return {
            name: _object({"data": inside, **envelope}, ["data", "links", "meta"])
            for name, inside in data.items()
        }

    def noun(self, shape: Shape, more: Mapping[str, Schema] | None = None) -> Schema:
        """The schema of a shape; `more` are needed keys that its noun does not have."""
        hints = get_type_hints(shape.noun)
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for name, to, always in shape.public():
            properties[to] = shape.special.get(name) or self.of(hints[name])
            if always:
                required.append(to)
        return _object({**properties, **(more or {})}, [*required, *(more or {})])

    def of(self, hint: Any) -> Schema:
        """The schema of a field's type."""
        simple: dict[Any, Schema] = {
            str: {"type": "string"},
            int: {"type": "integer"},
            bool: {"type": "boolean"},
            datetime: TIME,
            date: DAY,
        }
        if hint in simple:
            return simple[hint]
        if hint in _NESTED:
            return self.ref(_NESTED[hint].name)
        if get_origin(hint) is Literal:
            return {"enum": list(get_args(hint))}
        inner = next(each for each in get_args(hint) if each not in (NoneType, Ellipsis))
        return _list(self.of(inner)) if get_origin(hint) is tuple else self.of(inner)

    def ref(self, name: str) -> Schema:
        return {"$ref": self.prefix + name}


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _noun_in(hint: Any) -> tuple[type | None, bool]:
    """The noun in a field's type, if any, and whether there may be many of it."""
    if hint in _NESTED:
        return hint, False
    inner = [each for each in get_args(hint) if each in _NESTED]
    return (inner[0], get_origin(hint) is tuple) if inner else (None, False)


def _collect(inside: Any, named: Mapping[str, Schema], used: dict[str, Schema]) -> None:
    """Put into `used` each schema that `inside` refers to, itself or through another."""
    if isinstance(inside, list):
        for each in inside:
            _collect(each, named, used)
    if not isinstance(inside, dict):
        return
    if isinstance(ref := inside.get("$ref"), str):
        name = ref.rpartition("/")[2]
        if name not in used:
            used[name] = named[name]
            _collect(named[name], named, used)
    for each in inside.values():
        _collect(each, named, used)
