"""What does this XML list? RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and their usual modules.

A clean feed is parsed once, from its bytes; an ill-formed one is repaired (repair.py) and parsed
then. Names are looked up by namespace, so `<media:title>` is never a title of ours.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from html import unescape
from typing import Any

from lxml import etree

from broadsheet import urls
from broadsheet.intake import encoding, markup, repair
from broadsheet.intake.syndication import HTML, PLAIN, XHTML, Entry, Head, Link, Person
from broadsheet.model import Image

_Element = etree._Element

_SPACES = {
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/rss2.1": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/net/rss1.1#": "",
    "http://purl.org/rss/1.0/": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/dc/elements/1.0/": "dc:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/slash/": "slash:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://purl.org/syndication/thread/1.0": "thr:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://search.yahoo.com/mrss": "media:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://video.search.yahoo.com/mrss": "media:",
    "http://video.search.yahoo.com/mrss/": "media:",
    "http://wellformedweb.org/commentapi/": "wfw:",
    "http://www.georss.org/georss": "georss:",
    "http://www.georss.org/georss/10": "georss:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo:",
    "https://podcastindex.org/namespace/1.0": "podcast:",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast:",
    "http://creativecommons.org/ns#license": "cc:",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "cc:",
    "http://backend.userland.com/creativecommonsrssmodule": "cc:",
    "http://web.resource.org/cc/": "cc:",
}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ROOTS = frozenset(("rss", "rdf", "feed", "channel"))
_TITLE = 20_000  # characters of a name, a tag or a date
_ATTRIBUTES = 100  # of an element in a text; one that has more keeps none of them
_ADDRESS = 2_000  # characters of an address; urls.absolute refuses longer ones

_MAIL = re.compile(r"[\w.+!#$%&'*/=?^`{|}~-]{1,80}@[\w.-]{1,100}\w", re.ASCII)
_IMG = re.compile(r"<img\s[^<>]{0,2000}?\bsrc\s{0,5}=\s{0,5}[\"']([^\"'<>]{1,2000})", re.IGNORECASE)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_UNTAGGED = re.compile(r"<(?=[A-Za-z/!?])[^<>]*>?")
_ABSOLUTE = re.compile(r"https?://[^\s\\<>\"'`{}\x00-\x1f\x7f]+")
_RELATIVE = re.compile(r"[^:\s\\<>\"'`{}\x00-\x1f\x7f]*(?:[/?#][^\s\\<>\"'`{}\x00-\x1f\x7f]*)?")
_QUOTED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "`": "%60"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):")
_LIVE = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_KEPT = frozenset(("mailto", "ftp", "magnet", "tel", "xmpp", "irc"))

_SUMMARIES = frozenset(("description", "summary"))
_ALSO = ("dc:description", "dcterms:abstract", "media:description", "itunes:summary",
         "itunes:subtitle")  # fmt: skip
_CONTENTS = ("content:encoded", "content", "fullitem", "xhtml:body", "xhtml:div", "body")
_TAGGED = ("tags", "category", "dc:subject", "media:category", "media:keywords", "itunes:keywords")
_PICTURED = ("media:content", "media:thumbnail", "itunes:image", "enclosure", "image", "link")
_LINKED = {
    "enclosure": "enclosure",
    "source": "via",
    "comments": "replies",
    "wfw:commentrss": "replies",
    "feedburner:origlink": "canonical",
    "podcast:transcript": "transcript",
    "podcast:chapters": "chapters",
    "cc:license": "license",
}
_KINDS = {"alternate": HTML, "self": "application/atom+xml"}
_TYPES = {"": PLAIN, "text": PLAIN, "html": HTML, "xhtml": XHTML}
_CONTROL_REFERENCE = re.compile(r"&#(?:[xX]0*([89][0-9a-fA-F])|0*(12[89]|1[345][0-9]));")
_CONTROL_REFERENCE_BYTES = re.compile(_CONTROL_REFERENCE.pattern.encode())
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->)*+<[A-Za-z_]"
)
_IANA = "http://www.iana.org/assignments/relation/"
_RDF_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_BASED = etree.XPath("boolean(//@xml:base)")


def parse_clean(data: bytes) -> _Element | None:
    """The root of well-formed UTF-8, from its bytes as they are; None for all else.

    A document type never comes before the parser: what has one is left to `parse`.
    """
    if not _PROLOG.match(data) or _is_doubtful(data):
        return None
    try:
        return _parsed(data)
    except etree.XMLSyntaxError:
        return None


def parse(text: str, entries: int, tried: bytes = b"") -> _Element | None:
    """The root of any document, an ill-formed one repaired up to the end of that many entries; None
    when there is no element in it. `tried` is what `parse_clean` found ill-formed."""
    text = _CONTROL_REFERENCE.sub(markup.reference, text)
    data = text.encode(errors="replace")
    if (data != tried or _is_doubtful(data)) and _PROLOG.match(data):
        with suppress(etree.XMLSyntaxError):
            return _parsed(data)
    data = repair.well_formed(text, entries).encode(errors="replace")
    if not data:
        return None
    try:
        return _parsed(data)
    except etree.XMLSyntaxError:
        return _parsed(data, recover=True)


def _is_doubtful(data: bytes) -> bool:
    """Does it hold characters 128 to 159, which are meant for others (encoding.py)?"""
    if b"\xc2" in data and encoding.CONTROLS.search(data):
        return True
    return _CONTROL_REFERENCE_BYTES.search(data) is not None


def is_feed(root: _Element) -> bool:
    """Is this the root of a feed, or does it hold one?"""
    name = local_name(root)
    if name in _ROOTS:
        return True
    return name != "html" and next(root.iter("{*}item", "{*}entry", "{*}channel"), None) is not None


def read(root: _Element, base: str, limit: int) -> tuple[Head, Iterator[Entry], str]:
    """What the feed says of itself, its entries one at a time, and its version.

    At most `limit` entries; one that cannot be read is left out.
    """
    document = _Document(root, base)
    return document.head(), document.entries(limit), document.version


def _parsed(data: bytes, recover: bool = False) -> _Element | None:
    return etree.fromstring(data, parser(recover))


@lru_cache(2)
def parser(recover: bool = False) -> etree.XMLParser:
    """Of UTF-8, bounded, that asks nobody and expands nothing; comments left out."""
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def local_name(element: _Element) -> str:
    """Its tag without the namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


