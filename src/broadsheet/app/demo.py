"""What does `broadsheet demo` do? Two days of an invented world in four runs, offline."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pyrage

from broadsheet import assemble, config, files
from broadsheet.app.init import IGNORED, write_schema
from broadsheet.app.runs import connected, run
from broadsheet.clock import SettableClock
from broadsheet.demo import world
from broadsheet.demo.server import serve
from broadsheet.errors import ConfigError, Place
from broadsheet.model import Outcome

RUNS = tuple(
    datetime.fromisoformat(f"2026-01-{day}T{hour}:00:00+01:00").astimezone(UTC)
    for day in ("08", "09")
    for hour in ("09", "18")
)
READER = "demo-reader.key"


def prepare(folder: Path) -> config.Portal:
    """An empty portal of the demo in the folder; an earlier demo there makes room.

    Raises ConfigError where another portal is.
    """
    text = (resources.files("broadsheet.demo") / "portal.yaml").read_bytes()
    path = folder / "portal.yaml"
    if path.exists() and path.read_bytes() != text:
        raise ConfigError("another portal is here; name another --folder", Place(str(path)))
    for name in ("records", "held", "desk", "site", "state", "keys"):
        shutil.rmtree(folder / name, ignore_errors=True)
    files.write(path, text)
    files.write(folder / ".gitignore", IGNORED.encode())
    write_schema(folder)
    reader = pyrage.x25519.Identity.generate()
    files.private_folder(folder / "keys")
    files.append(folder / "keys" / READER, f"{reader}\n".encode())
    portal = config.parse(text, str(path))
    return replace(portal, seal=replace(portal.seal, readers=(str(reader.to_public()),)))


def show(
    folder: Path,
    note: Callable[[str], None],
    tell: Callable[[Outcome], None],
    *,
    workers: int = 1,
) -> list[Outcome]:
    """Make the demo's portal and its four editions. Every outcome, in order."""
    portal = prepare(folder)
    clock = SettableClock(RUNS[0])
    outcomes: list[Outcome] = []
    moment = RUNS[0]
    with serve(lambda: moment) as origin:
        portal = connected(portal, origin, world.origins())
        for moment in RUNS:
            clock.at = moment
            note(f"Run at {moment:%A %H:%M} UTC")
            door = assemble.open_door(portal, clock)
            ran = run(portal, folder, clock, door, everything=True, workers=workers, tell=tell)
            outcomes += ran.outcomes
    return outcomes


def foretold(outcomes: list[Outcome]) -> bool:
    """Did nothing fail but what the world foretells?"""
    portal = config.parse((resources.files("broadsheet.demo") / "portal.yaml").read_bytes())
    known = {portal.sources[id].url for id in world.FAIL}
    failed = {
        o.subject
        for o in outcomes
        if o.step in ("fetch", "read", "record", "publish") and o.status in ("retry", "quarantined")
    }
    return failed <= known
