"""What happens to a source until its reports are published? The one sentence of the house:

    fetch | read | extract | dedup | topics | link | score | record | publish

Each word is a step here, modules in a room, a queue in a scale-out engine, a metric, a log event
and a page in docs/steps.md. Judges decide and return; only this file tells the store.
"""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any, TypeVar

import msgspec

from broadsheet import files, urls
from broadsheet.config import Portal
from broadsheet.errors import (
    Deferred,
    FetchError,
    Forbidden,
    Overdue,
    PublishError,
    SourceError,
    Unreadable,
)
from broadsheet.fetch import schedule, websub
from broadsheet.fetch.schedule import Visits
from broadsheet.intake import images, opml, permissions, site, whole
from broadsheet.intake.page import from_entry
from broadsheet.judge import classic
from broadsheet.judge.adds import EARLIER, additions
from broadsheet.judge.dedup import Copies, duplicate_of, earliest, sketch
from broadsheet.judge.health import Spell, remember
from broadsheet.judge.keep import (
    PUBLIC,
    Kept,
    as_told,
    classic_quality,
    keep,
    keep_classic,
    nameable,
)
from broadsheet.judge.link import OPEN_FOR, Linker
from broadsheet.judge.reasons import reasons
from broadsheet.judge.rights import adds_as_allowed, as_of, as_recorded, extract_of, quotable
from broadsheet.judge.stories import Stories
from broadsheet.judge.taught import NO_LESSONS, Lessons
from broadsheet.judge.topics import Found, topics_of
from broadsheet.model import (
    Article,
    Draft,
    Edition,
    Fetched,
    Headline,
    Image,
    Item,
    Outcome,
    Reading,
    Record,
    Request,
    Score,
    Source,
    SourceState,
    Status,
    Story,
    Told,
    Voice,
)
from broadsheet.plugins import Plugins
from broadsheet.publish.markdown import UNDATED, Trees, close_day, edition
from broadsheet.publish.standing import Standing
from broadsheet.seams import Door, Output, Parsed, Parsers, Sealer, Store

# The first bytes of a picture that tell its size: a JPEG's frame header follows its thumbnail,
# which may take 64 kB. Measured by `python -m benchmarks.line`.
PICTURE_BYTES = 65_536
PICTURES = 3  # of one report, at most: the record shows one, a list page none
MEMBERS = 5  # of an index of sitemaps, at one visit: the newest first
TDM_POLICY = "/.well-known/tdmrep.json"  # TDMRep, 6.1: asked for once a day at each host
POLICY_FOR = timedelta(days=1)
POLICY_BYTES = 100_000
MOST_TRIES = 10  # of a page that gives no answer: half a day, by the back-off of sources
PAGE_TRIES = {404: 3, 410: 1}  # a feed may be ahead of its site by an hour, not by a day
OVERDUE_TRIES = 3  # of a page that no parser is done with in time: each costs all of that time
LOOK_BACK = OPEN_FOR  # for copies and open stories; a report's own story is found at any age
CLASSIC_WINDOW = timedelta(days=4.5)  # RECORD.md, section 3
_ENDS, _ISO = "unavailable_after", "%Y-%m-%dT%H:%M:%SZ"  # a fact, and how its moments are written


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of all that a step asked for: the door's by address, the parsers' by name."""

    fetched: Mapping[str, Fetched | FetchError] = field(default_factory=dict)
    parsed: Mapping[str, Parsed | Unreadable] = field(default_factory=dict)


NONE = Answers()
T = TypeVar("T")


class Memory:
    """What the judges remember during one run: read from the store once, then kept beside it."""

    def __init__(
        self,
        store: Store,
        at: datetime,
        tombs: Collection[str] = (),
        lessons: Lessons = NO_LESSONS,
        said: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """`said` is what editors said of two reports: must-link or cannot-link, and both ids."""
        self._said = said
        self.lessons = lessons
        """What editors' verdicts taught."""
        self.verdicts = lessons.verdicts
        """By report, and topic: is it on it?"""
        self._store = store
        self._tombs = tombs
        self._since = at - LOOK_BACK
        self._linker: Linker | None = None
        self._copies: Copies | None = None
        self.unkept: dict[str, Article] = {}
        """Reports whose text the publisher lets us read and not store."""
        self._sites: dict[str, tuple[site.Shown, ...]] = {}
        self._learned: dict[str, site.Learned] = {}
        self._unsaved: set[str] = set()
        self._one_at_a_time = Lock()  # pages of one site may be read side by side

    def with_lessons(self, lessons: Lessons) -> Memory:
        """The same memory after a verdict."""
        changed = copy.copy(self)
        changed.lessons, changed.verdicts = lessons, lessons.verdicts
        return changed

    @property
    def copies(self) -> Copies:
        """The texts seen lately."""
        if self._copies is None:
            lately = self._store.articles_since(self._since)
            self._copies = Copies(a for a in lately if a.id not in self._tombs)
        return self._copies

    @property
    def linker(self) -> Linker:
        """The open stories, and what their reports say; as if the desk had never stopped."""
        if self._linker is None:
            lately = [self.unkept.get(a.id, a) for a in self._store.articles_since(self._since)]
            articles = [a for a in lately if a.topics and a.id not in self._tombs]
            stories = [s for s in self._store.stories_since(self._since) if not s.merged_into]
            self._linker = Linker(articles, stories, _restored(self._store.fact("linker")))
            for id in self._tombs:
                self._linker.drop(id)
            for what, one, other in self._said:
                self._linker.said(what, one, other)
        return self._linker

    def saw(self, article: Article) -> None:
        """Remember what this report, as its page gave it, shows of its site."""
        host = urls.host(article.url)
        with self._one_at_a_time:
            known = self._site(host)
            self._sites[host] = site.remembered(known, site.shown(article))
            if self._sites[host] != known:
                self._learned.pop(host, None)
                self._unsaved.add(host)

    def of_site(self, url: str) -> site.Learned:
        """What the pages of this address's site have in common, as far as we saw them.

        From now on the store has it too: a report's journey goes on only when what it showed is kept.
        """
        host = urls.host(url)
        with self._one_at_a_time:
            if host in self._unsaved:
                self._store.save_fact(f"site:{host}", site.to_text(self._sites[host]))
                self._unsaved.discard(host)
            if host not in self._learned:
                self._learned[host] = site.learned(self._site(host))
            return self._learned[host]

    def _site(self, host: str) -> tuple[site.Shown, ...]:
        if host not in self._sites:
            self._sites[host] = site.of_text(self._store.fact(f"site:{host}"))
        return self._sites[host]

    def keep(self) -> None:
        """Leave what the linker knows to the next run."""
        if self._linker:
            self._store.save_fact("linker", b64encode(self._linker.state()).decode())


