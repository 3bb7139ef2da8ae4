"""Who wrote this? People by their names; organisations apart, without "By", roles and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from broadsheet.intake import words
from broadsheet.intake.harvest import Element, Harvest, folded
from broadsheet.intake.json_ld import Graph, Node, several, types
from broadsheet.intake.rules import WEIGHT, Rule
from broadsheet.intake.shown import DATE
from broadsheet.intake.votes import Claim, Told, elect

MOST = 20  # authors of one report
SURE = 0.9  # of what metadata tells, with which no byline is looked for

_BY = re.compile(
    r"^\W*(?:(?:article |story |text |words |written |posted |published |reported |created |authored |"
    r"medically |fact[- ]checked |updated )?by|author|authors|von|text|foto|par|por|di|door|av|af|autor"
    r"|autore|auteur|redaktion|\u0442\u0435\u043a\u0441\u0442|\u0430\u0432\u0442\u043e\u0440|"
    r"escrito por|publicado por|verfasst von|propos recueillis par|skrevet av|tekst)\b\s*:?\s*",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:,\s(?:and|und|et|y|&)\s|[;|/\u2022\u00b7\n\t\uff0c\u3001]|,(?!\s*(?:jr|sr)\b)"
    r"|\s(?:and|und|et|y|e|og|och|en|&|with|mit|avec|con)\s|(?<=\w)\sund\s)\s*",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*(?:\(|\[|https?:|www\.|\s[-\u2013\u2014]\s|@|\bfor\s|\bin\s|\baus\s|\bupdated\b|\bpublished\b|\bposted\b"
    r"|\blast\b|\breviewed\b|\bedited\b|\bmedically\b|\bread(?:ing)?\b|\d{1,2}[:.]\d\d|\b\d{1,2}\s\w+\s\d{4}).*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\s(?:[a-z]{3,9}day,?\s)?[a-z]{3,9}\.?\s\d{1,2},?\s\d{4}\b.*$", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:editors?|reporters?|correspondents?|journalists?|columnists?|contributors?|writers?|"
    r"photographers?|producers?|critics?|chief|director|manager|ceo|founder|author|"
    r"professor|specialist|strategist|analyst|consultant|marketing|"
    r"redakteur(?:in)?|reporterin|korrespondent(?:in)?|volont\u00e4r(?:in)?|journaliste?|r\u00e9dact(?:eur|rice)|"
    r"redactor[ae]?|periodista|corresponsal|giornalista|redattore|redaktor|"
    r"redaksjon(?:en)?|journalist(?:in|en)?)\b",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:team|staff|desk|newsroom|redaktion|redacci[o\u00f3]n|r\u00e9daction|redazione|redactie|editorial|agency|"
    r"agencies|agentur|nachrichtenagentur|news|press|media|magazine|times|inc|llc|ltd|gmbh|university|institute|department|"
    r"associated press|reuters|afp|dpa|ap|apa|sda|ansa|efe|ritzau|bloomberg|xinhua|tass|lusa|belga|"
    r"ntb|tt|pti|ani|yonhap)\b|\.(?:com|org|net|de|co)\b",
    re.IGNORECASE,
)
_NICKNAMED = re.compile(r"[\w.'\u2019-]+ \([^()]{1,20}\) [\w.'\u2019-]+")
_SURNAME_FIRST = re.compile(
    r"((?:[a-z'\u2019]+\s){0,3}[A-Z]\S*),\s((?:[A-Z]\S*\s?){1,3}(?:\s[a-z]+){0,2})"
)
_OURS = re.compile(r"(?:the|our)\b", re.IGNORECASE)
_ACCOUNT = re.compile(r"[a-z0-9._-]+|\w*[a-z]\w*[A-Z]\w*")
"""As the system writes who was logged in, in all its fields: the next signal says it again."""
_NO_NAME = re.compile(
    r"https?://|www\.|@|:|^\d|\d{3}|cookie|subscribe|^admin(?:istrator)?$|comments?$|\bminutes?\b|read more"
    r"|^follow|^share|^about|^view|^more|^posts?\b|^all\b|^see\b|^contact|^source|^photo|^image|^the author"
    r"|^undefined$|^null$|^none$|^unknown$|^anonymous$|^guest$|^n/?a$|^update|^publish|^bio$|full bio|articles by|^learn|^meet|^author",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\s*(?:\uae30\uc790|\ud2b9\ud30c\uc6d0|\uc120\uc784\uae30\uc790|\u8a18\u8005|\u8bb0\u8005|\u7de8\u8f2f)$"
)
_META = {
    "author": 0.8,
    "article:author": 0.6,
    "article:author_name": 0.8,
    "parsely-author": 0.85,
    "sailthru.author": 0.85,
    "cxenseparse:author": 0.85,
    "dc.creator": 0.85,
    "dcterms.creator": 0.85,
    "dc.contributor": 0.6,
    "citation_author": 0.85,
    "byl": 0.8,
    "creator": 0.7,
    "vr:author": 0.8,
    "og:article:author": 0.7,
    "authors": 0.8,
    "book:author": 0.6,
    "articleauthor": 0.8,
    "article_author": 0.8,
}
_LIBRARY = frozenset(("dc.creator", "dcterms.creator", "dc.contributor", "citation_author"))
"""Those of libraries, which put the surname first."""
_SAYS_AUTHOR = re.compile(
    r"^(?:written|author|verfasst|geschrieben|\u00e9crit|escrito|scritto|skrevet|geschreven)",
    re.IGNORECASE,
)
_SHORT = frozenset(str.split("a span p div address strong li h3 h4 h5 em b cite small td"))
_CREDENTIAL = re.compile(
    r"(?:[A-Z][a-z]?\.?-?){2,5}[A-Z\u00ae\u2122]?\.?|Ph\.?\s?D\.?|(?:Jr|Sr)\.?"
)
_BYLINE = re.compile(
    r"^\W{0,3}(?:(?:written|posted|published|words|story|reported|article)\s)?"
    r"(?:by|von|par|por|di|door|av|af|autor|author)\b[\s:]*(.{0,100})$",
    re.IGNORECASE,
)
_BYLINE_MOST = 150  # characters of a byline: what is longer tells of a life
AFTER, BEFORE = 30, 10  # pieces of text beside the title in which a byline may stand

Named = tuple[str, bool]
"""A byline or a name, and whether the page calls it an organisation."""


@dataclass(frozen=True, slots=True)
class Authors:
    """Who is named, each once, in the page's order."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The people, or where none is named the organisations."""
        return self.people or self.organisations


