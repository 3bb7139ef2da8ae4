"""What can I type? Exit statuses are those of PORTAL.md; no traceback reaches the operator."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from broadsheet import __version__, assemble, config, files
from broadsheet.app import doctor as doctor_
from broadsheet.app import init as init_
from broadsheet.app import pages as pages_
from broadsheet.app import sources as sources_
from broadsheet.app.console import Console, summary
from broadsheet.app.discovery import Found, find, web
from broadsheet.app.editor import Editor
from broadsheet.app.explain import explain as explain_
from broadsheet.app.recorded import portal_of
from broadsheet.app.runs import build as build_
from broadsheet.app.runs import desk_at, due_of, finish, to_visit
from broadsheet.app.runs import run as run_
from broadsheet.app.serve import LOOK_EVERY, SiteServer, Upkeep
from broadsheet.app.try_ import try_portal
from broadsheet.app.watch import ended_by_signals
from broadsheet.app.watch import watch as watch_
from broadsheet.clock import Clock, SettableClock, SystemClock
from broadsheet.errors import BroadsheetError, ConfigError, Place
from broadsheet.fetch import warc
from broadsheet.fetch.replay import Replay
from broadsheet.intake import opml
from broadsheet.intake.opml import Outline
from broadsheet.model import Fetched, Outcome, Question
from broadsheet.pipeline.desk import Desk
from broadsheet.publish.markdown import Trees


class Exit(IntEnum):
    """What the command tells the shell; 2 and 5 come with the errors that cause them."""

    OK = 0
    SOMETHING_FAILED = 1
    NOTHING_TO_DO = 3
    REFUSED = 4
    MACHINE = 5


class Log(StrEnum):
    """How a line of the log looks."""

    text = "text"
    json = "json"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
rules_app = typer.Typer(
    no_args_is_help=True, help="Publisher rules: where a site keeps its fields."
)
app.add_typer(rules_app, name="rules")
Folder = Annotated[Path, typer.Option("--folder", "-C", help="The portal's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
LogAs = Annotated[Log, typer.Option("--log", help="Log lines as text or as JSON.")]
At = Annotated[str, typer.Option("--at", help="The time to take for now: 2026-01-09T09:00Z.")]


def _version(asked: bool) -> None:
    if asked:
        print(f"broadsheet {__version__}")
        raise typer.Exit


@app.callback()
def broadsheet(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """A topical news desk: sources in, a published front page out."""


@app.command()
def demo(
    folder: Folder = Path("broadsheet-demo"),
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Show the site until Ctrl-C.")
    ] = True,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the site, on this machine.")
    ] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Threads that read and judge.")] = 1,
    as_json: Json = False,
    quiet: Quiet = False,
    log: LogAs = Log.text,
) -> None:
    """Show a whole portal at work, offline: an invented coast, four runs, two days."""
    from broadsheet.app import demo as demo_  # its world is large, and only this command wants it

    console = Console(as_json, quiet, log.value)
    outcomes = demo_.show(folder, console.note, console.tell, workers=workers)
    data, lines = summary(outcomes)
    where = {
        name: str(folder / part)
        for name, part in (
            ("site", "site/index.html"),
            ("records", "records"),
            ("api", "site/api/index.json"),
            ("feeds", "site/feeds/index.html"),
        )
    }
    trees = Trees(folder)
    story = max(trees.stories.values(), key=lambda s: (len(s.reports), s.id), default=None)
    tries = [f"broadsheet explain -C {folder} {story.id}"] if story else []
    tries += [f"broadsheet review -C {folder}", f"broadsheet doctor -C {folder}"]
    console.result(
        {**data, **where, "try": tries},
        [
            *lines,
            "",
            *(f"{name:8} {place}" for name, place in where.items()),
            "",
            "Two sources failed, as this world foretells: one is dead, one refuses us.",
            "Try:",
            *(f"  {line}" for line in tries),
        ],
    )
    if serve and sys.stdout.isatty() and not as_json:
        _serve(folder, port, console)
    raise typer.Exit(Exit.OK if demo_.foretold(outcomes) else Exit.SOMETHING_FAILED)


@app.command()
def init(
    sites: Annotated[
        list[str] | None, typer.Argument(help="Sites whose feeds to find, or feeds.")
    ] = None,
    folder: Folder = Path(),
    title: Annotated[str, typer.Option(help="What the portal is called.")] = "",
    topics: Annotated[str, typer.Option(help="Words, comma separated.")] = "",
    sources: Annotated[
        str, typer.Option(help="Addresses of feeds or sites, comma separated.")
    ] = "",
    from_opml: Annotated[
        Path | None, typer.Option("--from-opml", help="An OPML file that lists the sources.")
    ] = None,
    offline: Annotated[bool, typer.Option(help="Do not check the sources.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write one commented portal.yaml from three answers, and check its sources."""
    console = Console(as_json, quiet)
    path = folder / "portal.yaml"
    if path.exists():
        raise ConfigError(
            "a portal is here already; edit it, or name another --folder", Place(str(path))
        )
    listed, left_out = init_.parted(init_.read_opml(from_opml) if from_opml else ())
    title = title or _ask("What is the portal called?", "--title")
    words = _split(topics or _ask("Its topics, comma separated?", "--topics"))
    given = [*(sites or ()), *_split(sources)]
    if not given and not listed:
        given = _split(_ask("Its feeds or sites, comma separated?", "--sources"))
    outlines = [*listed, *(init_.feed_outline(web(each)) for each in given)]
    found: list[Found] = []
    if not offline:
        asked = [each.address for each in outlines if each.kind == "feed"]
        found = _found(config.parse(init_.portal_text(title, words, outlines).encode()), asked)
        outlines = [_as_found(outline, found) for outline in outlines]
    init_.write(folder, init_.portal_text(title, words, outlines))
    console.result(
        {
            "portal": str(path),
            "sources": {each.asked: each.words for each in found},
            "left_out": left_out,
        },
        [
            f"{path} is written.",
            *(f"  {each.asked}: {each.words}" for each in found),
            *map(_left_out, left_out),
            f"Next: broadsheet run -C {folder}",
        ],
    )


