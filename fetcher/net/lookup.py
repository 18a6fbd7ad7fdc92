"""From a host to the addresses to try: overrides, IP literals, localhost, then the system's resolver.

``getaddrinfo`` runs on the loop's executor under a deadline; its order (RFC 6724) is kept. Names under localhost
never leave the machine (RFC 6761 6.3, and what browsers do).
"""

from __future__ import annotations

import asyncio

# What the resolver runs on and what encodes its names, or the first look-up would be timed with loading them.
import concurrent.futures.thread  # noqa: F401
import encodings.idna  # noqa: F401
import socket
from dataclasses import dataclass

from fetcher import clock
from fetcher.errors import DeadlineExceeded, LookupFailed
from fetcher.net.options import NetOptions
from fetcher.urls import is_ip


@dataclass(frozen=True, slots=True)
class Found:
    """Addresses in the order to try them; ``start`` and ``end`` (clock ms) are None when nothing was asked."""

    addresses: tuple[str, ...]
    start: float | None = None
    end: float | None = None


async def look_up(host: str, port: int, options: NetOptions) -> Found:
    """Raises ``LookupFailed``, or ``DeadlineExceeded`` with phase "lookup" after ``limits.lookup_ms``."""
    overridden = options.overridden(host, port)
    if overridden:
        return Found(overridden)
    if is_ip(host):
        return Found((host,))
    if host == "localhost" or host.endswith(".localhost"):
        return Found(("127.0.0.1", "::1"))
    start = clock.now()
    try:
        async with asyncio.timeout(options.limits.lookup_ms / 1000):
            answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"looking up {host} took longer than {options.limits.lookup_ms:g} ms", "lookup"
        ) from error
    except socket.gaierror as error:
        raise LookupFailed(f"no such host: {host} ({error.strerror})") from error
    except UnicodeError as error:
        raise LookupFailed(f"no such host: {host} (a label is empty or longer than 63 characters)") from error
    except OSError as error:
        raise LookupFailed(f"cannot look up {host}: {error.strerror or error}") from error
    addresses = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not addresses:
        raise LookupFailed(f"no such host: {host} (it has no address)")
    return Found(addresses, start, clock.now())