def _restored(kept: str) -> Stories | None:
    """The linker of the run before; None where there was none, or an older version's."""
    try:
        return Stories.restore(b64decode(kept)) if kept else None
    except ValueError:
        return None  # the reports are in the store and are read anew


@dataclass(frozen=True)
class Desk:
    """The assembled house for one run: everything that a step may use, and nothing global.

    `at` is the run's moment. All that a run writes is dated by it, so that neither the speed of
    the machine nor the number of workers reaches a published byte.
    """

    portal: Portal
    at: datetime
    door: Door
    parsers: Parsers
    seal: Sealer
    store: Store
    trees: Trees
    plugins: Plugins
    memory: Memory

    def article(self, id: str) -> Article | None:
        """The report of this id, as it was last read, under its publisher's wishes of this moment."""
        return next((as_of(each, self.at) for each in self.store.articles([id])), None)


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made of one record, and what became of that record.

    With `asks` the step is not done: the engine asks the door for the requests and the parsers for
    the readings, and runs it again with the answers.
    """

    records: Sequence[Any] = ()
    status: Status = "ok"
    detail: str = ""
    asks: Sequence[Request | Reading] = ()


def subject(record: Any) -> str:
    """What logs and outcomes call a record: its address, else its id."""
    return str(getattr(record, "url", "") or record.id)


def _none_waiting(desk: Desk) -> list[Any]:
    return []


@dataclass(frozen=True)
class Step:
    """One word of the sentence, and all that an engine must honour.

    In a batch, records that share a `key` are worked on one at a time, in `order`, so that no
    decision leans on which page happened to answer first. `waiting` gives the records that an
    earlier run left before this step; they join the batch.
    """

    name: str
    run: Callable[[Desk, Any, Answers], Made]
    key: Callable[[Any], str]
    order: Callable[[Any], Any] = subject
    waiting: Callable[[Desk], Iterable[Any]] = _none_waiting


def fetch(desk: Desk, source: Source, answers: Answers) -> Made:
    if source.pages:  # the reports themselves: nothing to ask but they
        return Made([Fetched(source.id, b"", desk.at, source_id=source.id)])
    visits = visits_of(desk, source)
    address = schedule.where(source, visits)
    if address not in answers.fetched:
        return Made(asks=[Request(address, desk.store.answer(source.url))])
    answer = replace(_answer(answers, address), fetched_at=desk.at)
    _save_visits(desk, source, schedule.answered(visits, answer))
    answer = replace(answer, url=source.url, source_id=source.id)
    if not answer.changed:
        desk.store.save_answer(answer)
        return Made(status="unchanged")
    return Made([answer])


def visits_of(desk: Desk, source: Source) -> Visits:
    """What the visits of this source taught us."""
    return schedule.recalled(desk.store.fact(fact_of(source, "visits")), source)


def fact_of(source: Source, what: str) -> str:
    """Under which name the store keeps what we know of a source: its visits and their history, how
    much it listed, its title, its hub, the feeds that it names."""
    return f"source:{source.id}:{what}"


def _save_visits(desk: Desk, source: Source, visits: Visits) -> None:
    desk.store.save_fact(fact_of(source, "visits"), schedule.kept(visits))


def _visit_failed(desk: Desk, source: Source, error: SourceError) -> str:
    """Keep that a visit failed; the error in words, with the time of the next visit."""
    visits = schedule.failed(visits_of(desk, source), error, desk.at)
    _save_visits(desk, source, visits)
    at = schedule.next_visit(source, visits, desk.at, desk.portal.timezone).at
    again = f"asked again after {_moment(at)}" if at else "not asked again"
    return f"{source.url}: {error.reason}; {again}"


def read(desk: Desk, fetched: Fetched, answers: Answers) -> Made:
    source = desk.portal.sources[fetched.source_id]
    reading = Reading(source.kinds[0], source, fetched)
    if reading.name not in answers.parsed:
        return Made(asks=[reading])
    first_visit = desk.store.answer(fetched.url) is None
    fresh: list[Item] = []
    moments: list[datetime] = []
    listed, members, asks = _with_members(desk, source, answers, _parsed(answers, reading, tuple))
    if asks:
        return Made(asks=asks)
    for item in listed:
        if item.published_at:
            moments.append(item.published_at)
        if item.id in desk.trees.tombs:
            continue
        known = desk.store.item(item.id)
        item = replace(item, seen_at=known.seen_at if known else desk.at)
        if item != known:  # new, or its entry says something else now
            desk.store.save_item(item)
            fresh.append(item)
    desk.store.save_fact(fact_of(source, "listed"), str(len(listed)))
    # Last: a run killed before these lines asks again and is told everything again.
    for answer in members:
        desk.store.save_answer(answer)
    if members:  # an index may stand still while its members change: it is read at each visit
        fetched = replace(fetched, etag="", last_modified="", sha256="")
    desk.store.save_answer(fetched)
    visits = schedule.read(visits_of(desk, source), moments, fetched.body, desk.at)
    _save_visits(desk, source, visits)
    if source.feed and desk.portal.websub.callback:
        offer = websub.offer_of(fetched)
        desk.store.save_fact(fact_of(source, "hub"), websub.offer_to_fact(offer))
    if source.feed and (title := next((item.feed_title for item in fresh), "")):
        desk.store.save_fact(fact_of(source, "title"), title)
    if first_visit and len(fresh) > desk.portal.fetch.first:
        fresh.sort(key=lambda item: (item.published_at or desk.at, item.id), reverse=True)
        later = len(fresh) - desk.portal.fetch.first
        fresh = fresh[: desk.portal.fetch.first]
        return Made(fresh, detail=f"{later} of the first visit wait for the next run")
    return Made(fresh, "ok" if fresh else "unchanged")


def _with_members(
    desk: Desk, source: Source, answers: Answers, listed: Sequence[Item]
) -> tuple[list[Item], list[Fetched], list[Request | Reading]]:
    """What a source lists, with what the members of an index list, the newest few of them; their
    answers to keep; and what is still to be asked for that.

    A member that gives no answer, or none that can be read, costs itself only.
    """
    reports = [item for item in listed if item.type != "sitemap"]
    answered: list[Fetched] = []
    asks: list[Request | Reading] = []
    for member in [item for item in listed if item.type == "sitemap"][:MEMBERS]:
        if member.url not in answers.fetched:
            asks.append(Request(member.url, desk.store.answer(member.url)))
            continue
        answer = answers.fetched[member.url]
        if isinstance(answer, FetchError):
            continue
        answer = replace(answer, fetched_at=desk.at, source_id=source.id)
        reading = Reading("sitemap", source, answer)
        if answer.changed and reading.name not in answers.parsed:
            asks.append(reading)
            continue
        answered.append(answer)
        parsed = answers.parsed.get(reading.name, ()) if answer.changed else ()
        if isinstance(parsed, tuple):
            reports += [item for item in parsed if item.type != "sitemap"]
    return reports, answered, asks


def extract(desk: Desk, item: Item, answers: Answers) -> Made:
    source = desk.portal.sources.get(item.source_id)
    if source and source.read == "feed":
        return _read_as(desk, item, from_entry(item), "from its entry: read: feed")
    if item.url not in answers.fetched:
        return Made(asks=[Request(item.url)])
    try:
        page = _answer(answers, item.url)
    except Forbidden as error:
        return _read_as(desk, item, from_entry(item), f"from its entry: {error}")
    reading = Reading("page", item, replace(page, fetched_at=desk.at))
    if reading.name not in answers.parsed:
        return Made(asks=[reading])
    article = as_of(_parsed(answers, reading, Article), desk.at)
    if not article.permissions.index:
        known = _known(desk, article)
        if known is None or desk.trees.record(known.id) is None:
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
    made = _read_as(desk, item, article, detail)
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
    return _read_as(desk, item, bare, "; ".join(article.permissions.why))


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


def _read_as(desk: Desk, item: Item, article: Article, detail: str) -> Made:
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
    before = _known(desk, article, names)
    if before:
        article = replace(article, id=before.id, url=before.url)
    for name in names:
        desk.store.save_fact(name, article.id)
    return article


def _names(addresses: Iterable[str]) -> list[str]:
    return sorted({_identity_of(each) for each in addresses if each})


def _known(desk: Desk, article: Article, names: Sequence[str] = ()) -> Article | None:
    """The report as it was read before, at any of its addresses (or under `names` of them)."""
    facts = map(desk.store.fact, names or _names((article.url, _own_amp(article))))
    known = next(filter(None, facts), "")
    return desk.article(known) if known else None


def report_at(desk: Desk, address: str) -> str:
    """Id of the report that came in by this address or another spelling of it; the address's own
    id where none did."""
    known = desk.store.fact(_identity_of(address))
    return known or desk.store.report_of(urls.record_id(urls.canonical(address)))


def _identity_of(address: str) -> str:
    return f"identity:{urls.identity(address)}"


def _own_amp(article: Article) -> str:
    """The AMP page that it links; not one elsewhere, or a page could claim another's report."""
    return article.amp_url if urls.same_site(article.amp_url, article.url) else ""


