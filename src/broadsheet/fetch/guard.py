"""May we knock there at all? Addresses, as browsers read them, and the numbers behind the names.

`ipaddress.is_global` of Python 3.11.7 lets through what must be refused, so the tables are ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from ada_url import URL, HostType

SCHEMES = {"http": 80, "https": 443}
"""What we ask by, and its usual port."""

_BEGINS = re.compile(rf"(?i)(?:{'|'.join(SCHEMES)})://([^/?#]+)")
_NOT_PLAIN = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")

_SPECIAL_4 = {
    IPv4Network(block): name
    for block, name in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by a carrier",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "a cloud's own service",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "for protocols",
        "192.0.2.0/24": "for documentation",
        "192.31.196.0/24": "for AS112",
        "192.52.193.0/24": "for AMT",
        "192.88.99.0/24": "a 6to4 relay",
        "192.168.0.0/16": "private",
        "192.175.48.0/24": "for AS112",
        "198.18.0.0/15": "for benchmarks",
        "198.51.100.0/24": "for documentation",
        "203.0.113.0/24": "for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
_PUBLIC_6 = IPv6Network("2000::/3")
_TEREDO = IPv6Network("2001::/32")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL_6 = {
    IPv6Network("2001::/23"): "for protocols",
    IPv6Network("2001:db8::/32"): "for documentation",
    IPv6Network("2620:4f:8000::/48"): "for AS112",
    IPv6Network("3fff::/20"): "for documentation",
}


class Refused(ValueError):
    """Nobody should ask there; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address as browsers read it (WHATWG URL)."""

    href: str
    """Whole, in one spelling, without the fragment."""
    scheme: str
    origin: str
    host: str
    """The name in A-labels or the number, IPv6 without brackets: what politeness counts by."""
    port: int
    is_number: bool


@lru_cache(4096)
def read(url: str) -> Address:
    """The address that a text is. Raises Refused for one that is written to deceive."""
    if "\\" in url:
        raise Refused("the address has a backslash")
    if _NOT_PLAIN.search(url):
        raise Refused("the address has a space or a control character")
    begins = _BEGINS.match(url)
    if not begins:
        known = " or ".join(f"{scheme}://" for scheme in SCHEMES)
        raise Refused(f"the address is not {known} and a host")
    if "@" in begins[1]:
        raise Refused("the address has a user name or a password")
    try:
        parts = URL(url)
    except ValueError as error:
        raise Refused("the address cannot be read") from error
    # Each part that ada is asked for costs 3 us, and in its own spelling they are easy to tell.
    href = parts.href.partition("#")[0]
    scheme, _, rest = href.partition("://")
    authority = rest.partition("/")[0]
    bracketed, _, end = authority.rpartition("]")
    name, _, port = (end if bracketed else authority).partition(":")
    return Address(
        href=href,
        scheme=scheme,
        origin=f"{scheme}://{authority}",
        host=bracketed.removeprefix("[") or name,
        port=int(port) if port else SCHEMES[scheme],
        is_number=parts.host_type is not HostType.DEFAULT,
    )


def refusal(address: Address, ports: Collection[int]) -> str:
    """Why this address may not be asked, by itself alone; "" where it may."""
    if address.port not in ports:
        return f"port {address.port} is not in fetch.ports"
    return address_refusal(address.host) if address.is_number else ""


def targets(connect: Mapping[str, str]) -> dict[str, str]:
    """`fetch.connect` with origins in one spelling. Raises ValueError for what leads elsewhere
    than to loopback."""
    found = {read(origin).origin: read(to) for origin, to in connect.items()}
    for to in found.values():
        if not (to.is_number and ip_address(to.host).is_loopback):
            raise ValueError(f"fetch.connect: only loopback targets, got {to.origin}")
    return {origin: to.origin for origin, to in found.items()}


def address_refusal(address: str) -> str:
    """Why this IP address, as text, may not be dialled; "" where it may."""
    try:
        number = ip_address(address)
    except ValueError:
        return f"{address} is not an IP address"
    if isinstance(number, IPv4Address):
        return _refusal_4(number)
    if number.scope_id:
        return f"{address} names a network interface"
    inner = _embedded(number)
    for each in inner:
        if why := _refusal_4(each):
            return f"{address} holds {why}"
    if inner:
        return ""
    if number not in _PUBLIC_6:
        return f"{address} is outside 2000::/3"
    names = (f"{name} ({block})" for block, name in _SPECIAL_6.items() if number in block)
    name = next(names, "")
    return f"{address} is {name}" if name else ""


def _refusal_4(number: IPv4Address) -> str:
    names = (f"{name} ({block})" for block, name in _SPECIAL_4.items() if number in block)
    name = next(names, "")
    return f"{number} is {name}" if name else ""


def _embedded(number: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses to which a packet for this one may go in the end."""
    bits = int(number)
    if number.ipv4_mapped or number in _NAT64:
        return [IPv4Address(bits & 0xFFFFFFFF)]
    if number in _SIX_TO_FOUR:
        return [IPv4Address(bits >> 80 & 0xFFFFFFFF)]
    if number in _TEREDO:  # the server's, and the client's with every bit turned
        return [IPv4Address(bits >> 64 & 0xFFFFFFFF), IPv4Address(~bits & 0xFFFFFFFF)]
    return []
