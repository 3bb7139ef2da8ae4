"""What would this feed be if it were well-formed? Tags balanced, references known, prefixes declared.

One pass over the text, in linear time, whatever it holds. The document type goes: a parser is never
shown one. Entities that it declares are kept where they are short plain text, and expanded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import name2codepoint

PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xlink": "http://www.w3.org/1999/xlink",
}
ENTITY = 200  # characters that a declared entity may stand for; feeds use them for an address
ENTITIES = 100  # of a document type
DEPTH = 200  # elements in each other; what is deeper stands beside

_NAME = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?+"
# No tag reaches beyond the next `<`, and each repeat is possessive: no character is read twice.
_TAG = re.compile(
    rf"<(?P<end>/)?(?P<name>{_NAME})(?P<said>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
_SAID = re.compile(rf"({_NAME})\s*(?:=\s*(?:\"([^\"<]*)\"|'([^'<]*)'|([^\s\"'<>=]+)))?")
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)"
    r"(?:(?P<name>[A-Za-z][A-Za-z0-9._-]{0,31})|#(?:[xX][0-9A-Fa-f]{1,40}|[0-9]{1,40})|#);?"
)
_BARE = re.compile(r"&(?![A-Za-z#])")
_OPENING = re.compile(r"<(?=[A-Za-z_/!?])")
_ENTITY = re.compile(
    r"<!ENTITY\s{1,50}([A-Za-z][\w.-]{0,31})\s{1,50}(?:\"([^\"&%<]*)\"|'([^'&%<]*)')"
)
_CLOSED = re.compile(r"\]\s{0,100}>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTRIES = frozenset(("item", "entry", "url", "sitemap"))
_ESCAPED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}


def well_formed(text: str, entries: int) -> str:
    """A document that an XML parser reads, with the text and the elements of this one.

    It ends after that many entries, so that a flood of them costs no more.
    """
    return _Repair(_NOT_XML.sub("", text), entries).done()


class _Repair:
    """The pass over one text: what is written so far, and which elements stand open."""

    def __init__(self, text: str, entries: int) -> None:
        self.text = text
        self.left = entries
        self.entities: dict[str, str] = {}
        self.out: list[str] = []
        self.open: list[str] = []
        self.declared = {"xml", "xmlns"}
        self.missing: set[str] = set()
        self.root = -1
        self.is_typed = False
        self.finished = False

    def done(self) -> str:
        text, place = self.text, 0
        while not self.finished and (found := _OPENING.search(text, place)):
            self._characters(text[place : found.start()])
            place = self._markup(found.start())
        if not self.finished:
            self._characters(text[place:])
        self._close(0)
        if self.root >= 0 and self.missing:
            said = "".join(
                f' xmlns:{p}="{PREFIXES.get(p, "urn:x:" + p)}"' for p in sorted(self.missing)
            )
            head = self.out[self.root]
            cut = len(head) - (2 if head.endswith("/>") else 1)
            self.out[self.root] = head[:cut] + said + head[cut:]
        return "".join(self.out)

    def _markup(self, start: int) -> int:
        """Write what starts at this `<`; where it ends."""
        text = self.text
        if text.startswith("<![CDATA[", start):
            end = text.find("]]>", start)
            said = text[start + 9 : end if end >= 0 else len(text)]
            if self.open:
                self.out.append(f"<![CDATA[{said}]]>")
            return end + 3 if end >= 0 else len(text)
        if text.startswith("<!--", start):
            return _after(text, "-->", start + 4)
        if text.startswith("<?", start):
            return _after(text, ">", start)
        if self.root < 0 and not self.is_typed and text.startswith("<!DOCTYPE", start):
            self.is_typed = True  # once: the end of each would be looked for in all of the text
            return self._doctype(start)
        found = _TAG.match(text, start)
        if not found:
            if self.open:
                self.out.append("&lt;")
            return start + 1
        if found["end"]:
            self._end(found["name"])
        else:
            self._start(found["name"], found["said"])
        return found.end()

    def _doctype(self, start: int) -> int:
        """Leave it out, and keep the entities that are short plain text; where it ends."""
        text = self.text
        end, inner = _after(text, ">", start), text.find("[", start)
        if start < inner < end and (closed := _CLOSED.search(text, inner)):
            end = closed.end()
            for found in _ENTITY.finditer(text, inner, end):
                said = found[2] if found[2] is not None else found[3]
                if len(said) <= ENTITY and len(self.entities) < ENTITIES:
                    self.entities.setdefault(found[1], said)
        return end

    def _characters(self, said: str) -> None:
        if self.open and said:
            self.out.append(self._escaped(said).replace("]]>", "]]&gt;"))

    def _start(self, name: str, said: str) -> None:
        local = name.rpartition(":")[2].lower()
        if local in _ENTRIES:
            self._leave_entry(local)
            self.left -= 1
            self.finished = self.left < 0
            if self.finished:
                return
        if not self.open and self.root >= 0:
            self.finished = True  # what stands after the root is not of the feed
            return
        if len(self.open) >= DEPTH:
            self._close(DEPTH - 1)
        said = said.rstrip()
        alone = said.endswith("/")
        pieces = [name, *self._attributes(said[:-1] if alone else said)]
        self._prefixed(name)
        if self.root < 0:
            self.root = len(self.out)
        self.out.append(f"<{' '.join(pieces)}{'/' if alone else ''}>")
        if not alone:
            self.open.append(name)

    def _attributes(self, said: str) -> Iterator[str]:
        """Each attribute once and in quotes."""
        names = set()
        for found in _SAID.finditer(said):
            name = found[1]
            if name in names:
                continue
            names.add(name)
            prefix, _, local = name.partition(":")
            if prefix == "xmlns" and local:
                self.declared.add(local)
            else:
                self._prefixed(name)
            value = next((v for v in found.groups()[1:] if v is not None), name)
            yield f'{name}="{self._escaped(value).replace(chr(34), "&quot;")}"'

    def _end(self, name: str) -> None:
        """Close it and what was left open in it; an end without a start goes."""
        if name in self.open:
            self._close(len(self.open) - 1 - self.open[::-1].index(name))

    def _leave_entry(self, local: str) -> None:
        """An entry never stands in an entry: the one before was not closed."""
        for place, name in enumerate(self.open):
            if name.rpartition(":")[2].lower() == local:
                self._close(place)
                return

    def _close(self, down_to: int) -> None:
        while len(self.open) > down_to:
            self.out.append(f"</{self.open.pop()}>")

    def _prefixed(self, name: str) -> None:
        prefix, colon, _ = name.partition(":")
        if colon and prefix not in self.declared:
            self.missing.add(prefix)

    def _escaped(self, said: str) -> str:
        """The text with the references that XML knows and no others."""
        if "&" in said:
            said = _REFERENCE.sub(self._reference, _BARE.sub("&amp;", said))
        return said.replace("<", "&lt;")

    def _reference(self, found: re.Match[str]) -> str:
        """What XML does not know, as the character that HTML or the document means by it."""
        name, whole = found["name"], found[0]
        if name and not whole.endswith(";"):
            return "&amp;" + name
        if name in self.entities:
            said = self.entities[name]
        elif name in name2codepoint:  # XHTML's sets, which are HTML's but for two brackets
            said = chr(name2codepoint[name])
        else:
            said = _NOT_XML.sub("\ufffd", unescape(whole))
        if said == whole:  # nobody knows it
            return "&amp;" + whole[1:]
        return "".join(_ESCAPED.get(c, c) for c in said)


def _after(text: str, mark: str, place: int) -> int:
    found = text.find(mark, place)
    return len(text) if found < 0 else found + len(mark)
