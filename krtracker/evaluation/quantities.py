"""Numbers as people read them, in the metric's own unit; only for sentences, never for formulas."""

from __future__ import annotations

from krtracker.model import Kind, Metric

SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 0.001, "min": 60.0, "minutes": 60.0}
SECONDS |= {"h": 3600.0, "hours": 3600.0, "d": 86400.0, "days": 86400.0}


def plain_number(value: float) -> str:
    """Thousands separators; whole numbers whole, else two decimals, or four digits below 1."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.1f}".removesuffix(".0")
    if abs(value) >= 1:
        return f"{value:.2f}".rstrip("0").removesuffix(".")
    return f"{value:.4g}"


def percent(share: float) -> str:
    """A share as a percentage with at most two decimals: 0.314 is `31.4%`."""
    return f"{share * 100:,.2f}".rstrip("0").removesuffix(".") + "%"


def duration(seconds: float) -> str:
    """`1.8 s`, `7 min 12 s`, `2 h 5 min`."""
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    if left < 1:
        return f"{sign}{left * 1000:.4g} ms" if left else "0 s"
    if left < 59.95:
        return f"{sign}{plain_number(round(left, 1))} s"
    big, small, names = (60, 1, ("min", "s")) if left < 3599.5 else (3600, 60, ("h", "min"))
    whole = round(left / small)
    rest = whole % (big // small)
    tail = f" {rest} {names[1]}" if rest else ""
    return f"{sign}{whole * small // big:,} {names[0]}{tail}"


def quantity(metric: Metric, value: float) -> str:
    """A value of a metric in its unit."""
    if metric.kind is Kind.RATIO:
        return percent(value)
    if metric.kind is Kind.DURATION and metric.unit in SECONDS:
        return duration(value * SECONDS[metric.unit])
    number = plain_number(value)
    if not metric.unit:
        return number
    if metric.unit == "%":
        return f"{number}%"
    if metric.kind is Kind.MONEY and not metric.unit.isalpha():
        return f"-{metric.unit}{number[1:]}" if value < 0 else f"{metric.unit}{number}"
    return f"{number} {metric.unit}"
