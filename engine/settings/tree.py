"""Every setting: its title, its bounds, and why its default is what it is.

The names in ``settings.toml`` are those of this tree (``[spark] watermark_delay = "10 minutes"``);
the environment's names are in :mod:`engine.settings.load`. The Settings page is made of it.
"""

from __future__ import annotations

from pydantic import ConfigDict

from engine.settings.fields import (
    ALL,
    BROKER,
    GENERATOR,
    LLM,
    PIPELINE,
    TALLY,
    VECTORS,
    BrokerName,
    Codes,
    Facts,
    LogLevel,
    Mechanism,
    ModelProvider,
    OnOff,
    Protocol,
    Seconds,
    Secret,
    Section,
    Text,
    ThemeName,
    TrayChoice,
    VectorsName,
    setting,
)

GENERAL = "General"


class WindowSettings(Section):
    """How the window looks and behaves."""

    model_config = ConfigDict(title="Appearance")

    theme: ThemeName = setting(
        "system",
        "Theme",
        "Follows the desktop, which knows whether it is day or night.",
    )
    scale: float | None = setting(
        None,
        "Size of text and controls",
        "Automatic leaves it to the desktop, and makes it larger where the desktop does not and "
        "the screen's pixels are too small to read.",
        facts=Facts(unit="%", restart=ALL, empty="Automatic", begin=100),
        ge=75,
        le=400,
    )
    reduced_motion: bool = setting(
        default=False,
        title="Reduce motion",
        reason="Off: the few animations show what has changed. On, everything changes at once.",
    )
    keep_in_tray: TrayChoice = setting(
        "ask",
        "When the window is closed, keep running in the tray",
        "Asked once: some people close a window to be rid of it, others to hide it.",
        facts=Facts(group=GENERAL),
    )
    notifications: bool = setting(
        default=True,
        title="Desktop notifications",
        reason="On: an alert is of use only while it can still be acted on.",
        facts=Facts(group=GENERAL),
    )


class KafkaSettings(Section):
    """The broker: which one, and how to reach one that is not ours."""

    model_config = ConfigDict(title="Kafka")

    provider: BrokerName | None = setting(
        None,
        "Broker",
        "Automatic takes the first usable one: an external address, Redpanda, the built-in Kafka. "
        "A name pins it, and a pinned one that cannot be used is an error.",
        facts=Facts(restart=ALL, empty="Automatic"),
    )
    bootstrap_servers: Text = setting(
        None,
        "External Kafka address",
        "Empty: the built-in broker is used. An address here makes the external one usable.",
        facts=Facts(restart=ALL, empty="host:9092, host2:9092"),
    )
    topic: Text = setting(
        None,
        "Topic",
        "Empty: the domain pack's own topic.",
        facts=Facts(restart=ALL, empty="the domain pack's topic"),
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
    )
    security_protocol: Protocol | None = setting(
        None,
        "Security protocol",
        "Automatic: SASL_SSL where a user name is given, else PLAINTEXT. For an external Kafka.",
        facts=Facts(restart=ALL, empty="Automatic"),
    )
    sasl_mechanism: Mechanism = setting(
        "SCRAM-SHA-256",
        "SASL mechanism",
        "What the built-in broker speaks and managed ones offer; it never sends the password.",
        facts=Facts(restart=ALL),
    )
    sasl_username: Text = setting(
        None,
        "User name",
        "Empty: the external Kafka is reached without signing in.",
        facts=Facts(restart=ALL, empty="none"),
    )
    sasl_password: Secret = setting(
        None,
        "Password",
        "Needed where a user name is given.",
        # Not the whole program: without a keyring its end is the password's.
        facts=Facts(restart=(*BROKER, *PIPELINE), empty="none"),
    )
    ssl_ca_location: Text = setting(
        None,
        "Certificate authority file",
        "Empty: the authorities that the system trusts.",
        facts=Facts(restart=ALL, empty="the system's authorities", advanced=True),
    )
    redpanda_home: Text = setting(
        None,
        "Redpanda folder",
        "Empty: the folders where packages and the vendor's archive put it.",
        facts=Facts(restart=ALL, empty="the usual folders", advanced=True),
    )
    heap_mb: int = setting(
        256,
        "Broker memory (heap)",
        "Measured: the broker sits at 150–200 MB resident with this and never collects in a storm.",
        facts=Facts(unit="MB", restart=BROKER, advanced=True),
        ge=128,
        le=8192,
    )


