"""WebSub by the letter of its Recommendation: who offers, what we ask, what we believe."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest

from broadsheet.fetch import websub
from broadsheet.fetch.replay import Replay
from broadsheet.fetch.websub import Offer, Push, PushedDoor, Subscription
from broadsheet.model import Fetched, Request
from broadsheet.testing import NOON, clock

FEED = "https://paper.example/feed.xml"
HUB = "https://hub.example/"
OFFER = Offer(HUB, FEED)


def answer(body: str = "", link: str = "") -> Fetched:
    headers = {"link": link} if link else {}
    return Fetched(FEED, body.encode(), NOON, final_url=FEED, headers=headers)


def asked() -> Subscription:
    return replace(websub.subscription("paper", OFFER), asked_at=NOON)


def verified(lease: timedelta = timedelta(days=10)) -> Subscription:
    known = asked()
    said = question(known, **{"hub.lease_seconds": str(int(lease.total_seconds()))})
    heard = websub.heard(known, said, NOON)
    assert heard
    return heard[0]


def question(known: Subscription, **said: str) -> dict[str, str]:
    return {
        "hub.mode": "subscribe",
        "hub.topic": known.topic,
        "hub.challenge": "echo-me",
        "hub.lease_seconds": "864000",
    } | said


@pytest.mark.parametrize(
    "told",
    [
        answer(link=f'<{HUB}>; rel="hub", <{FEED}>; rel="self"'),
        answer(link=f"<{HUB}>; rel=hub, <{FEED}>; rel=self"),
        answer(link=f'</>; title="x", <{HUB}>; rel="preconnect hub"'),
        answer(f'<rss><channel><atom:link rel="hub" href="{HUB}"/></channel></rss>'),
        answer(f"<feed><link href='{HUB}' rel='hub'/><link rel='self' href='{FEED}'/></feed>"),
        answer(f'{{"hubs": [{{"type": "WebSub", "url": "{HUB}"}}], "feed_url": "{FEED}"}}'),
    ],
)
def test_a_feed_offers_its_hub_in_headers_or_in_itself(told: Fetched) -> None:
    assert websub.offer_of(told) == OFFER


@pytest.mark.parametrize(
    "told",
    [
        answer("<rss><channel><link>https://paper.example/</link></channel></rss>"),
        answer(link=f'<{FEED}>; rel="self"'),
        answer("{" * 100_000),
        answer('{"hubs": [7, {"type": "rssCloud", "url": "https://x.example"}]}'),
        answer('<link rel="hub" href="javascript:alert(1)">'),
        answer("<link " * 50_000),
    ],
)
def test_others_offer_none(told: Fetched) -> None:
    assert websub.offer_of(told) is None


def test_the_topic_is_what_the_feed_calls_itself_where_it_was_found() -> None:
    told = answer('<feed><link rel="hub" href="/hub"/><link rel="self" href="/own.xml"/></feed>')

    assert websub.offer_of(told) == Offer(
        "https://paper.example/hub", "https://paper.example/own.xml"
    )


def test_what_is_asked_names_a_callback_and_a_secret_of_this_feed_alone() -> None:
    one, other = asked(), asked()
    form = dict(websub.request(one, "https://desk.example/websub/"))

    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == FEED
    assert form["hub.callback"] == f"https://desk.example/websub/{one.token}"
    assert int(form["hub.lease_seconds"]) == 864_000
    assert len(form["hub.secret"].encode()) < 200
    assert one.secret != other.secret
    assert one.token != other.token


def test_a_question_about_what_we_asked_is_answered_with_its_challenge() -> None:
    heard = websub.heard(asked(), question(asked()), NOON)

    assert heard
    known, words = heard
    assert words == "echo-me"
    assert known.lease_until == NOON + timedelta(days=10)
    assert known.healthy(NOON)
    assert not known.healthy(NOON + timedelta(days=10))


@pytest.mark.parametrize(
    "said",
    [
        {"hub.topic": "https://evil.example/"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.mode": "publish"},
    ],
)
def test_a_question_about_anything_else_is_not(said: dict[str, str]) -> None:
    assert websub.heard(asked(), question(asked(), **said), NOON) is None


def test_a_question_that_nobody_waits_for_is_not_answered() -> None:
    late = NOON + timedelta(days=1)

    assert websub.heard(asked(), question(asked()), late) is None
    assert websub.heard(replace(asked(), asked_at=None), question(asked()), NOON) is None


def test_a_refusal_is_kept_with_its_reason_and_asked_again_later() -> None:
    said = {"hub.mode": "denied", "hub.topic": FEED, "hub.reason": "too many"}
    heard = websub.heard(verified(), said, NOON)

    assert heard
    assert heard[0].denied == "the hub refused: too many"
    assert not heard[0].healthy(NOON)
    assert not heard[0].to_ask(NOON + timedelta(hours=1))
    assert heard[0].to_ask(NOON + timedelta(hours=6))


@pytest.mark.parametrize(
    ("lease", "renewed_after"),
    [
        (timedelta(days=10), timedelta(days=5)),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(seconds=2), timedelta(minutes=5)),
        (timedelta(days=4000), timedelta(days=45)),
    ],
)
def test_it_is_asked_again_at_half_of_its_lease(lease: timedelta, renewed_after: timedelta) -> None:
    known = verified(lease)

    assert not known.to_ask(NOON + renewed_after - timedelta(seconds=1))
    assert known.to_ask(NOON + renewed_after)


def test_a_renewal_that_is_not_verified_is_not_asked_every_minute() -> None:
    known = replace(verified(), asked_at=NOON + timedelta(days=5))

    assert not known.to_ask(NOON + timedelta(days=5, minutes=1))
    assert known.to_ask(NOON + timedelta(days=5, hours=6))


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512", "SHA256"])
def test_each_method_of_the_recommendation_is_believed(method: str) -> None:
    known = asked()
    told = hmac.new(known.secret.encode(), b"news", getattr(hashlib, method.lower())).hexdigest()

    assert websub.signed(known, f"{method}={told}", b"news")
    assert not websub.signed(known, f"{method}={told}", b"news!")
    assert not websub.signed(asked(), f"{method}={told}", b"news")


@pytest.mark.parametrize("told", ["", "sha256", "sha256=", "md5=00", "sha256=é", "new=1", "=x"])
def test_no_signature_and_an_odd_one_are_not(told: str) -> None:
    assert not websub.signed(asked(), told, b"news")


def test_a_subscription_survives_the_store() -> None:
    known = verified()

    assert websub.recalled(websub.kept(known)) == known
    assert websub.recalled("") is None
    assert websub.offer_of_fact(websub.offer_to_fact(OFFER)) == OFFER
    assert websub.offer_of_fact(websub.offer_to_fact(None)) is None


def test_a_pushed_body_stands_in_the_place_of_a_fetched_one() -> None:
    before = Fetched(FEED, b"", NOON, etag='"7"', last_modified="then", sha256="old")
    others = Replay({"https://a.example/": b"page"}, clock())
    door = PushedDoor({FEED: Push("paper", b"<rss/>", {})}, others, NOON)

    first, pushed, last = door.ask(
        [Request("https://a.example/"), Request(FEED, before), Request("https://b.example/")]
    )

    assert isinstance(first, Fetched)
    assert isinstance(pushed, Fetched)
    assert (first.body, pushed.body, pushed.changed) == (b"page", b"<rss/>", True)
    assert (pushed.etag, pushed.last_modified, pushed.sha256) == ('"7"', "then", "old")
    assert str(last) == "https://b.example/: not in the recording"
