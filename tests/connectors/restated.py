"""A product whose numbers change for two days after their day, behind each API that is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from krtracker.periods import Span
from tests.connectors.faulty import Given, Heard
from tests.connectors.ga4_property import Property
from tests.connectors.site_servers import given
from tests.connectors.speakers import CANARY

ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
ONE_DAY = timedelta(days=1)
PAGE = 5
"""Days on a page of the API that `http` asks."""


def whole(day: date, per_visit: int = 1) -> int:
    """What is said of a day in the end; one more step each day, so that no two are alike."""
    return (1000 + 20 * (day - FIRST).days) * per_visit


@dataclass
class World:
    """What the product knows on `today`: 80 % of yesterday, 95 % of the day before it, all else."""

    today: date = FIRST

    def seen(self, day: date, per_visit: int = 1) -> int:
        share = {0: 10, 1: 80, 2: 95}.get((self.today - day).days, 100)
        return whole(day, per_visit) * share // 100

    def rows(self, first: date, last: date) -> Iterator[tuple[date, int, int]]:
        """Day, visitors and actions of the days with anything, today's first hours too."""
        for day in Span(max(first, FIRST), min(last, self.today)):
            yield day, self.seen(day), self.seen(day, 3)


Answer = Callable[[World, Heard], Given]


def _iso(*days: str) -> tuple[date, date]:
    first, last = map(date.fromisoformat, days)
    return first, last


def _instants(first: float, last: float) -> tuple[date, date]:
    """The civil days that begin and end at these seconds."""
    begin, end = (datetime.fromtimestamp(one, UTC).astimezone(ZONE).date() for one in (first, last))
    return begin, end


def _http(world: World, heard: Heard) -> Given:
    rows = list(world.rows(*_iso(heard.params["from"], heard.params["to"])))
    at = (int(heard.params["page"]) - 1) * PAGE
    days = [{"day": str(day), "visits": n, "actions": m} for day, n, m in rows[at : at + PAGE]]
    return given({"days": days, "total": len(rows)})


def _sheet(world: World, _: Heard) -> Given:
    """A sheet put on the web holds all days there are, whatever is asked."""
    lines = [f"{day},{n},{m}" for day, n, m in world.rows(FIRST, world.today)]
    return Given("\n".join(["day,visits,actions", *lines, ""]).encode(), "text/csv")


def _prometheus(world: World, heard: Heard) -> Given:
    """A value at the last millisecond of each day, a step of 24 hours from the first on."""
    asked = heard.form
    begin, end = float(asked["start"]), float(asked["end"])
    found = {
        day: n if "visits" in asked["query"] else m
        for day, n, m in world.rows(*_instants(begin, end))
    }
    values = []
    for n in range(int((end - begin) // 86400) + 1):
        at = begin + n * 86400
        day = datetime.fromtimestamp(at, UTC).astimezone(ZONE).date()
        if day in found:
            values.append([at, str(found[day])])
    series = [{"metric": {}, "values": values}] if values else []
    return given({"status": "success", "data": {"resultType": "matrix", "result": series}})


def _mixpanel(world: World, heard: Heard) -> Given:
    asked = heard.params
    rows = list(world.rows(*_iso(asked["from_date"], asked["to_date"])))
    known = {
        "Visit": {str(day): n for day, n, _ in rows},
        "Act": {str(day): m for day, _, m in rows},
    }
    values = {name: known[name] for name in json.loads(asked["event"])}
    return given({"data": {"series": [str(day) for day, *_ in rows], "values": values}})


def _amplitude(world: World, heard: Heard) -> Given:
    rows = list(world.rows(*_iso(heard.params["start"], heard.params["end"])))
    active = json.loads(heard.params["e"])["event_type"] == "_active"
    series = [n if active else m for _, n, m in rows]
    days = [str(day) for day, *_ in rows]
    return given({"data": {"series": [series], "seriesMeta": [{}], "xValues": days}})


def _posthog(world: World, heard: Heard) -> Given:
    """Each part's rows: what is counted stands in its text, the days among its values."""
    query = json.loads(heard.body)["query"]
    results = []
    for part, text in enumerate(query["query"].split(" UNION ALL ")):
        names = re.findall(r"fromUnixTimestamp\({(\w+)}\)", text)
        start, end = (query["values"][name] for name in names)
        for day, n, m in world.rows(*_instants(start, end - 1)):
            results.append([part, str(day), "", n if "person_id" in text else m, 0])
    return given({"columns": ["part", "day", "segment", "a", "b"], "results": results})


def _plausible(world: World, heard: Heard) -> Given:
    asked = json.loads(heard.body)
    results = []
    for day, n, m in world.rows(*_iso(*asked["date_range"])):
        cells = {"visitors": n, "pageviews": m}
        metrics = [cells[name] for name in asked["metrics"]]
        results.append({"metrics": metrics, "dimensions": [str(day)]})
    return given({"results": results, "meta": {"total_rows": len(results)}, "query": {}})


def _matomo(world: World, heard: Heard) -> Given:
    asked = [dict(parse_qsl(one)) for key, one in heard.form.items() if key.startswith("urls[")]
    return given([_of_matomo(world, one) for one in asked])


def _of_matomo(world: World, asked: Mapping[str, str]) -> Any:
    if asked["method"] == "SitesManager.getSiteFromId":
        return {"idsite": "1", "timezone": ZONE.key}
    first, last = _iso(*asked["date"].split(","))
    days: dict[str, Any] = {str(day): [] for day in Span(first, last)}
    for day, n, m in world.rows(first, last):
        days[str(day)] = {"nb_uniq_visitors": n, "nb_visits": n, "nb_actions": str(m)}
    return days


def _umami(world: World, heard: Heard) -> Given:
    if heard.path == "/api/auth/login":
        return given({"token": CANARY})
    first, last = (int(heard.params[name]) / 1000 for name in ("startAt", "endAt"))
    rows = list(world.rows(*_instants(first, last)))
    return given(
        {
            "sessions": [{"x": f"{day} 00:00:00", "y": n} for day, n, _ in rows],
            "pageviews": [{"x": f"{day} 00:00:00", "y": m} for day, _, m in rows],
        }
    )


ANSWERS: Mapping[str, Answer] = {
    "http": _http,
    "http csv": _sheet,
    "prometheus": _prometheus,
    "mixpanel": _mixpanel,
    "amplitude": _amplitude,
    "posthog": _posthog,
    "plausible": _plausible,
    "matomo": _matomo,
    "umami": _umami,
    "umami cloud": _umami,
}


class RestatedProperty(Property):
    """The property of GA4 with the world's numbers."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def report(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        rows = list(self._world.rows(FIRST, self._world.today))
        self.table["days"] = {
            "": {f"{day:%Y%m%d}": {"sessions": str(n), "eventCount": "9999"} for day, n, _ in rows},
            "eventName = sign_up": {f"{day:%Y%m%d}": {"eventCount": str(m)} for day, _, m in rows},
        }
        return super().report(asked)
