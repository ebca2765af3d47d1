"""The texts of a first configuration: answers in, files out; it asks nothing and writes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from krtracker.cli.products import PRODUCTS
from krtracker.periods import Span, named_period

# The kind of source -> (variable of the URL, a URL as an example).
DATABASES: Mapping[str, str] = {
    "postgresql": "postgresql+psycopg://reader:PASSWORD@db.example.com:5432/product",
    "mysql": "mysql+pymysql://reader:PASSWORD@db.example.com:3306/product",
    "sqlite": "sqlite:///data/product.db",
    "duckdb": "duckdb:///data/product.duckdb",
}
KINDS = (*DATABASES, "files", *PRODUCTS)


@dataclass(frozen=True, slots=True)
class Answers:
    """The five answers `init` asks for."""

    name: str
    zone: str
    kind: str
    table: str
    cycle: str


def quarter_of(day: date) -> str:
    """The calendar quarter's id: 2026-11-20 is in "2026-q4"."""
    return f"{day.year}-q{(day.month - 1) // 3 + 1}"


def cycle_span(cycle: str) -> Span:
    """The days of "2026-q4", "2026-h1" or "2026"; ValueError for another text."""
    return named_period(cycle.replace("-", " "))


def files_of(answers: Answers) -> dict[str, str]:
    """Path to text of everything `init` writes, the JSON Schema aside."""
    files = {
        "krtracker.toml": _workspace(answers),
        "metrics.toml": _metrics(answers),
        f"okrs/{answers.cycle}.toml": _okrs(answers),
        ".env.example": _env(answers),
        ".gitignore": "\n".join([".env", "data/", *_files_of_keys(answers), ""]),
    }
    if answers.kind == "files":
        files["source/events.csv.example"] = "ts,user_id\n2026-10-01 08:15:00,u1\n"
    return files


def _files_of_keys(answers: Answers) -> list[str]:
    product = PRODUCTS.get(answers.kind)
    return [product.file] if product and product.file else []


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _workspace(answers: Answers) -> str:
    return f"""\
#:schema ./.krtracker/schema.json

# Where numbers come from. `krtracker check` reads these files only; `krtracker doctor`
# also tries every connection. A running daemon picks up a saved, valid file within
# seconds and keeps the last valid one otherwise.

schema = 1
name = {_text(answers.name)}
# Day boundaries, schedules and every date shown.
timezone = {_text(answers.zone)}
# Definitions and goals live in their own files, with their own reviewers.
include = ["metrics.toml", "okrs/*.toml"]

[store]
# The DuckDB file for SQL, BI and notebooks: always readable, replaced whole after each run.
path = "data/krtracker.duckdb"

# Secrets are references, read when needed, never stored or logged:
#   ${{env:NAME}} (also from .env)   ${{file:PATH}}   ${{cred:NAME}} (systemd)
{_source(answers)}
[people.me]
name = "Me"
"""


def _source(answers: Answers) -> str:
    if answers.kind == "files":
        return f"""\
[sources.product]
connector = "files"
# CSV, Parquet and JSON files below this folder; a query speaks of the tables named here.
folder = "source"
tables = {{ {answers.table.replace(".", "_")} = "events.csv" }}
"""
    if answers.kind in PRODUCTS:
        return f"""\
[sources.product]
connector = "{answers.kind}"
{PRODUCTS[answers.kind].source}
# Its days are those of the workspace; where the product's own zone differs, write it here:
# timezone = "Europe/Berlin"

"""
    return """\
[sources.product]
connector = "sql"
# Any SQLAlchemy URL. Use a role that may only read.
url = "${env:PRODUCT_DB_URL}"
timeout = "60s"
"""


def _metrics(answers: Answers) -> str:
    return f"""\
#:schema ./.krtracker/schema.json

# One definition per number, shared by every key result that uses it.

[metrics.active_users]
title = "Daily active users"
# count, ratio, duration, money or number: decides formatting, units and sanity checks.
kind = "count"
source = "product"
{_question(answers)}
refresh = "daily 06:10"
# The number compared with a target. Weekends would otherwise turn it red.
actual = "7d mean"
# Late events revise the last days, so every run reads this far back.
settles_in = "2d"
"""


def _question(answers: Answers) -> str:
    """What is asked: a product's own answer by its name, a database's by a query."""
    if answers.kind in PRODUCTS:
        said = f"# `krtracker connectors {answers.kind}` lists what else it answers by name."
        return f"{said}\n{PRODUCTS[answers.kind].metric}"
    return f'''\
# Answers `day, value` (or `day, numerator, denominator`). :start is the first day asked,
# :end the day after the last one: bound, never pasted. Or name the table under
# [sources.product.events] and ask for `standard = "dau"`, "retention" and a dozen more.
query = """
{_query(answers)}
"""'''


def _query(answers: Answers) -> str:
    day = "substr(ts, 1, 10)" if answers.kind == "sqlite" else "cast(ts as date)"
    table = answers.table.replace(".", "_") if answers.kind == "files" else answers.table
    return (
        f"select {day} as day, count(distinct user_id) as value\n"
        f"from   {table}\n"
        "where  ts >= :start and ts < :end\n"
        "group  by 1"
    )


def _okrs(answers: Answers) -> str:
    span = cycle_span(answers.cycle)
    return f"""\
#:schema ../.krtracker/schema.json

# The OKR document. Ids such as `active-users` are permanent: history, links and check-ins
# hang on them; titles are free. Order here is order on the page.

[cycle]
id = {_text(answers.cycle)}
start = {span.first}
end = {span.last}

# By the chance of reaching the target; "pace" goes by the line from baseline to target alone.
[cycle.status]
by = "forecast"

[objectives.growth]
title = "Become a daily habit"
owner = "me"
level = "company"

[key_results.active-users]
objective = "growth"
title = "Daily active users up by a quarter"
metric = "active_users"
# The mean of the seven days before the cycle; a plain number works too.
baseline = "previous 7d"
target = "+25%"
owner = "me"
"""


def _env(answers: Answers) -> str:
    if answers.kind == "files":
        return "# Copy to .env; the process environment wins over it.\n"
    head = "# Copy to .env and fill in; the process environment wins over it.\n"
    if answers.kind in PRODUCTS:
        secrets = PRODUCTS[answers.kind].secrets
        return head + "".join(f"# {where}\n{name}=\n" for name, where in secrets.items())
    return f"{head}PRODUCT_DB_URL={DATABASES[answers.kind]}\n"


def valid_table(name: str) -> bool:
    """Whether the text is a plain, possibly qualified table name."""
    return bool(re.fullmatch(r"[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}", name))
