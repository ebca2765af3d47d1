"""How often a host may be asked with one credential; shared by all sources of the process."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import deque
from dataclasses import dataclass

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
REMEMBERED = 10_000


@dataclass(frozen=True)
class Rate:
    """At most `count` requests in any `seconds`."""

    count: int
    seconds: float


def read_rate(text: str) -> Rate | None:
    """`30/min` as a Rate; None for no text. Raises ValueError."""
    if not text:
        return None
    found = re.fullmatch(r"([1-9]\d*)\s*/\s*(s|min|h|d)", text)
    if found is None:
        raise ValueError(f'`{text}` is no rate: write it like "30/min"; units: s, min, h, d')
    count = int(found[1])
    if count > REMEMBERED:
        raise ValueError(f"`{text}`: at most {REMEMBERED:,} are counted: name a shorter time")
    return Rate(count, SECONDS[found[2]])


class Gate:
    """Lets requests through, or says how long to wait; times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: deque[float] = deque(maxlen=REMEMBERED)
        self._shut_until = 0.0

    def enter(self, rate: Rate | None, now: float) -> float:
        """0.0 when the request may go (it is then counted), else the seconds until it may."""
        with self._lock:
            wait = max(0.0, self._shut_until - now, self._full(rate, now))
            if not wait:
                self._passed.append(now)
            return wait

    def shut(self, until: float) -> None:
        """Nobody asks before then: the host said so."""
        with self._lock:
            self._shut_until = max(self._shut_until, until)

    def _full(self, rate: Rate | None, now: float) -> float:
        if rate is None or len(self._passed) < rate.count:
            return 0.0
        return self._passed[-rate.count] + rate.seconds - now


_gates: dict[tuple[str, str], Gate] = {}
_lock = threading.Lock()


def gate_of(host: str, credential: str) -> Gate:
    """The one gate of a host and a credential; the credential is kept as a digest only."""
    key = host.lower(), hashlib.sha256(credential.encode()).hexdigest()
    with _lock:
        return _gates.setdefault(key, Gate())
