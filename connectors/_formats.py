"""Which files DuckDB reads how, and which paths stay below a folder; opens none of them."""

from __future__ import annotations

from pathlib import PurePosixPath

READERS = {
    ".csv": "read_csv({}, union_by_name = true)",
    ".tsv": "read_csv({}, union_by_name = true)",
    ".parquet": "read_parquet({}, union_by_name = true)",
    ".json": "read_json({}, union_by_name = true)",
    ".ndjson": "read_json({}, union_by_name = true)",
    ".jsonl": "read_json({}, union_by_name = true)",
}


def inside_the_folder(pattern: str) -> str:
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or ":" in pattern or "\\" in pattern:
        raise ValueError(f"`{pattern}` leaves the folder: write a path below `folder`")
    reader(pattern)
    return pattern


def reader(pattern: str) -> str:
    """How DuckDB reads files of this ending, `{}` standing for their path."""
    for suffix in PurePosixPath(pattern.removesuffix(".gz").removesuffix(".zst")).suffixes[-1:]:
        if suffix.lower() in READERS:
            return READERS[suffix.lower()]
    raise ValueError(f"`{pattern}` has no ending we read: {', '.join(READERS)} (also with .gz)")