def dedup(desk: Desk, article: Article, answers: Answers) -> Made:
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
        _save(desk, article)
        return Made([article], "duplicate", f"the same report as {first.url}, at a new address")
    article = replace(article, copy_of=first.id if first else "")
    _save(desk, article)
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
    if not article.permissions.index:
        _save(desk, article)
        return Made([article], detail="not judged anew: its publisher does not want it listed")
    found = topics_found(desk, article)
    article = replace(article, topics=found.keys, matched=found.matched)
    if not article.topics:
        return Made(status="rejected", detail="on no topic of this portal")
    _save(desk, article)
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


def taught_again(desk: Desk, article: Article) -> Article:
    """Judge a report's topics anew after a person's verdict, and record what follows from it.

    It comes back with its topics. One that is on none any more keeps its record: to take it away
    is another act, `review reject` or `remove`.
    """
    made = topics(desk, article, NONE)
    for on_topics in made.records:
        for story in link(desk, on_topics, NONE).records:
            again(desk, story.id)
    return next(iter(made.records), replace(article, topics=(), matched=()))


def link(desk: Desk, article: Article, answers: Answers) -> Made:
    linker = desk.memory.linker
    if own := desk.store.story_of(article.id):
        linker.put(own)
    story, *others = linker.add(article)
    for each in (*others, story):
        desk.store.save_story(each)
    return Made([story, *others], detail=story.title)


