"""The TOML table of a request to any API: what is sent, which rows come, how pages follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from connectors._http_picks import PARTS
from connectors._http_window import check_placeholders, holds_secret, uses_window
from krtracker.connector import Options

Simple = str | int | float | bool


def _checked_path(text: str) -> str:
    if "://" in text or "?" in text or ".." in text.split("/"):
        raise ValueError("write the part behind `url`, without host and without `?`: use `params`")
    check_placeholders(text)
    return text


def _checked_params(params: Mapping[str, Any]) -> Mapping[str, Any]:
    for one in params.values():
        for text in one if isinstance(one, list) else [one]:
            if isinstance(text, str):
                check_placeholders(text)
    return params


def _checked_expression(text: str) -> str:
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(text)
    except JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"`{text}` is no JMESPath: {reason}; see jmespath.org") from None
    return text


Path = Annotated[str, AfterValidator(_checked_path)]
Params = Annotated[Mapping[str, Simple | list[Simple]], AfterValidator(_checked_params)]
Expression = Annotated[str, AfterValidator(_checked_expression)]


class PagesTable(Options):
    """How pages follow each other: by a page's number, an offset, a cursor, or a link.

    `param` is where the number or cursor goes, `into` the address or the body (there `a.b` is b
    inside a). `size` with `size_param` asks for pages of a size; a shorter page is the last one.
    `next` finds the next cursor or link, `total` how many rows there are in all.
    """

    by: Literal["page", "offset", "cursor", "link"]
    param: str | None = None
    into: Literal["params", "body"] = "params"
    first: int | None = None
    size: int | None = Field(default=None, gt=0)
    size_param: str | None = None
    next: Expression | None = None
    total: Expression | None = None
    most: int = Field(default=100, gt=0, le=10_000)

    @model_validator(mode="after")
    def _fits(self) -> PagesTable:
        if (self.param is None) != (self.by == "link"):
            needed = "takes no" if self.by == "link" else "needs a"
            raise ValueError(f'by = "{self.by}" {needed} `param`')
        if self.by == "cursor" and self.next is None:
            raise ValueError('by = "cursor" needs `next`: where the answer holds the next cursor')
        if self.by in ("page", "offset") and self.next is not None:
            raise ValueError(f'by = "{self.by}" takes no `next`')
        if self.size_param is not None and self.size is None:
            raise ValueError("`size_param` needs a `size`")
        return self


class RequestTable(Options):
    """One metric's request; texts may hold placeholders such as `{start}` or `{end_ms}`.

    JSON: `rows` finds the list of rows (or a table, whose entries have `key` and `value`), the
    others what stands in a row; without `rows` they find lists side by side. All are JMESPath.
    CSV: they are names of columns. `days_per_request` cuts the window; with 1 no `day` is needed.
    """

    path: Path = ""
    method: Literal["GET", "POST"] = "GET"
    params: Params = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: Mapping[str, Any] | list[Any] | None = None
    form: Params | None = None
    format: Literal["json", "csv"] = "json"
    rows: str | None = None
    day: str | None = None
    value: str | None = None
    weight: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    segment: str | None = None
    day_format: str | None = None
    decimal: Literal[".", ","] | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    error: Expression | None = None
    days_per_request: int | None = Field(default=None, gt=0)
    pages: PagesTable | None = None

    @model_validator(mode="after")
    def _fits(self) -> RequestTable:
        for words in self._faults():
            raise ValueError(words)
        if self.format == "json":
            for part in ("rows", *PARTS):
                if (text := getattr(self, part)) is not None:
                    _checked_expression(text)
        return self

    @property
    def windowed(self) -> bool:
        """Whether the request asks for days of the window, and not for all there is."""
        sent = (self.path, self.params, self.body, self.form, self.headers)
        return any(map(uses_window, sent))

    def _faults(self) -> Iterator[str]:
        by_parts = self.numerator is not None and self.denominator is not None
        if (self.value is None) != by_parts or (by_parts and self.weight is not None):
            yield "write `value` (with `weight`), or `numerator` and `denominator`"
        if self.day is None and self.days_per_request != 1:
            yield "write `day`: where a row holds its day; or days_per_request = 1"
        if self.days_per_request is not None and not self.windowed:
            yield "`days_per_request` needs {start}, {last} or {end} in the request"
        if self.method == "GET" and (self.body is not None or self.form is not None):
            yield 'a `body` or `form` needs method = "POST"'
        if self.body is not None and self.form is not None:
            yield "write either `body` or `form`"
        if self.format == "csv" and (self.rows is not None or self.error is not None):
            yield "`rows` and `error` are for JSON: of a CSV, name the columns"
        if self.pages is not None and self.pages.into == "body" and self.body is None:
            yield '`pages` with into = "body" need a `body`'
        if self.day is None and (self.pages is not None or self.segment is not None):
            yield "`pages` and `segment` need a `day`"
        if holds_secret((self.params, self.headers, self.body, self.form)):
            yield "a secret belongs into the source: `auth`, `headers` or `params` there"
