"""The kinds of nodes that a statement's tree may have. What is not named here is refused.

sqlglot is no validator: it reads much that DuckDB does not, and calls what it does not know a
command. So the list says what may be there, never what may not.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

ROOTS: Final = (
    exp.Select,
    exp.SetOperation,
    exp.Subquery,
    exp.Values,
    exp.Pivot,
    exp.Describe,
    exp.Summarize,
    exp.Show,
)
"""What a statement as a whole may be."""

_QUERY: Final = (
    *(exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.Values, exp.Table),
    *(exp.With, exp.CTE, exp.From, exp.Join, exp.Lateral, exp.Where, exp.Group, exp.Having),
    *(exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.LimitOptions, exp.Offset, exp.Fetch),
    *(exp.Distinct, exp.TableSample, exp.TableAlias, exp.Pivot, exp.PivotAlias),
    *(exp.UnpivotColumns, exp.Describe, exp.Summarize, exp.Show, exp.Cube, exp.Rollup),
    *(exp.GroupingSets, exp.Window, exp.WindowSpec, exp.WithinGroup, exp.Filter),
    *(exp.IgnoreNulls, exp.RespectNulls, exp.Exists, exp.All, exp.Any),
)
_VALUES: Final = (
    *(exp.Column, exp.Identifier, exp.Star, exp.Var, exp.Literal, exp.Boolean, exp.Null),
    *(exp.RawString, exp.ByteString, exp.HexString, exp.BitString, exp.UnicodeString),
    *(exp.National, exp.Alias, exp.Aliases, exp.Paren, exp.Tuple, exp.Dot, exp.Bracket, exp.Slice),
    *(exp.Interval, exp.IntervalSpan, exp.DataType, exp.DataTypeParam, exp.ColumnDef),
    *(exp.PropertyEQ, exp.Kwarg, exp.Lambda, exp.Comprehension, exp.PositionalColumn),
    *(exp.PseudoType, exp.JSONKeyValue, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey),
    *(exp.JSONPathSubscript, exp.JSONPathSlice, exp.JSONPathWildcard, exp.JSONPathRecursive),
    *(exp.JSONPathSelector, exp.JSONPathUnion, exp.JSONPathFilter, exp.JSONPathScript),
    *(exp.CharacterSet, exp.HavingMax),
)
_OPERATORS: Final = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Not),
    *(exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseNot, exp.BitwiseLeftShift),
    *(exp.BitwiseRightShift, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In, exp.Like, exp.ILike, exp.Glob),
    *(exp.SimilarTo, exp.Escape, exp.Collate, exp.AtTimeZone, exp.Distance, exp.Operator),
    *(exp.Overlaps,),
)
_SYNTAX: Final = (
    *(exp.And, exp.Or, exp.Xor, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Coalesce, exp.Nullif),
    *(exp.Array, exp.Struct, exp.Map, exp.ToMap, exp.Columns, exp.Unnest, exp.Explode, exp.Extract),
    *(exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Localtime, exp.Localtimestamp),
    *(exp.JSONExtract, exp.JSONExtractScalar, exp.ParseJSON, exp.JSONObject, exp.JSONArray),
    *(exp.RegexpLike, exp.RegexpFullMatch, exp.Pow, exp.Abs, exp.Sqrt, exp.Cbrt, exp.Factorial),
    *(exp.ArrayOverlaps, exp.ArrayContainsAll, exp.ArrayContainedBy, exp.StartsWith),
)
"""Calls that have a syntax of their own, or that sqlglot makes of one."""

_PARSED: Final = (
    *(exp.ApproxQuantile, exp.ArgMax, exp.ArgMin, exp.Max, exp.Min, exp.Quantile),
    *(exp.PercentileCont, exp.PercentileDisc, exp.GroupConcat, exp.Ceil, exp.Floor, exp.Chr),
    *(exp.Trim, exp.Substring, exp.StrPosition, exp.AnyValue, exp.TimestampTrunc, exp.Overlay),
    *(exp.DateTrunc, exp.Anonymous, exp.Variance, exp.Concat, exp.ArrayConcat, exp.Split),
)
"""Calls that sqlglot reads with a parser of their own, which keeps no name. ``Anonymous`` has one:
it is looked up like any other."""

NODES: Final = frozenset({*_QUERY, *_VALUES, *_OPERATORS, *_SYNTAX, *_PARSED})
"""What a tree may be made of, beside calls of reviewed functions."""
