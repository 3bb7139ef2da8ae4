"""May we knock there at all? Addresses, as browsers read them, and the numbers behind the names.

`ipaddress.is_global` of Python 3.11.7 lets through what must be refused, so the tables are ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from ada_url import URL, HostType

_BEGINS = re.compile(r"(?i)https?://[^/?#]")
_NOT_PLAIN = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")
_DEFAULT_PORT = {"http:": 80, "https:": 443}

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


def refusal(url: str, ports: Collection[int]) -> str:
    """Why this address may not be asked, by itself alone; "" where it may."""
    if why := spelling_refusal(url):
        return why
    parts = URL(url)
    port = int(parts.port or _DEFAULT_PORT[parts.protocol])
    if port not in ports:
        return f"port {port} is not in fetch.ports"
    if parts.host_type is HostType.DEFAULT:
        return ""
    return address_refusal(parts.hostname.strip("[]"))


def spelling_refusal(url: str) -> str:
    """Why nobody should ask an address that is written like this; "" where one may."""
    if "\\" in url:
        return "the address has a backslash"
    if _NOT_PLAIN.search(url):
        return "the address has a space or a control character"
    if not _BEGINS.match(url):
        return "the address is not http:// or https:// and a host"
    try:
        parts = URL(url)
    except ValueError:
        return "the address cannot be read"
    if parts.username or parts.password or "@" in re.split("[/?#]", url, maxsplit=3)[2]:
        return "the address has a user name or a password"
    return "" if parts.hostname else "the address has no host"


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
