"""The rules of the contract, one function each: a ContractError where a connector breaks one."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pydantic import ValidationError

from krtracker.connector import (
    Answer,
    ConnectorError,
    Deadline,
    Options,
    Point,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.testing.bench import Bench
from krtracker.testing.watching import ContractError, Holding, watched

THREE = (SourceUnavailableError, SourceRejectedError, UnexpectedAnswerError)
GRACE = 2.0
"""Seconds a connector may take to notice that its deadline has passed."""


def _options(bench: Bench) -> None:
    for kind, table in [
        (bench.kind.SourceOptions, bench.source),
        (bench.kind.QueryOptions, bench.query),
    ]:
        if not issubclass(kind, Options):
            raise ContractError("options", f"{kind.__name__} is not made of connector.Options")
        with contextlib.suppress(ValidationError):
            kind.model_validate({**table, "no_such_option_": 1})
            raise ContractError("options", f"{kind.__name__} takes a key it does not know")


def _constructor_does_nothing(bench: Bench) -> None:
    options = bench.kind.SourceOptions.model_validate(dict(bench.source))
    with watched() as seen:
        connector = bench.kind(options)
    connector.close()
    if seen:
        raise ContractError("no-io-in-constructor", f"building it did {', '.join(seen[:3])}")


def _one_result_per_ask(bench: Bench) -> None:
    whole = bench.window
    first = replace(whole, last=whole.first)
    last = replace(whole, first=whole.last)
    asked = [whole, last, first]
    results = bench.fetch(*(bench.ask(window) for window in asked))
    if len(results) != len(asked):
        raise ContractError("one-result-per-ask", f"3 asks gave {len(results)} results")
    for result, window in zip(results, asked, strict=True):
        if not isinstance(result, Answer):
            raise ContractError("one-result-per-ask", f"a good ask gave {result!r}")
        _points_keep_the_contract(result, window)
    if bench.fetch():
        raise ContractError("one-result-per-ask", "no ask gave a result")


def _points_keep_the_contract(answer: Answer, window: Window) -> None:
    keys = []
    for point in answer.points:
        _point_keeps_its_types(point)
        if point.day not in window:
            raise ContractError("inside-the-window", f"{point.day} is not in {window.span}")
        keys.append((point.day, point.segment))
    if len(set(keys)) < len(keys):
        raise ContractError("one-a-day-and-segment", f"a day is there twice: {keys}")
    days = [point.day for point in answer.points]
    if days != sorted(days):
        raise ContractError("oldest-first", f"the days come as {', '.join(map(str, days))}")
    texts = [*answer.notes, *answer.parameters, *answer.parameters.values()]
    if not all(isinstance(text, str) for text in texts):
        raise ContractError("types", "notes and parameters must be texts")


def _point_keeps_its_types(point: object) -> None:
    if not isinstance(point, Point) or type(point.day) is not date:
        raise ContractError("types", f"{point!r} is no Point with a civil date")
    numbers = [point.value] if point.weight is None else [point.value, point.weight]
    if any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise ContractError("types", f"{point!r}: value and weight are floats")
    if not all(map(math.isfinite, numbers)) or (point.weight or 0) < 0:
        raise ContractError("finite", f"{point!r}: finite, and no weight below 0")
    if not isinstance(point.segment, str):
        raise ContractError("types", f"{point!r}: a segment is a text")


def _something_is_there(bench: Bench) -> None:
    if not bench.answer().points:
        raise ContractError(
            "answer", f"the kit needs a window with points; {bench.window} is empty"
        )


def _nothing_is_empty(bench: Bench) -> None:
    if bench.empty is None:
        return
    answer = bench.answer(bench.empty)
    if answer.points:
        raise ContractError(
            "empty-is-not-zero", f"nothing was there, but it answered {list(answer.points)[:2]}"
        )


def _same_answer_twice(bench: Bench) -> None:
    results = bench.fetch(bench.ask(), bench.ask())
    if results[0] != results[1] or results[0] != bench.answer():
        raise ContractError("same-answer", "the same ask was answered in two ways")


def _failure_stays_alone(bench: Bench) -> None:
    if bench.failing is None:
        return
    good, bad = bench.ask(), bench.ask(query=bench.failing)
    results = bench.fetch(good, bad, good)
    if len(results) > 1:
        _one_of_three(results[1], "a failing ask")
    if len(results) != 3 or not isinstance(results[2], Answer):
        raise ContractError(
            "failure-stays-alone", f"the ask after a failing one gave {results[2:]}"
        )


def _broken_source_fails_properly(bench: Bench) -> None:
    if bench.broken is not None:
        for result in bench.fetch(bench.ask(), source=bench.broken):
            _one_of_three(result, "a broken source")


def _one_of_three(result: object, what: str) -> None:
    if type(result) not in THREE:
        raise ContractError("three-failures", f"{what} gave {type(result).__name__}: {result}")


def _deadline_holds(bench: Bench) -> None:
    if bench.hanging is None and bench.hanging_source is None:
        return
    heard: list[object] = []
    connector = bench.open(bench.hanging_source)
    ask = bench.ask(query=bench.hanging)

    def listen() -> None:
        try:
            heard.extend(connector.fetch([ask], Deadline(bench.patience)))
        except ConnectorError as failure:
            heard.append(failure)

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    listening.join(bench.patience + GRACE)
    if listening.is_alive():
        raise ContractError("deadline", f"no result {GRACE} s after {bench.patience} s had passed")
    connector.close()
    bench.note(*heard)
    if [type(result) for result in heard] != [SourceUnavailableError]:
        raise ContractError("deadline", f"a source that hangs gave {heard!r}")


def _closing(bench: Bench) -> None:
    used, unused = bench.open(), bench.open()
    half_heard = iter(used.fetch([bench.ask(), bench.ask()], Deadline(bench.seconds)))
    next(half_heard)
    with Holding("close-twice"):
        for connector in (used, used, unused, unused):
            connector.close()


RULES: tuple[Callable[[Bench], None], ...] = (
    _options,
    _constructor_does_nothing,
    _one_result_per_ask,
    _something_is_there,
    _nothing_is_empty,
    _same_answer_twice,
    _failure_stays_alone,
    _broken_source_fails_properly,
    _deadline_holds,
    _closing,
)