def elect_authors(
    found: Harvest,
    graph: Graph,
    report: Node,
    sites: Iterable[str],
    title: str,
    rule: Rule | None = None,
) -> Told[Authors]:
    """The authors that the best signals name. `sites` are the site's names."""
    names = {folded(site) for site in sites if site}
    claims = list(_sorted(_claims(found, graph, report, rule), names))
    told = elect(claims, _same, Authors())
    if told.value.people and told.confidence >= SURE:
        return told
    claims += _sorted(_seen(found, title), names)
    return elect(claims, _same, Authors())


def _sorted(said: Iterable[Claim[list[Named]]], site: set[str]) -> Iterator[Claim[Authors]]:
    for claim in said:
        authors = sorted_out(claim.value, site)
        if authors.people and all(map(_ACCOUNT.fullmatch, authors.people)):
            yield Claim(authors, claim.signal, 0.5 * claim.weight, "account")
        elif authors.all:
            yield Claim(authors, claim.signal, _worth(authors, claim.weight), claim.family)


def _same(authors: Authors) -> frozenset[str]:
    return frozenset(map(folded, authors.all))


def _worth(authors: Authors, weight: float) -> float:
    """A whole name is better than half of one, and any person better than an organisation."""
    if not authors.people:
        return 0.4 * weight
    whole = any(" " in name or not name.isascii() for name in authors.people)
    return weight if whole else 0.7 * weight


