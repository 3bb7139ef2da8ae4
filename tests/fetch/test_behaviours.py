"""Does the door behave, whatever the other side does? And would we see it if it did not?

Each behaviour of behaviours.toml is played twice against the hostile server: as the door is, when
the server's log must show what the file says, and with its guard switched off, when it must not.
"""

from __future__ import annotations

import os
import socket
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from broadsheet import __version__, assemble
from broadsheet.app.runs import is_due
from broadsheet.clock import Clock, SettableClock, SystemClock
from broadsheet.config import Fetch, Portal, Topic
from broadsheet.errors import FetchError
from broadsheet.fetch import dial, guard
from broadsheet.fetch.door import Notebook, WebDoor
from broadsheet.model import Fetched, Request, Source
from broadsheet.pipeline.steps import STEPS
from broadsheet.run import local
from fetch import guards
from fetch.hostile_server import Server, serving

FILE = Path(__file__).with_name("behaviours.toml")
BEHAVIOURS: list[dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))["behaviour"]
PAGE = FILE.parents[2] / "docs" / "reference" / "behaviours.md"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTS = ("ledger.example", "tide.example", "old.example", "new.example")
FEED = "ledger.example/feed"
PUBLIC = "127.0.0.2"  # on loopback, where nobody listens, and taken for a public number here
SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    return timedelta(**{SPANS[text[-1]]: int(text[:-1])})


