"""What do the pages of one site have in common? Its name, and lines that are no part of a report.

One page cannot tell a newsletter's line from the report's own, nor a wrong name from the right one;
the next pages of its site can. So the desk remembers what the newest reports of each site showed:
the name that each page gave, and hashes of its lines. What was learned is a function of these
alone, whatever the order in which they came.

Lines are hashed, never kept: what a publisher lets us read and not store is not stored here.
docs/why/decisions/0017-what-pages-have-in-common.md has the evidence for the limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

import msgspec

from broadsheet.intake.harvest import folded
from broadsheet.intake.tree import size_of
from broadsheet.model import Article
from broadsheet.text import clean_text, cut

# By `python -m benchmarks.sites` of 2026-11-24, as far as its sets can tell; see that decision.
REPORTS = 32  # of one site that are remembered, those seen last
LINES = 30  # of one report from its beginning, and as many from its end
SHORT = 40  # characters, wide ones twice: shorter lines are subheads and labels, which reports of a kind share
STANDING, SHARE = 5, 1 / 3  # reports, and share of the site's, on which a standing line stands
SAME = 2 / 3  # of the lines of the shorter of two reports: they are one, at two addresses
NAMED = 3  # reports that name a site before we believe them, if they are more than half

_TOLD = 3  # lines left out that are told in words
_WORDS = 60  # characters of each


@dataclass(frozen=True, slots=True)
class Shown:
    """What one report showed of its site. `name` is "" where its page told none but its address."""

    id: str
    seen_at: datetime
    name: str
    lines: tuple[str, ...]
    """Hashes of its lines, each once."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the reports of a site agree on."""

    name: str = ""
    named: int = 0
    """Reports that give this name."""
    standing: dict[str, int] = field(default_factory=dict)
    """Hash of a line that is the site's -> the reports that have it."""
    reports: int = 0
    """That were looked at, each told once."""


def shown(article: Article) -> Shown:
    """What this report, as its page gave it, shows of its site; its summary is a line as well."""
    lines = [*_lines(article.text), article.summary]
    kept = lines if len(lines) <= 2 * LINES else [*lines[:LINES], *lines[-LINES:]]
    hashes = dict.fromkeys(_hash(line) for line in kept if size_of(line) >= SHORT)
    is_address = folded(article.provider_name) == folded(article.domain)
    name = "" if is_address else article.provider_name
    return Shown(article.id, article.seen_at, name, tuple(hashes))


def remembered(reports: Iterable[Shown], new: Shown) -> tuple[Shown, ...]:
    """These with a new one, the same report once; the newest by first sight."""
    others = [each for each in reports if each.id != new.id]
    return tuple(sorted((*others, new), key=lambda each: (each.seen_at, each.id))[-REPORTS:])


def learned(reports: Sequence[Shown]) -> Learned:
    """What they agree on. A report that stands at several addresses has one voice."""
    voices = list(_apart(reports))
    counts = Counter(line for each in voices for line in each.lines)
    least = max(STANDING, SHARE * len(voices))
    standing = {line: count for line, count in sorted(counts.items()) if count >= least}
    name, named = _name([each.name for each in voices if each.name])
    return Learned(name, named, standing, len(voices))


def applied(article: Article, known: Learned) -> Article:
    """The report without the lines that are its site's, under its site's name, in one line.

    What was left out, and by what evidence, is told in its `signals`. Lines whose loss would leave
    no text stay.
    """
    signals = list(article.signals)
    lines = _lines(article.text)
    out = {line: n for line in lines if (n := known.standing.get(_hash(line), 0))}
    rest = [line for line in lines if line not in out]
    if out and rest:
        lines = rest
        signals.append(f"text: without {_told(out, known.reports)}")
    summary = article.summary
    if summary and _hash(summary) in known.standing and rest:
        signals.append(f"excerpt: not the summary that {known.reports} reports of its site share")
        summary = ""
    name = article.provider_name
    if known.name and known.name != name:
        voices = f"{known.named} of {known.reports} reports"
        signals.append(f"site: {known.name}, as {voices} of the site say; this one: {name or '-'}")
        name = known.name
    return replace(
        article,
        text=clean_text(" ".join(lines)),
        summary=summary,
        provider_name=name,
        signals=tuple(signals),
    )


def to_text(reports: Sequence[Shown]) -> str:
    """As the store keeps them: JSON, some 20 kB at most."""
    return msgspec.json.encode(reports).decode()


def of_text(kept: str) -> tuple[Shown, ...]:
    """Back from the store; none from what is no such text."""
    try:
        return msgspec.json.decode(kept, type=tuple[Shown, ...]) if kept else ()
    except msgspec.DecodeError:
        return ()  # an older version's: the site is learned anew


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _hash(line: str) -> str:
    """Of its letters and digits: 12 characters, that no two lines of a site will share."""
    return blake2b(folded(line).encode(), digest_size=6).hexdigest()


def _apart(reports: Sequence[Shown]) -> Iterator[Shown]:
    """Those that are no other one again: at a second address, or brought up to date there."""
    kept: list[frozenset[str]] = []
    for each in reports:
        lines = frozenset(each.lines)
        if not any(len(lines & other) > SAME * min(len(lines), len(other)) for other in kept):
            kept.append(lines)
            yield each


def _name(names: Sequence[str]) -> tuple[str, int]:
    """The name that more than half give, in the spelling that most of those use; "" for none."""
    counts = Counter(map(folded, names))
    for same, count in counts.most_common(1):
        if count >= NAMED and 2 * count > len(names):
            spellings = Counter(name for name in names if folded(name) == same)
            return min(spellings, key=lambda name: (-spellings[name], name)), count
    return "", 0


def _told(out: dict[str, int], reports: int) -> str:
    """The lines in words, those first that stand on most reports."""
    ranked = sorted(out.items(), key=lambda item: (-item[1], item[0]))
    told = [f'"{cut(line, _WORDS)}" (on {n} of {reports})' for line, n in ranked[:_TOLD]]
    more = len(ranked) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")
