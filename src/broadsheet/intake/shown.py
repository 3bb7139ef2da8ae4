"""Which dates does a page show its readers, and as what? Of publication, of a change, or of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from broadsheet.intake.harvest import Element, Harvest, texts_after, words_of
from broadsheet.intake.votes import Claim

NEAR = 26  # elements of a harvest between the title and a date that belongs to it
BARE = 40  # characters beside a date in a text that is there to tell it
ANYWHERE, BESIDE = 3_000, 60  # pieces of text, and characters between a label and its date
TOP = 80  # pieces of text at the top of a page without a heading
DATED = 40  # elements named for a date, anywhere on the page
LINE = 200  # characters of a piece of text in which a date is looked for
NAMED, _UNNAMED, _TEXT, _SENTENCE = 0.75, 0.6, 0.5, 0.35
_CHANGE, _FAR, _LABELLED = 0.5, 0.4, 0.4
_MONTH = r"[^\W\d]{3,12}"
_ENGLISH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
DATE = re.compile(
    rf"\b(?:(?:19|20)\d\d\s?[./\u5e74\ub144-]\s?\d{{1,2}}\s?[./\u6708\uc6d4-]\s?\d{{1,2}}(?!\d)"
    rf"|(?:19|20)\d\d(?:\.\s{_MONTH}|\s{_ENGLISH})\s\d{{1,2}}\b|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:de\s)?{_MONTH}\.?,?\s(?:de\s)?\d{{4}}"
    r"|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}|\d{1,2}\.\d{1,2}\.\d{2}(?![\d.]))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d|\d[./]\s?\d{1,2}[./]\s?\d\d")  # is in each of them, found sooner
# What stands before a date: words of a change, and of the first publication.
_ANEW = """
update, updated, modified, edited, reviewed, aktualisiert, geändert, mis à jour, mise à jour, modifié,
actualizado, atualizado, atualizada, aggiornato, aggiornata, bijgewerkt, gewijzigd, uppdaterad,
oppdatert, opdateret, päivitetty, aktualizacja, zaktualizowano, aktualizováno, frissítve, güncelleme,
güncellendi, обновлено, оновлено, 更新, 최종수정, 수정
"""
_FIRST = """
posted, published, date, veröffentlicht, gepostet, erstellt, stand, zuletzt, publié, publicado,
publicada, pubblicato, pubblicata, gepubliceerd, publicerad, publisert, julkaistu, opublikowano,
publikováno, közzétéve, опубликовано, опубліковано, 公開, 发布, 發布, 입력, 등록
"""


def _any_of(words: str) -> re.Pattern[str]:
    """Any of these as a whole word; scripts that set no space have none."""
    known = "|".join(re.escape(word.strip()) for word in words.split(","))
    return re.compile(rf"(?<![a-zà-ÿ])(?:{known})(?![a-zà-ÿ])", re.IGNORECASE)


_SAYS_CHANGED = _any_of(_ANEW)
_LABEL = _any_of(f"{_FIRST},{_ANEW}")
_BOXES = frozenset(("a", "article", "main", "section", "h1", "h2", "body", "form"))
_OTHERS = frozenset(
    str.split(
        "comment comments teaser teasers card cards related recent loop widget sidebar recommended"
    )
)
_CHANGED = frozenset(
    str.split(
        "modified datemodified modification updated update lastmod changed revised reviewed edited"
    )
)
_NEVER = frozenset(str.split("expires expiration expiry unpublish until start end event birth due"))
_MADE = frozenset(
    str.split(
        "published publish publication published_time pubdate pubtime publishdate publishtime "
        "publicationdate datepublished publisheddate issued created posted date creation "
        "originalpublicationdate ptime uploaddate uploadtime firstpublished displaydate artdate "
        "datecreated dateposted releasedate release time"
    )
)
_WEAK = frozenset(str.split("created creation datecreated date time uploaddate"))


@lru_cache(1 << 12)
def kind(name: str) -> str:
    """What kind of date a meta, class or property of this name gives: "", made, weak, changed."""
    said = words_of(name)
    if said & _NEVER:
        return ""
    if "last" in said or (said & _CHANGED and not said & (_MADE - _WEAK)):
        return "changed"
    if not said & _MADE:
        return ""
    return "made" if said & (_MADE - _WEAK) else "weak"


def told_by(element: Element) -> str:
    """The date that an element tells: for machines where it does, else what readers see."""
    return (
        element.get("datetime")
        or element.get("content")
        or element.get("title")
        or element.text(100)
    )


def beside(found: Harvest, title: str) -> Iterator[Claim[str]]:
    """Dates beside the title: in `time`, in boxes named for a date, in plain text.

    The nearest counts most. Dates that are labelled as those of a change are left to `changes`.
    """
    heading = found.heading(title)
    start = heading.place if heading else 0
    seen = 0
    for element in sorted(found.times + found.dated, key=lambda e: _distance(e.place, start)):
        if heading and abs(element.place - start) > NEAR:
            continue
        text = told_by(element)
        date = DATE.search(text)
        if not (date or element.get("datetime")) or _is_of_others(element):
            continue
        if _is_of_change(element, text):
            continue
        seen += 1
        weight = (NAMED if _is_named(element) else _UNNAMED) / seen
        text = text[date.start() :] if date else text
        yield Claim(text, f"{element.tag} beside the title", weight, "visible")
        if seen == 3:
            return
    if not seen:
        yield from _written(found, heading)


def farther(found: Harvest, title: str) -> Iterator[Claim[str]]:
    """Dates in boxes that are named for one, anywhere below the title."""
    heading = found.heading(title)
    for element in found.dated[:DATED]:
        if (heading and element.place < heading.place) or _is_of_others(element):
            continue
        text = element.text(LINE)
        date = DATE.search(text)
        if (
            date
            and len(text) - len(date[0]) <= BARE
            and not _SAYS_CHANGED.search(text[: date.start()])
        ):
            yield Claim(text[date.start() :], f"{element.tag} named for a date", _FAR, "visible")


def changes(found: Harvest, title: str) -> Iterator[Claim[str]]:
    """Dates beside the title that are labelled as those of a change."""
    heading = found.heading(title)
    if heading is None:
        return
    for element in found.times + found.dated:
        if abs(element.place - heading.place) > NEAR:
            continue
        text = element.text(LINE)
        labelled = kind(f"{element.get('class')} {element.get('itemprop')}") == "changed"
        if labelled or _SAYS_CHANGED.search(text):
            date = DATE.search(text)
            said = text[date.start() :] if date else told_by(element)
            yield Claim(said, "shown as updated", _CHANGE, "visible")
    after, _ = found.beside(heading)
    for before, text in zip(["", *after], after, strict=False):
        date = _date_in(text)
        if date and _SAYS_CHANGED.search(f"{before[-40:]} {text[: date.start()]}"):
            yield Claim(text[date.start() :], "shown as updated", _CHANGE, "visible")


def labelled(found: Harvest) -> Iterator[Claim[str]]:
    """A date anywhere in the text that says it is the page's."""
    pieces = found.body.text(separator="\0").split("\0") if found.body else []
    for piece in pieces[:ANYWHERE]:
        if len(piece) > LINE or not _YEAR.search(piece):
            continue
        text = piece.strip()
        label, date = _LABEL.search(text), DATE.search(text)
        if label and date and abs(date.start() - label.start()) <= BESIDE:
            yield Claim(text[date.start() :], "labelled in the text", _LABELLED, "visible")
            return


