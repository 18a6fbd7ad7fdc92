"""``python -m fetcher`` is the ``fetcher`` command, and ``main`` its console script.

Nothing of ours is imported before ``main`` runs, so that Ctrl-C during the imports ends like any other: without a
traceback.
"""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    # A command's imports make 70,000 objects that stay. Looking through the youngest after every 700, as Python does,
    # takes a fifteenth of the start, and the first look through all of them would fall into the load.
    gc.set_threshold(20_000)
    try:
        from fetcher.cli.app import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("fetcher: interrupted\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