def sorted_out(named: Iterable[Named], site: Iterable[str] = ()) -> Authors:
    """The names in some bylines: people and organisations. `site` are folded names of the site."""
    people: dict[str, str] = {}
    organisations: dict[str, str] = {}
    for text, organisation in named:
        if organisation or "www." in text:
            if name := _CUT.sub("", words.line(text, 100)):
                organisations.setdefault(folded(name), name)
            continue
        for name in names_in(text):
            own = any(folded(name).startswith(known) for known in site if len(known) >= 3)
            is_one = own or any((_ORGANISATION.search(name), _ROLE.match(name), _OURS.match(name)))
            kept = organisations if is_one else people
            kept.setdefault(folded(name), name)
    return Authors(tuple(people.values())[:MOST], tuple(organisations.values())[:MOST])


@lru_cache(1 << 12)
def names_in(text: str) -> tuple[str, ...]:
    """Each name of a byline, cleaned; none for what is no name."""
    return tuple(_names_in(text))


def _names_in(text: str) -> Iterator[str]:
    said = words.line(text, 500)
    if said.startswith(("http://", "https://")):
        return
    for n, part in enumerate(_AND.split(_BY.sub("", _DATED.sub("", said)))):
        name = _BY.sub("", part or "")
        name = _OFFICE.sub("", name if _NICKNAMED.fullmatch(name) else _CUT.sub("", name))
        name = name.strip(" .,:-\u2013|*\u201c\u201d\"'")
        role = _ROLE.search(name)
        if (role and not role.start() and len(name.split()) < 3) or (n and _is_credential(name)):
            continue
        if role and role.start():
            person = name[: role.start()].strip(" .,:-\u2013|")
            if n and " " not in person:  # "Jo Low, Harbour Editor"
                continue
            if not _OURS.match(person) and not _ORGANISATION.search(person):
                name = person  # else whole: "The Quay staff reporter"
        if _is_name(name):
            yield name


def _is_credential(name: str) -> bool:
    return bool(_CREDENTIAL.fullmatch(name))


def _is_name(name: str) -> bool:
    return 2 <= len(name) <= 60 and len(name.split()) <= 6 and not _NO_NAME.search(name)


def _claims(
    found: Harvest, graph: Graph, report: Node, rule: Rule | None
) -> Iterator[Claim[list[Named]]]:
    """What is told by structured data, metas and a rule."""
    if named := list(_in_data(graph, report.get("author"))):
        yield Claim(named, "JSON-LD author", 0.9)
    elif named := list(_in_data(graph, report.get("creator"))):
        yield Claim(named, "JSON-LD creator", 0.8)
    for name, weight in _META.items():
        if name in found.metas:
            said = found.metas[name][:MOST]
            yield Claim(_plain(map(_turned, said) if name in _LIBRARY else said), name, weight)
    for n in ("1", "2"):
        if _SAYS_AUTHOR.match(found.meta(f"twitter:label{n}")):
            yield Claim(_plain([found.meta(f"twitter:data{n}")]), f"twitter:data{n}", 0.8)
    if rule:
        ruled = [text for text in rule.read(found.body, "authors") if len(text) <= _BYLINE_MOST]
        yield Claim(_plain(ruled[:10]), f"rule for {rule.name}", WEIGHT, "byline")


def _seen(found: Harvest, title: str) -> Iterator[Claim[list[Named]]]:
    """What readers see: marked names, links to an author's page, bylines."""
    heading = found.heading(title)
    start = heading.place if heading else 0
    if marked := [_name_of(e) for e in found.properties.get("author", ())[:10] if not _is_aside(e)]:
        yield Claim(_plain(marked), "microdata author", 0.7)
    links = (e for e in found.links.get("author", ())[:10] if e.tag == "a" and e.place > start - 30)
    if linked := [element.text(120) for element in links]:
        yield Claim(_plain(linked[:3]), "rel=author", 0.7)
    yield from _bylines(found, start)
    if heading:
        after, before = found.beside(heading)
        yield from _written(after[:AFTER], before[:BEFORE])