def score(desk: Desk, story: Story, answers: Answers) -> Made:
    if story.merged_into:
        return Made([story], detail=f"merged into {story.merged_into}")
    articles = [judged(desk, _named(desk, each)) for each in _articles(desk, story.report_ids)]
    for article in articles:
        _save(desk, article)
    named = [a for a in articles if nameable(a, desk.portal, desk.trees.decisions.get(a.id, ""))]
    heat = heat_of(desk.plugins)(
        [Voice(a.domain, a.moment, a.quality.value, bool(a.copy_of)) for a in named], desk.at
    )
    story = replace(story, heat=heat, reports=_told(desk, story, articles, named) or story.reports)
    desk.store.save_story(story)
    return Made([story], detail=f"heat {heat.value}")


def _named(desk: Desk, article: Article) -> Article:
    """Under the name of its site, if that was learned since it was read."""
    name = desk.memory.of_site(article.url).name
    return replace(article, provider_name=name) if name else article


def _told(
    desk: Desk, story: Story, articles: Sequence[Article], named: Sequence[Article]
) -> tuple[Told, ...]:
    """The reports of a story, each with what it adds and why it is there."""
    ids = {article.id for article in named}
    adds = additions(articles, ids, {each.id: each.adds for each in story.reports})
    limited = {article.id for article in articles if article.permissions.snippet is not None}
    for n, article in enumerate(articles if limited else ()):
        if article.id in limited:
            earlier = [each for each in articles[:n] if each.id in ids][-EARLIER:]
            adds[article.id] = adds_as_allowed(article, earlier, desk.portal)
    said = desk.trees.said_of_two()
    joined = [frozenset((one, other)) for what, one, other in said if what == "must-link"]
    because = {each.id: each.because for each in story.reports if each.id not in limited}
    why = reasons([quotable(article) for article in articles], ids, because, joined)
    return tuple(Told(id, adds[id], why[id]) for id in (article.id for article in articles))


def judged(desk: Desk, article: Article) -> Article:
    """With its quality; one whose text is gone keeps what it had."""
    if not article.text and article.quality.parts and not article.permissions.reserved:
        return article
    if desk.portal.profile == "classic":
        return replace(article, quality=classic_quality(article, desk.portal))
    scores = (judge(article) for judge in desk.plugins.quality.values())
    return replace(article, quality=total("quality", scores))


def total(name: str, scores: Iterable[Score]) -> Score:
    """The scores of all judges as one, with all their parts."""
    parts = tuple(part for score in scores for part in score.parts)
    return Score(name, sum(part.points for part in parts), parts)


def heat_of(plugins: Plugins) -> Callable[[Sequence[Voice], datetime], Score]:
    """All judges of heat as one."""
    return lambda voices, now: total("heat", (f(voices, now) for f in plugins.heat.values()))


def record(desk: Desk, story: Story, answers: Answers) -> Made:
    if story.merged_into:
        return _redirected(desk, story)
    articles = _articles(desk, story.report_ids)
    kept = _kept(desk, story, articles)
    made: list[Any] = []
    held: list[str] = []
    if _only_cooled(desk, kept):
        kept = []
    for each in kept:
        id = urls.record_id(each.record.source_url)
        before = desk.trees.record(id)
        private = _private(desk, id)
        secured = desk.seal(id, private, before.secured if before else "")
        if desk.trees.file(each.tree, replace(each.record, secured=secured)):
            made.append(each.record)
        if each.tree != PUBLIC:
            held.append(f"{each.record.source_url} in {each.tree}: {each.why}")
    _file_story(desk, story, articles)
    _await_ends(desk, articles)
    for article in articles:
        # Only now is its journey over: a run killed before this line takes the report up again.
        for item_id in desk.store.items_of(article.id):
            desk.store.settle_item(item_id)
    return Made(made, "ok" if made else "unchanged", "; ".join(held))


def _kept(desk: Desk, story: Story, articles: Sequence[Article]) -> list[Kept]:
    decisions = desk.trees.decisions
    if desk.portal.profile != "classic":
        id = _public_id(desk, story, articles)
        return keep(story, articles, desk.portal, decisions=decisions, story_id=id)
    if not articles:
        return []
    since = min(article.moment for article in articles) - CLASSIC_WINDOW
    lately = (as_of(each, desk.at) for each in desk.store.articles_since(since))
    pool = [each for each in lately if each.topics and each.id not in desk.trees.tombs]
    # A report that came in changes what others are related to, and so their heat.
    touched = {
        other.id
        for a in articles
        for other in pool
        if a.id == other.id or classic.related(a, [other])
    }
    mine = [each for each in pool if each.id in touched]
    return keep_classic(mine, pool, desk.portal, decisions=decisions)


