"""What may stand in portal.yaml, for a text editor? JSON Schema, drawn from config's dataclasses.

Keys, types, choices and defaults follow the dataclasses, so they cannot drift apart from what
`config.parse` takes; the words and the bounds are here. An editor is told less than `parse` checks:
references between keys, time zones and circles are for `parse` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from broadsheet import config
from broadsheet.config import Organisation, Portal, Topic
from broadsheet.model import Source
from broadsheet.strict_yaml import span_text

_HIDDEN = {Portal: ("places",), Topic: ("id",), Source: ("id", "listed_in"), Organisation: ("id",)}

_WORDS = {
    "title": "What the portal is called.",
    "url": "Public address of the site; a path may follow.",
    "description": "One sentence about the portal.",
    "language": "Language of our own words, as a tag: en, nb-NO.",
    "timezone": "Decides what a day is and how pages write times, such as Europe/Oslo.",
    "contact": "How a publisher reaches you, mailto: or https:; in the User-Agent and on /about/.",
    "profile": "How topics, related reports, quality, heat and publication are computed.",
    "topics": "What reports can be about. A key is an address: /t/<key>/.",
    "topics.name": "What records and pages call it; default: the key.",
    "topics.about": "One sentence for readers.",
    "topics.parent": "Key of the wider topic; a report on this one is on that one too.",
    "topics.keywords": "Whole words and phrases, in any case, that put a report on this topic.",
    "topics.not": "Phrases inside which a keyword does not count.",
    "topics.hashtags": "Without the #; count only with it in texts, and as tags in feeds.",
    "topics.inflect": "Keywords count in their other forms too: dam, dams; in the report's language.",
    "topics.providers": "Registrable domains; what they publish is on this topic.",
    "topics.authors": "Names as they sign; what they write is on this topic.",
    "topics.was": "Earlier names; old records and addresses still resolve.",
    "sources": "Where we look. A key is the source's id for good.",
    "sources.feed": "Address of an RSS, Atom or JSON feed.",
    "sources.sitemap": "Address of a news sitemap.",
    "sources.pages": "Addresses of reports themselves.",
    "sources.opml": "An OPML file or its address; each outline in it is a source.",
    "sources.topics": "Keys of the topics that every report of this source is on.",
    "sources.every": "Ask never more often than this; default: its own rate, 5m to 24h.",
    "sources.timezone": "For its dates that name no zone, and for its quiet hours.",
    "sources.quiet": "Hours in which it is not visited, such as 23:00-06:00, in its time zone.",
    "sources.read": "pages: ask for each report's page; feed: read its entry only.",
    "sources.official": "A source that speaks for itself: a ministry, a company, a club.",
    "sources.hold": "An editor decides about each of its reports.",
    "sources.pause": "Do not visit it.",
    "organisations": "Publishers that you know. A key is a registrable domain.",
    "organisations.name": "What readers call it.",
    "organisations.kind": "Such as trade news or ministry.",
    "organisations.country": "Where it is at home, such as NO.",
    "organisations.owner": "Whom it belongs to.",
    "organisations.standing": "Points of quality for each of its reports.",
    "gate": "Which report is public.",
    "gate.quality": "A report with less is held below.",
    "gate.heat": "Profile classic only (70 unless set): a story with less is held below.",
    "gate.hold": "What an editor wants to see first.",
    "gate.hold.words": "A report that says one of these waits for an editor.",
    "gate.hold.new_sources": "Reports of a source that never had one published wait for an editor.",
    "extracts": "How much of a report's own words we print.",
    "extracts.length": "Characters; 0 is headline only. A publisher's own limit wins when smaller.",
    "heat": "How fast a story cools.",
    "heat.half_life": "Time in which it loses half of its heat.",
    "quality": "Points of a report, 0 to 100 in all; profile broadsheet only.",
    "quality.own_work": "It copies no earlier report.",
    "quality.copy": "It is a copy.",
    "quality.length": "Its length: a point for twenty words, so many at most.",
    "quality.quote": "It quotes a source.",
    "quality.more_quotes": "It quotes twice or more, on top of that.",
    "quality.author": "It is signed.",
    "quality.dated": "Its publisher dates it.",
    "quality.undated": "Nothing tells its date.",
    "quality.picture": "A picture at least 600 pixels wide; a third where the size is unknown.",
    "quality.bait": "Its headline baits; English only.",
    "quality.corrected": "It says openly that it was corrected.",
    "quality.official": "Its source is official.",
    "site": "The pages.",
    "site.stories": "Stories on a page, at most.",
    "site.river": "Reports in the list of the newest, at most.",
    "site.accent": "The one colour, #RRGGBB.",
    "outputs": "What a build makes; default: all that are registered.",
    "fetch": "How we ask publishers.",
    "fetch.per_host": "Requests to one host at a time, at most.",
    "fetch.delay": "Between two requests to one host.",
    "fetch.timeout": "For one request.",
    "fetch.ports": "The only ports that we ask.",
    "fetch.first": "Pages read on the first visit to a source; later runs read the rest.",
    "fetch.pages": "Pages of one report that are read and joined, at most; 1: its first alone.",
    "fetch.record": "Keep every answer in state/recordings/, as WARC, for as long as retention says.",
    "fetch.connect": "Send what is for one origin to another, on loopback: for tests and demos.",
    "parsing": "What one page or feed may cost at most; over it, it is quarantined.",
    "parsing.cpu": "CPU time, in whole seconds.",
    "parsing.wall": "Time by the clock; over it, it is read again in a later run.",
    "parsing.memory": "MB of memory; at least 400, which the parsers themselves want.",
    "parsing.feed": "MB of a feed or sitemap; what stands after them is not read.",
    "parsing.entries": "Entries of a feed or sitemap; what stands after them is not read.",
    "websub": "News that is pushed (W3C WebSub), to us and by us.",
    "websub.hub": "A hub: named in our feeds, and told when they have news.",
    "websub.callback": "Where hubs reach `broadsheet serve`; with it, feeds that name a hub push.",
    "seal": "Who can open what is private in a record.",
    "seal.readers": "age recipients (age1...); none: nothing is sealed.",
    "seal.fields": "What is sealed.",
    "retention": "How long full texts stay in state/.",
    "plugins": "Python modules with register(); they run as you.",
}

_ADDRESS = {"format": "uri", "pattern": r"^https?://[^\s@/]+(/\S*)?$"}
_PHRASE = {"items": {"pattern": r"\w"}}
_BOUNDS: dict[str, dict[str, Any]] = {
    "url": {"format": "uri", "pattern": r"^https?://[^\s@/?#]+(/[^\s?#]*)?$"},
    "language": {"pattern": f"^{config.LANGUAGE}$"},
    "contact": {"pattern": f"^({config.CONTACT})$"},
    "topics": {"minProperties": 1, "propertyNames": {"pattern": f"^{config.KEY}$"}},
    "topics.keywords": _PHRASE,
    "topics.not": _PHRASE,
    "topics.providers": {"items": {"pattern": f"^{config.DOMAIN}$"}},
    "topics.hashtags": {"items": {"pattern": r"^\w+$"}},
    "sources": {"minProperties": 1, "propertyNames": {"pattern": f"^{config.KEY}$"}},
    "sources.feed": _ADDRESS,
    "sources.sitemap": _ADDRESS,
    "sources.pages": {"minItems": 1, "items": _ADDRESS},
    "sources.quiet": {"pattern": f"^{config.QUIET}$"},
    "organisations": {"propertyNames": {"pattern": f"^{config.DOMAIN}$"}},
    "gate.hold.words": _PHRASE,
    "extracts.length": {"minimum": 0, "maximum": 280},
    **{
        f"quality.{weight.name}": {"minimum": -100, "maximum": 100}
        for weight in fields(config.Quality)
    },
    "site.stories": {"minimum": 1},
    "site.river": {"minimum": 1},
    "site.accent": {"pattern": f"^{config.ACCENT}$"},
    "outputs": {"items": {"minLength": 1}},
    "fetch.per_host": {"minimum": 1},
    "fetch.first": {"minimum": 1},
    "fetch.pages": {"minimum": 1},
    "fetch.ports": {"minItems": 1, "items": {"minimum": 1, "maximum": 65535}},
    "parsing.memory": {"minimum": 400},
    "parsing.feed": {"minimum": 1, "maximum": 10},
    "parsing.entries": {"minimum": 1},
    "websub.hub": _ADDRESS,
    "websub.callback": {"format": "uri", "pattern": r"^https?://[^\s@/?#]+/[^\s?#]+/$"},
    "seal.readers": {"items": {"pattern": f"^{config.AGE_RECIPIENT}$"}},
    "seal.fields": {"items": {"enum": list(config.SEALED_FIELDS)}},
    "plugins": {"items": {"minLength": 1}},
}
_ONE_KIND = [{"required": [kind]} for kind in ("feed", "sitemap", "pages", "opml")]


def schema() -> dict[str, Any]:
    """The whole, draft 2020-12, ready for `json.dumps`."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "portal.yaml of Broadsheet",
    }
    return head | _table(Portal, "")


