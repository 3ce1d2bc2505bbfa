"""Parts and their licences: nothing that is bundled goes unnamed."""

from __future__ import annotations

from importlib import metadata

import pytest

from engine.host.versions import installed_parts, program_version, system_facts
from engine.paths import DataPaths, resources_dir
from engine.provision.jarlock import read_lock
from engine.provision.models import model_store
from engine.readings.licences import (
    UNKNOWN,
    Part,
    declared_licence,
    licence_text,
    parts,
    split_jar,
)

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def found():
    return parts()


def test_that_every_locked_jar_has_a_licence(found):
    names = {(part.name, part.version) for part in found if part.kind == "Java"}
    locked = {split_jar(jar.name) for jar in read_lock(resources_dir() / "jars" / "jars.lock")}
    assert names == locked
    assert [part.name for part in found if part.licence == UNKNOWN] == []


def test_that_every_package_that_is_needed_is_named_and_test_tools_are_not(found):
    packages = {part.name.lower() for part in installed_parts()}
    assert {"duckdb", "deltalake", "pydantic", "pydantic-core"} <= {
        name.replace("_", "-") for name in packages
    }
    assert not {"pytest", "mypy", "ruff"} & packages


def test_that_runtimes_come_first_with_their_notes(found):
    java = next(part for part in found if part.name.startswith("Java runtime"))
    assert found.index(java) < 5
    assert "Classpath" in java.licence
    assert java.note
    assert "GNU General Public License" in licence_text(java)


def test_that_redpanda_is_named_as_not_included(found):
    redpanda = next(part for part in found if part.name == "Redpanda")
    assert (redpanda.kind, redpanda.licence) == ("Not included", "BUSL-1.1")
    assert "streaming service" in redpanda.note


def test_that_a_package_brings_its_text(found):
    duckdb = next(part for part in found if part.name == "duckdb")
    assert duckdb.licence == "MIT"
    assert "Permission is hereby granted" in licence_text(duckdb)


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: other", "MIT OR Apache-2.0"),
        ("License: LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", None),
        ("License: The MIT License", "The MIT License"),
        (
            "License: BSD License\nClassifier: License :: OSI Approved :: BSD License",
            "BSD-3-Clause",
        ),
        (f"License: {'All rights are granted to whom it may concern. ' * 3}", UNKNOWN),
        ("Classifier: Topic :: Database", UNKNOWN),
    ],
)
def test_that_a_package_s_own_words_are_read(tmp_path, headers, licence):
    (tmp_path / "METADATA").write_text(f"Name: x\nVersion: 1\n{headers}\n", encoding="utf-8")
    licence = licence or headers.removeprefix("License: ")
    assert declared_licence(metadata.PathDistribution(tmp_path)) == licence


def test_that_a_part_without_a_text_says_so():
    assert "did not come with" in licence_text(Part("x", "1", "Java", "MIT"))


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("zstd-jni-1.5.6-10.jar", "zstd-jni", "1.5.6-10"),
        ("spark-sql-kafka-0-10_2.13-4.2.0.jar", "spark-sql-kafka-0-10_2.13", "4.2.0"),
        ("HdrHistogram-2.2.2.jar", "HdrHistogram", "2.2.2"),
        ("odd.jar", "odd", ""),
    ],
)
def test_that_a_jars_name_is_split(file, name, version):
    assert split_jar(file) == (name, version)


def test_that_the_facts_of_the_system_have_what_a_report_needs(tmp_path):
    facts = system_facts(DataPaths(tmp_path))
    assert facts["RT-Lakehouse"] == program_version()
    assert {"Python", "Java", "System", "Processor", "Memory", "Disk", "Data folder"} <= set(facts)


def test_that_each_model_that_set_up_brings_has_its_licence(found):
    named = {part.name for part in found if part.kind == "Model"}
    assert named == {model.title for model in model_store().models}
