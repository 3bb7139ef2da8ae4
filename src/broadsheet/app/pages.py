"""What is on this page, and does this rule fit it? One page, from a file or through the door."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from broadsheet import assemble, config, urls
from broadsheet.clock import Clock
from broadsheet.errors import BroadsheetError, ConfigError, Place, Unreadable
from broadsheet.intake import Page, extract_page, page, rules
from broadsheet.intake.harvest import gather
from broadsheet.intake.rules import Rule
from broadsheet.model import Fetched, Request
from broadsheet.seams import Door


def load(subject: str, folder: Path, clock: Clock, url: str = "") -> Fetched:
    """The page of an address, asked as the portal in `folder` would ask, or that in a file.

    `url` is where the file's page was found. Raises FetchError, or ConfigError for no such file.
    """
    if subject.startswith(("http://", "https://")):
        answer = _door(folder, clock).ask([Request(subject)])[0]
        if isinstance(answer, BroadsheetError):
            raise answer
        return answer
    path = Path(subject)
    if not path.is_file():
        raise ConfigError("no such file, and no address with https:// either", Place(subject))
    found = url or _own_address(path.read_bytes(), clock) or f"https://file.invalid/{path.name}"
    return Fetched(found, path.read_bytes(), clock.now(), final_url=found)


def _door(folder: Path, clock: Clock) -> Door:
    path = folder / "portal.yaml"
    portal = config.load(path) if path.exists() else config.Portal("", {}, {})
    return assemble.open_door(portal, clock)


def _own_address(body: bytes, clock: Clock) -> str:
    """What a saved page says its address is."""
    found = gather(page.parsed(Fetched("", body, clock.now())), "")
    links = (element.get("href") for element in found.links.get("canonical", ()))
    return next(
        (url for link in (*links, found.meta("og:url")) if (url := urls.absolute("", link))), ""
    )


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


_SHOWN = str.split(
    "address title authors organisations published modified site section tags language direction "
    "kind excerpt pictures amp next video rule"
)


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(v["url"] if isinstance(v, dict) else v) for v in value)
    return str(value)


def check(fetched: Fetched, rule: Rule | None) -> list[tuple[bool, str]]:
    """What a rule finds on a page: for each of its fields, whether, and what, in words."""
    tree = page.parsed(fetched)
    if rule is None:
        return [(False, "no rule is for this page; the general path reads it")]
    found = [(True, f"{rule.name}, last seen to hold on {rule.valid}")]
    for name, selector in rule.fields.items():
        said = rule.read(tree.body, name)
        shown = f"{name}: {said[0][:80]!r}" if said else f"{name}: nothing stands at {selector}"
        found.append((bool(said), shown))
    return found


def failures(rule: Rule) -> list[str]:
    """Which of a rule's own tests it does not pass, in words."""
    failed: list[str] = []
    for n, test in enumerate(rule.tests, 1):
        url = f"https://{rule.domains[0] if rule.domains else 'page.example'}/report"
        try:
            told = extract_page(str(test["html"]).encode(), url)
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


def rule_for(fetched: Fetched, file: str) -> Rule | None:
    """The rule in a file, or the one that shipped for this page. Raises ConfigError."""
    if file:
        return rules.parse(Path(file).read_text(encoding="utf-8"), file)
    tree = page.parsed(fetched)
    return rules.matching(gather(tree, fetched.final_url or fetched.url))
