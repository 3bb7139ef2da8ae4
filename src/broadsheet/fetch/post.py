"""How do we say something to a hub? One form by POST, through the same guards as a question.

Not through the door: a hub is no publisher's page, so robots.txt, turns and redirects do not apply.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import aiohttp
from yarl import URL as AsWritten

from broadsheet.config import Fetch
from broadsheet.errors import FetchError, Forbidden
from broadsheet.fetch import guard, http
from broadsheet.fetch.dial import Names
from broadsheet.fetch.guard import Refused

Form = Sequence[tuple[str, str]]
Post = Callable[[str, Form], None]
"""Sends a form to an address. Raises FetchError."""
_SAID = 500
"""Bytes of a refusal that are told."""


def post(url: str, form: Form, settings: Fetch, agent: str) -> None:
    """Send the form; a 2xx is all that is wanted. Raises FetchError, Forbidden for an address
    that the guard refuses. Not to be called inside a running event loop."""
    asyncio.run(_post(url, form, settings, agent))


async def _post(url: str, form: Form, settings: Fetch, agent: str) -> None:
    try:
        address = guard.read(url)
        to = http.rerouted(address, guard.targets(settings.connect))
        if to is None and (why := guard.refusal(address, settings.ports)):
            raise Refused(why)
    except Refused as error:
        raise Forbidden(url, str(error)) from error
    href, headers = to or (address.href, {})
    names = Names()
    try:
        async with (
            asyncio.timeout(settings.timeout.total_seconds()),
            http.session(agent, None if to else http.GuardedResolver(names)) as session,
            session.post(
                AsWritten(href, encoded=True),
                data=aiohttp.FormData(list(form)),
                headers=headers,
                allow_redirects=False,
            ) as response,
        ):
            if not 200 <= response.status < 300:
                said = (await response.content.read(_SAID)).decode(errors="replace").strip()
                raise FetchError(url, f"{response.status} {said!a}")
    except Refused as error:
        raise Forbidden(url, str(error)) from error
    except TimeoutError as error:
        seconds = settings.timeout.total_seconds()
        raise FetchError(url, f"took longer than fetch.timeout, {seconds:g} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(url, f"no answer: {str(error) or type(error).__name__}") from error
    finally:
        names.close()
