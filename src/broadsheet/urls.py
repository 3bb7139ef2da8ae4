"""One address for one report: how do we write it, compare it and name it?"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, lru_cache
from urllib.parse import quote, urljoin, urlsplit

import idna
from publicsuffixlist import PublicSuffixList

AMP_CACHE = "cdn.ampproject.org"

_TRACKING_STARTS = ("utm_", "mc_", "pk_", "mtm_", "at_medium", "at_campaign", "hsa_", "__twitter")
_TRACKING = frozenset(
    str.split(
        "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh "
        "cmpid cmp xtor refsec ito ns_campaign ns_source ns_mchannel ns_linkname ns_fee "
        "_hsenc _hsmi mkt_tok ocid smid sref ncid wt_mc ftag sr_share taid guccounter "
        "guce_referrer guce_referrer_sig"
    )
)
_PORTS = {"http": 80, "https": 443}
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LEFT = re.compile(
    "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0300-\u0590\u0800-\u1fff\u200e"
    "\u2c00-\ufb1c\ufe00-\ufe6f\ufefd-\uffff]"
)
_RIGHT = re.compile("[\u0591-\u06ef\u06fa-\u07ff\u200f\ufb1d-\ufdff\ufe70-\ufefc]")


def canonical(url: str) -> str:
    """As the publisher writes it, without fragment and tracking; the rest stands untouched."""
    address = url.strip().partition("#")[0]
    path, mark, query = address.partition("?")
    pieces = query.split("&")
    kept = [piece for piece in pieces if not _is_tracking(piece)]
    if len(kept) == len(pieces):
        return path + mark + query
    return f"{path}?{'&'.join(kept)}" if any(kept) else path


def identity(url: str) -> str:
    """What two addresses of one report have in common. For comparison only: never to be asked.

    Folds scheme, user, `www.`, default port, final slash, tracking, fragment, the AMP cache, and
    the ways to write one character.
    """
    url = _out_of_cache(canonical(url))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    name = host(url).removeprefix("www.")
    if not name:
        return url
    if port and port != _PORTS.get(parts.scheme):
        name += f":{port}"
    query = f"?{_one_spelling(parts.query)}" if parts.query else ""
    return name + _one_spelling(parts.path).rstrip("/") + query


def amp_cache_url(url: str) -> str:
    """Its address in the AMP cache (AMP Cache URL format); "" for what is no web address."""
    name = host(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not name or parts.scheme not in _PORTS:
        return ""
    secure = "s/" if parts.scheme == "https" else ""
    rest = url.strip().partition("://")[2].removeprefix(parts.netloc)
    return f"https://{_cache_label(name)}.{AMP_CACHE}/c/{secure}{name}{rest}"


def domain(url: str) -> str:
    """The registrable domain of an address; "" when it has no host."""
    return registrable(host(url))


@lru_cache(4096)
def registrable(name: str) -> str:
    """The part of a host that somebody registered, private suffixes such as github.io included.

    An IP address, and a host that is a suffix itself, stands for itself.
    """
    if not name or ":" in name or name.replace(".", "").isdigit():
        return name
    return _suffixes().privatesuffix(name) or name


def same_site(a: str, b: str) -> bool:
    """Do both addresses have the same registrable domain?"""
    return domain(a) == domain(b) != ""


def host(url: str) -> str:
    """The host in lower case and A-labels; "" when there is none. We ask one host politely."""
    try:
        name = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return _ascii(name.rstrip("."))


def absolute(base: str, link: str) -> str:
    """The web address that a link means where it stands; "" when it means none."""
    try:
        url = urljoin(base, "".join(link.split()) if "\n" in link else link.strip())
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        return ""
    if not usable or len(url) > 2_000 or re.search(r"[\x00-\x1f\x7f\ud800-\udfff\\]", url):
        return ""
    return url.replace(" ", "%20")


@lru_cache(maxsize=65_536)  # a run asks some five times for each of its records
def record_id(url: str) -> str:
    """12 characters of lower-case base32 of SHA-256 (PORTAL.md, Names); the first 6 are short."""
    data = url.encode(errors="surrogatepass")
    return base64.b32encode(hashlib.sha256(data).digest())[:12].decode().lower()


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_STARTS)


def _out_of_cache(url: str) -> str:
    if not host(url).endswith(f".{AMP_CACHE}"):
        return url
    found = re.match(r"https?://[^/]+/[cv]/(s/)?(.+)", url, re.IGNORECASE)
    return f"http{'s' if found[1] else ''}://{found[2]}" if found else url


def _one_spelling(text: str) -> str:
    """Unreserved characters plain, all others that need it as upper-case %XX (RFC 3986, 6.2.2)."""
    plain = _ENCODED.sub(lambda found: _decoded(found[1]), text)
    return quote(plain.encode(errors="surrogatepass"), safe="%!$&'()*+,;=:@/?~[]|")


def _decoded(digits: str) -> str:
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=False)


def _ascii(name: str) -> str:
    if name.isascii() or len(name) > 253:
        return name.lower()
    try:
        return idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return name.lower()


def _cache_label(name: str) -> str:
    labels = [_unicode(label) for label in name.split(".")]
    readable = ".".join(labels)
    mixed = _LEFT.search(readable) and _RIGHT.search(readable)
    if "." not in name or len(name) > 63 or _is_dashed(name) or mixed:
        return _digest(name)
    plain = readable.replace("-", "--").replace(".", "-")
    label = plain if plain.isascii() else "xn--" + plain.encode("punycode").decode()
    if len(label) > 63:
        return _digest(name)
    return f"0-{label}-0" if _is_dashed(label) else label


def _unicode(label: str) -> str:
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label[4:].encode().decode("punycode")
    except UnicodeError:
        return label


def _is_dashed(name: str) -> bool:
    """Dashes in the third and fourth place are left to encoded labels."""
    return name[2:4] == "--" and not name.startswith("xn")


def _digest(name: str) -> str:
    return base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower().rstrip("=")
