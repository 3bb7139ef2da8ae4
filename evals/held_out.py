"""What would the figures of metadata be, had their weights and rules been chosen on other pages?

Each weight, threshold and rule that was set by hand has its alternatives in CHOICES; a rule's is its
absence. The pages of all sets fall into two halves by a hash of their host, so that a publisher is
in one of them only. For each half every choice is made anew on the other, one at a time: the
alternative that gives the best mean over all sets and fields, the shipped one among equals. With
what was so chosen the half is read, and both halves together give the held-out figure.

`python -m benchmarks.pages --metadata` prints it beside the plain one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from statistics import fmean
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from broadsheet.errors import Unreadable
from broadsheet.intake import page, people, rules, shown, site_name, title, votes, when
from evals import sets

SETS = ("fundtest_dev", "wcxb_dev", "hdate_dev", "moz", "np4k")
FIELDS = ("title", "date", "minute", "authors", "byline", "site")
LOWER_IS_BETTER = "date, none in truth"


@dataclass(frozen=True, slots=True)
class Choice:
    """A name in a module, and what else it might be."""

    module: ModuleType
    name: str
    others: tuple[Any, ...]


CHOICES = (
    Choice(votes, "ECHO", (0.0, 0.3)),
    Choice(title, "_H1", (0.8, 0.97)),
    Choice(title, "_HEADLINE", (0.65, 0.85)),
    Choice(title, "_NEWS", (0.9, 0.75)),
    Choice(title, "_HEAD", (0.4, 0.6)),
    Choice(title, "_PIPED", (0.7, 0.9)),
    Choice(title, "_apart", (lambda claims: None,)),
    Choice(title, "_SHARED_TOO", ((), ("h1", "twitter:title", "microdata headline"))),
    Choice(title, "_leads_home", (lambda element, found: False,)),
    Choice(when, "_NEWS", (0.8, 0.97)),
    Choice(when, "_DATA", (0.75, 0.9)),
    Choice(when, "_REBUILT", (0.5, 0.75)),
    Choice(when, "_EARLIER", (1.0, 1.5)),
    Choice(when, "_LATER", (0.5, 1.0)),
    Choice(when, "KEPT", (timedelta(days=30), timedelta(days=100_000))),
    Choice(when, "_reissued", (lambda found, title, fetched_at, changed, told, seen: told,)),
    Choice(when, "_settled", (lambda *lists: lists,)),
    Choice(when, "_of_picture", (lambda found: (),)),
    Choice(shown, "NEAR", (18, 36)),
    Choice(shown, "BARE", (20, 200)),
    Choice(shown, "NAMED", (0.65, 0.85)),
    Choice(shown, "farther", (lambda found, title: iter(()),)),
    Choice(people, "SURE", (0.8, 0.97)),
    Choice(people, "_turned", (lambda name: name,)),
    Choice(site_name, "SURE", (0.0, 0.9)),
    Choice(site_name, "_SUFFIX", (0.5, 0.8)),
    Choice(site_name, "_ADDRESS", (0.1, 0.4)),
    Choice(site_name, "_REST", (0.3, 0.6)),
    Choice(site_name, "_HOME", (0.3, 0.6)),
    Choice(site_name, "_STRANGE", (0.7, 1.0)),
    Choice(site_name, "_SPELLED", (0.5, 1.0)),
    Choice(site_name, "_spaced", (lambda name: 0.0,)),
)

Setting = Mapping[Choice, Any]
Fields = dict[str, float]


@dataclass(slots=True)
class Figures:
    """Shares by set and field, each with the number of its pages."""

    plain: dict[tuple[str, str], tuple[float, int]]
    held_out: dict[tuple[str, str], float]
    chosen: tuple[list[str], list[str]]
    """What was chosen for each half, where it is not what ships: "when._LATER 0.5"."""


def measure(every: int = 1) -> Figures:
    """Both figures, of each `every`-th page. Two CPU minutes for all."""
    settings: list[Setting] = [{}]
    settings += [{choice: other} for choice in CHOICES for other in choice.others]
    shares = [_by_field(every, half, settings) for half in (0, 1)]
    chosen = [_chosen(shares[1 - half], settings) for half in (0, 1)]
    again = [_by_field(every, half, [chosen[half]])[0] for half in (0, 1)]
    plain, held = (
        {key: one.get(key, []) + other.get(key, []) for key in {**one, **other}}
        for one, other in ((shares[0][0], shares[1][0]), (again[0], again[1]))
    )
    return Figures(
        {key: (fmean(values), len(values)) for key, values in plain.items()},
        {key: fmean(values) for key, values in held.items()},
        (_in_words(chosen[0]), _in_words(chosen[1])),
    )


def _in_words(setting: Setting) -> list[str]:
    return [
        f"{choice.module.__name__.rpartition('.')[2]}.{choice.name} "
        f"{'off' if callable(value) else value}"
        for choice, value in setting.items()
    ]


def _by_field(
    every: int, half: int, settings: list[Setting]
) -> list[dict[tuple[str, str], list[float]]]:
    """For each setting, the scores of the pages of a half by set and field."""
    corpora, score = sets.kit()
    found: list[dict[tuple[str, str], list[float]]] = [defaultdict(list) for _ in settings]
    for name in SETS:
        for one in corpora.load(name, every=every):
            if _half(one.url or one.id) == half:
                for n, answer in enumerate(_answers(one.html, one.url, settings)):
                    for field, value in score.fields(one.gold, answer).items():
                        if field.partition(",")[0] in FIELDS:
                            found[n][name, field].append(value)
    return found


def _half(address: str) -> int:
    return sha256((urlsplit(address).hostname or address).encode()).digest()[0] & 1


def _answers(html: bytes, url: str | None, settings: list[Setting]) -> Iterator[dict[str, Any]]:
    """What the page tells under each setting."""
    fetched = sets.asked(html, url)
    try:
        found, graph, report, _, sites = page.gathered(page.parsed(fetched), fetched.url)
    except Unreadable:
        yield from ({} for _ in settings)
        return
    rule = rules.matching(found)
    for setting in settings:
        with _set(setting):
            headline = title.elect_title(found, graph, report, sites, "", rule).value
            authors = people.elect_authors(found, graph, report, sites, headline, rule).value
            names = site_name.names(found, graph, report)
            changed = when.modified(found, graph, report, fetched.fetched_at).value
            day = when.published(
                found, graph, report, headline, fetched.fetched_at, changed, rule
            ).value
        yield {
            "title": headline,
            "authors": list(authors.all),
            "published": None if day is when.NEVER else day.at,
            "site": site_name.elect_site_name(names, found, headline).value,
        }


@contextmanager
def _set(setting: Setting) -> Iterator[None]:
    shipped = {choice: getattr(choice.module, choice.name) for choice in setting}
    for choice, value in setting.items():
        setattr(choice.module, choice.name, value)
    yield
    for choice, value in shipped.items():
        setattr(choice.module, choice.name, value)


def _chosen(shares: list[dict[tuple[str, str], list[float]]], settings: list[Setting]) -> Setting:
    """For each choice the best alternative, where it is better than what ships."""
    shipped = _worth(shares[0])
    best: dict[Choice, tuple[float, Any]] = {}
    for setting, share in zip(settings[1:], shares[1:], strict=True):
        ((choice, value),) = setting.items()
        worth = _worth(share)
        if worth > max(shipped, best.get(choice, (0.0, None))[0]):
            best[choice] = worth, value
    return {choice: value for choice, (_, value) in best.items()}


def _worth(shares: dict[tuple[str, str], list[float]]) -> float:
    """The mean over sets and fields, of which a set's weight is the root of its pages."""
    weighed = [
        (len(values) ** 0.5, 1 - fmean(values) if field == LOWER_IS_BETTER else fmean(values))
        for (_, field), values in shares.items()
    ]
    total = sum(weight for weight, _ in weighed)
    return float(sum(weight * share for weight, share in weighed) / total)