class _Names(dict[str, str]):
    """Tags as parsed -> our names: "title", "dc:date", "other:title"."""

    def __init__(self, own: str) -> None:
        super().__init__()
        self.own = own

    def __missing__(self, tag: str) -> str:
        space, brace, local = tag.rpartition("}")
        space = space[1:].lower()
        prefix = "" if not brace or space == self.own else _SPACES.get(space, "other:")
        name = self[tag] = prefix + local.lower()
        return name


_Children = dict[str, list[_Element]]


class _Document:
    """One feed: what its names and its addresses mean, and how its texts are to be read."""

    def __init__(self, root: _Element, base: str) -> None:
        space = str(root.tag).rpartition("}")[0][1:].lower()
        self.root = root
        self.base = base
        self.names = _Names(_own_space(root, space))
        self.is_based = bool(_BASED(root))
        self.version = _version(root, space)
        self.is_atom = self.version.startswith("atom")
        self.is_atom_1 = self.version == "atom10"
        channel = root if self.is_atom else next(root.iter("{*}channel"), root)
        self.channel = channel

    # ------------------------------------------------------------------------------- the two nouns

    def head(self) -> Head:
        about = self._children(self.channel)
        if not self.base:
            self.base = self._site(about)
        links = self._links(about)
        title, title_type = self._construct(about, ("title", "dc:title"), PLAIN)
        subtitle, subtitle_type = self._construct(
            about, ("description", "subtitle", "tagline", "dc:description", "itunes:summary",
                    "itunes:subtitle"), HTML,
        )  # fmt: skip
        rights, _ = self._construct(about, ("copyright", "rights", "dc:rights"), PLAIN)
        return Head(
            id=self._id(about, self.channel),
            link=_main(links),
            links=tuple(links),
            title=title,
            title_type=title_type,
            subtitle=subtitle,
            subtitle_type=subtitle_type,
            language=self._language(about),
            authors=self._people(
                about, "author", "managingeditor", "dc:creator", "dc:author", "itunes:author"
            )
            or self._people(about, "itunes:owner", "webmaster"),
            tags=self._tags(about),
            image=self._logo(about),
            rights=rights,
            published_as=_text(about, "pubdate", "published", "issued", "dcterms:issued"),
            updated_as=_text(
                about, "updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"
            ),
            created_as=_text(about, "created", "dcterms:created"),
            every=_every(about),
        )

    def entries(self, limit: int) -> Iterator[Entry]:
        found = 0
        for element in self.root.iter("{*}item", "{*}entry"):
            if self.names[element.tag] not in ("item", "entry"):
                continue
            if found == limit:
                return
            found += 1
            try:
                yield self._entry(element)
            except (ValueError, TypeError, OverflowError):  # a bad entry costs itself only
                continue

    def _entry(self, element: _Element) -> Entry:
        said = self._children(element)
        if "media:group" in said or "media:content" in said:
            self._add_media(said)
        links = self._links(said)
        title, title_type = self._construct(said, ("title", "dc:title", "media:title"), PLAIN)
        (summary, summary_type), (content, content_type, language) = self._bodies(said)
        link = _main(links)
        id = self._id(said, element)
        if not link and (guid := said.get("guid")):
            permanent = guid[0].get("isPermaLink", "true").lower() != "false"
            link = self._web(guid[0], id) if permanent else ""
        if not link and self.is_atom and id.startswith(("http://", "https://")):
            link = id
        return Entry(
            id=id or link,
            link=link,
            links=tuple(links),
            title=title,
            title_type=title_type,
            summary=summary,
            summary_type=summary_type,
            content=content,
            content_type=content_type,
            content_language=language,
            language=_tag(_text(said, "dc:language", "language") or element.get(_LANG) or ""),
            authors=self._people(said, "author", "dc:creator", "dc:author")
            or self._people(said, "itunes:author", "media:credit"),
            tags=self._tags(said),
            images=self._images(said, link, content or summary),
            published_as=_date(said, "pubdate", "published", "issued", "dcterms:issued", "dc:date"),
            updated_as=_date(said, "updated", "modified", "dcterms:modified", "lastbuilddate"),
            created_as=_date(said, "created", "dcterms:created"),
            **self._modules(said),
        )

    # ------------------------------------------------------------------------------------- elements

    def _children(self, element: _Element) -> _Children:
        children: _Children = {}
        names = self.names
        for child in element:
            name = names[child.tag]
            if name in children:
                children[name].append(child)
            else:
                children[name] = [child]
        return children

    def _add_media(self, said: _Children) -> None:
        """What stands in a group of media, or in one of them, stands in the entry."""
        for holder in [*said.get("media:group", ()), *said.get("media:content", ())]:
            for child in holder:
                said.setdefault(self.names[child.tag], []).append(child)
                for inner in child if child.tag.endswith("}content") else ():
                    said.setdefault(self.names[inner.tag], []).append(inner)

    def _base_of(self, element: _Element) -> str:
        """The address that relative ones in this element start from (XML Base)."""
        if not self.is_based:
            return self.base
        base = self.base
        for holder in reversed([element, *element.iterancestors()]):
            if own := holder.get(_BASE):
                base = urls.absolute(base, own) or base
        return base

    def _language(self, about: _Children) -> str:
        own = self.channel.get(_LANG) or self.root.get(_LANG) or ""
        return _tag(_text(about, "language", "dc:language") or own)

    # ------------------------------------------------------------------------------------ addresses

    def _site(self, about: _Children) -> str:
        """The feed's own word for where it stands, where nobody told us."""
        found = (e.get("href") or e.text or "" for e in about.get("link", ()))
        return next((u for u in map(str.strip, found) if u.startswith("http")), "")

    def _web(self, element: _Element, address: str) -> str:
        """An address in this element, absolute."""
        if _ABSOLUTE.fullmatch(address) and len(address) <= _ADDRESS:
            return address
        return address_of(self._base_of(element), address)

    def _links(self, said: _Children) -> list[Link]:
        links: list[Link] = []
        for name, elements in said.items():
            if name == "link":
                for element in elements:
                    if link := self._link(element):
                        links.append(link)
            elif name in _LINKED:
                links.extend(self._linked(name, elements))
        return links

    def _link(self, element: _Element) -> Link | None:
        said = element.attrib
        if not said:
            href = self._web(element, element.text or "")
            return Link(href, "alternate", HTML) if href else None
        href = self._href(element)
        if not href:
            return None
        get = said.get
        rel = _inert(get("rel", "alternate").removeprefix(_IANA))
        length = get("length", "")[:15]
        size = int(length) if length.isdecimal() else 0
        kind = _inert(get("type", "")) or _KINDS.get(rel, "")
        return Link(href, rel, kind, _inert(get("title", "")), size)

    def _href(self, element: _Element) -> str:
        written = element.get("href")
        if written == "":  # the document itself
            return self._base_of(element)
        return self._web(element, written or element.text or element.get(_RDF_RESOURCE) or "")

    def _linked(self, name: str, elements: list[_Element]) -> Iterator[Link]:
        """Addresses of files, transcripts and sources, which have elements of their own."""
        for element in elements:
            get = element.get
            written = get("url") or get("href") or get("ref") or get(_RDF_RESOURCE) or ""
            if not written and name not in ("enclosure", "source"):
                written = element.text or ""
            if href := self._web(element, written.strip()):
                length = (get("length") or get("fileSize") or "").strip()
                size = int(length[:15]) if length[:15].isdecimal() else 0
                kind, title = _inert(get("type", "")), _inert(get("title", ""))
                yield Link(href, _LINKED[name], kind, title, size)

    def _id(self, said: _Children, element: _Element) -> str:
        written = _text(said, "guid", "id", "dc:identifier") or element.get(_RDF_ABOUT, "").strip()
        if _ABSOLUTE.fullmatch(written):
            return written
        if not written or _SCHEME.match(written):
            return identifier(written)
        if self.is_atom and "/" in written:
            holder = said["id"][0] if "id" in said else element
            return self._web(holder, written) or plain(written)
        return plain(written)

    def _logo(self, about: _Children) -> str:
        for name in ("image", "logo", "icon", "itunes:image", "media:thumbnail"):
            for element in about.get(name, ()):
                inner = self._children(element)
                written = element.get("url") or element.get("href") or _text(inner, "url")
                if url := self._web(element, written or (element.text or "").strip()):
                    return url
        return ""

    def _images(self, said: _Children, link: str, body: str) -> tuple[Image, ...]:
        """The pictures that the entry names, else the first one in its text."""
        found: dict[str, Image] = {}
        for name in _PICTURED:
            if name in said:
                for element in said[name]:
                    self._add_image(found, element, name)
        if not found:
            return image_in(body, self.base or link)
        return tuple(found.values())[:10]

    def _add_image(self, found: dict[str, Image], element: _Element, name: str) -> None:
        get = element.get
        if name == "link" and get("rel") != "enclosure":
            return
        kind = get("type") or get("medium")
        if not (kind or name not in ("enclosure", "link")) or (kind and kind[:5] != "image"):
            return
        written = get("url") or get("href") or ""
        if not written:
            written = _text(self._children(element), "url") if name == "image" else ""
        url = self._web(element, written)
        if url and url not in found:
            title = _text(self._children(element), "media:title") if len(element) else ""
            width, height = _pixels(get("width")), _pixels(get("height"))
            found[url] = Image(url, width, height, plain(title))

    # ---------------------------------------------------------------------------------------- texts

    def _construct(self, said: _Children, names: tuple[str, ...], usual: str) -> tuple[str, str]:
        """The first of these that has any text, as markup, and its type."""
        for name in names:
            if name in said:
                for element in said[name]:
                    found = self._markup(element, usual)
                    if found[0]:
                        return found
        return "", usual

    def _bodies(self, said: _Children) -> tuple[tuple[str, str], tuple[str, str, str]]:
        """Summary and content with their types, of the content its language too."""
        shorts = [self._markup(said[name][0], HTML) for name in said if name in _SUMMARIES]
        shorts = [found for found in shorts if found[0]]
        for name in _CONTENTS:
            if name in said:
                element = said[name][0]
                found = self._markup(element, PLAIN if name == "content" else HTML)
                if found[0]:
                    return shorts[0] if shorts else ("", HTML), (*found, self._language_of(element))
        if len(shorts) > 1:  # of a description and a summary the second is the content
            return shorts[0], (*shorts[1], self._language_of(said["description"][0]))
        if not shorts:
            shorts = [self._markup(said[name][0], HTML) for name in _ALSO if name in said]
        return shorts[0] if shorts else ("", HTML), ("", HTML, "")

    def _language_of(self, element: _Element) -> str:
        """Its xml:lang, or that of what it stands in; an empty one ends it."""
        holder: _Element | None = element
        while holder is not None:
            own = holder.get(_LANG)
            if own is not None:
                return _tag(own)
            holder = holder.getparent()
        return ""

    def _markup(self, element: _Element, usual: str) -> tuple[str, str]:
        """An element's text as markup, and its type: what it says, else `usual` or what it looks
        like."""
        if len(element):
            return self._inline(element)
        text = (element.text or "").strip()
        if self.is_atom:
            text, kind = self._atom_text(element, text)
        elif usual == HTML or markup.is_markup(text):
            kind = HTML
        else:
            kind = PLAIN
        if kind == PLAIN:
            return markup.escaped(text[: markup.LIMIT]), PLAIN
        return markup.sanitize(text, self._base_of(element)).strip(), kind

    def _atom_text(self, element: _Element, text: str) -> tuple[str, str]:
        """Atom's types (RFC 4287, 3.1 and 4.1.3; Atom 0.3 has modes too)."""
        said = element.get("type", "")
        kind = _TYPES.get(said) or _inert(said)
        if kind in (PLAIN, HTML) and self.is_atom_1:
            return text, kind
        mode = element.get("mode")
        is_text = kind.startswith("text/") or kind.endswith(("/xml", "+xml"))
        if mode == "base64" or (self.is_atom_1 and not is_text):
            with suppress(binascii.Error, ValueError):
                text = base64.b64decode("".join(text.split()), validate=True).decode(
                    "utf-8", "replace"
                )
            return text, HTML
        if kind == PLAIN and mode and markup.is_markup(text):
            return text, HTML
        return text, kind

    def _inline(self, element: _Element) -> tuple[str, str]:
        """Markup that stands in the XML as such; of Atom's XHTML without its outer <div>."""
        said = element.get("type", "")
        only = element[0] if len(element) == 1 and not (element.text or "").strip() else None
        is_wrapped = (
            only is not None and local_name(only) == "div" and not (only.tail or "").strip()
        )
        if self.is_atom_1 and is_wrapped:
            element = element[0]
            if said == "html" and not len(element):  # escaped HTML in a <div>, as TypePad wrote
                return markup.sanitize(element.text or "", self._base_of(element)).strip(), HTML
        text = "".join(_serialized(element, [])).strip()
        is_xhtml = said in ("xhtml", XHTML) or self.names[element.tag].startswith("xhtml:")
        return markup.sanitize(text, self._base_of(element)).strip(), XHTML if is_xhtml else HTML

    # -------------------------------------------------------------------------- people, tags, modules

    def _people(self, said: _Children, *names: str) -> tuple[Person, ...]:
        found: dict[Person, None] = {}
        for name in names:
            for element in said.get(name, ()):
                person = self._person(element) if len(element) else person_of(element.text or "")
                if person.name or person.email or person.url:
                    found.setdefault(person)
        return tuple(found)[:50]

    def _person(self, element: _Element) -> Person:
        inner = self._children(element)
        named = person_of(_text(inner, "name", "itunes:name"))
        url = _text(inner, "uri", "url", "homepage")
        holder = next((inner[n][0] for n in ("uri", "url", "homepage") if n in inner), element)
        email = plain(_text(inner, "email", "itunes:email")) or named.email
        if not inner.keys() & {"name", "uri", "url", "homepage", "email", "itunes:name"}:
            return person_of("".join(str(piece) for piece in element.itertext()))
        return Person(named.name, email, self._web(holder, url))

    def _tags(self, said: _Children) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for name in _TAGGED:
            if name in said:
                for element in said[name]:
                    for written in _tags_of(name, element):
                        if tag := plain(written):
                            tags[tag] = None
        return tuple(tags)[:100]

    def _modules(self, said: _Children) -> dict[str, Any]:
        """What modules tell: a source, replies, a recording, a place. Few entries have any."""
        found: dict[str, Any] = {}
        if "source" in said:
            source = said["source"][0]
            inner = self._children(source)
            found["source"] = plain(_text(inner, "title") if inner else source.text or "")
        if "thr:in-reply-to" in said:
            found["in_reply_to"] = plain(said["thr:in-reply-to"][0].get("ref") or "")
        if "slash:comments" in said or "thr:total" in said:
            count = _text(said, "slash:comments", "thr:total")[:9]
            found["comments"] = int(count) if count.isdecimal() else None
        if "itunes:duration" in said:
            found["duration"] = _seconds(_text(said, "itunes:duration"))
        if "georss:point" in said:
            found["point"] = _point(_text(said, "georss:point"))
        elif "geo:lat" in said:
            found["point"] = _point(f"{_text(said, 'geo:lat')} {_text(said, 'geo:long')}")
        return found


