"""What does the page of a report say? The step extract, and when a page that failed is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from broadsheet import urls
from broadsheet.errors import Deferred, FetchError, Forbidden, SourceError, Unreadable
from broadsheet.fetch import schedule
from broadsheet.intake import images, permissions, whole
from broadsheet.intake.page import from_entry
from broadsheet.judge.rights import as_of
from broadsheet.model import Article, Fetched, Image, Item, Reading, Request
from broadsheet.pipeline.desk import Answers, Desk, Made
from broadsheet.pipeline.report import known, read_as

# The first bytes of a picture that tell its size: a JPEG's frame header follows its thumbnail,
# which may take 64 kB. Measured by `python -m benchmarks.line`.
PICTURE_BYTES = 65_536
PICTURES = 3  # of one report, at most: the record shows one, a list page none
TDM_POLICY = "/.well-known/tdmrep.json"  # TDMRep, 6.1: asked for once a day at each host
POLICY_FOR = timedelta(days=1)
POLICY_BYTES = 100_000
MOST_TRIES = 10  # of a page that gives no answer: half a day, by the back-off of sources
PAGE_TRIES = {404: 3, 410: 1}  # a feed may be ahead of its site by an hour, not by a day
OVERDUE_TRIES = 3  # of a page that no parser is done with in time: each costs all of that time


def extract(desk: Desk, item: Item, answers: Answers) -> Made:
    """Read the report from its page, or from its entry where the page may not be asked for."""
    source = desk.portal.sources.get(item.source_id)
    if source and source.read == "feed":
        return read_as(desk, item, from_entry(item), "from its entry: read: feed")
    if item.url not in answers.fetched:
        return Made(asks=[Request(item.url)])
    try:
        page = answers.page(item.url)
    except Forbidden as error:
        return read_as(desk, item, from_entry(item), f"from its entry: {error}")
    reading = Reading("page", item, replace(page, fetched_at=desk.at))
    if reading.name not in answers.parsed:
        return Made(asks=[reading])
    article = as_of(answers.reading(reading, Article), desk.at)
    if not article.permissions.index:
        before = known(desk, article)
        if before is None or desk.trees.record(before.id) is None:
            return Made(status="rejected", detail="; ".join(article.permissions.why))
        return _read_bare(desk, item, article)  # on to its record, which is no longer public
    if article.permissions.reserved:
        return _read_bare(desk, item, article)
    pages, detail, asks = _with_pages(desk, item, article, page, answers)
    if asks:
        return Made(asks=asks)
    article = whole.joined(pages)
    wanted = [image.url for image in article.images if images.is_picture(image.url)][:PICTURES]
    asks += [Request(url, head=PICTURE_BYTES) for url in wanted if url not in answers.fetched]
    at = page.final_url or page.url
    policy = urls.absolute(at, TDM_POLICY)
    if policy not in answers.fetched and not _policy(desk, policy):
        asks.append(Request(policy))
    if asks:
        return Made(asks=asks)
    if policy in answers.fetched:
        _keep_policy(desk, policy, answers.fetched[policy])
    if permissions.reserved_by_file(_policy(desk, policy), at):
        why = (*article.permissions.why, f"tdm-reservation in {policy}")
        allowed = replace(article.permissions, reserved=True, why=why)
        return _read_bare(desk, item, replace(article, permissions=allowed))
    sized = [_sized(image, answers) for image in article.images if image.url in wanted]
    article = replace(article, images=tuple(image for image in sized if image))
    made = read_as(desk, item, article, detail)
    for each in made.records:
        if urls.same_site(each.url, at):  # or a page could teach us about another's site
            desk.memory.saw(each)
    return made


def _with_pages(
    desk: Desk, item: Item, article: Article, page: Fetched, answers: Answers
) -> tuple[list[Article], str, list[Request | Reading]]:
    """A report's pages, its first one given, as far as they are one; what to say of it; and what
    is still to be asked for that.

    A page that gives no answer, or another report, ends it: what came before it stands.
    """
    pages, host = [article], urls.host(page.final_url or page.url)
    asked = {item.url, page.url, page.final_url, article.url}
    nameless = replace(item, title="", summary="")
    why = ""
    while len(pages) < desk.portal.fetch.pages and (url := pages[-1].next_url) not in ("", *asked):
        asked.add(url)
        if url not in answers.fetched:
            return pages, "", [Request(url)]
        answer = answers.fetched[url]
        if isinstance(answer, Deferred):
            raise answer  # the whole report's turn is kept
        if isinstance(answer, FetchError):
            why = answer.reason
            break
        reading = Reading("page", nameless, replace(answer, fetched_at=desk.at))
        if reading.name not in answers.parsed:
            return pages, "", [reading]
        other = answers.parsed[reading.name]
        if not isinstance(other, Article) or urls.host(answer.final_url or url) != host:
            why = other.reason if isinstance(other, Unreadable) else "it is at another host"
            break
        if why := whole.refused(article, other):
            break
        pages.append(other)
    told = f"{len(pages)} pages" if len(pages) > 1 else ""
    broken = f"page {len(pages) + 1} is not read: {why}" if why else ""
    return pages, "; ".join(filter(None, (told, broken))), []


def _read_bare(desk: Desk, item: Item, article: Article) -> Made:
    """A report whose text and data are reserved: its title, address and date, no more."""
    told = replace(item, summary="", text="", images=())
    bare = replace(from_entry(told, article.permissions), title=article.title or item.title)
    bare = replace(bare, id=article.id, url=article.url, published_at=article.published_at)
    return read_as(desk, item, bare, "; ".join(article.permissions.why))


def _policy(desk: Desk, url: str) -> bytes:
    """What this file said, if it was asked for within a day; no bytes where it was not."""
    asked_at, _, told = desk.store.fact(f"policy:{url}").partition(" ")
    fresh = asked_at and desk.at - datetime.fromisoformat(asked_at) < POLICY_FOR
    return told.encode() if fresh else b""


def _keep_policy(desk: Desk, url: str, answer: Fetched | FetchError) -> None:
    """Remember it for a day; one that is not there, or gives no answer, reserves nothing."""
    told = "[]"
    if isinstance(answer, Fetched) and answer.status == 200:
        told = answer.body[:POLICY_BYTES].decode("utf-8", "replace") or told
    desk.store.save_fact(f"policy:{url}", f"{desk.at.isoformat()} {told}")


def _sized(image: Image, answers: Answers) -> Image | None:
    """The picture with the size that its file tells; none where it tells none."""
    answer = answers.fetched[image.url]
    size = None if isinstance(answer, FetchError) else images.size(answer.body)
    return replace(image, width=size[0], height=size[1]) if size else None


def waiting_pages(desk: Desk) -> list[Item]:
    """The entries of earlier runs whose page it is time to ask for."""
    items = desk.store.waiting_items()
    return [item for item in items if _tries(desk, item)[1] <= desk.at]


def _tries(desk: Desk, item: Item) -> tuple[int, datetime]:
    """How often its page failed us, and when to ask again."""
    tries, _, again = desk.store.fact(f"item:{item.id}:tries").partition(" ")
    return (int(tries), datetime.fromisoformat(again)) if tries else (0, item.seen_at)


def gave_up(desk: Desk, item: Item, error: SourceError) -> bool:
    """Count that its page failed us; was that once too often?"""
    tries = _tries(desk, item)[0] + 1
    wait, most = schedule.back_off(tries), OVERDUE_TRIES
    if isinstance(error, FetchError):
        wait, most = max(wait, error.retry_after), PAGE_TRIES.get(error.status, MOST_TRIES)
    desk.store.save_fact(f"item:{item.id}:tries", f"{tries} {(desk.at + wait).isoformat()}")
    return tries >= most
