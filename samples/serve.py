"""A site of your own that sends a 103: python samples/serve.py, then load the address it prints with fetcher.

Copy it, put your pages into a directory, and say which links each page hints.
"""

import asyncio
import sys
from pathlib import Path

from fetcher import FetcherError
from fetcher.origin import files, page
from fetcher.origin.run import Serving, serve

PAGES = Path(__file__).parent / "pages"

routes = files(PAGES)  # every file there, cacheable for ten minutes
routes["/"] = page(
    (PAGES / "index.html").read_bytes(),
    hints=["</style.css>; rel=preload; as=style", "</tides.js>; rel=preload; as=script"],
    interim_delay_ms=20,  # the 103 leaves 20 ms after the request,
    think_ms=400,  # the page itself 400 ms after it
)


def say(serving: Serving) -> None:
    print(serving.as_text(), end="", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(serve(routes, port=8080, tls_port=8443, ready=say))
    except FetcherError as error:  # a port that is taken, mostly
        sys.exit(f"serve.py: {error}")
