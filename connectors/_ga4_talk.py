"""One fetch from GA4: sends the planned pages as answers need them, and parts refused requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors._ga4_client import Client, RefusedError, WholeSourceError
from connectors._ga4_heard import Heard
from connectors._ga4_plan import MOST_REPORTS, Days, Page, apart, one_column, plan
from connectors._ga4_question import ALIVE, Question
from connectors._ga4_reading import answer, counts, unsure_days
from connectors._ga4_tables import Tables
from krtracker.connector import Answer, Ask, ConnectorError, Window

Asked = Sequence[tuple[Question, Ask[Any]]]


class Talk:
    """The questions of one fetch and what is known of their answers."""

    def __init__(self, asked: Asked, opening: Callable[[], Client], most_rows: int) -> None:
        self._asked, self._opening = asked, opening
        self._tables = Tables(most_rows)
        self._client: Client | None = None
        self._waiting = plan(asked)

    def answers(self, property_: str) -> Iterator[Answer | ConnectorError]:
        """One result per question, in order. Raises the failure that holds for all of them."""
        for question, ask in self._asked:
            try:
                self._hear(question, ask.window)
                yield answer(question, ask.window, self._tables, property_=property_)
            except WholeSourceError as error:
                raise error.failure from None
            except ConnectorError as failure:
                yield failure

    def _hear(self, question: Question, window: Window) -> None:
        """Asks until all that the question needs is known."""
        while any(self._needs(page, question, window) for page in self._waiting):
            self._send_next()
        if unsure_days(question, window, self._tables):
            self._waiting.insert(0, one_column(ALIVE, self._all_counted()))
            self._send_next()

    @staticmethod
    def _needs(page: Page, question: Question, window: Window) -> bool:
        report = page.report
        if report.days[1] < window.first or window.last < report.days[0]:
            return False
        counted = ALIVE in report.columns and not question.sheet.segments
        return counted or bool({*report.columns} & {*question.columns})

    def _all_counted(self) -> Days:
        """All days of all counts: whoever else meets an empty day need not ask again."""
        windows = [
            ask.window
            for question, ask in self._asked
            if counts(question, ask.window, self._tables)
        ]
        return min(one.first for one in windows), max(one.last for one in windows)

    def _send_next(self) -> None:
        pages, self._waiting = self._waiting[:MOST_REPORTS], self._waiting[MOST_REPORTS:]
        try:
            self._send(pages)
        except WholeSourceError:
            self._waiting = pages + self._waiting
            raise

    def _send(self, pages: Sequence[Page]) -> None:
        """Sends pages; a refused request is sent again in parts, until the wrong one is alone."""
        parts: tuple[list[Page], ...] = ()
        try:
            for page, heard in zip(pages, self._opened().ask(pages), strict=True):
                self._take(page, heard)
        except RefusedError as refused:
            parts = apart(pages, refused.said) or ()
            if not parts:
                self._tables.fail(pages, refused.failure)
        except ConnectorError as failure:
            self._tables.fail(pages, failure)
        for part in parts:
            self._send(part)

    def _opened(self) -> Client:
        if self._client is None:
            try:
                self._client = self._opening()
            except ConnectorError as failure:
                raise WholeSourceError(failure) from None
        return self._client

    def _take(self, page: Page, heard: Heard) -> None:
        try:
            following = self._tables.take(page, heard)
        except ConnectorError as failure:
            self._tables.fail([page], failure)
        else:
            if following is not None:
                self._waiting.insert(0, following)
