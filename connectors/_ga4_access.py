"""Who asks Google Analytics: turns a key, a file or the machine's own login into credentials."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import google.auth
from google.auth import exceptions, jwt
from google.auth.credentials import Credentials
from google.oauth2 import credentials as users
from google.oauth2 import service_account

from connectors._asking import Carried
from krtracker.connector import (
    Deadline,
    Secret,
    SourceRejectedError,
    SourceUnavailableError,
)

AUDIENCE = "https://analyticsdata.googleapis.com/"
LIFETIME = 3600
SCOPES = ("https://www.googleapis.com/auth/analytics.readonly",)
HIDDEN = ("private_key", "private_key_id", "client_secret", "refresh_token")
KEY = "create a JSON key of a service account (IAM > Service accounts > Keys) and give it whole"


@dataclass(frozen=True)
class Access:
    """Credentials, whom they belong to where that is known, and what of them nobody may see."""

    credentials: Any
    account: str
    texts: tuple[str, ...]

    def secrets(self) -> Iterable[str]:
        """All that no message may hold, the token of the moment too."""
        token = getattr(self.credentials, "token", None)
        return (*self.texts, token) if isinstance(token, str) else self.texts


def access(key: Secret | None, file: str | None, deadline: Deadline) -> Access:
    """Credentials from the key's text, else its file, else those of the machine.

    Raises SourceRejectedError saying what is wrong with them; never a part of them.
    """
    if key is not None:
        return _of_text(key.reveal(), "`credentials`")
    if file is not None:
        path = Path(file).expanduser()
        try:
            return _of_text(path.read_text("utf-8"), f"the key in {path}")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise SourceRejectedError(
                f"`credentials_file` {path} cannot be read: {reason}"
            ) from None
    return _of_machine(deadline)


def _of_text(text: str, name: str) -> Access:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise SourceRejectedError(f"{name} is not the JSON of a key: {KEY}")
    hidden = tuple(str(table[one]) for one in HIDDEN if table.get(one))
    account = str(table.get("client_email", ""))[:100]
    return Access(_loaded(table, name), account, (text, *hidden))


def _loaded(table: Mapping[str, Any], name: str) -> Any:
    kinds: dict[str, Any] = {
        "service_account": service_account.Credentials.from_service_account_info,
        "authorized_user": users.Credentials.from_authorized_user_info,
    }
    kind = str(table.get("type", ""))[:40]
    if kind not in kinds:
        raise SourceRejectedError(
            f"{name} has the type {kind!r}: {KEY}; for any other login leave it out and set "
            "GOOGLE_APPLICATION_CREDENTIALS"
        )
    try:
        made = kinds[kind](table, scopes=list(SCOPES))
    except (ValueError, TypeError, KeyError, exceptions.GoogleAuthError):
        wanted = ("client_email", "private_key", "token_uri")
        missing = [one for one in wanted if not table.get(one)] if kind in SIGNING else []
        lack = f"it lacks {', '.join(missing)}" if missing else "its `private_key` cannot be read"
        raise SourceRejectedError(
            f"{name} is no whole key of a {kind.replace('_', ' ')}: {lack}; {KEY}"
        ) from None
    return _signing(made)


def _signing(made: Any) -> Any:
    return _OwnTokens(made) if isinstance(made, service_account.Credentials) else made


class _OwnTokens(Credentials):
    """Tokens a service account signs itself: no other address is asked for, or hears of, one.

    Google's own class of this kind shows each token to a second service in the background.
    """

    def __init__(self, account: service_account.Credentials) -> None:
        base: Any = super()
        base.__init__()
        self._signer, self._email = account.signer, account.signer_email

    def refresh(self, _: object) -> None:
        begun = int(time.time())
        told = {"iss": self._email, "sub": self._email, "aud": AUDIENCE}
        encode: Any = jwt.encode
        self.token = encode(self._signer, {**told, "iat": begun, "exp": begun + LIFETIME}).decode()
        # Google's base class compares with a naive UTC.
        self.expiry = datetime.fromtimestamp(begun + LIFETIME, UTC).replace(tzinfo=None)


SIGNING = ("service_account",)


def _of_machine(deadline: Deadline) -> Access:
    """Application default credentials; looking for them may ask the network, so it is timed."""
    carried, found = Carried(), list[Any]()

    def look() -> None:
        with carried, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.append(google.auth.default(scopes=list(SCOPES))[0])

    looking = threading.Thread(target=look, daemon=True, name="google credentials")
    looking.start()
    looking.join(deadline.remaining())
    if looking.is_alive():
        raise SourceUnavailableError(
            "no credentials of this machine were found within the deadline"
        )
    if isinstance(carried.raised, (exceptions.GoogleAuthError, OSError, ValueError)):
        raise SourceRejectedError(
            "this machine has no usable login for Google: give `credentials` or "
            "`credentials_file`, or set GOOGLE_APPLICATION_CREDENTIALS to a key's file"
        ) from None
    if carried.raised is not None:
        raise carried.raised
    made = _signing(found[0])
    account = str(getattr(made, "service_account_email", "") or "")
    return Access(made, account, ())