class SparkSettings(Section):
    """The streaming pipeline."""

    model_config = ConfigDict(title="Spark")

    master: str = setting(
        "local[2]",
        "Spark master",
        "Two cores are what every laptop can spare; a small micro-batch is not faster on more.",
        facts=Facts(restart=ALL, advanced=True),
        pattern=r"^(local(\[(\d+|\*)\])?|(spark|k8s|yarn).*)$",
    )
    properties_file: Text = setting(
        None,
        "Spark properties file",
        "For a cluster: memory and cores of the executors, its secret, more jars. Empty: none.",
        facts=Facts(restart=PIPELINE, empty="none", advanced=True),
    )
    trigger_interval: Seconds = setting(
        1.0,
        "Micro-batch interval",
        "Measured: half the processor time of 0, which starts the next micro-batch as soon as the "
        "last one ends, for a quarter of a second of latency. A backlog is read without a rest.",
        facts=Facts(restart=PIPELINE),
        ge=0,
        le=3600,
    )
    watermark_delay: Seconds = setting(
        600.0,
        "Watermark delay",
        "10 minutes hold mobile clients that reconnect, and keep the duplicate scan small.",
        facts=Facts(restart=PIPELINE),
        ge=1,
        le=86_400,
    )
    late_grace: Seconds = setting(
        900.0,
        "Grace for late events",
        "15 minutes: later repairs of gold would move numbers that people have already read.",
        facts=Facts(restart=PIPELINE),
        ge=1,
        le=604_800,
    )
    max_batch: int = setting(
        200_000,
        "Largest micro-batch",
        "Measured: a backlog drains a seventh faster than with 100,000, in batches of 7 s. On a "
        "cluster a core wants about so many for itself.",
        facts=Facts(unit="records", restart=PIPELINE, advanced=True),
        ge=1_000,
        le=50_000_000,
    )
    driver_heap_mb: int = setting(
        1024,
        "Driver memory (heap)",
        "Measured: 0.6–1.1 GB resident at 1,000 events/s; less makes the collector work hard.",
        facts=Facts(unit="MB", restart=PIPELINE, advanced=True),
        ge=384,
        le=65_536,
    )


class GeneratorSettings(Section):
    """The demo events."""

    model_config = ConfigDict(title="Demo data")

    enabled: OnOff | None = setting(
        None,
        "Demo events",
        "Automatic: on with the broker that comes along, off with an external Kafka, whose topic "
        "they would fill. Counts at once.",
        facts=Facts(empty="Automatic"),
    )
    rate: float = setting(
        300.0,
        "Rate",
        "Dashboards move visibly at 300, and a two-core laptop keeps half a core free.",
        facts=Facts(unit="events/s"),
        ge=0,
        le=100_000,
    )
    countries: Codes = setting(
        (),
        "Countries",
        "Empty: the domain pack's own mix. Else codes such as DE, FR, US.",
        facts=Facts(restart=GENERATOR, empty="the pack's mix"),
    )
    currencies: Codes = setting(
        (),
        "Currencies",
        "Empty: the domain pack's own mix. Else codes such as EUR, USD.",
        facts=Facts(restart=GENERATOR, empty="the pack's mix"),
    )


class TallySettings(Section):
    """The live count of the topic, and the audit of the lake by it."""

    model_config = ConfigDict(title="Live tally")

    enabled: bool = setting(
        True,
        "Count the topic live",
        "Figures within half a second, and a second opinion on every minute of the lake.",
        facts=Facts(restart=ALL),
    )
    audit_every: Seconds = setting(
        15.0,
        "Look at the lake every",
        "What breaks the lake is told within half a minute; a look at 1,000 events/s takes 0.2 s.",
        facts=Facts(restart=TALLY, advanced=True),
        ge=1,
        le=3600,
    )
    max_rows: int = setting(
        2_000_000,
        "Rows kept",
        "Half an hour at 1,000 events/s, 180 MB: late events change minutes that long.",
        facts=Facts(unit="rows", restart=TALLY, advanced=True),
        ge=10_000,
        le=100_000_000,
    )


