"""Where a connection may go: the address that was checked is the one that is connected to."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

from streams.feeds.errors import FetchFailed

Resolve = Callable[[str, int], Awaitable[list[str]]]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet, an IPv4 address that stands inside an IPv6 one included."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in (found, *_inside(found)))


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in inside if each is not None]


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order of preference. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections for an HTTP client, and refuses private, loopback and other special addresses.

    It resolves the name itself, checks every address, and connects to one of those: no second look-up can lead
    elsewhere. A redirect opens a connection too, and so is checked again. allowed: host names that may be private.
    """

    def __init__(self, allowed: Iterable[str] = (), resolver: Resolve = resolve) -> None:
        self._allowed = {host.lower().rstrip(".") for host in allowed}
        self._resolve = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect. Raises FetchFailed for a refused address, httpcore.ConnectError if nobody answers."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        if host.lower().rstrip(".") not in self._allowed:
            for address in addresses:
                if not is_public(address):
                    raise FetchFailed(
                        "private_address",
                        f"{host} is {address}, no public address; if that is meant, add {host} to allow_hosts",
                    )
        trouble: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore does between its tries."""
        await asyncio.sleep(seconds)
