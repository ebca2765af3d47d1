"""A socket server's clients: one thread each, never more than a few; knows no protocol."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from contextlib import suppress
from typing import Any

MOMENT = 0.2
"""Seconds that the next client waits at most while one too many is turned away."""


class CountedClients(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Mixed into a socket server; its threads do not hold up the end of the program."""

    daemon_threads = True
    block_on_close = False
    most_clients = 8
    too_many = b""
    """What one client more is told."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._clients = 0
        self._changed = threading.Condition()
        super().__init__(*given, **named)

    def idle(self, seconds: float) -> bool:
        """Waits until no client is being served; False when one still is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._clients == 0, timeout=seconds)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            full = self._clients >= self.most_clients
            self._clients += 0 if full else 1
        if full:
            _turn_away(request, self.too_many)
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._clients -= 1
                self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle of a word is nobody's fault."""


def _turn_away(line: socket.socket, words: bytes) -> None:
    """Says so and hears the client out for a moment: closed at once, our words would be lost."""
    until = time.monotonic() + MOMENT
    with suppress(OSError):
        line.settimeout(MOMENT)
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        while time.monotonic() < until and line.recv(65536):
            continue
