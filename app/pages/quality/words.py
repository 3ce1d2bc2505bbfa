"""Reasons, faults and anomalies as sentences. Pure."""

from __future__ import annotations

from app.formats import number
from app.words import tr
from engine.contracts.names import Reason
from engine.readings.anomalies import Anomaly
from engine.readings.quarantine import RecordDetail
from engine.readings.record import Explained

SERIES = {
    "accepted": "Accepted",
    "rejected": "Refused",
    "duplicates": "Duplicates",
    "late": "Late",
}

_REASONS = {
    Reason.TOO_LARGE: ("Too large", "Send large content elsewhere and its address here."),
    Reason.NOT_JSON: ("No JSON", "Each record is one JSON object in UTF-8, and nothing after it."),
    Reason.NOT_OBJECT: ("No JSON object", "Send each event as an object, and a list one by one."),
    Reason.MISSING_FIELD: ("Missing field", "Send the field with a value that is not blank."),
    Reason.BAD_TYPE: ("Wrong type", "Send the field in the type that the schema names."),
    Reason.BAD_TIMESTAMP: (
        "Unreadable time",
        "Send ISO-8601 with a zone, or milliseconds since 1970.",
    ),
    Reason.UNKNOWN_EVENT_TYPE: (
        "Unknown event type",
        "Correct it, or add the type to the domain pack.",
    ),
    Reason.NEGATIVE_PRICE: ("Negative price", "Send the price as it is, and a refund as its type."),
    Reason.BAD_QUANTITY: ("Bad quantity", "Send a whole number within the range."),
    Reason.BAD_DISCOUNT: ("Bad discount", "Send the discount as a fraction from 0 to 1."),
    Reason.UNKNOWN_CURRENCY: (
        "Unknown currency",
        "Send an ISO-4217 code, or add its rate to the domain pack.",
    ),
    Reason.IN_FUTURE: ("In the future", "Check the clock and the time zone of the producer."),
    Reason.TOO_LATE: (
        "Too late",
        "Send events sooner, or raise LATE_GRACE on the Settings page and rebuild.",
    ),
}
_BY_CODE = {reason.value: words for reason, words in _REASONS.items()}


def reason_title(code: str) -> str:
    """A reason's name; a code of a newer version stands for itself."""
    return tr(_BY_CODE[code][0]) if code in _BY_CODE else code


def remedy(code: str) -> str:
    """What a producer does about it."""
    return tr(_BY_CODE[code][1]) if code in _BY_CODE else ""


def what_was_wrong(detail: RecordDetail) -> str:
    """The sentence above a record: what, where, and what to do."""
    record, shown = detail.record, detail.shown
    what = record.detail or reason_title(record.reason)
    if shown.problem and shown.place is not None:
        line, column = shown.place
        place = tr("line {0}, character {1}").format(number(line), number(column))
        what = f"{shown.problem}, {place}"
    return f"{what}. {remedy(record.reason)}".strip()


def cut_note(shown: Explained) -> str:
    """How much of a long record is not shown, or that lines are broken; empty where neither is."""
    if not shown.cut:
        return tr("Long lines are broken here; Copy takes it as it came.") if shown.broken else ""
    seen = len(shown.text) - shown.broken
    return tr("The first {0} characters are shown; Copy takes all {1}.").format(
        number(seen), number(seen + shown.cut)
    )


def anomaly_sentence(series: str, found: Anomaly) -> str:
    """What is out of the ordinary, against what."""
    base = found.baseline
    side = tr("more") if found.value > base.mean else tr("fewer")
    return tr("{0}: {1} a minute, far {2} than {3} ± {4} in the hour before").format(
        tr(SERIES[series]), number(found.value), side, number(base.mean), number(base.sigma)
    )
