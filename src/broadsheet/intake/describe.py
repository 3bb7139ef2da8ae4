"""What does an operator want to know of a page? What it tells, and which rules fit it.

These answer the commands that look at single pages, in plain values: who asks stands in another
process (workers/), where no stranger's page is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

from selectolax.lexbor import LexborNode

from broadsheet import urls
from broadsheet.clock import SystemClock
from broadsheet.errors import Unreadable
from broadsheet.intake import page, rules
from broadsheet.intake.harvest import gather
from broadsheet.intake.learn import NOWHERE, learn
from broadsheet.intake.page import Page, extract_page
from broadsheet.intake.rules import Rule
from broadsheet.model import Fetched, Question
from broadsheet.plugins import Plugins
from broadsheet.text import clean_text

_SHOWN = str.split(
    "address title authors organisations published modified site section tags language direction "
    "kind excerpt pictures amp next video rule"
)


def describe(question: Question, fetched: Fetched) -> dict[str, Any]:
    """All that a page tells: its `fields`, its `text`, `html`, and `lines` and `why` for a person.

    Raises Unreadable.
    """
    at = located(fetched)
    told = extract_page(at.body, at.final_url, at.headers, at.fetched_at)
    return {
        "fields": told.as_json(),
        "text": told.text,
        "html": as_html(told),
        "lines": as_lines(told),
        "why": why_lines(told),
    }


def check(question: Question, fetched: Fetched) -> dict[str, Any]:
    """What a rule (its TOML, in the question) or else the one that shipped finds on a page.

    `found` has for each of its fields whether, and what in words. Raises Unreadable, ConfigError.
    """
    at = located(fetched)
    tree = page.parsed(at)
    said = gather(tree, at.final_url)
    if question.words:
        rule: Rule | None = rules.parse(question.words, "the rule")
    else:
        rule = rules.matching(said)
    if rule is None:
        return {"found": [(False, "no rule is for this page; the general path reads it")]}
    found = [(True, f"{rule.name}, last seen to hold on {rule.valid}")]
    if not rules.is_for(rule, said):
        found.append((False, f"match: it is not for this page, {at.final_url}"))
    found += [_at_field(rule, tree.body, name) for name in rule.fields]
    if rule.drop and tree.body:
        lines = [clean_text(node.text(separator=" "), 80) for node in tree.body.css(rule.drop)[:20]]
        found.append((True, f"drop: {', '.join(map(repr, lines)) or 'nothing stands there'}"))
    return {"found": found}


def _at_field(rule: Rule, body: LexborNode | None, name: str) -> tuple[bool, str]:
    selector = rule.fields[name]
    said = rule.read(body, name)
    if not said:
        return False, f"{name}: nothing stands at {selector}"
    if name == "text" and len(said) > 1:
        return False, f"text: {len(said)} boxes stand at {selector}; a container is one"
    return True, f"{name}: {said[0][:80]!r}"


def check_alone(question: Question, fetched: Fetched) -> dict[str, Any]:
    """Whether a rule, whose TOML is what was fetched, passes its own tests; as `check` says it."""
    rule = rules.parse(fetched.body.decode("utf-8"), fetched.url)
    failed = [(False, line) for line in failures(rule)]
    if not rule.tests:
        failed.append((False, f"{rule.name}: no test; add [[test]] with an invented page"))
    return {"found": failed or [(True, f"{rule.name}: {len(rule.tests)} tests pass")]}


def draft(question: Question, fetched: Fetched) -> dict[str, Any]:
    """The `rule` in TOML that these pages of one site teach; the question's words are today's date.

    Raises Unreadable for fewer than two.
    """
    pages = [located(each) for each in (fetched, *question.beside)]
    return {"rule": learn(pages, date.fromisoformat(question.words))}


def located(fetched: Fetched) -> Fetched:
    """A saved page at the address where it says it was found; any other as it came."""
    if fetched.final_url:
        return fetched
    found = gather(page.parsed(fetched), "")
    links = (element.get("href") for element in found.links.get("canonical", ()))
    said = (urls.absolute("", link) for link in (*links, found.meta("og:url")))
    name = fetched.url.replace("\\", "/").rpartition("/")[2]
    return replace(fetched, final_url=next(filter(None, said), f"https://{NOWHERE}/{name}"))


def as_html(told: Page) -> str:
    """Its report as clean HTML: no attributes, all text escaped."""
    names = ", ".join(told.authors.value.all)
    lines = [f"<h1>{escape(told.title.value)}</h1>"]
    lines += [f"<p>{escape(names)}</p>"] if names else []
    return "\n".join(["<article>", *lines, told.body.html, "</article>"])


def as_lines(told: Page) -> list[str]:
    """Each field in a line, for a person."""
    plain = told.as_json()
    lines = [f"{name:10} {_shown(plain[name])}" for name in _SHOWN if plain[name]]
    return [*lines, f"{'text':10} {len(told.text)} characters, {len(told.text.split())} words"]


def why_lines(told: Page) -> list[str]:
    """Each field with its signals and its confidence, then what the publisher allows and why."""
    plain = told.as_json()
    lines = [
        f"{name:10} {_shown(plain[name])}\n{'':10} by {why}" for name, why in plain["why"].items()
    ]
    lines += [f"{'allows':10} {reason}" for reason in told.permissions.why]
    return [*lines, *([f"{'rule':10} {told.rule}"] if told.rule else [])]


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(v["url"] if isinstance(v, dict) else v) for v in value)
    return str(value)


def failures(rule: Rule) -> list[str]:
    """Which of a rule's own tests it does not pass, in words."""
    failed: list[str] = []
    for n, test in enumerate(rule.tests, 1):
        url = f"https://{rule.domains[0] if rule.domains else 'page.example'}/report"
        html = str(test.get("html", "")).encode()
        try:
            told = page.read(Fetched(url, html, SystemClock().now(), final_url=url), None, (rule,))
        except Unreadable as error:
            failed.append(f"test {n}: {error}")
            continue
        plain = told.as_json()
        if told.rule != rule.name:
            failed.append(f"test {n}: this rule is not the one for its page, but {told.rule!r}")
        failed += [f"test {n}: {line}" for line in _differences(test, plain)]
    return failed


def _differences(test: Mapping[str, object], plain: Mapping[str, object]) -> list[str]:
    text = str(plain["text"])
    lines = []
    for key, value in test.items():
        if key == "without" and str(value) in text:
            lines.append(f"the text has {value!r}")
        elif key == "with" and str(value) not in text:
            lines.append(f"the text has no {value!r}")
        elif key == "published" and not str(plain[key]).startswith(str(value)):
            lines.append(f"published is {plain[key]}, not {value}")
        elif key in ("title", "authors", "section", "tags") and _same(plain[key]) != _same(value):
            lines.append(f"{key} is {plain[key]!r}, not {value!r}")
    return lines


def _same(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def register(plugins: Plugins) -> None:
    """Called by plugins.load; by the commands that ask alone, a run has no questions."""
    plugins.describers["page"] = describe
    plugins.describers["rule"] = check
    plugins.describers["rule alone"] = check_alone
    plugins.describers["draft"] = draft
