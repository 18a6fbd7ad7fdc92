"""Every rule over records of every kind, whole and maimed: none crashes, whatever a record lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fetcher.audits import Outcome, Page, Probe, audit_page
from fetcher.audits.auditing import apply
from fetcher.audits.catalogue import built_in
from fetcher.record import PageLoad
from fetcher.terms import ProfileName
from tests.audits.one_page import assert_listed
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints


def bare(load: PageLoad) -> PageLoad:
    """Without connections, fields, sizes and discoveries, as a poor HAR has it."""
    requests = tuple(
        replace(one, connection=None, fields=(), response_fields=(), sizes=type(one.sizes)(), mode=None, version=None)
        for one in load.requests
    )
    hints = tuple(replace(hint, connection=None) for hint in load.hints)
    return replace(load, requests=requests, hints=hints, connections=(), discoveries=())


def timeless(load: PageLoad) -> PageLoad:
    """Of which nobody told when anything happened."""
    interims = tuple(replace(one, at=None) for one in load.interim)
    requests = tuple(replace(one, times=type(one.times)(one.times.discovered)) for one in load.requests)
    return replace(load, interim=interims, requests=requests, finished_at=None)


def documentless(load: PageLoad) -> PageLoad:
    return replace(load, document=None)


def crowd() -> PageLoad:
    return many(60)


MADE = (shop, shop_without_hints, eager_http1, failed, hostile, crowd)
MAIMED: tuple[Callable[[PageLoad], PageLoad], ...] = (lambda load: load, bare, timeless, documentless)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__)
def test_no_rule_crashes(made: Callable[[], PageLoad]) -> None:
    """Alone, as several runs of which one is maimed, with every probe answered so, and by each browser's view."""
    load = made()
    for maim in MAIMED:
        odd = maim(load)
        probes = {name: Probe(name, odd) for name in ("cors", "http1", "query", "no-cookies", "crawler")}
        for page in (
            Page((odd,)),
            Page((load, odd, load), probes=probes, repeat=odd, siblings=(Page((odd,)), Page((load,)))),
            Page((odd,), ProfileName.SAFARI, observed=True),
        ):
            results = [apply(rule, page) for rule in built_in()]
            for one in results:
                assert_listed(one.rule, one)
            crashed = [f"{one.rule.id}: {one.reason}" for one in results if one.outcome is Outcome.CRASHED]
            assert crashed == []


def test_what_is_not_judged_has_no_results() -> None:
    """A load without a document is a page that was not met."""
    assert audit_page(Page((documentless(shop()),)), built_in()).results == ()
