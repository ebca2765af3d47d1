"""Why an HTTP request is refused, as the status and the words that go back; never sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from krtracker.errors import (
    KrtrackerError,
    StoreBusyError,
    StoreUnusableError,
    UnknownNameError,
    UsageError,
)
from krtracker.tracker import KeyReusedError, NotPushedError


class Flaw(NamedTuple):
    """One thing wrong with a body: where (`points[3].day`), and what to write instead."""

    at: str
    message: str


class RefusedError(UsageError):
    """A request that is refused; `flaws` are all that is wrong with its body."""

    def __init__(
        self,
        status: int,
        detail: str,
        flaws: Sequence[Flaw] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.flaws, self.headers = status, tuple(flaws), dict(headers or {})
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its status, the JSON object it holds, and what else its head says."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


KINDS: tuple[tuple[type[KrtrackerError], int, Mapping[str, str]], ...] = (
    (UnknownNameError, 404, {}),
    (NotPushedError, 403, {}),
    (KeyReusedError, 409, {}),
    (UsageError, 422, {}),
    (StoreBusyError, 503, {"Retry-After": "5"}),
    (StoreUnusableError, 503, {"Retry-After": "30"}),
    (KrtrackerError, 500, {}),
)


def refusal(error: KrtrackerError) -> Reply:
    """The answer that an error of ours stands for, in the form of RFC 9457."""
    if isinstance(error, RefusedError):
        return problem(error.status, str(error), error.flaws, headers=error.headers)
    status, headers = next((s, h) for kind, s, h in KINDS if isinstance(error, kind))
    return problem(status, str(error), headers=headers)


def problem(
    status: int,
    detail: str,
    flaws: Sequence[Flaw] = (),
    *,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    body: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if flaws:
        body["problems"] = [one._asdict() for one in flaws]
    return Reply(status, body, {"Content-Type": "application/problem+json", **(headers or {})})
