"""No record makes a rule of resources or value fail: hand-built ones, hostile ones, a load with any part of it gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from fetcher.analysis.recommended import recommendation
from fetcher.analysis.timing.critical_path import Goal, critical_path
from fetcher.audits import Outcome, Page, audit_page
from fetcher.audits.resources import RULES as RESOURCES
from fetcher.audits.value import RULES as VALUE
from fetcher.record import PageLoad
from fetcher.record.page_load import ConnectionRecord, Sizes, Times
from fetcher.terms import ProfileName
from tests.audits.one_page import page
from tests.audits.site.parts import HINTS
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints

RULES = (*RESOURCES, *VALUE)


@cache
def sound() -> PageLoad:
    body = '<img src="/a.png" fetchpriority="high" alt=""><iframe src="/f.html" title="f"></iframe>'
    return page(*HINTS, "</a.png>; rel=preload; as=image", "<https://c.test>; rel=preconnect", body=body).load


def without(**parts: object) -> Callable[[], PageLoad]:
    """The sound load with ``parts`` of every request changed."""

    def make() -> PageLoad:
        load = sound()
        return replace(load, requests=tuple(replace(one, **parts) for one in load.requests))  # type: ignore[arg-type]

    return make


def unhinted() -> tuple[ConnectionRecord, ...]:
    return tuple(replace(one, hint=None) for one in sound().connections)


RECORDS: dict[str, Callable[[], PageLoad]] = {
    "shop": shop,
    "shop, hints off": shop_without_hints,
    "over HTTP/1.1": eager_http1,
    "failed": failed,
    "many": lambda: many(300),
    "hostile": hostile,
    "no times": without(times=Times(0.0)),
    "no sizes": without(sizes=Sizes()),
    "no fields": without(response_fields=(), fields=()),
    "no status": without(status=None, outcome="connection-lost", error="gone"),
    "no modes": without(mode=None, credentials=None, priority=None),
    "no connections": lambda: replace(
        without(connection=None)(),
        connections=(),
        hints=tuple(replace(one, connection=None) for one in sound().hints),
    ),
    "no discoveries": lambda: replace(sound(), discoveries=()),
    "no hints": lambda: replace(without(hint=None)(), hints=(), connections=unhinted()),
    "no 103": lambda: replace(without(hint=None)(), interim=(), hints=(), connections=unhinted()),
    "no document": lambda: replace(sound(), document=None, final_url=None),
    "a 103 without a time": lambda: replace(sound(), interim=tuple(replace(one, at=None) for one in sound().interim)),
    "of another program": lambda: replace(sound(), recorded_by="X", profile=None, early_hints=None, discoveries=()),
    "one request": lambda: replace(sound(), requests=sound().requests[:1], hints=(), discoveries=()),
}


@pytest.mark.parametrize("profile", [ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI])
@pytest.mark.parametrize("name", RECORDS)
def test_no_record_makes_a_rule_fail(name: str, profile: ProfileName) -> None:
    """Nor any of the facts behind the rules."""
    load = RECORDS[name]()
    audit = audit_page(Page((load, load), profile=profile, repeat=load), RULES)
    assert [f"{one.rule.id}: {one.reason}" for one in audit.results if one.outcome is Outcome.CRASHED] == []
    assert {finding.runs for finding in audit.findings} <= {1, 2}
    assert recommendation(load, profile=profile, at=20.0, others=[load]).value.isascii()
    for goal in Goal:
        critical_path(load, goal)
