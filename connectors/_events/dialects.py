"""What each engine writes differently: instants as integers, whole division, text; nothing else.

Everything else is SQLAlchemy Core. Templates are ours; what is put into them is compiled SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    literal_column,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import IdentifierPreparer, SQLCompiler
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.sql.operators import is_precedent
from sqlalchemy.types import TypeEngine

from connectors._events.templates import TEMPLATES
from krtracker.connector import SourceRejectedError

SAME_AS = {
    "mariadb": "mysql",
    "clickhousedb": "clickhouse",
    "databricks": "spark",
    "hive": "spark",
}
"""Dialects of other packages that write as one of ours."""


class Written(FunctionElement[Any]):
    """An expression that every dialect writes in its own way (`TEMPLATES`)."""

    inherit_cache = False

    def __init__(self, name: str, type_: TypeEngine[Any], *parts: ColumnElement[Any]) -> None:
        self.template, self.type = name, type_
        super().__init__(*parts)


@compiles(Written)
def _written(element: Written, compiler: SQLCompiler, **options: Any) -> str:
    dialect = SAME_AS.get(compiler.dialect.name, compiler.dialect.name)
    own = TEMPLATES.get(dialect)
    if own is None:
        raise SourceRejectedError(
            f"standard metrics are not known on `{dialect}`: write a `query` instead"
        )
    template = own.get(element.template, TEMPLATES["any"].get(element.template))
    if template is None:
        kind = element.template.removeprefix("micros_")
        raise SourceRejectedError(f'`time_kind = "{kind}"` is not known on {dialect}')
    parts = [compiler.process(part, **options) for part in element.clauses]
    return template.format(*parts)


VALUED = "(SELECT {0} FROM (SELECT {1} AS value))"


class Named(FunctionElement[Any]):
    """An expression of a value; SQLite works the value out once, others where they meet it.

    SQLite computes an expression anew wherever it is written, and a text's instant is dear.
    """

    inherit_cache = False
    name = "named_value"

    def __init__(
        self,
        value: ColumnElement[int],
        expression: Callable[[ColumnElement[int]], ColumnElement[int]],
    ) -> None:
        self.type, self._expression = BigInteger(), expression
        super().__init__(value, expression(value))

    @property
    def value(self) -> ColumnElement[int]:
        """What it is of in the end: one expression of another is one of the other's value."""
        value: ColumnElement[int] = next(iter(self.clauses))
        return value.value if isinstance(value, Named) else value

    def of(self, value: ColumnElement[int]) -> ColumnElement[int]:
        """The same expression of another value."""
        inner = next(iter(self.clauses))
        return self._expression(inner.of(value) if isinstance(inner, Named) else value)

    def self_group(self, against: Any = None) -> Any:
        sum_in_it = against is not None and is_precedent(operators.add, against)
        return Grouping(self) if sum_in_it else self


