"""The README cannot rot: its TOML parses, its commands exist, its reference is complete."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import krtracker.errors
from krtracker import registry, settings, wiring
from krtracker.cli import COMMANDS, Program
from krtracker.cli import krtracker as program
from krtracker.connector import STANDARD_METRICS
from krtracker.errors import KrtrackerError

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SECTIONS = {
    "SourceTable": "### Sources",
    "MetricTable": "### Metrics",
    "ExpectTable": "### Metrics",
    "CycleTable": "### Cycles",
    "StatusTable": "### Cycles",
    "ObjectiveTable": "### Objectives",
    "KeyResultTable": "### Key results",
    "AmendmentTable": "### Key results",
    "ChangedTarget": "### Key results",
    "StoreTable": "### Workspace",
    "ServerTable": "### Workspace",
    "PersonTable": "### People",
    "ChannelTable": "### People",
    "DigestTable": "### People",
    "AlertTable": "### People",
    "GovernanceTable": "### People",
    "EscalationTable": "### People",
}
# Parts of settings that are read and not active yet: named with the setting that holds them.
LATER = {"MilestoneTable", "PartTable", "ScoreTable"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    found = re.search(rf"^{re.escape(title)}.*?(?=^##)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[0]


def named(text: str) -> set[str]:
    """The words in code marks, a `{ from, to }` taken apart."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"\w+", code)}


COMMAND_LINE = section("## The command line")


def commands() -> Iterator[list[str]]:
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("krtracker "):
                yield shlex.split(line)[1:]


def is_rule_test(text: str) -> bool:
    return "test" in tomllib.loads(text)


PAGES = [text for text in blocks("toml") if not is_rule_test(text)]


@pytest.mark.parametrize("text", PAGES)
def test_every_toml_page_is_a_valid_configuration(text: str, tmp_path: Path) -> None:
    assert tomllib.loads(text)
    workspace = settings.parse({"krtracker.toml": text}, folder=tmp_path)
    assert workspace.key_results
    assert workspace.metrics


def test_the_rule_tests_pass_on_the_page_before_them(tmp_path: Path) -> None:
    every = list(blocks("toml"))
    (rules,) = filter(is_rule_test, every)
    (tmp_path / "krtracker.toml").write_text(every[every.index(rules) - 1])
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "rules.toml").write_text(rules)
    ran = CliRunner().invoke(program, ["--config", str(tmp_path / "krtracker.toml"), "test"])
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_shown_exists_with_its_options(words: list[str]) -> None:
    command: click.Command | None = Program("krtracker")
    context = click.Context(Program("krtracker"))
    while isinstance(command, click.Group) and words:
        command, words = command.get_command(context, words[0]), words[1:]
    assert command is not None
    known = {option for one in command.params for option in one.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_command_of_the_program_is_spoken_of() -> None:
    every = {name for part in COMMANDS.values() for name in part}
    spoken = {words[0] for words in commands()} | named(README)
    assert every - spoken == set()


def test_the_reference_lists_every_setting() -> None:
    definitions: dict[str, Any] = settings.json_schema()["definitions"]
    assert set(definitions) == set(SECTIONS) | LATER
    missing = {
        f"{table}.{name}"
        for table, title in SECTIONS.items()
        for name in definitions[table].get("properties", {})
        if name not in named(section(title))
    }
    assert missing == set()


def test_the_reference_lists_every_setting_of_the_workspace() -> None:
    top = settings.json_schema()["properties"]
    tables = {"sources", "metrics", "cycle", "objectives", "key_results"}
    assert set(top) - tables - named(README) == set()


def test_the_exit_codes_are_those_of_the_program() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \| ", COMMAND_LINE, re.MULTILINE)}
    raised = {
        one.exit_code
        for one in vars(krtracker.errors).values()
        if isinstance(one, type) and issubclass(one, KrtrackerError)
    }
    assert raised <= documented
    assert documented == {0, 1, 2, 3, 4, 5, 6, 10}


def test_every_view_of_the_analysts_is_listed() -> None:
    sql = (Path(krtracker.__file__).parent / "store" / "views.sql").read_text(encoding="utf-8")
    views = set(re.findall(r"CREATE (?:VIEW|MACRO) (krt\.\w+)", sql))
    assert {view for view in views if view not in README} == set()


def test_the_python_shown_is_python() -> None:
    for block in blocks("python"):
        compile(block, "README.md", "exec")


def test_both_one_line_commands_are_one_line() -> None:
    for what in ("demo", "test"):
        found = re.search(rf"<!-- command: {what} -->\n```console\n([^\n]+)\n```", README)
        assert found is not None
        assert found[1].startswith("python3 -m venv .venv && ")


def test_the_matrix_of_standard_metrics_is_what_the_connectors_say() -> None:
    told = {name: wiring.standards_of(registry.load(name)) for name in registry.names()}
    rows = [["`standard`", *(f"`{name}`" for name in told)]]
    for metric in STANDARD_METRICS:
        marks = ["yes" if one[metric][0] else "no" for one in told.values()]
        rows.append([f"`{metric}`", *marks])
    missing = [row for row in rows if f"| {' | '.join(row)} |\n" not in README]
    assert missing == []


@pytest.mark.parametrize(
    "name", sorted(set(registry.names()) - {"files", "http", "prometheus", "sql"})
)
def test_each_definition_of_a_product_is_the_one_of_its_connector(name: str) -> None:
    part = README.partition(f"<code>{name}</code>")[2].partition("</details>")[0]
    for metric, (answered, words) in wiring.standards_of(registry.load(name)).items():
        assert f"| `{metric}` | {'yes' if answered else 'no'} | {words} |\n" in part


def test_every_link_within_the_page_has_its_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    known = {re.sub(r"[^\w\- ]", "", one).lower().replace(" ", "-") for one in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= known
