"""How much of an answer do we take in? Bounded steps, whatever the other side sends."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

LARGEST = 10_000_000
"""Bytes of a body, inflated."""
STEP = 65_536
"""Bytes that we read or inflate at a time."""
RATIO = 100
"""Inflated bytes for each that came, past the first STEP."""

_MAGIC = b"\x1f\x8b"
"""How a member of gzip begins."""


class TooMuch(ValueError):
    """A body that we will not or cannot take in; the message says why."""


async def read(chunks: AsyncIterator[bytes], coding: str, enough: int = 0) -> bytes:
    """The whole body, or its first `enough` bytes (0: all). Raises TooMuch, names the limit."""
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise TooMuch(f"came as {coding[:40]}, and we asked for gzip only")
    inflater = _Inflater() if coding in ("gzip", "x-gzip") else None
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        for part in inflater.feed(chunk) if inflater else (chunk,):
            parts.append(part)
            size += len(part)
            if enough and size >= enough:
                return b"".join(parts)[:enough]
            if size > LARGEST:
                raise TooMuch(f"the body is larger than {LARGEST // 1_000_000} MB")
    if inflater and not inflater.whole:
        raise TooMuch("the gzip body ends too soon")
    return b"".join(parts)


class _Inflater:
    """One layer of gzip, of one member or more."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self._came = self._made = 0

    @property
    def whole(self) -> bool:
        """Is it at the end of a member? An answer of no bytes is whole too."""
        return self._member.eof or not self._came

    def feed(self, chunk: bytes) -> list[bytes]:
        self._came += len(chunk)
        parts: list[bytes] = []
        more = True
        while more:
            if self._member.eof and chunk:
                if not chunk.startswith(_MAGIC[: len(chunk)]):
                    return parts  # padding after the last member, which browsers ignore too
                self._member = zlib.decompressobj(31)
            try:
                part = self._member.decompress(chunk, STEP)
            except zlib.error as error:
                raise TooMuch("the body is not the gzip that it says") from error
            self._made += len(part)
            if self._made > STEP and self._made > RATIO * self._came:
                raise TooMuch(f"the gzip body grows more than {RATIO} times")
            if self._made > LARGEST:
                raise TooMuch(f"the body is larger than {LARGEST // 1_000_000} MB")
            parts.append(part)
            chunk = self._member.unconsumed_tail or self._member.unused_data
            more = bool(chunk) or (len(part) == STEP and not self._member.eof)
        return parts
