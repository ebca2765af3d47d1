"""Forecasts between evaluator and store: which were known, which are told; it computes none."""

from __future__ import annotations

from collections.abc import Mapping

from krtracker.model import Evaluation, Forecast
from krtracker.store import Foretold
from krtracker.tracker.judging import Round


def forecasts_of(known: Mapping[str, Foretold]) -> dict[str, Forecast]:
    """The forecasts among what was told: one that nothing has changed for need not be made anew."""
    return {name: one.forecast for name, one in known.items() if isinstance(one.forecast, Forecast)}


def odds_told(asked: Round, answers: Mapping[str, Evaluation]) -> tuple[Foretold, ...]:
    """What a round foretold of its key results, and why not, where a cycle goes by forecast."""
    told = []
    for name, question in asked.put.items():
        made = question.forecast
        if made is None:
            continue
        day = made.data_day if isinstance(made, Forecast) else answers[name].data_day
        cycle = question.key_result.cycle
        told.append(Foretold(made, cycle, question.metric.id, question.today, day))
    return tuple(told)
