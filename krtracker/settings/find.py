"""Where the configuration is and which file it publishes; tomllib only, nothing is checked."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from krtracker.errors import ConfigurationError, Problem, UsageError

FILE = "krtracker.toml"
DEFAULT_STORE = "data/krtracker.duckdb"


def find_configuration(explicit: Path | None, *, cwd: Path, environ: Mapping[str, str]) -> Path:
    """The configuration file, absolute: as told, else the first one found on the way.

    Raises UsageError that names where it looked.
    """
    told = explicit or (
        Path(environ["KRTRACKER_CONFIG"]) if environ.get("KRTRACKER_CONFIG") else None
    )
    if told is not None:
        path = Path(os.path.normpath(cwd / told))
        path = path / FILE if path.is_dir() else path
        if not path.is_file():
            by = "--config" if explicit else "KRTRACKER_CONFIG"
            raise UsageError(f"{by} names {path}, and there is no such file: run `krtracker init`")
        return path
    places = list(_places(cwd, environ))
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise UsageError(f"no {FILE} found (looked for {looked}): run `krtracker init`")


def _places(cwd: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    here = Path(os.path.abspath(cwd))
    for folder in (here, *here.parents):
        yield folder / FILE
        if (folder / ".git").exists():
            break
    home = environ.get("HOME", "")
    user = environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    if user:
        yield Path(user) / "krtracker" / FILE
    yield Path("/etc/krtracker") / FILE


def published_path(configuration: Path) -> Path:
    """The DuckDB file that analysts open, absolute.

    Raises ConfigurationError where the file cannot be read at all; `load` says more.
    """
    folder = Path(os.path.abspath(configuration)).parent
    try:
        table = tomllib.loads(configuration.read_bytes().decode("utf-8").replace("\r\n", "\n"))
    except OSError as error:
        reason = (error.strerror or "cannot be opened").lower()
        raise ConfigurationError(
            [Problem("K002", f"cannot read `{configuration}`: {reason}")]
        ) from None
    except (ValueError, RecursionError) as error:
        said = f"{configuration.name} is not valid TOML: {error}"
        hint = "run `krtracker check`"
        raise ConfigurationError([Problem("K001", said, help=hint)]) from None
    store = table.get("store")
    path = store.get("path", DEFAULT_STORE) if isinstance(store, dict) else DEFAULT_STORE
    return Path(os.path.normpath(folder / (path if isinstance(path, str) else DEFAULT_STORE)))
