"""From a Kafka record to typed columns and a reason: pure expressions, no Kafka, no Delta.

``parse(records, pack)`` takes records (``value`` binary, ``key``, ``topic``, ``partition``,
``offset``, ``kafka_ts``), puts bronze's ``raw`` and ``raw_base64`` in the place of the value, and
adds the columns of silver, ``event_key`` (xxhash64 of the event id), and ``reason``/``detail``,
which are NULL for a record without fault. What depends on other records (late, duplicate) is
decided later, in ``pipelines.arrival``.

The JSON is read once, as a map of texts. Reading ``[value]`` in place of ``value`` makes trailing
data an error, which Spark's reader would otherwise ignore.
"""

from __future__ import annotations

from pyspark.sql import DataFrame

from engine.contracts.names import FUTURE_TOLERANCE_MS, MAX_RECORD_BYTES, Reason
from engine.contracts.pack import FieldSpec, PackSpec

_READABLE = "is_valid_utf8(CAST(value AS STRING))"
_TEXT = "make_valid_utf8(CAST(value AS STRING))"
_STRICT = "map('allowSingleQuotes','false','allowNonNumericNumbers','false')"
_NUMBER = r"'^[ \\t\\r\\n]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?[ \\t\\r\\n]*$'"
_EPOCH_TEXT = "'^[+-]?[0-9]{11,14}\\\\z'"
_EPOCH_NUMBER = "'^-?[0-9]{1,15}\\\\z'"
_ISO = (
    "'^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
    "([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)? ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?\\\\z'"
)
# A text with "]" may close the bracket we opened: it must then be a value in an object, too.
_INSIDE = (
    f"from_json(concat('{{\"v\":', CAST(value AS STRING), '}}'), 'map<string,string>', {_STRICT})"
)
_WHOLE = f"NOT contains(CAST(value AS STRING), ']') OR {_INSIDE} IS NOT NULL"
_FIRST_MS, _LAST_MS = -62135596800000, 253402300799999  # years 1 to 9999, which all readers share


def parse(records: DataFrame, pack: PackSpec) -> DataFrame:
    """Texts and typed fields, event date, ``usd_rate``, amount, ``extra``, ``event_key``, reason.

    Written in steps because each ``select`` is a fence: an expression named in one and used
    twice in the next is computed once. Each step copies every column it hands on, so it hands on
    only what a later one reads.
    """
    kept = [f"`{c}`" for c in records.columns if c != "value"]
    texts = _texts(records, pack)
    parsed = [f for f in pack.fields if f.type != "string"]
    typed = texts.selectExpr("*", *(f"{_typed(f)} AS {f.name}" for f in parsed), _odd(pack))
    judged = typed.selectExpr(
        *kept, "value", *map(_source, pack.fields), "_variants", f"{_fault(pack)} AS _fault"
    )
    rated = judged.selectExpr(
        *kept,
        f"{_TEXT} AS raw",
        f"IF({_READABLE}, NULL, base64(value)) AS raw_base64",
        *(f"{_defaulted(f)} AS {f.name}" for f in pack.fields),
        "_fault.reason AS reason",
        "_fault.detail AS detail",
        f"{_extra(pack)} AS extra",
        f"{_rate(pack)} AS usd_rate",
    )
    return rated.selectExpr(
        "*",
        f"{_amount(pack)} AS {pack.amount.name}",
        f"CAST({pack.roles.timestamp} AS DATE) AS event_date",
        f"xxhash64({pack.roles.event_id}) AS event_key",
    )


def _texts(records: DataFrame, pack: PackSpec) -> DataFrame:
    """One ``_t_<field>`` text column a field; ``_found`` is how many fields the value has.

    It is NULL where the value is no JSON object.
    """
    readable = f"octet_length(value) <= {MAX_RECORD_BYTES} AND {_READABLE}"
    text = "CAST(value AS STRING)"
    docs = records.selectExpr(
        "*",
        f"CASE WHEN {readable} AND ({_WHOLE}) THEN from_json(concat('[', {text}, ']'), "
        f"'array<map<string,string>>', {_STRICT}) END AS _docs",
    )
    doc = docs.selectExpr("*", "IF(size(_docs) = 1, _docs[0], NULL) AS _doc").drop("_docs")
    found = "IF(_doc IS NULL, NULL, size(_doc)) AS _found"
    fields = (f"_doc['{f.name}'] AS _t_{f.name}" for f in pack.fields)
    texts = doc.selectExpr(*(f"`{c}`" for c in records.columns), found, *fields)
    variants = f"from_json(CAST(value AS STRING), 'map<string,variant>', {_STRICT})"
    return texts.selectExpr("*", f"CASE WHEN {_unusual(pack)} THEN {variants} END AS _variants")


