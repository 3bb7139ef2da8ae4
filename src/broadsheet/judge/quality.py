"""How good is this report, and why? From 0 to 100, in the default profile."""

from __future__ import annotations

import re
from functools import partial

from broadsheet.config import Portal, Quality
from broadsheet.judge.facts import quotations
from broadsheet.judge.headlines import bait, headline
from broadsheet.model import Article, Part, Score
from broadsheet.plugins import Plugins

LEAST, MOST = 0, 100
WORDS_A_POINT = 20
REAL_WIDTH = 600  # pixels; a smaller picture is a thumbnail or a logo
BAIT_FROM = 0.97
"""Chance of bait from which a headline costs points. Of those that it calls bait at .95 already,
.2 % are not (`python -m benchmarks.judges headlines`, 2026-11-24)."""

SAID = 12  # characters of a quotation; fewer are a phrase, and no voice. Half as many in Chinese
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # two make a word
_CORRECTED = re.compile(
    r"\b(?:correction\s*:|this (?:article|story|report) (?:was|has been) (?:corrected|amended)"
    r"|an earlier version of this|(?:berichtigung|korrektur|rectificatif|corrección|fe de erratas"
    r"|correzione|errata corrige|correção|rectificatie|rettelse|rättelse|sprostowanie)\s*:"
    r"|in einer früheren (?:fassung|version)|une version précédente de cet article)",
    re.IGNORECASE,
)


def quality(article: Article, portal: Portal) -> Score:
    """Substance, sources, author, date, picture, headline, own work, and what the portal knows of
    its publisher. Each part's points are those of the portal's `quality` table."""
    parts = [part for part in _parts(article, portal, portal.quality) if part and part.points]
    total = sum(part.points for part in parts)
    if total > MOST:
        parts.append(Part(f"at most {MOST}", MOST - total))
    if total < LEAST:
        parts.append(Part(f"at least {LEAST}", LEAST - total))
    return Score("quality", max(LEAST, min(MOST, total)), tuple(parts))


def register(plugins: Plugins) -> None:
    """Called by plugins.load. The classic profile has its own arithmetic (classic.py)."""
    if plugins.portal.profile == "broadsheet":
        plugins.quality["page"] = partial(quality, portal=plugins.portal)


def _parts(article: Article, portal: Portal, points: Quality) -> list[Part | None]:
    known = portal.organisations.get(article.domain)
    source = portal.sources.get(article.source_id)
    dated = article.published_at is not None
    return [
        _substance(article.text, points.length),
        _quotes(article.text, points),
        Part(f"signed by {article.authors[0]}", points.author) if article.authors else None,
        Part("dated by its publisher", points.dated)
        if dated
        else Part("date unknown", points.undated),
        _picture(article, points.picture),
        _headline(article, points.bait),
        Part("corrects itself openly", points.corrected)
        if _CORRECTED.search(article.text)
        else None,
        Part("a copy", points.copy) if article.copy_of else Part("own work", points.own_work),
        Part(f"standing of {known.name or known.id}", known.standing)
        if known and known.standing
        else None,
        Part("official source", points.official) if source and source.official else None,
    ]


def _substance(text: str, most: int) -> Part:
    spaced, characters = _UNSPACED.subn(" ", text)
    count = len(spaced.split()) + characters // 2
    return Part(f"{count} words", min(count // WORDS_A_POINT, most))


def _quotes(text: str, points: Quality) -> Part | None:
    count = sum(len(each) + len(_UNSPACED.findall(each)) >= SAID for each in quotations(text))
    if not count:
        return None
    if count == 1:
        return Part("quotes a source", points.quote)
    return Part(f"quotes, {count}", points.quote + points.more_quotes)


def _headline(article: Article, points: int) -> Part | None:
    """Bait costs, for what it says; the weights are English."""
    if article.language.casefold().partition("-")[0] not in ("", "en"):
        return None
    if not points or bait(article.title) < BAIT_FROM:
        return None
    loudest = max(headline(article.title).parts, key=lambda part: part.points)
    return Part(f"a baiting headline ({loudest.name})", points)


def _picture(article: Article, points: int) -> Part | None:
    if not article.images:
        return None
    widest = max(article.images, key=lambda image: image.width or 0)
    if not widest.width:
        return Part("a picture of unknown size", points // 3)
    if widest.width < REAL_WIDTH:
        return None
    return Part(f"a picture {widest.width} pixels wide", points)
