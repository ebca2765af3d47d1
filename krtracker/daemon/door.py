"""Opens, moves and closes the HTTP server as the settings say; never ends what cannot have one.

The daemon lives on without it: numbers of other sources do not depend on pushes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from krtracker.connector import Secret
from krtracker.daemon.http_server import PATIENCE, Crashed, HttpServer, read_address
from krtracker.daemon.logs import Log
from krtracker.daemon.reception import Desk, Reception, Rules
from krtracker.errors import KrtrackerError
from krtracker.model import Server
from krtracker.settings import resolve_secrets

SHORTEST_TOKEN = 16
AGAIN = 30.0
"""Seconds until a port that was taken is tried again."""
LAST_WORDS = 1.0
"""Seconds that answers under way are given when the server closes."""


class Door:
    """The server of one daemon, used by its main thread alone; `trouble` is why it is not open."""

    def __init__(self, desk: Desk, log: Log, crashed: Crashed) -> None:
        self._desk, self._log, self._crashed = desk, log, crashed
        self._wanted: tuple[Server, Rules] | None = None
        self._open: HttpServer | None = None
        self._reception: Reception | None = None
        self._listen = ""
        self._again_at = 0.0
        self.trouble = ""

    def take(self, server: Server, environ: Mapping[str, str], folder: Path) -> None:
        """The settings in force from now on; the same address stays open meanwhile."""
        self._wanted, self.trouble = None, ""
        if server.push_token:
            try:
                self._wanted = server, rules_of(server, environ, folder)
            except KrtrackerError as error:
                self._complain(f"no pushes are taken: {error}")
        if self._wanted is None:
            self.close()
        else:
            self._settle(*self._wanted)

    def look(self, clock: float) -> None:
        """Tries a taken port again, now and then."""
        if self.trouble and self._wanted is not None and clock >= self._again_at:
            self._again_at = clock + AGAIN
            self._settle(*self._wanted)

    def refuse(self) -> None:
        """The end is near: whoever comes is told to come again."""
        if self._reception is not None:
            self._reception.close()

    def idle(self, seconds: float) -> bool:
        """Waits until no push is being stored."""
        return self._reception is None or self._reception.idle(seconds)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open.idle(LAST_WORDS)
        self._open = self._reception = None
        self._listen = ""

    def _settle(self, server: Server, rules: Rules) -> None:
        if self._reception is not None and self._listen == server.listen:
            self._reception.rules = rules
            return
        place = read_address(server.listen)
        fresh = Reception(self._desk, rules, self._log)
        try:
            opened = HttpServer(place, fresh.answer, self._crashed, patience=PATIENCE)
        except OSError as error:
            self.close()
            self._complain(
                f"no pushes are taken: cannot listen at {server.listen} "
                f"({error.strerror or error}): free it, or write another [server] listen"
            )
            return
        self.close()
        self._open, self._reception, self._listen = opened, fresh, server.listen
        self.trouble = ""
        opened.start()
        self._log.info("listening", "pushes are taken", host=place[0], port=opened.port)

    def _complain(self, words: str) -> None:
        if words != self.trouble:
            self._log.error("server", words)
        self.trouble = words


def rules_of(server: Server, environ: Mapping[str, str], folder: Path) -> Rules:
    """The token and the known names. Raises KrtrackerError for a token that cannot serve."""
    token = resolve_secrets({"push_token": server.push_token}, environ, folder)["push_token"]
    if not isinstance(token, Secret) or len(token.reveal()) < SHORTEST_TOKEN:
        raise KrtrackerError(
            f"the token of [server] push_token is shorter than {SHORTEST_TOKEN} characters: "
            "take a long random one (openssl rand -hex 32)"
        )
    return Rules.of(token, listen_host=read_address(server.listen)[0], url=server.url)