@compiles(Named)
def _in_place(element: Named, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(list(element.clauses)[1], **options)


@compiles(Named, "sqlite")
def _named_once(element: Named, compiler: SQLCompiler, **options: Any) -> str:
    value = compiler.process(element.value, **options)
    told = element.of(literal_column("value", BigInteger()))
    return VALUED.format(compiler.process(told, **options), value)


ALL_ROWS = {"sqlite": "LIMIT -1", "mariadb": "LIMIT 18446744073709551615"}
"""A limit that leaves nothing out keeps a subquery from being put into the outer query."""


def told_before(rows: Select[Any], name: str, dialect: Dialect) -> Subquery | CTE:
    """A subquery; SQLite has it in front, since its parser follows a hundred steps down at most."""
    return rows.cte(name) if dialect.name == "sqlite" else rows.subquery(name)


def worked_out(rows: Select[Any], name: str, dialect: Dialect) -> Subquery | CTE:
    """A subquery that SQLite and MariaDB work out once: a join then finds rows by their own index.

    Put into the outer query, its rows would be read through for every row they are joined to.
    """
    family = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    held = rows.suffix_with(ALL_ROWS[family]) if family in ALL_ROWS else rows
    return told_before(held, name, dialect)


def number(value: int) -> ColumnElement[int]:
    """An integer of our own (never one of the configuration's) in the text of a query."""
    return literal_column(str(int(value)), BigInteger())


def micros(kind: str, column: ColumnElement[Any]) -> ColumnElement[int]:
    """The instant of a time column in microseconds since 1970; naive kinds as their own clock."""
    return Written(f"micros_{kind}", BigInteger(), column)


def whole(dividend: ColumnElement[int], divisor: int) -> ColumnElement[int]:
    """How often the divisor goes into a positive integer."""
    return Written("whole", BigInteger(), dividend, number(divisor))


def short(value: ColumnElement[int]) -> ColumnElement[int]:
    """The same small integer, narrower where that is faster."""
    return Written("short", Integer(), value)


def exact(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text that differs from every other text, whatever the column's collation."""
    return Written("exact", column.type, column)


def as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    return Written("text", String(), column)


def nullable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value whose absence in a window function is NULL, never the type's own zero."""
    return Written("nullable", column.type, column)


class _Quotes(IdentifierPreparer):
    """Quotes every name: these engines look quoted names up as they do bare ones."""

    def quote(self, ident: str, force: Any = None) -> str:
        del force  # an argument of SQLAlchemy's, and out of use there
        return ident if getattr(ident, "quote", None) is False else self.quote_identifier(ident)


class _Backticks(_Quotes):
    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect, initial_quote="`", final_quote="`", escape_quote="`")


class _BigQueryQuotes(_Backticks):
    def quote(self, ident: str, force: Any = None) -> str:
        if "`" in ident.strip("`") or "\\" in ident:
            raise SourceRejectedError(f"BigQuery has no name such as {ident!r}: correct it")
        return super().quote(ident, force)


class _ClickHouseCompiler(SQLCompiler):
    KINDS: Mapping[type, str] = {bool: "Bool", int: "Int64", float: "Float64", str: "String"}

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> Any:
        visit: Callable[..., str] = super().visit_bindparam
        name = visit(bindparam, *args, **options).removeprefix(":")
        kind = self.KINDS.get(type(bindparam.value), "DateTime64(6, 'UTC')")
        return f"{{{name}:{kind}}}"


class _DuckDbCompiler(SQLCompiler):
    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> Any:
        visit: Callable[..., str] = super().visit_bindparam
        return "$" + visit(bindparam, *args, **options).removeprefix(":")


def _dialect(name: str, **parts: Any) -> type[DefaultDialect]:
    """A dialect that only compiles: for engines SQLAlchemy does not bring itself."""
    fixed = {"name": name, "supports_statement_cache": False, "default_paramstyle": "named"}
    return type(f"{name.title()}Dialect", (DefaultDialect,), {**fixed, **parts})


ClickHouseDialect = _dialect(
    "clickhouse", preparer=_Backticks, statement_compiler=_ClickHouseCompiler
)
SparkDialect = _dialect("spark", preparer=_Backticks)
BigQueryDialect = _dialect("bigquery", preparer=_BigQueryQuotes)
SnowflakeDialect = _dialect("snowflake")
TrinoDialect = _dialect("trino", preparer=_Quotes)
DuckDbDialect = _dialect("duckdb", preparer=_Quotes, statement_compiler=_DuckDbCompiler)
RedshiftDialect = _dialect("redshift", preparer=_Quotes)


def compiling(name: str) -> Dialect:
    """A dialect by name, to compile with and never to connect with."""
    from sqlalchemy.dialects import mysql, postgresql, sqlite

    own = {
        "clickhouse": ClickHouseDialect,
        "spark": SparkDialect,
        "bigquery": BigQueryDialect,
        "snowflake": SnowflakeDialect,
        "trino": TrinoDialect,
        "duckdb": DuckDbDialect,
        "redshift": RedshiftDialect,
    }
    if name in own:
        return own[name](paramstyle="named")
    brought = {"sqlite": sqlite, "postgresql": postgresql, "mysql": mysql, "mariadb": mysql}
    dialect: Dialect = brought[name].dialect(paramstyle="named")
    return dialect
