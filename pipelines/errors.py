"""Errors of the pipeline process.

PipelineError
├── DriverError      the driver JVM did not start or went away
├── ClusterError     settings for a Spark cluster that cannot work
├── SourceError      the topic cannot be read
├── LakeError        a table cannot be read or written
└── Refused          a command cannot be carried out; the stream goes on
"""

from __future__ import annotations


class PipelineError(Exception):
    """Base; the text is a sentence and its remedy. ``retry`` tells whether a restart can help."""

    retry = True


class DriverError(PipelineError):
    """Raised when the driver JVM does not start, or ends while it is needed."""


class ClusterError(PipelineError):
    """Raised when Spark's properties file cannot be read, or workers and driver share no lake."""

    retry = False


class SourceError(PipelineError):
    """Raised when the topic is missing, refuses us, or cannot be reached."""


class LakeError(PipelineError):
    """Raised when a Delta table is not ours, damaged, or its folder cannot be written."""

    retry = False


class Refused(PipelineError):
    """Raised when a table cannot be brought to the state that a command asks for."""


def cause_of(error: BaseException | None) -> str:
    """Its kind and first line."""
    lines = [line.strip() for line in str(error or "").splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}"[:500] if lines else "no reason was given."
