"""The `[sources.ID.events]` table: where the standard metrics find events; it holds no SQL."""

from __future__ import annotations

from krtracker.connector import Options


class UsersTable(Options):
    """Where users stand, with the instant each was created."""

    table: str
    user: str
    created_at: str


class EventsTable(Options):
    """Which table and columns hold the events; `time_zone` is the zone of naive times."""

    table: str
    user: str
    time: str
    event: str
    session: str | None = None
    time_kind: str | None = None
    time_zone: str = "UTC"
    users_table: UsersTable | None = None
