"""How this process proves itself to Kafka: TLS and SASL, for aiokafka and for Faust alike."""

import ssl
from typing import Any

from streams.settings import Settings, SettingsError


def client_options(settings: Settings) -> dict[str, Any]:
    """The options that every aiokafka client takes. Raises SettingsError if a file or a password is missing."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka,
        "security_protocol": settings.kafka_security.upper(),
    }
    if "ssl" in settings.kafka_security:
        options["ssl_context"] = _tls(settings)
    if "sasl" in settings.kafka_security:
        user, password = _login(settings)
        options |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": user,
            "sasl_plain_password": password,
        }
    return options


def faust_credentials(settings: Settings) -> Any:
    """The same for a Faust app; None where the broker asks for nothing. Raises SettingsError."""
    import faust  # noqa: PLC0415 - takes a second to import; only workers pay it

    context = _tls(settings) if "ssl" in settings.kafka_security else None
    if "sasl" in settings.kafka_security:
        user, password = _login(settings)
        return faust.SASLCredentials(
            username=user, password=password, mechanism=settings.kafka_mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context) if context else None


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca_file)
        if settings.kafka_cert_file is not None:
            context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"STANCEWATCH_KAFKA_CA_FILE, _CERT_FILE, _KEY_FILE: {error}") from error
    return context


def _login(settings: Settings) -> tuple[str, str]:
    password = settings.kafka_secret()
    if not settings.kafka_user or not password:
        raise SettingsError(
            f"STANCEWATCH_KAFKA_SECURITY={settings.kafka_security} needs STANCEWATCH_KAFKA_USER and"
            " STANCEWATCH_KAFKA_PASSWORD_FILE"
        )
    return settings.kafka_user, password
