"""`serve` keeps the site current: what is saved is built, what a hub pushes is published."""

from __future__ import annotations

import http.client
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from broadsheet import config, files
from broadsheet.app.runs import build, run
from broadsheet.app.serve import SiteServer, Upkeep
from broadsheet.assemble import open_door, open_post
from broadsheet.clock import SettableClock
from broadsheet.demo.server import serve
from broadsheet.demo.world import Answer
from broadsheet.model import Outcome
from broadsheet.testing import NOON, feed, page
from hub import Hub, hub

OWN, DAM, QUAY = (f"https://paper.example/{name}" for name in ("feed.xml", "dam", "quay"))
TEXT = "The dam of Varde opened on Monday before a crowd from Lunde and the valley below it."
PORTAL = """\
title: Rivers
topics: {{dams: {{keywords: [dam]}}}}
sources: {{paper: {{feed: "{feed}", every: 30m}}}}
fetch: {{connect: {{"https://paper.example": "{world}", "https://hub.example": "{hub}"}}}}
websub: {{callback: "http://127.0.0.1:{port}/websub/", hub: "https://hub.example/"}}
"""


@dataclass
class Desk:
    """A portal with its world, its hub, its server and its clock."""

    folder: Path
    hub: Hub
    clock: SettableClock
    port: int
    listed: tuple[str, ...] = (DAM,)
    """What the feed lists to who asks."""
    upkeep: Upkeep | None = None
    notes: list[str] = field(default_factory=list)
    told: list[Outcome] = field(default_factory=list)

    def run(self, *, everything: bool = False) -> list[str]:
        """Ids of the sources that a run visits."""
        portal = config.load(self.folder / "portal.yaml")
        door = open_door(portal, self.clock)
        ran = run(
            portal, self.folder, self.clock, door, everything=everything, post=open_post(portal)
        )
        self.told += ran.outcomes
        return [source.id for source in ran.sources]

    def look(self, after: timedelta = timedelta(0)) -> None:
        assert self.upkeep
        self.clock.at += after
        self.upkeep.look()

    def web(self, host: str, path: str, _: datetime) -> Answer:
        if path == "/feed.xml":
            return Answer(200, {"content-type": "application/rss+xml"}, listed(*self.listed))
        if path in ("/dam", "/quay"):
            return Answer(200, {"content-type": "text/html"}, page(TEXT, f"More on {path[1:]}."))
        return Answer(404, {}, b"")

    def titles(self) -> set[str]:
        """Of the public records."""
        files = (self.folder / "records" / "news").rglob("*.md")
        return {path.stem.split("-", 3)[3] for path in files}


def listed(*urls: str) -> bytes:
    names = {DAM: "A dam opens", QUAY: "A quay by the dam"}
    text = feed({url: names[url] for url in urls}).decode()
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{}"/>'
    return text.replace("<rss>", "<rss>" + link.format("https://hub.example/")).encode()


