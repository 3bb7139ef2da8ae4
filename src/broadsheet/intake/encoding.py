"""Which characters are these bytes? As browsers read them (WHATWG Encoding), but UTF-8 before labels.

The order: a byte order mark; valid UTF-8; the label of the HTTP answer; the label in the document;
two bytes a character without a mark; UTF-8 with windows-1252 for what is none. Labels come after
valid UTF-8 because text that happens to be valid UTF-8 is UTF-8, whatever its label says.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python's codec, and the labels that mean it on the web (WHATWG Encoding, 4.2). UTF-7 and the other
# labels that browsers replace by nothing are left out: they hide markup.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": (
        "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"
    ),
    "iso-8859-3": (
        "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"
    ),
    "iso-8859-4": (
        "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"
    ),
    "iso-8859-5": (
        "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5"
        " iso_8859-5:1988"
    ),
    "iso-8859-6": (
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e"
        " iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"
    ),
    "iso-8859-7": (
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597"
        " iso_8859-7 iso_8859-7:1987 sun_eu_greek"
    ),
    "iso-8859-8": (
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598"
        " iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical"
    ),
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": (
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1"
        " iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 latin-1 us-ascii windows-1252 x-cp1252"
    ),
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": (
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989"
        " l5 latin5 windows-1254 x-cp1254"
    ),
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "gb18030": (
        "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030"
        " hz-gb-2312 cp936"
    ),
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "euc-jp": "cseucpkdfmtjapanese euc-jp euc_jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": ("csshiftjis cp932 ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"),
    "cp949": (
        "cseuckr csksc56011987 cp949 euc-kr euc_kr iso-ir-149 korean ks_c_5601-1987"
        " ks_c_5601-1989 ksc5601 ksc_5601 windows-949"
    ),
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_SENT = re.compile(r"charset\s{0,5}=\s{0,5}[\"']?([\w:.-]{1,40})", re.IGNORECASE | re.ASCII)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([\w:.-]{1,40})"
    rb"|<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([\w:.-]{1,40})",
    re.IGNORECASE,
)
# Characters 128 to 159 are controls that nobody writes: windows-1252 was taken for Latin-1.
LEAPS = 500  # before a pattern is quicker
CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
MEANT = {byte: bytes((byte,)).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
_SHOWN = [bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
_ESCAPES = (b"\x1b$", b"\x1b(")  # ISO-2022-JP is ASCII and yet not


def text_of(data: bytes, content_type: str = "") -> str:
    """The characters of a document, without its byte order mark. Never raises."""
    text = _as_sent(data)
    return _decoded_as_meant(data, content_type) if text is None else text


def utf8_of(data: bytes, content_type: str = "") -> bytes:
    """The same characters in UTF-8: most often the bytes as they are. Never raises."""
    if _as_sent(data) is not None:
        return data
    return _decoded_as_meant(data, content_type).encode(errors="replace")


def _as_sent(data: bytes) -> str | None:
    """The characters of bytes that are UTF-8 and look like it; None where there is a doubt."""
    if b"\x1b" in data or b"\x00" in data[:1_000] or data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _has_controls(data) else text


def _has_controls(data: bytes) -> bool:
    """Is one of CONTROLS in there? Leaps over all that cannot begin one, a tenth of a search."""
    place = 0
    for _ in range(LEAPS):
        place = data.find(b"\xc2", place) + 1
        if not place:
            return False
        if data[place : place + 1] < b"\xa0":
            return True
    return bool(CONTROLS.search(data, place))


def _decoded_as_meant(data: bytes, content_type: str) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _by_label(data, content_type)
    if b"\x1b" in data and any(escape in data for escape in _ESCAPES):
        return _by_label(data, content_type)
    if text.count("\x00", 0, 1_000) > min(len(text), 1_000) // 3:
        return _two_bytes(data)
    return text.translate(MEANT) if CONTROLS.search(data) else text


def codec_of(label: str) -> str:
    """Python's name of the encoding that a label means on the web; "" for what is no label."""
    return _CODECS.get(label.strip().lower(), "")


def _by_label(data: bytes, content_type: str) -> str:
    sent = _SENT.search(content_type[:500])
    declared = _DECLARED.search(data[:4096])
    own = (declared[1] or declared[2]).decode() if declared else ""
    for label in (sent[1] if sent else "", own):
        codec = codec_of(label)
        if codec and codec != "utf-8" and not (own and codec.startswith("utf-16")):
            return _decoded(data, codec)  # a declaration that we could read is not in UTF-16
    if data.count(0, 0, 1_000) > min(len(data), 1_000) // 3:
        return _two_bytes(data)
    return data.decode("utf-8", "windows-1252")


def _decoded(data: bytes, codec: str) -> str:
    if codec == "cp1252":
        return data.decode("cp1252", "windows-1252")
    return data.decode(codec, "replace")


def _two_bytes(data: bytes) -> str:
    """UTF-16 without a mark: in markup every other byte is a zero."""
    even, odd = data[0:1_000:2].count(0), data[1:1_000:2].count(0)
    return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """What a browser shows for bytes that are not what was declared."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join([_SHOWN[byte] for byte in wrong]), error.end


codecs.register_error("windows-1252", _as_windows_1252)
