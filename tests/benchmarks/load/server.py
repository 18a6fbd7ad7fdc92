"""One origin of the page, ``--name``, as a process: ``python -m tests.benchmarks.load.server``.

Each of the two hosts is a process of its own, as they would be two machines: the second must not wait for what the
first computes. The certificate's files are in the directory (``write_certificate``). Prints a line once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal
from pathlib import Path

from fetcher.origin import Certificate, Origin, Site, throw_away
from tests.benchmarks.load.page import routes


def write_certificate(directory: Path) -> None:
    throw_away().write(directory)


def certificate_in(directory: Path) -> Certificate:
    authority, chain, key = (
        directory.joinpath(f"{name}").read_bytes() for name in ("ca.pem", "server.pem", "server.key")
    )
    return Certificate(authority, chain, key)


async def serve(name: str, ports: dict[str, int], address: str, directory: Path) -> None:
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    site = Site(routes(ports)[name])
    async with Origin(site, host=address, port=ports[name], tls=True, certificate=certificate_in(directory)):
        gc.freeze()
        print("ready", flush=True)
        await done.wait()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--name", required=True)
    options.add_argument("--ports", type=json.loads, required=True)
    options.add_argument("--address", required=True)
    options.add_argument("--directory", type=Path, required=True)
    given = options.parse_args()
    asyncio.run(serve(given.name, given.ports, given.address, given.directory))


if __name__ == "__main__":
    main()
