"""Worked examples of the standard metrics: a few rows, a question, and numbers summed by hand."""

from __future__ import annotations

from tests.standard.examples import (
    activated,
    active,
    growing,
    ratios,
    retained,
    retained_otherwise,
    segments,
    sessions,
    sessions_otherwise,
    signed_up,
    spelling,
    stored,
    zones,
    zones_over_time,
)
from tests.standard.examples.written import Example

ALL: tuple[Example, ...] = (
    *active.EXAMPLES,
    *ratios.EXAMPLES,
    *segments.EXAMPLES,
    *sessions.EXAMPLES,
    *sessions_otherwise.EXAMPLES,
    *retained.EXAMPLES,
    *retained_otherwise.EXAMPLES,
    *signed_up.EXAMPLES,
    *activated.EXAMPLES,
    *growing.EXAMPLES,
    *zones.EXAMPLES,
    *zones_over_time.EXAMPLES,
    *stored.EXAMPLES,
    *spelling.EXAMPLES,
)
