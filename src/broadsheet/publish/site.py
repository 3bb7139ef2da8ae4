"""What does a reader see? A folder of pages that works from a disk and under any address."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path, PurePosixPath
from types import FunctionType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from broadsheet import text
from broadsheet.errors import PublishError
from broadsheet.model import Day, Draft, Edition, Section, Story
from broadsheet.plugins import Plugins
from broadsheet.publish.pages import (
    ROWS,
    SOURCE_REPORTS,
    Clock,
    Line,
    Paper,
    Shown,
    day_words,
    headline,
    may_name_a_folder,
    note_html,
    outward,
)

File = tuple[PurePosixPath, bytes | Draft]

GROUNDS = ("#FCFBF8", "#F3F1EA")  # light page and panel: what an accent stands on
CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text of normal size
FEW = 3  # publishers; a story page with fewer and no note is not for search engines

_TEMPLATES = Path(__file__).parent / "templates"


def site(edition: Edition) -> Iterator[File]:
    """Every page, the front page last. Raises PublishError where the accent is hard to read."""
    pages = _Pages(edition)
    yield from pages.stories()
    yield from pages.redirects()
    yield from pages.sources()
    yield from pages.days()
    yield from pages.topics()
    yield from pages.standing()
    yield pages.front()


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.outputs["site"] = site


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours like #0B4F8A, 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _checked(accent: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", accent):
        raise PublishError(f"site.accent: expected a colour like #0B4F8A, got {accent!r}")
    lowest = min(contrast(accent, ground) for ground in GROUNDS)
    if lowest < CONTRAST:
        raise PublishError(
            f"site.accent: {accent} has contrast {lowest:.2f} on our grounds, "
            f"links need {CONTRAST}; choose a darker one"
        )
    return accent


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["outward"] = outward
    environment.filters["plain"] = text.clean_text
    return environment


@cache
def _style(accent: str) -> tuple[Markup, str]:
    """The one style sheet on one line, and its source for the policy."""
    css = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    css = "".join(line.strip() for line in css.splitlines()).replace("$accent", accent)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Markup(css), f"'sha256-{digest}'"


class _Pages:
    """The pages of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.masthead = edition.masthead
        self.paper = Paper(edition)
        self.style, self.digest = _style(_checked(edition.masthead.accent))
        self.url = edition.masthead.url.rstrip("/") + "/"

    def front(self) -> File:
        """The front page: ranked stories, one minute, the river."""
        paper = self.paper
        shown = paper.shown(self.edition.stories[: self.masthead.stories])
        today = paper.today
        new = (
            [self.edition.records[id] for id in today.new if id in self.edition.records]
            if (today)
            else []
        )
        return self._page(
            "index.html",
            "front.html",
            title=self.masthead.title,
            description=self.masthead.description,
            current="top",
            clock=paper.clock,
            at=self.edition.at,
            robots=_robots(shown),
            stories=shown,
            river=paper.river(paper.newest),
            quiet=paper.quiet_since(paper.newest),
            publishers=len({x.publisher for each in shown for x in paper.publishers(each.story)}),
            new=len(new),
            new_publishers=len({record.provider.domain for record in new}),
            counts=paper.counts(today),
            data=self._list_data(self.masthead.title, "", shown),
        )

    def topics(self) -> Iterator[File]:
        """A page for each topic, archived ones too."""
        for section in self.paper.sections:
            yield self._topic(section)

    def stories(self) -> Iterator[File]:
        """A page for each story of two reports or more, or with a note."""
        for story in self.edition.stories:
            if path := self.paper.story_path(story):
                yield self._story(story, path)

    def redirects(self) -> Iterator[File]:
        """From the address of each merged story to that which took it in."""
        for old in sorted(self.edition.merged):
            if old in self.paper.stories or not may_name_a_folder(old):
                continue
            story = self.paper.merged_into(old)
            target = self.paper.story_path(story) if story else ""
            yield self._page(
                f"s/{old}/index.html",
                "redirect.html",
                title=text.clean_text(story.title) if story else self.masthead.title,
                target=target or "index.html",
                canonical=target or "index.html",
                robots="noindex, follow",
            )

    def sources(self) -> Iterator[File]:
        """A page for each publisher, and the list of all."""
        paper = self.paper
        for domain, records in paper.domains.items():
            name = paper.publisher_names[domain]
            yield self._page(
                f"source/{domain}/index.html",
                "source.html",
                title=name,
                description=f"How {self.masthead.title} reads {name}.",
                clock=paper.clock,
                domain=domain,
                figures=paper.figures(records),
                states=paper.states(domain),
                languages=list(paper.languages(records)),
                lines=[paper.line(record) for record in records[:SOURCE_REPORTS]],
                contact=self._contact(),
            )
        yield self._page(
            "source/index.html",
            "sources.html",
            title="Sources",
            names=sorted(paper.publisher_names.items(), key=lambda item: item[1].casefold()),
            domains=paper.domains,
            failing={s.domain for s in self.edition.sources if not s.works},
            own={s.domain for s in self.edition.sources},
            aggregators=[s for s in self.edition.sources if s.domain not in paper.domains],
        )

    def days(self) -> Iterator[File]:
        """A page for each day, and the archive by month."""
        for n, day in enumerate(self.edition.days):
            yield self._day(day, self.edition.days[n - 1 : n], self.edition.days[n + 1 : n + 2])
        yield self._page(
            "day/index.html",
            "days.html",
            title="Earlier days",
            current="days",
            months=self.paper.months(),
            archived=[section for section in self.paper.sections if section.archived],
        )

    def standing(self) -> Iterator[File]:
        """The pages about ourselves, and what a server or a robot looks for."""
        yield self._page(
            "about/index.html",
            "about.html",
            title="How this page is made",
            clock=self.paper.clock,
            contact=self._contact(),
            sections=self.paper.sections,
            names=sorted(self.paper.publisher_names.items(), key=lambda item: item[1].casefold()),
            removed=sorted(self.edition.removed, key=lambda gone: (gone.at, gone.id), reverse=True),
        )
        yield self._page(
            "api/index.html", "api.html", title="JSON API", sections=self.paper.sections
        )
        yield self._page("feeds/index.html", "feeds.html", title="Feeds", feeds=self._feeds())
        yield self._page(
            "404.html",
            "missing.html",
            title="No such page",
            root=self.url,
            robots="noindex",
            stories=self.paper.shown(self.edition.stories[:5]),
        )
        robots = f"User-agent: *\nAllow: /\nSitemap: {self.url}sitemap.xml\n"
        yield PurePosixPath("robots.txt"), robots.encode()

    def _topic(self, section: Section) -> File:
        paper = self.paper
        name = text.clean_text(section.name)
        stories = paper.on_topic(section)
        records = paper.records_on(section)
        quiet = paper.quiet_since(records)
        best = paper.of_the_week(stories) if quiet and not section.archived else []
        shown = paper.shown((best or stories)[: self.masthead.stories])
        path = f"t/{section.id}/index.html"
        week = [r for r in records if (paper.at - paper.line(r).at).days < 7]
        return self._page(
            path,
            "topic.html",
            title=name,
            description=section.about,
            current=section.id,
            clock=paper.clock,
            at=self.edition.at,
            robots=_robots(shown),
            section=section,
            stories=shown,
            heading="Best of the week" if best else "Stories",
            river=paper.river(records),
            quiet=quiet,
            week=len(week),
            week_publishers=len({record.provider.domain for record in week}),
            sources=[paper.source_names.get(id, id) for id in section.sources],
            parents=[s for s in paper.live if s.id == section.parent],
            children=[s for s in paper.live if s.parent == section.id],
            feeds=[(section.id, name)] if section.id != "all" else [],
            data=self._list_data(name, path, shown),
        )

    def _story(self, story: Story, path: str) -> File:
        paper = self.paper
        rows = paper.coverage(story)
        publishers = paper.publishers(story)
        shown = [line for row in rows for line in (row.line, *row.others)]
        lines = [paper.lines[id] for id in story.report_ids if id in paper.lines]
        title = headline(story.title)
        heat = paper.heat(story)
        return self._page(
            path,
            "story.html",
            title=title,
            description=f"Coverage of one event: {text.counted(len(lines), 'report')} by "
            f"{text.counted(len(publishers), 'publisher')}.",
            # A story's page changes with the story, not with the hour (PORTAL.md).
            clock=Clock(paper.zone, story.last_at),
            robots="" if story.note or len(publishers) >= FEW else "noindex, follow",
            story=replace(story, heat=heat),
            lead=shown[0],
            attributes=next((x.attributes for x in shown if x.title == title), ""),
            topics=paper.topics(story.topics),
            note=note_html(story.note) if story.note else "",
            rows=rows,
            publishers=len(publishers),
            reports=len(lines),
            more=len(lines) - len(shown),
            copies=sum(line.copy for line in lines),
            timeline=paper.timeline(story),
            because=paper.because(story),
            heat=heat,
            related=paper.related(story),
            data={
                **self._collection(title, path),
                "hasPart": [_news(line) for line in shown[:ROWS] if line.link],
            },
        )

    def _day(self, day: Day, before: Sequence[Day], after: Sequence[Day]) -> File:
        shown, gone = self.paper.front_of(day)
        return self._page(
            f"day/{day.day}/index.html",
            "day.html",
            title=day_words(day.day),
            description=f"The front page of {day_words(day.day)}.",
            current="days",
            clock=Clock(self.paper.zone, day.at),
            robots=_robots(shown),
            day=day,
            stories=shown,
            gone=gone,
            river=self.paper.new_on(day),
            counts=self.paper.counts(day),
            before=before[-1].day if before else None,
            after=after[0].day if after else None,
        )

    def _page(
        self,
        path: str,
        template: str,
        *,
        title: str,
        root: str | None = None,
        canonical: str = "",
        data: dict[str, Any] | None = None,
        **shown: Any,
    ) -> File:
        masthead = self.masthead
        common: dict[str, Any] = {
            "masthead": masthead,
            "title": title,
            "description": "",
            "root": "../" * path.count("/") if root is None else root,
            "canonical": self.url + (canonical or path),
            "style": self.style,
            "policy": f"default-src 'none'; style-src {self.digest}; base-uri 'none'; "
            "form-action 'none'",
            "rtl": text.right_to_left(masthead.language),
            "robots": "",
            "tabs": self.paper.live,
            "current": "",
            "feeds": [],
            "data": _data(data) if data else "",
            "day_words": day_words,
        }
        told = {**common, **shown}
        key = hashlib.sha256(msgspec.msgpack.encode((template, told), enc_hook=_plain)).digest()
        return PurePosixPath(path), Draft(key, partial(_rendered, template, told))

    def _contact(self) -> str:
        """The portal's address for people, if it may be a link."""
        contact = self.masthead.contact
        mail = re.fullmatch(r"mailto:[^\s<>\"']+@[^\s<>\"']+", contact)
        return contact if mail else outward(contact)

    def _feeds(self) -> list[tuple[str, str]]:
        own = [(s.id, text.clean_text(s.name)) for s in self.paper.sections if s.id != "all"]
        return [("all", "All reports"), *own]

    def _collection(self, name: str, path: str) -> dict[str, Any]:
        return {
            "@context": "https://schema.org",
            "@type": "CollectionPage",
            "name": name,
            "url": self.url + path,
            "inLanguage": self.masthead.language,
            "publisher": {
                "@type": "NewsMediaOrganization",
                "name": self.masthead.title,
                "url": self.url,
                "publishingPrinciples": f"{self.url}about/index.html",
                "correctionsPolicy": f"{self.url}about/index.html#corrections",
            },
        }

    def _list_data(self, name: str, path: str, stories: Iterable[Shown]) -> dict[str, Any]:
        leads = [story.lead for story in stories if story.lead.link]
        return {
            **self._collection(name, path),
            "mainEntity": {
                "@type": "ItemList",
                "itemListOrder": "https://schema.org/ItemListOrderDescending",
                "itemListElement": [
                    {"@type": "ListItem", "position": n, "item": _news(line)}
                    for n, line in enumerate(leads, 1)
                ],
            },
        }


def _rendered(template: str, told: dict[str, Any]) -> bytes:
    page = _environment().get_template(template).render(told)
    lines = (line.strip() for line in page.splitlines())
    return ("\n".join(line for line in lines if line) + "\n").encode()


def _plain(value: Any) -> Any:
    """What a page is told, as msgpack can write it. Raises TypeError for what has no value: a
    page whose key did not know all that it shows would stand when it should not."""
    if isinstance(value, Markup | ZoneInfo):
        return str(value)
    if isinstance(value, FunctionType):
        return value.__qualname__
    raise TypeError(f"a page is told values, not {type(value).__name__}")


def _robots(stories: Iterable[Shown]) -> str:
    """What a page asks of robots: to leave extracts to readers, where a publisher asks so."""
    return "noai, noimageai" if any(each.extract and each.no_ai for each in stories) else ""


def _news(line: Line) -> dict[str, Any]:
    """A report as schema.org names it: its real address and publisher, no author of ours."""
    return {
        "@type": "NewsArticle",
        "headline": line.title,
        "url": line.link,
        "publisher": {"@type": "Organization", "name": line.publisher},
    }


def _data(data: dict[str, Any]) -> Markup:
    """JSON that cannot end the element it stands in."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return Markup(plain)
