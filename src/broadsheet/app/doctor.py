"""Is this portal well, and if not, what mends it?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from broadsheet.app import sources
from broadsheet.app.init import write_schema
from broadsheet.errors import PublishError
from broadsheet.model import Outcome
from broadsheet.pipeline.desk import Desk
from broadsheet.pipeline.publish import Printed, printed, put
from broadsheet.pipeline.refill import refill

ENOUGH = 500_000_000  # bytes free: a year of a desk's texts at `retention: 90d`


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, why that matters, and what mends it."""

    what: str
    state: Literal["ok", "warning", "broken"]
    detail: str = ""
    remedy: str = ""


def examine(desk: Desk, folder: Path) -> Iterator[Finding]:
    """Every finding about a portal, in a fixed order. Asks nobody outside."""
    yield Finding(
        "portal.yaml", "ok", f"{len(desk.portal.sources)} sources, {len(desk.portal.topics)} topics"
    )
    changed = write_schema(folder)
    yield Finding("portal.schema.json", "ok", "brought up to date" if changed else "up to date")
    yield Finding("database", "ok", f"state/desk.db has {desk.store.size():,} bytes")
    free = shutil.disk_usage(folder).free
    yield Finding(
        "disk",
        "ok" if free > ENOUGH else "warning",
        f"{free:,} bytes are free",
        "" if free > ENOUGH else "make room; a full disk stops the run, and the last site stays",
    )
    for broken in desk.trees.broken:
        yield Finding("record", "broken", str(broken), "mend the line, or delete the file")
    troubled = list(sources.troubles(desk))
    dead = {source.id for source, trouble in troubled if trouble.name == "dead"}
    for state in sorted(desk.trees.sources.values(), key=lambda s: s.id):
        if state.id not in desk.portal.sources or state.id in dead:
            continue
        since = f"since {state.since_at:%Y-%m-%d}" if state.since_at else ""
        yield Finding(
            f"source {state.id}",
            "ok" if state.works else "warning",
            f"works {since}".strip() if state.works else f"fails {since}: {state.why}",
            "" if state.works else f"check the address at sources.{state.id} in portal.yaml",
        )
    for source, trouble in troubled:
        told = f"{trouble.name}: {trouble.detail}"
        remedy = sources.remedy(desk, source, trouble)
        yield Finding(f"source {source.id}", "warning", told, remedy)
    yield from _keys(folder)


def _keys(folder: Path) -> Iterator[Finding]:
    for path in sorted((folder / "keys").glob("*.key")):
        mode = path.stat().st_mode & 0o777
        safe = mode & 0o077 == 0
        yield Finding(
            f"keys/{path.name}",
            "ok" if safe else "broken",
            "for its owner only" if safe else f"mode {mode:o}: others can read it",
            "" if safe else f"chmod 600 {path}",
        )


def rebuild(desk: Desk, folder: Path) -> tuple[list[str], list[Outcome]]:
    """Fill the store from the records, make the whole site anew, and write what differs: the
    names of those files, and the outcomes.

    The site is changed in its place, file by file, as every run does: a kill leaves one that can
    be read. Raises StoreError, or PublishError where an output fails: then the last good site
    stands.
    """
    refill(desk)
    made = printed(desk.portal, desk.plugins, desk.trees)
    if not made.whole:
        failed = [failure.detail for failure in made.failures if failure.step == "publish"]
        raise PublishError(f"{'; '.join(failed)}; the last good site stands")
    site = folder / "site"
    differences = _differences(site, made)
    return differences, list(put(made, site))


def _differences(site: Path, made: Printed) -> list[str]:
    """The files of the site that are not as they were made, and those that nothing makes."""
    fresh = {str(path): data for each in made.files.values() for path, data in each.items()}
    stand = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return sorted(
        name
        for name in fresh.keys() | stand
        if name not in stand or fresh.get(name) != (site / name).read_bytes()
    )