def _public_id(desk: Desk, story: Story, articles: Sequence[Article]) -> str:
    """The id by which the public knows the story: given once, by its first nameable report."""
    if filed := desk.trees.story_named(story.report_ids):
        return filed
    fact = f"story:{story.id}"
    if known := desk.store.fact(fact):
        return known
    decisions = desk.trees.decisions
    named = [a.id for a in articles if nameable(a, desk.portal, decisions.get(a.id, ""))]
    if not named:
        return story.id
    desk.store.save_fact(fact, named[0])
    return named[0]


def _only_cooled(desk: Desk, kept: Sequence[Kept]) -> bool:
    """Does every record of the story stand already, but for the heat of another hour?

    A record's heat is that of the edition that last changed its story (PORTAL.md).
    """
    if desk.portal.profile == "classic":  # there a record's heat is its own, and always that of now
        return False
    for each in kept:
        id = urls.record_id(each.record.source_url)
        before = desk.trees.record(id)
        if before is None or desk.trees.tree_of(id) != each.tree:
            return False
        if _without_heat(before) != _without_heat(each.record):
            return False
    return True


def _without_heat(record: Record) -> Record:
    parts = tuple(score for score in record.desk.parts if score.name != "heat")
    return replace(
        record, heat=min(record.heat, 0), secured="", desk=replace(record.desk, parts=parts)
    )


def _private(desk: Desk, id: str) -> dict[str, object]:
    """What the portal wants sealed of this report: where we had it from, how it was judged."""
    article = desk.article(id)
    if article is None:
        return {}
    items = [item for item in map(desk.store.item, desk.store.items_of(id)) if item]
    fields = desk.portal.seal.fields
    data: dict[str, object] = {}
    if "source" in fields:
        data["source"] = {"id": article.source_id, "entries": sorted({i.url for i in items})}
    if "scores" in fields:
        parts = article.quality.parts
        data["scores"] = {"quality": [[part.name, part.points] for part in parts]}
    return data


def _file_story(desk: Desk, story: Story, articles: Sequence[Article]) -> None:
    """The story's record, of what is public: two reports or more, or one that had a record."""
    public = [a for a in articles if desk.trees.tree_of(a.id) == PUBLIC]
    id = _public_id(desk, story, articles)
    if len(public) < 2 and id not in desk.trees.stories:
        return
    if not public:
        desk.trees.drop_story(id)
        return
    told = {each.id: each for each in story.reports}
    names = {key for article in public for key in article.topics}
    labels = [topic.label for key, topic in desk.portal.topics.items() if key in names]
    filed = replace(
        story,
        id=id,
        title=next((a.title for a in public if a.id == id), public[0].title),
        reports=tuple(_public_told(told[a.id], a, public) for a in public),
        first_at=min(a.moment for a in public),
        last_at=max(a.moment for a in public),
        topics=tuple(labels),
    )
    before = desk.trees.stories.get(id)
    if before and before.reports == filed.reports and before.topics == filed.topics:
        filed = replace(filed, heat=before.heat)
    desk.trees.file_story(filed)


def _redirected(desk: Desk, story: Story) -> Made:
    """Where the public can find a story that another took in.

    A story that the public never saw as one needs no word; nor does one whose taker has no name
    yet: that takes over the name with the reports.
    """
    stories = desk.trees.stories
    own = story.merged_into if story.merged_into in stories else ""
    into = desk.store.fact(f"story:{story.merged_into}") or own
    filed = stories.get(desk.store.fact(f"story:{story.id}") or story.id)
    if filed is None or filed.merged_into or not into or into == filed.id:
        return Made(status="unchanged")
    desk.trees.file_story(replace(filed, reports=(), merged_into=into))
    return Made(detail=f"{filed.id} is now part of {into}")


def _public_told(told: Told, article: Article, public: Sequence[Article]) -> Told:
    """The first that is public opens the story for the public; none names what is not."""
    if article == public[0]:
        return replace(told, because="opens the story")
    if article.copy_of and article.copy_of not in {other.id for other in public}:
        return replace(told, because="")
    return told


def _articles(desk: Desk, ids: Sequence[str]) -> list[Article]:
    read = desk.store.articles(ids)
    return [as_of(desk.memory.unkept.get(each.id, each), desk.at) for each in read]


def _save(desk: Desk, article: Article) -> None:
    """Keep what may be kept: a text under noarchive lives in memory, for this run."""
    if not article.permissions.archive:
        desk.memory.unkept[article.id] = article
        article = replace(article, text="")
    desk.store.save_article(article)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _answer(answers: Answers, url: str) -> Fetched:
    answer = answers.fetched[url]
    if isinstance(answer, FetchError):
        raise answer
    return answer


def _parsed(answers: Answers, reading: Reading, kind: type[T]) -> T:
    """What the parsers made of it: a tuple of items for a source, an article for an item."""
    parsed = answers.parsed[reading.name]
    if isinstance(parsed, Unreadable):
        raise parsed
    assert isinstance(parsed, kind)  # wire.answer_of lets no other through
    return parsed


