"""`krtracker push` against a real server: what it sends, what it says, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from krtracker.cli import krtracker
from krtracker.cli.face import Face
from krtracker.cli.pushing import Parcel, goal_of, send
from krtracker.connector import Secret
from krtracker.daemon.http_server import Heard, HttpServer
from krtracker.daemon.refusals import Reply, problem
from krtracker.errors import StoreBusyError, UsageError
from tests.cli.world import World
from tests.daemon.pushing import TOKEN, Reached, reached

pytestmark = pytest.mark.timeout(60)
ONE = ("--value", "41.5", "--day", "2026-11-18")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Reached, None, None]:
    """A daemon's server; the command runs in a folder without any configuration."""
    (tmp_path / "elsewhere" / ".git").mkdir(parents=True)
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for name in ("KRTRACKER_CONFIG", "KRTRACKER_URL", "KRTRACKER_PUSH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with reached(tmp_path / "there") as made:
        yield made


def push(here: Reached, *words: str, said: str | bytes = "", **environ: str) -> Result:
    given = {"KRTRACKER_URL": f"http://127.0.0.1:{here.server.port}/", **environ}
    given.setdefault("KRTRACKER_PUSH_TOKEN", TOKEN)
    return CliRunner().invoke(krtracker, ["push", *words], input=said, env=given)


def test_one_value_arrives_without_any_configuration(here: Reached) -> None:
    ran = push(here, "nps", *ONE, "--note", "autumn survey")
    assert (ran.exit_code, ran.stdout) == (0, "nps  run 1  1 new\n")
    assert here.values() == [("11-18", 41.5)]
    assert here.reader.run(1).note == "autumn survey"


def test_a_csv_file_is_sent_as_it_is(here: Reached, tmp_path: Path) -> None:
    file = tmp_path / "nps.csv"
    file.write_text("day,value\n2026-11-18,1\n2026-11-19,2\n")
    assert "2 new" in push(here, "nps", str(file)).stdout
    assert here.values() == [("11-18", 1.0), ("11-19", 2.0)]


def test_json_comes_from_stdin(here: Reached) -> None:
    said = ' {"points": [{"day": "2026-11-18", "value": 7}]}'
    assert push(here, "nps", "-", said=said).exit_code == 0
    assert here.values() == [("11-18", 7.0)]


def test_the_answer_as_json_says_what_changed(here: Reached) -> None:
    push(here, "nps", *ONE)
    found = json.loads(push(here, "nps", *ONE, "--json").stdout)
    assert (found["schema"], found["unchanged"], found["replayed"]) == (1, 1, False)


def test_the_same_key_is_stored_once_and_said_so(here: Reached) -> None:
    push(here, "nps", *ONE, "--idempotency-key", "nightly-1")
    again = push(here, "nps", *ONE, "--idempotency-key", "nightly-1")
    assert again.stdout == "nps  run 1  1 new (stored before, under the same key)\n"
    other = push(
        here, "nps", "--value", "2", "--day", "2026-11-18", "--idempotency-key", "nightly-1"
    )
    assert other.exit_code == 2


def test_a_suspect_value_is_said_to_be_set_apart(here: Reached) -> None:
    ran = push(here, "nps", "--value", "400", "--day", "2026-11-18")
    assert ran.exit_code == 0
    assert "1 new, 1 quarantined" in ran.stdout
    assert "2026-11-18 is set apart: 400" in ran.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nps",), 2, "give a file"),
        (("nps", "--value", "1"), 2, "--day 2026-11-20"),
        (("nps", "gone.csv"), 2, "cannot read gone.csv"),
        (("nps", "gone.csv", "--day", "2026-11-18"), 2, "go with --value"),
        (("npss", *ONE), 2, "did you mean `nps`"),
        (("dau", *ONE), 3, "is asked of `db`"),
        (("nps", "--value", "1", "--day", "2027-01-01"), 2, "still to come"),
        (("nps", *ONE, "--token-env", "NOWHERE"), 3, "set NOWHERE"),
        (("nps", *ONE, "--url", "ftp://x"), 2, "must be like https://"),
        (("nps", *ONE, "--url", "http://me:pass@x"), 2, "must be like https://"),
    ],
)
def test_what_cannot_be_pushed_ends_with_its_code_and_the_next_step(
    here: Reached, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = push(here, *words)
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert said in ran.stderr
    assert here.values() == []


def test_a_weight_of_nothing_does_not_go_with_a_file_either(here: Reached) -> None:
    ran = push(here, "nps", "-", "--weight", "0", said="day,value\n2026-11-18,1\n")
    assert ran.exit_code == 2
    assert "go with --value, not a file" in ran.stderr


def test_every_bad_point_of_a_file_is_named(here: Reached) -> None:
    ran = push(here, "nps", "-", said="day,value\nx,1\n2026-11-18,y\n")
    assert ran.exit_code == 2
    assert "line 2.day" in ran.stderr
    assert "line 3.value" in ran.stderr


def test_a_wrong_token_is_refused_and_never_shown(here: Reached) -> None:
    ran = push(here, "nps", *ONE, KRTRACKER_PUSH_TOKEN="hunter2-hunter2-hunter2")
    assert ran.exit_code == 3
    assert "hunter2" not in ran.output
    assert "[server] push_token" in ran.stderr


def test_a_dry_run_sends_nothing(here: Reached) -> None:
    assert push(here, "nps", *ONE, "--dry-run").exit_code == 0
    assert here.reader.runs("nps") == []


def test_without_an_address_it_says_how_to_give_one(here: Reached) -> None:
    ran = push(here, "nps", *ONE, KRTRACKER_URL="")
    assert ran.exit_code == 2
    assert "--url" in ran.stderr


def test_beside_a_configuration_its_address_and_its_token_are_used(
    here: Reached, tmp_path: Path
) -> None:
    server = f'[server]\nlisten = "0.0.0.0:{here.server.port}"\nauth = "token"\n'
    text = f'schema = 1\n{server}push_token = "${{env:OURS}}"\n'
    (tmp_path / "elsewhere" / "krtracker.toml").write_text(text)
    (tmp_path / "elsewhere" / ".env").write_text(f"OURS={TOKEN}\n")
    assert push(here, "nps", *ONE, KRTRACKER_URL="").exit_code == 0
    assert here.values() == [("11-18", 41.5)]


def test_a_configuration_without_a_token_says_the_line_to_write(
    here: Reached, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere" / "krtracker.toml").write_text("schema = 1\n")
    ran = push(here, "nps", *ONE, KRTRACKER_URL="")
    assert ran.exit_code == 3
    assert 'push_token = "${env:KRTRACKER_PUSH_TOKEN}"' in ran.stderr


def answering(answers: list[Reply], heard: list[tuple[str, ...]]) -> Callable[[Heard], Reply]:
    def answer(one: Heard) -> Reply:
        heard.append((one.body().decode(), *one.heads("Idempotency-Key")))
        return answers[len(heard) - 1]

    return answer


LATER = problem(503, "busy", headers={"Retry-After": "0"})
DONE = Reply(200, {"run": 5, "metric": "nps"})


@pytest.mark.parametrize("answers", [[LATER, DONE], [LATER, LATER], [Reply(302, {}), DONE]])
def test_it_tries_once_more_under_the_same_key_and_no_third_time(answers: list[Reply]) -> None:
    heard: list[tuple[str, ...]] = []
    server = HttpServer(("127.0.0.1", 0), answering(answers, heard), print, patience=5.0)
    server.start()
    goal = goal_of(Face(environ={"T": TOKEN}), f"http://127.0.0.1:{server.port}", "T")
    try:
        if answers[-1] is LATER:
            with pytest.raises(StoreBusyError, match="busy"):
                send(goal, Parcel("nps", b"x"))
        elif answers[0] is LATER:
            assert send(goal, Parcel("nps", b"x"))["run"] == 5
        else:
            with pytest.raises(UsageError, match="answered 302"):
                send(goal, Parcel("nps", b"x"))
    finally:
        server.close()
    assert len(heard) == (2 if answers[0] is LATER else 1)
    assert len(set(heard)) == 1


def test_where_nobody_listens_it_ends_as_busy(here: Reached) -> None:
    here.server.close()
    ran = push(here, "nps", *ONE)
    assert ran.exit_code == 5
    assert "does `krtracker run` run there?" in ran.stderr


@pytest.mark.parametrize(
    ("address", "readable"),
    [("http://okrs.example", True), ("https://okrs.example", False), ("http://[::1]:1", False)],
)
def test_only_plain_http_to_another_machine_lets_the_token_be_read(
    address: str, readable: bool
) -> None:
    goal = goal_of(Face(environ={"T": TOKEN}), address, "T")
    assert (goal.is_readable, goal.token) == (readable, Secret(TOKEN))


def finding(world: World, **environ: str) -> tuple[str, str]:
    found = json.loads(CliRunner().invoke(krtracker, ["doctor", "--json"], env=environ).stdout)
    (one,) = [one for one in found["findings"] if one["subject"] == "pushes"]
    return one["verdict"], one["words"]


def test_doctor_tries_the_token_and_names_who_takes_pushes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    with world.toml.open("a") as text:
        text.write('\n[server]\npush_token = "${env:OURS}"\n')
    assert finding(world, OURS=TOKEN) == ("ok", "for mood, at 127.0.0.1:8787")
    verdict, words = finding(world, OURS="hunter2")
    assert verdict == "FAIL"
    assert "shorter than 16" in words
    assert "hunter2" not in words
