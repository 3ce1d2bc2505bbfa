"""How the driver JVM and the Kafka source are started; no secret where others can read it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from engine.contracts.kafka import KafkaEndpoint
from pipelines.errors import DriverError
from pipelines.jvm import _read_connection, command, java_flags
from pipelines.session import confs, kafka_options

pytestmark = pytest.mark.unit

SCRAM = KafkaEndpoint(bootstrap_servers="h:1", username="ann", password="pw", topic="t")


def _jaas(**changed: str | None) -> str:
    return kafka_options(SCRAM.model_copy(update=changed))["kafka.sasl.jaas.config"]


def test_that_the_command_line_holds_no_secret(config) -> None:
    argv = command(config, Path("/spark"), confs(config))
    assert "s3cret-word" not in " ".join(argv)
    assert not any("jaas" in word or "password" in word.lower() for word in argv)


def test_that_the_command_starts_sparks_gateway_with_our_jars_first(config) -> None:
    argv = command(config, Path("/spark"), {"spark.a": "b c"})
    assert argv[0] == "/jre/bin/java"
    assert argv[argv.index("-cp") + 1] == "/jars/delta.jar:/jars/kafka.jar:/spark/jars/*"
    main = argv.index("org.apache.spark.deploy.SparkSubmit")
    assert argv[main + 1 :] == ["--master", "local[2]", "--conf", "spark.a=b c", "pyspark-shell"]
    assert main > argv.index("-cp")


def test_that_heap_time_zone_and_temporary_folder_are_set(config) -> None:
    flags = java_flags(config)
    assert "-Xmx1024m" in flags
    assert "-Duser.timezone=UTC" in flags
    assert f"-Djava.io.tmpdir={config.scratch_path}" in flags
    assert not any("SharedArchiveFile" in flag for flag in flags)


def test_that_the_flags_of_the_class_archive_are_passed_on(config) -> None:
    named = ("-XX:SharedArchiveFile=/data/spark.jsa", "-Xlog:cds=off")
    jvm = config.jvm.model_copy(update={"archive_flags": named})
    flags = java_flags(config.model_copy(update={"jvm": jvm}))
    assert set(named) <= set(flags)


def test_that_the_logging_file_named_to_java_exists(config) -> None:
    (flag,) = (f for f in java_flags(config) if f.startswith("-Dlog4j2.configurationFile="))
    url = flag.partition("=")[2]
    assert url.startswith("file:///")
    assert Path(url.removeprefix("file://")).is_file()


def test_that_the_drivers_answer_is_read(tmp_path: Path) -> None:
    info = tmp_path / "info"
    info.write_bytes(struct.pack("!ii", 41234, 6) + b"sec\xc3\xa9t")
    assert _read_connection(info, deadline=0) == (41234, "secét")


@pytest.mark.parametrize("kept", [0, 7, 10])
def test_that_an_answer_cut_short_is_told(tmp_path: Path, kept: int) -> None:
    info = tmp_path / "info"
    info.write_bytes((struct.pack("!ii", 41234, 6) + b"secret")[:kept])
    with pytest.raises(DriverError, match="cut short"):
        _read_connection(info, deadline=0)


def test_that_scram_is_told_to_sparks_source() -> None:
    options = kafka_options(SCRAM)
    assert options["kafka.bootstrap.servers"] == "h:1"
    assert options["kafka.security.protocol"] == "SASL_PLAINTEXT"
    assert options["kafka.sasl.mechanism"] == "SCRAM-SHA-256"
    assert _jaas() == (
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="ann" password="pw";'
    )


def test_that_plain_has_its_own_module() -> None:
    assert "plain.PlainLoginModule" in _jaas(sasl_mechanism="PLAIN")


@pytest.mark.parametrize(
    ("password", "written"),
    [
        ('a"b', '"a\\"b"'),
        ("a\\", '"a\\\\"'),
        ('\\"; evil="', '"\\\\\\"; evil=\\""'),
        ("a b;c='d'", "\"a b;c='d'\""),
        (None, '""'),
    ],
)
def test_that_a_password_cannot_leave_its_quotes(password: str | None, written: str) -> None:
    assert _jaas(password=password).endswith(f"password={written};")


def test_that_without_sasl_no_credentials_are_sent() -> None:
    options = kafka_options(SCRAM.model_copy(update={"security_protocol": "PLAINTEXT"}))
    assert not any("sasl" in name for name in options)
    options = kafka_options(
        SCRAM.model_copy(
            update={"security_protocol": "SSL", "ssl_ca_location": "/ca.pem"},
        )
    )
    assert options["kafka.ssl.truststore.location"] == "/ca.pem"
    assert options["kafka.ssl.truststore.type"] == "PEM"
