"""Where do the pages of this site keep their fields? A draft of a publisher rule from a few of them.

What the general path told of each page is looked up in its tree; a selector is kept when it finds
the same field, and little else, on every page. A person reads the draft before it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import harvest, page, when
from broadsheet.intake.harvest import folded
from broadsheet.intake.page import Page
from broadsheet.intake.people import names_in
from broadsheet.model import Fetched
from broadsheet.text import clean_text

NOWHERE = "file.invalid"  # the host of a saved page that does not say where it was found
BYLINE, DATE = 120, 40  # characters of a box that names an author, or a day
HELD = 0.7  # of the text, that its container must hold on every page
LINE = 40  # characters of a text that stands on every page, and is no part of the report

_NAME = re.compile(r"[A-Za-z][A-Za-z_-]{2,40}")
_BOXES = "div,section,article,main"


def learn(pages: Sequence[Fetched], today: date) -> str:
    """A rule in TOML for the site of these pages, with what a person has to add as comments.

    Raises Unreadable for fewer than two, for one report twice, and for pages of several sites.
    """
    if len(pages) < 2:
        raise Unreadable("rules learn", "a rule is learnt from two or more pages of one site")
    read = [(page.parsed(each), page.read(each)) for each in pages]
    _check_apart(pages, [told for _, told in read])
    domain = urls.domain(read[0][1].url)
    fields = {
        "title": _common(_holders(tree, "h1,h2", told.title.value) for tree, told in read),
        "authors": _common(_bylines(tree, told) for tree, told in read),
        "published": _common(_dates(tree, told) for tree, told in read),
        "text": _container(read),
    }
    lines = [
        f"name = {json.dumps(read[0][1].site.value or domain, ensure_ascii=False)}",
        f"valid = {today.isoformat()}",
    ]
    if dropped := _repeated([tree for tree, _ in read], fields["text"]):
        lines.append(f"drop = {json.dumps(', '.join(dropped))}")
    lines += ["", "[match]", *_match(domain), "", "[fields]"]
    lines += [
        f"{name} = {json.dumps(found)}" if found else f"# {name}: no place that all pages share"
        for name, found in fields.items()
    ]
    return "\n".join([*lines, *_TEST])


_TEST = (
    "",
    "# An invented page of this form, and what must come of it; then `rules check` this file.",
    "# [[test]]",
    '# html = """<h1>A headline</h1><p>A text of some length.</p>"""',
    '# title = "A headline"',
    '# with = "some length"',
    "",
)


def _match(domain: str) -> list[str]:
    if domain and domain != NOWHERE:
        return [f"domains = [{json.dumps(domain)}]"]
    return ["# The pages do not say where they were found: name the site's domain.", "domains = []"]


def _check_apart(pages: Sequence[Fetched], read: Sequence[Page]) -> None:
    """What is the same on two pages is the site's only if they are two reports of one site."""
    first, told = pages[0], read[0]
    for n, (other, its) in enumerate(zip(pages, read, strict=True)):
        if urls.domain(its.url) != urls.domain(told.url):
            why = f"it is of {urls.domain(its.url)}, and {first.url} of {urls.domain(told.url)}"
            raise Unreadable(other.url, f"{why}: a rule is learnt from pages of one site")
        for earlier, before in zip(pages[:n], read[:n], strict=True):
            if folded(its.text) == folded(before.text):
                why = f"it has the text of {earlier.url}"
                raise Unreadable(other.url, f"{why}: a rule is learnt from different reports")


def _selectors(node: LexborNode) -> Iterator[str]:
    """Ways to name an element that a second page may share: no number of this one in it."""
    tag = node.tag or ""
    if prop := node.attributes.get("itemprop"):
        yield f'{tag}[itemprop="{prop}"]'
    for name in (node.attributes.get("class") or "").split():
        if _NAME.fullmatch(name):
            yield f"{tag}.{name}"
    id = node.attributes.get("id") or ""
    if _NAME.fullmatch(id):
        yield f"{tag}#{id}"
    if tag in ("h1", "article", "main", "time"):
        yield tag


def _holders(tree: LexborHTMLParser, where: str, said: str) -> list[str]:
    """The selectors of the elements that say just this, on a page where they are rare."""
    wanted = folded(said)
    return [
        selector
        for node in tree.css(where)
        if wanted and folded(node.text()) == wanted
        for selector in _selectors(node)
        if len(tree.css(selector)) <= 2
    ]


def _bylines(tree: LexborHTMLParser, told: Page) -> list[str]:
    """The boxes that name the first author, those that say the name alone before a whole byline."""
    first = told.authors.value.people[:1]
    if not first:
        return []
    boxes = [
        (folded(said) != folded(first[0]), node)
        for node in tree.css("a,span,p,div,address")
        if len(said := node.text(separator=" ")) <= BYLINE and names_in(said)[:1] == first
    ]
    return [
        selector
        for _, node in sorted(boxes, key=lambda box: box[0])
        for selector in _selectors(node)
        if len(tree.css(selector)) <= 2
    ]


def _dates(tree: LexborHTMLParser, told: Page) -> list[str]:
    """The boxes that say the day of publication: for programs first, then for readers alone."""
    found = harvest.gather(tree, told.url)
    said = [(e.node, e.get("datetime") or e.text()) for e in found.times]
    said += [(node, node.text(separator=" ")) for node in tree.css("span,p,div,small")]
    day = told.published.value.at
    return [
        selector
        for node, text in said
        if len(text) <= DATE and (moment := when.read(text, day)) and moment.at.date() == day.date()
        for selector in _selectors(node)
        if len(tree.css(selector)) <= 2
    ]


def _common(pages: Iterable[list[str]]) -> str:
    """The first selector of the first page that works on all of them."""
    first, *others = (list(dict.fromkeys(found)) for found in pages)
    return next((s for s in first if all(s in other for other in others)), "")


def _container(read: Sequence[tuple[LexborHTMLParser, Page]]) -> str:
    """The narrowest box, of one name on every page, that holds the text on all of them."""
    first, told = read[0]
    best, least = "", float("inf")
    for node in first.css(_BOXES)[:2_000]:
        if len(node.text()) < HELD * len(told.text):
            continue
        for selector in _selectors(node):
            sizes = [_size(tree, selector, page_.text) for tree, page_ in read]
            if all(sizes) and sum(sizes) < least:
                best, least = selector, sum(sizes)
    return best


def _size(tree: LexborHTMLParser, selector: str, text: str) -> int:
    """Characters in the one box of this name; 0 where there are several, or it misses the text."""
    boxes = tree.css(selector)
    if len(boxes) != 1:
        return 0
    held = folded(boxes[0].text())
    pieces = [folded(piece) for piece in re.split(r"(?<=[.!?])\s+", text) if len(piece) > 20]
    known = sum(len(piece) for piece in pieces if piece in held)
    return len(held) if known >= HELD * sum(map(len, pieces)) > 0 else 0


def _repeated(trees: Sequence[LexborHTMLParser], container: str) -> list[str]:
    """Boxes in the container that say the same on every page: the site's, not the report's."""
    if not container:
        return []
    per_page = []
    for tree in trees:
        said: dict[str, str] = {}
        for node in tree.css(f"{container} :is(div,aside,section,p,ul)")[:2_000]:
            text = clean_text(node.text(separator=" "), 2_000)
            if len(text) >= LINE and (selector := next(_selectors(node), "")):
                said.setdefault(text, selector)
        per_page.append(said)
    first, *others = per_page
    return list(
        dict.fromkeys(
            selector
            for text, selector in first.items()
            if all(other.get(text) == selector for other in others)
        )
    )[:20]
