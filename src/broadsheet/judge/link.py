"""Which story does this report belong to, and why?"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from math import fsum, log, sqrt
from statistics import fmean

from broadsheet.judge.adds import names
from broadsheet.model import Article, Story, Told

OPEN_FOR = timedelta(hours=72)
JOIN_AT = 0.12
"""Mean closeness at which a report joins. Tuned on the very sets that it is told of here: B-cubed
.97 on the demo's world, .86 on 500 reports of ECB+, .68 and .56 on 400 headlines each of gn_t and
uci, where it splits long stories rather than mix two."""
HEADLINES_JOIN_AT = 0.08
"""Where one of the two has no text."""
TITLE_COUNTS = 3
LEAD = 300  # words of the text that count; later ones are background
NAME_COUNTS = 2.0  # on top of the word itself
REPORTS = 8  # of a story, compared with: the newest
PRIOR = 30  # articles that idf imagines, so that the first ones of a portal are not all alike
WORD_MOST = 0.03  # of the closeness of two texts: one place or firm in common is no event
FEWEST = 6  # words that two texts must share; one rare word is no story
FEWEST_OF_HEADLINES = 2
CANDIDATES = 10  # stories looked at closely
OTHER_NAMES = 0.6  # of the closeness where the headlines name different things

_TOKEN = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
_STOP_WORDS = """
a about after again against all also am an and any are as at be because been before being
between both but by can could day days did do does down during each few first for from get had
has have he her here him his how i if in into is it its just last like made make may me month
more most my new no nor not now of off on once one only or other our out over own people per
said same say says she should since so some such than that the their them then there these
they this those three through time to today too two under until up us very via was we week
were what when where which while who whom why will with would year years you your monday
tuesday wednesday thursday friday saturday sunday january february march april june july
august september october november december
"""
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a report is compared by: its words and how much each counts before idf."""

    counts: Mapping[str, float]
    marks: frozenset[str]
    title_names: frozenset[str]
    """Those of them that stand in names in the headline."""
    has_text: bool
    language: str


