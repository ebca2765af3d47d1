"""Same question, same bytes, in any process; and nothing heavy until a path is drawn."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from krtracker.evaluation.forecast.seed import random_of
from tests.evaluation.forecast.given import foretold, noisy
from tests.evaluation.given import goal

SAID = """
from tests.evaluation.forecast.given import foretold, noisy
from tests.evaluation.given import goal
print(foretold(noisy(), goal(900, 1000)))
"""


def in_another_process(program: str, hash_seed: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def test_another_process_says_the_same_to_the_last_bit() -> None:
    assert in_another_process(SAID, "1") == str(foretold(noisy(), goal(900, 1000)))


def test_a_seed_is_read_as_eight_words() -> None:
    words = [1, 2, 3, 4, 5, 6, 7, 2**32 - 1]
    seed = b"".join(one.to_bytes(4, "big") for one in words)
    assert random_of(seed).random_sample() == np.random.RandomState(words).random_sample()


def test_the_evaluator_loads_no_numpy_before_a_forecast() -> None:
    program = "import sys, krtracker.evaluation; print('numpy' in sys.modules)"
    assert in_another_process(program, "0") == "False"
