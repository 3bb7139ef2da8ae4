"""What must my plugin keep? The contracts that ours keep, ready to run on yours; record makers.

    class TestMyEngine(EngineContract):
        def work(self, desk: Desk, sources: Iterable[Source]) -> Iterable[Outcome]:
            return my_engine(desk, sources)

For pytest; call `pytest.register_assert_rewrite("broadsheet.testing")` first for good messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from broadsheet import urls
from broadsheet.assemble import open_desk
from broadsheet.clock import SettableClock
from broadsheet.config import Portal, Topic
from broadsheet.errors import FetchError
from broadsheet.fetch.replay import Replay
from broadsheet.model import Article, Draft, Edition, Item, Outcome, Source, Story, Told
from broadsheet.pipeline.desk import Desk
from broadsheet.seams import Output

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)


def hours(n: float) -> timedelta:
    """A span, short to write."""
    return timedelta(hours=n)


def item(url: str = "https://a.example/dam", title: str = "Dam opens") -> Item:
    """An entry of the source `news`, seen at noon."""
    return Item(urls.record_id(url), url, "news", NOON, title)


def article(
    title: str = "Dam opens", text: str = "", *, site: str = "a.example", at: datetime = NOON
) -> Article:
    """A report of `site`, published and seen `at`."""
    url = f"https://{site}/{title.replace(' ', '-').lower()}"
    body = text or title
    return Article(
        id=urls.record_id(url),
        url=url,
        source_id="news",
        domain=site,
        title=title,
        text=body,
        language="en",
        seen_at=at,
        published_at=at,
    )


def story(*articles: Article) -> Story:
    """One story of all these, whatever they say."""
    return Story(
        articles[0].id,
        articles[0].title,
        tuple(Told(article.id) for article in articles),
        min(article.moment for article in articles),
        max(article.moment for article in articles),
    )


def portal(*sources: Source, **others: object) -> Portal:
    """A portal on dams and bread."""
    topics = {
        "dams": Topic("dams", "Dams", keywords=("dam",)),
        "bread": Topic("bread", "Bread", keywords=("bakers",)),
    }
    by_id = {source.id: source for source in sources}
    return replace(Portal("Rivers", topics, by_id), **others)  # type: ignore[arg-type]


def files_of(output: Output, edition: Edition) -> dict[str, bytes]:
    """Path -> bytes of every file that an output makes of this edition, drafts made too."""
    made = ((str(path), data) for path, data in output(edition))
    return {path: data.make() if isinstance(data, Draft) else data for path, data in made}


def feed(links: Mapping[str, str], at: datetime = NOON) -> bytes:
    """An RSS document of address -> title, published a minute apart, the last `at`."""
    items = []
    for n, (url, title) in enumerate(links.items(), 1):
        date = format_datetime(at - timedelta(minutes=len(links) - n))
        items.append(
            f"<item><title>{title}</title><link>{url}</link><pubDate>{date}</pubDate></item>"
        )
    return f"<rss>{''.join(items)}</rss>".encode()


def page(*paragraphs: str, author: str = "") -> bytes:
    """An HTML document."""
    meta = f'<meta name="author" content="{author}">' if author else ""
    return (meta + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)).encode()


NEWS = Source("news", feed="https://z.example/feed")
MORE = Source("more", feed="https://a.example/feed")
DAM, DAM2, COPY, BREAD, GONE = (f"https://{host}.example/report" for host in "ybxdg")
_CEREMONY = (
    "The Varde dam opened on Monday, two months ahead of plan, before a crowd of three thousand "
    "people from Lunde and the valley below it."
)
_LAKE = "Mayor Ines Koll of Lunde said the lake holds 40 million tonnes of water for dry summers."
WORLD: dict[str, bytes | FetchError] = {
    NEWS.url: feed({DAM: "Dam opens", COPY: "Dam opens, says wire", GONE: "Dam gone"}),
    MORE.url: feed({DAM2: "Dam opens early", BREAD: "Bakers strike"}),
    DAM: page(_CEREMONY, _LAKE, author="Ada Holm"),
    DAM2: page(
        "Engineers filled the lake behind the Varde dam by night, the Lunde council said on Monday.",
        "Mayor Ines Koll opened it two months early; the dam at Lunde holds 40 million tonnes.",
    ),
    COPY: page(_CEREMONY, _LAKE),
    BREAD: page(
        "Bakers left their ovens cold in three towns of the plain as their union began a strike.",
        "Flour lay unsold at the mill of Osterby, and the schools served rice.",
    ),
}
"""Two feeds: one story of two reports and a copy, a lone report, a page that does not answer."""


class EngineContract:
    """What every engine promises. Subclass it and give `work`."""

    def work(self, desk: Desk, sources: Iterable[Source]) -> Iterable[Outcome]:
        """Push the sources through pipeline.STEPS."""
        raise NotImplementedError

    def test_every_report_is_filed_and_linked(self, tmp_path: Path) -> None:
        desk = desk_on(tmp_path)

        list(self.work(desk, (NEWS, MORE)))

        told: dict[str, set[str]] = {}
        for record in desk.trees.public().values():
            told.setdefault(record.desk.story, set()).add(record.source_url)
        assert sorted(map(sorted, told.values())) == [sorted((DAM, DAM2, COPY)), [BREAD]]

    def test_the_order_of_sources_changes_no_byte(self, tmp_path: Path) -> None:
        for name, sources in (("one", (NEWS, MORE)), ("two", (MORE, NEWS))):
            list(self.work(desk_on(tmp_path / name), sources))

        assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}

    def test_one_outcome_per_record_per_step(self, tmp_path: Path) -> None:
        outcomes = list(self.work(desk_on(tmp_path), (NEWS, MORE)))

        assert len({(o.step, o.subject) for o in outcomes}) == len(outcomes)
        assert [(o.step, o.status) for o in outcomes if o.subject == GONE] == [("extract", "retry")]

    def test_what_waits_from_an_earlier_run_is_taken_up(self, tmp_path: Path) -> None:
        desk = desk_on(tmp_path)
        list(self.work(desk, (NEWS, MORE)))
        again = WORLD | {GONE: page("The dam is gone, and the valley below it is dry.")}
        later = desk.at + timedelta(hours=2)  # a page that failed is not asked again at once
        desk = replace(desk, door=Replay(again, clock()), at=later)

        outcomes = list(self.work(desk, ()))

        assert {(o.step, o.status) for o in outcomes if o.subject == GONE} == {
            (step, "ok") for step in ("extract", "dedup", "topics", "link")
        }


def clock() -> SettableClock:
    """It is noon until someone sleeps."""
    return SettableClock(NOON)


def desk_on(folder: Path, world: Mapping[str, bytes | FetchError] = WORLD, store: str = "") -> Desk:
    """A desk for NEWS and MORE in this folder, on a recorded world."""
    time = clock()
    return open_desk(portal(NEWS, MORE), folder, Replay(world, time), time, store or "memory:")


def tree(folder: Path) -> dict[str, bytes]:
    """Every record file under the folder: its path and bytes."""
    found = (path for part in ("records", "held") for path in (folder / part).rglob("*.md"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}
