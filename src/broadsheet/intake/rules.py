"""What do we know of this publisher's pages? Rules as data: one small TOML file each.

The general path does without any. A rule has a say where its publisher's or platform's pages keep
a field in one place: it is one more signal in the vote, and it names what is no part of the text.
`publishers/wordpress.toml` shows the form; docs/how-to/publisher-rules.md explains it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from broadsheet import urls
from broadsheet.errors import ConfigError, Place
from broadsheet.intake.harvest import Harvest
from broadsheet.text import clean_text

MATCH = ("domains", "generator", "metas", "links")
FIELDS = ("title", "authors", "published")
WEIGHT = 0.7  # of a rule's claim: more than a guess, less than what the page says in so many words


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the pages of one publisher or platform keep their fields, as CSS selectors."""

    id: str
    name: str
    valid: date
    """The day on which somebody last saw it hold."""
    domains: tuple[str, ...] = ()
    """Registrable domains whose pages it is for."""
    generator: str = ""
    """What the page's generator meta begins with, in lower case."""
    metas: tuple[str, ...] = ()
    """Names of metas that only these pages have."""
    links: tuple[str, ...] = ()
    """Parts of stylesheet addresses that only these pages have."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """A selector by field; `text` is the container of the text."""
    drop: str = ""
    """What is no part of the text."""
    tests: tuple[Mapping[str, Any], ...] = ()
    """Invented pages (`html`), each with the values that its fields must have."""

    def read(self, root: LexborNode | None, name: str) -> list[str]:
        """What stands where this rule looks for a field: each text once, or its date."""
        selector = self.fields.get(name)
        if not selector or root is None:
            return []
        found: dict[str, None] = {}
        for node in root.css(selector)[:50]:
            said = node.attributes.get("datetime") or node.attributes.get("content")
            if text := clean_text(said or node.text(separator=" "), 1_000):
                found.setdefault(text)
        return list(found)


def matching(found: Harvest, tried: tuple[Rule, ...] = ()) -> Rule | None:
    """The rule for this page: its publisher's before its platform's; None where none is.

    `tried` are rules that did not ship, which come before those that did.
    """
    known = (*tried, *shipped())
    domain = urls.domain(found.url)
    by_domain = next((rule for rule in known if domain and domain in rule.domains), None)
    return by_domain or next((rule for rule in known if _is_of(rule, found)), None)


def is_for(rule: Rule, found: Harvest) -> bool:
    """Is the page of its publisher or platform?"""
    return urls.domain(found.url) in rule.domains or _is_of(rule, found)


def _is_of(rule: Rule, found: Harvest) -> bool:
    if rule.generator and found.meta("generator").lower().startswith(rule.generator):
        return True
    if any(name in found.metas for name in rule.metas):
        return True
    return bool(rule.links) and any(
        part in element.get("href")
        for element in found.links.get("stylesheet", ())
        for part in rule.links
    )


def prepared(root: LexborNode, rule: Rule) -> LexborNode:
    """The box in which the rule finds the text, without what it drops. Changes the tree."""
    if rule.drop:
        for node in root.css(rule.drop)[:500]:
            node.decompose()
    boxes = root.css(rule.fields["text"]) if "text" in rule.fields else []
    return boxes[0] if len(boxes) == 1 else root


def parse(text: str, where: str) -> Rule:
    """A rule from its TOML. Raises ConfigError that names the key and what it should be."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(where, f"not TOML: {error}") from error
    known = {"name", "valid", "match", "fields", "drop", "test"}
    for key in told:
        if key not in known:
            raise _refused(where, f"{key}: no such key; there are {', '.join(sorted(known))}")
    name, valid = told.get("name"), told.get("valid")
    if not isinstance(name, str) or not name:
        raise _refused(where, "name: expected what the publisher is called")
    if not isinstance(valid, date):
        raise _refused(where, "valid: expected the day on which it was last seen to hold")
    match = told.get("match", {})
    fields = told.get("fields", {})
    for key in match:
        if key not in MATCH:
            raise _refused(where, f"match.{key}: no such key; there are {', '.join(MATCH)}")
    for key, selector in (*fields.items(), ("drop", told.get("drop", ""))):
        _check_selector(where, key, selector)
    return Rule(
        id=where.rpartition("/")[2].removesuffix(".toml"),
        name=name,
        valid=valid,
        domains=_strings(match, "domains"),
        generator=str(match.get("generator", "")).lower(),
        metas=_strings(match, "metas"),
        links=_strings(match, "links"),
        fields=fields,
        drop=told.get("drop", ""),
        tests=tuple(told.get("test", ())),
    )


def _refused(where: str, message: str) -> ConfigError:
    return ConfigError(message, Place(where))


def _strings(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(value) for value in table.get(key, ()))


def _check_selector(where: str, key: str, selector: object) -> None:
    if key not in (*FIELDS, "text", "drop"):
        raise _refused(where, f"fields.{key}: no such field; there are {', '.join(FIELDS)}, text")
    if not isinstance(selector, str):
        raise _refused(where, f"{key}: expected a CSS selector")
    if selector:
        try:
            _probe().css(selector)
        except SelectolaxError as error:
            raise _refused(where, f"{key}: not a CSS selector: {selector!r}") from error


@cache
def _probe() -> LexborNode:
    root = LexborHTMLParser("<p>").root
    assert root is not None
    return root


@cache
def shipped() -> tuple[Rule, ...]:
    """All rules that came with the package, by file name."""
    return tuple(parse(text, f"publishers/{name}") for name, text in _files())


def _files() -> Iterator[tuple[str, str]]:
    folder = resources.files("broadsheet.intake") / "publishers"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file.name, file.read_text(encoding="utf-8")
