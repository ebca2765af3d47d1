"""How a request shows who asks: token, password, header, parameter, OAuth2; logs nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from krtracker.connector import Deadline, Secret, SourceRejectedError, UnexpectedAnswerError

OPEN_HEADERS = ("accept", "accept-language", "content-type", "user-agent")
LONG = 8
"""Characters; shorter values of further headers and parameters are taken for words."""

AskJson = Callable[[str, Mapping[str, Any], Deadline], Any]
"""The JSON a server answers when the table is sent to an address as a form, without credential."""


@dataclass(frozen=True)
class Signature:
    """What is added to a request: headers, parameters of its address, fields of its form."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


class Auth:
    """No credential; base of the others, and of a connector's own way of logging in."""

    def secrets(self) -> Iterable[str]:
        """Every text that must never be seen; the first names the credential among others."""
        return ()

    def sign(self, _ask: AskJson, _deadline: Deadline, /) -> Signature:
        """What to add to a request; may ask a server for it first."""
        return Signature()

    def renew(self) -> bool:
        """Forgets what was fetched; True when a request that got 401 is worth one more try."""
        return False


class Fixed(Auth):
    """A credential that is the same for every request."""

    def __init__(self, signature: Signature, *secrets: Secret) -> None:
        self._signature = signature
        self._secrets = tuple(secret.reveal() for secret in secrets)

    def secrets(self) -> Iterable[str]:
        return self._secrets

    def sign(self, _ask: AskJson, _deadline: Deadline, /) -> Signature:
        return self._signature


def bearer(token: Secret) -> Auth:
    """`Authorization: Bearer TOKEN`."""
    return header("Authorization", token, before="Bearer ")


def header(name: str, token: Secret, before: str = "") -> Auth:
    """A header of any name that holds the token, behind a word such as `Bearer `."""
    return Fixed(Signature(headers={name: f"{before}{_line(token)}"}), token)


def basic(user: str | Secret, password: Secret) -> Auth:
    """User and password in `Authorization: Basic`; some APIs take a key for the user."""
    name = user if isinstance(user, Secret) else Secret(user)
    pair = Secret(f"{name.reveal()}:{password.reveal()}")
    encoded = base64.b64encode(pair.reveal().encode()).decode()
    hidden = (pair, password, name) if name is user else (pair, password)
    return Fixed(Signature(headers={"Authorization": f"Basic {encoded}"}), *hidden)


def parameter(name: str, token: Secret) -> Auth:
    """A parameter of the address that holds the token."""
    return Fixed(Signature(params={name: token.reveal()}), token)


def form_field(name: str, token: Secret) -> Auth:
    """A field of the form in the body that holds the token."""
    return Fixed(Signature(form={name: token.reveal()}), token)


class Together(Auth):
    """A credential with further headers and parameters, whose longer values may be secret too."""

    def __init__(
        self, one: Auth, headers: Mapping[str, Secret], params: Mapping[str, Secret]
    ) -> None:
        self._one = one
        self._headers = {name: _line(value) for name, value in headers.items()}
        self._params = {name: value.reveal() for name, value in params.items()}

    def secrets(self) -> Iterable[str]:
        headers = (one for name, one in self._headers.items() if name.lower() not in OPEN_HEADERS)
        further = (one for one in (*headers, *self._params.values()) if len(one) >= LONG)
        return (*self._one.secrets(), *further)

    def sign(self, ask: AskJson, deadline: Deadline, /) -> Signature:
        signed = self._one.sign(ask, deadline)
        return Signature(
            {**self._headers, **signed.headers}, {**self._params, **signed.params}, signed.form
        )

    def renew(self) -> bool:
        return self._one.renew()


class ClientCredentials(Auth):
    """OAuth2 client credentials (RFC 6749, 4.4): a token is kept until it is refused."""

    def __init__(
        self, token_url: str, client_id: str, client_secret: Secret, *, more: Mapping[str, str]
    ) -> None:
        self._url, self._id, self._secret, self._more = token_url, client_id, client_secret, more
        self._token = ""

    def secrets(self) -> Iterable[str]:
        return tuple(filter(None, (self._secret.reveal(), self._token)))

    def sign(self, ask: AskJson, deadline: Deadline, /) -> Signature:
        token = self._token or self._fetched(ask, deadline)
        return Signature(headers={"Authorization": f"Bearer {token}"})

    def renew(self) -> bool:
        had, self._token = bool(self._token), ""
        return had

    def _fetched(self, ask: AskJson, deadline: Deadline) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._id,
            "client_secret": self._secret.reveal(),
            **self._more,
        }
        try:
            told = ask(self._url, form, deadline)
        except SourceRejectedError as refused:
            words = f"no token for this client: {refused}"
            raise SourceRejectedError(words) from None
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token:
            raise UnexpectedAnswerError("the token address answered without an `access_token`")
        self._token = _line(Secret(token))
        return self._token


def _line(token: Secret) -> str:
    """The token as a header may hold it: a line end in it would add headers of its own."""
    text = token.reveal().strip()
    if not text.isprintable() or not text.isascii():
        raise SourceRejectedError("a credential holds characters no header may: copy it again")
    return text
