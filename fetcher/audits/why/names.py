"""Which links a person means by a URL, a path or a glob."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from fetcher.analysis.check.expectations import matches
from fetcher.analysis.links import JudgedLink
from fetcher.audits.page import Page
from fetcher.fields.link import parse
from fetcher.record.page_load import InterimResponse, PageLoad
from fetcher.terms import field_values
from fetcher.urls import resolve


def means(asked: str, url: str | None, base: str) -> bool:
    """Whether ``asked`` is ``url``: a URL or a path as it would be resolved on the page ``base``, a glob of either, or
    the name of its file alone."""
    if url is None:
        return False
    meant = resolve(asked, base)
    here = resolve(url)
    if meant is not None and here is not None and meant.href == here.href:
        return True
    name = here.path.rpartition("/")[2] if here is not None else ""
    return matches(asked, url) or ("/" not in asked and bool(name) and fnmatchcase(name, asked))


def is_meant(asked: str, link: JudgedLink, base: str) -> bool:
    """The same for a link, also by its target as written; one that cannot be read is meant by any part of its text."""
    if means(asked, link.url, base) or (link.href and fnmatchcase(link.href, asked)):
        return True
    return not link.href and len(asked) > 1 and asked in link.raw


def given_up(load: PageLoad, counted: tuple[InterimResponse, ...], asked: str) -> Iterator[str]:
    """Texts of links that mean it in 103s which count no longer: those before a redirect to another origin (EH 7.2)."""
    kept = {one.id for one in counted}
    for interim in load.interim:
        if interim.status != 103 or interim.id in kept:
            continue
        base = load.requests[interim.request].url
        for link in parse(list(field_values(interim.fields, "link"))).links:
            url = resolve(link.target, base)
            if means(asked, url.href if url is not None else None, base):
                yield link.raw


def uses(page: Page, asked: str) -> Iterator[str]:
    """URLs that the page uses and ``asked`` means."""
    return (url for url in page.used_by_url if means(asked, url, page.url))
