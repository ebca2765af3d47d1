"""Which connectors work in a process of their own: those of other packages, and all they answer."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from krtracker import registry, settings, wiring
from krtracker.connector import Answer, Ask, Deadline, Window
from krtracker.model import Workspace

TEXT = """
schema = 1
name = "T"
timezone = "UTC"

[sources.far]
connector = "stranger"
token = "${env:TOKEN}"

[metrics.there]
source = "far"
query = "process"
"""
ENVIRON = {"TOKEN": "c4nary-s3cret"}
DAY = date(2026, 10, 1)


@pytest.fixture
def workspace(site: None, tmp_path: Path) -> Workspace:
    return settings.parse({"krtracker.toml": TEXT}, folder=tmp_path)


def test_our_own_connectors_are_ours_and_no_others(site: None) -> None:
    assert registry.is_ours("sql")
    assert not registry.is_ours("stranger")


def test_a_strangers_source_answers_from_another_process(workspace: Workspace) -> None:
    sources = wiring.sources(workspace, ENVIRON)
    ask = Ask(sources.query(workspace.metrics["there"]), Window(DAY, DAY))
    (answer,) = sources.open("far").fetch([ask], Deadline(60))
    sources.close()
    assert isinstance(answer, Answer)
    assert answer.points[0].value != os.getpid()


def test_its_tables_are_checked_before_anything_is_asked(workspace: Workspace) -> None:
    text = TEXT.replace("token = ", "tokne = ")
    found = wiring.check(settings.parse({"krtracker.toml": text}, folder=workspace.folder))
    assert [one.code for one in found] == ["K043", "K042"]
    assert found[1].help == "did you mean `token`?"
