"""What does this page list? h-feed and h-entry (microformats.org), the classic hAtom names too."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet.intake import guard, markup
from broadsheet.intake.syndication import HTML, PLAIN, Entry, Head, Link, Person
from broadsheet.intake.xml_feed import address_of, identifier, image_in, plain
from broadsheet.model import Image

_ENTRIES = ".h-entry, .hentry"
_MARKS = ("h-entry", "hentry")


def may_be_feed(text: str) -> bool:
    """Does this text hold the mark of an entry? Cheap, before any parser."""
    return any(mark in text for mark in _MARKS)


def read(text: str, base: str, limit: int) -> tuple[Head, Iterator[Entry], str]:
    """What the page says of itself, its entries, and "hfeed". Raises Unreadable (too deep ...).

    At most `limit` entries; an entry that stands in another is a comment or a quote, and left out.
    """
    page = text.encode(errors="replace")
    guard.check_markup(base, page, guard.PAGE)
    tree = LexborHTMLParser(page)
    if node := tree.css_first("base[href]"):
        base = address_of(base, node.attributes.get("href") or "") or base
    top = tree.css_first(".h-feed, .hfeed")
    title = _said(top, ".p-name") if top else ""
    heading = tree.css_first("title")
    root = tree.css_first("html")
    head = Head(
        id=base,
        link=base,
        links=(Link(base, "alternate", HTML),) if base else (),
        title=markup.escaped(title or plain(heading.text() if heading else "")),
        language=plain((root.attributes.get("lang") if root else "") or ""),
    )
    return head, _entries(top or tree.root, base, limit), "hfeed"


def _entries(top: LexborNode | None, base: str, limit: int) -> Iterator[Entry]:
    found = 0
    for node in top.css(_ENTRIES) if top else ():
        if _holder(node) is not None:
            continue
        if found == limit:
            return
        found += 1
        yield _entry(node, base)


def _entry(node: LexborNode, base: str) -> Entry:
    link = address_of(base, _address(node, ".u-url") or _address(node, '[rel~="bookmark"]'))
    uid = _address(node, ".u-uid")
    content = _own(node, ".e-content") or _own(node, ".entry-content")
    body = markup.sanitize(content.html or "", link or base) if content else ""
    picture = address_of(base, _address(node, ".u-photo") or _address(node, ".u-featured"))
    summary = _said(node, ".p-summary") or _said(node, ".entry-summary")
    return Entry(
        id=identifier(uid) or link,
        link=link,
        links=(Link(link, "alternate", HTML),) if link else (),
        title=markup.escaped(_said(node, ".p-name") or _said(node, ".entry-title")),
        summary=markup.escaped(summary),
        summary_type=PLAIN,
        content=body,
        authors=_people(node, base),
        tags=tuple(dict.fromkeys(plain(n.text()) for n in node.css(".p-category"))),
        images=(Image(picture),) if picture else image_in(body, link or base),
        published_as=_time(node, ".dt-published") or _time(node, ".published"),
        updated_as=_time(node, ".dt-updated") or _time(node, ".updated"),
    )


def _people(node: LexborNode, base: str) -> tuple[Person, ...]:
    people: dict[Person, None] = {}
    for author in node.css(".p-author, .author"):
        name = _said(author, ".p-name") or _said(author, ".fn") or plain(author.text())
        url = address_of(base, _address(author, ".u-url") or author.attributes.get("href") or "")
        if name and _holder(author) == node:
            people.setdefault(Person(name, "", url))
    return tuple(people)


def _holder(node: LexborNode) -> LexborNode | None:
    """The entry that this stands in."""
    parent = node.parent
    while parent is not None:
        names = (parent.attributes.get("class") or "").split()
        if any(mark in names for mark in _MARKS):
            return parent
        parent = parent.parent
    return None


def _own(node: LexborNode, selector: str) -> LexborNode | None:
    """The first that belongs to this entry and to none inside it."""
    return next((n for n in node.css(selector) if _holder(n) in (node, None)), None)


def _said(node: LexborNode, selector: str) -> str:
    found = _own(node, selector)
    return plain(found.text()) if found else ""


def _address(node: LexborNode, selector: str) -> str:
    found = _own(node, selector)
    if not found:
        return ""
    said = found.attributes
    return (said.get("href") or said.get("src") or said.get("value") or found.text()).strip()


def _time(node: LexborNode, selector: str) -> str:
    found = _own(node, selector)
    if not found:
        return ""
    said = found.attributes
    return plain(said.get("datetime") or said.get("title") or found.text())
