"""100 MB of content, read and discarded, wall time from connecting to the last byte; and what memory it takes.

HTTP/1.1 in cleartext beside aiohttp's ``ClientSession``, HTTP/2 over TLS beside jh2 driven by hand. Memory is that of a
process of its own (``read_once``): its highest resident size while it reads, less its size just before.
"""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp

import fetcher
from fetcher.net import NetOptions
from tests.benchmarks.children import ENVIRONMENT, ROOT, Child
from tests.benchmarks.measuring import WARM_UP, Row, interleaved
from tests.benchmarks.peers.by_jh2 import ByHand, context_for
from tests.benchmarks.peers.server import LARGE

ROUNDS = 15
MEMORY_ROUNDS = 3


async def measure(rounds: int | None) -> list[Row]:
    rounds = rounds or ROUNDS
    rows = []
    with Child("tests.benchmarks.peers.server") as server:
        http1, http2, ca_file = (server.ready[name] for name in ("http1_large", "http2_large", "ca_file"))
        options = NetOptions(ca_file=ca_file)
        context = context_for(ca_file)

        async def by_hand() -> None:
            with ByHand(http2, context) as connection:
                connection.get(["/"], keep=False)

        for what, ours, peer, theirs, bound in (
            ("100 MB, HTTP/1.1", lambda: discard(http1, NetOptions()), "aiohttp", lambda: by_aiohttp(http1), 0.9),
            ("100 MB, HTTP/2", lambda: discard(http2, options), "jh2 by hand", by_hand, 1.25),
        ):
            used = server.cpu_ms()
            mine, peers = await interleaved(rounds, ours, theirs)
            seconds = sum(map(sum, (mine, peers))) / 1000 * (rounds + WARM_UP) / rounds
            rows.append(Row(what, mine, peer, peers, ratio_at_most=bound, note=server.busy(used, seconds)))
        for what, large, small in (
            ("  memory it adds, HTTP/1.1", http1, server.ready["http1_small"]),
            ("  memory it adds, HTTP/2", http2, server.ready["http2_small"]),
        ):
            growth = [await grown(small, large, ca_file) for _ in range(min(rounds, MEMORY_ROUNDS))]
            rows.append(Row(what, growth, at_most=5.0, unit="MB"))
    return rows


async def discard(url: str, options: NetOptions) -> None:
    async with fetcher.connect(url, options=options) as connection:
        size = 0
        async for piece in await connection.request("GET", "/"):
            size += len(piece)
    check(size)


async def by_aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
    check(size)


def check(size: int) -> None:
    if size != LARGE:
        raise RuntimeError(f"{size} bytes came, not {LARGE}")


async def grown(small: str, large: str, ca_file: str) -> float:
    """Megabytes by which a process that has fetched ``small`` grows while it reads ``large``."""
    arguments = ("-m", "tests.benchmarks.read_once", small, large, ca_file)
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT
    )
    out, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError("the process whose memory is measured failed")
    seen = json.loads(out)
    check(seen["bytes"])
    return float(seen["peak"] - seen["before"]) / 1e6
