"""Formulas and watched things as written: order of working, what is inherited, what is refused."""

from __future__ import annotations

import pytest

from krtracker.model import Watch
from krtracker.settings.formulas import FormulaError, formula_steps
from tests.settings.texts import read

STEPS = {
    "a / b": "a b /",
    "a + b * c": "a b c * +",
    "(a + b) * c": "a b + c *",
    "a - b - c": "a b - c -",
    "a / b / c": "a b / c /",
    "100 * a / (b + c)": "100 a * b c + /",
    "sign-ups / dau.all": "sign-ups dau.all /",
    "a * 0.5": "a 0.5 *",
}


@pytest.mark.parametrize("text", STEPS)
def test_a_formula_is_taken_apart_in_the_order_of_working(text: str) -> None:
    assert " ".join(formula_steps(text)) == STEPS[text]


@pytest.mark.parametrize("text", ["", "a /", "/ a", "a b", "(a", "a)", "a ^ b", "()", "a + - b"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        formula_steps(text)


def test_a_formula_is_as_late_as_the_latest_metric_in_it() -> None:
    text = '[metrics.slow]\nsource = "db"\nlate_by = "2d"\nsettles_in = "3d"\nquery = "q :start"\n'
    found = read(text + '[metrics.x]\nformula = "slow / dau"\n').metrics["x"]
    assert (found.parts, found.late_by, found.settles_in) == (("slow", "dau"), 2, 3)


def test_a_rate_by_formula_is_pooled_unless_stated() -> None:
    text = '[metrics.x]\nkind = "ratio"\nformula = "signups / dau"\n'
    assert read(text).metrics["x"].actual.text == "7d weighted mean"


def test_what_is_watched_has_a_line_a_side_and_a_lead() -> None:
    text = '[key_results.a]\nmetric = "dau"\nbaseline = 1\ntarget = 2\n'
    text += 'guardrails = ["d7_retention below 30%", "bugs"]\n'
    text += 'leading = ["signups below 1_000, 14d ahead"]\n'
    found = read(text).key_results["2026-q4/a"]
    assert found.watched == (
        Watch("guardrail", "d7_retention", True, below=0.3),
        Watch("guardrail", "bugs", True),
        Watch("leading", "signups", True, below=1000.0, lead=14),
    )
    assert found.guardrails == ("d7_retention", "bugs")