@contextmanager
def serving(at_work: SiteServer) -> Iterator[int]:
    """Its port, while the block lasts."""
    thread = Thread(target=at_work.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield at_work.server_address[1]
    finally:
        at_work.shutdown()
        thread.join()
        at_work.server_close()


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    at_work = SiteServer(folder / "site", 0, lambda _: None)
    port = at_work.server_address[1]
    made = Desk(folder, Hub(), SettableClock(NOON), port)
    with hub() as made.hub, serve(lambda: NOON, made.web) as world:
        text = PORTAL.format(feed=OWN, world=world, hub=made.hub.origin, port=port)
        (folder / "portal.yaml").write_text(text)
        made.run()
        portal = config.load(folder / "portal.yaml")
        made.upkeep = Upkeep(folder, portal, made.clock, made.notes.append, made.told.append)
        at_work.callback = made.upkeep.callback
        with serving(at_work):
            yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Subscribed; for tests that change nothing."""
    with desk_in(tmp_path_factory.mktemp("portal")) as made:
        made.look()
        yield made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as made:
        yield made


def subscribed(desk: Desk) -> str:
    """The callback that the hub has verified."""
    desk.look()
    (callback,) = desk.hub.verified
    return callback


def test_news_is_pushed_verified_and_published(desk: Desk) -> None:
    callback = subscribed(desk)
    assert callback.startswith(f"http://127.0.0.1:{desk.port}/websub/")
    assert desk.titles() == {"a-dam-opens"}

    assert desk.hub.push(callback, listed(QUAY)) == 202
    desk.look()

    assert desk.titles() == {"a-dam-opens", "a-quay-by-the-dam"}
    assert "A quay by the dam" in (desk.folder / "site" / "index.html").read_text()


def test_a_push_that_the_hub_did_not_sign_changes_nothing(desk: Desk) -> None:
    callback = subscribed(desk)

    assert desk.hub.push(callback, listed(QUAY), secret="another") == 202
    assert desk.hub.say("POST", callback, listed(QUAY))[0] == 202
    desk.look()

    assert desk.titles() == {"a-dam-opens"}


def test_two_pushes_in_a_row_are_both_taken_in(desk: Desk) -> None:
    callback = subscribed(desk)

    desk.hub.push(callback, listed(QUAY), "sha512")
    desk.hub.push(callback, listed(DAM, QUAY), "sha1")
    desk.look()

    assert desk.titles() == {"a-dam-opens", "a-quay-by-the-dam"}


def test_a_push_waits_while_another_command_is_at_work(desk: Desk) -> None:
    callback = subscribed(desk)
    desk.hub.push(callback, listed(QUAY))

    with files.lock(desk.folder / "state" / "lock"):
        desk.look()
    assert desk.titles() == {"a-dam-opens"}
    desk.look()

    assert desk.titles() == {"a-dam-opens", "a-quay-by-the-dam"}
    assert not any("at work" in note for note in desk.notes)


def test_a_restart_knows_its_subscriptions_and_asks_for_none(desk: Desk) -> None:
    callback = subscribed(desk)
    portal = config.load(desk.folder / "portal.yaml")
    again = Upkeep(desk.folder, portal, desk.clock, desk.notes.append)
    desk.clock.at += timedelta(days=4, hours=23)

    again.look()

    assert [form["hub.mode"] for form in desk.hub.forms].count(["subscribe"]) == 1
    assert again.callback
    assert again.callback.subscriber.pushed(callback.rpartition("/")[2], {}, b"") == 202


def test_the_lease_is_renewed_at_its_half(desk: Desk) -> None:
    callback = subscribed(desk)

    desk.look(timedelta(days=5, seconds=1))

    renewals = [form for form in desk.hub.forms if form["hub.mode"] == ["subscribe"]]
    assert [form["hub.callback"] for form in renewals] == [[callback], [callback]]


def test_a_source_that_left_the_portal_is_gone_for_its_hub(desk: Desk) -> None:
    callback = subscribed(desk)
    path = desk.folder / "portal.yaml"
    path.write_text(path.read_text().replace("sources: {paper:", "sources: {sheet:"))

    desk.look(timedelta(minutes=2))

    assert desk.hub.push(callback, listed(QUAY)) == 410


def test_a_source_that_pushes_is_polled_once_a_day(desk: Desk) -> None:
    subscribed(desk)

    desk.clock.at += timedelta(hours=23)
    assert desk.run() == []
    desk.clock.at += timedelta(hours=1)
    assert desk.run() == ["paper"]


def test_a_hub_that_does_not_push_what_a_poll_finds_is_not_relied_on(desk: Desk) -> None:
    callback = subscribed(desk)
    desk.listed += (QUAY,)
    desk.clock.at += timedelta(days=1)
    assert desk.run() == ["paper"]

    desk.clock.at += timedelta(hours=1)
    assert desk.run() == ["paper"]  # at its own pace again

    desk.hub.push(callback, listed(QUAY))
    desk.look()
    desk.clock.at += timedelta(hours=1)
    assert desk.run() == []  # it pushes after all


def test_a_hub_that_refuses_is_told_of_and_asked_again_later(desk: Desk) -> None:
    desk.hub.status = 403
    desk.look()
    desk.look(timedelta(hours=1))
    assert len([form for form in desk.hub.forms if form["hub.mode"] == ["subscribe"]]) == 1
    assert [each.detail for each in desk.told if each.subject == "https://hub.example/"][-1] == (
        f"{OWN}: the hub could not be asked: 403 'no more feeds today'; it is polled as before"
    )

    desk.hub.status = 202
    desk.look(timedelta(hours=6))

    assert len(desk.hub.verified) == 1


def test_a_hub_that_asks_about_something_else_is_not_confirmed(desk: Desk) -> None:
    desk.hub.topic = "https://evil.example/feed"
    desk.look()

    assert desk.hub.verified == {}


def test_what_we_did_not_ask_for_is_not_found(shared: Desk) -> None:
    base = f"http://127.0.0.1:{shared.port}/websub/"
    asked = "?hub.mode=subscribe&hub.topic=x&hub.challenge=y"

    assert shared.hub.say("GET", f"{base}nobody{asked}") == (404, "")
    assert shared.hub.say("POST", f"{base}nobody", b"<rss/>")[0] == 410
    assert shared.hub.say("POST", f"http://127.0.0.1:{shared.port}/", b"x")[0] == 405


def test_a_push_is_bounded(shared: Desk) -> None:
    callback = next(iter(shared.hub.verified))
    path = callback.partition(f":{shared.port}")[2]
    for length, status in (("20000000", 413), ("9" * 5_000, 413), ("-1", 411), ("", 411)):
        connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=5)
        connection.putrequest("POST", path)
        if length:
            connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET http://[ HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /\x1b[31mred HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
        (b"\x16\x03\x01 no request\r\n\r\n", b"<!DOCTYPE"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n\r\n" * 50, b""),
    ],
    ids=["no address", "escape", "no request", "no method", "long", "cut"],
)
def test_whatever_is_sent_costs_one_clean_line_of_the_log(
    shared: Desk, capsys: pytest.CaptureFixture[str], sent: bytes, status: bytes
) -> None:
    log: list[str] = []
    at_work = SiteServer(shared.folder / "site", 0, log.append)
    at_work.daemon_threads = False  # to be waited for at the end
    with (
        serving(at_work) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as client,
    ):
        client.sendall(sent)
        if status:
            assert status in client.recv(300)
        else:  # hang up as a browser does that is closed: a reset
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert capsys.readouterr().err == ""
    assert all(line.isprintable() and len(line) < 1_000 for line in log)


def test_a_file_that_is_gone_before_it_is_read_is_not_found() -> None:
    # Linux lets nobody read the memory of a process as a file, though it is one.
    with serving(SiteServer(Path("/proc/self"), 0, lambda _: None)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/mem")
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:22]) == (404, b'{"type": "about:blank"')
        connection.close()


def test_our_hub_is_told_after_news_and_only_then(desk: Desk) -> None:
    pings = [form for form in desk.hub.forms if form["hub.mode"] == ["publish"]]
    assert [form["hub.url"] for form in pings] == [
        [
            f"http://localhost:8000/feeds/{name}"
            for name in ("all.atom", "all.rss", "all.json", "dams.atom", "dams.rss", "dams.json")
        ]
    ]
    assert "broadsheet" in desk.hub.agents[0].lower()
    for name in ("all.atom", "all.rss", "all.json"):
        assert "https://hub.example/" in (desk.folder / "site" / "feeds" / name).read_text()

    desk.clock.at += timedelta(hours=2)
    desk.run(everything=True)

    assert [form for form in desk.hub.forms if form["hub.mode"] == ["publish"]] == pings


def test_a_hub_that_is_down_costs_a_line_and_no_more(tmp_path: Path) -> None:
    with hub() as gone:
        pass
    made = Desk(tmp_path, gone, SettableClock(NOON), 1)
    with serve(lambda: NOON, made.web) as world:
        text = PORTAL.format(feed=OWN, world=world, hub=gone.origin, port=1)
        (tmp_path / "portal.yaml").write_text(text)
        made.run()

    (told,) = [each for each in made.told if each.subject == "https://hub.example/"]
    assert told.status == "retry"
    assert told.detail.startswith("the hub was not told: https://hub.example/: no answer")
    assert made.titles() == {"a-dam-opens"}


def test_a_saved_portal_file_is_built_at_once(desk: Desk) -> None:
    path = desk.folder / "portal.yaml"
    desk.look()
    path.write_text(path.read_text().replace("title: Rivers", "title: Rivers & Quays"))

    desk.look()

    assert "Rivers &amp; Quays" in (desk.folder / "site" / "index.html").read_text()
    assert any(note.startswith("built:") for note in desk.notes)


def test_a_broken_portal_file_is_told_once_and_the_last_good_site_served(desk: Desk) -> None:
    path = desk.folder / "portal.yaml"
    good = path.read_text()
    desk.look()
    site = (desk.folder / "site" / "index.html").read_bytes()
    path.write_text(good.replace("title:", "titel:"))

    desk.look()
    desk.look()

    (note,) = [each for each in desk.notes if "titel" in each]
    assert note.startswith(f"broadsheet: {path}:1:1: ")
    assert note.endswith("the last good site is served")
    assert (desk.folder / "site" / "index.html").read_bytes() == site
    path.write_text(good.replace("Rivers", "Streams"))
    desk.look()
    assert b"Streams" in (desk.folder / "site" / "index.html").read_bytes()


def test_a_saved_record_is_built_at_once(desk: Desk) -> None:
    desk.look()
    (path,) = (desk.folder / "records" / "news").rglob("*.md")
    path.write_text(path.read_text().replace("A dam opens", "A great dam opens"))

    desk.look()

    assert "A great dam opens" in (desk.folder / "site" / "index.html").read_text()


def test_a_build_waits_for_who_is_at_work(desk: Desk) -> None:
    path = desk.folder / "portal.yaml"
    desk.look()
    path.write_text(path.read_text().replace("Rivers", "Streams"))

    with files.lock(desk.folder / "state" / "lock"):
        desk.look()
    desk.look()

    assert b"Streams" in (desk.folder / "site" / "index.html").read_bytes()


def test_a_build_is_that_of_the_command(desk: Desk) -> None:
    before = (desk.folder / "site" / "index.html").read_bytes()

    build(config.load(desk.folder / "portal.yaml"), desk.folder)

    assert (desk.folder / "site" / "index.html").read_bytes() == before
