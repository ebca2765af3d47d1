"""The terms of a talk over HTTP: what is asked, within which limits, by which clock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `path` is behind the base, or a whole address that a page of answers gave.

    `json` or `form` is the body. `params` whose value is None are left out, lists are repeated.
    `idempotent` is False where asking twice would do something twice: then nobody tries again.
    """

    path: str = ""
    method: str = "GET"
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """`rate` as `30/min`, shared by all who ask this host with this credential; `most_bytes` of an
    unpacked answer; `tries` of one request; `redirects_to` hosts (`*.example.com`) that an answer
    may lead to, without the credential; `ca_file` instead of the usual authorities."""

    rate: str = ""
    most_bytes: int = 50_000_000
    tries: int = 3
    redirects_to: tuple[str, ...] = ()
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """The clock in seconds, a draw from [0, 1), how to wait (None: but not once it is closed)."""

    clock: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.SystemRandom().random
    wait: Callable[[float], object] | None = None
