"""A document and 60 files of 10 KB from one server, wall time from connecting to the last byte read.

HTTP/1.1 in cleartext beside aiohttp's ``ClientSession``: one after the other on one connection, and six connections
wide (six workers that each take the next file). HTTP/2 over TLS beside jh2 driven by hand: the document, then the 60
at once on the same connection. The detail row is the floor under both HTTP/1.1 clients: asyncio exchanging the same
bytes with the same server, nothing parsed, so that what is above it is the client's own.
"""

from __future__ import annotations

import asyncio

import aiohttp

import fetcher
from fetcher.net import NetOptions
from tests.benchmarks.children import Child
from tests.benchmarks.measuring import WARM_UP, Row, interleaved
from tests.benchmarks.peers.by_asyncio import exchange_bytes
from tests.benchmarks.peers.by_jh2 import ByHand, context_for
from tests.benchmarks.peers.server import SMALL

FILES = [f"/file/{number}" for number in range(60)]
ROUNDS = 41


async def measure(rounds: int | None) -> list[Row]:
    rounds = rounds or ROUNDS
    with Child("tests.benchmarks.peers.server") as server:
        http1, http2, ca_file = (server.ready[name] for name in ("http1_small", "http2_small", "ca_file"))
        options = NetOptions(ca_file=ca_file)
        context = context_for(ca_file)

        async def by_hand() -> None:
            with ByHand(http2, context) as connection:
                for content in (*connection.get(["/"]), *connection.get(FILES)):
                    check(content)

        rows = []
        for what, ours, peer, theirs, floor, bound in (
            (
                *("61 files, HTTP/1.1, one connection", lambda: ours_http1(http1, 1)),
                *("aiohttp", lambda: by_aiohttp(http1, 1), lambda: exchange_bytes(http1, len(FILES) + 1), 0.8),
            ),
            (
                *("61 files, HTTP/1.1, six connections", lambda: ours_http1(http1, 6)),
                *("aiohttp", lambda: by_aiohttp(http1, 6), None, 0.8),
            ),
            (
                *("61 files, HTTP/2, 60 at once", lambda: ours_http2(http2, options)),
                *("jh2 by hand", by_hand, None, 1.25),
            ),
        ):
            used = server.cpu_ms()
            mine, peers, *bare = await interleaved(rounds, ours, theirs, *([floor] if floor else []))
            seconds = sum(map(sum, (mine, peers, *bare))) / 1000 * (rounds + WARM_UP) / rounds
            rows.append(Row(what, mine, peer, peers, ratio_at_most=bound, note=server.busy(used, seconds)))
            rows += [Row("  of which asyncio, kernel and server", times, detail=True) for times in bare]
        return rows


def check(content: bytes) -> None:
    if len(content) != SMALL:
        raise RuntimeError(f"{len(content)} bytes came, not {SMALL}")


async def ours_http1(url: str, width: int) -> None:
    files = list(FILES)
    async with fetcher.connect(url) as first:
        await ours_one(first, "/")

        async def on_another() -> None:
            async with fetcher.connect(url) as connection:
                await ours_all(connection, files)

        await asyncio.gather(ours_all(first, files), *(on_another() for _ in range(width - 1)))


async def ours_all(connection: fetcher.Connection, files: list[str]) -> None:
    """One worker: the next file until there is none."""
    while files:
        await ours_one(connection, files.pop())


async def ours_one(connection: fetcher.Connection, target: str) -> None:
    response = await connection.request("GET", target)
    check(await response.read())


async def by_aiohttp(url: str, width: int) -> None:
    files = list(FILES)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=width)) as session:

        async def one(target: str) -> None:
            async with session.get(url + target) as response:
                check(await response.read())

        async def worker() -> None:
            while files:
                await one(files.pop())

        await one("/")
        await asyncio.gather(*(worker() for _ in range(width)))


async def ours_http2(url: str, options: NetOptions) -> None:
    async with fetcher.connect(url, options=options) as connection:
        await ours_one(connection, "/")
        await asyncio.gather(*(ours_one(connection, target) for target in FILES))