@app.command()
def run(
    folder: Folder = Path(),
    all_: Annotated[bool, typer.Option("--all", help="Visit every source, due or not.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit 3 when no source is due.")] = False,
    offline: Annotated[bool, typer.Option(help="Ask nobody: judge and build what waits.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Do it again when a source is due or the hour turns.")
    ] = False,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="Read a recorded web, a WARC file, as of its time."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Make no more requests than these in this run.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say who would be visited; touch nothing.")] = False,
    at: At = "",
    as_json: Json = False,
    quiet: Quiet = False,
    log: LogAs = Log.text,
) -> None:
    """Visit the sources that are due, write records, then build the site."""
    console = Console(as_json, quiet, log.value)
    portal = config.load(folder / "portal.yaml")
    if watch and (at or offline or dry_run or from_):
        raise typer.BadParameter("--watch is for the real web and time; leave the other out")
    recording = warc.load(from_) if from_ else None
    clock = SettableClock(recording.last_at) if recording and not at else _clock(at)
    if recording:
        portal = portal_of(portal, recording)
        all_ = True
    if portal.fetch.connect:
        console.note(f"fetch.connect is on: {len(portal.fetch.connect)} origins are on loopback")
    if dry_run:
        due = _dry(portal, folder, clock, all_, budget)
        console.result({"due": due}, [f"would visit {id}" for id in due] or ["nobody is due"])
        return
    if offline:
        portal = replace(
            portal,
            sources={id: replace(source, pause=True) for id, source in portal.sources.items()},
        )
    if watch:
        _watch(folder, clock, console, everything=all_, budget=budget)
        return
    door = assemble.open_door(
        portal, clock, folder, budget=budget, offline=offline, recording=recording
    )
    post = None if offline or recording else assemble.open_post(portal)
    ran = run_(
        portal,
        folder,
        clock,
        door,
        everything=all_,
        budget=budget,
        tell=console.tell,
        post=post,
    )
    console.result(*summary(ran.outcomes))
    if strict and not ran.sources:
        raise typer.Exit(Exit.NOTHING_TO_DO)
    raise typer.Exit(_status(ran.outcomes))