# -------------------------------------------------------------------------- small questions on text


def address_of(base: str, written: str) -> str:
    """An address of the web, or of mail, as it may be kept; "" for any other scheme."""
    if _ABSOLUTE.fullmatch(written) and len(written) <= _ADDRESS:
        return written
    written = written.strip()
    if not written:
        return ""
    if (scheme := _SCHEME.match(written)) and scheme[1].lower() not in ("http", "https"):
        safe = scheme[1].lower() in _KEPT and not re.search(r"[\s<>\"'\\\x00-\x1f]", written)
        return written[:_ADDRESS] if safe else ""
    if base:
        return urls.absolute(base, written).translate(_QUOTED)
    return written if _RELATIVE.fullmatch(written) else ""


def image_in(body: str, base: str) -> tuple[Image, ...]:
    """The first picture of some markup, if any."""
    if "<img" in body and (picture := _IMG.search(body)):
        url = address_of(base, unescape(picture[1]))
        return (Image(url),) if url else ()
    return ()


def identifier(written: str) -> str:
    """The id of an entry as plain text; "" for one that would run as an address."""
    return "" if _LIVE.match(written) else plain(written)


def plain(text: str) -> str:
    """A name, a tag, an id: one line of plain text without any tag in it."""
    if "&" in text:
        text = unescape(text[:_TITLE])
    if "<" in text:
        text = _UNTAGGED.sub("", text[:_TITLE])
    return " ".join(text[:_TITLE].split())


