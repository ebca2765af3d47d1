"""Log lines: one whole JSON object each, no secret in them, and no reason to stop."""

from __future__ import annotations

import io
import json
import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from krtracker.connector import Secret
from krtracker.daemon.logs import Log, library_lines

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
CANARY = "kr-canary/7%Q"


def json_log() -> tuple[Log, io.StringIO]:
    stream = io.StringIO()
    return Log(stream, as_json=True, now=lambda: NOW), stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object_with_its_time_and_facts() -> None:
    journal, stream = json_log()
    journal.info("collected", "all is well", metrics=("dau",), changed=3, at_last=None)
    assert lines(stream) == [
        {
            "at": "2026-11-21T06:10:00+00:00",
            "level": "info",
            "event": "collected",
            "message": "all is well",
            "metrics": ["dau"],
            "changed": 3,
        }
    ]


@pytest.mark.parametrize(
    "said",
    [
        f"password {CANARY} was refused",
        "postgresql://mara:kr-canary%2F7%25Q@db/shop did not answer",
        f"https://user:{CANARY}@host/x",
        "Authorization: Bearer kr-canary-other",
        'api_key="kr-canary other"',
        "token=kr-canary-third&x=1",
        "{'client_secret': 'kr-canary-fourth'}",
    ],
)
def test_a_secret_is_hidden_by_its_value_and_by_its_name(said: str) -> None:
    journal, stream = json_log()
    journal.redaction.learn([CANARY])
    journal.error("failed", said, note=said, deep={"list": [said]})
    assert "canary" not in stream.getvalue()
    assert "***" in stream.getvalue()


def test_a_secret_url_hides_its_password_alone_too() -> None:
    journal, stream = json_log()
    journal.redaction.learn(["postgresql://mara:opensesame@db/shop"])
    journal.error("failed", 'FATAL: role "mara" with opensesame')
    assert lines(stream)[0]["message"] == 'FATAL: role "mara" with ***'


def test_a_fact_with_a_secret_name_is_hidden_whatever_it_holds() -> None:
    journal, stream = json_log()
    journal.info("x", password="hunter2", secret=Secret("a"), tokens_used=5)
    assert lines(stream)[0]["password"] == "***"
    assert lines(stream)[0]["secret"] == "***"
    assert lines(stream)[0]["tokens_used"] == 5


def test_a_traceback_is_redacted_like_every_text() -> None:
    journal, stream = json_log()
    journal.redaction.learn([CANARY])
    try:
        raise ValueError(f"connecting with {CANARY}")
    except ValueError as error:
        journal.crash("crashed", error)
    assert lines(stream)[0]["message"] == "ValueError: connecting with ***"
    assert "canary" not in stream.getvalue()
    assert "test_logs.py" in lines(stream)[0]["trace"]


def test_ordinary_words_stay_as_they_are() -> None:
    journal, stream = json_log()
    message = "no table `events` at http://localhost:8787/x (see https://a.example/b@c)"
    journal.warning("failed", message)
    assert lines(stream)[0]["message"] == message


def test_a_line_for_people_cannot_be_forged_or_coloured_by_a_source() -> None:
    stream = io.StringIO()
    journal = Log(stream, as_json=False, now=lambda: NOW)
    journal.warning("failed", "bad\n06:10:00  started\x1b[31m\u202e", metric="dau")
    shown = stream.getvalue().splitlines()
    assert len(shown) == 2
    assert shown[1].startswith("    ")
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_a_full_disk_loses_the_line_and_nothing_else() -> None:
    written = 0
    with suppress(OSError), Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full:
        journal = Log(full, as_json=True, now=lambda: NOW)
        journal.info("collected", "x" * 10_000)
        journal.info("collected")
        written = 2
    assert written == 2


def test_what_libraries_warn_of_becomes_a_line_of_ours() -> None:
    journal, stream = json_log()
    journal.redaction.learn([CANARY])
    with library_lines(journal):
        logging.getLogger("somebody").warning("lost %s", CANARY)
        logging.getLogger("somebody").info("chatter")
    assert [(one["level"], one["message"], one["logger"]) for one in lines(stream)] == [
        ("warning", "lost ***", "somebody")
    ]


def test_what_breaks_in_a_thread_becomes_a_line_of_ours() -> None:
    journal, stream = json_log()

    def broken() -> None:
        raise RuntimeError("gone")

    with library_lines(journal):
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    assert lines(stream)[0]["message"] == "RuntimeError: gone"
