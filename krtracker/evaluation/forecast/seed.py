"""The fingerprints of a forecast: same question, same draws, for ever; makes no forecast itself."""

from __future__ import annotations

import hashlib
import marshal
from array import array
from typing import TYPE_CHECKING

from krtracker.evaluation.cases import Case
from krtracker.evaluation.days import Known
from krtracker.evaluation.question import actual_of

if TYPE_CHECKING:
    import numpy as np

METHOD = "krtracker forecast 1"
"""Changes whenever the same inputs would be forecast otherwise."""


def seed_digest(case: Case, known: Known) -> bytes:
    """SHA-256 over key result, data day, method version and the days learnt from (F.1).

    The goal is not in it: another target is judged on the very same paths.
    """
    question = case.question
    facts = (METHOD, question.key_result.id, known.days[-1], str(question.metric.kind))
    marked = [day.toordinal() for day in question.holidays]
    digest = hashlib.sha256(marshal.dumps((*facts, marked, known.weights is not None), 2))
    digest.update(array("q", known.days).tobytes())
    digest.update(array("d", known.values).tobytes())
    digest.update(array("d", known.weights or ()).tobytes())
    return digest.digest()


def forecast_digest(case: Case, seed: bytes) -> str:
    """SHA-256 over everything a forecast follows from: the seed's facts and the goal."""
    key_result, aim = case.question.key_result, case.aim
    actual = actual_of(key_result, case.question.metric)
    goal = aim and (aim.origin, aim.first, aim.versions, aim.direction)
    days = (case.frame.start, case.frame.end)
    terms = (key_result.touch_days, str(key_result.commitment))
    return hashlib.sha256(
        marshal.dumps((seed, actual.how, actual.size, goal, days, terms), 2)
    ).hexdigest()


def random_of(seed: bytes) -> np.random.RandomState:
    """The generator of a seed; its stream is fixed by NumPy for good."""
    import numpy as np

    return np.random.RandomState(np.frombuffer(seed, dtype=">u4").astype(np.uint32))