def _table(kind: Any, path: str) -> dict[str, Any]:
    hints = get_type_hints(kind)
    properties: dict[str, Any] = {}
    needed = []
    for each in fields(kind):
        if each.name in _HIDDEN.get(kind, ()):
            continue
        key = each.name.rstrip("_")
        below = f"{path}.{key}".lstrip(".")
        properties[key] = _property(each, hints[each.name], below)
        if each.default is each.default_factory is MISSING:
            needed.append(key)
    table = {"type": "object", "properties": properties, "additionalProperties": False}
    if needed:
        table["required"] = needed
    return table | ({"oneOf": _ONE_KIND} if kind is Source else {})


def _property(each: Field[Any], kind: Any, path: str) -> dict[str, Any]:
    said = {"description": _WORDS[path]} | _merged(_value(kind, path), _BOUNDS.get(path, {}))
    if each.default in (MISSING, None, "", ()) or is_dataclass(each.default):
        return said
    return said | {"default": _plain(each.default)}


def _value(kind: Any, path: str) -> dict[str, Any]:
    options, origin = get_args(kind), get_origin(kind)
    if origin is UnionType:  # X | None: who does not want X leaves it out
        return _value(options[0], path)
    if origin is dict:
        return {"type": "object", "additionalProperties": _value(options[1], path)}
    if origin is tuple:
        return {"type": "array", "items": _value(options[0], path)}
    if origin is Literal:
        return {"enum": list(options)}
    if is_dataclass(kind):
        return _table(kind, path)
    return dict(_SCALARS[kind])


_SCALARS: Mapping[type, dict[str, Any]] = {
    str: {"type": "string", "minLength": 1},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    timedelta: {"type": "string", "pattern": r"^\d{1,5}[smhd]$", "examples": ["30m", "12h", "2d"]},
}


def _merged(value: dict[str, Any], bounds: dict[str, Any]) -> dict[str, Any]:
    items = value.get("items", {}) | bounds.get("items", {})
    return value | bounds | ({"items": items} if items else {})


def _plain(value: Any) -> Any:
    """A default as the file would say it."""
    if isinstance(value, tuple):
        return list(value)
    return span_text(value) if isinstance(value, timedelta) else value
