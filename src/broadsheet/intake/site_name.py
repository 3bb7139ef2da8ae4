"""What does the publisher call itself? The name that its metadata, titles and address agree on."""

from __future__ import annotations

from collections.abc import Iterator

from broadsheet.intake import words
from broadsheet.intake.harvest import Harvest, folded
from broadsheet.intake.json_ld import Graph, Node
from broadsheet.intake.title import host_names, last_pieces
from broadsheet.intake.votes import Claim, Told, elect

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
_HANDLE, _SUFFIX, _ADDRESS = 0.15, 0.65, 0.2
_FITS, _STRANGE = 1.15, 0.85  # times its weight, for a name that address or title have too, or not


def names(found: Harvest, graph: Graph, report: Node) -> list[Claim[str]]:
    """All names that the site may have, with what says so."""
    hosts = [folded(name) for name in host_names(found.url)]
    around = {folded(piece) for piece in last_pieces(found.title)}
    claims = [
        Claim(name, claim.signal, _fitting(name, claim.weight, hosts, around), claim.family)
        for claim in _claims(found, graph, report)
        if (name := words.line(claim.value, 100)) and "://" not in name and len(name) <= 60
    ]
    return claims


def elect_site_name(claims: list[Claim[str]]) -> Told[str]:
    """The best of `names`."""
    return elect(claims, folded, "")


def _fitting(name: str, weight: float, hosts: list[str], around: set[str]) -> float:
    said = folded(name)
    in_host = any(said in host or host in said for host in hosts if host)
    fits = bool(said) and (said in around or in_host)
    return min(0.98, weight * _FITS) if fits else weight * _STRANGE


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
    hosts = [name for host in host_names(found.url) if (name := folded(host))]
    for piece in last_pieces(found.title):
        if any(len(folded(piece)) > 3 and folded(piece) in host for host in hosts):
            yield Claim(piece, "title", _SUFFIX)
    for host in host_names(found.url)[1:]:
        yield Claim(host, "address", _ADDRESS)
