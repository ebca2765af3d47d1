"""What a message may say of a talk over HTTP: no query of an address, no secret of an answer."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

HIDDEN = "***"
SHORTEST = 4
"""Characters; a shorter text is no secret, and hiding it would garble every message."""
SHOWN, SAID = 80, 160
LONG_PART = 32
UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.S | re.I)
SAYING = ("message", "error_description", "detail", "error", "title", "reason", "errors")


class Words:
    """Texts for messages; `secrets` gives all that must not be seen, also what came later."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets

    def hidden(self, text: str) -> str:
        """The text with every secret, in any form it may have been sent back, as `***`."""
        sent = {one for secret in self._secrets() for one in (secret, secret.strip())}
        forms = {form for one in sent for form in _forms(one)}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN)
        return text

    def place(self, url: str) -> str:
        """Where was asked: host and path; the query and a long part may hold a key, and go."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        path = "/".join(one if len(one) < LONG_PART else "..." for one in parts.path.split("/"))
        text = self.hidden(f"{host}{path}")
        return "".join(c if c.isprintable() else "?" for c in text)[:120]

    def start(self, body: bytes, most: int = SHOWN) -> str:
        """The first characters of an answer: no tags, no controls, no secrets."""
        text = self.hidden(body[:20_000].decode("utf-8", "replace"))
        text = self.hidden(html.unescape(UNSEEN.sub(" ", text)))
        text = "".join(c if c.isprintable() else " " for c in text)
        return " ".join(text.split())[:most]

    def said(self, body: bytes) -> str:
        """The error's own words where the answer is JSON as most write it, else its start."""
        try:
            told = _told(json.loads(body[:100_000]))
        except (ValueError, RecursionError):
            told = None
        return self.start(told.encode("utf-8", "replace"), SAID) if told else self.start(body)


def _forms(secret: str) -> Iterator[str]:
    if len(secret) < SHORTEST:
        return
    encoded = base64.b64encode(secret.encode()).decode()
    for form in (secret, json.dumps(secret)[1:-1], html.escape(secret), encoded):
        yield form
        yield quote(form, safe="")
        yield quote_plus(form)
        yield quote(form)


def _told(found: Any, depth: int = 0) -> str | None:
    if isinstance(found, str):
        return found
    if isinstance(found, list) and found and depth < 5:
        return _told(found[0], depth + 1)
    if isinstance(found, dict) and depth < 5:
        for key in SAYING:
            if (told := _told(found.get(key), depth + 1)) is not None:
                return told
    return None
