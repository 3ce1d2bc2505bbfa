"""How a worker's memory is shared out, and what its kernel filter says."""

from __future__ import annotations

import errno
import struct
import sys

import pytest

from engine.contracts.query import Limits
from engine.query.guard import Refused, inspect
from engine.query.worker import seccomp
from engine.query.worker.sandbox import AT_REST_MB, LEAST_MB, OVER, duckdb_mb

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("memory_mb", [320, 512, 2048, 16_384])
def test_that_duckdb_and_the_process_at_rest_fit_under_the_cap(memory_mb):
    share = duckdb_mb(Limits(memory_mb=memory_mb))
    assert share + AT_REST_MB <= memory_mb * OVER
    assert share >= LEAST_MB


def test_that_duckdb_gets_most_of_the_usual_limit():
    assert duckdb_mb(Limits()) > 0.8 * Limits().memory_mb


def test_that_a_filter_denies_by_number_and_by_flag():
    """The steps, run as the kernel runs them."""
    program = seccomp._program(seccomp._X86_64)

    def ask(number: int, *arguments: int) -> int:
        return _run(program, seccomp._X86_64.audit, number, arguments)

    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EACCES
    assert ask(0) == ask(9) == ask(202) == allow  # read, mmap, futex
    assert ask(41) == ask(59) == ask(57) == ask(87) == ask(425) == refuse
    assert ask(435) == 0x00050000 | errno.ENOSYS
    assert ask(56, 0x10000 | 0x100) == allow  # a thread
    assert ask(56, 0x11) == refuse  # a process
    assert ask(257, 0, 0, 0x80000) == allow  # reading
    assert ask(257, 0, 0, 0x80001) == ask(257, 0, 0, 0x40) == ask(2, 0, 2) == refuse
    assert ask(0x40000000 + 41) == refuse
    assert _run(program, 0x40000003, 41, ()) == 0x80000000  # calls of another machine


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of Linux")
def test_that_each_machine_has_its_own_numbers():
    assert set(seccomp._MACHINES) == {"x86_64", "aarch64"}
    for machine in seccomp._MACHINES.values():
        assert len(set(machine.denied)) == len(machine.denied)
        assert machine.clone not in machine.denied


def _run(program: bytes, audit: int, number: int, arguments: tuple[int, ...]) -> int:
    data = struct.pack("<IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("HBBI", program))
    at = value = 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == 0x06:
            return int(operand)
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
            continue
        hit = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
        at += if_true if hit else if_false


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM range(10000000)",
        "SELECT * FROM range(5, 10000005)",
        "SELECT * FROM range(0, -10, -1)",
        "SELECT * FROM range(10, 0)",
        "SELECT * FROM generate_series(1, 100000000, 1000)",
        "SELECT * FROM generate_series(DATE '2026-01-01', DATE '2026-12-31', INTERVAL 1 DAY)",
        "SELECT * FROM generate_series(now() - INTERVAL 1 DAY, now(), INTERVAL 1 HOUR)",
        "SELECT * FROM range('nan'::BIGINT)",
        "SELECT * FROM range(1e999999999, 0)",
        "SELECT repeat('a', 'nan'::INT), list_resize([1], 'nan')",
        "SELECT repeat('ab', 5000000), rpad('a', 20, '*'), list_resize([1], 5)",
    ],
)
def test_that_what_is_within_the_caps_passes(sql):
    assert inspect(sql, {}).sql == sql


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM range(10000001)",
        "SELECT * FROM generate_series(0, 10000000)",
        "SELECT * FROM range(0, -10000001, -1)",
        "SELECT * FROM generate_series(DATE '2000-01-01', DATE '2026-01-01', INTERVAL 9 SECOND)",
        "SELECT repeat('ab', 5000001)",
    ],
)
def test_that_one_more_does_not(sql):
    with pytest.raises(Refused, match="more than the 10,000,000"):
        inspect(sql, {})
