"""The made-up company Fieldnote: its configuration and its generated event database, nothing real.

`example()` is the configuration as shipped, `shift_example()` copies it with its dates moved to
today, `generate()` makes the database it asks, `late_day()` lets another day happen and
`catch_up()` all that are over by now.
"""

from krtracker.demo.database import DemoFacts, catch_up, generate, late_day
from krtracker.demo.example import Shifted, example, shift_example

__all__ = [
    "DemoFacts",
    "Shifted",
    "catch_up",
    "example",
    "generate",
    "late_day",
    "shift_example",
]
