"""What the kit looks through: audit events, output, log, and the secrets that must not be there."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from krtracker.connector import ConnectorType, Secret

IO_EVENTS = ("socket.", "sqlite3.connect", "subprocess.", "os.system", "os.mkdir", "os.remove")
CODE = (".py", ".pyc", ".so", ".pth", ".pyi", "METADATA", "entry_points.txt")


class ContractError(AssertionError):
    """A connector broke a rule of the contract; the message says which and how."""

    def __init__(self, rule: str, words: str) -> None:
        self.rule = rule
        super().__init__(f"{rule}: {words}")


class Holding:
    """While inside, whatever else is raised than `allowed` is a broken rule."""

    def __init__(self, rule: str, *allowed: type[Exception]) -> None:
        self._rule = rule
        self._allowed: tuple[type[Exception], ...] = (ContractError, *allowed)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(raised, Exception) and not isinstance(raised, self._allowed):
            raise ContractError(self._rule, f"it raised {raised!r}") from raised


def secrets(kind: ConnectorType, source: Mapping[str, Any]) -> set[str]:
    """Every secret of the options, and the password inside it where it is a URL."""
    options = kind.SourceOptions.model_validate(dict(source))
    found = {one.reveal() for _, one in options if isinstance(one, Secret)}
    for url in list(found):
        password = urlsplit(url).password if "://" in url else None
        found |= {password, unquote(password)} if password else set()
    return {secret for secret in found if len(secret) > 3}


@contextlib.contextmanager
def quiet(said: list[str]) -> Iterator[None]:
    """Refuses output on stdout and stderr; what is logged goes to `said`."""
    spoken, logged = io.StringIO(), io.StringIO()
    keeper, root = logging.StreamHandler(logged), logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(spoken), contextlib.redirect_stderr(spoken):
            yield
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
    said.append(logged.getvalue())
    if spoken.getvalue():
        raise ContractError("no-output", f"it printed {spoken.getvalue()[:80]!r}")


_hooks: list[str] = []
_watching: list[list[str]] = []


def _notice(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open" and not str(arguments[0]).endswith(CODE):
        _watching[-1].append(f"open {arguments[0]!r}")
    elif event.startswith(IO_EVENTS):
        _watching[-1].append(event)


@contextlib.contextmanager
def watched() -> Iterator[Sequence[str]]:
    """What the interpreter's audit events tell of files, sockets and processes while inside."""
    if not _hooks:
        sys.addaudithook(_notice)  # cannot be taken away again, so it is added once
        _hooks.append("added")
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
