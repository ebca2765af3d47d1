"""Where the parts meet: plug-in tables checked with their places, secrets read late."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from krtracker import settings, wiring
from krtracker.connector import (
    Answer,
    Ask,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)
from krtracker.errors import KrtrackerError, Problem
from krtracker.model import Workspace
from tests.connectors import faulty

SOURCE = '[sources.db]\nconnector = "sql"\nurl = "sqlite:///x.sqlite"\n'
METRIC = """
[metrics.dau]
kind = "count"
source = "db"
query = "select day, value from t where day >= :start and day < :end"
"""


def workspace(folder: Path, text: str = SOURCE + METRIC) -> Workspace:
    head = 'schema = 1\nname = "T"\ntimezone = "UTC"\n'
    return settings.parse({"krtracker.toml": head + text}, folder=folder)


def problem(folder: Path, text: str) -> Problem:
    (found,) = wiring.check(workspace(folder, text))
    return found


def at(found: Problem) -> tuple[str, str]:
    """The line a problem stands in and the part that is marked."""
    assert found.place is not None
    place = found.place
    return place.text, place.text[place.column - 1 : place.column - 1 + place.width]


def test_what_fits_is_not_spoken_of(tmp_path: Path) -> None:
    assert wiring.check(workspace(tmp_path)) == ()


def test_an_unknown_connector_is_named_with_the_nearest(tmp_path: Path) -> None:
    found = problem(tmp_path, SOURCE.replace('"sql"', '"sqll"') + METRIC)
    assert (found.code, found.message, found.help) == (
        "K040", "no connector `sqll`", "did you mean `sql`?",
    )  # fmt: skip
    assert at(found) == ('connector = "sqll"', '"sqll"')


def test_an_unknown_option_of_a_source_is_named_with_the_nearest(tmp_path: Path) -> None:
    found = problem(tmp_path, SOURCE + "max_row = 5\n" + METRIC)
    assert (found.code, found.help) == ("K042", "did you mean `max_rows`?")
    assert at(found) == ("max_row = 5", "max_row")


def test_an_unknown_option_of_a_metric_is_told_at_its_place(tmp_path: Path) -> None:
    found = problem(tmp_path, SOURCE + METRIC + "sharding = 5\n")
    assert (found.code, found.message) == ("K042", "unknown option `sharding` in metric `dau`")
    assert at(found) == ("sharding = 5", "sharding")


def test_a_missing_option_is_named(tmp_path: Path) -> None:
    found = problem(tmp_path, SOURCE.replace('url = "sqlite:///x.sqlite"\n', "") + METRIC)
    assert (found.code, found.message) == ("K043", "`url` is missing in source `db`")


def test_an_option_of_the_wrong_type_is_told_at_its_value(tmp_path: Path) -> None:
    found = problem(tmp_path, SOURCE + 'max_rows = "many"\n' + METRIC)
    assert (found.code, at(found)[1]) == ("K044", '"many"')


def test_a_query_its_connector_cannot_run_says_why(tmp_path: Path) -> None:
    written = METRIC.replace("select day, value from t", "delete from t")
    found = problem(tmp_path, SOURCE + written)
    assert found.code == "K044"
    assert "DELETE" in found.label


def test_every_misfit_of_every_table_is_told_at_once(tmp_path: Path) -> None:
    text = SOURCE + 'max_rows = "many"\nspeed = 3\n' + METRIC + "sharding = 5\n"
    codes = [one.code for one in wiring.check(workspace(tmp_path, text))]
    assert sorted(codes) == ["K042", "K042", "K044"]


@pytest.mark.parametrize("url", ["sqlite:///x.sqlite", "${env:NOT_SET}", "postgresql://host/db"])
def test_an_address_without_a_password_is_no_secret_in_plain_text(tmp_path: Path, url: str) -> None:
    assert wiring.check(workspace(tmp_path, SOURCE.replace("sqlite:///x.sqlite", url))) == ()


def test_what_a_connector_calls_a_secret_may_not_stand_in_plain_text(tmp_path: Path) -> None:
    (found, *_) = wiring.check(workspace(tmp_path, SOURCE.replace("sqlite:///x.sqlite", "hunter2")))
    assert (found.code, at(found)[1]) == ("K045", '"hunter2"')
    assert "hunter2" not in found.message + found.label + found.help


def test_a_reference_fits_an_option_of_any_type(tmp_path: Path) -> None:
    text = SOURCE + 'max_rows = "${env:MAX_ROWS}"\n' + METRIC
    assert wiring.check(workspace(tmp_path, text)) == ()


DAU = '[metrics.dau]\nkind = "count"\nsource = "db"\nstandard = "dau"\n'
EVENTS = '[sources.db.events]\ntable = "e"\nuser = "u"\ntime = "t"\nevent = "n"\n'


def test_a_standard_metric_is_taken_where_its_source_names_its_events(tmp_path: Path) -> None:
    assert wiring.check(workspace(tmp_path, SOURCE + EVENTS + DAU)) == ()


def test_a_standard_metric_without_events_is_refused(tmp_path: Path) -> None:
    (found,) = wiring.check(workspace(tmp_path, SOURCE + DAU))
    assert (found.code, "[sources.db.events]" in found.help) == ("K046", True)


def test_an_option_of_another_standard_metric_is_refused(tmp_path: Path) -> None:
    (found,) = wiring.check(workspace(tmp_path, SOURCE + EVENTS + DAU + "gap_minutes = 30\n"))
    assert (found.code, "no option of dau" in str(found)) == ("K044", True)


SITE = '[sources.db]\nconnector = "plausible"\nsite_id = "x.org"\ntoken = "${env:T}"\n'


def test_a_standard_metric_of_a_product_needs_no_events(tmp_path: Path) -> None:
    assert wiring.check(workspace(tmp_path, SITE + DAU)) == ()


def test_a_standard_metric_its_product_cannot_answer_is_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    found = problem(tmp_path, SITE + DAU.replace('"dau"', '"growth"'))
    assert (found.code, found.message) == (
        "K044", "`plausible` does not answer the standard metric `growth`",
    )  # fmt: skip
    assert "its salt changes daily" in found.label
    assert at(found) == ('standard = "growth"', '"growth"')


def test_an_option_a_product_cannot_honour_is_refused_with_the_reason(tmp_path: Path) -> None:
    found = problem(tmp_path, SITE + DAU + "days = 3\n")
    assert (found.code, bool(found.label)) == ("K044", True)
    assert at(found)[0] == "days = 3"


def test_a_connector_without_standard_metrics_says_what_to_write(tmp_path: Path) -> None:
    source = '[sources.db]\nconnector = "prometheus"\nurl = "https://x.example"\n'
    assert "PromQL" in problem(tmp_path, source + DAU).label


def test_secrets_are_read_when_a_source_is_opened_and_not_before(tmp_path: Path) -> None:
    text = SOURCE.replace("sqlite:///x.sqlite", "${env:URL_OF_THIS_TEST}") + METRIC
    sources = wiring.sources(workspace(tmp_path, text), {})
    with pytest.raises(KrtrackerError, match="URL_OF_THIS_TEST"):
        sources.open("db")


def test_a_reference_in_an_option_that_is_no_secret_is_plain_text_to_its_connector(
    tmp_path: Path,
) -> None:
    text = SOURCE + 'max_rows = "${env:MAX_ROWS}"\n' + METRIC
    sources = wiring.sources(workspace(tmp_path, text), {"MAX_ROWS": "17"})
    assert sources.open("db") is sources.open("db")
    sources.close()


def test_a_secret_that_does_not_fit_is_rejected_without_being_shown(tmp_path: Path) -> None:
    text = SOURCE + 'max_rows = "${env:MAX_ROWS}"\n' + METRIC
    sources = wiring.sources(workspace(tmp_path, text), {"MAX_ROWS": "hunter2"})
    with pytest.raises(SourceRejectedError) as caught:
        sources.open("db")
    assert "hunter2" not in str(caught.value)
    assert "max_rows" in str(caught.value)


def test_the_file_beside_the_configuration_is_read_under_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_ROWS=none\nURL=sqlite:///x.sqlite\n")
    text = SOURCE.replace("sqlite:///x.sqlite", "${env:URL}") + 'max_rows = "${env:MAX_ROWS}"\n'
    sources = wiring.sources(workspace(tmp_path, text + METRIC), {"MAX_ROWS": "5"})
    sources.open("db")
    sources.close()


def test_a_closed_set_of_sources_opens_them_anew(tmp_path: Path) -> None:
    sources = wiring.sources(workspace(tmp_path), {})
    first = sources.open("db")
    sources.close()
    assert sources.open("db") is not first


def test_the_clock_is_aware_of_its_zone() -> None:
    offset = wiring.now().utcoffset()
    assert offset is not None
    assert not offset


API = """
[sources.crm]
connector = "http"
url = "{url}"
max_requests = "2/h"

