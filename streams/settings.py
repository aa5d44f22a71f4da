"""One frozen settings object, read once at the entry from ``STANCEWATCH_*`` variables or an ``.env`` file."""

import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE: Final = "STANCEWATCH_ENV_FILE"


class ServiceUnreachable(Exception):  # noqa: N818 - says what is so
    """A service that a command needs does not answer, or refuses; the message says where and what to do."""


class SettingsError(Exception):
    """Some settings are unusable; the message lists every one of them."""


class Settings(BaseSettings):
    """Everything that an operator may turn. Each field is the variable ``STANCEWATCH_`` + its name in capitals.

    A variable that is empty counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="STANCEWATCH_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    kafka: str = Field("127.0.0.1:9092", description="Kafka bootstrap servers, host:port with commas between")
    elasticsearch: str = Field("http://127.0.0.1:9200", description="Elasticsearch URLs with commas between")
    elasticsearch_user: str | None = None
    elasticsearch_password: SecretStr | None = None
    elasticsearch_password_file: Path | None = None
    elasticsearch_ca_file: Path | None = None
    elasticsearch_api_key: SecretStr | None = Field(
        None, description="Instead of a user; the encoded form, as Kibana shows it"
    )
    elasticsearch_api_key_file: Path | None = None
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    kafka_ca_file: Path | None = Field(
        None, description="Who signed the brokers' certificates; unset: the system's"
    )
    kafka_cert_file: Path | None = Field(
        None, description="This client's certificate, where brokers ask for one"
    )
    kafka_key_file: Path | None = None
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_password_file: Path | None = None
    alertmanager: str | None = Field(None, description="Alertmanager base URL; unset means that none is told")
    kibana: str | None = Field(None, description="Kibana base URL for the links in alerts")
    kibana_api_key_file: Path | None = Field(
        None, description="An API key for `setup --kibana`, in its encoded form"
    )
    kibana_user: str | None = None
    kibana_webhook: str | None = Field(
        None, description="Where Kibana's rules post to, if its licence (Gold or more) holds webhooks"
    )
    kibana_password_file: Path | None = None
    alert_rules: Path | None = Field(
        None, description="Rules as in deploy/alerts.yaml; unset: every confirmed shift goes to Alertmanager"
    )
    feeds: Path = Field(Path("deploy/feeds.yaml"), description="Which feeds `feeds run` reads")
    feeds_state: Path = Field(
        Path(".stancewatch/feeds"), description="Where `feeds run` keeps what it has read and sent"
    )
    publish_state: Path = Field(
        Path(".stancewatch/publish"), description="Where `publish` keeps how far it came, to go on there"
    )
    prefix: str = Field(
        "", pattern=r"^[a-z0-9-]{0,40}$", description="Put before every topic, index and group name"
    )

    partitions: int = Field(6, ge=1, le=1000)
    replication: int = Field(1, ge=1, le=10)
    index_replicas: int = Field(0, ge=0, le=10, description="Copies of each shard; 0 suits a single node")
    warm_after_days: int = Field(60, ge=1, le=100_000, description="Age at which a monthly index is merged")
    delete_after_days: int = Field(
        0, ge=0, le=100_000, description="Age at which a monthly index is deleted; 0 keeps it for ever"
    )
    batch: int = Field(200, ge=1, le=5000, description="Records that an agent takes at once")
    batch_wait: float = Field(
        0.05, gt=0, le=10, description="Seconds that an agent waits for a batch to fill"
    )
    readers: int = Field(1, ge=1, le=256, description="Processes that read articles in one classify worker")
    read_timeout: float = Field(
        30.0, gt=0, description="Seconds that one article may be read before it is refused"
    )

    monitor_host: str = Field("127.0.0.1", description="Where /metrics and /healthz listen")
    monitor_port: int = Field(0, ge=0, le=65535, description="0 takes the role's own port, 9101 to 9105")
    stall_seconds: float = Field(60.0, gt=0, description="No progress with lag for so long is unhealthy")
    breaker_ratio: float = Field(
        0.5,
        gt=0,
        le=1,
        description="A role stops when more of the last records than this were bad; 1 never stops",
    )
    breaker_window: int = Field(200, ge=10, le=100_000, description="How many records the breaker looks back")
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def topic(self, name: str) -> str:
        """The name of a topic on this broker, such as ``articles.raw``."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def index(self, name: str) -> str:
        """The name of an index or alias on this Elasticsearch, such as ``stance-shifts``."""
        return f"{self.prefix}-{name}" if self.prefix else name

    def password(self) -> str | None:
        """The Elasticsearch password, from its file if one is named. Raises SettingsError if it cannot be read."""
        return self._secret("elasticsearch_password")

    def api_key(self) -> str | None:
        """The Elasticsearch API key, likewise."""
        return self._secret("elasticsearch_api_key")

    def kafka_secret(self) -> str | None:
        """The Kafka password, likewise."""
        return self._secret("kafka_password")

    def kibana_api_key(self) -> str | None:
        """The API key for Kibana, from its file if one is named. Raises SettingsError if it cannot be read."""
        return self._secret("kibana_api_key")

    def kibana_password(self) -> str | None:
        """The password for Kibana, likewise."""
        return self._secret("kibana_password")

    def _secret(self, name: str) -> str | None:
        file: Path | None = getattr(self, f"{name}_file")
        if file is None:
            given = getattr(self, name, None)  # Kibana's secrets come from files only: there it is the method
            return given.get_secret_value() if isinstance(given, SecretStr) else None
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"STANCEWATCH_{name.upper()}_FILE: {error}") from error


def load_settings(*, env_file: str | None = None, **overrides: object) -> Settings:
    """The settings of this process. Raises SettingsError that names every bad key at once.

    env_file is read beside the environment; unset, the one that ``STANCEWATCH_ENV_FILE`` names, else ``.env`` if there is one;
    empty, none. One that is named must be there.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    named = os.environ.get(ENV_FILE) if env_file is None else env_file
    if named and not Path(named).is_file():
        raise SettingsError(f"{ENV_FILE}: there is no file {named}; leave it empty to read none")
    file = ".env" if named is None else named
    try:
        return Settings(_env_file=file or None, **given)  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        lines = [
            f"  STANCEWATCH_{str(e['loc'][0]).upper()}: {e['msg']}{_shown(str(e['loc'][0]), e['input'])}"
            for e in error.errors()
        ]
        raise SettingsError("these settings cannot be used:\n" + "\n".join(lines)) from error


def _shown(name: str, value: object) -> str:
    return "" if name.endswith(("password", "api_key")) else f" (is {value!r})"
