"""What follows from what a publisher allows? Each decision, for the record and in a sentence.

Outputs are made from records alone, so what the record does not say no output can show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from broadsheet.config import Portal
from broadsheet.model import Article, Image, Permissions, Record
from broadsheet.text import cut

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_PREVIEWS: tuple[Literal["none", "standard"], ...] = ("none", "standard")


def as_of(article: Article, now: datetime) -> Article:
    """The report as its publisher wishes it now: not listed, if the end that it set has come."""
    told = article.permissions
    if told.until is None or now < told.until or not told.index:
        return article
    return replace(article, permissions=replace(told, index=False))


def said(permissions: Permissions) -> tuple[str, ...]:
    """The publisher's wishes in the usual words, for programs that read our records and API."""
    told = permissions
    wishes = {
        "noindex": not told.index,
        f"unavailable_after:{_moment(told.until)}": told.until is not None,
        "noarchive": not told.archive,
        "nosnippet": told.snippet == 0,
        f"max-snippet:{told.snippet}": bool(told.snippet),
        f"max-image-preview:{told.image_preview}": told.image_preview != "large",
        "tdm-reservation": told.reserved,
        "noai": not told.ai,
    }
    return tuple(wish for wish, holds in wishes.items() if holds)


def extract_length(article: Article, portal: Portal) -> tuple[int, str]:
    """Characters of the extract, and whose wish that is where it is not the portal's."""
    told = article.permissions
    wish = 0 if told.reserved else told.snippet
    if wish is None or wish >= portal.extracts.length:
        return portal.extracts.length, ""
    reasons = _because(told, "tdm-reservation") if told.reserved else ""
    reasons = reasons or _because(told, "max-snippet", "nosnippet")
    return wish, reasons or f"{wish} characters at the publisher's wish"


def extract_of(article: Article, portal: Portal) -> str:
    """As much of the publisher's own summary, or else of the text, as may be printed."""
    return cut(article.summary or article.text, extract_length(article, portal)[0])


def images(article: Article) -> tuple[Image, ...]:
    """What the publisher lets us show, with the headline where a picture has no words; captions
    are words of the page, so where it says how much may be quoted, always with the headline."""
    told = article.permissions
    if told.image_preview == "none" or told.reserved:
        return ()
    quoted = told.snippet is None
    return tuple(
        Image(i.url, i.width, i.height, (quoted and i.title) or article.title)
        for i in article.images
    )


def may_quote(article: Article, words: str, portal: Portal) -> bool:
    """Does its publisher allow these words of its text beside the extract?"""
    most = article.permissions.snippet
    return most is None or len(words) + len(extract_of(article, portal)) <= most


def quotable(article: Article) -> Article:
    """The report without its text where the publisher limits how much of it may be quoted."""
    if article.permissions.snippet is None:
        return article
    return replace(article, text="", summary="")


def decisions(article: Article, portal: Portal) -> Iterator[str]:
    """What its publisher wishes, what we do for it, and where the wish stands: a sentence each."""
    told = article.permissions
    if not told.index:
        yield f"Not listed: {_because(told, 'noindex', 'none', 'unavailable_after')}."
    elif told.until:
        why = _because(told, "unavailable_after")
        yield f"Listed until {told.until:%Y-%m-%d %H:%M} UTC: {why}."
    if told.reserved:
        why = _because(told, "tdm-reservation")
        yield f"Title, address and date are all that we take: {why}."
    elif told.snippet == 0:
        why = _because(told, "nosnippet", "max-snippet")
        yield f"No extract, no caption and no word of its text in what it adds: {why}."
    elif told.snippet is not None:
        length, wish = extract_length(article, portal)
        limit = (
            f"the portal's own limit is {length}" if not wish else f"that is our limit, {length}"
        )
        why = _because(told, "max-snippet")
        yield f"{told.snippet} characters may be quoted, {limit}: {why}."
    if not told.archive:
        yield f"Its text was read and is not kept: {_because(told, 'noarchive', 'nocache')}."
    if told.image_preview == "none":
        yield f"No picture is named: {_because(told, 'max-image-preview')}."
    elif told.image_preview == "standard":
        why = _because(told, "max-image-preview")
        yield f"Pictures may be shown small; the record says so, and we show none: {why}."
    if not told.ai:
        why = _because(told, "noai", "noimageai")
        yield f"Not for language models; record, API and feeds say so: {why}."
    if told.licence:
        yield f"Its page names a licence, which record, API and feeds name too: {told.licence}."
    if not told.why and not told.licence:
        yield f"Its publisher sets no limit; the portal's own, {portal.extracts.length}, holds."


def _because(permissions: Permissions, *names: str) -> str:
    """The reasons of this kind: where the wish stands."""
    return "; ".join(why for why in permissions.why if why.startswith(names))


def _moment(at: datetime | None) -> str:
    return f"{at:{_MOMENT}}" if at else ""


def as_recorded(record: Record) -> Permissions:
    """What the publisher allows, as far as the record of a report tells it: where the store was
    lost. The opposite of `said`."""
    wishes = dict(wish.partition(":")[::2] for wish in record.desk.rights)
    told = Permissions(
        index="noindex" not in wishes,
        archive="noarchive" not in wishes,
        reserved="tdm-reservation" in wishes,
        ai="noai" not in wishes,
        licence=record.desk.licence,
    )
    if until := wishes.get("unavailable_after"):
        told = replace(told, until=datetime.strptime(until, _MOMENT).replace(tzinfo=UTC))
    if "nosnippet" in wishes:
        told = replace(told, snippet=0)
    elif (most := wishes.get("max-snippet", "")).isdecimal():
        told = replace(told, snippet=int(most))
    for preview in _PREVIEWS:
        if wishes.get("max-image-preview") == preview:
            told = replace(told, image_preview=preview)
    # In the words of its first reading where they were kept, so that they stand.
    kept = record.desk.extract
    others = [f"{wish}, as its record says" for wish in record.desk.rights if wish not in kept]
    return replace(told, why=tuple(filter(None, (kept, *others))))