STEPS = (
    Step("fetch", fetch, key=lambda source: urls.host(source.url) or source.id),
    Step("read", read, key=lambda fetched: fetched.source_id),
    Step(
        "extract",
        extract,
        key=lambda item: urls.host(item.url),
        waiting=lambda desk: waiting_pages(desk),
    ),
    Step("dedup", dedup, key=lambda article: "texts", order=earliest),
    Step("topics", topics, key=lambda article: article.id),
    Step("link", link, key=lambda article: "stories", order=earliest),
    Step("score", score, key=lambda story: story.id),
    # One at a time: of two records with one name, the first by id has it plain. Merged stories give
    # up their reports before those that took them in name them.
    Step(
        "record",
        record,
        key=lambda story: "records",
        order=lambda story: (not story.merged_into, story.id),
    ),
)


def attempt(desk: Desk, step: Step, record: Any, answers: Answers) -> tuple[Made, Outcome | None]:
    """Run one step on one record: what it made, and its one outcome, which the store keeps.

    No outcome while the step asks for more. The world's failures become outcomes; ours propagate.
    """
    try:
        made = step.run(desk, record, answers)
    except Deferred as error:  # nobody's failure: its turn is kept
        made = Made(status="unchanged", detail=f"not asked this time: {error.reason}")
    except SourceError as error:
        detail = str(error)
        status = _status(error)
        if source := _source_of(desk, record):
            detail = _visit_failed(desk, source, error)
        elif isinstance(record, Item) and status == "retry" and _gave_up(desk, record, error):
            status, detail = "rejected", f"{error}; given up"
        made = Made(status=status, detail=detail)
    if made.asks:
        return made, None
    waits = made.status in ("retry", "unchanged")
    if isinstance(record, Item | Article) and not made.records and not waits:
        for item_id in desk.store.items_of(record.id):
            desk.store.settle_item(item_id)
    outcome = Outcome(step.name, subject(record), made.status, made.detail)
    desk.store.save_outcome(outcome)
    return made, outcome


def with_lists(portal: Portal, folder: Path, store: Store) -> Portal:
    """The portal with the sources that its OPML lists name, as far as we know them.

    Raises ConfigError for a file that is not there or cannot be read.
    """
    own = {id: source for id, source in portal.sources.items() if not source.listed_in}
    portal = replace(portal, sources=own)
    lists = {
        id: store.fact(fact_of(source, "feeds")).split()
        if is_asked(source)
        else _in_file(portal, source, folder)
        for id, source in own.items()
        if source.opml
    }
    return opml.expand(portal, lists) if lists else portal


def is_asked(source: Source) -> bool:
    """Has it an address, or is it a file of the operator's?"""
    return not source.opml or "://" in source.opml


def _in_file(portal: Portal, source: Source, folder: Path) -> list[str]:
    try:
        data = (folder / source.opml).read_bytes()
        listed = opml.items(source, Fetched(source.opml, data, UNDATED))
        return [item.url for item in listed]
    except OSError as error:
        portal.refuse(f"sources.{source.id}.opml", f"{source.opml}: {error.strerror}")
    except Unreadable as error:
        portal.refuse(f"sources.{source.id}.opml", str(error))


def ask_lists(desk: Desk, lists: Sequence[Source]) -> tuple[Desk, list[Outcome]]:
    """Ask these lists what they name: the desk that knows it, and one outcome per list and step.

    A list that does not answer, or cannot be read, names what it named before.
    """
    fetching = STEPS[0]
    asks = (ask for source in lists for ask in fetching.run(desk, source, Answers()).asks)
    requests = [ask for ask in asks if isinstance(ask, Request)]
    fetched = dict(zip((r.url for r in requests), desk.door.ask(requests), strict=True))
    outcomes: list[Outcome] = []
    for source in lists:
        made, outcome = attempt(desk, fetching, source, Answers(fetched))
        outcomes += [outcome] if outcome else []
        outcomes += [_kept_list(desk, source, answer) for answer in made.records]
    return replace(desk, portal=with_lists(desk.portal, desk.trees.folder, desk.store)), outcomes


def _kept_list(desk: Desk, source: Source, fetched: Fetched) -> Outcome:
    (listed,) = desk.parsers.parse([Reading("opml", source, fetched)])
    if isinstance(listed, Unreadable):
        why = _visit_failed(desk, source, listed)
        outcome = Outcome("read", source.url, _status(listed), why)
    else:
        assert isinstance(listed, tuple)  # a source's reading gives no other
        _save_visits(desk, source, schedule.read(visits_of(desk, source), (), b"", desk.at))
        desk.store.save_fact(fact_of(source, "feeds"), "\n".join(item.url for item in listed))
        desk.store.save_answer(fetched)
        outcome = Outcome("read", source.url, "ok", f"names {len(listed)} feeds")
    desk.store.save_outcome(outcome)
    return outcome


def _source_of(desk: Desk, record: Any) -> Source | None:
    """The source whose visit this record is."""
    if isinstance(record, Fetched):
        return desk.portal.sources.get(record.source_id)
    return record if isinstance(record, Source) else None


def waiting_pages(desk: Desk) -> list[Item]:
    """The entries of earlier runs whose page it is time to ask for."""
    items = desk.store.waiting_items()
    return [item for item in items if _tries(desk, item)[1] <= desk.at]


def _tries(desk: Desk, item: Item) -> tuple[int, datetime]:
    """How often its page failed us, and when to ask again."""
    tries, _, again = desk.store.fact(f"item:{item.id}:tries").partition(" ")
    return (int(tries), datetime.fromisoformat(again)) if tries else (0, item.seen_at)