class StorageSettings(Section):
    """Folders outside the data folder, for who needs them elsewhere."""

    model_config = ConfigDict(title="Storage")

    delta_path: Text = setting(
        None,
        "Lake folder",
        "Empty: the folder lake in the data folder.",
        facts=Facts(restart=ALL, empty="<data>/lake"),
    )
    checkpoint_path: Text = setting(
        None,
        "Checkpoint folder",
        "Empty: the folder checkpoints in the data folder.",
        facts=Facts(restart=ALL, empty="<data>/checkpoints", advanced=True),
    )
    duckdb_path: Text = setting(
        None,
        "DuckDB file",
        "Empty: queries run in memory and leave no file.",
        facts=Facts(restart=ALL, empty="in memory", advanced=True),
    )


class QuerySettings(Section):
    """What a statement on the SQL page or of the command line may use."""

    model_config = ConfigDict(title="Queries")

    memory_mb: int = setting(
        2048,
        "Memory of a query",
        "Sorts and joins of some million rows fit; on an 8 GB laptop the services still do too.",
        facts=Facts(unit="MB", advanced=True),
        ge=256,
        le=262_144,
    )
    max_rows: int = setting(
        5_000_000,
        "Rows of a result that are kept",
        "More than anybody scrolls through; a CSV export is not cut.",
        facts=Facts(unit="rows", advanced=True),
        ge=1,
        le=100_000_000,
    )
    deadline: Seconds = setting(
        10.0,
        "Cancel a query after",
        "Questions to a lake on a laptop take a second or two; a statement that takes more than ten"
        " was mostly not meant, and its process is ended.",
        facts=Facts(),
        ge=1,
        le=86_400,
    )


class AssistantSettings(Section):
    """The language model and the vector store."""

    model_config = ConfigDict(title="Assistant")

    provider: ModelProvider | None = setting(
        None,
        "Language model",
        "Automatic takes the first usable one: a model service, a model on this computer, none. "
        "Where a service fails, the model on this computer stands in.",
        facts=Facts(restart=LLM, empty="Automatic"),
    )
    openai_base_url: Text = setting(
        None,
        "Model service address",
        "Empty: the OpenAI service. Any service that speaks its HTTP interface will do.",
        facts=Facts(restart=LLM, empty="https://api.openai.com/v1"),
    )
    openai_api_key: Secret = setting(
        None,
        "API key",
        "With neither key nor address no language model elsewhere is asked, and nothing leaves "
        "this computer.",
        facts=Facts(restart=LLM, empty="none"),
    )
    model_name: Text = setting(
        None,
        "Model",
        "Empty: the service's usual one. Test lists what the service offers.",
        facts=Facts(restart=LLM, empty="the service's usual model"),
    )
    timeout: Seconds = setting(
        45.0,
        "Give a model service up after",
        "A large model takes half of that for a long answer; after it the local one has its turn.",
        facts=Facts(restart=LLM, advanced=True),
        ge=1,
        le=3600,
    )
    requests_per_minute: int = setting(
        60,
        "Requests to a model service",
        "A question takes one to four: nobody asks more, and a fault cannot become a bill.",
        facts=Facts(unit="a minute", restart=LLM, advanced=True),
        ge=1,
        le=10_000,
    )
    share_values: bool = setting(
        False,
        "Show values of the tables to a model service",
        "Off: table and column names are sent, no row. On: the most frequent values of text "
        "columns are sent too, and a model finds a country or product by its name.",
        facts=Facts(restart=ALL),
    )
    local_model: Text = setting(
        None,
        "Model file on this computer",
        "Empty: SmolLM2 135M, which came with the program. Any GGUF file that memory allows.",
        facts=Facts(restart=LLM, empty="SmolLM2 135M"),
    )
    local_context: int = setting(
        4096,
        "Context of the model on this computer",
        "Schema, examples and a conversation fit; more takes memory, 0.1 GB here for SmolLM2.",
        facts=Facts(unit="tokens", restart=LLM, advanced=True),
        ge=1024,
        le=131_072,
    )
    local_idle: Seconds = setting(
        600.0,
        "Let the model on this computer go after",
        "Ten minutes without a question: its memory is given back, and loading takes seconds.",
        facts=Facts(restart=LLM, advanced=True),
        ge=10,
        le=86_400,
    )
    vector_store: VectorsName | None = setting(
        None,
        "Knowledge store",
        "Automatic takes the first usable one: an external Qdrant, its program on this computer, "
        "the built-in store. A name pins it, and a pinned one that cannot be used is an error.",
        facts=Facts(restart=ALL, empty="Automatic", advanced=True),
    )
    qdrant_url: Text = setting(
        None,
        "Qdrant address",
        "Empty: the built-in vector store.",
        facts=Facts(restart=ALL, empty="built in", advanced=True),
    )
    qdrant_api_key: Secret = setting(
        None,
        "Qdrant API key",
        "Needed where the Qdrant address asks for one.",
        facts=Facts(restart=VECTORS, empty="none", advanced=True),
    )
    qdrant_collection: Text = setting(
        None,
        "Qdrant collection",
        "Empty: one named after the domain pack.",
        facts=Facts(restart=VECTORS, empty="named after the pack", advanced=True),
    )
    qdrant_binary: Text = setting(
        None,
        "Qdrant program",
        "Empty: looked for on the search path. Where none is found the built-in store is used.",
        facts=Facts(restart=ALL, empty="looked for", advanced=True),
    )


