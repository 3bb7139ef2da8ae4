"""What do we keep of each report of a story, and in which tree?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadsheet import urls
from broadsheet.config import Portal
from broadsheet.judge import classic, rights
from broadsheet.judge.dedup import earliest
from broadsheet.model import (
    Article,
    Image,
    Part,
    Provider,
    Record,
    Related,
    Score,
    Story,
    Tree,
    Workings,
)
from broadsheet.text import cut, says

PUBLIC: Tree = "records/news"
BELOW: Tree = "held/below"
REVIEW: Tree = "held/review"
REJECTED: Tree = "held/rejected"

RELATED = 10  # PORTAL.md, What becomes what
UPDATES = 10  # entries of a live report whose headings its record has
CLASSIC_GATE = 70  # RECORD.md, section 3

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&|~])")


@dataclass(frozen=True, slots=True)
class Kept:
    """One report as a record: where it stands, what it says, why it is held if it is."""

    tree: Tree
    record: Record
    why: str = ""


def hold(article: Article, portal: Portal, decision: str = "") -> tuple[Tree, str] | None:
    """Where an editor, or a rule that wants one, puts the report; None where neither does.

    `decision` is what holds of it already: "approve" or "reject" by an editor, "hold" while it
    waits for one, whatever the rules have become since, "below" where a person moved it; or "".
    """
    if not article.permissions.index:
        return BELOW, "its publisher does not want it listed"
    if decision == "approve":
        return PUBLIC, ""
    if decision == "reject":
        return REJECTED, "an editor rejected it"
    if decision == "below":
        return BELOW, "moved there by hand"
    source = portal.sources.get(article.source_id)
    if source and source.hold:
        return REVIEW, f"source {source.id} is held"
    if found := says(f"{article.title} {article.summary} {article.text}", portal.gate.hold.words):
        return REVIEW, f"a hold word: {found[0]}"
    if decision == "hold":
        return REVIEW, "it waits for an editor"
    return None


def gate(article: Article, portal: Portal, decision: str = "") -> tuple[Tree, str]:
    """The tree of a report in the default profile, and why it is held if it is."""
    if held := hold(article, portal, decision):
        return held
    if article.published_at is None:
        return BELOW, "date unknown"
    if article.quality.value < portal.gate.quality:
        return BELOW, f"quality {article.quality.value}, the gate is {portal.gate.quality}"
    return PUBLIC, ""


def nameable(article: Article, portal: Portal, decision: str = "") -> bool:
    """May what is public name it? What is merely below the gate may be; what an editor holds may
    not, nor what its publisher does not want listed."""
    if not article.permissions.index:
        return False
    held = hold(article, portal, decision)
    return held is None or held[0] in (PUBLIC, BELOW)


def copied_from(named: Sequence[Article]) -> dict[str, str]:
    """The original of each copy, by its id, among reports that may be named.

    Where the original may not be named, the first of its copies stands for it and is no copy: what
    is held leaves no trace, and one text is one voice.
    """
    ids = {article.id for article in named}
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for article in sorted(named, key=earliest):
        if article.copy_of:
            known = article.copy_of in ids
            original = article.copy_of if known else first.setdefault(article.copy_of, article.id)
            if original != article.id:
                found[article.id] = original
    return found


def keep(
    story: Story,
    articles: Sequence[Article],
    portal: Portal,
    *,
    decisions: Mapping[str, str],
    story_id: str,
) -> list[Kept]:
    """Every report of the story by the default profile. `story_id` is the id that may be named."""
    said = decisions.get
    named = [a for a in articles if nameable(a, portal, said(a.id, ""))]
    named_ids = {article.id for article in named}
    copies = copied_from(named)
    best = [other for other in named if other.id not in copies]
    best.sort(key=lambda other: (-other.quality.value, other.moment, other.id))
    related = {  # of which one may be the report itself
        other.id: _related(other, portal, rights.extract_of(other, portal))
        for other in best[: RELATED + 1]
    }
    kept = []
    for article in articles:
        tree, why = gate(article, portal, said(article.id, ""))
        others = [told for id, told in related.items() if id != article.id]
        copy_of = copies.get(article.id, "")
        excerpt = rights.extract_of(article, portal)
        workings = Workings(
            # Not the story's own id where a held report is alone in knowing it.
            story=story_id if article.id in named_ids else article.id,
            language=article.language,
            source=article.source_id,
            seen_at=article.seen_at,
            authors=article.authors,
            titles=article.titles,
            copy_of=copy_of,
            matched=article.matched,
            parts=(article.quality, story.heat),
            extract=rights.extract_length(article, portal)[1],
            rights=rights.said(article.permissions),
            licence=article.permissions.licence,
        )
        record = _record(
            article,
            portal,
            excerpt=excerpt,
            related=others[:RELATED],
            heat=-1 if copy_of else story.heat.value,
            published=tree == PUBLIC,
            desk=workings,
            body=_updates(article, portal, excerpt),
        )
        kept.append(Kept(tree, record, why))
    return kept


def keep_classic(
    articles: Sequence[Article],
    pool: Sequence[Article],
    portal: Portal,
    *,
    decisions: Mapping[str, str],
) -> list[Kept]:
    """These reports by the original's arithmetic; `pool` is all that may be related to them."""
    named = [a for a in pool if nameable(a, portal, decisions.get(a.id, ""))]
    kept = []
    for article in articles:
        related = classic.related(article, [other for other in named if other.id != article.id])
        heat = classic.heat(article, related)
        least = CLASSIC_GATE if portal.gate.heat is None else portal.gate.heat
        tree, why = hold(article, portal, decisions.get(article.id, "")) or (
            (PUBLIC, "")
            if heat.value >= least
            else (BELOW, f"heat {heat.value}, the gate is {least}")
        )
        if tree == PUBLIC and article.published_at is None:
            tree, why = BELOW, "date unknown"
        record = _record(
            article,
            portal,
            excerpt=_classic_excerpt(article),
            related=[_related(other, portal, _classic_excerpt(other)) for other in related],
            heat=heat.value,
            published=tree == PUBLIC,
            desk=Workings(),
        )
        kept.append(Kept(tree, record, why))
    return kept


