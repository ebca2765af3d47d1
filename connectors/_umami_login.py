"""Logs in to a self-hosted Umami and keeps the token in memory only; asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from connectors._http import Http, Limits, Request
from connectors._http_auth import AskJson, Auth, Signature
from krtracker.connector import Deadline, Secret, UnexpectedAnswerError


class Login(Auth):
    """User and password for a token, which is kept until it is refused.

    Umami's login takes JSON, not a form, so it has a talk of its own; `close` ends it.
    """

    def __init__(self, url: str, user: str, password: Secret, *, limits: Limits) -> None:
        self._user, self._password = user, password.reveal()
        self._token, self._uses = "", 0
        self._http = Http(url, _Hiding(self), limits=limits)

    def secrets(self) -> Iterable[str]:
        return tuple(filter(None, (self._password, self._token)))

    def sign(self, _ask: AskJson, deadline: Deadline, /) -> Signature:
        if not self._token:
            self._token, self._uses = self._fetched(deadline), 0
        self._uses += 1
        return Signature(headers={"Authorization": f"Bearer {self._token}"})

    def renew(self) -> bool:
        """True when the token is not fresh: a fresh one that is refused lacks the right."""
        worn = bool(self._token) and self._uses > 1
        self._token = ""
        return worn

    def close(self) -> None:
        self._http.close()

    def _fetched(self, deadline: Deadline) -> str:
        body = {"username": self._user, "password": self._password}
        told = self._http.json(Request("auth/login", "POST", json=body), deadline)
        token = told.get("token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise UnexpectedAnswerError(
                "the login gave no `token`: correct `url`, and take a user without a second factor"
            )
        return token


class _Hiding(Auth):
    """Adds nothing to a request, and hides what the login hides."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def secrets(self) -> Iterable[str]:
        return self._login.secrets()