def _unusual(pack: PackSpec) -> str:
    """Whether the texts leave open what the JSON's types were: then it is read again, with types.

    That is so with fields the pack does not name, with a text that looks like an object or array,
    and with a time that may be a boolean or a short number. Counting fields is cheap; a known
    field that is null has no text and leads to the thorough look, which then finds nothing.
    """
    known = " + ".join(f"int(_t_{f.name} IS NOT NULL)" for f in pack.fields)
    heads = ", ".join(f"left(_t_{f.name}, 1)" for f in pack.fields)
    times = [
        f"_t_{f.name} RLIKE '^([+-]?([0-9]{{1,10}}|[0-9]{{15}})|true|false)$'" for f in _times(pack)
    ]
    # Taking the brackets out changes the heads only where there is one.
    bracket = f"translate(concat_ws('', {heads}), '{{[', '') != concat_ws('', {heads})"
    return " OR ".join([f"_found > {known}", bracket, *times])


def _times(pack: PackSpec) -> list[FieldSpec]:
    return [f for f in pack.fields if f.type == "timestamp"]


def _source(field: FieldSpec) -> str:
    """Column of a field before its default: a text is as it was read."""
    return f"_t_{field.name}" if field.type == "string" else field.name


def _kind(field: FieldSpec) -> str:
    """Type of the field's JSON value as Spark names it; NULL where the record is not unusual."""
    return f"schema_of_variant(_variants['{field.name}'])"


def _typed(field: FieldSpec) -> str:
    text = f"_t_{field.name}"
    if field.type == "double":
        return f"CASE WHEN {text} RLIKE {_NUMBER} THEN try_cast(trim({text}) AS DOUBLE) END"
    if field.type == "integer":
        number = f"try_cast(trim({text}) AS DOUBLE)"
        whole = f"{number} = floor({number}) AND abs({number}) < 2147483648"
        return f"CASE WHEN {text} RLIKE {_NUMBER} AND {whole} THEN CAST({number} AS INT) END"
    return _timestamp(field)


def _timestamp(field: FieldSpec) -> str:
    """Epoch milliseconds, or ISO-8601; without a zone UTC, which is the session's zone.

    A bare ``+0200`` or ``+02`` is rewritten to ``+02:00``, which is what Spark reads.
    """
    text = f"_t_{field.name}"
    number = f"CAST({text} AS BIGINT)"
    # Spark reads a zone only after seconds, and only with its colon.
    seconds = f"regexp_replace({text}, '^(.{{10}}[T ][0-9]{{2}}:[0-9]{{2}}) ?([Z+-])', '$1:00$2')"
    hours = f"regexp_replace({seconds}, '([:.][0-9]+ ?[+-][0-9]{{2}})$', '$1:00')"
    zoned = f"regexp_replace({hours}, '([:.][0-9]+ ?[+-][0-9]{{2}})([0-9]{{2}})$', '$1:$2')"
    unusual = f"{text} RLIKE '([+-][0-9:]+|[T ][0-9]{{2}}:[0-9]{{2}} ?Z)$' AND length({text}) > 10"
    return (
        f"CASE WHEN ({text} RLIKE {_EPOCH_TEXT} OR ({text} RLIKE {_EPOCH_NUMBER} "
        f"AND {_kind(field)} = 'BIGINT')) AND {number} BETWEEN {_FIRST_MS} AND {_LAST_MS} "
        f"THEN timestamp_millis({number}) WHEN {text} RLIKE {_ISO} "
        f"THEN try_cast(IF({unusual}, {zoned}, {text}) AS TIMESTAMP) END"
    )


