"""Sends one push to a daemon, here or elsewhere, at most twice under one key; it prints nothing."""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from krtracker.cli.face import Face
from krtracker.connector import Secret
from krtracker.errors import KrtrackerError, StoreBusyError, UsageError

if TYPE_CHECKING:
    import requests

ADDRESS = "KRTRACKER_URL"
SIGNED_WITH = "KRTRACKER_PUSH_TOKEN"
TIMES = (5.0, 40.0)
"""Seconds to connect, and to wait for the answer."""
PAUSE, LONGEST_WAIT = 0.5, 10.0
"""Seconds between the two tries: of our own, and the most that is waited when told to."""
AGAIN = (408, 429, 502, 503, 504)
"""Worth the second try, under the same key; what was stored is not stored again."""


class PushRefusedError(KrtrackerError):
    """The daemon does not let this push in: look at its token and at the metric's source."""

    exit_code = 3


@dataclass(frozen=True)
class Goal:
    """Where pushes go, with the token."""

    address: str
    token: Secret

    @property
    def is_near(self) -> bool:
        """Whether it is this machine."""
        host = urlsplit(self.address).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def is_readable(self) -> bool:
        """Whether the token could be read on the way."""
        return self.address.startswith("http:") and not self.is_near


@dataclass(frozen=True)
class Parcel:
    """What is sent: the body of one push, and the key that makes it one."""

    metric: str
    body: bytes
    kind: str = "application/json"
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


def goal_of(face: Face, url: str, token_env: str) -> Goal:
    """The daemon to push to: as told, or the one of the configuration found from here.

    Raises UsageError when nothing says where, PushRefusedError when there is no token.
    """
    told = url or face.environ.get(ADDRESS, "")
    if told:
        return Goal(_checked(told), _from_environment(face, token_env or SIGNED_WITH))
    try:
        face.configuration()
    except UsageError:
        words = f"where to? --url http://127.0.0.1:8787, or {ADDRESS}, or a krtracker.toml here"
        raise UsageError(words) from None
    return _configured(face, token_env)


def _checked(url: str) -> str:
    try:
        found = urlsplit(url)
        fine = found.scheme in ("http", "https") and bool(found.hostname)
        fine = fine and not found.query and not found.username and found.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError("the address must be like https://okrs.example.org or http://host:8787")
    return url.rstrip("/")


def _from_environment(face: Face, name: str) -> Secret:
    found = face.environ.get(name, "")
    if not found:
        raise PushRefusedError(f"no token: set {name}, or name another with --token-env")
    return Secret(found)


def _configured(face: Face, token_env: str) -> Goal:
    from krtracker.settings import read_dotenv, resolve_secrets

    workspace = face.workspace()
    server = workspace.server
    if not server.push_token:
        line = 'push_token = "${env:KRTRACKER_PUSH_TOKEN}"'
        raise PushRefusedError(f"{workspace.file} takes no pushes: write {line} below [server]")
    address = f"http://{_reachable(server.listen)}"
    if token_env:
        return Goal(address, _from_environment(face, token_env))
    environ = {**read_dotenv(workspace.folder), **face.environ}
    found = resolve_secrets({"token": server.push_token}, environ, workspace.folder)["token"]
    return Goal(address, found if isinstance(found, Secret) else Secret(str(found)))


def _reachable(listen: str) -> str:
    """Where a server that listens there is found from here: all addresses are also the loopback."""
    host, _, port = listen.rpartition(":")
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return listen
    if not found.is_unspecified:
        return listen
    return f"127.0.0.1:{port}" if found.version == 4 else f"[::1]:{port}"


def send(goal: Goal, parcel: Parcel) -> dict[str, Any]:
    """What the daemon answers, with `replayed`. Raises what a refusal means for the caller.

    A broken connection, or an answer that says "later", is followed by one more try.
    """
    try:
        answer = _asked(goal, parcel)
        if answer.status_code not in AGAIN:
            return _understood(goal, answer)
        time.sleep(_wait(answer.headers))
    except StoreBusyError:
        time.sleep(PAUSE)
    return _understood(goal, _asked(goal, parcel))


def _wait(headers: Mapping[str, str]) -> float:
    """Seconds until the second try, as the answer wishes within reason."""
    said = headers.get("Retry-After", "")
    return min(float(said), LONGEST_WAIT) if said.isascii() and said.isdigit() else PAUSE


def _asked(goal: Goal, parcel: Parcel) -> requests.Response:
    """One try; StoreBusyError when nobody answers."""
    import requests

    def signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {goal.token.reveal()}"
        return request

    url = f"{goal.address}/api/v1/metrics/{quote(parcel.metric, safe='')}/points"
    headers = {"Content-Type": parcel.kind, "Idempotency-Key": parcel.key}
    with requests.Session() as session:
        session.trust_env = not goal.is_near  # no proxy to this machine
        try:
            return session.post(
                url,
                parcel.body,
                headers=headers,
                auth=signed,  # so that no .netrc takes its place
                timeout=TIMES,
                allow_redirects=False,
            )
        except (requests.RequestException, UnicodeError) as error:
            kind = type(error).__name__
            words = f"no answer from {goal.address} ({kind}): does `krtracker run` run there?"
            raise StoreBusyError(words) from None


def _understood(goal: Goal, answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    status = answer.status_code
    if not isinstance(body, dict):
        raise _error(status, f"{goal.address} answered {status} without JSON: is it krtracker?")
    if status == 200 and "run" in body:
        return {**body, "replayed": "Idempotency-Replayed" in answer.headers}
    lines = [str(body.get("detail", f"{goal.address} answered {status}"))]
    flaws = body.get("problems")
    for one in flaws if isinstance(flaws, list) and len(flaws) > 1 else ():
        lines.append(f"  {one.get('at')}: {one.get('message')}")
    raise _error(status, "\n".join(lines))


def _error(status: int, words: str) -> KrtrackerError:
    if status in AGAIN:
        return StoreBusyError(words)
    if status in (401, 403):
        return PushRefusedError(words)
    return KrtrackerError(words) if status >= 500 else UsageError(words)
