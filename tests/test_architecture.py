"""The house rules as far as a machine can read them: floors, sizes, names, banned words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONNECTORS = ROOT / "connectors"
FIXED = {"krtracker", "connectors", "config", "tests", "pyproject.toml", "README.md"}
BESIDE = {"LICENSE", "CHANGELOG.md"}
BANNED_NAMES = {"utils", "helpers", "manager", "common", "misc", "data", "info"}
BROAD = {"Exception", "BaseException"}
Function = ast.FunctionDef | ast.AsyncFunctionDef

FILE_LINES = 350
CONNECTOR_LINES = 250
BODY_LINES = 25
LONG_BODY_LINES = 40
PARAMETERS = 5
POSITIONAL = 3
SILENCED = 5


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


FILES = tracked()
PRODUCT = [
    path
    for path in FILES
    if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"krtracker", "connectors"}
]
TESTS = [path for path in FILES if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
CODE = PRODUCT + TESTS


def shown(path: Path, line: int | None = None) -> str:
    name = str(path.relative_to(ROOT))
    return name if line is None else f"{name}:{line}"


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(module: ast.AST) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, Function):
            yield node


def statements(function: Function) -> list[ast.stmt]:
    """The body without its docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def body_lines(function: Function, lines: list[str]) -> int:
    """Lines of code in the body: blank ones, comments and the docstring do not count."""
    body = statements(function)
    if not body:
        return 0
    span = lines[body[0].lineno - 1 : body[-1].end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in span)


def has_reason(function: Function, lines: list[str]) -> bool:
    """Whether the first line of the body says why the function is long."""
    start = function.body[0].lineno if len(function.body) == len(statements(function)) else 0
    begin = start or (function.body[0].end_lineno or 0)
    body = statements(function)
    before = lines[min(begin, function.lineno) : body[0].lineno] if body else []
    return any(re.match(r"\s*# long: \S", line) for line in before)


def called(node: ast.AST) -> str:
    """The dotted name of what is called: `mock.patch.object`."""
    if isinstance(node, ast.Attribute):
        return f"{called(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_a_room_imports_only_from_floors_below_it() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_top_level_is_the_fixed_one() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in FILES}
    visible = {name for name in names if not name.startswith(".")}
    assert visible <= FIXED | BESIDE
    assert visible >= FIXED | BESIDE


def test_no_file_outgrows_its_ceiling() -> None:
    counted = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    ceiling = {
        path: CONNECTOR_LINES if path.is_relative_to(CONNECTORS) else FILE_LINES for path in CODE
    }
    assert {shown(path): n for path, n in counted.items() if n > ceiling[path]} == {}


def test_no_function_outgrows_its_ceiling() -> None:
    long = []
    for path in CODE:
        lines = path.read_text(encoding="utf-8").splitlines()
        for function in functions(tree(path)):
            allowed = LONG_BODY_LINES if has_reason(function, lines) else BODY_LINES
            if (count := body_lines(function, lines)) > allowed:
                long.append(f"{shown(path, function.lineno)} {function.name}: {count} lines")
    assert long == []


def test_no_function_takes_more_than_five_parameters_or_three_by_position() -> None:
    wide = []
    for path in CODE:
        for function in functions(tree(path)):
            arguments = function.args
            names = [one.arg for one in arguments.posonlyargs + arguments.args]
            names = names[1:] if names[:1] in (["self"], ["cls"]) else names
            # pytest hands a test its fixtures by name, so only the product's are counted.
            few = path in TESTS or len(names) <= POSITIONAL
            if len(names) + len(arguments.kwonlyargs) > PARAMETERS or not few:
                wide.append(f"{shown(path, function.lineno)} {function.name}")
    assert wide == []


def test_every_module_opens_with_one_plain_sentence() -> None:
    silent = []
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        said = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        if text.strip() and not said.endswith((".", ":", ";")):
            silent.append(shown(path))
    assert silent == []