[metrics.deals]
kind = "count"
source = "crm"

[metrics.deals.request]
rows = "days"
day = "day"
value = "n"
"""


def test_a_request_is_checked_with_its_places(tmp_path: Path) -> None:
    text = API.replace("{url}", "https://crm.example")
    assert wiring.check(workspace(tmp_path, text)) == ()
    found = problem(tmp_path, text.replace('"day"', '"a["'))
    assert found.code == "K044"
    found = problem(tmp_path, text + 'pages = { by = "page" }\n')
    assert "needs a `param`" in found.label
    found = problem(tmp_path, text.replace("https://crm", "ftp://crm"))
    assert "https://api.example.com" in found.label


def test_a_source_is_told_how_often_it_may_ask(tmp_path: Path) -> None:
    days = faulty.Given(b'{"days": [{"day": "2026-03-01", "n": 1}]}')
    with faulty.FaultyServer(lambda _: days) as server:
        space = workspace(tmp_path, API.replace("{url}", server.url))
        sources = wiring.sources(space, {})
        ask = Ask(sources.query(space.metrics["deals"]), Window(date(2026, 3, 1), date(2026, 3, 1)))
        results = list(sources.open("crm").fetch([ask] * 3, Deadline(5)))
        sources.close()
        assert len(server.heard) == 2
    assert [type(one) for one in results] == [Answer, Answer, SourceUnavailableError]
    assert "`max_requests`" in str(results[2])
