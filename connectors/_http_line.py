"""One client of HTTP for one exchange at a time: sends, reads, and can be cut off at any moment."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from connectors._asking import Carried
from connectors._http_body import (
    CutShortError,
    Heard,
    TooBigError,
    UnknownCodingError,
    whole_body,
)
from connectors._http_route import Hop
from krtracker.connector import Deadline

TROUBLES = (
    requests.RequestException,
    HTTPError,
    OSError,
    zlib.error,
    UnicodeError,
    TooBigError,
    CutShortError,
    UnknownCodingError,
)
"""All that an exchange may end with besides an answer."""

EXCHANGE = "http exchange"
"""The name of the threads that exchange."""


AFTER = 1.0
"""Seconds behind the deadline at which a connection left behind gives up by itself."""


class LateError(Exception):
    """The deadline passed before the answer was there."""


class Line:
    """Connections of one client; `cut` ends whatever runs on them, from any thread."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self._handles: dict[str, socket.socket] = {}
        self._lock = threading.Lock()
        self._cut = False
        self._adapter = _Adapter(self._opened)
        bundle = os.environ.get("REQUESTS_CA_BUNDLE")
        self._trusted: str | bool = str(ca_file) if ca_file else bundle or True

    def exchange(self, request: requests.Request, deadline: Deadline, most: int) -> Heard:
        """The answer to one request. Raises one of TROUBLES, or LateError at the deadline.

        It is awaited in another thread: looking up a name cannot be ended, only left behind.
        """
        carried, heard = Carried(), list[Heard]()

        def attempt() -> None:
            with carried:
                heard.append(self._exchanged(request, deadline, most))

        thread = threading.Thread(target=attempt, daemon=True, name=EXCHANGE)
        thread.start()
        thread.join(deadline.remaining())
        if thread.is_alive():
            self.cut()
            raise LateError
        if carried.raised is not None:
            raise carried.raised
        return heard[0]

    def cut(self) -> None:
        """Ends what runs now; this line is of no more use."""
        with self._lock:
            self._cut = True
            for handle in self._handles.values():
                _shut(handle)
        self.close()

    def close(self) -> None:
        self._adapter.close()
        with self._lock:
            for handle in self._handles.values():
                handle.close()
            self._handles.clear()

    def _exchanged(self, request: requests.Request, deadline: Deadline, most: int) -> Heard:
        prepared = request.prepare()
        url = prepared.url or ""
        answered = self._adapter.send(
            prepared,
            stream=True,
            timeout=deadline.remaining() + AFTER,
            verify=self._trusted,
            proxies=proxies_of(url),
        )
        raw = answered.raw
        try:
            headers = answered.headers
            measured = "Content-Length" in headers or "Transfer-Encoding" in headers
            body = whole_body(raw, most)
            return Heard(raw.status, answered.reason or "", headers, body, measured)
        finally:
            # What was read whole is kept for the next request; anything else must go.
            if not raw.closed:
                raw.close()

    def _opened(self, host: str, connection: socket.socket) -> None:
        """Keeps a second handle of the connection: TLS takes the first, and hides it."""
        handle = connection.dup()
        with self._lock:
            former = self._handles.pop(host, None)
            if former is not None:
                former.close()
            self._handles[host] = handle
            if self._cut:
                _shut(handle)


def _shut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was first
        handle.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """The adapter of requests on connections that are told of when they open."""

    def __init__(self, opened: Callable[[str, socket.socket], None]) -> None:
        self._pools = _pools(opened)
        super().__init__(pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(opened: Callable[[str, socket.socket], None]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            opened(f"{self.host}:{self.port}", made)
            return made

    class Safe(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            opened(f"{self.host}:{self.port}", made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = Safe

    return {"http": PlainPool, "https": SafePool}


def proxies_of(url: str) -> dict[str, str]:
    """The proxies of the environment's standard variables; none for this very machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost"):
        return {}
    return dict(requests.utils.get_environ_proxies(url, no_proxy=None))


def made_ready(hop: Hop, more: Mapping[str, str]) -> requests.Request:
    """The hop as the library takes it, with the headers every request bears."""
    return requests.Request(
        hop.method,
        hop.url,
        headers={"Accept": "application/json", **more, **hop.headers},
        params=dict(hop.params),
        data=dict(hop.form) if hop.form is not None else None,
        json=hop.json,
    )


def _quiet(record: logging.LogRecord) -> bool:
    return record.threadName != EXCHANGE


# urllib3 logs whole addresses, whose parameters may be a credential.
for _name in ("connectionpool", "connection", "poolmanager", "response"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_quiet)
