"""Many series read at once, few or in batches; and what was known then stays what was known."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.model import Point
from krtracker.periods import Span
from krtracker.store import Store
from tests.store.world import D1, D2, D3, DAYS, HOUR, NOW, pull

AGES = Span(date(1000, 1, 1), date(2200, 1, 1))
"""So many days that two series fill a batch, and NumPy splits it."""

answers = st.lists(
    st.dictionaries(st.sampled_from([D1, D2, D3]), st.integers(-3, 3).map(float), max_size=3),
    min_size=1,
    max_size=5,
)


def test_series_read_in_batches_are_those_read_alone(store: Store) -> None:
    names = [f"m{n}" for n in range(5)]
    known = {
        name: [Point(day, 10.0 * n + place, None if n % 2 else 5.0 + place)
               for place, day in enumerate((D1, D2, D3)[n % 3 :])]
        for n, name in enumerate(names)
    }  # fmt: skip
    store.commit([pull(points, metric=name) for name, points in known.items()], now=NOW)
    reader = store.reader()
    asked = [(name, "") for name in (*names, "nobody")]
    whole = reader.series(dict.fromkeys(asked, AGES))
    assert list(whole) == asked
    for key in asked:
        alone = reader.series({key: DAYS})[key]
        assert list(whole[key].days) == list(alone.days)
        assert list(whole[key].values) == list(alone.values)
        assert list(whole[key].weights or ()) == list(alone.weights or ())
    assert [len(whole[key]) for key in asked] == [3, 2, 1, 3, 2, 0]


@settings(max_examples=12, deadline=None)
@given(answers)
def test_what_is_recorded_later_changes_no_earlier_answer(
    lasting: Store, told: list[dict[date, float]]
) -> None:
    """rules.md T: restated, retracted or new, each instant keeps what was known at it."""
    key = (f"metric-{len(lasting.reader().runs(limit=1_000_000))}", "")

    def known(as_of: datetime | None = None) -> tuple[list[int], list[float]]:
        found = lasting.reader().series({key: DAYS}, as_of=as_of)[key]
        return list(found.days), list(found.values)

    seen = {}
    for number, values in enumerate(told):
        points = [Point(day, values[day]) for day in sorted(values)]
        (run,) = lasting.commit([pull(points, metric=key[0])], now=NOW + number * HOUR)
        seen[run.recorded_at] = known()
    assert {instant: known(instant) for instant in seen} == seen
    assert known(min(seen) - timedelta(microseconds=1)) == ([], [])
    assert known() == seen[max(seen)]
