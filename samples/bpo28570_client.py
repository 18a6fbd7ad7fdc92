"""The client of CPython bpo-28570, twice: with http.client, which takes a 103 for the answer, and by another import.

    python samples/bpo28570_server.py --port 8000 &
    python samples/bpo28570_client.py --port 8000

Both runs make the same two requests over one kept connection.
"""

from __future__ import annotations

import argparse
import http.client
import sys

import fetcher.stdlib

PATHS = ("/first", "/second")


def ask(connection: http.client.HTTPConnection) -> bool:
    """GET both paths; print what each request was answered with, and return whether both answers were right."""
    right = True
    for path in PATHS:
        connection.request("GET", path)
        response = connection.getresponse()
        page = response.read().decode()
        good = response.status == 200 and f"The page for {path}" in page
        for interim in getattr(response, "interim", ()):
            links = [value for name, value in interim.fields if name == "link"]
            print(f"  GET {path:8} {interim.status} {interim.reason}: {', '.join(links)}")
        shown = page.rpartition("<p>")[2].strip() or "nothing"
        print(f"  GET {path:8} {response.status} {response.reason}: {shown}{'' if good else '   <-- wrong'}")
        right = right and good
    return right


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8000)
    given = options.parse_args()

    print("from http.client import HTTPConnection")
    connection = http.client.HTTPConnection(given.host, given.port, timeout=10)
    if ask(connection):
        print("  (this Python's http.client has been mended)")
    connection.close()

    print("from fetcher.stdlib import HTTPConnection")
    connection = fetcher.stdlib.HTTPConnection(given.host, given.port, timeout=10)
    right = ask(connection)
    connection.close()
    return 0 if right else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"bpo28570_client.py: {error.strerror or error}; is samples/bpo28570_server.py running on that port?")
