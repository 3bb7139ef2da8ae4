"""Where does this site publish its feed? Asked through the door, all sites side by side."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadsheet import urls
from broadsheet.errors import FetchError
from broadsheet.fetch.answer import FOR_GOOD
from broadsheet.intake import discover
from broadsheet.intake.discover import Candidate
from broadsheet.model import Fetched, Item, Reading, Request, Source
from broadsheet.seams import Door, Parsers

_HOW = {
    "is one": "",
    "declared": " (declared by the site)",
    "linked": " (linked by the site)",
    "guessed": " (found at a usual place)",
    "marked up": " (marked up in the page)",
}

Answers = Mapping[str, Fetched | FetchError]
Search = Generator[list[str], Answers, "Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one address that the operator gave."""

    asked: str
    feed: Candidate | None = None
    entries: int = 0
    newest_at: datetime | None = None
    title: str = ""
    """What the feed calls itself."""
    others: tuple[str, ...] = ()
    """Further feeds that the site declares, not asked for."""
    why: str = ""
    """Why there is none, in words."""

    @property
    def words(self) -> str:
        """The same for a person."""
        if self.feed is None:
            return self.why
        newest = f", the newest of {self.newest_at:%Y-%m-%d}" if self.newest_at else ""
        also = f"; also {', '.join(self.others)}" if self.others else ""
        how = _HOW[self.feed.why]
        return f"{self.entries} entries{newest}: {self.feed.kind} {self.feed.url}{how}{also}"


def web(address: str) -> str:
    """The address that a person means who leaves `https://` out."""
    return address if "://" in address else f"https://{address}/"


def find(door: Door, parsers: Parsers, addresses: Sequence[str]) -> list[Found]:
    """The best feed behind each address, in their order; an address may be a feed itself."""
    searches = {address: _search(parsers, address) for address in addresses}
    found: dict[str, Found] = {}
    wanted = {address: next(search) for address, search in searches.items()}
    while wanted:
        asked = list(dict.fromkeys(url for several in wanted.values() for url in several))
        answers = dict(zip(asked, door.ask([Request(url) for url in asked]), strict=True))
        for address in list(wanted):
            try:
                wanted[address] = searches[address].send(answers)
            except StopIteration as done:
                found[address] = done.value
                del wanted[address]
    return [found[address] for address in addresses]


def _search(parsers: Parsers, address: str) -> Search:
    """Ask the page, then what it says, then its front page, then the usual places."""
    (page,) = yield from _asked([address])
    if isinstance(page, FetchError):
        return Found(address, why=str(page))
    known: dict[str, Fetched | FetchError] = {page.url: page, page.final_url: page}
    said = _said(parsers, [page])
    found = yield from _first(parsers, address, discover.candidates_in(said), known)
    if not found:
        others = yield from _asked(discover.pages_in(said))
        said = _said(parsers, [other for other in others if isinstance(other, Fetched)])
        found = yield from _first(parsers, address, discover.candidates_in(said), known)
    if not found:
        here = page.final_url or page.url
        (robots,) = yield from _asked([urls.absolute(here, "/robots.txt")])
        told = discover.sitemaps(robots) if isinstance(robots, Fetched) else []
        found = yield from _first(parsers, address, [*discover.guesses(here), *told], known)
    # Last, for a page that marks up its own entries: no request, but every reader prefers a feed.
    itself = found or _tried(parsers, address, Candidate(address, "marked up"), page)
    if itself and (found or itself.entries):
        return itself
    return Found(address, why=f"{address}: no feed found; name it in portal.yaml")


def _said(parsers: Parsers, pages: Sequence[Fetched]) -> list[Item]:
    """What these pages say of feeds; one that cannot be read says nothing."""
    source = Source("found")
    parsed = parsers.parse([Reading("discover", source, page) for page in pages])
    return [item for items in parsed if isinstance(items, tuple) for item in items]


def _asked(wanted: list[str]) -> Generator[list[str], Answers, list[Fetched | FetchError]]:
    answers = (yield wanted) if wanted else {}
    return [answers[url] for url in wanted]


def _first(
    parsers: Parsers,
    address: str,
    candidates: Sequence[Candidate],
    known: dict[str, Fetched | FetchError],
) -> Generator[list[str], Answers, Found | None]:
    """The first that is a feed with entries, else the first that is one at all.

    One after the other, since one host is asked so anyway; `known` is what was asked already.
    """
    empty: Found | None = None
    for candidate in candidates:
        if candidate.url not in known:
            (known[candidate.url],) = yield from _asked([candidate.url])
        found = _tried(parsers, address, candidate, known[candidate.url])
        if found and found.entries:
            declared = (c.url for c in candidates if c.why == "declared")
            return replace(found, others=tuple(url for url in declared if url != candidate.url))
        empty = empty or found
    return empty


def _tried(
    parsers: Parsers, address: str, candidate: Candidate, answer: Fetched | FetchError
) -> Found | None:
    """What the reader finds in it; None where it is no feed."""
    if isinstance(answer, FetchError):
        return None
    # A page that says "not found" may list its newest reports: entries, and yet no feed.
    if candidate.kind == "feed" and candidate.why != "marked up" and not discover.is_feed(answer):
        return None
    url = candidate.url
    if answer.redirects and all(status in FOR_GOOD for status, _ in answer.redirects):
        url = answer.final_url
    is_feed = candidate.kind == "feed"
    source = Source("found", feed=url) if is_feed else Source("found", sitemap=url)
    (items,) = parsers.parse([Reading(candidate.kind, source, answer)])
    if not isinstance(items, tuple):
        return None
    dates = [item.published_at for item in items if item.published_at]
    title = items[0].feed_title if items else ""
    return Found(address, replace(candidate, url=url), len(items), max(dates, default=None), title)
