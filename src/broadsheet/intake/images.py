"""How large is a picture, by its first bytes, and which addresses are no picture of a report?"""

from __future__ import annotations

import re
import struct

# What is not in here is not in the next, which takes three times as long to say so.
_SUSPECT = re.compile(
    "logo|icon|pixel|1x1|blank|spacer|avatar|placeholder|sprite|spinner|loading|transparent"
    "|tracking|badge|emoji|svg|ico$|bmp$"
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.\-])(?:logos?|icons?|favicon|pixel|1x1|blank|spacer|avatar|gravatar|placeholder"
    r"|sprite|spinner|loading|transparent|tracking|badge|emoji)"
    r"(?=[/_.\-]|\d|$)|\.(?:svgz?|ico|bmp)$",
    re.IGNORECASE,
)
_SIZED = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG, GIF or WebP; None when they do not tell it."""
    try:
        found = _size(data)
    except (struct.error, IndexError):
        return None
    return found if found and found[0] > 0 and found[1] > 0 else None


def is_picture(url: str) -> bool:
    """False for what its name calls a logo, an icon, a counting pixel or a drawing (SVG)."""
    path = url.partition("?")[0].partition("#")[0]
    _, _, rest = path.partition("://")
    file = rest.partition("/")[2].lower()
    return bool(rest) and not (_SUSPECT.search(file) and _NO_PICTURE.search(file))


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _SIZED:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        else:
            place += 2 + max(2, struct.unpack_from(">H", data, place + 2)[0])
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        return width, int.from_bytes(data[27:30], "little") + 1
    return None