@app.command()
def build(
    folder: Folder = Path(),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make site/ from the records: no network, no database."""
    console = Console(as_json, quiet)
    portal = config.load(folder / "portal.yaml")
    outcomes = build_(portal, folder)
    for outcome in outcomes:
        console.tell(outcome)
    console.result(*summary(outcomes))
    raise typer.Exit(_status(outcomes))


@app.command()
def serve(
    folder: Folder = Path(),
    port: Annotated[int, typer.Option(min=0, max=65535, help="On this machine, 127.0.0.1.")] = 8000,
    quiet: Quiet = False,
) -> None:
    """Show site/ on this machine until Ctrl-C; build when the portal file or a record is saved."""
    portal = config.load(folder / "portal.yaml")
    if not (folder / "site" / "index.html").exists():
        place = Place(str(folder / "site"))
        raise ConfigError("nothing is built yet; `broadsheet run` does it", place)
    _serve(folder, port, Console(quiet=quiet), portal)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="An OPML file.")],
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Take the sources of an OPML file into portal.yaml; what stands there stays."""
    usable, left_out = init_.parted(init_.read_opml(path))
    taken = init_.take(folder, usable)
    lines = [f"{id} is a source now" for id in taken] or ["no source in it is new here"]
    lines += map(_left_out, left_out)
    Console(as_json).result({"sources": taken, "left_out": left_out}, lines)


@app.command()
def export(
    folder: Folder = Path(),
    opml_: Annotated[bool, typer.Option("--opml", help="The sources, as OPML 2.0.")] = False,
    to: Annotated[Path | None, typer.Option(help="A file; default: print it.")] = None,
) -> None:
    """Hand what the portal knows to another program."""
    if not opml_:
        raise typer.BadParameter("say what to export: --opml")
    portal = config.load(folder / "portal.yaml")
    told = Trees(folder).sources
    outlines = [
        opml.outline_of(source, told[id].title if id in told else "")
        for id, source in portal.sources.items()
    ]
    data = opml.write(portal.title, outlines)
    if to is None:
        print(data.decode(), end="")
    else:
        files.write(to, data)


review_app = typer.Typer(invoke_without_command=True, help="List what is held, and decide.")
app.add_typer(review_app, name="review")


@review_app.callback()
def review(context: typer.Context, folder: Folder = Path(), as_json: Json = False) -> None:
    """List what waits for an editor."""
    context.obj = folder
    if context.invoked_subcommand:
        return
    with _desk(folder) as desk:
        held = Editor(desk, _who()).held()
    lines = [f"{each.id}  {each.title}\n  {each.why}" for each in held]
    Console(as_json).result(
        {"held": [asdict(each) for each in held]}, lines or ["Nothing is held."]
    )


@review_app.command("approve")
def approve(
    context: typer.Context,
    id: str,
    folder: Annotated[Path | None, typer.Option("--folder", "-C")] = None,
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Publish a held report."""
    _decide("approve", id, folder or context.obj, why, at, as_json)


@review_app.command("reject")
def reject(
    context: typer.Context,
    id: str,
    folder: Annotated[Path | None, typer.Option("--folder", "-C")] = None,
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Keep a report out of the public for good; it stays in held/rejected/."""
    _decide("reject", id, folder or context.obj, why, at, as_json)


@app.command()
def remove(
    report: Annotated[str, typer.Argument(help="Its id or its address.")],
    why: Annotated[str, typer.Option(help="The reason, which readers can see.")],
    folder: Folder = Path(),
    at: At = "",
    as_json: Json = False,
) -> None:
    """Hide a report at once and for good, and leave a tombstone."""
    with _desk(folder, at) as desk:
        id = Editor(desk, _who()).remove(report, why)
        outcomes = finish(desk, [])
    Console(as_json).result({"removed": id}, [f"{id} is removed."])
    raise typer.Exit(_status(outcomes))


@app.command()
def explain(
    words: Annotated[list[str], typer.Argument(help="An id, an address, or words.")],
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Say why a report is here, or why it is not."""
    with _desk(folder) as desk:
        told = explain_(desk, " ".join(words))
    lines = [
        line
        for each in told
        for line in (
            f"{each.id}  {each.title or each.url}",
            *(f"  {s}" for s in each.sentences),
            "",
        )
    ]
    console = Console(as_json)
    console.result(
        {"found": [each.as_json() for each in told]},
        lines[:-1] or [f"Nothing here is or says {' '.join(words)!r}."],
    )
    raise typer.Exit(Exit.OK if told else Exit.SOMETHING_FAILED)


@app.command("try")
def try_(
    changed: Annotated[Path, typer.Argument(help="An edited copy of portal.yaml.")],
    folder: Folder = Path(),
    days: Annotated[int, typer.Option(min=1, help="Of reports to judge anew.")] = 30,
    at: At = "",
    as_json: Json = False,
) -> None:
    """Say what an edited portal file would change, and touch nothing."""
    portal, other = config.load(folder / "portal.yaml"), config.load(changed)
    if not (folder / "state" / "desk.db").exists():
        place = Place(str(folder / "state"))
        raise ConfigError("nothing was read yet; `broadsheet run` does it", place)
    clock = _clock(at)
    with files.lock(folder / "state" / "lock"):
        desk = assemble.open_desk(portal, folder, Replay({}, clock), clock, note=False)
        try:
            tried = try_portal(desk, other, days)
        finally:
            desk.store.close()
    Console(as_json).result(tried.as_json(), tried.lines())


@app.command()
def teach(
    report: Annotated[str, typer.Argument(help="Its id.")],
    topic: Annotated[str, typer.Argument(help="A topic's key.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="Is it on this topic?")],
    folder: Folder = Path(),
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Say whether a report is on a topic; the judge learns from it."""
    with _desk(folder, at) as desk:
        article, count = Editor(desk, _who()).teach(report, topic, yes, why)
        outcomes = finish(desk, [])
    lines = [f"{article.id} is on {', '.join(article.topics) or 'no topic'} (verdict {count})."]
    if not article.topics:
        lines.append(f"It keeps its record: broadsheet review reject {article.id}")
    data = {"id": article.id, "topics": list(article.topics), "verdicts": count}
    Console(as_json).result(data, lines)
    raise typer.Exit(_status(outcomes))


@app.command()
def pin(
    story: Annotated[str, typer.Argument(help="The id of a story or of a report in it.")],
    folder: Folder = Path(),
    off: Annotated[bool, typer.Option("--off", help="Take the pin away.")] = False,
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Pin a story to the top of the front page."""
    what = "unpin" if off else "pin"
    with _desk(folder, at) as desk:
        Editor(desk, _who()).pin(what, story, why)
        outcomes = finish(desk, [])
    Console(as_json).result({what: story}, [f"{story}: {what} is noted."])
    raise typer.Exit(_status(outcomes))


@app.command()
def join(
    one: Annotated[str, typer.Argument(help="The id of a report.")],
    other: Annotated[str, typer.Argument(help="The id of another.")],
    folder: Folder = Path(),
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Say that two reports are one story, for good."""
    _say_of_two("must-link", one, other, folder, why, at, as_json)


@app.command()
def split(
    one: Annotated[str, typer.Argument(help="The id of a report.")],
    other: Annotated[str, typer.Argument(help="The id of another.")],
    folder: Folder = Path(),
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    at: At = "",
    as_json: Json = False,
) -> None:
    """Say that two reports are two stories, for good."""
    _say_of_two("cannot-link", one, other, folder, why, at, as_json)


def _say_of_two(
    what: str, one: str, other: str, folder: Path, why: str, at: str, as_json: bool
) -> None:
    with _desk(folder, at) as desk:
        ids, changed = Editor(desk, _who()).say_of_two(what, one, other, why)
        outcomes = finish(desk, [])
    lines = [f"{what} {one} {other}: noted, for good."]
    lines += [] if changed else ["Nothing moved: so it stood, or both are older than a week."]
    data = {"said": what, "reports": [one, other], "stories": ids, "changed": changed}
    Console(as_json).result(data, lines)
    raise typer.Exit(_status(outcomes))


@app.command()
def sources(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these, with their history.")] = None,
    folder: Folder = Path(),
    as_json: Json = False,
    at: At = "",
) -> None:
    """Show how each source is: what it gives, what failed, when it is visited next and why."""
    with _desk(folder, at) as desk:
        found = [each for each in sources_.examine(desk) if not ids or each.id in ids]
    if unknown := set(ids or ()) - {each.id for each in found}:
        raise ConfigError(f"no source {min(unknown)!r} here", Place(str(folder / "portal.yaml")))
    data = {"sources": [sources_.as_json(each) for each in found]}
    Console(as_json).result(data, sources_.table(found, history=bool(ids)))


@app.command()
def doctor(
    folder: Folder = Path(),
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the database and the site from the records.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Examine the portal; say what is wrong and what mends it."""
    config.load(folder / "portal.yaml")  # nothing is deleted for a file that cannot be used
    console = Console(as_json)
    differences: list[str] = []
    outcomes: list[Outcome] = []
    if rebuild:
        with files.lock(folder / "state" / "lock"):
            for name in ("desk.db", "desk.db-wal", "desk.db-shm"):
                files.remove(folder / "state" / name)
    with _desk(folder, quick=not rebuild) as desk:
        if rebuild:
            differences, outcomes = doctor_.rebuild(desk, folder)
        findings = list(doctor_.examine(desk, folder))
    lines = [
        f"{f.state:8} {f.what}: {f.detail}" + (f"\n         {f.remedy}" if f.remedy else "")
        for f in findings
    ]
    if rebuild:
        lines += [f"differs  site/{name}" for name in differences]
        lines.append(f"rebuilt; {len(differences)} files differ from the site before")
    console.result({"findings": [asdict(f) for f in findings], "differences": differences}, lines)
    broken = any(f.state == "broken" for f in findings)
    raise typer.Exit(Exit.SOMETHING_FAILED if broken else _status(outcomes))


@app.command()
def extract(
    subject: Annotated[str, typer.Argument(help="The page's address, or a file that has it.")],
    url: Annotated[str, typer.Option(help="Where a file's page was found.")] = "",
    text: Annotated[bool, typer.Option("--text", help="Print its text alone.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print its text as clean HTML.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Say why each field is what it is.")] = False,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Read one page: what it says of itself, and its text."""
    fetched = pages_.load(subject, folder, SystemClock(), url)
    told = pages_.ask("page", Question(), fetched, folder)
    form = "html" if html else "text" if text else "why" if why else "lines"
    lines = told[form] if isinstance(told[form], list) else [told[form]]
    Console(as_json).result(told["fields"], lines)


@rules_app.command("check")
def rules_check(
    subject: Annotated[str, typer.Argument(help="A page's address or file, or a rule's .toml.")],
    rule: Annotated[str, typer.Option(help="The rule's .toml; else the one that fits.")] = "",
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Say what a publisher rule finds on a page; of a rule alone, whether its own tests pass."""
    clock = SystemClock()
    if subject.endswith(".toml"):
        alone = Fetched(subject, pages_.rule_in(subject).encode(), clock.now())
        found = pages_.ask("rule alone", Question(), alone, folder)["found"]
    else:
        question = Question(pages_.rule_in(rule) if rule else "")
        fetched = pages_.load(subject, folder, clock)
        found = pages_.ask("rule", question, fetched, folder)["found"]
    lines = [f"{'ok' if good else 'not':4} {line}" for good, line in found]
    Console(as_json).result([{"ok": good, "what": line} for good, line in found], lines)
    raise typer.Exit(Exit.OK if all(good for good, _ in found) else Exit.SOMETHING_FAILED)


@rules_app.command("learn")
def rules_learn(
    subjects: Annotated[list[str], typer.Argument(help="Pages of one site: addresses or files.")],
    folder: Folder = Path(),
) -> None:
    """Draft a publisher rule from two or more pages of one site."""
    clock = SystemClock()
    first, *others = [pages_.load(subject, folder, clock) for subject in subjects]
    question = Question(clock.now().date().isoformat(), tuple(others))
    print(pages_.ask("draft", question, first, folder)["rule"], end="")


def main() -> None:
    """The command. What we raise on purpose is told in one line, never as a traceback."""
    try:
        app()
    except BroadsheetError as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"broadsheet: {place}{error.strerror or error}", file=sys.stderr)
        sys.exit(Exit.MACHINE)


def _found(portal: config.Portal, addresses: list[str]) -> list[Found]:
    parsers = assemble.open_parsers(assemble.open_plugins(portal))
    try:
        return find(assemble.open_door(portal, SystemClock()), parsers, addresses)
    finally:
        parsers.close()


def _as_found(outline: Outline, found: Iterable[Found]) -> Outline:
    """The outline with the feed that was found behind its address; else as it was given."""
    for each in found:
        if each.asked == outline.address and each.feed:
            title = outline.title or each.title
            return replace(outline, kind=each.feed.kind, addresses=(each.feed.url,), title=title)
    return outline


def _left_out(address: str) -> str:
    return f"  {address}: left out; no portal can have this address"


def _decide(what: str, id: str, folder: Path, why: str, at: str, as_json: bool) -> None:
    with _desk(folder, at) as desk:
        now = Editor(desk, _who()).decide(what, id, why)
        outcomes = finish(desk, [])
    Console(as_json).result({"id": id, "tree": now}, [f"{id} stands in {now}/ now."])
    raise typer.Exit(_status(outcomes))


def _watch(
    folder: Path, clock: Clock, console: Console, *, everything: bool, budget: int | None
) -> None:
    with ended_by_signals():
        for ran in watch_(
            folder,
            clock,
            lambda portal: assemble.open_door(portal, clock, folder),
            console.note,
            console.tell,
            open_post=assemble.open_post,
            everything=everything,
            budget=budget,
        ):
            console.result(*summary(ran.outcomes))
            console.note(f"next at {ran.next_at:%Y-%m-%d %H:%M:%S} UTC  (Ctrl-C ends it)")


def _serve(folder: Path, port: int, console: Console, portal: config.Portal | None = None) -> None:
    """Serve the site; with its portal, keep it current too."""
    clock = SystemClock()
    upkeep = Upkeep(folder, portal, clock, console.note, console.tell) if portal else None
    callback = upkeep.callback if upkeep else None
    try:
        made = SiteServer(folder / "site", port, console.note, callback)
    except OSError as error:
        print(
            f"broadsheet: port {port}: {error.strerror}; name another with --port", file=sys.stderr
        )
        raise typer.Exit(Exit.MACHINE) from error
    Thread(target=made.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    with ended_by_signals():
        print(f"http://127.0.0.1:{made.server_address[1]}/  (Ctrl-C ends it)", flush=True)
        while True:
            if upkeep:
                upkeep.look()
            clock.sleep(LOOK_EVERY)
    console.note("")
    made.shutdown()
    made.server_close()


def _dry(
    portal: config.Portal, folder: Path, clock: Clock, everything: bool, budget: int | None
) -> list[str]:
    """Ids of the sources that a run would visit, found without making or changing a file."""
    if not (folder / "state" / "desk.db").exists():
        return [source.id for source in portal.sources.values() if not source.pause][:budget]
    with files.lock(folder / "state" / "lock"):
        desk = assemble.open_desk(portal, folder, Replay({}, clock), clock, note=False)
        try:
            lists = [source.id for source in due_of(desk, everything) if source.opml]
            return lists + [source.id for source in to_visit(desk, everything, budget)]
        finally:
            desk.store.close()


def _ask(question: str, flag: str) -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"needed, since there is no terminal to ask: {flag}")
    return str(typer.prompt(question))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _who() -> str:
    return os.environ.get("USER") or "editor"


def _desk(folder: Path, at: str = "", *, quick: bool = True) -> AbstractContextManager[Desk]:
    """The desk of the portal in this folder, for a command that asks nobody for anything."""
    clock = _clock(at)
    portal = config.load(folder / "portal.yaml")
    return desk_at(portal, folder, clock, Replay({}, clock), quick=quick)


def _clock(at: str) -> Clock:
    if not at:
        return SystemClock()
    try:
        moment = datetime.fromisoformat(at)
        utc = moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        moment = utc = datetime.min
    if moment.tzinfo is None:  # the machine's zone must not decide
        raise typer.BadParameter(f"--at: expected a time such as 2026-01-09T09:00Z, got {at!r}")
    return SettableClock(utc)


def _status(outcomes: Iterable[Outcome]) -> Exit:
    """A page that failed is that page's outcome; a source, a record file or an output is the run's."""
    failed = {o.step for o in outcomes if o.status in ("retry", "quarantined")}
    if any(o.step == "publish" and o.status == "quarantined" for o in outcomes):
        return Exit.MACHINE
    return Exit.SOMETHING_FAILED if failed & {"fetch", "read", "record"} else Exit.OK
