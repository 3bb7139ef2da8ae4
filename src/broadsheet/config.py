"""What did the operator ask for? portal.yaml, read once, checked once, then passed by value.

The dataclasses are the schema: a field is a key, its type is what may stand there, its default is
the default of PORTAL.md. Every refusal tells file, line, column, key and remedy. Each room is
given its own table only; nothing below `assemble` and `pipeline` sees the whole Portal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from broadsheet import strict_yaml
from broadsheet.errors import ConfigError, FileError, Place, did_you_mean
from broadsheet.model import Source
from broadsheet.strict_yaml import Builder

SEALED_FIELDS = ("source", "scores", "note")

KEY = r"[a-z0-9-]{1,40}"
_HIDDEN = ("id", "places", "listed_in")  # fields that are no keys
LIST_KEY = 33  # its sources are called <key>-<6 characters>, and a key has 40
ACCENT = r"#[0-9A-Fa-f]{6}"
LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"
CONTACT = r"mailto:[^\s\x00-\x1f\x7f@]+@[^\s\x00-\x1f\x7f@]+|https://[^\s\x00-\x1f\x7f]+"
DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
AGE_RECIPIENT = r"age1[02-9ac-hj-np-z]{58}"
QUIET = r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d"
MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a report can be about."""

    id: str
    name: str = ""
    about: str = ""
    parent: str = ""
    keywords: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    inflect: bool = False
    providers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    was: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What records and pages call it."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Organisation:
    """A publisher that the operator knows; its id is a registrable domain."""

    id: str
    name: str = ""
    kind: str = ""
    country: str = ""
    owner: str = ""
    standing: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """What an editor wants to see first."""

    words: tuple[str, ...] = ()
    new_sources: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Which report is public; `heat` is for the classic profile."""

    quality: int = 0
    heat: int | None = None
    hold: Hold = Hold()


@dataclass(frozen=True, slots=True)
class Extracts:
    """Characters of an extract."""

    length: int = 160


@dataclass(frozen=True, slots=True)
class Heat:
    """How fast a story cools."""

    half_life: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Quality:
    """Points of a report for each of its qualities; 0 leaves one out."""

    own_work: int = 15
    copy: int = -20
    length: int = 25
    quote: int = 10
    more_quotes: int = 5
    author: int = 10
    dated: int = 10
    undated: int = -10
    picture: int = 10
    bait: int = -15
    corrected: int = 5
    official: int = 15


@dataclass(frozen=True, slots=True)
class Site:
    """How long the lists of a page are, and its one colour."""

    stories: int = 30
    river: int = 60
    accent: str = "#0B4F8A"


@dataclass(frozen=True, slots=True)
class Fetch:
    """How we knock."""

    per_host: int = 2
    delay: timedelta = timedelta(seconds=1)
    timeout: timedelta = timedelta(seconds=20)
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    first: int = 20
    pages: int = 5
    record: bool = False
    connect: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsing:
    """What one page or feed may cost its worker; `memory` in MB, `cpu` in whole seconds.

    What is dear uses up `cpu`, and is refused however busy the machine. `wall` ends what hangs; what
    was only slow, on a busy machine, is read again in a later run.
    """

    cpu: timedelta = timedelta(seconds=5)
    wall: timedelta = timedelta(seconds=8)
    memory: int = 1000
    feed: int = 10
    """MB of a feed or sitemap that are read; the door takes no more than 10."""
    entries: int = 5_000
    """Entries of a feed or sitemap that are read."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Who can open what is private, and what that is."""

    readers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("source", "scores")