@lru_cache(1024)  # a feed has few authors
def person_of(text: str) -> Person:
    """Who is meant by "Jo Low <jo@quay.example>", "jo@quay.example (Jo Low)" and the like."""
    text = text[:1_000].strip()
    found = _MAIL.search(text) if "@" in text else None
    if not found:
        return Person(plain(text))
    name = (text[: found.start()] + text[found.end() :]).replace("mailto:", "")
    for mark in ("()", "<>", "[]", "&lt;&gt;"):
        name = name.replace(mark, "")
    name = name.strip().strip("<>")
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    return Person(plain(name), found[0].removeprefix("mailto:"))


def _text(said: _Children, *names: str) -> str:
    """The text of the first of them that has any."""
    for name in names:
        for element in said.get(name, ()):
            text = element.text
            if len(element):
                text = "".join(str(piece) for piece in element.itertext())
            if text and (text := text.strip()):
                return text[:_TITLE]
    return ""


def _date(said: _Children, *names: str) -> str:
    """The last date under the first of these names: a feed that has more has added the newer."""
    for name in names:
        if name in said:
            return _inert((said[name][-1].text or "").strip()[:200])
    return ""


def _inert(text: str) -> str:
    """An attribute or a date as written, without any tag in it."""
    return plain(text) if "<" in text else text