def _date_in(text: str) -> re.Match[str] | None:
    """The first date of a piece of text; of a long one, only at its start."""
    if len(text) > LINE:
        return DATE.match(text)
    return DATE.search(text) if _YEAR.search(text) else None


def _written(found: Harvest, heading: Element | None) -> Iterator[Claim[str]]:
    """Dates in the plain text around the title; without one, at the top of the page.

    A piece of text that is little more than a date comes before one within a sentence.
    """
    if heading is not None:
        after, before = found.beside(heading)
    else:
        after, before = list(texts_after(found.body, TOP, inside=True)) if found.body else [], []
    within = ""
    for n, text in enumerate(after + before):
        date = _date_in(text)
        if not date:
            continue
        label = f"{after[n - 1] if 0 < n < len(after) else ''} {text[: date.start()]}"
        if _SAYS_CHANGED.search(label):
            continue
        if len(text) - len(date[0]) <= BARE:
            yield Claim(text[date.start() :], "text beside the title", _TEXT, "visible")
            return
        within = within or text[date.start() :]
    if within:
        yield Claim(within, "sentence beside the title", _SENTENCE, "visible")


def _is_of_others(element: Element) -> bool:
    """Does it date a comment, a file, or another report in a list?"""
    return element.tag in _BOXES or not element.names().isdisjoint(_OTHERS)


def _is_of_change(element: Element, text: str) -> bool:
    return kind(_named(element)) == "changed" or bool(_SAYS_CHANGED.match(text))


def _is_named(element: Element) -> bool:
    """Is it named for a publication, and for no change ("published updated")?"""
    names = _named(element)
    return "pubdate" in element.attributes or (
        kind(names) == "made" and words_of(names).isdisjoint(_CHANGED)
    )


def _named(element: Element) -> str:
    return f"{element.get('class')} {element.get('itemprop')} {element.get('id')}"


def _distance(place: int, title: int) -> int:
    """How far from the title: what stands before it is twice as far."""
    return 2 * (title - place) if place < title else place - title