class Linker:
    """Links many reports, and remembers what it counted; the same answers as `join`."""

    def __init__(self, articles: Iterable[Article], stories: Iterable[Story]) -> None:
        self._articles: dict[str, Article] = {}
        self._stories: dict[str, Story] = {}
        for article in articles:
            self._articles[article.id] = article
        self._terms = {id: _terms_of(article) for id, article in self._articles.items()}
        self._seen = Counter(chain.from_iterable(each.marks for each in self._terms.values()))
        for story in stories:
            self.put(story)

    @property
    def stories(self) -> dict[str, Story]:
        """Every story by its id, as it now stands."""
        return dict(self._stories)

    def put(self, story: Story) -> None:
        """Take in a story, or what became of it elsewhere."""
        self._stories[story.id] = story

    def add(self, article: Article) -> Story:
        """The story with this article in it; see `join`."""
        self._learn(article)
        story = self._placed(article)
        self.put(story)
        return story

    def _learn(self, article: Article) -> None:
        if known := self._terms.get(article.id):
            self._seen.subtract(known.marks)
        self._articles[article.id] = article
        self._terms[article.id] = terms = _terms_of(article)
        self._seen.update(terms.marks)

    def _placed(self, article: Article) -> Story:
        live = sorted(
            (story for story in self._stories.values() if not story.merged_into),
            key=lambda story: story.id,
        )
        for story in live:
            if article.id in story.report_ids:
                return story
        if article.copy_of:
            for story in live:
                if article.copy_of in story.report_ids:
                    return _with(story, article, self._copy_because(article))
        fits = self._fitting(article, live)
        if not fits:
            told = Told(article.id, because="opens the story")
            return Story(article.id, article.title, (told,), article.moment, article.moment)
        story, nearest = fits
        return _with(story, article, _because(article, nearest))

    def _reports(self, story: Story, language: str) -> list[str]:
        """Ids of the newest reports to compare with; none of a story in another language."""
        found: list[str] = []
        spoken: set[str] = set()
        for told in reversed(story.reports):
            known = self._articles.get(told.id)
            if known and not known.copy_of:
                found.append(told.id)
                spoken.add(self._terms[told.id].language)
                if len(found) == REPORTS:
                    break
        understood = not language or language in spoken or "" in spoken
        return found if understood else []

    def _fitting(self, article: Article, live: Sequence[Story]) -> tuple[Story, Article] | None:
        """The nearest story and its nearest report, if near enough; of equals the smaller id."""
        own, at = self._terms[article.id], article.moment
        weight = {mark: self._rarity(mark) ** 2 for mark in sorted(own.marks)}
        promising = []
        for story in live:
            if at - story.last_at > OPEN_FOR or story.first_at - at > OPEN_FOR:
                continue
            ids = self._reports(story, own.language)
            shares = [own.marks & self._terms[id].marks for id in ids]
            if any(shares):
                promise = max(fsum(weight[mark] for mark in share) for share in shares)
                promising.append((-promise, story.id, story, ids))
        best: tuple[float, Story, Article] | None = None
        vector = self._vector(own)
        for _, _, story, ids in heapq.nsmallest(CANDIDATES, promising, key=lambda each: each[:2]):
            near = [(self._closeness(own, vector, self._terms[id]), id) for id in ids]
            mean = fmean(closeness for closeness, _ in near)
            enough = any(_enough(own, self._terms[id]) for _, id in near)
            if enough and mean >= JOIN_AT and (best is None or mean > best[0]):
                best = (mean, story, self._articles[max(near)[1]])
        return best[1:] if best else None

    def _closeness(self, own: _Terms, vector: Mapping[str, float], other: _Terms) -> float:
        theirs = self._vector(other)
        shared = sorted(own.marks & other.marks)
        with_text = own.has_text and other.has_text
        most = WORD_MOST if with_text else 1.0
        cosine = sum(min(vector[mark] * theirs[mark], most) for mark in shared)
        if not with_text:
            cosine *= JOIN_AT / HEADLINES_JOIN_AT
        if _about_others(own, other):
            cosine *= OTHER_NAMES
        return cosine

    def _vector(self, terms: _Terms) -> dict[str, float]:
        weights = {mark: count * self._rarity(mark) for mark, count in terms.counts.items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {mark: weight / length for mark, weight in weights.items()}

    def _rarity(self, mark: str) -> float:
        return log((len(self._articles) + PRIOR) / (self._seen[mark] + 1.0))

    def _copy_because(self, article: Article) -> str:
        original = self._articles.get(article.copy_of)
        if original is None:
            return f"a copy of {article.copy_of}"
        return f"a copy of the report of {original.provider_name or original.domain}"


def join(article: Article, stories: Sequence[Story], articles: Mapping[str, Article]) -> Story:
    """The story with this article in it.

    Its own where it is in one already; its original's where it is a copy; an open one that fits;
    else a new one. `articles` are those of the stories; they also tell how common a word is. What
    the report adds is left to adds.py, topics and heat to the caller. For many, make a Linker once:
    it counts words once.
    """
    return Linker({**articles, article.id: article}.values(), stories).add(article)


def merge(kept: Story, gone: Story) -> tuple[Story, Story]:
    """Both after an editor, or a later report, made them one: `kept` has all reports, `gone`
    none and says where they are."""
    new = tuple(told for told in gone.reports if told.id not in kept.report_ids)
    whole = replace(
        kept,
        reports=(*kept.reports, *new),
        first_at=min(kept.first_at, gone.first_at),
        last_at=max(kept.last_at, gone.last_at),
    )
    return whole, replace(gone, reports=(), merged_into=kept.id)


def _with(story: Story, article: Article, because: str) -> Story:
    return replace(
        story,
        reports=(*story.reports, Told(article.id, because=because)),
        first_at=min(story.first_at, article.moment),
        last_at=max(story.last_at, article.moment),
    )


def _because(article: Article, nearest: Article) -> str:
    theirs = {name.casefold() for name in _names_of(nearest)}
    both = [name for name in _names_of(article) if name.casefold() in theirs][:3]
    count = len(_terms_of(article).marks & _terms_of(nearest).marks)
    shared = f"{count} word{'' if count == 1 else 's'} shared"
    if not both:
        return f"{shared} with {nearest.provider_name or nearest.domain}"
    return f"both name {' and '.join([', '.join(both[:-1]), both[-1]] if both[1:] else both)}, {shared}"


def _enough(own: _Terms, other: _Terms) -> bool:
    fewest = FEWEST if own.has_text and other.has_text else FEWEST_OF_HEADLINES
    return len(own.marks & other.marks) >= fewest


def _about_others(own: _Terms, other: _Terms) -> bool:
    """Do the headlines name, and each only what the other report does not name at all?"""
    if not own.title_names or not other.title_names:
        return False
    return not (own.title_names & other.marks or other.title_names & own.marks)


def _names_of(article: Article) -> tuple[str, ...]:
    return names(article.title, article.text or article.summary)


def _terms_of(article: Article) -> _Terms:
    return _terms(article.title, article.text or article.summary, _language(article))


@lru_cache(maxsize=16384)
def _terms(title: str, text: str, language: str) -> _Terms:
    lead = " ".join(text.split()[:LEAD])
    in_title, in_text = (Counter(_words(part, language)) for part in (title, lead))
    named = frozenset(_words(" ".join(names(title, lead)), language))
    counts = {
        mark: TITLE_COUNTS * (mark in in_title)
        + sqrt(in_text[mark])
        + NAME_COUNTS * (mark in named or mark[0].isdigit())
        for mark in sorted(in_title.keys() | in_text.keys())
    }
    return _Terms(counts, frozenset(counts), named & in_title.keys(), bool(lead), language)


def _words(text: str, language: str) -> list[str]:
    found = (word for word in _TOKEN.findall(text.casefold()) if len(word) > 1)
    stem = _stem if language in ("", "en") else str
    return [stem(word) for word in found if word not in _STOP]


def _stem(word: str) -> str:
    """Without plural, -ing and -ed: enough to see that two headlines say the same."""
    if len(word) < 5 or not word.isascii():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def _language(article: Article) -> str:
    return article.language.casefold().replace("_", "-").partition("-")[0]