class DiskSettings(Section):
    """When to warn, pause and stop as the data folder's disk fills (bytes free)."""

    model_config = ConfigDict(title="Disk")

    warn_below: int = setting(
        2_000_000_000,
        "Warn when less is free than",
        "About an hour of demo events at the default rate: time to act.",
        facts=Facts(unit="bytes", restart=ALL),
        ge=0,
    )
    pause_below: int = setting(
        1_000_000_000,
        "Pause the demo events when less is free than",
        "Nothing new that nobody needs; what is in the broker is still worked off.",
        facts=Facts(unit="bytes", restart=ALL),
        ge=0,
    )
    stop_below: int = setting(
        500_000_000,
        "Stop the pipeline when less is free than",
        "Room for the broker's segments and one compaction to end cleanly.",
        facts=Facts(unit="bytes", restart=ALL),
        ge=0,
    )
    check_interval: Seconds = setting(
        5.0,
        "Look every",
        "At 100 MB/s, faster than a laptop's disk, this is half of the last limit.",
        facts=Facts(restart=ALL, advanced=True),
        gt=0,
        le=600,
    )


class SupervisorSettings(Section):
    """When a service that keeps failing is given up."""

    model_config = ConfigDict(title="Reliability")

    max_failures: int = setting(
        3,
        "Give a service up after",
        "Three times is no coincidence; a fourth would only warm the laptop.",
        facts=Facts(unit="failures", restart=ALL),
        ge=1,
        le=1000,
    )
    failure_window: Seconds = setting(
        300.0,
        "Failures count together within",
        "Failures further apart than five minutes are separate accidents.",
        facts=Facts(restart=ALL),
        gt=0,
        le=86_400,
    )


class Settings(Section):
    """The whole tree. Only the composition root reads it."""

    model_config = ConfigDict(title=GENERAL)

    domain: str = setting(
        "ecommerce",
        "Domain pack",
        "The pack that the demo events and the dashboards are made for.",
        facts=Facts(restart=ALL),
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
    )
    log_level: LogLevel = setting(
        "INFO",
        "Log level",
        "What a support bundle needs; DEBUG logs each micro-batch's plan.",
        facts=Facts(restart=PIPELINE),
    )
    auto_refresh_interval: Seconds = setting(
        2.0,
        "Refresh the pages every",
        "Gold changes about every two seconds; refreshing faster shows the same numbers.",
        ge=0.25,
        le=3600,
    )
    window: WindowSettings = WindowSettings()
    generator: GeneratorSettings = GeneratorSettings()
    kafka: KafkaSettings = KafkaSettings()
    spark: SparkSettings = SparkSettings()
    tally: TallySettings = TallySettings()
    storage: StorageSettings = StorageSettings()
    query: QuerySettings = QuerySettings()
    assistant: AssistantSettings = AssistantSettings()
    disk: DiskSettings = DiskSettings()
    supervisor: SupervisorSettings = SupervisorSettings()
