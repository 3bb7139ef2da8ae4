"""Which numbers stand behind a name, and may they be dialled?

A name is looked up once, every number found must pass, and what is returned is what is dialled:
an answer that is another at the second question finds no second question.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from broadsheet.fetch.guard import Refused, address_refusal

LOOKUPS = 32
"""At a time; threads of our own, so that names that never resolve do not hold up the others."""


@dataclass(frozen=True, slots=True)
class Number:
    """One address behind a name."""

    family: int
    address: str


@dataclass(frozen=True)
class Names:
    """The system's resolver, guarded. To be closed."""

    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(LOOKUPS, "names")
    )

    async def numbers(self, host: str, port: int, family: int = socket.AF_UNSPEC) -> list[Number]:
        """All of them, in the system's order. Raises Refused, or OSError where there are none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
        )
        numbers = [Number(kind, str(end[0])) for kind, _, _, _, end in found]
        for number in numbers:
            if why := address_refusal(number.address):
                raise Refused(f"{host}: {why}")
        return numbers

    def close(self) -> None:
        """Wait for nobody: a lookup that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
