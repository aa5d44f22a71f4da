"""A Kafka and an Elasticsearch of a benchmark's own: started, and taken away again whatever happens."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from streams.services.config import ServiceName, ServicesConfig
from streams.services.supervise import ALL, erase, up

START_TIMEOUT = 600  # seconds: a busy machine is no reason to give up


@contextlib.contextmanager
def own_services(name: str, names: tuple[ServiceName, ...] = ALL) -> Iterator[tuple[ServicesConfig, Path]]:
    """Give the running services, and a folder for whatever else is written; both end with the block."""
    with tempfile.TemporaryDirectory(prefix=f"stancewatch-{name}-") as folder:
        config = replace(ServicesConfig.on_free_ports(Path(folder) / "services"), start_timeout=START_TIMEOUT)
        try:
            up(config, names=names)
            yield config, Path(folder)
        finally:
            erase(config)
