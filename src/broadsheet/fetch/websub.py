"""How are we told of news instead of asking? W3C WebSub (Recommendation of 23 January 2018).

A subscription goes: asked -> verified by the hub's question to our callback -> pushes, each signed
with the secret of this one feed -> asked again at half of its lease. Everything here is pure but
`PushedDoor`, which gives a pushed body to the pipeline in the place of a fetched one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape

import msgspec

from broadsheet import urls
from broadsheet.errors import FetchError
from broadsheet.fetch.door import Notes, WebDoor
from broadsheet.fetch.post import Form
from broadsheet.model import Fetched, Request
from broadsheet.seams import Door

LEASE = timedelta(days=10)
"""What we ask for; the hub decides."""
LONGEST_LEASE = timedelta(days=90)
SHORTEST_RENEWAL = timedelta(minutes=5)
ASK_AGAIN = timedelta(hours=6)
"""After a question that the hub did not verify, or a refusal."""
POLL = timedelta(days=1)
"""How often a source is asked while its hub is healthy."""
LARGEST = 10_000_000
"""Bytes of a push, those of a feed (SECURITY.md)."""
NOT_PUSHED = "a poll found news that the hub had not pushed"
METHODS = ("sha1", "sha256", "sha384", "sha512")

_HEAD = 65_536  # characters of a feed in which it names its hub
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s{0,5};[^,<]{0,500})?)")
_REL = re.compile(r"\brel\s{0,3}=\s{0,3}(?:\"([^\"]{0,200})\"|([\w-]{1,50}))", re.IGNORECASE)
_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?link\s([^<>]{1,3000})>", re.IGNORECASE)
_PAIR = re.compile(
    r"\b(rel|href)\s{0,5}=\s{0,5}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a feed may be subscribed to: at this hub, under this address."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at one hub. `token` is the end of our callback's address."""

    source_id: str
    hub: str
    topic: str
    token: str
    secret: str
    asked_at: datetime | None = None
    verified_at: datetime | None = None
    lease_until: datetime | None = None
    denied: str = ""
    """What the hub gave as a reason, or our own for not relying on it."""

    def healthy(self, now: datetime) -> bool:
        """Will news come by itself, so that a poll a day is enough?"""
        return bool(self.lease_until and now < self.lease_until and not self.denied)

    def to_ask(self, now: datetime) -> bool:
        """Is it time to ask the hub, for the first time or again?"""
        if self.asked_at is None:
            return True
        if self.denied or not self.verified_at or not self.lease_until:
            return now >= self.asked_at + ASK_AGAIN
        if self.verified_at < self.asked_at:  # a renewal that the hub has not verified
            return now >= self.asked_at + ASK_AGAIN
        half = (self.lease_until - self.verified_at) / 2
        return now >= self.verified_at + max(half, SHORTEST_RENEWAL)


def kept(known: Subscription) -> str:
    """A subscription as a store's fact."""
    return msgspec.json.encode(known).decode()


def recalled(fact: str) -> Subscription | None:
    """The subscription of a fact; None for an empty one."""
    return msgspec.json.decode(fact, type=Subscription) if fact else None


def offer_to_fact(offer: Offer | None) -> str:
    """An offer as a store's fact; "" where there is none."""
    return f"{offer.hub} {offer.topic}" if offer else ""


def offer_of_fact(fact: str) -> Offer | None:
    """The offer of a fact; an address holds no space."""
    hub, _, topic = fact.partition(" ")
    return Offer(hub, topic) if hub and topic else None


def fact_of(source_id: str) -> str:
    """Under which name a store keeps the subscription of a source."""
    return f"websub:{source_id}"


def offer_of(fetched: Fetched) -> Offer | None:
    """The hub that this answer names, in its Link headers or else in the feed itself."""
    found = _in_header(fetched.headers.get("link", "")) or _in_body(fetched.body)
    base = fetched.final_url or fetched.url
    hub = urls.absolute(base, found["hub"]) if found.get("hub") else ""
    topic = urls.absolute(base, found["self"]) if found.get("self") else base
    return Offer(hub, topic) if hub and topic else None


