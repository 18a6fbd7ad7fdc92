"""The links of the 103 from run to run, and from query to query."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page, Probe
from fetcher.origin import Route
from fetcher.record import PageLoad
from tests.audits.cases import SCRIPT, STYLE, load, page, told
from tests.audits.site.parts import HINTS, document, sound
from tests.support.virtual_time import virtual_load

ONE, TWO = load(STYLE, SCRIPT), load(SCRIPT, STYLE)
FIRST, SECOND = (load(f"</app.{name}.css>; rel=preload; as=style") for name in ("3f2a91bc", "77aa01ff"))


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(ONE, ONE, ONE), "passed"),
        (page(ONE, TWO), "note: 2 runs brought 2 different sets of links: the same links in another order"),
        (page(ONE, load(STYLE), ONE), "note: 3 runs brought 2 different sets of links: /a.js: each is in some"),
        (page(FIRST, SECOND), "note: 2 runs brought 2 different sets of links: /app.3f2a91bc.css, /app.77aa01ff.css: "
                              "their content hashes change"),
        (page(ONE, load(hints=False)), "not-applicable: fewer than two runs brought a 103"),
        (page(load(hints=False)), "not-applicable: no 103 came"),
    ],
)  # fmt: skip
def test_unstable(judged: Page, says: str) -> None:
    """Which links change, and how: order, presence, or their hashes."""
    assert told("hint-unstable", judged).startswith(says)


PNG = "</a.png>; rel=preload; as=image"
SHEET = '<link rel="stylesheet" href="/a.css">'
PICTURE = '<img src="/a.png" alt="">'


def at(query: str, body: str, hints: tuple[str, ...] = (STYLE, PNG), head: str = SHEET) -> PageLoad:
    routes: dict[str, Route] = sound() | {"/p": document(hints, head=head, body=body)}
    return virtual_load(f"https://a.test/p{query}", routes).load


def beside(first: PageLoad, second: PageLoad) -> Page:
    return page(first, siblings=(page(second),))


def test_query_blind() -> None:
    """The same hints on both, used by one only; other hints, other uses, other paths are none of it."""
    with_picture, without = at("?id=1", PICTURE), at("?id=2", "")
    said = told("hint-query-blind", beside(with_picture, without))
    assert said.startswith("warning: https://a.test/p?id=1 and https://a.test/p?id=2 get the same 2 preloads, and ")
    assert "https://a.test/p?id=2 does not use /a.png" in said
    assert "https://a.test/p?id=2 does not use /a.png" in told("hint-query-blind", beside(without, with_picture))
    assert told("hint-query-blind", beside(with_picture, at("?id=2", PICTURE))) == "passed"
    assert told("hint-query-blind", beside(with_picture, at("?id=2", "", (STYLE,)))) == "passed"
    assert told("hint-query-blind", page(with_picture)).startswith("not-applicable: no other page with the same path")
    assert told("hint-query-blind", beside(at("?id=1", "", ()), without)).startswith(
        "not-applicable: no 103 with a pre"
    )


def test_query_blind_by_a_probe() -> None:
    """The probe's load stands in for another page of the site."""
    judged = page(at("?id=1", PICTURE), probes={"query": Probe("query", at("", ""))})
    assert told("hint-query-blind", judged).startswith(
        "warning: https://a.test/p?id=1 and https://a.test/p get the same"
    )


def test_scripts_hide_what_is_used() -> None:
    """Then nobody can say that the other page does not use it."""
    running = at("?id=1", PICTURE, HINTS, head=SHEET + '<script src="/a.js"></script>')
    other = at("?id=2", "", HINTS, head=SHEET + '<script src="/a.js"></script>')
    assert told("hint-query-blind", beside(running, other)).startswith("unknown: scripts did not run")
    assert told("hint-query-blind", beside(replace(running, only_hints=True), other)).startswith("not-applicable: only")
