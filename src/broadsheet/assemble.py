"""Who plays which part? The only place that chooses implementations."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from broadsheet import __version__, plugins
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import ConfigError, Place, StoreError, did_you_mean
from broadsheet.fetch import guard, http
from broadsheet.fetch.door import WebDoor
from broadsheet.fetch.post import Post, post
from broadsheet.fetch.transport import Open
from broadsheet.fetch.warc import Recorder, Recording, forget
from broadsheet.fetch.websub import PushedDoor
from broadsheet.intake import permissions
from broadsheet.judge.taught import NO_LESSONS, Lessons, from_json
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.lists import with_lists
from broadsheet.pipeline.memory import Memory
from broadsheet.plugins import Plugins
from broadsheet.publish.markdown import Trees
from broadsheet.seal import open_sealer
from broadsheet.seams import Door, Store
from broadsheet.store import open_store
from broadsheet.workers.parse import InProcess
from broadsheet.workers.pool import Pool

PARSING = (
    "broadsheet.intake.feed",
    "broadsheet.intake.sitemap",
    "broadsheet.intake.listed",
    "broadsheet.intake.opml",
    "broadsheet.intake.discover",
    "broadsheet.intake.page",
)
BUILT_IN = (
    *PARSING,
    "broadsheet.judge.quality",
    "broadsheet.judge.heat",
    "broadsheet.publish.json_api",
    "broadsheet.publish.feeds",
    "broadsheet.publish.sitemap",
    "broadsheet.publish.site",
)


def open_plugins(portal: Portal) -> Plugins:
    """All that ships and all that the portal names. Raises PluginError, or ConfigError for what
    the portal asks and nobody here can do."""
    registry = plugins.load(Plugins(portal), (*BUILT_IN, *portal.plugins))
    for key, source in portal.sources.items():
        if source.kinds[0] not in registry.readers:
            portal.refuse(f"sources.{key}", f"nothing here reads {source.kinds[0]}")
    for n, name in enumerate(portal.outputs, 1):
        if name not in registry.outputs:
            hint = did_you_mean(name, registry.outputs)
            portal.refuse(f"outputs[{n}]", f"nothing here makes {name!r}{hint}")
    return registry


def open_parsers(registry: Plugins) -> Pool:
    """Worker processes that know what this portal's registry can parse; started when needed."""
    named = registry.portal.plugins
    # Judges and outputs take twice as long to load as parsers. A plugin may look for them.
    return Pool(registry, (*BUILT_IN, *named) if named else PARSING)


def open_describers(portal: Portal) -> Pool:
    """One worker process for a command that asks about single pages; what such a page may cost is
    the portal's word."""
    modules = ("broadsheet.intake.describe",)
    return Pool(plugins.load(Plugins(portal), modules), modules, 1)


def open_door(
    portal: Portal,
    clock: Clock,
    folder: Path | None = None,
    *,
    budget: int | None = None,
    offline: bool = False,
    recording: Recording | None = None,
) -> WebDoor:
    """The door to the web, as this portal knocks, or to a recorded one; what it hears is recorded
    in the folder if the portal asks for it."""
    agent = http.agent(__version__, f"{portal.url}about/", portal.contact)
    open_: Open = partial(http.opened, agent, guard.targets(portal.fetch.connect))
    if recording:
        recording.now = clock.now()
        open_ = recording.opened
    record = None
    if folder and portal.fetch.record:
        recordings = folder / "state" / "recordings"
        software = f"Broadsheet {__version__}"
        record = Recorder(recordings, clock.now(), software, permissions.may_be_kept)
        forget(record.folder, clock.now() - portal.retention)
    return WebDoor(
        portal.fetch,
        clock,
        {"http": open_, "https": open_},
        budget=budget,
        offline=offline,
        record=record,
        recorded=recording is not None,
    )


def open_post(portal: Portal) -> Post:
    """How this portal speaks to a hub."""
    agent = http.agent(__version__, f"{portal.url}about/", portal.contact)
    return lambda url, form: post(url, form, portal.fetch, agent)


def open_desk(
    portal: Portal,
    folder: Path,
    door: Door,
    clock: Clock,
    store: str = "",
    *,
    quick: bool = True,
    note: bool = True,
    confined: bool = False,
) -> Desk:
    """A desk ready for one run; `confined` parses in worker processes, as every run on the real web
    must. Raises ConfigError, PluginError or StoreError, and nothing later."""
    registry = open_plugins(portal)
    opened = open_store(store) if store else open_own_store(folder)
    seal = open_sealer(
        portal.seal.readers, portal.url, folder / "keys", opened.fact, opened.save_fact
    )
    if isinstance(door, WebDoor | PushedDoor):
        door.remember_in(opened)
    trees = Trees(folder, quick=quick, note=note)
    return Desk(
        portal=with_lists(portal, folder, opened),
        at=clock.now(),
        door=door,
        parsers=open_parsers(registry) if confined else InProcess(registry),
        seal=seal,
        store=opened,
        trees=trees,
        plugins=registry,
        memory=Memory(opened, clock.now(), trees.tombs, open_lessons(folder), trees.said_of_two()),
    )


def open_own_store(folder: Path) -> Store:
    """The database of the portal in this folder. Raises StoreError."""
    state = folder / "state"
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{state}: {error.strerror}") from error
    return open_store(f"sqlite:{state / 'desk.db'}")


def open_lessons(folder: Path) -> Lessons:
    """What editors taught, from `desk/topics.json`: verdicts and weights. Raises ConfigError."""
    path = folder / "desk" / "topics.json"
    try:
        return from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return NO_LESSONS
    except (OSError, ValueError) as error:
        message = f"{error}; delete it to judge by keywords alone"
        raise ConfigError(message, Place(str(path))) from error
