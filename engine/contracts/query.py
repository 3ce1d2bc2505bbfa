"""What the engine asks of the query worker, and what the worker answers.

The two talk over the worker's stdin and stdout: each message is the JSON of one of these models
with the bytes that belong to it (see :mod:`engine.query.frames`). ``id`` pairs an answer with its
question; answers may overtake each other. Columns of a result are named by their position.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Numbered(_Model):
    id: int


class Limits(_Model):
    """What one worker may use; given to it at its start and never changed."""

    memory_mb: int = Field(default=2048, ge=64)
    """The worker process, all of it: the operating system keeps it below a tenth more than this.
    It needs some 250 MB at rest, whatever stands here."""
    threads: int = Field(default=2, ge=1)
    max_rows: int = Field(default=5_000_000, ge=1)
    """Rows of a result that are kept."""


class Source(_Model):
    """A table as its live files; a column that a file lacks is NULL there."""

    files: tuple[str, ...]
    columns: dict[str, str]
    """Column name → DuckDB type, in the table's order."""


class Execute(_Numbered):
    """Run one statement over these tables and keep its rows; the rows kept before are dropped."""

    kind: Literal["execute"] = "execute"
    sql: str
    tables: dict[str, Source]
    known: tuple[str, ...] = ()
    """All tables that could have been named, for a sentence on a wrong name."""
    first_rows: int = 0
    """How many rows to send with the answer, as ``ReadRows`` for the screen would."""


class ReadRows(_Numbered):
    """Rows [offset, offset + limit) in the present order, as an Arrow IPC stream."""

    kind: Literal["rows"] = "rows"
    offset: int = Field(ge=0)
    limit: int = Field(ge=0)
    columns: tuple[int, ...] | None = None
    """None: all of them."""
    cut: int | None = None
    """None: values as they are. A number: for the screen, texts no longer than this."""


class Sort(_Numbered):
    """Order the rows by one column, NULLs last; None is the statement's own order."""

    kind: Literal["sort"] = "sort"
    column: int | None
    descending: bool = False


class Summarise(_Numbered):
    """Figures of one column."""

    kind: Literal["summarise"] = "summarise"
    column: int


class Plot(_Numbered):
    """Points of a line, or bars: at most ``points`` of them."""

    kind: Literal["plot"] = "plot"
    shape: Literal["line", "bar"]
    x: int
    y: int
    points: int = Field(ge=2)


class ExportNext(_Numbered):
    """The next piece of the result as CSV; ``restart`` begins again at the header."""

    kind: Literal["export"] = "export"
    restart: bool


class Vocabulary(_Numbered):
    """DuckDB's functions and keywords."""

    kind: Literal["vocabulary"] = "vocabulary"


class Cancel(_Model):
    """Give up the question of this number."""

    kind: Literal["cancel"] = "cancel"
    target: int


Question = Annotated[
    Execute | ReadRows | Sort | Summarise | Plot | ExportNext | Vocabulary | Cancel,
    Field(discriminator="kind"),
]
QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
Asked = Execute | ReadRows | Sort | Summarise | Plot | ExportNext | Vocabulary


class Ready(_Numbered):
    """The worker has loaded what it needs and given up what it must not have; comes unasked."""

    kind: Literal["ready"] = "ready"
    confined: bool
    """The kernel denies it network, processes and writing; False where the system cannot."""


class ResultColumn(_Model):
    """A column of the result; ``type`` is DuckDB's name."""

    name: str
    type: str


class Executed(_Numbered):
    """The statement has run; its first rows come as bytes."""

    kind: Literal["executed"] = "executed"
    columns: tuple[ResultColumn, ...]
    rows: int
    truncated: bool
    elapsed_ms: float


class RowsRead(_Numbered):
    """The rows, as bytes."""

    kind: Literal["rows"] = "rows"


class Sorted(_Numbered):
    """The new order holds from now on."""

    kind: Literal["sorted"] = "sorted"


class Summary(_Numbered):
    """Figures of a column; texts are as DuckDB writes the values."""

    kind: Literal["summary"] = "summary"
    rows: int
    nulls: int
    distinct: int
    exact: bool
    """False: ``distinct`` is an estimate, a few per cent off."""
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None
    """Standard deviation of the sample."""
    top: tuple[tuple[str | None, int], ...] = ()
    """The most frequent values with their counts, the most frequent first."""
    histogram: tuple[int, ...] = ()
    """Counts in equal steps from minimum to maximum; empty where the column is no number."""


class Plotted(_Numbered):
    """Columns x and y as bytes. Of a line with too many points, neighbours became their mean."""

    kind: Literal["plotted"] = "plotted"
    time: bool
    """x is seconds since 1970, UTC."""
    total: int
    """Points there would be without a limit: values of x."""
    merged: bool
    """Rows of the same x became one point: their mean (line) or their sum (bar)."""


class Exported(_Numbered):
    """A piece of CSV as bytes."""

    kind: Literal["exported"] = "exported"
    rows: int
    """Rows so far."""
    total: int | None
    """None where the result was truncated: then the statement is run again, to its end."""
    last: bool


class Words(_Numbered):
    """DuckDB's own words."""

    kind: Literal["words"] = "words"
    functions: tuple[str, ...]
    keywords: tuple[str, ...]


class Failure(_Numbered):
    """The question was not answered."""

    kind: Literal["failure"] = "failure"
    reason: Literal["refused", "statement", "memory", "file", "cancelled", "no_result"]
    message: str
    remedy: str = ""
    """For a refused statement."""
    type: str = ""
    """DuckDB's kind of error, such as Catalog or Binder."""
    position: int | None = None
    """Where in the statement, in characters from 0."""


Answer = Annotated[
    Ready | Executed | RowsRead | Sorted | Summary | Plotted | Exported | Words | Failure,
    Field(discriminator="kind"),
]
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
