"""Paths by other people's methods; runs in its own environment, knows nothing of krtracker.

`python forecast_peers.py {autoets|prophet} cases.npz paths.npz`: histories in, 1,000 paths out.
"""

from __future__ import annotations

import importlib
import logging
import sys
import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PATHS = 1000


def filled(history: Array) -> Array:
    """Gaps by straight lines: these methods take no gaps, or do no better with them."""
    known = np.isfinite(history)
    days = np.arange(len(history))
    return np.interp(days, days[known], history[known])


def autoets(history: Array, first: int, days: int) -> Array:
    """The automatic choice of an exponential smoothing, with a week's season."""
    models = importlib.import_module("statsforecast.models")
    model = models.AutoETS(season_length=7).fit(filled(history))
    return np.asarray(model.simulate(h=days, n_paths=PATHS, seed=1))


def prophet(history: Array, first: int, days: int) -> Array:
    """Its defaults; the season of a year only where it switches it on by itself."""
    import pandas as pd

    start = pd.Timestamp.fromordinal(first)
    table = pd.DataFrame({"ds": pd.date_range(start, periods=len(history)), "y": history})
    np.random.seed(1)
    model = (
        importlib.import_module("prophet").Prophet(uncertainty_samples=PATHS).fit(table.dropna())
    )
    ahead = pd.DataFrame(
        {"ds": pd.date_range(start + pd.Timedelta(days=len(history)), periods=days)}
    )
    samples: Any = model.predictive_samples(ahead)["yhat"]
    return np.asarray(samples).T


METHODS = {"autoets": autoets, "prophet": prophet}


def main(name: str, cases: str, out: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with np.load(cases) as given:
        lengths, ends, days = given["lengths"], given["ends"], int(given["days"])
        histories = [row[-n:] for row, n in zip(given["histories"], lengths, strict=True)]
    begun = time.process_time()
    made = np.stack(
        [
            METHODS[name](one, int(end) - len(one) + 1, days).astype(np.float32)
            for one, end in zip(histories, ends, strict=True)
        ]
    )
    np.savez(out, paths=made, seconds=(time.process_time() - begun) / len(made))


if __name__ == "__main__":
    main(*sys.argv[1:])
