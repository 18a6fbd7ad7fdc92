"""Which Chromium is used: the one that was named, the environment's, or the first that is installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from fetcher.errors import MissingChromium

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
VARIABLE = "FETCHER_CHROMIUM"


def executable(given: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """``given`` (--chromium), else what FETCHER_CHROMIUM names, else the first of ``NAMES`` and ``APPLICATIONS`` that
    is here. Raises ``MissingChromium``: one that was named and cannot be run is not replaced by another."""
    variables = os.environ if environment is None else environment
    for source, name in (("--chromium", given), (VARIABLE, variables.get(VARIABLE))):
        if not name:
            continue
        if found := shutil.which(name, path=variables.get("PATH")):
            return found
        what = "that is a directory" if Path(name).is_dir() else "there is no program of that name that can be run"
        raise MissingChromium(f"{source} {name}: {what}; name a Chromium or Chrome")
    for name in (*NAMES, *APPLICATIONS):
        if found := shutil.which(name, path=variables.get("PATH")):
            return found
    raise MissingChromium(
        f"no Chromium is installed here: none of {', '.join(NAMES)} was found; install one, or give --chromium FILE "
        f"or {VARIABLE}"
    )
