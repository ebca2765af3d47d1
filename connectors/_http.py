"""Asks an API over HTTP: one policy of limits, retries and refusals for every connector.

    http = Http("https://api.example.com/v2", bearer(token), limits=Limits(rate="30/min"))
    found = http.json(Request("/stats", params={"from": "2026-03-01"}), deadline)

Every failure is one of the contract's three, in words that hold no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from connectors._http_auth import Auth, Signature
from connectors._http_body import Heard
from connectors._http_failures import Verdict, verdict_of_status
from connectors._http_gate import gate_of, read_rate
from connectors._http_lines import Lines
from connectors._http_reply import Complaint, Reply
from connectors._http_route import MOST_HOPS, REDIRECTS, Hop, Route
from connectors._http_terms import Limits, Request, Timing
from connectors._http_words import Words
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

__all__ = ["Http", "Limits", "Reply", "Request", "Timing"]

Q = TypeVar("Q", bound=Options)
Told = TypeVar("Told", Answer, ConnectorError)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds at most between two tries where the source does not say how long; doubled each time."""
MOST_OF_THE_REST = 0.1
"""The share of a deadline's rest that one such pause may take."""


class Http:
    """The talk with one API; opens nothing before it is asked, may be used by several threads.

    `complaint` looks at the JSON of every answer with 2xx and gives a failure, or its words, where
    the API says in it that it failed.
    """

    def __init__(
        self,
        base: str,
        auth: Auth | None = None,
        *,
        limits: Limits | None = None,
        complaint: Complaint | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._auth, self._limits = auth or Auth(), limits or Limits()
        self._complaint, self._timing = complaint, timing or Timing()
        self._words = Words(self._auth.secrets)
        self._route = Route(base, self._limits.redirects_to, self._words)
        self._rate = read_rate(self._limits.rate)
        self._gate = gate_of(self._route.host, next(iter(self._auth.secrets()), ""))
        self._lines = Lines(self._limits.ca_file)
        self.locked_out: ConnectorError | None = None
        """The failure of a refused credential: whoever goes on asking risks a lockout."""

    def json(self, request: Request, deadline: Deadline) -> Any:
        """The JSON of the answer. Raises one of the contract's three failures."""
        return self.reply(request, deadline).json(self._complaint)

    def reply(self, request: Request, deadline: Deadline) -> Reply:
        """The answer with 2xx, read whole. Raises one of the contract's three failures.

        429, 502, 503, 504 and broken connections are tried again inside the deadline: after as
        long as the source says, else with full jitter.
        """
        tries = self._limits.tries if request.idempotent else 1
        for number in range(1, tries + 1):
            result = self._tried(request, deadline)
            if isinstance(result, Reply):
                return result
            pause = self._pause(result, number, deadline)
            if not result.again or number == tries or pause >= deadline.remaining():
                raise result.failure
            self._wait(pause)
        raise AssertionError("every request has a last try")

    def answers(
        self,
        asks: Sequence[Ask[Q]],
        deadline: Deadline,
        answer: Callable[[Q, Window, Deadline], Answer],
    ) -> Iterator[Answer | ConnectorError]:
        """The `fetch` of a connector that asks for one metric after the other.

        Once the credential is refused, the rest gets that failure without being asked. Whatever a
        source sent back of the credential is hidden in notes and failures.
        """
        self.locked_out = None
        try:
            for ask in asks:
                if self.locked_out is not None:
                    yield self.locked_out
                    continue
                try:
                    yield self._unsecret(answer(ask.query, ask.window, deadline))
                except ConnectorError as failure:
                    yield self._unsecret(failure)
        finally:
            self._lines.rest()

    def close(self) -> None:
        """Ends what runs, from any thread; every later request fails as unavailable."""
        self._lines.close()

    def _unsecret(self, result: Told) -> Told:
        if isinstance(result, Answer):
            return replace(result, notes=tuple(map(self._words.hidden, result.notes)))
        result.args = (self._words.hidden(str(result)),)
        return result

    def _tried(self, request: Request, deadline: Deadline) -> Reply | Verdict:
        """One try, and one more with a new token where the old one was refused."""
        self._enter(deadline)
        result = self._signed(request, deadline)
        if not isinstance(result, Reply) and result.locked and self._auth.renew():
            result = self._signed(request, deadline)
        if isinstance(result, Reply):
            return result
        if result.locked:
            self.locked_out = result.failure
        if result.wait is not None:
            self._gate.shut(self._timing.clock() + result.wait)
        return result

    def _signed(self, request: Request, deadline: Deadline) -> Reply | Verdict:
        try:
            signature = self._auth.sign(self._ask_elsewhere, deadline)
        except SourceRejectedError as refused:
            self.locked_out = refused
            raise
        hop = Hop(
            self._route.address(request.path),
            request.method,
            {key: value for key, value in request.params.items() if value is not None},
            request.json,
            request.form,
            request.headers,
        )
        return self._followed(hop, signature, deadline)

    def _followed(self, hop: Hop, signature: Signature, deadline: Deadline) -> Reply | Verdict:
        asked = set[str]()
        while hop.url not in asked and len(asked) <= MOST_HOPS:
            asked.add(hop.url)
            out = hop.with_signature(signature) if hop.signed else hop
            place = self._words.place(hop.url)
            heard = self._lines.exchange(out, place, deadline, most=self._limits.most_bytes)
            if not isinstance(heard, Heard):
                return heard
            location = heard.headers.get("Location", "")
            if heard.status not in REDIRECTS or not location:
                failed = verdict_of_status(heard, place, self._words)
                return failed or Reply(heard, hop.url, self._words)
            hop = self._route.redirected(hop, heard.status, location)
        raise SourceRejectedError(f"{place} leads in a circle of redirects: correct `url`")

    def _ask_elsewhere(self, url: str, form: Mapping[str, Any], deadline: Deadline) -> Any:
        """The JSON of an address that needs no credential, with the same care."""
        limits = replace(self._limits, rate="")
        other = Http(url, _Hiding(self._auth), limits=limits, timing=self._timing)
        other._lines = self._lines
        return other.json(Request(method="POST", form=form), deadline)

    def _enter(self, deadline: Deadline) -> None:
        """Waits for its turn; fails at once when that comes after the deadline."""
        while wait := self._gate.enter(self._rate, self._timing.clock()):
            if wait >= deadline.remaining():
                raise SourceUnavailableError(
                    f"{self._route.host} is to be left alone for {wait:,.0f} s more "
                    "(`max_requests`, or the source said so)",
                    wait,
                )
            self._wait(wait)
            deadline.check("waiting for a turn")

    def _pause(self, verdict: Verdict, number: int, deadline: Deadline) -> float:
        draw = self._timing.draw()
        if verdict.wait is not None:
            return verdict.wait + draw * max(0.1, verdict.wait / 10)
        rest = deadline.remaining() * MOST_OF_THE_REST
        return draw * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (number - 1), rest)

    def _wait(self, seconds: float) -> None:
        (self._timing.wait or self._lines.wait)(seconds)


class _Hiding(Auth):
    """Adds nothing to a request, and hides in messages what another credential hides."""

    def __init__(self, other: Auth) -> None:
        self._other = other

    def secrets(self) -> Iterable[str]:
        return self._other.secrets()
