"""A TCP proxy between a worker and Elasticsearch that is slow, refuses or cuts when a test says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from streams.services.config import free_ports

REFUSAL = (
    b"HTTP/1.1 429 Too Many Requests\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n"
    b"Content-Length: 33\r\nConnection: close\r\n\r\n"
    b'{"error":"too busy","status":429}'
)


class Proxy:
    """delay: seconds that each piece of an answer is held back. refusing: 429 to all that is asked."""

    def __init__(self, target: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.delay = 0.0
        self.refusing = False
        self.refused = 0
        self._host, _, self._port = target.removeprefix("http://").partition(":")
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        task = asyncio.current_task()
        assert task
        try:
            there, back = await asyncio.open_connection(self._host, int(self._port))
            self._connections[task] = [writer, back]
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ask(reader, back, writer))
                group.create_task(self._answer(there, writer))
        except* (
            OSError
        ):  # Elasticsearch is away, or somebody hung up: that is what the other side gets to see too
            writer.close()
        finally:
            self._connections.pop(task, None)

    async def close(self) -> None:
        """Hang up on everybody, and wait until that is done."""
        tasks = list(self._connections)
        for writer in [each for both in self._connections.values() for each in both]:
            writer.close()
        await asyncio.gather(*tasks)

    async def _ask(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            if self.refusing:
                self.refused += 1
                writer.write(REFUSAL)
                break
            back.write(data)
            await back.drain()
        back.close()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(65536):
            await asyncio.sleep(self.delay)
            writer.write(data)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def proxied(target: str) -> AsyncIterator[Proxy]:
    """A proxy before ``target``, such as ``http://127.0.0.1:9200``."""
    (port,) = free_ports(1)
    proxy = Proxy(target, port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
