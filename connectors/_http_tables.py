"""The TOML table of a source over HTTP: address, credential, limits; it opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from connectors._http import Http, Limits
from connectors._http_auth import (
    Auth,
    ClientCredentials,
    Together,
    basic,
    bearer,
    header,
    parameter,
)
from connectors._http_gate import read_rate
from connectors._http_route import Address, check_address
from krtracker.connector import Options, Secret


def _checked_rate(text: str) -> str:
    read_rate(text)
    return text


def _checked_url(url: Secret) -> Secret:
    check_address(url.reveal())
    return url


RateText = Annotated[str, AfterValidator(_checked_rate)]
"""The type of an option such as `max_requests = "30/min"`."""
SecretAddress = Annotated[Secret, AfterValidator(_checked_url)]
"""An address whose path or query may be a key, as that of a shared sheet."""


class OAuth2Table(Options):
    """OAuth2 client credentials."""

    token_url: Address
    client_id: str
    client_secret: Secret
    scope: str | None = None
    audience: str | None = None


class AuthTable(Options):
    """One way to show who asks: `token` as bearer, in a `header` or a `param`; `user` and
    `password`; or `oauth2`."""

    token: Secret | None = None
    header: str | None = None
    param: str | None = None
    user: Secret | None = None
    password: Secret | None = None
    oauth2: OAuth2Table | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AuthTable:
        ways = [self.token is not None, self.user is not None, self.oauth2 is not None]
        if sum(ways) != 1 or (self.user is None) != (self.password is None):
            raise ValueError("write one of `token`, `user` with `password`, `oauth2`")
        if (self.header or self.param) and self.token is None:
            raise ValueError("`header` and `param` say where `token` goes: write `token`")
        if self.header and self.param:
            raise ValueError("write either `header` or `param`")
        return self

    def auth(self) -> Auth:
        """The credential as requests take it."""
        if self.oauth2 is not None:
            told = self.oauth2.model_dump(include={"scope", "audience"}, exclude_none=True)
            one = self.oauth2
            return ClientCredentials(one.token_url, one.client_id, one.client_secret, more=told)
        if self.user is not None and self.password is not None:
            return basic(self.user, self.password)
        token = self.token or Secret("")
        if self.param:
            return parameter(self.param, token)
        return header(self.header, token) if self.header else bearer(token)


class LimitOptions(Options):
    """The limits every source over HTTP takes; `max_requests` is shared by host and credential."""

    max_requests: RateText = ""
    max_bytes: int = Field(default=50_000_000, gt=0)
    ca_file: Path | None = None

    def limits(self, rate: str = "", *, redirects_to: tuple[str, ...] = ()) -> Limits:
        """The limits of the talk, at this rate unless another is written."""
        return Limits(
            rate=self.max_requests or rate,
            most_bytes=self.max_bytes,
            redirects_to=redirects_to,
            ca_file=self.ca_file,
        )


class HttpOptions(LimitOptions):
    """What a source takes whose product is not known."""

    url: SecretAddress
    auth: AuthTable | None = None
    headers: Mapping[str, Secret] = Field(default_factory=dict)
    params: Mapping[str, Secret] = Field(default_factory=dict)
    redirects_to: tuple[str, ...] = ()

    def http(self) -> Http:
        """The talk with this source; opens nothing yet."""
        auth = self.auth.auth() if self.auth else Auth()
        limits = self.limits(redirects_to=self.redirects_to)
        return Http(self.url.reveal(), Together(auth, self.headers, self.params), limits=limits)
