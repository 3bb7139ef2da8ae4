"""What does the structured data of this page say? JSON-LD as one graph, broken JSON repaired."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from broadsheet import urls
from broadsheet.intake.harvest import folded

MOST = 2_000  # nodes of one page

_ARTICLE = re.compile(
    r"(?:\w*article|reportage\w*|(?:live)?blog(?:posting)?|report|review|socialmediaposting)",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    r"videoobject|audioobject|podcastepisode|recipe|webpage|itempage", re.IGNORECASE
)
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "subjectOf", "itemReviewed", "hasPart")
_WRAPPED = re.compile(
    r"^(?:<!--|//\s{0,9}<!\[CDATA\[|<!\[CDATA\[|/\*.{0,40}?\*/)|(?://\s{0,9})?(?:-->|\]\]>)\s{0,9};?$"
)
_COMMA_TOO_MANY = re.compile(r",(\s*[}\]])")
_COMMA_MISSING = re.compile(r"([}\]\"])(\s{0,40}\n\s{0,40})(?=[\"{\[])")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")

Node = dict[str, Any]


@dataclass(slots=True)
class Graph:
    """The nodes of a page's structured data, in order, and what `@id` each has."""

    nodes: list[Node] = field(default_factory=list)
    ids: dict[str, Node] = field(default_factory=dict)

    def whole(self, value: Any) -> Any:
        """The node that a reference means; anything else is itself."""
        if isinstance(value, dict):
            known = self.ids.get(_id(value))
            return known if known is not None and len(value) <= 2 else value
        if isinstance(value, str) and value in self.ids:
            return self.ids[value]
        return value

    def texts(self, node: Node, *keys: str) -> Iterator[str]:
        """What the node says under these keys: words, or names and addresses of other nodes."""
        for key in keys:
            for value in several(node.get(key)):
                found = self.whole(value)
                if isinstance(found, dict):
                    found = found.get("name") or found.get("@value") or found.get("url")
                    found = found[0] if isinstance(found, list) and found else found
                if isinstance(found, int | float) and not isinstance(found, bool):
                    found = str(found)
                if isinstance(found, str) and found.strip():
                    yield html.unescape(found).strip() if "&" in found else found.strip()

    def text(self, node: Node, *keys: str) -> str:
        """The first of them; "" where there is none."""
        return next(self.texts(node, *keys), "")

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """The nodes of any of these types, in order; `kinds` in lower case."""
        return (node for node in self.nodes if not types(node).isdisjoint(kinds))

    def report(self, titles: Iterable[str], url: str) -> Node:
        """The node that describes the page's report; empty when none does.

        An article before other works; of several the one whose headline is among the page's titles
        (folded) and whose address is the page's.
        """
        best: Node = {}
        most = 0.0
        known = [title for title in titles if title]
        for node in self.nodes:
            points = self._likeness(node, known, url)
            if points > most:
                best, most = node, points
        return best

    def _likeness(self, node: Node, titles: list[str], url: str) -> float:
        kinds = types(node)
        article = any(_ARTICLE.fullmatch(kind) for kind in kinds)
        if not article and not any(_MEDIA.fullmatch(kind) for kind in kinds):
            return 0.0
        points = 4.0 if article else 0.5
        if headline := folded(self.text(node, "headline", "name")):
            points += 1
            if any(headline in title or title in headline for title in titles):
                points += 4
        points += 2 * bool(node.get("datePublished")) + bool(node.get("author"))
        if url and any(urls.path(url) == urls.path(link) for link in self._addresses(node)):
            points += 2
        return points

    def _addresses(self, node: Node) -> Iterator[str]:
        for key in ("url", "mainEntityOfPage", "@id"):
            value = node.get(key)
            value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str):
                yield value


def parse(scripts: Iterable[str]) -> Graph:
    """The graph of all scripts; what cannot be repaired is passed over."""
    graph = Graph()
    waiting: list[Any] = [found for script in scripts if (found := _loaded(script)) is not None]
    waiting.reverse()
    while waiting and len(graph.nodes) < MOST:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found[:MOST]))
        elif isinstance(found, dict):
            if _id(found) and len(found) > 2:
                graph.ids.setdefault(_id(found), found)
            if "@type" in found:
                graph.nodes.append(found)
            waiting.extend(
                value
                for key in reversed(_INSIDE)
                if isinstance(value := found.get(key), list | dict)
            )
    _name_all(graph)
    return graph


def types(node: Node) -> frozenset[str]:
    """Its types in lower case, without their vocabulary's address."""
    return frozenset(
        kind.rpartition("/")[2].rpartition(":")[2].lower()
        for kind in several(node.get("@type"))
        if isinstance(kind, str)
    )


def is_news(node: Node) -> bool:
    """Is it of a type that newsrooms use? Their data is filled in with more care than a plugin's."""
    return any("newsarticle" in kind or kind == "liveblogposting" for kind in types(node))


def several(value: Any) -> list[Any]:
    """One or many, as JSON-LD writes either."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _id(node: Node) -> str:
    found = node.get("@id")
    return found if isinstance(found, str) else ""


def _name_all(graph: Graph) -> None:
    """Authors and publishers that are described within other nodes can be referred to as well."""
    for node in graph.nodes:
        for key in ("author", "publisher", "creator", "image"):
            for value in several(node.get(key)):
                if isinstance(value, dict) and _id(value) and len(value) > 2:
                    graph.ids.setdefault(_id(value), value)


def _loaded(script: str) -> Any:
    if "{" not in script:
        return None
    try:
        return msgspec.json.decode(script)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _repaired(script)


def _repaired(script: str) -> Any:
    """JSON as careless templates write it: comments around, raw newlines, commas too many or few."""
    text = _WRAPPED.sub("", script.strip()).strip().rstrip(";").strip()
    with_escapes = _BAD_ESCAPE.sub(r"\\\\", text)
    for attempt in (
        text,
        with_escapes,
        _commas(with_escapes),
        html.unescape(_commas(with_escapes)),
    ):
        try:
            return json.JSONDecoder(strict=False).raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _commas(text: str) -> str:
    return _COMMA_TOO_MANY.sub(r"\1", _COMMA_MISSING.sub(r"\1,\2", text))