def _in_header(link: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(link[:20_000]):
        if named := _REL.search(parameters):
            for rel in (named[1] or named[2]).lower().split():
                found.setdefault(rel, target)
    return found if "hub" in found else {}


def _in_body(body: bytes) -> dict[str, str]:
    text = body[:_HEAD].decode(errors="replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _in_json(body)
    found: dict[str, str] = {}
    for attributes in _TAG.findall(text):
        said = {name.lower(): unescape(one or two) for name, one, two in _PAIR.findall(attributes)}
        for rel in said.get("rel", "").lower().split():
            found.setdefault(rel, said.get("href", ""))
    return found if "hub" in found else {}


def _in_json(body: bytes) -> dict[str, str]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    hubs = said.get("hubs") if isinstance(said, dict) else None
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() == "websub":
            own = said.get("feed_url")
            return {"hub": str(hub.get("url", "")), "self": own if isinstance(own, str) else ""}
    return {}


def subscription(source_id: str, offer: Offer) -> Subscription:
    """A new one, with an address and a secret that nobody can guess."""
    token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    return Subscription(source_id, offer.hub, offer.topic, token, secret)


def request(asked: Subscription, callback: str) -> Form:
    """What is posted to the hub (section 5.1)."""
    return (
        ("hub.mode", "subscribe"),
        ("hub.topic", asked.topic),
        ("hub.callback", f"{callback}{asked.token}"),
        ("hub.lease_seconds", str(int(LEASE.total_seconds()))),
        ("hub.secret", asked.secret),
    )


def ping(feeds: Sequence[str]) -> Form:
    """What a publisher posts to its hub: these feeds of ours have news."""
    return (("hub.mode", "publish"), *(("hub.url", each) for each in feeds))


def heard(
    known: Subscription, said: Mapping[str, str], now: datetime
) -> tuple[Subscription, str] | None:
    """What the hub's question to our callback changes, and the words to answer (5.2, 5.3).

    None for what we did not ask for: the answer is 404.
    """
    if said.get("hub.topic") != known.topic:
        return None
    mode = said.get("hub.mode")
    if mode == "denied":
        reason = said.get("hub.reason") or "without a reason"
        return replace(known, denied=f"the hub refused: {reason[:200]}"), ""
    challenge = said.get("hub.challenge", "")
    seconds = said.get("hub.lease_seconds", "")
    pending = known.asked_at and now < known.asked_at + ASK_AGAIN
    if mode != "subscribe" or not challenge or not pending:
        return None
    lease = timedelta(seconds=int(seconds[:9])) if seconds.isdecimal() else LEASE
    until = now + min(lease or LEASE, LONGEST_LEASE)
    return replace(known, verified_at=now, lease_until=until, denied=""), challenge


def signed(known: Subscription, signature: str, body: bytes) -> bool:
    """Is it the hub that pushed this? `X-Hub-Signature: method=hex` (section 7), in constant time."""
    method, _, told = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    right = hmac.new(known.secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), told.strip().lower().encode())


@dataclass(frozen=True, slots=True)
class Push:
    """A signed body that came for a source."""

    source_id: str
    body: bytes
    headers: Mapping[str, str]


class PushedDoor:
    """A Door (seams.py) that has the answers which were pushed, and asks another for the rest."""

    def __init__(self, pushed: Mapping[str, Push], door: Door, now: datetime) -> None:
        self.pushed, self.door, self.now = pushed, door, now

    def remember_in(self, notes: Notes) -> None:
        """Where a door to the web keeps what hosts said."""
        if isinstance(self.door, WebDoor):
            self.door.remember_in(notes)

    def ask(self, requests: Sequence[Request], /) -> list[Fetched | FetchError]:
        """In the order of the requests; `pushed` is by the address of the feed."""
        others = [each for each in requests if each.url not in self.pushed]
        answers = iter(self.door.ask(others) if others else [])
        return [
            _as_fetched(each, self.pushed[each.url], self.now)
            if each.url in self.pushed
            else next(answers)
            for each in requests
        ]


def _as_fetched(request: Request, push: Push, now: datetime) -> Fetched:
    """The validators stay those of the last poll: what was pushed may be a part of the feed."""
    before = request.before
    sha256 = hashlib.sha256(push.body).hexdigest()
    return Fetched(
        url=request.url,
        body=push.body,
        fetched_at=now,
        etag=before.etag if before else "",
        source_id=push.source_id,
        final_url=request.url,
        headers=dict(push.headers),
        last_modified=before.last_modified if before else "",
        sha256=before.sha256 if before else sha256,
    )
