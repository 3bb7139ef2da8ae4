"""How does a person look at site/ here? A small server on loopback, with strong validators."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}


class Handler(BaseHTTPRequestHandler):
    """Files under one folder, nothing else: GET and HEAD."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: Path, log: Callable[[str], None], *args: object) -> None:
        self._site = site.resolve()
        self._log = log
        super().__init__(*args)  # type: ignore[arg-type]  # the server hands over what the base wants

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = self._file()
        if path is None:
            self._missing(with_body)
            return
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        fresh = self.headers.get("if-none-match") == tag
        self.send_response(304 if fresh else 200)
        self._headers(TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "")
        self.send_header("etag", tag)
        self.send_header("cache-control", "no-cache")
        if not fresh:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(body)

    def _file(self) -> Path | None:
        """The file that the address names, never outside the folder, links not followed out."""
        name = unquote(urlsplit(self.path).path).lstrip("/")
        path = self._site / name
        if not name or name.endswith("/"):
            path = path / "index.html"
        try:
            found = path.resolve(strict=True)
        except (OSError, ValueError):
            return None
        inside = found.is_relative_to(self._site) and found.is_file()
        return found if inside else None

    def _missing(self, with_body: bool) -> None:
        page = self._site / "404.html"
        if self.path.startswith("/api/") or not page.exists():
            problem = {"type": "about:blank", "title": "Not Found", "status": 404}
            body, kind = json.dumps(problem).encode(), "application/problem+json"
        else:
            body, kind = page.read_bytes(), TYPES[".html"]
        self.send_response(404)
        self._headers(kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _headers(self, kind: str) -> None:
        self.send_header("content-type", kind or "application/octet-stream")
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("referrer-policy", "no-referrer")
        self.send_header("x-frame-options", "DENY")
        if self.path.startswith(("/api/", "/feeds/")):
            self.send_header("access-control-allow-origin", "*")

    def log_message(self, format: str, *args: object) -> None:
        self._log(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}")


def server(site: Path, port: int, log: Callable[[str], None]) -> ThreadingHTTPServer:
    """A server of the folder on 127.0.0.1; port 0 takes a free one. Raises OSError."""
    made = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, site, log))
    made.daemon_threads = True
    return made