def _plain(texts: Iterable[str]) -> list[Named]:
    return [(text, False) for text in texts]


def _turned(name: str) -> str:
    """ "Low, Jo" as "Jo Low"; what is no one name as it is."""
    parts = _SURNAME_FIRST.fullmatch(name)
    if parts is None or _ROLE.search(name) or _ORGANISATION.search(parts[2]):
        return name
    return f"{parts[2]} {parts[1]}"


def _in_data(graph: Graph, value: object, depth: int = 2) -> Iterator[Named]:
    """The names in an author or creator of structured data: nodes, references, or plain words."""
    for one in several(value)[:MOST]:
        person = graph.whole(one)
        if isinstance(person, dict):
            organisation = any("organization" in kind for kind in types(person))
            yield from ((name, organisation) for name in graph.texts(person, "name"))
        elif isinstance(person, list) and depth:
            yield from _in_data(graph, person, depth - 1)
        elif isinstance(person, str):
            yield person, False


def _name_of(element: Element) -> str:
    inner = element.node.css_first('[itemprop~="name"]')
    if inner is not None:
        return inner.attributes.get("content") or inner.text(separator=" ")
    return element.get("content") or element.text(120)


def _is_aside(element: Element) -> bool:
    """Does it stand in a comment?"""
    for node in element.above(8):
        names = (node.attributes.get(name) or "" for name in ("class", "id", "itemtype"))
        if "comment" in " ".join(names).lower():
            return True
    return False


def _bylines(found: Harvest, start: int) -> Iterator[Claim[list[Named]]]:
    """Elements named for an author: those after the title speak first."""
    given = 0
    named_so = sorted(found.bylines, key=lambda e: (e.place < start, e.place))[:12]
    for element in chain(named_so, found.links_to("/author")):
        text = element.text(160) if element.tag in _SHORT else ""
        if not 2 < len(text) <= _BYLINE_MOST:
            continue
        links = element.node.css("a")[:6] if element.tag != "a" else []
        linked = [said for link in links if _is_person(said := link.text(separator=" "))]
        named = linked or [text]
        if any(map(_is_person, (n for said in named for n in names_in(said)))):
            if _is_aside(element):
                continue
            given += 1
            yield Claim(_plain(named), "byline", 0.6 / given, "byline")
            if given == 3:
                return


def _written(after: list[str], before: list[str]) -> Iterator[Claim[list[Named]]]:
    """Bylines in the plain text around the title: "By Jo Low", or a name beside the date."""
    for pieces in (after, before[::-1]):
        for n, text in enumerate(pieces):
            following = pieces[n + 1] if n + 1 < len(pieces) else ""
            if len(text) <= 120 and (byline := _BYLINE.match(text)):
                said = byline[1] or following
                if len(said) <= 100 and any(map(_is_person, names_in(said))):
                    yield Claim(_plain([said]), "text beside the title", 0.5, "byline")
                    return
    for n, text in enumerate(after[:8]):
        beside = after[n + 1 : n + 2] + after[max(0, n - 1) : n]
        if len(text) <= 40 and _is_person(text) and any(map(_is_dated, beside)):
            yield Claim(_plain([text]), "text beside the date", 0.3, "byline")
            return


def _is_dated(text: str) -> bool:
    return len(text) <= 40 and bool(DATE.search(text))


def _is_person(text: str) -> bool:
    """Two to five words of which the first and the last begin with a capital."""
    parts = text.split()
    if not 2 <= len(parts) <= 5 or any(c.isdigit() for c in text):
        return False
    if _NO_NAME.search(text) or _ROLE.search(text):
        return False
    return parts[0][0].isupper() and parts[-1][0].isupper()
