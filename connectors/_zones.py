"""The offset of a zone through a window, for servers that know no zones by name."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from krtracker.connector import SourceRejectedError, Window


def only_offset(window: Window) -> str:
    """The offset a zone keeps through a window as `+01:00`, for servers without zone tables."""
    place = ZoneInfo(window.zone)
    instants = {window.start_utc, window.end_utc - timedelta(seconds=1)}
    instants |= {window.start_utc + timedelta(days=n) for n in range(window.days)}
    offsets = {instant.astimezone(place).utcoffset() or timedelta() for instant in instants}
    if len(offsets) > 1:
        raise SourceRejectedError(
            f"the server does not know the zone {window.zone}, whose clock changes in the window: "
            "load its tables once (mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb mysql), or "
            "write `session_zone = false` in the source if its columns are DATE or DATETIME"
        )
    minutes = int(offsets.pop().total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
