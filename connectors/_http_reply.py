"""An answer with 2xx, read as what was asked for; a page to log in is not mistaken for numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors._http_body import Heard
from connectors._http_words import SAID, Words
from connectors._json import StrictJsonError, strict
from krtracker.connector import ConnectorError, UnexpectedAnswerError

Complaint = Callable[[Any], ConnectorError | str | None]
"""What an API says in an answer with 2xx when it failed all the same; None when it did not."""

PLAIN = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
CSV = (*PLAIN, "text/csv", "application/csv", "application/vnd.ms-excel")


@dataclass(frozen=True)
class Reply:
    """One answer, whole; `url` is what was asked, without the credential."""

    heard: Heard
    url: str
    words: Words

    @property
    def status(self) -> int:
        return self.heard.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Without regard to the case of their names."""
        return self.heard.headers

    @property
    def body(self) -> bytes:
        return self.heard.body

    def json(self, complaint: Complaint | None = None) -> Any:
        """The value of the body. Raises UnexpectedAnswerError, or what `complaint` gives."""
        kind = self._kind()
        if "json" not in kind and kind not in PLAIN and "javascript" not in kind:
            raise self.unexpected(f"`{kind[:40]}` where JSON was expected")
        try:
            found = strict(self.body)
        except StrictJsonError as error:
            reason = self.words.hidden(str(error))
        else:
            self._complain(complaint(found) if complaint else None)
            return found
        raise self.unexpected(f"what is not JSON: {reason}")

    def csv(self) -> str:
        """The text of the body. Raises UnexpectedAnswerError for what can be no CSV."""
        kind = self._kind()
        if kind not in CSV:
            raise self.unexpected(f"`{kind[:40]}` where CSV was expected")
        try:
            text = self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if "\0" in text or (self.body and not text):
            raise self.unexpected("what is not CSV in UTF-8")
        if not self.heard.measured and text and not text.endswith("\n"):
            raise self.unexpected("text without a last line end: it may be cut short")
        return text

    def unexpected(self, what: str) -> UnexpectedAnswerError:
        """The failure of an answer of another kind, with its first 80 characters."""
        start = self.words.start(self.body)
        begins = f"; it begins: {start}" if start else "; it is empty"
        return UnexpectedAnswerError(f"{self.words.place(self.url)} answered with {what}{begins}")

    def _kind(self) -> str:
        """The media type without its parameters; refuses a page for people."""
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        begins = self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
        if "html" in kind or begins.startswith((b"<!doctype", b"<html")) or b"<html" in begins:
            raise self.unexpected("a web page (of a login, or of a proxy?), not with numbers")
        return kind

    def _complain(self, said: ConnectorError | str | None) -> None:
        if isinstance(said, str):
            told = self.words.start(said.encode("utf-8", "replace"), SAID)
            raise UnexpectedAnswerError(f"{self.words.place(self.url)} says: {told}")
        if said is not None:
            said.args = (self.words.hidden(str(said)),)
            raise said