def _odd(pack: PackSpec) -> str:
    """First text field whose value is an object or array, which no text field may be."""
    cases = " ".join(
        f"WHEN {_kind(f)} LIKE 'OBJECT%' OR {_kind(f)} LIKE 'ARRAY%' THEN '{f.name}'"
        for f in pack.fields
        if f.type == "string"
    )
    return f"CASE WHEN _variants IS NULL THEN NULL {cases} END AS _odd"


def _fault(pack: PackSpec) -> str:
    """The first fault in the order of ``Reason``, or a NULL reason."""
    wrapped = "try_parse_json(concat('[', CAST(value AS STRING), ']'))"
    is_one = f"size(CAST({wrapped} AS array<variant>)) = 1"
    valid = f"{_READABLE} AND {is_one} AND ({_WHOLE})"
    missing, needed = _missing(pack)
    rules = [
        (f"octet_length(value) > {MAX_RECORD_BYTES}", Reason.TOO_LARGE, _size_detail()),
        (f"_found IS NULL AND NOT coalesce({valid}, false)", Reason.NOT_JSON, "'no JSON'"),
        ("_found IS NULL", Reason.NOT_OBJECT, "'JSON, but no object'"),
        (missing, Reason.MISSING_FIELD, needed),
        *(_bad_type(f) for f in pack.fields if f.type != "string"),
        ("_odd IS NOT NULL", Reason.BAD_TYPE, "concat(_odd, ' is an object or array, not text')"),
        _bad_timestamp(pack),
        _unknown_type(pack),
        *(rule for f in pack.fields for rule in _range(f)),
        *(_lookup(pack, f) for f in pack.fields if f.lookup_reason),
        _in_future(pack),
    ]
    order = list(Reason)
    rules.sort(key=lambda rule: order.index(rule[1]))
    cases = " ".join(f"WHEN {test} THEN {_struct(reason, why)}" for test, reason, why in rules)
    empty = "named_struct('reason', CAST(NULL AS STRING), 'detail', CAST(NULL AS STRING))"
    return f"CASE {cases} ELSE {empty} END"


def _struct(reason: Reason, detail: str) -> str:
    return f"named_struct('reason', '{reason.value}', 'detail', {detail})"


def _size_detail() -> str:
    return f"concat(octet_length(value), ' bytes, more than {MAX_RECORD_BYTES}')"


def _blank(field: FieldSpec) -> str:
    return f"coalesce(trim(_t_{field.name}), '') = ''"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _missing(pack: PackSpec) -> tuple[str, str]:
    """Condition that a needed field is absent, and the sentence naming the first such field."""
    kind = f"_t_{pack.roles.event_type}"
    tests = [(f.name, _blank(f)) for f in pack.fields if f.required]
    tests += [
        (f.name, f"{kind} IN ({_list(f.required_for)}) AND {_blank(f)}")
        for f in pack.fields
        if f.required_for and not f.required
    ]
    order = [f.name for f in pack.fields]
    tests.sort(key=lambda test: order.index(test[0]))
    names = " ".join(f"WHEN {test} THEN '{name} is missing'" for name, test in tests)
    return " OR ".join(f"({test})" for _, test in tests), f"CASE {names} END"


def _bad_type(field: FieldSpec) -> tuple[str, Reason, str]:
    text = f"_t_{field.name}"
    detail = f"concat('{field.name} is not {_article(field.type)}: ', left({text}, 80))"
    if field.type == "timestamp":
        kind = _kind(field)
        wrong = f"{kind} = 'BOOLEAN' OR {kind} LIKE 'OBJECT%' OR {kind} LIKE 'ARRAY%'"
    elif field.type == "double":
        wrong = f"{text} IS NOT NULL AND coalesce(abs({field.name}) = {_INFINITY}, true)"
    else:
        wrong = f"{text} IS NOT NULL AND NOT {text} RLIKE {_NUMBER}"
    return wrong, Reason.BAD_TYPE, detail


_INFINITY = "CAST('Infinity' AS DOUBLE)"