@dataclass
class Play:
    """One behaviour as it was played: the server's log, and what we were told."""

    told: Mapping[str, Any]
    server: Server
    folder: Path
    clock: Clock
    notes: Notebook = field(default_factory=Notebook)
    answers: list[Fetched | FetchError] = field(default_factory=list)
    lookups: int = 0
    seconds: float = 0.0

    def run(self) -> None:
        portal = self.portal()
        door = self.door(portal)
        begun = time.monotonic()
        for step in self.told["do"]:
            word, *given = step.replace("PORT", str(self.server.port)).split(" ")
            if word == "wait":
                self.clock.sleep(span(given[0]))
            elif word == "new":
                door = self.door(portal)
            elif word == "poll":
                self.poll(portal, door, span(given[0]), span(given[1] if given[1:] else "5m"))
            else:
                self.ask(door, given, 65_536 if word == "picture" else 0)
        self.seconds = time.monotonic() - begun
        self.server.settle()

    def portal(self) -> Portal:
        target = f"http://127.0.0.1:{self.server.port}"
        ports = (80, 443, 8080, 8443, self.server.port)
        fetch = Fetch(
            connect={f"{s}://{host}": target for s in ("http", "https") for host in HOSTS},
            timeout=timedelta(seconds=self.told.get("timeout", 10)),
            delay=timedelta(seconds=self.told.get("delay", 1)),
            ports=ports,
            **guards.SETTINGS,
        )
        source = Source(
            "ledger",
            feed=f"https://{FEED}",
            read=self.told.get("read", "feed"),
            timezone=self.told.get("timezone", ""),
            quiet=self.told.get("quiet", ""),
        )
        return Portal(
            "Grid",
            {"power": Topic("power", keywords=("power",))},
            {"ledger": source},
            url="https://portal.example/",
            contact="mailto:desk@portal.example",
            fetch=fetch,
        )

    def door(self, portal: Portal) -> WebDoor:
        door = assemble.open_door(portal, self.clock, budget=self.told.get("budget"))
        door.remember_in(self.notes)
        return door

    def ask(self, door: WebDoor, urls: list[str], head: int) -> None:
        before = {a.url: a for a in self.answers if isinstance(a, Fetched)}
        self.answers += door.ask([Request(url, before.get(url), head) for url in urls])

    def poll(self, portal: Portal, door: WebDoor, long: timedelta, look: timedelta) -> None:
        """A desk that looks every so often whom it has to visit."""
        desk = assemble.open_desk(portal, self.folder, door, self.clock, "memory:")
        begun = self.clock.now()
        for tick in range(long // look):
            if (at := begun + tick * look) < self.clock.now():
                continue  # the last look took that long
            self.clock.sleep(at - self.clock.now())
            desk = replace(desk, at=at)
            due = [s for s in portal.sources.values() if is_due(desk, s, False)]
            if due or portal.sources["ledger"].read == "pages":
                list(local.work(desk, due))

    def line(self, n: int) -> str:
        asked = self.server.log[n]
        seen = [f"{name}={asked.headers[name]}" for name in self.told.get("see", [])
                if name in asked.headers]  # fmt: skip
        seconds = (asked.at - NOW).total_seconds()
        return " ".join([f"{seconds:g}", asked.address, *seen])

    def times(self, address: str) -> list[datetime]:
        return [asked.at for asked in self.server.log if asked.address == address]

    def gaps(self) -> list[float]:
        """Minutes between two polls."""
        return [(b - a) / timedelta(minutes=1) for a, b in pairwise(self.times(FEED))]


def as_told(play: Play, key: str) -> bool:
    """Does the log show what the file says under this key?"""
    told, log = play.told[key], play.server.log
    match key:
        case "log":
            lines = [play.line(n) for n in range(len(log))]
            return lines == [line.replace("VERSION", __version__) for line in told]
        case "count":
            return bool(all(len(play.times(address)) == n for address, n in told.items()))
        case "same":
            counts = {len(play.times(address)) for address in told}
            return bool(len(counts) == 1 and counts.pop() > 10)
        case "requests":
            return bool(len(log) == told)
        case "sent":
            return bool(all(asked.sent < told.get(asked.address, asked.sent + 1) for asked in log))
        case "cut":
            mine = [asked for asked in log if asked.address == told]
            return bool(mine) and not any(asked.whole for asked in mine)
        case "within":
            return bool(play.seconds < told)
        case "inside":
            return bool(max(asked.inside for asked in log) == told)
        case "connections":
            return bool(play.server.connections == told)
        case "meanwhile":
            slow = max(log, key=lambda asked: asked.seconds)
            other = next(asked for asked in log if asked.address == told)
            return bool(other.whole and other.begun < slow.begun + play.told["timeout"] / 2)
        case "lookups":
            return bool(play.lookups == told)
        case "changed":
            news = [isinstance(a, Fetched) and a.changed for a in play.answers]
            return bool(news == told)
        case "gaps":
            gaps = play.gaps()
            return bool(gaps) and told[0] <= min(gaps) and max(gaps) <= told[1]
        case "between":
            return bool(told[0] <= len(play.times(FEED)) <= told[1])
        case "different":
            return bool(len({round(gap) for gap in play.gaps()}) >= told)
        case "hours":
            zone = ZoneInfo(play.told["timezone"])
            hours = [at.astimezone(zone).hour for at in play.times(FEED)]
            return bool(hours) and told[0] <= min(hours) and max(hours) < told[1]
    raise KeyError(key)


KEYS = frozenset(
    [
        "log",
        "count",
        "same",
        "requests",
        "sent",
        "cut",
        "within",
        "inside",
        "connections",
        "meanwhile",
        "lookups",
        "changed",
        "gaps",
        "between",
        "different",
        "hours",
    ]
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as there:
        yield there


@pytest.fixture
def play(
    request: pytest.FixtureRequest, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Play:
    told: dict[str, Any] = request.param
    clock: Clock = SystemClock() if told.get("real") else SettableClock(NOW)
    server.begin(told.get("web", {}), clock.now)
    made = Play(told, server, tmp_path, clock)
    names = {host: list(found) for host, found in told.get("names", {}).items()}
    system, passes = socket.getaddrinfo, guard.address_refusal

    def getaddrinfo(host: str, port: int, *given: Any) -> Any:
        if host not in names:
            return system(host, port, *given)
        made.lookups += 1
        numbers = names[host].pop(0) if len(names[host]) > 1 else names[host][0]
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (number.replace("PUBLIC", PUBLIC), port))
            for number in numbers
        ]

    # The system's name server is no part of ours, and no test leaves the loopback.
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    # To poll is to fetch and to read; what becomes of reports is told elsewhere.
    steps = STEPS[:3] if told.get("read") == "pages" else STEPS[:2]
    monkeypatch.setattr(local, "STEPS", steps)
    monkeypatch.setattr(
        dial, "address_refusal", lambda number: "" if number == PUBLIC else passes(number)
    )
    return made


def promised(told: Mapping[str, Any]) -> str:
    return str(told["name"])


@pytest.mark.parametrize("play", BEHAVIOURS, ids=promised, indirect=True)
def test_the_door_behaves(play: Play) -> None:
    play.run()
    lines = [play.line(n) for n in range(len(play.server.log))]
    for key in KEYS & play.told.keys():
        assert as_told(play, key), (key, lines[:40], play.seconds, play.answers)


@pytest.mark.parametrize("play", BEHAVIOURS, ids=promised, indirect=True)
def test_without_its_guard_the_log_shows_it(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    guards.off(play.told["guard"], monkeypatch)
    behaves = False
    with suppress(aiohttp.ClientError):  # what leaves the room is no good behaviour either
        play.run()
        behaves = all(as_told(play, key) for key in KEYS & play.told.keys())
    assert not behaves


def test_every_behaviour_can_be_told_from_the_log() -> None:
    assert len(BEHAVIOURS) >= 60
    assert len({told["name"] for told in BEHAVIOURS}) == len(BEHAVIOURS)
    for told in BEHAVIOURS:
        assert KEYS & told.keys(), told["name"]
    assert {told["guard"] for told in BEHAVIOURS} == guards.SWITCHES.keys()


def page() -> str:
    """docs/reference/behaviours.md."""
    lines = [
        "# How the door behaves",
        "",
        "Drawn from `tests/fetch/behaviours.toml`. Each is played against a server that misbehaves",
        "on purpose (`tests/fetch/hostile_server.py`) and judged by that server's log alone; each is",
        "played again with its guard switched off (`tests/fetch/guards.py`), and must then fail.",
    ]
    for told in BEHAVIOURS:
        if section := told.get("section"):
            lines += ["", f"## {section}", "", "| we promise | the server | its log shows |"]
            lines.append("|---|---|---|")
        lines.append(f"| {told['name']} | {told['server']} | {told['shows']} |")
    return "\n".join([*lines, ""])


def test_the_page_of_behaviours_is_as_the_file_says() -> None:
    """`BROADSHEET_SNAPSHOT=write pytest tests/fetch/test_behaviours.py -k page` draws it anew."""
    if os.environ.get("BROADSHEET_SNAPSHOT") == "write":
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), "utf-8")

    assert PAGE.read_text("utf-8") == page()
