"""Plausible, Matomo and Umami as they answer over HTTP, from the data files beside this module."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from tests.connectors.faulty import Given, Heard

HERE = Path(__file__).parent
WEBSITE = "3f2c0a5e-7f0e-4d3c-9a51-6d1c5a1f0b11"


def given(value: Any, status: int = 200) -> Given:
    return Given(json.dumps(value).encode(), status=status)


def read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


class Plausible:
    """`POST /api/v2/query` of one site; `page` is the most rows of an answer."""

    def __init__(self, key: str, zone: str = "UTC", page: int = 10_000, **meta: Any) -> None:
        self._key, self._zone, self._page, self._meta = key, ZoneInfo(zone), page, meta
        self._tables = read("plausible/site.json")["tables"]

    def __call__(self, heard: Heard) -> Given:
        if (heard.method, heard.path) != ("POST", "/api/v2/query"):
            return given({"error": "Not found"}, 404)
        asked = json.loads(heard.body)
        signed = heard.headers.get("authorization") == f"Bearer {self._key}"
        if not signed or asked["site_id"] != "example.com":
            words = "Invalid API key or site ID. Please make sure you're using a valid API key."
            return given({"error": words}, 401)
        _, *by = asked["dimensions"]
        goal = any("event:goal" in one for one in asked["filters"])
        mixed = sorted({"bounce_rate", "visit_duration"} & set(asked["metrics"]))
        if mixed and goal:
            words = (
                f"Session metric(s) `{', '.join(mixed)}` cannot be used along with event filters"
            )
            return given({"error": words}, 400)
        return self._answer(asked, self._rows(asked, by))

    def _answer(self, asked: Mapping[str, Any], rows: list[Any]) -> Given:
        begin = asked["pagination"]["offset"]
        first, last = map(date.fromisoformat, asked["date_range"])
        bounds = [
            datetime.combine(first, time(), self._zone).isoformat(),
            datetime.combine(last, time(23, 59, 59), self._zone).isoformat(),
        ]
        meta = {"total_rows": len(rows), **self._meta}
        page = rows[begin : begin + self._page]
        told = {"results": page, "meta": meta, "query": {**asked, "date_range": bounds}}
        return given(told)

    def _rows(self, asked: Mapping[str, Any], by: list[str]) -> list[Any]:
        first, last = asked["date_range"]
        found = []
        for table in self._tables:
            if table["filters"] == asked["filters"] and table.get("by", []) == by:
                for day, row in table["rows"].items():
                    if first <= day <= last:
                        found += _cells(day, row, bool(by), asked["metrics"])
        return found


def _cells(day: str, row: Mapping[str, Any], parted: bool, metrics: list[str]) -> list[Any]:
    parts = row if parted else {None: row}
    return [
        {
            "metrics": [cells.get(name, 0) for name in metrics],
            "dimensions": [day, *filter(None, [part])],
        }
        for part, cells in parts.items()
    ]


class Matomo:
    """`API.getBulkRequest` of one site: errors come with status 200, an empty day as `[]`."""

    def __init__(self, token: str, zone: str = "UTC", limit: int = 200) -> None:
        self._token, self._zone, self._limit = token, zone, limit
        self._reports = read("matomo/site.json")

    def __call__(self, heard: Heard) -> Given:
        form = heard.form
        if "token_auth" in heard.params or heard.path != "/index.php":
            return given({"result": "error", "message": "not this way"})
        urls = [one for key, one in form.items() if key.startswith("urls[")]
        if form.get("method") != "API.getBulkRequest" or form.get("format") != "JSON":
            return given(_error(f"The method '{form.get('method')}' does not exist"))
        if len(urls) > self._limit:
            words = f"The maximum number of bulk request URLs is {self._limit}"
            return given(_error(words), 400)
        allowed = form.get("token_auth") == self._token
        return given([self._report(dict(parse_qsl(one)), allowed) for one in urls])

    def _report(self, asked: dict[str, str], allowed: bool) -> Any:
        if not allowed or asked["idSite"] != "1":
            site = asked["idSite"]
            words = f"it requires 'view' access for the website id = {site}."
            return _error(f"You can't access this resource as {words}")
        if asked["method"] == "SitesManager.getSiteFromId":
            return {"idsite": "1", "name": "Example", "timezone": self._zone, "currency": "EUR"}
        goal = f"idGoal={asked['idGoal']}" if "idGoal" in asked else ""
        key = (asked["method"], asked["period"], asked.get("segment", ""), goal)
        known = self._reports.get(" ".join(filter(None, key)))
        if known is None and f"{asked['method']} day" not in self._reports:
            module, _, action = asked["method"].partition(".")
            return _error(f"The method '{action}' does not exist in the module '{module}'.")
        return _span(known or {}, asked)


def _error(words: str) -> dict[str, str]:
    return {"result": "error", "message": words}


def _span(known: Mapping[str, Any], asked: Mapping[str, str]) -> Any:
    """One entry a period that touches the days, `[]` for those without data."""
    first, last = map(date.fromisoformat, asked["date"].split(","))
    keys = dict.fromkeys(
        _period(first + timedelta(n), asked["period"]) for n in range((last - first).days + 1)
    )
    return {key: _formatted(known.get(key, []), asked) for key in keys}


def _period(day: date, period: str) -> str:
    if period == "month":
        return f"{day:%Y-%m}"
    monday = day - timedelta(day.weekday())
    return f"{monday},{monday + timedelta(6)}" if period == "week" else str(day)


def _formatted(entry: Any, asked: Mapping[str, str]) -> Any:
    """Percents as fractions where no formatting is wanted; older versions format all the same."""
    if asked.get("format_metrics") != "0" or not isinstance(entry, dict):
        return entry
    return {
        key: float(one[:-1]) / 100
        if isinstance(one, str) and one.endswith("%") and key == "bounce_rate"
        else one
        for key, one in entry.items()
    }


class Umami:
    """`/api` of a self-hosted server with its login, or with `api_key` `/v1` of the cloud."""

    def __init__(self, password: str = "", api_key: str = "") -> None:
        self._password, self._api_key = password, api_key
        self._data = read("umami/website.json")
        self.tokens: list[str] = []

    def __call__(self, heard: Heard) -> Given:
        if heard.path == "/api/auth/login" and not self._api_key:
            return self._login(json.loads(heard.body))
        if not self._allowed(heard.headers):
            return _refused("Unauthorized", "unauthorized", 401)
        path = heard.path.removeprefix("/api/").removeprefix("/v1/")
        if path == "reports/retention":
            return self._retention(json.loads(heard.body))
        kinds: dict[str, Callable[[dict[str, str]], Given]] = {
            f"websites/{WEBSITE}/pageviews": self._pageviews,
            f"websites/{WEBSITE}/stats": self._stats,
            f"websites/{WEBSITE}/events/series": self._events,
        }
        if path not in kinds:
            return _refused("Not found", "not-found", 404)
        if not {"startAt", "endAt"} <= set(heard.params):
            return _refused("Bad request", "bad-request", 400)
        return kinds[path](heard.params)

    def _login(self, body: Mapping[str, str]) -> Given:
        if body != {"username": "krtracker", "password": self._password}:
            return _refused("Incorrect username/password", "incorrect-username-password", 401)
        self.tokens.append(f"jwt.token-{len(self.tokens)}-{'x' * 20}")
        return given({"token": self.tokens[-1], "user": {"id": WEBSITE, "username": "krtracker"}})

    def _allowed(self, headers: Mapping[str, str]) -> bool:
        if self._api_key:
            return headers.get("x-umami-api-key") == self._api_key
        return headers.get("authorization") in [f"Bearer {one}" for one in self.tokens[-1:]]

    def _pageviews(self, params: dict[str, str]) -> Given:
        empty: dict[str, list[Any]] = {"pageviews": [], "sessions": []}
        known = self._data["pageviews"].get(_filters(params), empty)
        first, last = _days(params)
        return given(
            {
                name: [one for one in series if first <= one["x"][:10] <= last]
                for name, series in known.items()
            }
        )

    def _events(self, params: dict[str, str]) -> Given:
        first, last = _days(params)
        known = self._data["events"].get(_filters(params), [])
        return given([one for one in known if first <= one["t"][:10] <= last])

    def _stats(self, params: dict[str, str]) -> Given:
        empty = {"pageviews": 0, "visitors": 0, "visits": 0, "bounces": 0, "totaltime": 0}
        return given(self._data["stats"].get(" ".join(_days(params)), empty))

    def _retention(self, body: Mapping[str, Any]) -> Given:
        asked = body["parameters"]
        if body["websiteId"] != WEBSITE or body["type"] != "retention":
            return _refused("Unauthorized", "unauthorized", 401)
        zone = ZoneInfo(asked["timezone"])
        first, last = (
            str(datetime.fromisoformat(asked[name]).astimezone(zone).date())
            for name in ("startDate", "endDate")
        )
        found = [
            one
            for one in self._data["retention"]
            if first <= one["date"][:10]
            and str(date.fromisoformat(one["date"][:10]) + timedelta(one["day"])) <= last
        ]
        return given(found)


def _refused(words: str, code: str, status: int) -> Given:
    return given({"error": {"message": words, "code": code, "status": status}}, status)


def _filters(params: Mapping[str, str]) -> str:
    ours = ("startAt", "endAt", "timezone", "unit")
    return "&".join(f"{key}={one}" for key, one in sorted(params.items()) if key not in ours)


def _days(params: Mapping[str, str]) -> tuple[str, str]:
    zone = ZoneInfo(params["timezone"])
    instants = (
        datetime.fromtimestamp(int(params[name]) / 1000, UTC) for name in ("startAt", "endAt")
    )
    first, last = (str(one.astimezone(zone).date()) for one in instants)
    return first, last
