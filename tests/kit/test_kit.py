"""The contract kit: passes a connector that keeps the contract, catches each that does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from krtracker.connector import Window
from krtracker.errors import UnknownNameError
from krtracker.testing import ContractError, check_connector
from tests.kit.broken import BREAKS, Good

WINDOW = Window(date(2026, 3, 1), date(2026, 3, 3), "UTC")


def check(kind: Any) -> Any:
    return check_connector(
        kind,
        {},
        {},
        window=WINDOW,
        failing={"query": "bad"},
        broken={"kind": "unreachable"},
        hanging_source={"kind": "hangs"},
        patience=0.05,
    )


def test_a_connector_that_keeps_the_contract_passes() -> None:
    assert len(check(Good).points) == 6


@pytest.mark.parametrize(("kind", "rule"), BREAKS, ids=[kind.__name__ for kind, _ in BREAKS])
def test_each_broken_rule_is_caught_by_its_name(kind: type[Good], rule: str) -> None:
    with pytest.raises(ContractError) as caught:
        check(kind)
    assert caught.value.rule == rule


def test_a_window_without_points_proves_nothing_and_is_refused() -> None:
    good: Any = Good
    with pytest.raises(ContractError, match="the kit needs a window with points"):
        check_connector(good, {}, {}, window=Window(date(2020, 1, 1), date(2020, 1, 2), "UTC"))


def test_a_connector_is_found_by_its_registered_name() -> None:
    with pytest.raises(UnknownNameError, match="did you mean `sql`"):
        check_connector("sqll", {}, {}, window=WINDOW)