@dataclass(frozen=True, slots=True)
class WebSub:
    """`hub` is told of our news; at `callback` the hubs of our sources reach `serve`."""

    hub: str = ""
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """The whole file."""

    title: str
    topics: dict[str, Topic]
    sources: dict[str, Source]
    url: str = "http://localhost:8000/"
    description: str = ""
    language: str = "en"
    timezone: str = "UTC"
    contact: str = ""
    profile: Literal["broadsheet", "classic"] = "broadsheet"
    organisations: dict[str, Organisation] = field(default_factory=dict)
    gate: Gate = Gate()
    extracts: Extracts = Extracts()
    heat: Heat = Heat()
    quality: Quality = Quality()
    site: Site = Site()
    outputs: tuple[str, ...] = ()  # none named: all that are registered
    fetch: Fetch = Fetch()
    parsing: Parsing = Parsing()
    websub: WebSub = WebSub()
    seal: Seal = Seal()
    retention: timedelta = timedelta(days=90)
    plugins: tuple[str, ...] = ()
    places: dict[str, Place] = field(default_factory=dict, repr=False, compare=False)
    """Where each key stands in the file, by its path; for those who find a fault later."""

    def refuse(self, path: str, message: str) -> NoReturn:
        """Raise the ConfigError that names this key and its place."""
        raise ConfigError(f"{path}: {message}", self.places[path])


