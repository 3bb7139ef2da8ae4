"""Which reports do their publishers want listed for a time only, and until when?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from broadsheet.model import Article
from broadsheet.pipeline.desk import Desk

_ENDS, _ISO = "unavailable_after", "%Y-%m-%dT%H:%M:%SZ"  # a fact, and how its moments are written


def await_ends(desk: Desk, articles: Iterable[Article]) -> None:
    """Remember when these are to leave the public, if their publishers said so."""
    ends = {a.id: a.permissions.until for a in articles if a.permissions.until}
    if coming := {id: f"{at:{_ISO}}" for id, at in ends.items() if at > desk.at}:
        _save(desk, _ends(desk) | coming)


def ended(desk: Desk) -> list[str]:
    """Those whose end has come."""
    return [id for id, end in _ends(desk).items() if end <= f"{desk.at:{_ISO}}"]


def forget_ends(desk: Desk, ids: Collection[str]) -> None:
    """These are no longer waited for."""
    _save(desk, {id: end for id, end in _ends(desk).items() if id not in ids})


def _ends(desk: Desk) -> dict[str, str]:
    kept = desk.store.fact(_ENDS)
    return msgspec.json.decode(kept, type=dict[str, str]) if kept else {}


def _save(desk: Desk, ends: dict[str, str]) -> None:
    desk.store.save_fact(_ENDS, msgspec.json.encode(ends, order="sorted").decode())
