"""What messages may say of a talk over HTTP, and which JSON is taken for good."""

from __future__ import annotations

import pytest

from connectors._http_words import Words
from connectors._json import StrictJsonError, strict


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": 7, "message": "no such report"}}',
        b'{"detail": "no such report"}',
        b'{"errors": [{"title": "no such report"}]}',
        b"<html><head><style>p {}</style></head><p>no such report</p></html>",
        b"no\x00 such\r\n\x1b report",
    ],
)
def test_the_errors_own_words_are_found(body: bytes) -> None:
    assert Words(lambda: ()).said(body) == "no such report"


def test_a_secret_at_the_edge_of_what_is_shown_is_hidden_whole() -> None:
    words = Words(lambda: ["s3cret-of-mine"])
    for before in range(60, 90):
        assert "s3c" not in words.start(b"x" * before + b"s3cret-of-mine")


def test_a_secret_is_hidden_also_as_it_was_sent_without_its_blanks() -> None:
    words = Words(lambda: ["tok-abcdef \n"])
    assert words.hidden("bad tok-abcdef") == "bad ***"


def test_a_place_shows_no_query_and_no_long_key() -> None:
    place = Words(lambda: ()).place(f"https://a:b@h.example/d/{'2PACX' * 10}/pub?key=1")
    assert place == "h.example/d/.../pub"


@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b"[-Infinity]",
        b"1e999",
        b"-1e999",
        b"9" * 301,
        b'{"a": 1, "a": 1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": [1, 2',
        b'{"a": "b',
        b"",
        b"[1,]",
        b"\xff\xfe\xfa",
        b"{'a': 1}",
        b"[1] [2]",
    ],
)
def test_what_is_no_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(StrictJsonError):
        strict(text)


def test_good_json_is_read_in_every_unicode() -> None:
    for coding in ("utf-8", "utf-8-sig", "utf-16", "utf-32-le"):
        assert strict('{"a": [1, 2.5, "ä", null]}'.encode(coding)) == {"a": [1, 2.5, "ä", None]}


def test_text_that_ends_too_early_is_told_as_such() -> None:
    with pytest.raises(StrictJsonError, match="ends too early, after 11 bytes"):
        strict(b'{"a": [1, 2')
