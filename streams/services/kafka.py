"""One Kafka node, broker and controller in one process."""

import asyncio
import base64
import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from streams.services.config import HOST
from streams.services.errors import StartFailedError
from streams.services.process import Launch, run
from streams.services.service import Runtime, Service, make_folders, write_config

_PROPERTIES, _LOGGING = "config/server.properties", "config/log4j2.yaml"


class Kafka(Service):
    """Kafka in KRaft mode."""

    name = "kafka"

    @property
    def ports(self) -> dict[str, int]:
        """The port for clients and the controller's."""
        return {"kafka_port": self.config.kafka_port, "controller_port": self.config.controller_port}

    def settings(self) -> str:
        """server.properties and the heap."""
        return self.template("kafka/server.properties", **self.ports) + f"# heap: {self.config.heap_mb} MB\n"

    def launch(self, runtime: Runtime, folder: Path) -> Launch:
        """Format the data folder at the first start. Raises StartFailedError when that does not work."""
        make_folders(folder, runtime.account)
        write_config(folder / _PROPERTIES, self.settings(), runtime.account)
        write_config(folder / _LOGGING, self.plain("kafka/log4j2.yaml"), runtime.account)
        if not (folder / "data" / "meta.properties").exists():
            self._format(runtime, folder)
        heap = f"{self.config.heap_mb}m"
        memory = [
            f"-Xms{heap}",
            f"-Xmx{heap}",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:+ExitOnOutOfMemoryError",
        ]
        return self._java(runtime, folder, memory, ["kafka.Kafka", _PROPERTIES])

    def ready(self) -> bool:
        """Whether the broker tells a client who leads the cluster."""
        try:
            socket.create_connection((HOST, self.config.kafka_port), timeout=1).close()
            with _hushed():
                return asyncio.run(_answers(self.address()))
        except (OSError, KafkaError, TimeoutError):
            return False

    def _format(self, runtime: Runtime, folder: Path) -> None:
        cluster = new_cluster_id()
        arguments = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", _PROPERTIES]
        # Runs for half a second: compiling it would cost more than it saves.
        done = run(self._java(runtime, folder, ["-XX:TieredStopAtLevel=1"], arguments), runtime.account)
        if done.returncode:
            said = f"{done.stdout}{done.stderr}".strip()[-1000:]
            raise StartFailedError("Kafka could not format its data folder", where=said)

    def _java(self, runtime: Runtime, folder: Path, options: list[str], arguments: list[str]) -> Launch:
        properties = [
            f"-Dlog4j2.configurationFile={_LOGGING}",
            f"-Djava.io.tmpdir={folder / 'tmp'}",
            "-Djava.awt.headless=true",
            self.marker,
        ]
        classes = ["-cp", f"{runtime.artefacts.kafka}/*"]
        argv = [str(runtime.java.binary), *options, *properties, *classes, *arguments]
        return Launch(argv, folder, {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"})


def new_cluster_id() -> str:
    """A random id as Kafka writes it. It never begins with a dash, which its tools would take for an option."""
    return base64.urlsafe_b64encode(b"\x00" + secrets.token_bytes(15)).decode().rstrip("=")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the client from logging that a broker does not answer yet, in this thread only."""
    here = threading.get_ident()
    loggers = [logging.getLogger(name) for name in ("aiokafka", "aiokafka.conn")]

    def elsewhere(record: logging.LogRecord) -> bool:
        return record.thread != here

    for logger in loggers:
        logger.addFilter(elsewhere)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(elsewhere)


async def _answers(address: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=address, request_timeout_ms=2000)
    try:
        await asyncio.wait_for(client.bootstrap(), 3)
        return bool(client.cluster.brokers())
    finally:
        await client.close()