def classic_quality(article: Article, portal: Portal) -> Score:
    """The original's sum for one report, from what the portal knows of its publisher."""
    known = portal.organisations.get(article.domain)
    source = portal.sources.get(article.source_id)
    standing = 30 if known and known.standing is None else (known.standing or 0) if known else 0
    return classic.quality(
        article.title,
        [portal.topics[key] for key in article.topics if key in portal.topics],
        has_image=bool(article.images),
        has_amp=bool(article.amp_url),
        known_bonus=standing,
        official=bool(source and source.official),
        featured=bool(article.featured),
    )


def as_told(name: str, value: int) -> Score:
    """A number whose reasons are not known here: another era's, or a person's."""
    return Score(name, value, (Part("as its record says", value),))


def _classic_excerpt(article: Article) -> str:
    if article.permissions.snippet == 0 or article.permissions.reserved:
        return ""
    text = classic.excerpt(article.summary, article.text)
    limit = article.permissions.snippet
    return text if limit is None else cut(text, limit)


def _updates(article: Article, portal: Portal, excerpt: str) -> str:
    """The headings of a live report's newest entries, in Markdown, each with its time.

    Headings are no extract, and yet the publisher's words: none where it, or the portal, wants the
    headline only; where it says how much may be quoted, no more than the excerpt leaves of that.
    """
    if not rights.extract_length(article, portal)[0]:
        return ""
    most = article.permissions.snippet
    left = None if most is None else most - len(excerpt)
    lines: list[str] = []
    for update in article.updates[:UPDATES]:
        if left is not None and (left := left - len(update.heading)) < 0:
            break
        heading = _MARKDOWN.sub(r"\\\1", update.heading)
        lines.append(f"- {update.at:%Y-%m-%dT%H:%M:%SZ} {heading}\n")
    return "".join(lines)


def _record(
    article: Article,
    portal: Portal,
    *,
    excerpt: str,
    related: Sequence[Related],
    heat: int,
    published: bool,
    desk: Workings,
    body: str = "",
) -> Record:
    return Record(
        source_url=article.url,
        title=article.title,
        excerpt=excerpt,
        published_at=article.published_at,
        updated_at=article.updated_at,
        amp_url=article.amp_url,
        cdn_amp_url=urls.amp_cache_url(article.amp_url) if article.amp_url else "",
        type=article.type,
        quality=article.quality.value,
        heat=heat,
        published=published,
        provider=_provider(article, portal),
        topics=tuple(portal.topics[key].label for key in article.topics if key in portal.topics),
        images=rights.images(article),
        related=tuple(related),
        desk=desk,
        body=body,
    )


def _related(article: Article, portal: Portal, excerpt: str) -> Related:
    return Related(
        source_url=article.url,
        title=article.title,
        excerpt=excerpt,
        published_at=article.published_at,
        amp_url=article.amp_url,
        cdn_amp_url=urls.amp_cache_url(article.amp_url) if article.amp_url else "",
        type=article.type,
        provider=_provider(article, portal),
        quality=article.quality.value,
        images=tuple(Image(i.url, i.width, i.height) for i in rights.images(article)[:1]),
    )


def _provider(article: Article, portal: Portal) -> Provider:
    known = portal.organisations.get(article.domain)
    name = (known and known.name) or article.provider_name or article.domain
    return Provider(name, article.domain)
