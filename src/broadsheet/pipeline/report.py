"""Do we know this report, is it a copy, and what is it about? The steps dedup and topics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from broadsheet import urls
from broadsheet.intake import site
from broadsheet.judge import classic
from broadsheet.judge.dedup import duplicate_of, sketch
from broadsheet.judge.rights import extract_of
from broadsheet.judge.topics import Found, topics_of
from broadsheet.model import Article, Headline, Item
from broadsheet.pipeline.desk import Answers, Desk, Made


def read_as(desk: Desk, item: Item, article: Article, detail: str) -> Made:
    """The report as read, with what was known of it before: first sight, earlier headlines."""
    article = _known_as(desk, article, (article.url, item.url, _own_amp(article)))
    desk.store.save_report(item.id, article.id)
    if article.id in desk.trees.tombs:
        return Made(status="rejected", detail="removed; its tombstone stands")
    before = desk.article(article.id)
    record = desk.trees.record(article.id)
    if before:
        titles = before.titles
        if before.title != article.title:
            titles = (*titles, Headline(before.title, desk.at))
        article = replace(article, seen_at=before.seen_at, titles=titles, topics=before.topics)
    elif record and record.desk.seen_at:  # the store was lost, the record was not
        article = replace(article, seen_at=record.desk.seen_at, titles=record.desk.titles)
    return Made([article], detail=detail)


def _known_as(desk: Desk, article: Article, addresses: Iterable[str]) -> Article:
    """The report under the id and address by which we first knew it, where one of these
    addresses is another spelling of that: `sourceUrl` is never rewritten (PORTAL.md)."""
    names = _names(addresses)
    before = known(desk, article, names)
    if before:
        article = replace(article, id=before.id, url=before.url)
    for name in names:
        desk.store.save_fact(name, article.id)
    return article


def _names(addresses: Iterable[str]) -> list[str]:
    return sorted({identity_of(each) for each in addresses if each})


def known(desk: Desk, article: Article, names: Sequence[str] = ()) -> Article | None:
    """The report as it was read before, at any of its addresses (or under `names` of them)."""
    facts = map(desk.store.fact, names or _names((article.url, _own_amp(article))))
    id = next(filter(None, facts), "")
    return desk.article(id) if id else None


def report_at(desk: Desk, address: str) -> str:
    """Id of the report that came in by this address or another spelling of it; the address's own
    id where none did."""
    known = desk.store.fact(identity_of(address))
    return known or desk.store.report_of(urls.record_id(urls.canonical(address)))


def identity_of(address: str) -> str:
    """Under which name the store keeps whose address this is."""
    return f"identity:{urls.identity(address)}"


def _own_amp(article: Article) -> str:
    """The AMP page that it links; not one elsewhere, or a page could claim another's report."""
    return article.amp_url if urls.same_site(article.amp_url, article.url) else ""


def dedup(desk: Desk, article: Article, answers: Answers) -> Made:
    """Keep the report without what its site repeats, marked where its text is a copy."""
    # By now every page of the batch has shown what its site has in common.
    article = site.applied(article, desk.memory.of_site(article.url))
    if not article.permissions.archive:  # a summary may be the text's own beginning
        article = replace(article, summary=extract_of(article, desk.portal))
    article = replace(article, sketch=sketch(article.text))
    first = duplicate_of(article, desk.memory.copies.near(article))
    if first and _moved(article, first):
        desk.store.save_report(article.id, first.id)
        article = replace(
            article,
            id=first.id,
            url=first.url,
            seen_at=first.seen_at,
            titles=first.titles,
            copy_of=first.copy_of,
        )
        desk.save(article)
        return Made([article], "duplicate", f"the same report as {first.url}, at a new address")
    article = replace(article, copy_of=first.id if first else "")
    desk.save(article)
    desk.memory.copies.put(article)
    # A copy goes on: it has its record too, and its story folds it.
    return Made([article], "duplicate", f"of {first.url}") if first else Made([article])


def _moved(article: Article, first: Article) -> bool:
    """Is it the earlier report itself? One publisher does not copy itself under one headline,
    and two forms of one address that say the same are one."""
    if urls.could_be_one(article.url, first.url):
        return True
    return article.domain == first.domain and article.title == first.title


def topics(desk: Desk, article: Article, answers: Answers) -> Made:
    """Let go on what is on a topic of the portal."""
    if not article.permissions.index:
        desk.save(article)
        return Made([article], detail="not judged anew: its publisher does not want it listed")
    found = topics_found(desk, article)
    article = replace(article, topics=found.keys, matched=found.matched)
    if not article.topics:
        return Made(status="rejected", detail="on no topic of this portal")
    desk.save(article)
    return Made([article], detail=", ".join(article.topics))


def topics_found(desk: Desk, article: Article) -> Found:
    """What the report is about by the portal's topics as they now stand, and why."""
    source = desk.portal.sources.get(article.source_id)
    carried = source.topics if source else ()
    if desk.portal.profile == "classic":
        return Found(classic.topics_of(article.title, carried, desk.portal.topics))
    return topics_of(
        article.title,
        f"{article.summary} {article.text}",
        article.tags,
        carried,
        desk.portal.topics,
        language=article.language,
        domain=article.domain,
        authors=article.authors,
        taught=desk.memory.lessons.taught,
        decided=desk.memory.verdicts.get(article.id, {}),
    )
