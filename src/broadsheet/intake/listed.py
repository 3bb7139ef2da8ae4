"""Which reports did the operator name by their own addresses? `pages:` of a source."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet import urls
from broadsheet.model import Fetched, Item, Source
from broadsheet.plugins import Plugins


def read(source: Source, fetched: Fetched) -> Iterable[Item]:
    """One item for each address; nothing was asked, so all else is for the page to say."""
    for page in source.pages:
        url = urls.canonical(page)
        yield Item(urls.record_id(url), url, source.id, fetched.fetched_at)


def register(plugins: Plugins) -> None:
    """Called by plugins.load."""
    plugins.readers["pages"] = read
