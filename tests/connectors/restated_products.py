"""A source and two metrics of every product over HTTP, as a configuration states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.connectors.ga4_server import Ga4Server, key_text
from tests.connectors.restated import PAGE
from tests.connectors.site_servers import WEBSITE

KEY = "${env:KEY}"
HEAD = """
schema = 1
timezone = "Europe/Berlin"

[store]
path = "krtracker.duckdb"
"""
TABLES = """
[sources.{id}]
{source}

[metrics.{id}_visits]
kind = "count"
source = "{id}"
history = "40d"
{visits}

[metrics.{id}_actions]
kind = "count"
source = "{id}"
history = "40d"
{actions}
"""


@dataclass(frozen=True)
class Product:
    """A source at `{{url}}`, its two metrics, days re-read each time, requests in all by hand."""

    source: str
    visits: str
    actions: str
    requests: int
    again: int = 4


def _paged(value: str) -> str:
    pages = f'{{ by = "page", param = "page", size = {PAGE}, total = "total" }}'
    picks = f'rows = "days", day = "day", value = "{value}", pages = {pages}'
    return f'request = {{ params = {{ from = "{{start}}", to = "{{last}}" }}, {picks} }}'


def _of_sheet(value: str) -> str:
    return f'request = {{ format = "csv", day = "day", value = "{value}" }}'


TOKEN = f'url = "{{url}}"\ntoken = "{KEY}"'
GA4 = Product(
    'connector = "ga4"\nproperty = 1234\n{more}',
    'report = { metrics = ["sessions"] }',
    'report = { metrics = ["eventCount"], filter = { eventName = "sign_up" } }',
    # Two filters are two reports of one request.
    requests=26,
    again=7,
)
UMAMI = ('standard = "dau"', 'report = { metrics = ["pageviews"] }')
PRODUCTS: Mapping[str, Product] = {
    "ga4 rest": GA4,
    "ga4 grpc": GA4,
    # One request a metric, and the twelve days after the week off are three pages: 2 x (26 + 2).
    "http": Product(
        f'connector = "http"\nurl = "{{url}}"\nauth = {{ token = "{KEY}" }}',
        _paged("visits"),
        _paged("actions"),
        requests=56,
    ),
    # One request a metric: 2 x 26.
    "http csv": Product(
        f'connector = "http"\nurl = "{{url}}"\nauth = {{ token = "{KEY}" }}',
        _of_sheet("visits"),
        _of_sheet("actions"),
        requests=52,
    ),
    # One range a metric; 29 March has 23 hours and a range of its own: as the last of the four days
    # it makes 2 ranges of 1, inside 3 twice, as the first 2 again. 2 x (26 + 1 + 2 + 2 + 1).
    "prometheus": Product(
        f'connector = "prometheus"\nurl = "{{url}}"\nauth = {{ user = "r", password = "{KEY}" }}',
        "query = 'sum(increase(visits[$day]))'",
        "query = 'sum(increase(actions[$day]))'",
        requests=64,
    ),
    "mixpanel": Product(
        f'connector = "mixpanel"\nurl = "{{url}}"\nsecret = "{KEY}"',
        'standard = "dau"\nevents = "Visit"',
        'standard = "dau"\nevents = "Act"',
        requests=26,
        again=7,
    ),
    # A chart holds one event: 2 x 26.
    "amplitude": Product(
        f'connector = "amplitude"\nurl = "{{url}}"\napi_key = "{KEY}"\nsecret_key = "{KEY}"',
        'standard = "dau"',
        'standard = "event_count"',
        requests=52,
        again=7,
    ),
    "posthog": Product(
        f'connector = "posthog"\nproject_id = 1\n{TOKEN}',
        'standard = "dau"',
        'standard = "event_count"',
        requests=26,
    ),
    "plausible": Product(
        f'connector = "plausible"\nsite_id = "example.com"\n{TOKEN}',
        'standard = "dau"',
        'report = { metrics = ["pageviews"] }',
        requests=26,
    ),
    "matomo": Product(
        f'connector = "matomo"\nsite = 1\n{TOKEN}',
        'standard = "dau"',
        'report = { metrics = ["nb_actions"] }',
        requests=26,
    ),
    # One login, which holds for the whole month.
    "umami": Product(
        f'connector = "umami"\nwebsite = "{WEBSITE}"\nurl = "{{url}}"\nuser = "krtracker"\n'
        f'password = "{KEY}"',
        *UMAMI,
        requests=27,
    ),
    "umami cloud": Product(
        f'connector = "umami"\nwebsite = "{WEBSITE}"\nurl = "{{url}}/v1"\napi_key = "{KEY}"',
        *UMAMI,
        requests=26,
    ),
}


def tables(name: str, product: Product, **parts: str) -> str:
    """The product as source `name` with the metrics `name_visits` and `name_actions`."""
    source = product.source
    for key, one in parts.items():
        source = source.replace(f"{{{key}}}", one)
    return TABLES.format(id=name, source=source, visits=product.visits, actions=product.actions)


def ga4_tables(server: Ga4Server, folder: Path, transport: str) -> str:
    """The property at this server as source `api`, its key as a file in the folder."""
    (folder / "key.json").write_text(key_text(), "utf-8")
    told = server.source(transport, credentials_file=str(folder / "key.json"))
    kept = {key: one for key, one in told.items() if key not in ("credentials", "property")}
    return tables("api", GA4, more="\n".join(f'{key} = "{one}"' for key, one in kept.items()))
