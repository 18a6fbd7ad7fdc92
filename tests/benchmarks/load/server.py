"""Both origins of the page, in one process: ``python -m tests.benchmarks.load.server --host ADDRESS --directory DIR``.

Its first line on standard output is JSON: the ports by host name, and where the certificate is. SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal
from collections.abc import Mapping

from fetcher.origin import Origin, Route, Site, throw_away
from tests.benchmarks.load.page import MAIN, OTHER, routes


async def serve(host: str, directory: str) -> None:
    certificate = throw_away()
    certificate.write(directory)
    tables: dict[str, Mapping[str, Route]] = {MAIN: {}, OTHER: {}}
    # The answers name the ports, which are known only once both listen.
    origins = {name: Origin(Site({}, hosts=tables), host=host, tls=True, certificate=certificate) for name in tables}
    for origin in origins.values():
        await origin.start()
    ports = {name: origin.port for name, origin in origins.items()}
    tables.update(routes(ports))
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    gc.freeze()
    print(json.dumps({"ports": ports}), flush=True)
    await done.wait()
    for origin in origins.values():
        await origin.stop()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--directory", required=True)
    given = options.parse_args()
    asyncio.run(serve(given.host, given.directory))


if __name__ == "__main__":
    main()
