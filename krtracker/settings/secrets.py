"""References to secrets: found, checked and resolved late; no value ever reaches a message."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from krtracker.errors import KrtrackerError

REFERENCE = re.compile(r"\$\{([^}]*)\}")
KINDS = re.compile(
    r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+|cred:[^/]+|keyring:[^/]+/.+|op://[^/]+/[^/]+/.+"
)
WRITTEN = (
    "${env:NAME}, ${file:PATH}, ${cred:NAME}, ${keyring:SERVICE/USER}, ${op://VAULT/ITEM/FIELD}"
)


class SecretMissingError(KrtrackerError):
    """A secret that a source needs is not there: set it where the message says."""

    exit_code = 3


def unknown_references(text: str) -> Iterator[str]:
    """References in the text that are of no known kind, as written."""
    for found in REFERENCE.finditer(text):
        if KINDS.fullmatch(found[1]) is None:
            yield found[0]
    if text.count("${") != len(REFERENCE.findall(text)):
        yield "${"


def resolve_secrets(
    table: Mapping[str, Any], environ: Mapping[str, str], folder: Path
) -> dict[str, Any]:
    """The table with each text that holds a reference as a Secret of the whole text.

    Relative `${file:...}` paths start at `folder`. Raises SecretMissingError naming the reference.
    """
    return {key: _resolved(value, environ, folder) for key, value in table.items()}


def _resolved(value: Any, environ: Mapping[str, str], folder: Path) -> Any:
    from krtracker.connector import Secret

    if isinstance(value, Mapping):
        return resolve_secrets(value, environ, folder)
    if isinstance(value, list | tuple):
        return [_resolved(one, environ, folder) for one in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    return Secret(REFERENCE.sub(lambda found: _secret(found[1], environ, folder), value))


def _secret(reference: str, environ: Mapping[str, str], folder: Path) -> str:
    kind, _, name = reference.partition(":")
    if kind == "env":
        return _from_environment(name, environ)
    if kind == "file":
        return _from_file(folder / name, f"${{file:{name}}}")
    if kind == "cred":
        place = environ.get("CREDENTIALS_DIRECTORY")
        if not place:
            raise SecretMissingError(
                f"${{cred:{name}}} needs systemd: add LoadCredential={name}:/path to the unit"
            )
        return _from_file(Path(place) / name, f"${{cred:{name}}}")
    if kind == "keyring":
        return _from_keyring(name)
    if kind == "op":
        return _from_one_password(reference)
    raise SecretMissingError(f"${{{reference}}} is no reference: write {WRITTEN}")


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise SecretMissingError(
            f"the environment variable {name} is not set: export it or put {name}=... into .env"
        )
    return environ[name]


def _from_file(path: Path, reference: str) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SecretMissingError(f"{reference} cannot be read at {path}: {reason}") from None


def _from_keyring(name: str) -> str:
    service, _, user = name.partition("/")
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise SecretMissingError(
            f"${{keyring:{name}}} needs the package keyring: pip install keyring"
        ) from None
    found = keyring.get_password(service, user)
    if found is None:
        raise SecretMissingError(
            f"${{keyring:{name}}} is not there: run `keyring set {service} {user}`"
        )
    return str(found)


def _from_one_password(reference: str) -> str:
    try:
        done = subprocess.run(
            ["op", "read", "--no-newline", reference],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise SecretMissingError(
            f"${{{reference}}} needs the 1Password command line `op`, signed in"
        ) from None
    if done.returncode != 0:
        raise SecretMissingError(f"${{{reference}}}: `op read` refused: sign in with `op signin`")
    return done.stdout


def read_dotenv(folder: Path) -> dict[str, str]:
    """Names and values of `.env` in the folder; {} without one. The process environment wins."""
    try:
        text = (folder / ".env").read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise SecretMissingError(f"cannot read {folder / '.env'}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretMissingError(f"{folder / '.env'} is not UTF-8 text: save it as such") from None
    return dict(_pairs(text))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    shape = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
    for line in text.splitlines():
        found = shape.fullmatch(line)
        if found is None or line.lstrip().startswith("#"):
            continue
        yield found[1], _unquoted(found[2])


def _unquoted(value: str) -> str:
    quoted = re.fullmatch(r"""(["'])(.*?)(?<!\\)\1(?:\s+#.*)?""", value)
    if quoted is None:
        return re.sub(r"(^|\s+)#.*$", "", value)
    if quoted[1] == "'":
        return quoted[2]
    return re.sub(r"\\(.)", lambda one: {"n": "\n", "t": "\t"}.get(one[1], one[1]), quoted[2])
