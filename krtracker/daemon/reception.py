"""Who may push what over HTTP, one check after the other: host, token, metric, body; never stores.

Whoever has no token learns nothing but that he has none. What is stored goes the way of every
writing command (requests.py).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from krtracker.connector import Secret
from krtracker.daemon.http_server import Heard
from krtracker.daemon.logs import HIDDEN, Log
from krtracker.daemon.pushed import Body, read_body
from krtracker.daemon.refusals import RefusedError, Reply, refusal
from krtracker.daemon.requests import Event, Request
from krtracker.errors import KrtrackerError

POINTS = re.compile(r"/api/v1/metrics/([^/]{1,600})/points")
KEY = re.compile(r"[\x21-\x7e]{1,200}")
JSON, CSV = "application/json", "text/csv"


@dataclass(frozen=True)
class Rules:
    """Who is let in: the token, and the names this server may be called by."""

    token: Secret
    hosts: frozenset[str]

    @classmethod
    def of(cls, token: Secret, *, listen_host: str, url: str) -> Rules:
        public = urlsplit(url).hostname or "" if url else ""
        return cls(token, frozenset({"localhost", listen_host.lower(), public.lower()} - {""}))

    def knows_host(self, host: str) -> bool:
        """An address cannot be rebound to another machine; a name can, so it must be known."""
        name = _host_name(host)
        return name in self.hosts or _is_address(name)

    def knows_token(self, given: str) -> bool:
        """In the same time for every wrong one, however long."""
        ours, theirs = (_digest(one) for one in (self.token.reveal(), given))
        return hmac.compare_digest(ours, theirs)

    def without_token(self, text: str) -> str:
        return text.replace(self.token.reveal(), HIDDEN)


class Desk(Protocol):
    """What the reception hands on to: the metric's day (or why it takes no push), and the work."""

    def today(self, metric: str) -> date: ...
    def perform(self, request: Request) -> Sequence[Event]: ...


