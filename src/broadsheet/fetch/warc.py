"""How do we keep what the web answered, and ask it again? WARC 1.1 (ISO 28500:2017).

`Recorder` writes what the door hears; `Recording` is a Transport that answers from such a file, or
from one of others', Common Crawl's news files included. The door in front of it is the same:
robots.txt, redirects and limits are those of the recorded web.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from broadsheet import urls
from broadsheet.errors import ConfigError, Place
from broadsheet.fetch import body, guard
from broadsheet.fetch.guard import Address, Refused
from broadsheet.fetch.transport import Answer, by_name

# As Common Crawl does: the body stands as it is after decoding, and what it came as is still told.
_RENAMED = {
    "content-encoding": "X-Crawler-Content-Encoding",
    "transfer-encoding": "X-Crawler-Transfer-Encoding",
}
_UNCHANGED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r\n")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Recorder:
    """Appends every answer to one file of this folder, named by the moment of the run.

    Each record is a gzip member of its own, so a run that was killed leaves a file that can be
    read to its last whole record. Of an answer whose headers and body `may_be_kept` refuses only
    address, moment and status stand in it, as metadata: asked again, it is not found.
    """

    folder: Path
    begun_at: datetime
    software: str
    may_be_kept: Callable[[Mapping[str, str], bytes], bool] = lambda headers, body: True

    @property
    def path(self) -> Path:
        return self.folder / f"{self.begun_at:{_STAMP}}.warc.gz"

    def __call__(self, address: Address, answer: Answer, at: datetime) -> None:
        """Keep this answer, if it may be kept. Raises OSError."""
        if not self.may_be_kept(answer.headers, answer.body):
            self._append(_unkept(address, answer, at))
            return
        kind = WarcRecordType.revisit if answer.status == 304 else WarcRecordType.response
        record = _record(kind, at)
        record.headers["WARC-Target-URI"] = address.href
        record.headers["Content-Type"] = "application/http; msgtype=response"
        if answer.status == 304:
            record.headers["WARC-Profile"] = _UNCHANGED
        record.set_bytes_content(_head(answer) + answer.body)
        self._append(record, hashlib.sha1(answer.body, usedforsecurity=False).digest())

    def _append(self, record: WarcRecord, payload_digest: bytes | None = None) -> None:
        if not self.path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.path.touch(0o600)  # full texts stand in it
            about = _record(WarcRecordType.warcinfo, self.begun_at)
            about.headers["Content-Type"] = "application/warc-fields"
            told = f"software: {self.software}\r\nformat: WARC File Format 1.1\r\n"
            about.set_bytes_content(told.encode())
            self._append(about)
        plain = io.BytesIO()
        record.write(plain, checksum_data=True, payload_digest=payload_digest)
        with self.path.open("ab") as file:
            file.write(gzip.compress(plain.getvalue(), 6, mtime=0))


def forget(folder: Path, before: datetime) -> None:
    """Delete the recordings of runs before this moment."""
    for path in folder.glob("*.warc.gz"):
        if path.name < f"{before:{_STAMP}}":
            path.unlink()


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where one answer stands in the file, and enough to choose among those of one address."""

    at: datetime
    offset: int
    status: int
    is_page: bool


