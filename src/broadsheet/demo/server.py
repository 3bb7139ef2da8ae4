"""Who answers for the invented publishers? A real HTTP server on loopback, by the world's clock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from broadsheet.demo.world import Answer, answer

Web = Callable[[str, str, datetime], Answer]
"""Host, path and moment to an answer."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a batch knocks all at once; a refused knock waits a second

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news: the door does so when it has read enough."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serve(now: Callable[[], datetime], web: Web = answer) -> Iterator[str]:
    """The origin at which the web is served while the block lasts, `http://127.0.0.1:<port>`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: a small answer need not wait for an ACK
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            host = (self.headers.get("host") or "").partition(":")[0]
            said = web(host, self.path, now())
            status, body = said.status, said.body
            if said.headers.get("etag") and (
                self.headers.get("if-none-match") == said.headers["etag"]
            ):
                status, body = 304, b""
            self.send_response(status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the door tells what happened."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
