"""Lets the days of Fieldnote happen: who signs up, comes, pays, what breaks; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from krtracker.demo import curves
from krtracker.demo.curves import SAMPLE, along
from krtracker.demo.draws import Draws

LATE_SHARE = 0.03
LATE_DAYS = 3
STAFF = 4
PAYMENTS_A_DAY = 10


class User(NamedTuple):
    id: int
    created_at: str
    country: str
    platform: str
    first_note_at: str | None
    is_internal: int


class Event(NamedTuple):
    ts: str
    received_at: str
    user_id: int
    name: str
    session_id: int
    seconds: int | None
    country: str
    platform: str
    is_internal: int


class Bug(NamedTuple):
    id: int
    opened_at: str
    severity: str


@dataclass
class Day:
    """What happened on one day; `closed` maps a bug to the time it was closed."""

    users: list[User] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    payments: list[tuple[str, int]] = field(default_factory=list)
    bugs: list[Bug] = field(default_factory=list)
    closed: dict[int, str] = field(default_factory=dict)


@dataclass
class Company:
    """The state that carries from day to day: its users, its open bugs, the numbers given out.

    `start` is the first day of the running cycle; days are counted from it as in `curves`.
    """

    start: date
    draws: Draws
    users: list[User] = field(default_factory=list)
    open_bugs: list[int] = field(default_factory=list)
    returning: dict[int, list[User]] = field(default_factory=dict)
    away: dict[int, set[int]] = field(default_factory=dict)
    last_user: int = 0
    last_session: int = 0
    last_bug: int = 0

    def day(self, number: int) -> Day:
        """The next day; days must be asked for in order."""
        today = Day()
        self._sign_up(number, today)
        self._visit(number, today)
        self._pay(number, today)
        self._break(number, today)
        self.users += today.users
        return today

    def populate(self, count: int, number: int) -> list[User]:
        """The users there were before history begins, four of them Fieldnote's own staff."""
        for index in range(count):
            self.users.append(self._user(number, noted=True, internal=index < STAFF))
        return self.users

    def _user(self, number: int, *, noted: bool, internal: bool = False) -> User:
        draws, since = self.draws, number >= curves.LAUNCH
        self.last_user += 1
        created = draws.randrange(7 * 3600, 22 * 3600)
        mean = along(curves.FIRST_NOTE_SECONDS, number)
        # The golden ratio spreads the lengths evenly between half and one and a half of the mean.
        length = round(mean * (0.5 + self.last_user * 0.6180339887 % 1.0))
        return User(
            self.last_user,
            self._at(number, created),
            draws.card(curves.COUNTRIES_SINCE_LAUNCH if since else curves.COUNTRIES),
            draws.card(curves.PLATFORMS_SINCE_LAUNCH if since else curves.PLATFORMS),
            self._at(number, created + length) if noted else None,
            int(internal),
        )

    def _sign_up(self, number: int, today: Day) -> None:
        draws, weekday = self.draws, self._weekday(number)
        meant = along(curves.SIGN_UPS, number) * curves.WEEK_SIGN_UPS[weekday] / SAMPLE
        for _ in range(max(1, draws.whole("sign-ups", meant * curves.outage(number)))):
            noted = draws.happens("activation", along(curves.ACTIVATION, number))
            user = self._user(number, noted=noted)
            today.users.append(user)
            today.events.append(
                self._event(user, "sign_up", number, hour=int(user.created_at[11:13]))
            )
            self._settle_return(number, user)

    def _settle_return(self, number: int, user: User) -> None:
        """Decides now whether the user is seen on the seventh day: retention is then as meant."""
        if self.draws.happens("retention", along(curves.RETENTION, number)):
            self.returning.setdefault(number + 7, []).append(user)
        else:
            self.away.setdefault(number + 7, set()).add(user.id)

    def _visit(self, number: int, today: Day) -> None:
        draws, weekday = self.draws, self._weekday(number)
        meant = along(curves.ACTIVE_USERS, number) * curves.WEEK_ACTIVE[weekday] / SAMPLE
        wanted = round(meant * curves.outage(number) * draws.gauss(1.0, 0.012))
        present = today.users + self.returning.pop(number, [])
        absent = self.away.pop(number, set()) | {user.id for user in present}
        others = draws.sample(self.users, wanted + len(absent))
        present += [user for user in others if user.id not in absent][: wanted - len(present)]
        for user in present:
            self._session(user, number, today)
            if draws.random() < 0.1:
                self._session(user, number, today)

    def _session(self, user: User, number: int, today: Day) -> None:
        draws = self.draws
        hour = min(23, max(6, int(draws.gauss(14, 3.5))))
        self.last_session += 1
        length = draws.seconds(along(curves.SESSION_SECONDS, number))
        today.events.append(self._event(user, "session", number, hour=hour, seconds=length))
        if draws.happens("crash", along(curves.CRASH_SHARE, number)):
            today.events.append(self._event(user, "crash", number, hour=hour))

    def _event(
        self, user: User, name: str, number: int, *, hour: int, seconds: int | None = None
    ) -> Event:
        draws = self.draws
        second = hour * 3600 + int(draws.random() * 3600)
        late = 0
        if name == "session" and draws.random() < LATE_SHARE:
            late = draws.randint(1, LATE_DAYS)
        return Event(
            self._at(number, second),
            self._at(number + late, second + 2),
            user.id,
            name,
            self.last_session,
            seconds,
            user.country,
            user.platform,
            user.is_internal,
        )

    def _pay(self, number: int, today: Day) -> None:
        draws, weekday = self.draws, self._weekday(number)
        meant = along(curves.REVENUE, number) * curves.WEEK_REVENUE[weekday]
        cents = round(meant * curves.outage(number) * draws.gauss(1.0, 0.04) * 100)
        shares = [draws.uniform(0.4, 1.6) for _ in range(PAYMENTS_A_DAY)]
        for share in shares:
            second = draws.randrange(8 * 3600, 20 * 3600)
            today.payments.append((self._at(number, second), round(cents * share / sum(shares))))

    def _break(self, number: int, today: Day) -> None:
        """Opens and closes bugs so that as many stay open as meant; the oldest go first, mostly."""
        draws, morning = self.draws, 9 * 3600
        for _ in range(draws.randint(1, 4)):
            self.last_bug += 1
            opened = self._at(number, morning + draws.randrange(8 * 3600))
            severity = draws.card(("minor",) * 6 + ("major",) * 3 + ("critical",))
            today.bugs.append(Bug(self.last_bug, opened, severity))
        surplus = len(self.open_bugs) + len(today.bugs) - round(along(curves.OPEN_BUGS, number))
        for _ in range(min(max(0, surplus), len(self.open_bugs))):
            oldest = self.open_bugs.pop(draws.randrange(min(10, len(self.open_bugs))))
            today.closed[oldest] = self._at(number, 17 * 3600 + draws.randrange(3600))
        self.open_bugs += [bug.id for bug in today.bugs]

    def _weekday(self, number: int) -> int:
        return (self.start + timedelta(days=number)).weekday()

    def _at(self, number: int, second: int) -> str:
        day = self.start + timedelta(days=number + second // 86400)
        hours, rest = divmod(second % 86400, 3600)
        return f"{day} {hours:02}:{rest // 60:02}:{rest % 60:02}"