def _main(links: list[Link]) -> str:
    """The page of an entry: its first alternate, one in HTML before others."""
    other = ""
    for link in links:
        if link.rel == "alternate":
            if link.type == HTML or link.type == XHTML:
                return link.href
            other = other or link.href
    return other


def _tag(language: str) -> str:
    """A language as written, with hyphens."""
    return language and plain(language).replace("_", "-")[:50]


def _tags_of(name: str, element: _Element) -> list[str]:
    term = element.get("term")
    if name in ("tags", "media:keywords", "itunes:keywords"):
        return (element.text or "").split(",")
    if term and term.startswith("http") and (label := element.get("label")):
        return [label]
    return [term or element.text or element.get("label") or ""]


def _serialized(element: _Element, into: list[str]) -> list[str]:
    """The inside of an element as HTML: local names, no namespaces."""
    into.append(markup.escaped(element.text or ""))
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        said = _attributes(child) if child.keys() else ""
        if name.lower() in markup.VOID and not len(child):
            into.append(f"<{name}{said} />")
        else:
            into.append(f"<{name}{said}>")
            _serialized(child, into)
            into.append(f"</{name}>")
        if child.tail:
            into.append(markup.escaped(child.tail))
    return into


def _attributes(element: _Element) -> str:
    """Its attributes as HTML; none of too many, since lxml looks for each from the first one on."""
    if len(element.attrib) > _ATTRIBUTES:
        return ""
    return "".join(
        f' {key!s}="{markup.escaped(str(value)).replace(chr(34), "&quot;")}"'
        for key, value in element.attrib.items()
        if "}" not in str(key)
    )


