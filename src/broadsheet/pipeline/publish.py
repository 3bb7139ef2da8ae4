"""How does a run end? The day is closed, and every output made of the records. The step publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from broadsheet import files
from broadsheet.config import Portal
from broadsheet.errors import PublishError
from broadsheet.model import Draft, Edition, Outcome
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.sources import tell_sources
from broadsheet.pipeline.story import heat_of
from broadsheet.plugins import Plugins
from broadsheet.publish.markdown import Trees, close_day, edition
from broadsheet.publish.standing import Standing
from broadsheet.seams import Output


def close(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """End a run: the sources' states, the day's record, what may be forgotten."""
    tell_sources(desk, outcomes)
    desk.memory.keep()
    close_day(desk.portal, desk.trees, heat_of(desk.plugins), desk.at)
    desk.store.forget_texts(desk.at - desk.portal.retention)


def publish(
    portal: Portal, plugins: Plugins, trees: Trees, standing: Standing | None = None
) -> Iterator[Outcome]:
    """Make site/ from the public records alone: no store, no network.

    One outcome per output; an output that fails does not stop the others. A record file that
    cannot be read is named, left alone, and the rest is built. What is `standing` is not
    made again.
    """
    yield from put(printed(portal, plugins, trees, standing), trees.folder / "site", standing)


@dataclass(frozen=True, slots=True)
class Printed:
    """What the outputs made of one edition, not yet written."""

    files: dict[str, dict[PurePosixPath, bytes | None]] = field(default_factory=dict)
    """By output, in the order in which to write them; None for a file that stands."""
    drafts: dict[PurePosixPath, Draft] = field(default_factory=dict)
    """Of what each file was made, where its output told."""
    failures: list[Outcome] = field(default_factory=list)
    """Record files that cannot be read, outputs that failed."""

    @property
    def whole(self) -> bool:
        """Did every output do its work?"""
        return all(failure.step != "publish" for failure in self.failures)


def printed(
    portal: Portal, plugins: Plugins, trees: Trees, standing: Standing | None = None
) -> Printed:
    """Every file that the portal's outputs make of its public records."""
    made = Printed()
    for broken in trees.broken:
        made.failures.append(Outcome("record", broken.place.file, "quarantined", str(broken)))
    today = edition(portal, trees, heat_of(plugins))
    # The site is made last, whatever the portal's order: its front page names all the others.
    names = portal.outputs or tuple(plugins.outputs)
    for name in sorted(names, key=lambda name: name == "site"):
        try:
            made.files[name] = _files_of(name, plugins.outputs[name], today, standing, made.drafts)
        except PublishError as error:
            made.failures.append(Outcome("publish", name, "quarantined", str(error)))
    return made


def put(made: Printed, site: Path, standing: Standing | None = None) -> Iterator[Outcome]:
    """Write what changed into the folder, leaves first and the front page last, then delete what
    nothing needs: whenever this ends, what stands can be read."""
    yield from made.failures
    kept: dict[PurePosixPath, bytes | None] = {}
    for files_of in made.files.values():
        kept |= files_of
    for name, files_of in made.files.items():
        fresh = ((path, data) for path in files_of if (data := kept[path]) is not None)
        written = sum(files.write(site / path, data) for path, data in fresh)
        yield Outcome("publish", name, "ok" if written else "unchanged", f"{written} written")
    if made.whole:  # what a failed output made before still stands
        files.prune(site, kept)
    if standing:
        drafts = made.drafts.items()
        standing.save((path, draft) for path, draft in drafts if kept.get(path) is not None)


def _files_of(
    name: str,
    output: Output,
    today: Edition,
    standing: Standing | None,
    drafts: dict[PurePosixPath, Draft],
) -> dict[PurePosixPath, bytes | None]:
    """Every file of an output, None for one that stands; its drafts are put into `drafts`."""
    made: dict[PurePosixPath, bytes | None] = {}
    try:
        for path, data in output(today):
            if isinstance(data, Draft):
                drafts[path] = data
                stands = standing and standing.stands(path, data)
                made[path] = None if stands else data.make()
            else:
                made[path] = data
    except PublishError:
        raise
    except Exception as error:  # an output may be a stranger's code
        raise PublishError(f"output {name}: {type(error).__name__}: {error}") from error
    return made