def _article(kind: str) -> str:
    return {"integer": "an integer", "double": "a number", "timestamp": "a time"}[kind]


def _bad_timestamp(pack: PackSpec) -> tuple[str, Reason, str]:
    name = pack.roles.timestamp
    return f"{name} IS NULL", Reason.BAD_TIMESTAMP, f"concat('no time: ', left(_t_{name}, 80))"


def _unknown_type(pack: PackSpec) -> tuple[str, Reason, str]:
    text = f"_t_{pack.roles.event_type}"
    return (
        f"{text} NOT IN ({_list(pack.event_types)})",
        Reason.UNKNOWN_EVENT_TYPE,
        f"concat('unknown {pack.roles.event_type}: ', left({text}, 80))",
    )


def _range(field: FieldSpec) -> list[tuple[str, Reason, str]]:
    """Outside its bounds, or a whole number that is none or does not fit 32 bits."""
    if field.range_reason is None:
        return []
    tests = [f"_t_{field.name} IS NOT NULL AND {field.name} IS NULL"]
    if field.minimum is not None:
        tests.append(f"{field.name} < {field.minimum}D")
    if field.maximum is not None:
        tests.append(f"{field.name} > {field.maximum}D")
    low = "" if field.minimum is None else f" from {field.minimum:g}"
    high = "" if field.maximum is None else f" to {field.maximum:g}"
    detail = f"concat('{field.name} is outside its range{low}{high}: ', left(_t_{field.name}, 80))"
    return [(" OR ".join(f"({t})" for t in tests), field.range_reason, detail)]


def _lookup(pack: PackSpec, field: FieldSpec) -> tuple[str, Reason, str]:
    kind = f"_t_{pack.roles.event_type}"
    known = _list(tuple(pack.currencies))
    where = f"{kind} IN ({_list(field.lookup_for)}) AND " if field.lookup_for else ""
    value = _defaulted(field)
    assert field.lookup_reason is not None
    return (
        f"{where}{value} NOT IN ({known})",
        field.lookup_reason,
        f"concat('unknown {field.name}: ', left({value}, 80))",
    )


def _in_future(pack: PackSpec) -> tuple[str, Reason, str]:
    # An external topic may carry producers' clocks: arrival is never later than now.
    arrival = "least(unix_micros(kafka_ts), unix_micros(current_timestamp()))"
    ahead = f"unix_micros({pack.roles.timestamp}) - {arrival}"
    detail = f"concat(({ahead}) DIV 1000000, ' s ahead of its arrival')"
    return f"{ahead} > {FUTURE_TOLERANCE_MS * 1000}", Reason.IN_FUTURE, detail


def _defaulted(field: FieldSpec) -> str:
    """The field with its default; a blank text is as good as none."""
    value = f"upper({_source(field)})" if field.uppercase else _source(field)
    if field.type == "string":
        value = f"CASE WHEN NOT ({_blank(field)}) THEN {value} END"
        return value if field.default is None else f"coalesce({value}, '{field.default}')"
    if field.default is None:
        return value
    return f"coalesce({value}, {field.default}{'D' if field.type == 'double' else ''})"


def _extra(pack: PackSpec) -> str:
    """JSON text of the fields the pack does not name, with their own types; NULL if none."""
    known = f"array({_list(tuple(f.name for f in pack.fields))})"
    rest = f"map_filter(_variants, (k, v) -> NOT array_contains({known}, k))"
    text = f"nullif(to_json({rest}), '{{}}')"
    return f"CASE WHEN _fault.reason IS NULL AND _variants IS NOT NULL THEN {text} END"


def _rate(pack: PackSpec) -> str:
    """US dollars for one unit of the event's currency; NULL for event types without an amount."""
    currency = _defaulted(pack.field(pack.amount.currency_field))
    table = ", ".join(f"'{code}', {rate!r}D" for code, rate in pack.currencies.items())
    kinds = _list(pack.amount.event_types)
    return f"CASE WHEN _t_{pack.roles.event_type} IN ({kinds}) THEN map({table})[{currency}] END"


def _amount(pack: PackSpec) -> str:
    return f"CASE WHEN usd_rate IS NOT NULL THEN {pack.amount.sql} END"