def test_every_function_says_what_it_takes_and_gives() -> None:
    untyped = []
    for path in CODE:
        for function in functions(tree(path)):
            every = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            bare = [one.arg for one in every if one.annotation is None]
            if function.returns is None or set(bare) - {"self", "cls"}:
                untyped.append(f"{shown(path, function.lineno)} {function.name}")
    assert untyped == []


def test_only_collect_and_schedule_hold_a_broad_except() -> None:
    broad = []
    for path in PRODUCT:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                named = {called(one) for one in ast.walk(node.type)} if node.type else BROAD
                if named & BROAD:
                    broad.append(path.relative_to(ROOT).parts[1].removesuffix(".py"))
    assert sorted(broad) == ["collect", "schedule"]


def test_nothing_is_unfinished() -> None:
    words = re.compile(
        "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error"))
    )
    found = [
        shown(path, number)
        for path in FILES
        if path.suffix in {".py", ".toml", ".sql", ".md", ""} and path not in TESTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_hardly_anything_is_silenced() -> None:
    silenced = re.compile(r"#\s*(?:type:\s*ignore|noqa)")
    found = [
        shown(path, number)
        for path in CODE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if silenced.search(line)
    ]
    assert len(found) <= SILENCED, found


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {
        path for path in CODE if set(path.relative_to(ROOT).with_suffix("").parts) & BANNED_NAMES
    }
    assert {shown(path) for path in named} == set()


def test_exceptions_end_in_error() -> None:
    wrong = [
        shown(path, node.lineno)
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(called(base).endswith(("Error", "Exception")) for base in node.bases)
        and not node.name.endswith("Error")
    ]
    assert wrong == []


def test_no_file_names_a_package_index() -> None:
    hosts = re.compile(r"pypi\." + r"org|python" + r"hosted\.org|index-" + r"url|/simple/?[\"'\s]")
    found = [
        shown(path, number)
        for path in FILES
        if path.suffix in {".py", ".toml", ".md", ".cfg", ".txt", ""} and path.name != "LICENSE"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if hosts.search(line)
    ]
    assert found == []


def test_tests_never_patch_our_own_modules() -> None:
    patched = re.compile(
        r"(?:monkeypatch\.(?:setattr|setitem|delattr)|\bpatch(?:\.\w+)?)\(\s*[\"']?(?:krtracker|connectors)"
    )
    texts = {path: path.read_text(encoding="utf-8") for path in TESTS}
    assert [shown(path) for path, text in texts.items() if patched.search(text)] == []


def test_tests_never_sleep() -> None:
    # Drivers of long runs and of servers wait for other processes; a test is given its time.
    drivers = ROOT / "tests" / "bench"
    slept = [
        shown(path, node.lineno)
        for path in TESTS
        if not path.is_relative_to(drivers) and path.name != "services.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node.func) in {"time.sleep", "sleep"}
    ]
    assert slept == []


def test_tests_skip_only_where_a_service_is_missing() -> None:
    excused = re.compile(r"pytest\.(?:skip|xfail|importorskip)\(|mark\.(?:skip|skipif|xfail)\b")
    allowed = {ROOT / "tests" / "services.py"}
    found = [
        shown(path)
        for path in TESTS
        if path not in allowed
        and not path.is_relative_to(ROOT / "tests" / "bench")
        and path != Path(__file__)
        and excused.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_config_holds_toml_and_sql_only() -> None:
    inside = [path for path in FILES if path.is_relative_to(ROOT / "config")]
    assert {path.suffix for path in inside} == {".toml", ".sql"}


COLD = ("duckdb", "pandas", "requests", "rich", "sqlalchemy", "apscheduler")


@pytest.mark.parametrize("call", ["--help", "--version"])
def test_a_command_starts_without_heavy_imports(call: str) -> None:
    program = (
        "import sys\n"
        "from krtracker.cli import main\n"
        f"sys.argv = ['krtracker', {call!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {COLD} if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stderr.strip().splitlines()[-1] == "[]"
