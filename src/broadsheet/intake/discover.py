"""Which feeds does this site have? Candidates from one page, best first; somebody else asks them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import guard, words
from broadsheet.model import Fetched, Item, Source
from broadsheet.plugins import Plugins

MOST = 20  # candidates of a page

_FEED_TYPES = frozenset(
    str.split("application/rss+xml application/atom+xml application/rdf+xml application/feed+json")
)
_MAYBE_TYPES = frozenset(("application/json", "application/xml", "text/xml"))
"""Of feeds too, where the address looks like one: the first JSON feeds, and servers' guesses."""
_FEED_LINK = re.compile(
    r"(?:^|[/._=-])(?:rss|atom|feeds?)(?:[/._=-]|\d?(?:\.xml|\.php|\.json)?$)|/index\.(?:xml|rdf)$",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|news ?feed|xml feed|json feed|web ?feed)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|comentario|commentaire|\bréponses\b", re.IGNORECASE)
# Where the programs that most sites run on put their feed: WordPress and Drupal, static site
# makers, Ghost, Blogger, Squarespace; then the news sitemap that search engines are given.
_KNOWN_PATHS = (
    "feed",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "rss",
    "feed.json",
    "feeds/posts/default",
    "?format=rss",
)
_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml")


Why = Literal["is one", "declared", "linked", "guessed", "marked up"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which there may be a feed, and what makes us think so."""

    url: str
    why: Why
    title: str = ""
    kind: Literal["feed", "sitemap"] = "feed"


def candidates(page: Fetched) -> list[Candidate]:
    """What the page itself says: that it is a feed, its `link` elements, then its anchors.

    Feeds of comments come last of their sort. A page that cannot be read says nothing.
    """
    here = page.final_url or page.url
    if is_feed(page):
        return [Candidate(here, "is one")]
    tree = _tree(page)
    if tree is None:
        return []
    base = _base(tree, here)
    found: dict[str, Candidate] = {}
    for candidate in (*_declared(tree, base), *_linked(tree, base, here)):
        found.setdefault(urls.identity(candidate.url), candidate)
    return list(found.values())[:MOST]


def elsewhere(page: Fetched) -> list[str]:
    """Other pages of the site that may name its feeds: the canonical one, then the front page."""
    here = page.final_url or page.url
    tree = _tree(page)
    links = tree.css('link[rel~="canonical"][href]')[:5] if tree else []
    canonical = (urls.absolute(here, node.attributes.get("href") or "") for node in links)
    known = {urls.identity(page.url), urls.identity(here)}
    others = (url for url in (*canonical, urls.absolute(here, "/")) if urls.same_site(url, here))
    return list(
        {urls.identity(url): url for url in others if urls.identity(url) not in known}.values()
    )


def guesses(url: str) -> list[Candidate]:
    """Where a site has its feed if it does not say: below this address, then at the front."""
    here = url.partition("?")[0].partition("#")[0]
    folder = here if here.endswith("/") else f"{here}/"
    places = list(dict.fromkeys((folder, urls.absolute(url, "/"))))
    below = [f"{place}{path}" for place in places for path in _KNOWN_PATHS]
    front = [f"{places[-1]}{path}" for path in _SITEMAPS]
    return [Candidate(link, "guessed") for link in below] + [
        Candidate(link, "guessed", kind="sitemap") for link in front
    ]


def sitemaps(robots: Fetched) -> list[Candidate]:
    """The news sitemaps that a robots.txt names (sitemaps.org); plain ones list everything."""
    text = guard.characters(robots)[:500_000]
    found = re.findall(r"(?im)^[ \t]{0,9}sitemap[ \t]{0,9}:[ \t]{0,9}(\S{1,2000})", text)
    links = (urls.absolute(robots.url, link) for link in found if "news" in link.lower())
    return [Candidate(link, "declared", kind="sitemap") for link in links if link][:MOST]


def is_feed(page: Fetched) -> bool:
    """Does it begin as a feed does? Whether it can be read is for its reader to say."""
    start = guard.characters(replace(page, body=page.body[:4_000])).lstrip("\ufeff \t\r\n").lower()
    if start.startswith("{"):
        return "jsonfeed.org/version" in start
    start = re.sub(r"(?s)<!--.*?(?:-->|$)", "", start)
    root = re.search(r"<(?!\?|!)\s{0,5}([a-z][a-z0-9:_-]{0,40})", start)
    return root is not None and root[1] in ("rss", "feed", "rdf:rdf", "atom:feed", "channel")


def _tree(page: Fetched) -> LexborHTMLParser | None:
    try:
        guard.check_size(page.url, page.body, guard.PAGE)
        markup = guard.utf8(page)
        guard.check_markup(page.url, markup, guard.PAGE)
        return LexborHTMLParser(markup.replace(b"\x00", b""))
    except (Unreadable, ValueError, RuntimeError):
        return None


def _base(tree: LexborHTMLParser, here: str) -> str:
    node = tree.css_first("base[href]") if tree.root else None
    return urls.absolute(here, (node.attributes.get("href") or "") if node else "") or here


def _declared(tree: LexborHTMLParser, base: str) -> list[Candidate]:
    found = []
    for node in tree.css("link[href]")[:500]:
        said = node.attributes
        relations = (said.get("rel") or "").lower().split()
        kind = (said.get("type") or "").partition(";")[0].strip().lower()
        link = urls.absolute(base, said.get("href") or "")
        is_one = kind in _FEED_TYPES or (kind in _MAYBE_TYPES and _looks_like_feed(link))
        if "feed" in relations or ("alternate" in relations and is_one):
            found.append((link, words.line(said.get("title") or "", 200)))
    return _ranked(found, "declared")


def _linked(tree: LexborHTMLParser, base: str, here: str) -> list[Candidate]:
    found = []
    for node in tree.css("a[href]")[:5_000]:
        link = urls.absolute(base, node.attributes.get("href") or "")
        said = words.line(node.text() or node.attributes.get("title") or "", 200)
        looks = _looks_like_feed(link) or _FEED_WORDS.search(said)
        if looks and urls.same_site(link, here):
            found.append((link, said))
    return _ranked(found, "linked")


def _looks_like_feed(link: str) -> bool:
    parts = urlsplit(link)
    return any(_FEED_LINK.search(part) for part in (parts.path, parts.query))


def _ranked(found: list[tuple[str, str]], why: Literal["declared", "linked"]) -> list[Candidate]:
    """In the page's order, but comments last."""
    known = [(url, title) for url, title in found if url]
    known.sort(key=lambda each: bool(_COMMENTS.search(f"{each[0]} {each[1]}")))
    return [Candidate(url, why, title) for url, title in known]


def read(source: Source, fetched: Fetched) -> Iterable[Item]:
    """Both as items, so that a worker can read a stranger's page: `type` says why, or "page"."""
    for found in candidates(fetched):
        yield _item(source, fetched, found.url, found.why, found.title)
    for url in elsewhere(fetched):
        yield _item(source, fetched, url, "page")


def candidates_in(items: Iterable[Item]) -> list[Candidate]:
    """The candidates that `read` gave."""
    return [Candidate(i.url, cast(Why, i.type), i.title) for i in items if i.type != "page"]


def pages_in(items: Iterable[Item]) -> list[str]:
    """The other pages that `read` gave."""
    return [item.url for item in items if item.type == "page"]


def _item(source: Source, fetched: Fetched, url: str, kind: str, title: str = "") -> Item:
    id = urls.record_id(url)
    return Item(id, url, source.id, fetched.fetched_at, title, type=kind)


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["discover"] = read
