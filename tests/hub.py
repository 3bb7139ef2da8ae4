"""A WebSub hub on loopback: it verifies intent, signs, and remembers what it was told."""

from __future__ import annotations

import hashlib
import hmac
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Hub:
    """`forms` is its log; `lease` in seconds is what it grants; `status` what it answers first."""

    origin: str = ""
    lease: int = 864_000
    status: int = 202
    topic: str = ""
    """The topic that it asks about, where that is not the one it was asked for."""
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    verified: dict[str, str] = field(default_factory=dict)
    """Callback -> secret."""

    def take(self, form: dict[str, list[str]]) -> None:
        self.forms.append(form)
        if form["hub.mode"] != ["subscribe"] or self.status != 202:
            return
        callback, challenge = form["hub.callback"][0], "a-challenge"
        said = {
            "hub.mode": "subscribe",
            "hub.topic": self.topic or form["hub.topic"][0],
            "hub.challenge": challenge,
            "hub.lease_seconds": str(self.lease),
        }
        if self.say("GET", f"{callback}?{urlencode(said)}") == (200, challenge):
            self.verified[callback] = form["hub.secret"][0]

    def push(self, callback: str, body: bytes, method: str = "sha256", secret: str = "") -> int:
        """Deliver a body, signed."""
        key = (secret or self.verified[callback]).encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {
            "Content-Type": "application/rss+xml",
            "X-Hub-Signature": f"{method}={signature}",
        }
        return self.say("POST", callback, body, headers)[0]

    def say(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hub: Hub, *args: object) -> None:
        self.hub = hub
        super().__init__(*args)  # type: ignore[arg-type]  # as http.server hands them over

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.hub.agents.append(self.headers["user-agent"])
        self.hub.take(parse_qs(body, keep_blank_values=True))
        self.send_response(self.hub.status)
        self.end_headers()
        if self.hub.status >= 400:
            self.wfile.write(b"no more feeds today")

    def log_message(self, format: str, *args: object) -> None:
        """Its log is `forms`."""


@contextmanager
def hub() -> Iterator[Hub]:
    """At work until the end of the block."""
    made = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, made))
    made.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
