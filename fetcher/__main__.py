"""``python -m fetcher`` is the ``fetcher`` command."""

from fetcher.cli.app import main

if __name__ == "__main__":
    main()
