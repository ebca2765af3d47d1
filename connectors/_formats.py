"""Which files DuckDB reads how, and which paths stay below a folder; opens none of them."""

from __future__ import annotations

from pathlib import PurePosixPath

READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".ndjson": "read_json",
    ".jsonl": "read_json",
}


def inside_the_folder(pattern: str) -> str:
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or ":" in pattern or "\\" in pattern:
        raise ValueError(f"`{pattern}` leaves the folder: write a path below `folder`")
    reader(pattern)
    return pattern


def reader(pattern: str, *, timed: bool = False) -> str:
    """How DuckDB reads files of this ending, the first `{}` standing for their path.

    With `timed` a second stands for the format of times; Parquet knows its own.
    """
    for suffix in PurePosixPath(pattern.removesuffix(".gz").removesuffix(".zst")).suffixes[-1:]:
        if suffix.lower() in READERS:
            function = READERS[suffix.lower()]
            format_ = ", timestampformat = {}" if timed and function != "read_parquet" else ""
            return f"{function}({{}}, union_by_name = true{format_})"
    raise ValueError(f"`{pattern}` has no ending we read: {', '.join(READERS)} (also with .gz)")