@dataclass
class Recording:
    """A recorded web: every answer of the file, asked as of `now`, or as of its end.

    Of several answers of one address the latest that is not later than that is told, the
    earliest where all are later. What is not in it is not found (404).
    """

    path: Path
    now: datetime | None = None
    entries: dict[str, list[_Entry]] = field(default_factory=dict)

    @property
    def last_at(self) -> datetime:
        """When its last answer came, in whole seconds."""
        last = max(entry.at for found in self.entries.values() for entry in found)
        return (last + timedelta(microseconds=999_999)).replace(microsecond=0)

    def has(self, url: str) -> bool:
        """Does it know an answer of this address?"""
        return self._find(guard.read(url), 1) is not None

    def pages_of(self, site: str) -> list[str]:
        """Addresses of the pages of a registrable domain, sorted."""
        return self._pages.get(site, [])

    @cached_property
    def _pages(self) -> dict[str, list[str]]:
        by_site: defaultdict[str, list[str]] = defaultdict(list)
        for url in sorted(self.entries):
            if any(entry.is_page for entry in self.entries[url]):
                by_site[urls.domain(url)].append(url)
        return dict(by_site)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Recording]:
        """As `transport.Open` wants it; there is nothing to open."""
        yield self

    async def exchange(self, address: Address, headers: dict[str, str], enough: int, /) -> Answer:
        entry = self._find(address, enough)
        if entry is None:
            return Answer(404, {})
        with self.path.open("rb") as file:
            file.seek(entry.offset)
            record = next(iter(ArchiveIterator(file, parse_http=True)))
            told = by_name(record.http_headers or ())
            chunks = _payload(record, told.get("transfer-encoding", ""))
            first = next(chunks, b"")
            coding = told.get("content-encoding", "").strip().lower()
            if not first.startswith(b"\x1f\x8b"):
                coding = ""  # some crawlers decode the body and leave the header
            return Answer(entry.status, told, await body.read(_each(first, chunks), coding, enough))

    def _find(self, address: Address, enough: int) -> _Entry | None:
        found = self.entries.get(address.href) or self.entries.get(_other_scheme(address.href), [])
        whole = [entry for entry in found if enough or entry.status != 206]
        past = [entry for entry in whole if self.now is None or entry.at <= self.now]
        return (
            max(past, key=lambda e: e.at) if past else min(whole, key=lambda e: e.at, default=None)
        )


def load(path: Path) -> Recording:
    """The recording in a WARC file, packed or not. Raises ConfigError for what is none."""
    recording = Recording(path)
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(
                file, record_types=WarcRecordType.response, parse_http=True
            ):
                _enter(recording, record)
    except OSError as error:
        raise ConfigError(f"no WARC file: {error.strerror or error}", Place(str(path))) from error
    if not recording.entries:
        raise ConfigError("there is no answer of the web in it", Place(str(path)))
    return recording


def _enter(recording: Recording, record: WarcRecord) -> None:
    heads = record.http_headers
    if heads is None or not heads.status_code or record.record_date is None:
        return
    try:
        address = guard.read((record.headers.get("WARC-Target-URI") or "").strip("<>"))
    except Refused:
        return
    kind = (record.http_content_type or "").lower()
    is_page = heads.status_code == 200 and "html" in kind
    entry = _Entry(record.record_date, record.stream_pos, heads.status_code, is_page)
    recording.entries.setdefault(address.href, []).append(entry)


def _record(kind: WarcRecordType, at: datetime) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind)
    record.headers["WARC-Date"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return record


def _unkept(address: Address, answer: Answer, at: datetime) -> WarcRecord:
    record = _record(WarcRecordType.metadata, at)
    record.headers["WARC-Target-URI"] = address.href
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(f"status: {answer.status}\r\nnot-kept: noarchive\r\n".encode())
    return record


def _head(answer: Answer) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    lines += [
        f"{_RENAMED.get(name, name)}: {value}"
        for name, value in answer.headers.items()
        if name != "content-length"
    ]
    lines.append(f"content-length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _payload(record: WarcRecord, coding: str) -> Iterator[bytes]:
    read = record.reader.read
    parts = iter(lambda: read(body.STEP), b"")
    first = next(parts, b"")
    if "chunked" in coding.lower() and _CHUNK.match(first):
        whole = bytearray(first)
        for part in parts:
            whole += part
            if len(whole) > 2 * body.LARGEST:
                raise body.TooMuch("the chunks are longer than any body that we take in")
        yield from _unchunked(bytes(whole))
    else:
        yield first
        yield from parts


def _unchunked(whole: bytes) -> Iterator[bytes]:
    at = 0
    while (found := _CHUNK.match(whole, at)) and (size := int(found[1], 16)):
        yield whole[found.end() : found.end() + size]
        at = found.end() + size + 2


async def _each(first: bytes, others: Iterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    for part in others:
        yield part


def _other_scheme(href: str) -> str:
    scheme, rest = href.split(":", 1)
    return ("http:" if scheme == "https" else "https:") + rest
