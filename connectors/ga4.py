"""Asks Google Analytics 4 for reports by day through the Data API; changes nothing there.

    [sources.ga4]
    connector = "ga4"
    property = 334455667
    credentials = "${cred:ga4-service-account}"
    timezone = "Europe/Berlin"

    [metrics.session_duration]
    title = "Average session duration"
    kind = "duration"
    source = "ga4"
    standard = "session_duration"

    [metrics.germans_who_paid]
    title = "Buyers in Germany"
    kind = "count"
    source = "ga4"
    report = { metrics = ["totalPurchasers"], filter = { country = "Germany" } }

`credentials` is the JSON of a service account's key, by reference; or give the path of its file as
`credentials_file`; with neither, the machine's own login is used (application default
credentials). The account needs the role Viewer of the property. Days are those of the property's
time zone, which must be the source's. All metrics of a source are fused: ten metrics a report and
five reports a request. Google's client is loaded by the first fetch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from connectors._ga4_options import PRODUCT, StandardOptions
from connectors._ga4_question import Question, ReportTable
from connectors._ga4_standard import STICKY, standard_question
from connectors._ga4_target import HOST, Target, check_endpoint
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    Secret,
    SourceUnavailableError,
)

if TYPE_CHECKING:
    from connectors._ga4_client import Client


class Ga4Source(Options):
    """The connector's part of `[sources.ID]`.

    `max_rows` is the most one report may have. `endpoint` is another address of the same API;
    `ca_file` an authority to trust instead of the usual ones.
    """

    property: int | str
    credentials: Secret | None = None
    credentials_file: str | None = None
    transport: Literal["rest", "grpc"] = "rest"
    endpoint: str = HOST
    ca_file: Path | None = None
    max_rows: int = Field(default=100_000, gt=0)

    @field_validator("property")
    @classmethod
    def _is_an_id(cls, value: int | str) -> str:
        digits = str(value).removeprefix("properties/")
        if not (digits.isascii() and digits.isdecimal()):
            raise ValueError("write the number of the property (Admin > Property details)")
        return digits

    @field_validator("endpoint")
    @classmethod
    def _may_be_asked(cls, value: str, seen: ValidationInfo) -> str:
        check_endpoint(value, seen.data.get("transport", "rest"))
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_login(self) -> Ga4Source:
        if self.credentials is not None and self.credentials_file is not None:
            raise ValueError("keep one of `credentials` and `credentials_file`")
        return self


class Ga4Query(StandardOptions):
    """The connector's part of `[metrics.ID]`: `report`, or `standard` with its options.

    The options are those every connector knows; what GA4 cannot honour is refused with the reason.
    """

    report: ReportTable | None = None

    @model_validator(mode="after")
    def _sticky(self) -> Ga4Query:
        if (self.numerator or "dau", self.denominator or "mau") not in STICKY:
            raise ValueError("stickiness is dau/mau, dau/wau or wau/mau")
        return self

    def question(self) -> Question:
        """The columns of GA4 that answer it."""
        return self.report.question() if self.report is not None else standard_question(self)


class Ga4Connector:
    """One property of Google Analytics 4."""

    SourceOptions = Ga4Source
    QueryOptions = Ga4Query
    standards = PRODUCT.standards

    def __init__(self, options: Ga4Source) -> None:
        self._options = options
        self._target = Target(
            f"properties/{options.property}", options.transport, options.endpoint, options.ca_file
        )
        self._clients: set[Client] = set()
        self._closed = False

    def fetch(
        self, asks: Sequence[Ask[Ga4Query]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order; raises what holds for the whole property."""
        if not asks:
            return
        from connectors._ga4_talk import Talk

        opened: list[Client] = []

        def opening() -> Client:
            opened.append(self._opened(deadline))
            return opened[0]

        asked = [(ask.query.question(), ask) for ask in asks]
        try:
            talk = Talk(asked, opening, self._options.max_rows)
            yield from talk.answers(self._target.property)
        finally:
            for client in opened:
                self._clients.discard(client)
                client.cut()

    def close(self) -> None:
        self._closed = True
        for client in list(self._clients):
            client.cut()

    def _opened(self, deadline: Deadline) -> Client:
        from connectors._ga4_access import access
        from connectors._ga4_client import Client

        if self._closed:
            raise SourceUnavailableError("the source was closed: open it again")
        deadline.check("loading Google's client")
        login = access(self._options.credentials, self._options.credentials_file, deadline)
        client = Client(self._target, login, deadline)
        self._clients.add(client)
        return client