def _gave_up(desk: Desk, item: Item, error: SourceError) -> bool:
    """Count that its page failed us; was that once too often?"""
    tries = _tries(desk, item)[0] + 1
    wait, most = schedule.back_off(tries), OVERDUE_TRIES
    if isinstance(error, FetchError):
        wait, most = max(wait, error.retry_after), PAGE_TRIES.get(error.status, MOST_TRIES)
    desk.store.save_fact(f"item:{item.id}:tries", f"{tries} {(desk.at + wait).isoformat()}")
    return tries >= most


def _status(error: SourceError) -> Status:
    if isinstance(error, Forbidden):
        return "rejected"
    return "retry" if isinstance(error, FetchError | Overdue) else "quarantined"


def tell_sources(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Write what readers may know of each source: does it work, since when, if not why."""
    latest: dict[str, datetime] = {}
    for record in desk.trees.public().values():
        key, at = record.desk.source, record.published_at
        if key and at:
            latest[key] = max(at, latest.get(key, at))
    # Of a source that was not asked nothing is known that was not known before.
    asked = [
        o for o in outcomes if o.step == "fetch" and not (o.status == "unchanged" and o.detail)
    ]
    fetched = {o.subject: o for o in asked}
    unread = {o.subject: o for o in outcomes if o.step == "read" and o.status == "quarantined"}
    for source in desk.portal.sources.values():
        before = desk.trees.sources.get(source.id)
        outcome = unread.get(source.url) or fetched.get(source.url or source.id)
        state = before or SourceState(id=source.id, since_at=desk.at)
        if outcome is None and before is None:
            continue
        if outcome:
            works = outcome.status in ("ok", "unchanged")
            why = "" if works else _lasting(source, outcome.detail)
            _remember(desk, source, works, why)
            if before is None or before.works != works:
                state = replace(state, works=works, since_at=desk.at, why=why)
        title = desk.store.fact(fact_of(source, "title")) or state.title
        domain = urls.domain(source.url or source.pages[0])
        last = latest.get(source.id, state.last_report_at)
        desk.trees.file_source(replace(state, title=title, domain=domain, last_report_at=last))


def _lasting(source: Source, detail: str) -> str:
    """Why a visit failed, without what differs from visit to visit: a record of it stands for
    long, and the next visit is another soon."""
    return detail.removeprefix(f"{source.url}: ").partition("; asked again")[0]


def _remember(desk: Desk, source: Source, works: bool, why: str) -> None:
    """Add this visit to the source's history."""
    after = remember(history(desk.store, source), desk.at, works, why)
    desk.store.save_fact(fact_of(source, "history"), msgspec.json.encode(after).decode())


def history(store: Store, source: Source) -> tuple[Spell, ...]:
    """How the visits to a source went, oldest first."""
    told = store.fact(fact_of(source, "history"))
    return msgspec.json.decode(told, type=tuple[Spell, ...]) if told else ()


def publish(
    portal: Portal,
    plugins: Plugins,
    trees: Trees,
    site: str = "site",
    standing: Standing | None = None,
) -> Iterator[Outcome]:
    """Make site/ from the public records alone: no store, no network.

    One outcome per output; an output that fails does not stop the others. A record file that
    cannot be read is named, left alone, and the rest is built. What is `standing` is not
    made again.
    """
    for broken in trees.broken:
        yield Outcome("record", broken.place.file, "quarantined", str(broken))
    today = edition(portal, trees, heat_of(plugins))
    folder = trees.folder / site
    made: dict[PurePosixPath, bytes | None] = {}
    drafts: dict[PurePosixPath, Draft] = {}
    failed = False
    outcomes: dict[str, list[PurePosixPath]] = {}
    # The site is made last, whatever the portal's order: its front page names all the others.
    names = portal.outputs or tuple(plugins.outputs)
    for name in sorted(names, key=lambda name: name == "site"):
        try:
            output = _make(name, plugins.outputs[name], today, standing, drafts)
        except PublishError as error:
            failed = True
            yield Outcome("publish", name, "quarantined", str(error))
            continue
        made |= output
        outcomes[name] = list(output)
    for name, paths in outcomes.items():
        fresh = ((path, data) for path in paths if (data := made[path]) is not None)
        written = sum(files.write(folder / path, data) for path, data in fresh)
        yield Outcome("publish", name, "ok" if written else "unchanged", f"{written} written")
    if not failed:  # what a failed output made before still stands
        files.prune(folder, made)
    if standing:
        standing.save((path, draft) for path, draft in drafts.items() if made.get(path) is not None)


def close(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """End a run: the sources' states, the day's record, what may be forgotten."""
    tell_sources(desk, outcomes)
    desk.memory.keep()
    close_day(desk.portal, desk.trees, heat_of(desk.plugins), desk.at)
    desk.store.forget_texts(desk.at - desk.portal.retention)


def _await_ends(desk: Desk, articles: Iterable[Article]) -> None:
    """Remember when these are to leave the public, if their publishers said so."""
    ends = {a.id: a.permissions.until for a in articles if a.permissions.until}
    if coming := {id: f"{at:{_ISO}}" for id, at in ends.items() if at > desk.at}:
        desk.store.save_fact(_ENDS, _kept_ends(_ends(desk) | coming))


def _ends(desk: Desk) -> dict[str, str]:
    """The reports that their publishers want listed for a time only, with its end."""
    kept = desk.store.fact(_ENDS)
    return msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


def _kept_ends(ends: dict[str, str]) -> str:
    return msgspec.json.encode(ends, order="sorted").decode()


def end_listings(desk: Desk) -> None:
    """Record those reports anew whose end has come since: they leave the public."""
    due = [id for id, end in _ends(desk).items() if end <= f"{desk.at:{_ISO}}"]
    for id in due:
        again(desk, id)
    if due:  # only now, so that a run that is killed before begins anew
        rest = {id: end for id, end in _ends(desk).items() if id not in due}
        desk.store.save_fact(_ENDS, _kept_ends(rest))


def again(desk: Desk, story_id_or_report: str) -> None:
    """Score and record a story anew after a person's act: an approval, a removal."""
    if story := desk.store.story_of(story_id_or_report):
        # Nothing said before may stand: it could name what the act has taken away.
        reports = tuple(Told(each.id) for each in story.reports)
        _scored_and_recorded(desk, replace(story, reports=reports))


def _scored_and_recorded(desk: Desk, story: Story) -> None:
    (scored,) = score(desk, story, NONE).records
    record(desk, scored, NONE)


def say_of_two(desk: Desk, what: str, one: str, other: str) -> list[Story]:
    """An editor's must-link or cannot-link: the stories that it changed, recorded anew.

    Raises Contradiction for one that cannot hold beside what was said before.
    """
    changed = desk.memory.linker.said(what, one, other)
    for story in changed:
        desk.store.save_story(story)
    # A name in public goes with the larger part: a story that was taken in redirects first, one
    # that was parted gives up its reports before the new one is named.
    known = desk.trees.stories
    for story in sorted(changed, key=lambda story: (not story.merged_into, story.id not in known)):
        _scored_and_recorded(desk, story)
    return changed


def leave(desk: Desk, report_id: str, also: Sequence[str], why: str) -> None:
    """Remove a report from everything that is kept, its tombstone first. Raises StoreError."""
    story = desk.store.story_of(report_id)
    desk.trees.remove(report_id, also, desk.at, why)
    _forget_copies(desk, report_id, story)
    if story is None:
        return
    rest = tuple(told for told in story.reports if told.id != report_id)
    story = replace(story, reports=rest)
    desk.store.save_story(story)
    if rest:
        again(desk, rest[0].id)
    else:
        desk.trees.drop_story(story.id)


def _forget_copies(desk: Desk, report_id: str, story: Story | None) -> None:
    """Copies of what was removed are copies of nothing: the first of them leads the rest."""
    copies = [
        a for a in _articles(desk, story.report_ids if story else ()) if a.copy_of == report_id
    ]
    copies.sort(key=earliest)
    for each in copies:
        _save(desk, replace(each, copy_of="" if each == copies[0] else copies[0].id))


def _make(
    name: str,
    output: Output,
    today: Edition,
    standing: Standing | None,
    drafts: dict[PurePosixPath, Draft],
) -> dict[PurePosixPath, bytes | None]:
    """Every file of an output, None for one that stands; its drafts are put into `drafts`."""
    made: dict[PurePosixPath, bytes | None] = {}
    try:
        for path, data in output(today):
            if isinstance(data, Draft):
                drafts[path] = data
                stands = standing and standing.stands(path, data)
                made[path] = None if stands else data.make()
            else:
                made[path] = data
    except PublishError:
        raise
    except Exception as error:  # an output may be a stranger's code
        raise PublishError(f"output {name}: {type(error).__name__}: {error}") from error
    return made


def refill(desk: Desk) -> None:
    """Fill an empty store from both trees, as far as files can tell: no texts, no validators.

    A report is in it when its story is: a kill may come between the two.
    """
    public = desk.trees.story_named
    names = {name: t.id for t in desk.portal.topics.values() for name in (t.label, *t.was)}
    told: dict[str, list[Article]] = {}
    for id in desk.trees.ids():
        record = desk.trees.record(id)
        if record is None or desk.store.story_of(id):
            continue
        article = _from_record(id, record, names)
        desk.store.save_article(article)
        desk.store.save_fact(_identity_of(article.url), id)
        _await_ends(desk, [article])
        story = public([id]) or record.desk.story or id
        told.setdefault(story, []).append(article)
    for id, articles in sorted(told.items()):
        filed = desk.trees.stories.get(id)
        because = {each.id: each for each in filed.reports} if filed else {}
        articles.sort(key=earliest)
        desk.store.save_story(
            Story(
                id,
                filed.title if filed else articles[0].title,
                tuple(because.get(a.id, Told(a.id)) for a in articles),
                min(a.moment for a in articles),
                max(a.moment for a in articles),
            )
        )


def _from_record(id: str, record: Record, topic_ids: Mapping[str, str]) -> Article:
    told = {score.name: score for score in record.desk.parts}
    seen = record.desk.seen_at or record.published_at
    return Article(
        id=id,
        url=record.source_url,
        source_id=record.desk.source,
        domain=record.provider.domain,
        title=record.title,
        text="",
        language=record.desk.language,
        seen_at=seen or UNDATED,
        published_at=record.published_at,
        updated_at=record.updated_at,
        summary=record.excerpt,
        authors=record.desk.authors,
        images=record.images,
        type=record.type,
        amp_url=record.amp_url,
        provider_name=record.provider.name,
        titles=record.desk.titles,
        topics=tuple(topic_ids[name] for name in record.topics if name in topic_ids),
        matched=record.desk.matched,
        copy_of=record.desk.copy_of,
        permissions=as_recorded(record),
        quality=told.get("quality", as_told("quality", record.quality)),
    )
