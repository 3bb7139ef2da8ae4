"""Does the door ask politely, and is it led nowhere? Against a real server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import pairwise
from threading import Thread

import pytest
from aiohttp import web

from broadsheet.clock import Clock, SettableClock, SystemClock
from broadsheet.config import Fetch
from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch import guard, http
from broadsheet.fetch.door import WebDoor
from broadsheet.model import Fetched, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTS = ("ledger.example", "tide.example", "old.example")
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def door_of(settings: Fetch, clock: Clock, *, offline: bool = False) -> WebDoor:
    agent = http.agent("1.0", "https://portal.example/about/", "desk@portal.example")
    by_http = partial(http.opened, agent, guard.targets(settings.connect))
    return WebDoor(settings, clock, {"http": by_http, "https": by_http}, offline=offline)


@dataclass
class Web:
    """What is answered, what was asked, and where."""

    port: int = 0
    answers: dict[str, web.Response | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        address = f"{request.host}{request.path_qs}"
        self.asked.append(address)
        self.headers.append(dict(request.headers))
        found = self.answers.get(address)
        if found is None:
            return web.Response(status=404)
        if isinstance(found, web.Response):
            return web.Response(status=found.status, body=found.body, headers=found.headers)
        return await found(request)

    def tell(self, address: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[address] = web.Response(body=body, status=status, headers=named)

    def pages(self) -> list[str]:
        """What was asked but for robots.txt."""
        return [address for address in self.asked if not address.endswith("/robots.txt")]

    def door(
        self,
        clock: SettableClock | None = None,
        timeout: timedelta = timedelta(seconds=5),
        offline: bool = False,
        delay: timedelta = timedelta(seconds=1),
    ) -> WebDoor:
        target = f"http://127.0.0.1:{self.port}"
        connect = {f"{scheme}://{host}": target for scheme in ("http", "https") for host in HOSTS}
        settings = Fetch(connect=connect, timeout=timeout, delay=delay)
        return door_of(settings, clock or SettableClock(NOW), offline=offline)

    def ask(self, request: str | Request) -> Fetched | FetchError:
        """The answer of a new door."""
        return self.door().ask([Request(request) if isinstance(request, str) else request])[0]


@pytest.fixture(scope="module")
def serving() -> Iterator[Web]:
    there = Web()
    loop = asyncio.new_event_loop()

    async def start() -> web.ServerRunner:
        runner = web.ServerRunner(web.Server(there.answer), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        there.port = runner.addresses[0][1]
        return runner

    runner = loop.run_until_complete(start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield there
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def site(serving: Web) -> Web:
    """The same server for all, told anew for each test."""
    serving.answers.clear()
    serving.asked.clear()
    serving.headers.clear()
    return serving


SPECIAL = """
0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.1 0x7f.1 2130706433 0177.0.0.1
169.254.169.254 172.16.0.1 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [::ffff:127.0.0.1] [::7f00:1]
[64:ff9b::7f00:1] [64:ff9b:1::1] [100::1] [2001::1] [2001:2::1] [2001:20::1] [2001:db8::1]
[2002:7f00:1::] [2001:0:7f00:1::f7f7:f7f7] [2620:4f:8000::1] [3fff::1] [5f00::1] [fc00::1]
[fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [::ffff:a9fe:a9fe] 168.63.129.16
"""
LEDGER = "https://ledger.example"


def good(answer: Fetched | FetchError) -> Fetched:
    assert isinstance(answer, Fetched), answer
    return answer


def bad(answer: Fetched | FetchError) -> FetchError:
    assert isinstance(answer, FetchError), answer
    return answer


def test_an_answer_has_what_is_needed_to_ask_again(site: Web) -> None:
    site.tell("ledger.example/feed?n=1", b"words", ETag='W/"1"', Last_Modified="Mon", X_A="b")
    first = good(site.ask(f"{LEDGER}/feed?n=1#part"))
    assert (first.url, first.final_url) == (f"{LEDGER}/feed?n=1#part",) * 2
    assert (first.body, first.status, first.changed) == (b"words", 200, True)
    assert (first.etag, first.last_modified, first.headers["x-a"]) == ('W/"1"', "Mon", "b")
    assert first.fetched_at == NOW


def test_conditions_are_sent_as_they_were_told(site: Web) -> None:
    site.tell("ledger.example/feed", b"words", ETag='W/"1"', Last_Modified="Mon, odd")
    first = good(site.ask(f"{LEDGER}/feed"))
    again = good(site.ask(Request(f"{LEDGER}/feed", first)))
    assert site.headers[-1]["If-None-Match"] == 'W/"1"'
    assert site.headers[-1]["If-Modified-Since"] == "Mon, odd"
    assert (again.status, again.changed, again.body) == (200, False, b"")
    assert again.sha256 == first.sha256
    site.tell("ledger.example/feed", b"other words")
    assert good(site.ask(Request(f"{LEDGER}/feed", first))).body == b"other words"


def test_an_answer_without_news_keeps_or_renews_the_validators(site: Web) -> None:
    before = Fetched(f"{LEDGER}/feed", b"", NOW, '"1"', "ledger", 200, last_modified="Mon",
                     sha256="abc")  # fmt: skip
    site.tell("ledger.example/feed", status=304)
    same = good(site.ask(Request(before.url, before)))
    assert (same.status, same.changed, same.body) == (304, False, b"")
    assert (same.etag, same.last_modified, same.sha256) == ('"1"', "Mon", "abc")
    site.tell("ledger.example/feed", status=304, ETag='"2"', Last_Modified="Tue")
    renewed = good(site.ask(Request(before.url, same)))
    assert (renewed.etag, renewed.last_modified, renewed.source_id) == ('"2"', "Tue", "ledger")
    assert bad(site.ask(before.url)).reason == "304 Not Modified"


def test_conditions_go_only_to_whom_they_are_from(site: Web) -> None:
    site.tell("old.example/feed", status=301, Location="https://ledger.example/feed")
    site.tell("ledger.example/feed", b"words", ETag='"1"')
    first = good(site.ask("https://old.example/feed"))
    site.headers.clear()
    site.ask(Request(first.url, first))
    assert [told.get("If-None-Match", "") for told in site.headers] == ["", "", "", '"1"']


def test_we_say_who_we_are_and_keep_the_public_host(site: Web) -> None:
    site.tell("ledger.example/a%20b", b"words", Set_Cookie="a=b")
    door = site.door()
    first = good(door.ask([Request(f"{LEDGER}/a%20b")])[0])
    assert "set-cookie" not in first.headers
    door.ask([Request(f"{LEDGER}/a%20b")])
    told = site.headers[-1]
    assert told["User-Agent"] == (
        "Broadsheet/1.0 (+https://portal.example/about/; desk@portal.example)"
    )
    assert (told["Host"], told["Accept-Encoding"]) == ("ledger.example", "gzip")
    assert "Cookie" not in told


def test_redirects_are_followed_and_told(site: Web) -> None:
    site.tell("old.example/a", status=301, Location="/b")
    site.tell("old.example/b", status=302, Location="https://ledger.example/c")
    site.tell("ledger.example/c", b"words")
    there = good(site.ask("https://old.example/a"))
    assert (there.url, there.final_url) == ("https://old.example/a", f"{LEDGER}/c")
    assert there.redirects == ((301, "https://old.example/b"), (302, f"{LEDGER}/c"))
    assert site.pages() == ["old.example/a", "old.example/b", "ledger.example/c"]


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("/a", "the redirects go in a circle"),
        ("", "302 without a Location"),
        ("http://[", "302 to an address that cannot be read: http://["),
    ],
)
def test_a_redirect_to_nowhere_is_an_error(site: Web, location: str, why: str) -> None:
    site.tell("ledger.example/a", status=302, Location=location)
    assert bad(site.ask(f"{LEDGER}/a")).reason == why


def test_the_sixth_redirect_is_not_followed(site: Web) -> None:
    for n in range(9):
        site.tell(f"ledger.example/{n}", status=307, Location=f"/{n + 1}")
    assert bad(site.ask(f"{LEDGER}/0")).reason == "more than 5 redirects"
    assert len(site.pages()) == 6
    site.tell("ledger.example/5", b"words")
    assert good(site.ask(f"{LEDGER}/0")).body == b"words"


@pytest.mark.parametrize("host", SPECIAL.split())
def test_a_special_address_is_not_dialled(site: Web, host: str) -> None:
    error = bad(site.ask(f"http://{host}/latest/"))
    assert isinstance(error, Forbidden)


def test_no_redirect_leads_to_a_special_address(site: Web) -> None:
    for host in SPECIAL.split():
        site.tell(f"ledger.example/{host}", status=302, Location=f"http://{host}:8080/latest/")
    answers = site.door().ask([Request(f"{LEDGER}/{host}") for host in SPECIAL.split()])
    for answer in answers:
        error = bad(answer)
        assert isinstance(error, Forbidden)
        assert error.reason.startswith("redirect to http://")
    assert len(site.pages()) == len(SPECIAL.split())


def test_a_name_is_refused_for_the_address_behind_it(site: Web) -> None:
    door = door_of(Fetch(ports=(site.port,)), SettableClock(NOW))
    error = bad(door.ask([Request(f"http://localhost:{site.port}/")])[0])
    assert isinstance(error, Forbidden)
    assert "localhost: " in error.reason
    assert site.asked == []


@pytest.mark.parametrize(
    "location",
    [
        "https://user@ledger.example/",
        "http://tide.example:22/",
        "ftp://ledger.example/",
        "file:///",
    ],
)
def test_no_redirect_leads_to_what_we_would_not_ask(site: Web, location: str) -> None:
    site.tell("ledger.example/a", status=302, Location=location)
    assert isinstance(bad(site.ask(f"{LEDGER}/a")), Forbidden)
    assert isinstance(bad(site.ask(location)), Forbidden)


def test_only_loopback_may_stand_in_for_an_origin() -> None:
    elsewhere = Fetch(connect={LEDGER: "http://192.168.0.1:80"})
    with pytest.raises(ValueError, match="only loopback"):
        door_of(elsewhere, SettableClock(NOW))


def test_offline_nothing_is_asked_but_what_is_connected(site: Web) -> None:
    site.tell("ledger.example/a", b"words")
    door = site.door(offline=True)
    near, far = door.ask([Request(f"{LEDGER}/a"), Request("https://far.example/")])
    assert good(near).body == b"words"
    assert bad(far).reason == "offline, and not in fetch.connect"


def test_padding_after_gzip_is_not_read(site: Web) -> None:
    packed = gzip.compress(b"words") + bytes(100)
    site.tell("ledger.example/a", packed, Content_Encoding="gzip")
    assert good(site.ask(f"{LEDGER}/a")).body == b"words"


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_003])
def test_gzip_is_inflated(site: Web, length: int) -> None:
    words = " ".join(map(str, range(200_000))).encode()[:length]
    packed = gzip.compress(b"one ") + gzip.compress(words)
    site.tell("ledger.example/a", packed, Content_Encoding="gzip")
    assert good(site.ask(f"{LEDGER}/a")).body == b"one " + words


@pytest.mark.parametrize(
    ("body", "coding", "why"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip", "the gzip body grows more than 100 times"),
        (bytes(10_000_001), "identity", "the body is larger than 10 MB"),
        (gzip.compress(b"words" * 99)[:-9], "gzip", "the gzip body ends too soon"),
        (b"words", "gzip", "the body is not the gzip that it says"),
        (b"words", "br", "came as br, and we asked for gzip only"),
    ],
)
def test_a_body_that_we_cannot_take_in_is_an_error(
    site: Web, body: bytes, coding: str, why: str
) -> None:
    site.tell("ledger.example/a", body, Content_Encoding=coding)
    assert bad(site.ask(f"{LEDGER}/a")).reason == why


def test_a_head_stops_after_its_bytes(site: Web) -> None:
    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(status=206)
        await response.prepare(request)
        while True:
            await response.write(bytes(10_000))

    site.answers["ledger.example/a.png"] = endless
    assert good(site.ask(Request(f"{LEDGER}/a.png", head=2_000))).body == bytes(2_000)
    assert site.headers[-1]["Range"] == "bytes=0-1999"
    site.tell("ledger.example/b.png", b"small")
    assert good(site.ask(Request(f"{LEDGER}/b.png", head=2_000))).body == b"small"


def test_a_slow_host_is_given_up_and_delays_no_other(site: Web) -> None:
    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b".")
            await asyncio.sleep(0.05)
        return response

    site.answers["tide.example/"] = slow
    site.tell("ledger.example/", b"words")
    door = site.door(timeout=timedelta(seconds=0.3))
    begun = time.monotonic()
    late, soon = door.ask([Request("https://tide.example/"), Request(f"{LEDGER}/")])
    assert time.monotonic() - begun < 2
    assert bad(late).reason == "took longer than fetch.timeout, 0.3 s"
    assert good(soon).body == b"words"


def test_a_host_that_hangs_up_is_an_error(site: Web) -> None:
    async def hang_up(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport
        request.transport.close()
        return web.Response()

    site.answers["ledger.example/"] = hang_up
    assert bad(site.ask(f"{LEDGER}/")).reason.startswith("no answer: ")


@pytest.mark.parametrize(
    ("status", "reason", "forbidden"),
    [
        (401, "401 Unauthorized", True),
        (403, "403 Forbidden", True),
        (404, "404 Not Found", False),
        (410, "410 Gone", False),
        (799, "799", False),
    ],
)
def test_a_refusal_is_told_in_words(site: Web, status: int, reason: str, forbidden: bool) -> None:
    site.tell("ledger.example/", status=status)
    error = bad(site.ask(f"{LEDGER}/"))
    assert (error.reason, isinstance(error, Forbidden)) == (reason, forbidden)
    assert error.url == f"{LEDGER}/"


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        ("99999999999", timedelta(hours=8)),
        ("Fri, 01 Jan 2027 00:00:00 GMT", timedelta(hours=8)),
        ("Fri, 01 Jan 2016 00:00:00 GMT", timedelta(0)),
        ("soon", timedelta(minutes=5)),
        ("", timedelta(minutes=5)),
    ],
)
def test_a_busy_host_says_when_to_come_again(site: Web, told: str, wait: timedelta) -> None:
    for status in (429, 503):
        site.tell("ledger.example/", status=status, Retry_After=told)
        assert bad(site.ask(f"{LEDGER}/")).retry_after == wait


def test_robots_txt_is_obeyed_and_asked_once_for_an_origin(site: Web) -> None:
    site.tell("ledger.example/robots.txt", b"User-agent: broadsheet\nDisallow: /private")
    site.tell("ledger.example/open", b"words")
    door = site.door()
    urls = [f"{LEDGER}/open", f"{LEDGER}/private/a", f"{LEDGER}/private/b"]
    opened, *closed = door.ask([Request(url) for url in urls])
    assert good(opened).body == b"words"
    for answer in (*closed, *door.ask([Request(urls[1])])):
        error = bad(answer)
        assert isinstance(error, Forbidden)
        assert error.reason == "robots.txt forbids it"
    assert site.asked == ["ledger.example/robots.txt", "ledger.example/open"]


def test_robots_txt_is_obeyed_where_a_redirect_leads(site: Web) -> None:
    site.tell("ledger.example/robots.txt", b"User-agent: *\nDisallow: /")
    site.tell("old.example/a", status=301, Location=f"{LEDGER}/b")
    error = bad(site.ask("https://old.example/a"))
    assert isinstance(error, Forbidden)
    assert error.reason == f"redirect to {LEDGER}/b: robots.txt forbids it"
    assert site.pages() == ["old.example/a"]


def test_a_host_without_robots_txt_allows_all(site: Web) -> None:
    site.tell("ledger.example/robots.txt", status=403)
    site.tell("ledger.example/", b"words")
    assert good(site.ask(f"{LEDGER}/")).body == b"words"


def test_a_host_whose_robots_txt_fails_is_left_alone(site: Web) -> None:
    site.tell("ledger.example/robots.txt", status=503, Retry_After="600")
    site.tell("ledger.example/", b"words")
    error = bad(site.ask(f"{LEDGER}/"))
    assert error.reason == "robots.txt: 503 Service Unavailable"
    assert error.retry_after == timedelta(minutes=10)
    assert not isinstance(error, Forbidden)
    assert site.pages() == []


def test_robots_txt_is_asked_again_after_a_day(site: Web) -> None:
    clock = SettableClock(NOW)
    door = site.door(clock)
    for _ in range(2):
        door.ask([Request(f"{LEDGER}/")])
        clock.sleep(timedelta(hours=25))
    assert site.asked.count("ledger.example/robots.txt") == 2


def test_robots_txt_is_read_to_its_limit(site: Web) -> None:
    long = b"User-agent: *\nDisallow: /a\n" + b"#" * 500_000 + b"\nDisallow: /b\n"
    site.tell("ledger.example/robots.txt", long)
    site.tell("ledger.example/b", b"words")
    closed, opened = site.door().ask([Request(f"{LEDGER}/a"), Request(f"{LEDGER}/b")])
    assert isinstance(closed, Forbidden)
    assert good(opened).body == b"words"


def test_a_settable_clock_moves_once_by_the_most_crowded_host(site: Web) -> None:
    clock = SettableClock(NOW)
    site.tell("tide.example/robots.txt", b"User-agent: *\nCrawl-delay: 4")
    urls = [f"{LEDGER}/{n}" for n in range(4)] + [f"https://tide.example/{n}" for n in range(3)]
    for url in urls:
        site.tell(url.removeprefix("https://"), url.encode())
    begun = time.monotonic()
    answers = site.door(clock).ask([Request(url) for url in urls])
    assert time.monotonic() - begun < 2
    assert [good(answer).body.decode() for answer in answers] == urls
    assert {good(answer).fetched_at for answer in answers} == {NOW}
    assert clock.now() == NOW + timedelta(seconds=12)  # robots.txt has its turn too


def test_a_crawl_delay_is_honoured_up_to_thirty_seconds(site: Web) -> None:
    clock = SettableClock(NOW)
    site.tell("ledger.example/robots.txt", b"User-agent: *\nCrawl-delay: 3600")
    site.door(clock).ask([Request(f"{LEDGER}/1"), Request(f"{LEDGER}/2")])
    assert clock.now() == NOW + timedelta(seconds=60)


def test_with_the_systems_clock_a_host_is_asked_in_order_and_slowly(site: Web) -> None:
    starts: list[float] = []

    async def note(_request: web.BaseRequest) -> web.StreamResponse:
        starts.append(time.monotonic())
        await asyncio.sleep(0.1)
        return web.Response(text="words")

    paths = [f"ledger.example/{n}" for n in range(4)]
    site.answers |= dict.fromkeys(paths, note)
    target = f"http://127.0.0.1:{site.port}"
    settings = Fetch(connect={LEDGER: target}, delay=timedelta(seconds=0.05))
    door = door_of(settings, SystemClock())
    door.ask([Request(f"https://{path}") for path in paths[:3]])
    door.ask([Request(f"https://{path}") for path in paths[3:]])
    assert site.pages() == paths
    assert all(b - a > 0.03 for a, b in pairwise(starts))


@pytest.mark.parametrize("told", ["nan", "inf", "-3", "soon", ""])
def test_a_crawl_delay_that_is_none_changes_nothing(site: Web, told: str) -> None:
    clock = SettableClock(NOW)
    site.tell("ledger.example/robots.txt", f"User-agent: *\nCrawl-delay: {told}".encode())
    site.door(clock).ask([Request(f"{LEDGER}/1"), Request(f"{LEDGER}/2")])
    assert clock.now() == NOW + timedelta(seconds=2)


def test_an_empty_batch_has_no_answers(site: Web) -> None:
    assert site.door().ask([]) == []
