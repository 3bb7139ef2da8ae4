"""What does the publisher call itself? The name that its metadata, titles and address agree on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from broadsheet import urls
from broadsheet.intake import words
from broadsheet.intake.harvest import TOPS, Element, Harvest, folded
from broadsheet.intake.json_ld import Graph, Node
from broadsheet.intake.title import host_names, last_pieces, pieces
from broadsheet.intake.votes import Claim, Told, elect

SURE = 0.65  # of what metadata tells, with which nothing is looked for that readers see

_METAS = {
    "og:site_name": 0.85,
    "application-name": 0.5,
    "apple-mobile-web-app-title": 0.55,
    "publisher": 0.5,
    "dc.publisher": 0.5,
    "dcterms.publisher": 0.5,
    "cre": 0.5,
    "parsely-site": 0.6,
    "al:ios:app_name": 0.35,
    "al:android:app_name": 0.35,
    "twitter:app:name:iphone": 0.35,
    "copyright": 0.15,
}
_HANDLE, _SUFFIX, _ADDRESS = 0.15, 0.65, 0.23
_REST, _HOME = 0.45, 0.45
# Times its weight, for a name that address or title have too, that neither has, that is the address.
_FITS, _STRANGE, _SPELLED = 1.15, 0.85, 0.7
_LONGEST, _WORDS = 60, 6  # characters of a name; words of one that only a title tells
_LINKS = 12  # to the front page that are looked at
_ENDS = " |/:,-\u2013\u2014\u00b7\u2022"
_RIGHTS = re.compile(r"^(?:(?:copyright|\(c\)|\u00a9)[\d\s,\u2013-]*)+(?:by\s)?", re.IGNORECASE)
_LINKED = re.compile(r"\s*\((?:www\.|https?:)[^)]*\)")
_NO_NAME = re.compile(
    r"\b(?:logo|home ?page|home|startseite|hauptseite|accueil|inicio|portada|header)\b"
    r"|^(?:go|back|return|zur\u00fcck)? ?(?:to|zur|zu)\b|^by |>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the address and the page's title say, to which a name fits or not; all folded."""

    hosts: list[str]
    """The first part of the domain, and all of it."""
    title: str
    around: frozenset[str]
    """What stands at the ends of the title."""
    headings: tuple[Element, ...]

    def has(self, name: str) -> bool:
        """Is it in the address, or beside the headline in the title?"""
        said = folded(name)
        return said in self.around or self.in_address(name) or any(h in said for h in self.hosts)

    def is_report(self, name: str) -> bool:
        """Is it the whole title, and a heading? Then it names the page, not its site."""
        said = folded(name)
        return said == self.title and any(folded(e.text()) == said for e in self.headings)

    def in_address(self, name: str) -> bool:
        """Is it a part of the address, or are its initials?"""
        return any(folded(name) in host for host in self.hosts) or self.is_address(name)

    def is_address(self, name: str) -> bool:
        """Is it what the address says, or are its initials?"""
        initials = folded("".join(word[0] for word in name.split()))
        return folded(name) in self.hosts or (len(initials) > 2 and initials in self.hosts)


def _known(found: Harvest) -> _Known:
    hosts = [name for host in host_names(found.url) if (name := folded(host))]
    around = frozenset(folded(piece) for piece in last_pieces(found.title))
    headings = tuple(element for element in found.headings[:TOPS] if element.tag == "h1")
    return _Known(hosts, folded(found.title), around - {""}, headings)


def names(found: Harvest, graph: Graph, report: Node) -> list[Claim[str]]:
    """All names that the site may have, with what says so."""
    known = _known(found)
    claims = list(_claims(found, graph, report))
    others = [folded(claim.value) for claim in claims]
    claims += _in_title(found, known)
    named = [(_named(claim.value, known, others), claim) for claim in claims]
    told = [_weighed(name, claim, known) for name, claim in named if name]
    host = [Claim(name, "address", _ADDRESS, "address") for name in host_names(found.url)[1:]]
    return told + host


def elect_site_name(claims: list[Claim[str]], found: Harvest, headline: str) -> Told[str]:
    """The best of `names`; where they are not sure, with what readers see.

    `headline` is the report's title: what `<title>` has beside it is likely the site's name.
    """
    told = elect(claims, folded, "", _spaced)
    if told.confidence >= SURE:
        return told
    return elect([*claims, *_seen(found, headline, claims)], folded, "", _spaced)


