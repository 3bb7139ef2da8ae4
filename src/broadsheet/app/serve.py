"""How does a person look at site/ here, and a hub reach us? A small server on loopback.

`serve` also keeps the site current: it builds when the portal file or a record is saved, and takes
in what hubs push. A broken portal file is told, and the last good site served.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from broadsheet import config
from broadsheet.app.runs import Tell, build
from broadsheet.app.subscriber import Subscriber
from broadsheet.app.watch import AFTER_TROUBLE, Saved
from broadsheet.assemble import open_door, open_post
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import BroadsheetError, Busy
from broadsheet.fetch.websub import LARGEST

LOOK_EVERY = timedelta(seconds=1)

TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}


@dataclass(frozen=True)
class Callback:
    """Where hubs reach us on this server, and who answers them."""

    path: str
    subscriber: Subscriber


class Handler(BaseHTTPRequestHandler):
    """Files under one folder: GET and HEAD. Under the callback's path, hubs."""

    server: SiteServer
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds of silence, after which a connection is closed

    def do_GET(self) -> None:
        callback, token = self.server.callback, self._token()
        if callback and token is not None:
            said = dict(parse_qsl(urlsplit(self.path).query))
            self._plain(*callback.subscriber.question(token, said))
            return
        self._answer()

    def do_POST(self) -> None:
        callback, token = self.server.callback, self._token()
        length = self.headers.get("content-length", "")
        self.close_connection = True  # a body that we do not read is not the next request
        if callback is None or token is None:
            self._plain(405)
        elif not length.isdecimal():
            self._plain(411)
        elif len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            self._plain(413)
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(length))
            self._plain(callback.subscriber.pushed(token, headers, body))

    def _token(self) -> str | None:
        """The end of an address under the callback's path."""
        path, callback = self._path(), self.server.callback
        if callback is None or not path.startswith(callback.path):
            return None
        return path.removeprefix(callback.path)

    def _path(self) -> str:
        """What is asked for, without its query; for what is no address, what no file is called."""
        try:
            return urlsplit(self.path).path
        except ValueError:
            return "/\0"

    def _plain(self, status: int, words: str = "") -> None:
        self._send(status, TYPES[".txt"], words.encode())

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self._file()
        body = _bytes(path) if path else None
        if path is None or body is None:
            self._missing()
            return
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        fresh = self.headers.get("if-none-match") == tag
        self._send(
            304 if fresh else 200,
            kind or "application/octet-stream",
            None if fresh else body,
            {"etag": tag, "cache-control": "no-cache"},
        )

    def _file(self) -> Path | None:
        """The file that the address names, never outside the folder, links not followed out."""
        name = unquote(self._path()).lstrip("/")
        site = self.server.site.resolve()
        path = site / name
        if not name or name.endswith("/"):
            path = path / "index.html"
        try:
            found = path.resolve(strict=True)
        except (OSError, ValueError):
            return None
        return found if found.is_relative_to(site) and found.is_file() else None

    def _missing(self) -> None:
        page = _bytes(self.server.site / "404.html")
        if self.path.startswith("/api/") or page is None:
            problem = {"type": "about:blank", "title": "Not Found", "status": 404}
            body, kind = json.dumps(problem).encode(), "application/problem+json"
        else:
            body, kind = page, TYPES[".html"]
        self._send(404, kind, body)

    def _send(
        self, status: int, kind: str, body: bytes | None, more: Mapping[str, str] | None = None
    ) -> None:
        """The whole answer; to a HEAD all but the body, to who has the file no word of one."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("referrer-policy", "no-referrer")
        self.send_header("x-frame-options", "DENY")
        if self.path.startswith(("/api/", "/feeds/")):
            self.send_header("access-control-allow-origin", "*")
        for name, value in (more or {}).items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def handle(self) -> None:
        """A connection that the other side cuts, whenever it does, is no trouble of ours."""
        with suppress(ConnectionError):
            super().handle()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """What was asked may be no request at all; control characters are for no terminal."""
        status = code.value if isinstance(code, HTTPStatus) else code
        line = self.requestline[:200].encode("unicode_escape").decode()
        self.server.log(f"{line.removesuffix(' HTTP/1.1')} {status}")

    def log_error(self, format: str, *args: object) -> None:
        """Said by the line of its request, or a silence that nobody needs to know of."""


class SiteServer(ThreadingHTTPServer):
    """A server of the folder on 127.0.0.1; port 0 takes a free one. Raises OSError."""

    daemon_threads = True

    def __init__(
        self, site: Path, port: int, log: Callable[[str], None], callback: Callback | None = None
    ) -> None:
        self.site = site
        self.log = log
        self.callback = callback
        super().__init__(("127.0.0.1", port), Handler)


def _bytes(path: Path) -> bytes | None:
    """What the file holds; None where there is none any more: a build may delete it meanwhile."""
    try:
        return path.read_bytes()
    except OSError:
        return None


class Upkeep:
    """What `serve` does beside serving, a `look` at a time.

    The portal file as it was when `serve` began decides about the callback; all else is that of
    the file as it was last good.
    """

    def __init__(
        self,
        folder: Path,
        portal: Portal,
        clock: Clock,
        note: Callable[[str], None],
        tell: Tell = lambda outcome: None,
    ) -> None:
        self._folder, self._clock, self._note = folder, clock, note
        self._portal = portal
        self._door = open_door(portal, clock, folder)
        self._saved = Saved([folder / "portal.yaml", folder / "records"])
        self._to_build = False
        self._rest_until = clock.now()
        path = urlsplit(portal.websub.callback).path
        self.callback = Callback(path, Subscriber(folder, clock, tell)) if path else None

    def look(self) -> None:
        """Build what was saved, take in what was pushed; trouble is told and tried again."""
        now = self._clock.now()
        if self._saved.changed():
            self._to_build, self._rest_until = True, now
        if now < self._rest_until:
            return
        try:
            if self._to_build:
                self._build()
            if self.callback:
                post = open_post(self._portal)
                self.callback.subscriber.look(self._portal, self._door, post)
        except Busy:
            pass  # another command is at work here; the next look finds its end
        except BroadsheetError as error:
            self._to_build, self._rest_until = False, now + AFTER_TROUBLE
            self._note(f"broadsheet: {error}; the last good site is served")

    def _build(self) -> None:
        portal = config.load(self._folder / "portal.yaml")
        outcomes = build(portal, self._folder)
        self._to_build = False
        if portal != self._portal:
            self._portal, self._door = portal, open_door(portal, self._clock, self._folder)
        for outcome in outcomes:
            if outcome.status == "quarantined":
                self._note(f"broadsheet: {outcome.step}: {outcome.detail}")
        written = sum(outcome.status == "ok" for outcome in outcomes)
        self._note(f"built: {written} of {len(outcomes)} outputs changed")