def _version(root: _Element, space: str) -> str:
    name = local_name(root)
    if name == "rdf":
        return "rss090" if any(s and "netscape" in s for s in root.nsmap.values()) else "rss10"
    if name == "feed":
        return "atom10" if space in ("http://www.w3.org/2005/atom", "") else "atom03"
    return "rss" + root.get("version", "").replace(".", "")[:3]


def _own_space(root: _Element, space: str) -> str:
    """The namespace that needs no prefix here, whatever it is: that of the root, but for RDF's."""
    return space if space and local_name(root) in ("rss", "feed", "channel") else "-"


def _every(about: _Children) -> timedelta | None:
    """How often the feed changes: `sy:updatePeriod` with its frequency, else `ttl` in minutes."""
    hours = _PERIODS.get(_text(about, "sy:updateperiod").lower())
    if hours:
        often = _text(about, "sy:updatefrequency")
        return timedelta(hours=hours) / max(1, int(often[:4]) if often[:4].isdecimal() else 1)
    minutes = _text(about, "ttl")
    return timedelta(minutes=int(minutes[:6])) if minutes[:6].isdecimal() else None


def _pixels(written: str | None) -> int | None:
    return int(written[:5]) if written and written[:5].isdecimal() else None


def _seconds(written: str) -> int | None:
    """ "754", "12:34" and "1:02:03"."""
    parts = written.split(":")
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 7 for part in parts):
        return None
    total = 0
    for part in parts:
        total = 60 * total + int(part)
    return total


def _point(written: str) -> tuple[float, float] | None:
    parts = written.replace(",", " ").split()
    if len(parts) != 2:
        return None
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
