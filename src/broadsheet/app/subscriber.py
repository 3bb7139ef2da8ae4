"""Who pushes news to `serve`? The hubs of the portal's feeds, asked, verified, believed by their
signature.

Two threads meet here. Those of the server answer hubs at once (`question`, `pushed`) and only
note what they heard. The main one (`look`) does the rest: it keeps what was noted, asks hubs, and
runs the pipeline on what was pushed. The store is open, and the lock held, for moments only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from broadsheet import files
from broadsheet.app.runs import Tell, run
from broadsheet.assemble import open_own_store
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import FetchError
from broadsheet.fetch import websub
from broadsheet.fetch.post import Post
from broadsheet.fetch.websub import Push, PushedDoor, Subscription
from broadsheet.model import Outcome
from broadsheet.pipeline.lists import with_lists
from broadsheet.pipeline.visit import fact_of
from broadsheet.seams import Door, Store

LOOK_EVERY = timedelta(minutes=1)
"""How often subscriptions are kept and asked for."""
MOST_WAITING = 50_000_000
"""Bytes of pushes that wait for the pipeline; over it a hub is told to come again."""


class Subscriber:
    """The subscriptions of one portal, as `serve` keeps them."""

    def __init__(self, folder: Path, clock: Clock, tell: Tell) -> None:
        self._folder, self._clock, self._tell = folder, clock, tell
        self._mutex = Lock()  # for what follows: server threads come here
        self._known: dict[str, Subscription] = {}
        """By token."""
        self._unkept: set[str] = set()
        self._inbox: list[Push] = []
        self._feeds: dict[str, str] = {}
        """Address of each feed, by its source."""
        self._looked_at: datetime | None = None

    def question(self, token: str, said: Mapping[str, str]) -> tuple[int, str]:
        """The hub asks whether we meant it, or says no: status and body of the answer."""
        with self._mutex:
            known = self._known.get(token)
            heard = websub.heard(known, said, self._clock.now()) if known else None
            if heard is None:
                return 404, ""
            self._known[token], words = heard
            self._unkept.add(token)
        return 200, words

    def pushed(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """News, perhaps: the status of the answer. A wrong signature is not told from a right one,
        so that nobody can try them out."""
        with self._mutex:
            known = self._known.get(token)
            if known is None:
                return 410
            if sum(len(push.body) for push in self._inbox) + len(body) > MOST_WAITING:
                return 503
            if websub.signed(known, headers.get("x-hub-signature", ""), body):
                self._inbox.append(Push(known.source_id, body, headers))
                self._known[token] = replace(known, denied="")
                self._unkept.add(token)
        return 202

    def look(self, portal: Portal, door: Door, post: Post) -> None:
        """Do what is to be done now. Raises Busy when another is at work; nothing is lost."""
        now = self._clock.now()
        if self._looked_at is None or now >= self._looked_at + LOOK_EVERY:
            self._keep(portal)
            self._ask_hubs(portal, post, now)
            self._looked_at = now
        while pushes := self._first_of_each():
            only = {id: push for id, push in pushes.items() if id in self._feeds}
            answers = {self._feeds[id]: push for id, push in only.items()}
            pushing = PushedDoor(answers, door, self._clock.now())
            run(portal, self._folder, self._clock, pushing, only=only, tell=self._tell, post=post)
            with self._mutex:  # only now: what was not done is done at the next look
                self._inbox = [push for push in self._inbox if push not in pushes.values()]
            self._keep(portal)

    def _first_of_each(self) -> dict[str, Push]:
        with self._mutex:
            return {push.source_id: push for push in reversed(self._inbox)}

    def _keep(self, portal: Portal) -> None:
        """Bring the store and what we know together; sources that name a hub get a subscription,
        those that left the portal or their hub lose it."""
        with _store(self._folder) as store, self._mutex:
            ours = {known.source_id: known for known in self._known.values()}
            kept: dict[str, Subscription] = {}
            sources = with_lists(portal, self._folder, store).sources
            self._feeds = {id: source.feed for id, source in sources.items() if source.feed}
            for source in sources.values():
                offer = websub.offer_of_fact(store.fact(fact_of(source, "hub")))
                if offer is None or source.pause:
                    continue
                name = websub.fact_of(source.id)
                known = websub.recalled(store.fact(name))
                mine = ours.get(source.id)
                if mine and mine.token in self._unkept:
                    known = mine
                if known is None or (known.hub, known.topic) != (offer.hub, offer.topic):
                    known = websub.subscription(source.id, offer)
                if store.fact(name) != (told := websub.kept(known)):
                    store.save_fact(name, told)
                kept[known.token] = known
            self._known = kept
            self._unkept.clear()

    def _ask_hubs(self, portal: Portal, post: Post, now: datetime) -> None:
        for known in [each for each in self._known.values() if each.to_ask(now)]:
            asked = replace(known, asked_at=now)
            with self._mutex:  # before we ask: a hub may verify before it answers
                self._known[known.token] = asked
                self._unkept.add(known.token)
            try:
                post(known.hub, websub.request(asked, portal.websub.callback))
            except FetchError as error:
                with self._mutex:
                    told = f"the hub could not be asked: {error.reason}"
                    self._known[known.token] = replace(self._known[known.token], denied=told)
                why = f"{known.topic}: {told}; it is polled as before"
                self._tell(Outcome("fetch", known.hub, "retry", why))
        if self._unkept:
            self._keep(portal)


@contextmanager
def _store(folder: Path) -> Iterator[Store]:
    with files.lock(folder / "state" / "lock"):
        store = open_own_store(folder)
        try:
            yield store
        finally:
            store.close()
