"""What a link of a 103 asks for, whether or not a browser acted on it: the request its author meant (EH 5.1).

The record's own hint says so only of links that the driving profile kept; an audit compares the others too, so that
one run names every fault of a link and not the first alone.
"""

from __future__ import annotations

from fetcher.analysis.verdicts import JudgedLink
from fetcher.analysis.wanted import Wanted
from fetcher.browser.hints.reading import mode_and_credentials
from fetcher.fields.early_hint import CrossOrigin
from fetcher.fields.link import Link, parse


def read_alone(raw: str) -> Link | None:
    """One link's text read by itself; None where it is no link (EH 2.3-2.7)."""
    links = parse([raw]).links
    return links[0] if len(links) == 1 else None


def asked_for(link: JudgedLink) -> Wanted | None:
    """The request of a preload or modulepreload as HTML words it: any crossorigin but use-credentials is anonymous.
    None where the link names no URL or no destination."""
    read = read_alone(link.raw)
    if read is None or link.url is None or link.destination is None:
        return None
    mode, credentials = mode_and_credentials((link.rel or "").lower(), _crossorigin(read))
    integrity = read.param("integrity") or ""
    return Wanted(link.url, link.destination, mode, credentials, integrity, None, None, None, "hint")


def _crossorigin(link: Link) -> CrossOrigin | None:
    if not link.has("crossorigin"):
        return None
    word = (link.param("crossorigin") or "").lower()
    return CrossOrigin.USE_CREDENTIALS if word == "use-credentials" else CrossOrigin.ANONYMOUS
