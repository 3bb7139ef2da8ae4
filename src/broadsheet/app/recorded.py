"""What is a portal in a recorded web? Its sources, as far as the recording knows them."""

from __future__ import annotations

from dataclasses import replace

from broadsheet import urls
from broadsheet.config import Portal
from broadsheet.fetch.warc import Recording
from broadsheet.model import Source
from broadsheet.pipeline.lists import is_asked

EVERY_PAGE = 1_000_000


def portal_of(portal: Portal, recording: Recording) -> Portal:
    """The portal as it can be run from this recording.

    A source whose feed or sitemap was recorded is read as ever. Of one that was not, as in a
    crawler's file, all recorded pages of its site are its reports; one of which nothing was
    recorded is not visited. A list in a file of the operator's is read as ever.
    """
    sources = {id: _source_of(source, recording) for id, source in portal.sources.items()}
    fetch = replace(portal.fetch, first=EVERY_PAGE, connect={}, record=False)
    return replace(portal, sources=sources, fetch=fetch)


def _source_of(source: Source, recording: Recording) -> Source:
    if source.pages or not is_asked(source) or recording.has(source.url):
        return source
    pages = tuple(recording.pages_of(urls.domain(source.url)))
    if not pages:
        return replace(source, pause=True)
    return replace(source, feed="", sitemap="", opml="", pages=pages, read="pages")
