"""Pages in virtual time for the rules of hints: one 103, one document, and what they name."""

from __future__ import annotations

from functools import cache
from typing import Any

from fetcher.audits import Page, Rule, RuleResult
from fetcher.audits.auditing import apply
from fetcher.origin import Route, asset
from fetcher.record import PageLoad
from fetcher.terms import ProfileName
from tests.audits.one_page import assert_listed
from tests.audits.site.parts import CACHED, document, sound
from tests.support.virtual_time import virtual_load

PLAIN = '<link rel="stylesheet" href="/a.css">'
"""A head without a script, so that nothing is hidden."""
TEXT = "<h1>A page</h1>"


def page(
    *hints: str,
    head: str = PLAIN,
    body: str = TEXT,
    routes: dict[str, Route] | None = None,
    profile: ProfileName = ProfileName.CHROMIUM,
    path: str = "/",
    site: dict[str, Route] | None = None,
    observed: bool = False,
    **options: Any,
) -> Page:
    """The page of one load whose 103 and final head have ``hints``; ``profile`` drives the load and is asked."""
    if site is None and not routes and not options:
        return Page((_plain(hints, head, body, profile, path),), profile=profile, observed=observed)
    served = site or {**sound(), path: document(hints, head=head, body=body), **(routes or {})}
    load = virtual_load(f"https://a.test{path}", served, browser=profile.value, **options).load
    return Page((load,), profile=profile, observed=observed)


@cache
def _plain(hints: tuple[str, ...], head: str, body: str, profile: ProfileName, path: str) -> PageLoad:
    """Tests that ask the same of the same page load it once."""
    served = {**sound(), path: document(hints, head=head, body=body)}
    return virtual_load(f"https://a.test{path}", served, browser=profile.value).load


def file(kind: str, size: int = 2_000, cache: str | None = CACHED) -> Route:
    return asset(size, kind, cache=cache)


def result(rule: Rule, page: Page) -> RuleResult:
    """What the rule says of it, as an audit has it."""
    result = apply(rule, page)
    assert_listed(rule, result)
    return result
