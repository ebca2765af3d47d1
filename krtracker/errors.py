"""The failures of krtracker, named by what to do next; this room never prints and never exits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


class KrtrackerError(Exception):
    """A failure whose message tells the reader what to do next.

    `exit_code` is what the command line ends with (decisions.md 32).
    """

    exit_code: ClassVar[int] = 1


class UsageError(KrtrackerError):
    """The command was called in a way that cannot work: change the call."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that nothing bears: the message lists the nearest known ones."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        self.what, self.name, self.known = what, name, tuple(known)
        near = nearest(name, known)
        shown = ", ".join(f"`{one}`" for one in sorted(known)[:12]) or "none"
        hint = f"did you mean `{near}`?" if near else f"known: {shown}"
        super().__init__(f"no {what} `{name}`: {hint}")


class SourcesFailedError(KrtrackerError):
    """Some sources failed; what the others answered was stored."""

    exit_code = 4


class StoreBusyError(KrtrackerError):
    """Another process holds the store: wait, or stop it."""

    exit_code = 5


class StoreUnusableError(KrtrackerError):
    """The store cannot be read or written until a person acts."""

    exit_code = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in a file: line and column count from 1; `width` is in characters."""

    file: str
    line: int
    column: int = 1
    width: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration: what, where, and what to write instead."""

    code: str
    message: str
    place: Place | None = None
    label: str = ""
    help: str = ""
    severity: Literal["error", "warning", "note"] = "error"

    def __str__(self) -> str:
        return render_problem(self)


class ConfigurationError(KrtrackerError):
    """The configuration is not valid; `problems` holds every mistake of every file.

    `rest` is the workspace of what could be read, for those who have more to check in it.
    """

    exit_code = 3

    def __init__(self, problems: Sequence[Problem], *, rest: object = None) -> None:
        self.problems = tuple(problems)
        self.rest = rest
        super().__init__("\n\n".join(render_problem(one) for one in self.problems))


def render_problem(problem: Problem) -> str:
    """The problem as compilers print it: code, place, the line with a mark under it, help."""
    lines = [f"{problem.severity}[{problem.code}]: {problem.message}"]
    margin = ""
    if problem.place is not None:
        place = problem.place
        number = str(place.line)
        margin = " " * len(number)
        lines.append(f"{margin}--> {place.file}:{place.line}:{place.column}")
        if place.text:
            before = "".join("\t" if c == "\t" else " " for c in place.text[: place.column - 1])
            mark = f"{before}{'^' * max(1, place.width)} {problem.label}".rstrip()
            lines += [f"{margin} |", f"{number} | {place.text}", f"{margin} | {mark}"]
    if problem.help:
        lines.append(f"{margin} = help: {problem.help}")
    return "\n".join(lines)


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that looks most like `name`, or None when none does."""
    import difflib

    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
