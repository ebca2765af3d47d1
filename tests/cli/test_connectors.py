"""`krtracker connectors`: what each connector answers, in words and as JSON."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from krtracker import registry
from krtracker.cli import krtracker
from krtracker.connector import STANDARD_METRICS


def run(*words: str) -> Result:
    return CliRunner().invoke(krtracker, ["connectors", *words])


def test_the_matrix_has_a_line_a_metric_and_a_column_a_connector() -> None:
    head, *rows = [line.split() for line in run().stdout.splitlines()]
    assert head == ["standard", *registry.names()]
    assert [row[0] for row in rows] == list(STANDARD_METRICS)
    found = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}
    assert found["growth"]["sql"] == found["growth"]["posthog"] == "yes"
    assert found["growth"]["plausible"] == found["dau"]["http"] == "no"


def test_a_connector_by_name_tells_definitions_and_reasons() -> None:
    text = " ".join(run("plausible").stdout.split())
    assert "dau yes `visitors` of the day" in text
    assert "wau no Plausible knows a visitor for one day only" in text


def test_json_has_definitions_and_reasons_of_every_connector() -> None:
    found = json.loads(run("--json").stdout)["connectors"]
    assert set(found) == set(registry.names())
    assert all(set(one) == set(STANDARD_METRICS) for one in found.values())
    assert found["ga4"]["growth"]["answered"] is False
    assert "retained" in found["ga4"]["growth"]["reason"]
    assert found["sql"]["dau"] == {"answered": True, "definition": "distinct users of the day"}


def test_a_mistyped_connector_is_named_with_the_nearest() -> None:
    ran = run("plausibel")
    assert ran.exit_code == 2
    assert "plausible" in ran.stderr


def test_grpc_is_not_imported_to_tell() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from krtracker import registry; registry.load('ga4');"
        "assert 'grpc' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
