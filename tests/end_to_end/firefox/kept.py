"""Differences from Firefox that stay, each with its reason, by the ids of the cases they show in (patterns as in a
shell). The README lists the reasons."""

from __future__ import annotations

from fnmatch import fnmatchcase

KEPT: dict[str, str] = {
    "interim-101-over-http2": "Firefox skips a 101 that comes over HTTP/2; here the load fails, as RFC 9113 has it",
    "pdf": "Firefox's own viewer of a PDF asks once more for what a 103 hinted at",
    "fragment-in-the-key": "a second hint of a URL that may not be stored waits in Firefox until the page has come",
    "reuse-image-hinted-as-script": "Firefox throws away a picture that was hinted as a script; here the cache has it",
    "module-hinted-unused": "Firefox asks for what a hinted module imports, used or not; here once the page uses it",
}


UNSTEADY: dict[str, str] = {
    "reuse-iframe-*": "a frame takes what a hint is still bringing or races it over the network, now this, now that",
}
"""Cases in which Firefox itself asks now once, now twice: only what it asks before the final head is compared."""


def is_unsteady(case: str) -> bool:
    return any(fnmatchcase(case, pattern) for pattern in UNSTEADY)


def why_kept(case: str) -> str:
    """The reason why the case of this id may differ; empty where it may not."""
    return next((why for pattern, why in KEPT.items() if fnmatchcase(case, pattern)), "")
