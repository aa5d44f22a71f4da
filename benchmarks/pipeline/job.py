"""The one job that every contender does: what becomes of a record, and what a contender is told."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from streams.core.errors import Rejected
from streams.core.model import stable_id
from streams.pool import Read, read_chunk
from streams.settings import Settings, load_settings
from streams.topology import DEAD, ENRICHED, OBSERVATIONS

Incoming = tuple[bytes | None, datetime]
Sent = tuple[str, bytes, bytes]
COMMIT_SECONDS = 1.0
OBSERVED = 20  # in transport alone every 20th record has an observation, as in the real stream


@dataclass(frozen=True, slots=True)
class Task:
    """What a contender needs to know; it comes as JSON in its first argument."""

    kafka: str
    elasticsearch: str
    prefix: str
    partitions: int
    with_reading: bool
    folder: str

    def settings(self) -> Settings:
        """The settings of the run: names of topics, group and indices."""
        return load_settings(
            env_file="",
            kafka=self.kafka,
            elasticsearch=self.elasticsearch,
            prefix=self.prefix,
            partitions=self.partitions,
        )

    def dump(self) -> str:
        """The task as an argument."""
        return json.dumps(asdict(self))


def load_task(text: str) -> Task:
    """The task from an argument."""
    return Task(**json.loads(text))


def carry(records: Sequence[Incoming]) -> list[Read | Rejected]:
    """Transport alone: the record goes on as it came, and now and then an observation with it."""
    results: list[Read | Rejected] = []
    for value, _ in records:
        body = value or b""
        key = body[7:39]  # about where the id stands
        noted = zlib.crc32(body) % OBSERVED == 0
        results.append(Read(key, body, ((b"series", body[:400]),) if noted else (), "irrelevant", ()))
    return results


class Job:
    """Reads or carries records, and says what must be sent for each before its offset is committed."""

    def __init__(self, task: Task) -> None:
        settings = task.settings()
        self._enriched, self._observations, self._dead = map(settings.topic, (ENRICHED, OBSERVATIONS, DEAD))
        self._read = read_chunk if task.with_reading else carry
        read_chunk([(b"{}", datetime.now(UTC))])  # loads the reader before records come

    def outputs(self, records: Sequence[Incoming]) -> Iterator[list[Sent]]:
        """Topic, key and value of what each record becomes."""
        for (value, _), result in zip(records, self._read(records), strict=True):
            if isinstance(result, Rejected):
                letter = json.dumps({"code": result.code}).encode()
                yield [(self._dead, stable_id("dead", str(value)).encode(), letter)]
                continue
            yield [
                (self._enriched, result.key, result.event),
                *((self._observations, key, body) for key, body in result.readings),
            ]
