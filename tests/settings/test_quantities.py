"""Quantities as people write them."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.model import Kind, Target
from krtracker.settings.quantities import (
    Measure,
    QuantityError,
    read_quantity,
    read_target,
    written,
)

COUNT = Measure("dau", Kind.COUNT, "users")
RATIO = Measure("d7", Kind.RATIO)
SECONDS = Measure("duration", Kind.DURATION, "s")
MINUTES = Measure("duration", Kind.DURATION, "min")
EURO = Measure("revenue", Kind.MONEY, "EUR")
ANY_MONEY = Measure("revenue", Kind.MONEY)
PERCENT = Measure("share", Kind.NUMBER, "%")


@pytest.mark.parametrize(
    ("raw", "measure", "value"),
    [
        (50_000, COUNT, 50_000),
        ("50,000", COUNT, 50_000),
        ("50 000", COUNT, 50_000),
        ("50_000", COUNT, 50_000),
        ("12.5k", COUNT, 12_500),
        ("3 M", COUNT, 3_000_000),
        ("50,000 users", COUNT, 50_000),
        (-5, COUNT, -5),
        ("-5", COUNT, -5),
        ("38%", RATIO, 0.38),
        ("57 %", RATIO, 0.57),
        (0.38, RATIO, 0.38),
        (1, RATIO, 1),
        ("120%", RATIO, 1.2),
        ("38%", PERCENT, 38),
        (38, PERCENT, 38),
        ("9 min", SECONDS, 540),
        ("9min", SECONDS, 540),
        ("7.2 min", SECONDS, 432),
        ("1 h 30 min", SECONDS, 5_400),
        ("250 ms", SECONDS, 0.25),
        ("1.8 s", SECONDS, 1.8),
        (540, SECONDS, 540),
        ("9 min", MINUTES, 9),
        ("2 h", MINUTES, 120),
        ("540 s", MINUTES, 9),
        (9, MINUTES, 9),
        ("€12,500", EURO, 12_500),
        ("12,500 €", EURO, 12_500),
        ("EUR 12,500.50", EURO, 12_500.5),
        ("€1.2M", EURO, 1_200_000),
        ("$12", ANY_MONEY, 12),
        (12_500, EURO, 12_500),
    ],
)
def test_a_quantity_is_in_the_metrics_own_unit(
    raw: float | str, measure: Measure, value: float
) -> None:
    assert read_quantity(raw, measure, "target") == value


@pytest.mark.parametrize(
    ("raw", "measure", "code"),
    [
        (38, RATIO, "K021"),
        ("38", RATIO, "K021"),
        ("38 s", RATIO, "K020"),
        ("38%", COUNT, "K020"),
        ("9 lightyears", SECONDS, "K020"),
        ("$12", EURO, "K020"),
        ("12,5", COUNT, "K020"),
        ("1,00,000", COUNT, "K020"),
        ("1.2.3", COUNT, "K020"),
        ("many", COUNT, "K020"),
        ("+5", COUNT, "K020"),
        ("5 minutes ago", SECONDS, "K020"),
    ],
)
def test_what_cannot_be_meant_is_refused(raw: float | str, measure: Measure, code: str) -> None:
    with pytest.raises(QuantityError) as raised:
        read_quantity(raw, measure, "target")
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("raw", "measure", "kind", "value"),
    [
        (50_000, COUNT, "reach", 50_000),
        (-3, COUNT, "reach", -3),
        ("+25%", COUNT, "percent", 25),
        ("-50%", COUNT, "percent", -50),
        ("−50%", COUNT, "percent", -50),
        ("+2,000", COUNT, "change", 2_000),
        ("-5 min", SECONDS, "change", -300),
        ("+15 pp", RATIO, "change", 0.15),
        ("+57 points", RATIO, "change", 0.57),
        ("+15% relative", RATIO, "percent", 15),
        ("+15 pp", PERCENT, "change", 15),
        ("+€500", EURO, "change", 500),
        ("38%", RATIO, "reach", 0.38),
    ],
)
def test_a_sign_makes_a_target_a_change(
    raw: float | str, measure: Measure, kind: str, value: float
) -> None:
    found = read_target(raw, measure, "target")
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("raw", "measure", "code"),
    [
        ("+15%", RATIO, "K022"),
        ("+15%", PERCENT, "K022"),
        ("+0.15", RATIO, "K022"),
        ("+15 pp", COUNT, "K020"),
        ("15% relative", COUNT, "K020"),
    ],
)
def test_a_change_of_a_percentage_must_say_which(raw: str, measure: Measure, code: str) -> None:
    with pytest.raises(QuantityError) as raised:
        read_target(raw, measure, "target")
    assert raised.value.code == code


@given(st.floats(-1e12, 1e12).map(lambda value: round(value, 3)))
@settings(max_examples=60)
def test_a_number_written_out_is_read_back_as_itself(value: float) -> None:
    assert math.isclose(read_quantity(written(value), COUNT, "target"), value, abs_tol=1e-6)


@given(st.text(max_size=12))
@settings(max_examples=150)
def test_no_text_breaks_the_reader(text: str) -> None:
    for measure in (COUNT, RATIO, SECONDS, EURO):
        with contextlib.suppress(QuantityError):
            assert isinstance(read_target(text, measure, "target"), Target)