def load(path: Path) -> Portal:
    """Read and check a portal file. Raises ConfigError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        message = "no portal here; `broadsheet init` makes one"
        raise ConfigError(message, Place(str(path))) from error
    except OSError as error:
        raise ConfigError(error.strerror or str(error), Place(str(path))) from error
    return parse(data, str(path))


def parse(data: bytes, file: str = "portal.yaml") -> Portal:
    """The same from bytes, for tests and embedding. Raises ConfigError."""
    places: dict[str, Place] = {}
    builder = Builder(lambda name: name.rstrip("_"), hidden=_HIDDEN, places=places)
    try:
        portal: Portal = builder.build(Portal, strict_yaml.load(data, file))
    except FileError as error:
        raise ConfigError(error.message, error.place) from error
    portal.places.update(places)
    _check_masthead(portal)
    _check_topics(portal)
    _check_sources(portal)
    _check_organisations(portal)
    _check_judging(portal)
    _check_fetch(portal)
    _check_rest(portal)
    return portal if portal.url.endswith("/") else replace(portal, url=portal.url + "/")


def _check_masthead(portal: Portal) -> None:
    _check_address(portal, "url", portal.url)
    if "?" in portal.url or "#" in portal.url:
        portal.refuse("url", f"an address without ? and #, got {portal.url!r}")
    if not re.fullmatch(LANGUAGE, portal.language):
        portal.refuse("language", f"a language tag such as en or nb-NO, got {portal.language!r}")
    _check_timezone(portal, "timezone", portal.timezone)
    if portal.contact and not re.fullmatch(CONTACT, portal.contact):
        known = "mailto:you@example.org or an https: address"
        portal.refuse("contact", f"expected {known}, got {portal.contact!r}")


def _check_topics(portal: Portal) -> None:
    names: dict[str, str] = {}
    for key, topic in portal.topics.items():
        _check_key(portal, f"topics.{key}", key)
        for path, name in _names(key, topic):
            if (other := names.setdefault(name.casefold(), key)) != key:
                portal.refuse(path, f"{other!r} is called {name!r} already")
        for kind, words in (("keywords", topic.keywords), ("not", topic.not_)):
            _check_phrases(portal, f"topics.{key}.{kind}", words)
        for n, tag in enumerate(topic.hashtags, 1):
            if not re.fullmatch(r"\w+", tag):
                path = f"topics.{key}.hashtags[{n}]"
                portal.refuse(path, f"letters and digits, without the #; got {tag!r}")
        for n, domain in enumerate(topic.providers, 1):
            if not re.fullmatch(DOMAIN, domain):
                wanted = "a registrable domain such as paper.example"
                portal.refuse(f"topics.{key}.providers[{n}]", f"expected {wanted}, got {domain!r}")
    for key in portal.topics:
        above = [key]
        while parent := portal.topics[above[-1]].parent:
            if parent not in portal.topics:
                hint = did_you_mean(parent, portal.topics)
                portal.refuse(f"topics.{above[-1]}.parent", f"no topic {parent!r}{hint}")
            if parent in above:
                circle = " > ".join((*above, parent))
                portal.refuse(f"topics.{key}.parent", f"parents in a circle: {circle}")
            above.append(parent)


def _names(key: str, topic: Topic) -> Iterator[tuple[str, str]]:
    """What a topic is and was called, each with its path."""
    yield f"topics.{key}", topic.label
    for n, name in enumerate(topic.was, 1):
        yield f"topics.{key}.was[{n}]", name


def _check_sources(portal: Portal) -> None:
    for key, source in portal.sources.items():
        path = f"sources.{key}"
        _check_key(portal, path, key)
        if len(source.kinds) != 1:
            given = " and ".join(source.kinds) or "none"
            portal.refuse(path, f"exactly one of feed, sitemap, pages, opml; here: {given}")
        for kind in ("feed", "sitemap"):
            if address := getattr(source, kind):
                _check_address(portal, f"{path}.{kind}", address)
        for n, address in enumerate(source.pages, 1):
            _check_address(portal, f"{path}.pages[{n}]", address)
        if "://" in source.opml:
            _check_address(portal, f"{path}.opml", source.opml)
        if source.opml and len(key) > LIST_KEY:
            portal.refuse(path, f"the key of a list has {LIST_KEY} characters at most")
        for n, topic in enumerate(source.topics, 1):
            if topic not in portal.topics:
                hint = did_you_mean(topic, portal.topics)
                portal.refuse(f"{path}.topics[{n}]", f"no topic {topic!r}{hint}")
        if source.every is not None:
            _check_positive(portal, f"{path}.every", source.every)
        if source.timezone:
            _check_timezone(portal, f"{path}.timezone", source.timezone)
        begin, _, end = source.quiet.partition("-")
        if source.quiet and (not re.fullmatch(QUIET, source.quiet) or begin == end):
            wanted = 'expected hours such as "23:00-06:00"'
            portal.refuse(f"{path}.quiet", f"{wanted}, got {source.quiet!r}")
        if source.read == "feed" and not (source.feed or source.opml):
            remedy = "only what has a feed can be read from it; leave it out"
            portal.refuse(f"{path}.read", remedy)


def _check_organisations(portal: Portal) -> None:
    for domain in portal.organisations:
        path = f"organisations.{domain}"
        if not re.fullmatch(DOMAIN, domain):
            wanted = "a registrable domain in lower case, such as paper.example"
            portal.refuse(path, f"a key here is {wanted}")
        if domain.startswith("www."):
            portal.refuse(path, f"the domain without www.: {domain.removeprefix('www.')}")


def _check_judging(portal: Portal) -> None:
    if portal.profile == "broadsheet" and portal.gate.heat is not None:
        portal.refuse("gate.heat", "heat decays here; use gate.quality, or profile: classic")
    _check_phrases(portal, "gate.hold.words", portal.gate.hold.words)
    if not 0 <= portal.extracts.length <= 280:
        portal.refuse("extracts.length", f"0 to 280, got {portal.extracts.length}")
    _check_positive(portal, "heat.half_life", portal.heat.half_life)
    for weight in fields(Quality):
        if abs(points := getattr(portal.quality, weight.name)) > 100:
            portal.refuse(f"quality.{weight.name}", f"-100 to 100 points, got {points}")


def _check_fetch(portal: Portal) -> None:
    fetch = portal.fetch
    _check_least(portal, "fetch.per_host", fetch.per_host, 1)
    _check_least(portal, "fetch.first", fetch.first, 1)
    _check_least(portal, "fetch.pages", fetch.pages, 1)
    _check_positive(portal, "fetch.timeout", fetch.timeout)
    if "fetch.ports" in portal.places and not fetch.ports:
        portal.refuse("fetch.ports", "at least one port, or leave it out")
    for n, port in enumerate(fetch.ports, 1):
        if not 1 <= port <= 65535:
            portal.refuse(f"fetch.ports[{n}]", f"1 to 65535, got {port}")
    for origin, target in fetch.connect.items():
        path = f"fetch.connect.{origin}"
        for address in (origin, target):
            if not _is_origin(address):
                wanted = "an origin such as https://paper.example or http://127.0.0.1:8099"
                portal.refuse(path, f"expected {wanted}, got {address!r}")
        if not _is_loopback(target):
            portal.refuse(path, f"only loopback targets, got {target!r}")


def _check_rest(portal: Portal) -> None:
    _check_websub(portal)
    _check_positive(portal, "parsing.cpu", portal.parsing.cpu)
    _check_positive(portal, "parsing.wall", portal.parsing.wall)
    _check_least(portal, "parsing.memory", portal.parsing.memory, 400)
    _check_least(portal, "parsing.entries", portal.parsing.entries, 1)
    if not 1 <= portal.parsing.feed <= 10:
        portal.refuse("parsing.feed", f"1 to 10 MB, got {portal.parsing.feed}")
    _check_least(portal, "site.stories", portal.site.stories, 1)
    _check_least(portal, "site.river", portal.site.river, 1)
    if not re.fullmatch(ACCENT, portal.site.accent):
        wanted = 'a colour such as "#0B4F8A", in quotes'
        portal.refuse("site.accent", f"expected {wanted}, got {portal.site.accent!r}")
    for n, reader in enumerate(portal.seal.readers, 1):
        if not re.fullmatch(AGE_RECIPIENT, reader):
            secret = reader.upper().startswith("AGE-SECRET-KEY")
            got = "a secret key: keep it out of this file" if secret else repr(reader)
            portal.refuse(f"seal.readers[{n}]", f"expected an age recipient, age1..., got {got}")
    for n, name in enumerate(portal.seal.fields, 1):
        if name not in SEALED_FIELDS:
            hint = did_you_mean(name, SEALED_FIELDS) or f"; known: {', '.join(SEALED_FIELDS)}"
            portal.refuse(f"seal.fields[{n}]", f"no field {name!r} to seal{hint}")
    _check_positive(portal, "retention", portal.retention)
    for n, name in enumerate(portal.plugins, 1):
        if not re.fullmatch(MODULE, name):
            portal.refuse(f"plugins[{n}]", f"expected the name of a Python module, got {name!r}")


def _check_websub(portal: Portal) -> None:
    hub, callback = portal.websub.hub, portal.websub.callback
    if hub:
        _check_address(portal, "websub.hub", hub)
    if callback:
        _check_address(portal, "websub.callback", callback)
        path = urlsplit(callback).path
        if path != urlsplit(callback)._replace(scheme="", netloc="").geturl() or path in ("", "/"):
            wanted = "an address with a path of its own, such as https://desk.example/websub/"
            portal.refuse("websub.callback", f"expected {wanted}, got {callback!r}")
        if not path.endswith("/"):
            portal.refuse("websub.callback", f"it ends in /: {callback}/")


def _check_key(portal: Portal, path: str, key: str) -> None:
    if not re.fullmatch(KEY, key):
        portal.refuse(path, "a key is of a to z, 0 to 9 and -, 40 at most")


def _check_address(portal: Portal, path: str, address: str) -> None:
    if not is_address(address):
        portal.refuse(path, f"expected an http: or https: address, got {address!r}")


def _check_timezone(portal: Portal, path: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there, not a name, a folder of names
        hint = did_you_mean(name, available_timezones()) or "; such as Europe/Oslo"
        portal.refuse(path, f"no time zone {name!r}{hint}")


def _check_positive(portal: Portal, path: str, span: timedelta) -> None:
    if not span:
        portal.refuse(path, "more than nothing, such as 30m")


def _check_least(portal: Portal, path: str, number: int, least: int) -> None:
    if number < least:
        portal.refuse(path, f"{least} or more, got {number}")


def _check_phrases(portal: Portal, path: str, phrases: tuple[str, ...]) -> None:
    for n, phrase in enumerate(phrases, 1):
        if not re.search(r"\w", phrase):
            portal.refuse(f"{path}[{n}]", f"a word or phrase, got {phrase!r}")


def is_address(url: str) -> bool:
    """An absolute web address with a host, without a name or password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port  # raises where it is no port
    except ValueError:
        return False
    has_space = re.search(r"[\s\x00-\x1f\x7f]", url)
    known = parts.scheme in ("http", "https") and parts.hostname and port != 0
    return bool(known) and not has_space and "@" not in parts.netloc


def _is_origin(url: str) -> bool:
    return is_address(url) and f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" == url


def _is_loopback(url: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False
