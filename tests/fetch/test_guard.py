"""Which addresses are refused before anything is dialled?"""

from __future__ import annotations

import pytest

from broadsheet.fetch import guard
from broadsheet.fetch.guard import address_refusal

PORTS = (80, 443, 8080, 8443)


def refusal(url: str, ports: tuple[int, ...]) -> str:
    """What the door finds out before it knocks."""
    try:
        return guard.refusal(guard.read(url), ports)
    except guard.Refused as error:
        return str(error)


SPECIAL = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254
168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.175.48.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1
2001:0:7f00:1::f7f7:f7f7 2001:0:808:808::80ff:fffe 2620:4f:8000::1 3fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fec0::1 ff02::1
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1
192.0.1.1 198.17.0.1 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8
64:ff9b::808:808 2002:808:808::1 2001:0:808:808::f7f7:f7f7 2001:200::1
"""


@pytest.mark.parametrize("address", SPECIAL.split())
def test_a_special_address_is_refused(address: str) -> None:
    assert address_refusal(address)
    host = f"[{address}]" if ":" in address else address
    assert refusal(f"http://{host}/", PORTS)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_a_public_address_passes(address: str) -> None:
    assert address_refusal(address) == ""
    host = f"[{address}]" if ":" in address else address
    assert refusal(f"http://{host}/", PORTS) == ""


def test_a_refusal_names_the_address_and_its_block() -> None:
    assert address_refusal("::ffff:10.0.0.1") == (
        "::ffff:10.0.0.1 holds 10.0.0.1 is private (10.0.0.0/8)"
    )


@pytest.mark.parametrize("address", ["", "127.1", "example", "fe80::1%eth0", "2600::1%1"])
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    assert address_refusal(address)


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "0x7f000001",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
    ],
)
def test_a_number_in_another_spelling_is_the_same_address(host: str) -> None:
    assert refusal(f"http://{host}/", PORTS)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://ledger.example/", "not http"),
        ("file:///etc/passwd", "not http"),
        ("javascript:alert(1)", "not http"),
        ("//ledger.example/", "not http"),
        ("http:///path", "not http"),
        ("http://", "not http"),
        ("", "not http"),
        ("http://user@ledger.example/", "user name"),
        ("http://user:word@ledger.example/", "user name"),
        ("http://@ledger.example/", "user name"),
        ("http:\\\\ledger.example/", "backslash"),
        ("http://ledger.example\\@tide.example/", "backslash"),
        ("http://ledger.example/a b", "space"),
        ("http://ledger.example/\n", "space"),
        ("http://led\tger.example/", "space"),
        ("http://ledger.example/\x00", "space"),
        ("http://ledger.example:22/", "port 22"),
        ("https://ledger.example:8081/", "port 8081"),
        ("http://ledger.example:99999/", "cannot be read"),
        ("http://1.2.3.4.5/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
    ],
)
def test_an_address_that_nobody_should_ask_is_refused(url: str, why: str) -> None:
    assert why in refusal(url, PORTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://ledger.example",
        "HTTPS://Ledger.Example:443/a?b=c@d#e",
        "https://ledger.example:8443/@name",
        "https://zeitung-\u00fc.example/gr\u00fc\u00dfe",
    ],
)
def test_an_ordinary_address_passes(url: str) -> None:
    assert refusal(url, PORTS) == ""
