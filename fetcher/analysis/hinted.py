"""What a preload asks for, whether or not a browser acted on it: the request its author meant (EH 5.1).

The record's own hint says so only of links that the driving profile kept; an audit compares the others too, so that
one run names every fault of a link and not the first alone.
"""

from __future__ import annotations

from fetcher.analysis.links import JudgedLink, LinkSource
from fetcher.analysis.wanted import Wanted
from fetcher.browser.hints.reading import mode_and_credentials
from fetcher.fields.early_hint import CrossOrigin
from fetcher.fields.link import Link, parse
from fetcher.record.page_load import PageLoad


def read_alone(raw: str) -> Link | None:
    """One link's text read by itself; None where it is no link (EH 2.3-2.7)."""
    links = parse([raw]).links
    return links[0] if len(links) == 1 else None


def read_again(load: PageLoad, link: JudgedLink) -> Link | None:
    """``link`` as its text reads alone; one of the markup with its attributes as parameters."""
    if link.source is not LinkSource.MARKUP:
        return read_alone(link.raw)
    if link.discovery is None:
        return None
    attributes = load.discoveries[link.discovery].candidate.attributes
    params = tuple((name, value or None) for name, value in attributes if name != "href")
    return Link(link.href, params, link.raw, link.offset)


def asked_for(link: JudgedLink, read: Link | None) -> Wanted | None:
    """The request of a preload or modulepreload as HTML words it: any crossorigin but use-credentials is anonymous.
    ``read`` is the link as it reads. None where it names no URL or no destination."""
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
