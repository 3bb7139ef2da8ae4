"""What does a protocol owe the door?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from broadsheet.fetch.guard import Address

_NOT_KEPT = ("set-cookie", "set-cookie2")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one exchange brought, redirects not followed, in the terms of HTTP (RFC 9110).

    A protocol without status codes says 200, 404 or 503. Names of headers are in lower case.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""


def by_name(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields as an Answer tells them: those of one name joined by commas (RFC 9110, 5.3),
    cookies left out."""
    told: dict[str, str] = {}
    for name, value in fields:
        if (key := name.lower()) not in _NOT_KEPT:
            told[key] = f"{told[key]}, {value}" if key in told else value
    return told


class Transport(Protocol):
    """One exchange with one host.

    `headers` ask for what is wanted; `enough` is the number of bytes after which the rest is of
    no use, 0 for all. The door has checked the address, waits for the host's turn, and ends what
    takes too long. Raises Refused for a name behind which nothing may be dialled, `body.TooMuch`
    for what is over a limit, OSError or ValueError for no answer.
    """

    async def exchange(
        self, address: Address, headers: dict[str, str], enough: int, /
    ) -> Answer: ...


Open = Callable[[], AbstractAsyncContextManager[Transport]]
"""Opens a transport for one batch, inside its event loop."""
