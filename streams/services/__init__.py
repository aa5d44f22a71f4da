"""Real Kafka and Elasticsearch on this machine without Docker: fetched by Maven, started on loopback.

config = ServicesConfig(home=Path(".stancewatch"))
endpoints = services.up(config)
...
services.down(config)
"""

from streams.services.config import (
    Endpoints,
    FileUser,
    Progress,
    Report,
    Security,
    ServiceName,
    ServicesConfig,
    quiet,
)
from streams.services.errors import ServicesError
from streams.services.faults import kill, pause, resume
from streams.services.inspect import ServiceStatus, status
from streams.services.supervise import ALL, down, erase, restart, up

__all__ = [
    "ALL",
    "Endpoints",
    "FileUser",
    "Progress",
    "Report",
    "Security",
    "ServiceName",
    "ServiceStatus",
    "ServicesConfig",
    "ServicesError",
    "down",
    "erase",
    "kill",
    "pause",
    "quiet",
    "restart",
    "resume",
    "status",
    "up",
]