def _spaced(name: str) -> float:
    """Of two that are the same the one for readers: "The Hill", not "TheHill"."""
    return float(sum(bool(folded(word)) for word in name.split()) > 1)


def _named(said: str, known: _Known, others: list[str]) -> str:
    """The name in what a signal says, without what stands around it; "" if there is none.

    "Mole News | All of the mole" is Mole News if another signal or the address says so. What is the
    page's whole title names the page.
    """
    whole = _RIGHTS.sub("", _LINKED.sub("", words.line(said, 200))).strip(_ENDS)
    if "://" in whole or not folded(whole) or known.is_report(whole):
        return ""
    parts = pieces(whole)
    if len(parts) > 1:
        told = [part for part in parts if folded(part) in others]
        if not told and folded(whole) == known.title:
            told = parts[-1:]
        elif not told and folded(whole) not in known.title:
            told = [p for p in parts if known.in_address(p) or folded(p) in known.around]
        whole = max(told, key=_spaced, default=whole)
    return whole if len(whole) <= _LONGEST else ""


def _weighed(name: str, claim: Claim[str], known: _Known) -> Claim[str]:
    """The claim for this name, by what address and title say of it.

    Names that are only the address are one family: they say no more than it does.
    """
    if [folded(name)] == known.hosts[-1:]:
        return Claim(name, claim.signal, _SPELLED * claim.weight, "address")
    share = _FITS if known.has(name) else _STRANGE
    return Claim(name, claim.signal, min(0.98, share * claim.weight), claim.family)


def _claims(found: Harvest, graph: Graph, report: Node) -> Iterator[Claim[str]]:
    for name, weight in _METAS.items():
        if content := found.meta(name):
            yield Claim(content, name, weight)
    if name := graph.text(report, "publisher"):
        yield Claim(name, "JSON-LD publisher", 0.8)
    for node in graph.of_kind("website"):
        if name := graph.text(node, "name"):
            yield Claim(name, "JSON-LD WebSite", 0.75)
    for node in graph.of_kind("newsmediaorganization"):
        if name := graph.text(node, "name"):
            yield Claim(name, "JSON-LD NewsMediaOrganization", 0.7)
    if handle := found.meta("twitter:site").lstrip("@"):
        yield Claim(handle, "twitter:site", _HANDLE)


def _in_title(found: Harvest, known: _Known) -> Iterator[Claim[str]]:
    for piece in last_pieces(found.title):
        if len(folded(piece)) > 3 and known.in_address(piece):
            yield Claim(piece, "title", _SUFFIX)


def _seen(found: Harvest, headline: str, claims: list[Claim[str]]) -> Iterator[Claim[str]]:
    """What readers see: the rest of the title, and what leads to the front page."""
    known = replace(_known(found), around=frozenset())  # the title is what speaks here
    names = {folded(claim.value) for claim in claims}
    rest = _named(_rest(found.title, headline, known), known, [])
    if rest and not _NO_NAME.search(rest) and len(rest.split()) <= _WORDS:
        names.add(folded(rest))
        yield _weighed(rest, Claim(rest, "title", _REST), known)
    for said in _on_links_home(found):
        name = _named(_NO_NAME.sub("", said).strip(" ."), known, [folded(rest)])
        if folded(name) in names or known.is_address(name):
            yield _weighed(name, Claim(name, "link to the front page", _HOME), known)


def _rest(title: str, headline: str, known: _Known) -> str:
    """What the title has beside the headline: the site's part of it, if that can be told.

    Of what follows it is the last piece, or the one that the address has too; what comes first is a section
    more often (of 631 first pieces 4 % were the site's name).
    """
    parts = pieces(title)
    whole, said = folded(title), folded(headline)
    if not said or said == whole:
        return ""
    if whole.startswith(said):
        after = [p for p in parts if said not in folded(p) and folded(p) not in said]
        return next(filter(known.in_address, after), after[-1] if after else "")
    return parts[0] if whole.endswith(said) and known.has(parts[0]) else ""


def _on_links_home(found: Harvest) -> Iterator[str]:
    """What links to the front page say, and the logos in them."""
    start = urls.absolute(found.url, "/")
    if found.body is None or '"' in start:
        return
    selector = ",".join(f'a[href="{link}"]' for link in ("/", start, start.rstrip("/")) if link)
    for node in found.body.css(selector)[:_LINKS]:
        picture = node.css_first("img[alt]")
        if picture is not None:
            yield picture.attributes.get("alt") or ""
        yield node.attributes.get("title") or ""
        yield node.text(separator=" ")