class Reception:
    """Answers one request after the other, from many threads; `rules` may change in between."""

    def __init__(self, desk: Desk, rules: Rules, log: Log) -> None:
        self._desk, self._log = desk, log
        self.rules = rules
        self._closing, self._in_hand = False, 0
        self._changed = threading.Condition()

    def close(self) -> None:
        """Takes no more; what is being stored goes on."""
        with self._changed:
            self._closing = True

    def idle(self, seconds: float) -> bool:
        """Waits until nothing is being stored; False when something still is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_hand, timeout=seconds)

    def answer(self, heard: Heard) -> Reply:
        rules = self.rules
        try:
            return self._answered(heard, rules)
        except KrtrackerError as error:
            reply = refusal(error)
            detail = rules.without_token(str(reply.body["detail"]))
            self._log.warning("refused", detail, status=reply.status)
            return _without_token(reply, rules)

    def _answered(self, heard: Heard, rules: Rules) -> Reply:
        if self._closing:
            raise _stopping()
        _check_host(heard, rules)
        path = heard.path.partition("?")[0]
        if path == "/healthz":
            _check_method(heard, "GET", "HEAD")
            return Reply(200, {"schema": 1, "status": "ok"})
        found = POINTS.fullmatch(path)
        if found is None:
            raise RefusedError(404, "nothing is here: POST /api/v1/metrics/ID/points takes values")
        _check_method(heard, "POST")
        if heard.heads("Origin"):
            raise RefusedError(403, "pages in a browser may not push: no Origin is allowed")
        _check_token(heard, rules)
        return self._pushed(unquote(found[1]), heard, rules)

    def _pushed(self, metric: str, heard: Heard, rules: Rules) -> Reply:
        today = self._desk.today(metric)
        try:
            key = _key(heard, rules)
            body = read_body(heard.body(), _kind(heard), today)
        except RefusedError as error:
            words = rules.without_token(str(error))
            self._perform({"command": "push", "metric": metric, "refused": words})
            raise
        events = self._perform(_request(metric, body, key))
        run = next(one for one in events if one["event"] == "run")
        replayed = bool(events[-1]["replayed"])
        self._log.info(
            "push", metric=metric, run=run["id"], changed=run["written"], replayed=replayed
        )
        return Reply(200, told(run), {"Idempotency-Replayed": "true"} if replayed else {})

    def _perform(self, request: Request) -> Sequence[Event]:
        with self._changed:
            if self._closing:
                raise _stopping()
            self._in_hand += 1
        try:
            return self._desk.perform(request)
        finally:
            with self._changed:
                self._in_hand -= 1
                self._changed.notify_all()


def _stopping() -> RefusedError:
    words = "the daemon is stopping: nothing was stored, send the same again"
    return RefusedError(503, words, headers={"Retry-After": "5"})


def told(run: Mapping[str, Any]) -> dict[str, Any]:
    """What a push changed; the same for a repetition, as it follows from the stored run alone."""
    return {
        "schema": 1,
        "metric": run["metric"],
        "run": run["id"],
        "recorded_at": run["recorded_at"],
        "points": run["rows"],
        "new": run["written"] - run["revised"],
        "revised": run["revised"],
        "unchanged": run["rows"] - run["written"],
        "quarantined": run["quarantined"],
        "notes": run["notes"],
    }


def _request(metric: str, body: Body, key: str) -> dict[str, Any]:
    return {
        "command": "push",
        "metric": metric,
        "points": body.rows,
        "note": body.note,
        "key": key,
    }


def _check_host(heard: Heard, rules: Rules) -> None:
    hosts = heard.heads("Host")
    if len(hosts) != 1 or not rules.knows_host(hosts[0]):
        words = "this server has another name: call it by its address, or set [server] url"
        raise RefusedError(421, words)


def _check_method(heard: Heard, *allowed: str) -> None:
    if heard.method not in allowed:
        words = f"only {' and '.join(allowed)} here"
        raise RefusedError(405, words, headers={"Allow": ", ".join(allowed)})


def _check_token(heard: Heard, rules: Rules) -> None:
    """One answer for no token and for a wrong one, before anything else is looked at."""
    given = heard.heads("Authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    known = rules.knows_token(token.strip())
    if scheme.lower() != "bearer" or not known:
        words = (
            "the push token is missing or wrong: send the one of [server] push_token "
            "as `Bearer TOKEN` in the header Authorization"
        )
        headers = {"WWW-Authenticate": 'Bearer realm="krtracker"'}
        raise RefusedError(401, words, headers=headers)


def _key(heard: Heard, rules: Rules) -> str:
    given = heard.heads("Idempotency-Key")
    if not given:
        return ""
    key = given[0].strip()
    key = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if len(given) > 1 or not KEY.fullmatch(key):
        words = "Idempotency-Key must come once, 1 to 200 visible ASCII characters, such as a UUID"
        raise RefusedError(400, words)
    if rules.token.reveal() in key:
        raise RefusedError(400, "Idempotency-Key holds the token: take a UUID, keys are stored")
    return key


def _kind(heard: Heard) -> str:
    """The type of the body, JSON or CSV as plain UTF-8."""
    given = heard.heads("Content-Type")
    kind, *parameters = [one.strip().lower() for one in (given[0] if given else "").split(";")]
    charsets = {one.replace('"', "") for one in parameters if one.startswith("charset")}
    if len(given) != 1 or kind not in (JSON, CSV) or charsets - {"charset=utf-8"}:
        words = f"send the body as Content-Type: {JSON} (or {CSV}), in UTF-8"
        raise RefusedError(415, words, headers={"Accept": f"{JSON}, {CSV}"})
    if heard.heads("Content-Encoding"):
        raise RefusedError(415, "send the body as it is, without Content-Encoding")
    return kind


def _without_token(reply: Reply, rules: Rules) -> Reply:
    """The same words, even if somebody sent the token where it does not belong."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return rules.without_token(value)
        if isinstance(value, list):
            return [hidden(one) for one in value]
        if isinstance(value, dict):
            return {name: hidden(one) for name, one in value.items()}
        return value

    return Reply(reply.status, hidden(dict(reply.body)), reply.headers)


def _host_name(host: str) -> str:
    """The name or address of a Host header, without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
