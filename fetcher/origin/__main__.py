"""``python -m fetcher.origin``: the sample site, or one's own, in a process of its own."""

import sys

from fetcher.origin.run import main

if __name__ == "__main__":
    sys.exit(main())
