"""From figures to page: nothing is lost, invented or drawn wrongly on the way."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.e2e.lakehouse import CHECKOUT
from tests.performance.bars import Bar
from tests.performance.peers.catalogue import APPEND, PEERS
from tests.performance.report.markdown import between, table
from tests.performance.report.page import write_page
from tests.performance.report.peer_tables import ratios
from tests.performance.report.product_tables import bars_text, budget_text
from tests.performance.report.svg import Axis, bar_chart, line_chart, number_text
from tests.performance.results import load, record

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"
RATE = {
    **dict.fromkeys(("p50_s", "p95_s", "p99_s", "cpu_cores", "peak_mb"), 1.0),
    "unseen": 0.0,
}
DRAIN = {"drain_events_s": 2.0, "with_start_events_s": 1.0, "cpu_cores": 1.0, "peak_mb": 1.0}


def test_that_content_goes_between_its_markers_and_replaces_what_was_there() -> None:
    page = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb"
    once = between(page, "x", "new")
    assert once == "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb"
    assert between(once, "x", "new") == once


@pytest.mark.parametrize("page", ["", "<!-- x:begin -->", "<!-- x:end --> <!-- x:begin -->"])
def test_that_a_page_without_its_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="needs"):
        between(page, "x", "new")


def test_that_a_bar_in_a_cell_does_not_end_it() -> None:
    assert table(["a"], [["b|c"]]).splitlines()[-1] == "| b/c |"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.5432, "0.543"), (12.345, "12.3"), (999.6, "1,000"), (123456, "123,000")],
)
def test_that_figures_have_three_significant_digits(value: float, text: str) -> None:
    assert number_text(value) == text


def test_that_equal_factors_are_equal_distances_on_a_logarithmic_axis() -> None:
    axis = Axis(1, 100, 0, 200, log=True)
    assert [axis.at(v) for v in (1, 10, 100)] == [0, 100, 200]
    assert axis.ticks() == [1, 10, 100]


def test_that_a_line_chart_has_every_point_inside_its_frame() -> None:
    drawn = ET.fromstring(line_chart("t < u", "x", "y", {"a": [(1, 1), (10, 20)], "b": [(1, 3)]}))
    points = drawn.findall(f"{SVG}circle")
    assert len(points) == 3
    width, height = (float(v) for v in drawn.attrib["viewBox"].split()[2:])
    assert all(0 < float(p.attrib["cx"]) < width for p in points)
    assert all(0 < float(p.attrib["cy"]) < height for p in points)


def test_that_bars_are_as_long_as_their_values() -> None:
    drawn = ET.fromstring(bar_chart("t", "u", {"a": 1.0, "b": 4.0}))
    short, long = (float(r.attrib["width"]) for r in drawn.findall(f"{SVG}rect"))
    assert long == pytest.approx(4 * short, rel=0.01)


def test_that_recording_one_part_leaves_the_others(tmp_path: Path) -> None:
    record(("peers", "drain", "ours", "all"), DRAIN, tmp_path)
    record(("growth", "rates", "100"), RATE, tmp_path)
    found = load(tmp_path)
    assert found["peers"]["drain"]["ours"]["all"]["drain_events_s"] == 2.0
    assert found["growth"]["rates"]["100"]["p50_s"] == 1.0
    assert set(found["growth"]["rates"]["100"]["measured"]) == {"at", "load_1m"}


def test_that_ratios_say_how_many_times_better_we_are() -> None:
    at_100 = {"ours": 2.0, "classical": 9.0}
    latency = {name: {"100": {**RATE, "p50_s": p50}} for name, p50 in at_100.items()}
    drain = {"ours": {"all": DRAIN}, "classical": {"all": {**DRAIN, "drain_events_s": 4.0}}}
    assert ratios({"latency": latency, "drain": drain}) == {
        "latency p50 at 100/s": 4.5,
        "backlog drained": 0.5,
    }


def test_that_the_page_shows_figures_and_why_there_are_none(tmp_path: Path) -> None:
    record(("peers", "latency", "ours", "100"), RATE, tmp_path)
    record(("peers", "drain", "pathway", "failed"), {"reason": "no wheel for this"}, tmp_path)
    for rate in ("100", "1000"):
        record(("growth", "rates", rate), RATE, tmp_path)
    write_page(tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| RT-Lakehouse | 100 | 1.00 | 1.00 | 1.00 | none |" in page
    assert "not measured: no wheel for this" in page
    assert "](performance/growth-rates.svg)" in page
    for picture in (tmp_path / "performance").iterdir():
        ET.parse(picture)


def test_that_a_bar_is_kept_on_its_own_side_of_the_limit() -> None:
    most, least = Bar("a", "p", "k", 2, "s"), Bar("b", "p", "k", 2, "s", at_least=True)
    assert [most.kept_by(value) for value in (1, 2, 3)] == [True, True, False]
    assert [least.kept_by(value) for value in (1, 2, 3)] == [False, True, True]


def test_that_the_page_shows_missed_bars_as_missed_and_leaves_out_what_was_not_measured() -> None:
    text = bars_text({"start": {"later_s": 20.0}, "drain": {"events_s": 40_000.0}})
    assert "| ready, at a later start | ≤ 15 s | 20.0 s | **missed** |" in text
    assert "| ≥ 35,000 events/s | 40,000 events/s | kept |" in text
    assert len(text.splitlines()) == 4
    assert bars_text({}) == ""


def test_that_the_budget_stands_beside_its_floors() -> None:
    stages = dict.fromkeys(("wait_ms", "parse_ms", "judge_ms", "append_ms", "gold_ms"), 10.0)
    known = {**stages, "end_to_end_p50_ms": 50.0, "delta_commit_ms": 3.0, "empty_job_ms": 4.0}
    text = budget_text({"budget": known})
    assert [line.split(" | ")[-1].strip(" |") for line in text.splitlines()[2:]] == [
        "", "4.00", "", "3.00", "6.00", "",
    ]  # fmt: skip


def test_that_every_peer_is_told_completely() -> None:
    for peer in (*PEERS, APPEND):
        assert all((peer.title, peer.exactly_once, peer.late_data, peer.dedupe)), peer.name
        assert not peer.sources or 50 < peer.lines < 400


def test_that_the_published_page_is_the_one_its_figures_make(tmp_path: Path) -> None:
    docs = CHECKOUT / "docs"
    for name in ("performance.json", "performance.md"):
        if (docs / name).exists():
            shutil.copy(docs / name, tmp_path)
    write_page(tmp_path)
    assert (tmp_path / "performance.md").read_text() == (docs / "performance.md").read_text()
