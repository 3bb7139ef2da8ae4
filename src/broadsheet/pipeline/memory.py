"""What do the judges remember during one run?"""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from datetime import datetime
from threading import Lock

from broadsheet import urls
from broadsheet.intake import site
from broadsheet.judge.dedup import Copies
from broadsheet.judge.link import OPEN_FOR, Linker
from broadsheet.judge.stories import Stories
from broadsheet.judge.taught import NO_LESSONS, Lessons
from broadsheet.model import Article
from broadsheet.seams import Store

LOOK_BACK = OPEN_FOR  # for copies and open stories; a report's own story is found at any age


class Memory:
    """What the judges remember during one run: read from the store once, then kept beside it."""

    def __init__(
        self,
        store: Store,
        at: datetime,
        tombs: Collection[str] = (),
        lessons: Lessons = NO_LESSONS,
        said: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """`said` is what editors said of two reports: must-link or cannot-link, and both ids."""
        self._said = said
        self.lessons = lessons
        """What editors' verdicts taught."""
        self.verdicts = lessons.verdicts
        """By report, and topic: is it on it?"""
        self._store = store
        self._tombs = tombs
        self._since = at - LOOK_BACK
        self._linker: Linker | None = None
        self._copies: Copies | None = None
        self.unkept: dict[str, Article] = {}
        """Reports whose text the publisher lets us read and not store."""
        self._sites: dict[str, tuple[site.Shown, ...]] = {}
        self._learned: dict[str, site.Learned] = {}
        self._unsaved: set[str] = set()
        self._one_at_a_time = Lock()  # pages of one site may be read side by side

    def with_lessons(self, lessons: Lessons) -> Memory:
        """The same memory after a verdict."""
        changed = copy.copy(self)
        changed.lessons, changed.verdicts = lessons, lessons.verdicts
        return changed

    @property
    def copies(self) -> Copies:
        """The texts seen lately."""
        if self._copies is None:
            lately = self._store.articles_since(self._since)
            self._copies = Copies(a for a in lately if a.id not in self._tombs)
        return self._copies

    @property
    def linker(self) -> Linker:
        """The open stories, and what their reports say; as if the desk had never stopped."""
        if self._linker is None:
            lately = [self.unkept.get(a.id, a) for a in self._store.articles_since(self._since)]
            articles = [a for a in lately if a.topics and a.id not in self._tombs]
            stories = [s for s in self._store.stories_since(self._since) if not s.merged_into]
            self._linker = Linker(articles, stories, _restored(self._store.fact("linker")))
            for id in self._tombs:
                self._linker.drop(id)
            for what, one, other in self._said:
                self._linker.said(what, one, other)
        return self._linker

    def saw(self, article: Article) -> None:
        """Remember what this report, as its page gave it, shows of its site."""
        host = urls.host(article.url)
        with self._one_at_a_time:
            known = self._site(host)
            self._sites[host] = site.remembered(known, site.shown(article))
            if self._sites[host] != known:
                self._learned.pop(host, None)
                self._unsaved.add(host)

    def of_site(self, url: str) -> site.Learned:
        """What the pages of this address's site have in common, as far as we saw them.

        From now on the store has it too: a report's journey goes on only when what it showed is kept.
        """
        host = urls.host(url)
        with self._one_at_a_time:
            if host in self._unsaved:
                self._store.save_fact(f"site:{host}", site.to_text(self._sites[host]))
                self._unsaved.discard(host)
            if host not in self._learned:
                self._learned[host] = site.learned(self._site(host))
            return self._learned[host]

    def _site(self, host: str) -> tuple[site.Shown, ...]:
        if host not in self._sites:
            self._sites[host] = site.of_text(self._store.fact(f"site:{host}"))
        return self._sites[host]

    def keep(self) -> None:
        """Leave what the linker knows to the next run."""
        if self._linker:
            self._store.save_fact("linker", b64encode(self._linker.state()).decode())


def _restored(kept: str) -> Stories | None:
    """The linker of the run before; None where there was none, or an older version's."""
    try:
        return Stories.restore(b64decode(kept)) if kept else None
    except ValueError:
        return None  # the reports are in the store and are read anew
