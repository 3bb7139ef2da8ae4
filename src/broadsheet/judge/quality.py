"""How good is this report, and why? From 0 to 100, in the default profile."""

from __future__ import annotations

import re
from functools import partial

from broadsheet.config import Portal
from broadsheet.model import Article, Part, Score
from broadsheet.plugins import Plugins

LEAST, MOST = 0, 100
WORDS_A_POINT, WORDS_MOST = 20, 25
REAL_WIDTH = 600  # pixels; a smaller picture is a thumbnail or a logo

_QUOTED = re.compile(r"[\"“„«](?=\S)[^\"“”„«»]{12,400}[\"”“»]")


def quality(article: Article, portal: Portal) -> Score:
    """Substance, sources, author, date, picture, own work, and what the portal knows of it."""
    parts = [part for part in _parts(article, portal) if part]
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


def _parts(article: Article, portal: Portal) -> list[Part | None]:
    known = portal.organisations.get(article.domain)
    source = portal.sources.get(article.source_id)
    return [
        _substance(article.text),
        _quotes(article.text),
        Part(f"signed by {article.authors[0]}", 10) if article.authors else None,
        Part("dated by its publisher", 10) if article.published_at else Part("date unknown", -10),
        _picture(article),
        Part("a copy", -20) if article.copy_of else Part("own work", 15),
        Part(f"standing of {known.name or known.id}", known.standing)
        if known and known.standing
        else None,
        Part("official source", 15) if source and source.official else None,
    ]


def _substance(text: str) -> Part:
    count = len(text.split())
    return Part(f"{count} words", min(count // WORDS_A_POINT, WORDS_MOST))


def _quotes(text: str) -> Part | None:
    count = len(_QUOTED.findall(text))
    if not count:
        return None
    return Part("quotes a source" if count == 1 else f"quotes, {count}", 10 if count == 1 else 15)


def _picture(article: Article) -> Part | None:
    if not article.images:
        return None
    widest = max(article.images, key=lambda image: image.width or 0)
    if not widest.width:
        return Part("a picture of unknown size", 3)
    if widest.width < REAL_WIDTH:
        return None
    return Part(f"a picture {widest.width} pixels wide", 10)
