"""Log lines on stderr, JSON for machines or short for people; never lets a secret through."""

from __future__ import annotations

import json
import logging
import re
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TextIO
from urllib.parse import quote, unquote, urlsplit

HIDDEN = "***"
SHORTEST_SECRET = 4
SENSITIVE = r"pass(?:word|wd|phrase)?|pwd|secret(?:_key)?|token|api[_-]?key|access[_-]?key"
NAMED = re.compile(
    rf"(?i)\b([\w-]*(?:{SENSITIVE})|authorization)\b(\\?[\"']?\s*[=:]\s*)"
    r"((?:bearer|basic)\s+\S+|\\?\"[^\"]*\"|'[^']*'|[^\s,;&\"')}]+)"
)
URL_USER = re.compile(r"([a-zA-Z][\w+.-]*://)[^/\s@]+(?:@[^/\s@]+)*@")
SECRET_KEY = re.compile(rf"(?i)(?:{SENSITIVE}|authorization)$")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Redaction:
    """Hides secrets by value (those it was told) and by name (`password=...`, URL user parts)."""

    def __init__(self) -> None:
        self._texts: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Hides these from now on too, also percent-encoded and as the password of a URL."""
        forms = {form for secret in secrets for form in _forms(secret)} | set(self._texts)
        self._texts = tuple(sorted(forms, key=len, reverse=True))

    def text(self, text: str) -> str:
        for secret in self._texts:
            text = text.replace(secret, HIDDEN)
        return NAMED.sub(rf"\1\2{HIDDEN}", URL_USER.sub(rf"\1{HIDDEN}@", text))

    def value(self, value: Any, key: str = "") -> Any:
        """The same value as JSON can hold it, every text in it redacted."""
        if key and SECRET_KEY.search(key) and value is not None:
            return HIDDEN
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.value(v, str(k)) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(one) for one in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(value.isoformat() if isinstance(value, datetime) else str(value))


def _forms(secret: str) -> set[str]:
    parts = {secret}
    if "://" in secret:
        try:
            parts.add(urlsplit(secret).password or "")
        except ValueError:  # not a URL after all
            parts.add(secret)
    forms = {form for one in parts for form in (one, unquote(one), quote(one, safe=""))}
    return {form for form in forms if len(form) >= SHORTEST_SECRET}


class Log:
    """One line an event, written whole; a full disk or a closed stream stops nothing."""

    def __init__(self, stream: TextIO, *, as_json: bool, now: Callable[[], datetime]) -> None:
        self._stream, self._as_json, self._now = stream, as_json, now
        self._lock = threading.Lock()
        self.redaction = Redaction()

    def info(self, event: str, message: str = "", **facts: Any) -> None:
        self._write("info", event, message, facts=facts)

    def warning(self, event: str, message: str = "", **facts: Any) -> None:
        self._write("warning", event, message, facts=facts)

    def error(self, event: str, message: str = "", **facts: Any) -> None:
        self._write("error", event, message, facts=facts)

    def crash(self, event: str, error: BaseException, **facts: Any) -> None:
        """A bug: what broke and where, the traceback redacted like every other text."""
        frames = traceback.format_exception(error)
        self.error(
            event, f"{type(error).__name__}: {error}", trace="".join(frames)[-4000:], **facts
        )

    def _write(self, level: str, event: str, message: str, *, facts: Mapping[str, Any]) -> None:
        safe = self.redaction.value({k: v for k, v in facts.items() if v is not None})
        line = (self._json if self._as_json else self._human)(
            level, event, self.redaction.text(message), facts=safe
        )
        try:
            with self._lock:
                self._stream.write(line + "\n")
                self._stream.flush()
        except (OSError, ValueError):  # the log is lost, the work goes on
            return

    def _json(self, level: str, event: str, message: str, *, facts: dict[str, Any]) -> str:
        head = {"at": self._now().isoformat(), "level": level, "event": event}
        said = {"message": message} if message else {}
        return json.dumps({**head, **said, **facts}, ensure_ascii=True)

    def _human(self, level: str, event: str, message: str, *, facts: dict[str, Any]) -> str:
        mark = "" if level == "info" else f"{level.upper()} "
        trace = f"\n{facts.pop('trace')}" if "trace" in facts else ""
        words = ", ".join(f"{key} {_shown(value)}" for key, value in facts.items())
        text = "  ".join(one for one in (f"{mark}{event}", message, words) if one)
        clean = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text + trace)
        clean = clean.replace("\n", "\n    ")  # a line of a source's text is never a line of ours
        return f"{self._now().astimezone():%H:%M:%S}  {clean}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(one) for one in value) or "none"
    return str(value)


@contextmanager
def library_lines(log: Log) -> Generator[None, None, None]:
    """What libraries warn of, and what breaks in a thread, as lines of this log meanwhile."""
    root, handler, before = logging.getLogger(), LibraryLines(log), threading.excepthook
    root.addHandler(handler)
    # Our own listener tells of skipped slots; APScheduler's lines would say it twice.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    threading.excepthook = lambda told: log.crash("crashed", told.exc_value or told.exc_type())
    try:
        yield
    finally:
        threading.excepthook = before
        root.removeHandler(handler)


class LibraryLines(logging.Handler):
    """What libraries log as a warning or worse, as lines of our own."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        tell = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        tell("library", record.getMessage(), logger=record.name)
