"""Where do we remember what may be forgotten at a price? `open_store("sqlite:state/desk.db")`."""

from __future__ import annotations

from collections.abc import Callable

from broadsheet.errors import StoreError, did_you_mean
from broadsheet.seams import Store
from broadsheet.store.memory import MemoryStore
from broadsheet.store.sqlite import SQLiteStore

STORES: dict[str, Callable[[str], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": SQLiteStore,
}


def open_store(url: str) -> Store:
    """The store that a URL names. Raises StoreError."""
    scheme, _, rest = url.partition(":")
    if scheme not in STORES:
        hint = did_you_mean(scheme, STORES) or f"; known: {', '.join(STORES)}"
        raise StoreError(f"{url}: no such kind of store{hint}")
    return STORES[scheme](rest)
