"""Several runs judged together: what counts, what was expected, what is a finding and what a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fetcher.analysis import CheckOutcome, Expectations, Run, RunOutcome, Spread, judge
from fetcher.analysis.check.expectations import matches, parse_share
from fetcher.analysis.check.survey import STILL_OPENING
from fetcher.analysis.spreads import spread
from fetcher.errors import UsageError
from fetcher.record import PageLoad
from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.checks import FRESH, OK_STYLE, Reply, checked, load

CSS = "</a.css>; rel=preload; as=style"
JS = "</a.js>; rel=preload; as=script"


def remarks(result: object, which: str) -> list[str]:
    return [f"{one.hint or '-'} {one.rule or '-'} {one.text}" for one in getattr(result, which)]


def test_spread_is_of_what_is_known() -> None:
    """The middle and both ends; None where nothing is known."""
    assert spread([3.0, None, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0, 3)
    assert spread([None]) is None


def test_a_good_page_passes() -> None:
    """Three runs, one 103 each, two links acted on, nothing to remark."""
    result = checked(*[load(CSS, "</b.css>; rel=preload; as=style", late=late) for late in (0, 5, 1)])
    assert (result.outcome, result.complete, result.findings, result.warnings) == (CheckOutcome.PASSED, True, (), ())
    survey = result.survey
    assert (survey.runs, survey.with_hints, survey.acted_on, survey.later, survey.stable) == (3, 3, 3, 0, True)
    assert survey.protocols == ("h2",)
    assert survey.delivery == 1.0
    first, final, window = survey.first_interim_response_start, survey.final_response_headers_start, survey.window
    assert first is not None
    assert final is not None
    assert window is not None
    assert (first.least, first.median, first.most) == (21.0, 22.0, 26.0)
    assert window.median == final.median - first.median
    assert [(hint.number, hint.runs, hint.acted, len(hint.fetches)) for hint in survey.hints] == [
        (1, (1, 2, 3), (1, 2, 3), 3),
        (2, (1, 2, 3), (1, 2, 3), 3),
    ]


@pytest.mark.parametrize(
    ("reply", "findings", "warnings"),
    [
        (OK_STYLE, [], []),
        (Reply(404), ["1 - answered 404; restore it or take it out of the 103"], []),
        (Reply(500), ["1 - answered 500; restore it or take it out of the 103"], []),
        (Reply(fails="connection-lost"), ["1 - failed (connection-lost it is)"], []),
        (
            Reply(301, (("location", "/b.css"), *FRESH)),
            [],
            ["1 EH 7.3 redirects to /b.css; browsers do not follow it for a hint: hint at the final URL"],
        ),
        (
            Reply(fields=(("content-type", "text/css"), ("cache-control", "no-store"))),
            [],
            [
                "1 EH 9.3 cannot be reused (Cache-Control: no-store): the page fetches it a second time; "
                "give it a lifetime"
            ],
        ),
        (
            Reply(fields=(("content-type", "text/html"), *FRESH)),
            [],
            ["1 EH 9.5 comes as text/html, which does not go with as=style: is it what was meant?"],
        ),
        (Reply(fields=(("content-type", "application/octet-stream"), *FRESH)), [], []),
        (Reply(fields=FRESH), [], []),
    ],
)
def test_what_a_hinted_resource_answers(reply: Reply, findings: list[str], warnings: list[str]) -> None:
    """4xx, 5xx and failures are findings; a redirect, a wrong type and no lifetime are warnings."""
    result = checked(load(CSS, replies={"/a.css": reply}))
    assert remarks(result, "findings") == findings
    assert remarks(result, "warnings") == warnings
    assert result.outcome is (CheckOutcome.FINDINGS if findings else CheckOutcome.PASSED)


def test_a_finding_says_in_how_many_runs() -> None:
    """404 in one run of two."""
    result = checked(load(CSS), load(CSS, replies={"/a.css": Reply(404)}))
    assert remarks(result, "findings") == ["1 - answered 404 in 1 of 2 runs; restore it or take it out of the 103"]


def test_refusals_alone_do_not_fail_a_check() -> None:
    """Nothing is acted on, and the outcome is still passed: that is what --expect-hints is for."""
    page = load(f"{CSS}; nopush")
    assert checked(page).outcome is CheckOutcome.PASSED
    assert checked(page, expected=Expectations(hints=1)).outcome is CheckOutcome.FINDINGS


def test_a_preconnect_that_opens_nothing() -> None:
    """Its host does not exist: a finding; an origin that is connected already: a warning (EH 11.3)."""
    assert remarks(checked(load("<https://cdn.test>; rel=preconnect")), "findings") == [
        "1 - no connection was opened: no such host: cdn.test"
    ]
    assert remarks(checked(load("<https://shop.test>; rel=preconnect")), "warnings") == [
        "1 EH 11.3 a connection to that origin stands already; the hint does nothing"
    ]


def test_a_connection_slower_than_the_document_is_no_fault() -> None:
    """It was still opening when the document, all that a check waits for, had come: neither finding nor warning."""
    page = load("<https://cdn.test>; rel=preconnect")
    opening = replace(page.connections[1], error=None, closed_at=None, connect_end=None)
    result = checked(replace(page, connections=(page.connections[0], opening)))
    assert (result.outcome, result.findings, result.warnings) == (CheckOutcome.PASSED, (), ())
    assert result.survey.hints[0].connections == ((1, STILL_OPENING),)


def test_the_page_as_a_whole() -> None:
    """A 103 in some runs, a second 103, links that change: one warning each."""
    result = checked(load(CSS), load(hints=False), load("</b.css>; rel=preload; as=style", more=(JS,)))
    assert remarks(result, "warnings") == [
        "- - the 103 came in 2 of 3 runs only",
        "- EH 4.2 more than one 103 came in 1 of 3 runs; browsers act on the first only",
        "- - the links differ between runs: 2 different sets",
    ]
    assert [(hint.position, hint.runs, hint.rule) for hint in result.survey.hints] == [
        (0, (1,), "EH 4.6"),
        (0, (3,), "EH 4.6"),
        (1, (3,), "EH 4.2"),
    ]


@pytest.mark.parametrize("status", [404, 410, 500, 502])
def test_a_page_that_is_down_is_a_finding(status: int) -> None:
    """Good hints do not help it: the release must stop, also where a single run of several was answered so."""
    (finding,) = remarks(checked(load(CSS, status=status)), "findings")
    assert finding.startswith(f"- - the document answered {status}: the page itself is not there")
    result = checked(load(CSS), load(CSS, status=status))
    assert result.outcome is CheckOutcome.FINDINGS
    assert f"answered {status} in 1 of 2 runs" in result.findings[0].text


def test_the_url_is_written_as_the_standard_does() -> None:
    """Else its own origin would look like another."""
    assert judge("HTTPS://Shop.TEST:443", (), profile=ProfileName.CHROMIUM).url == "https://shop.test/"


def test_what_a_failed_run_saw_is_kept_apart() -> None:
    """Its 103 is surveyed for a person to see, and counts for nothing."""
    seen = Run(1, RunOutcome.FAILED, "the connection was lost", load(CSS))
    result = judge("https://shop.test/", [seen], profile=ProfileName.CHROMIUM, asked=5)
    assert (result.outcome, result.survey.runs, result.survey.hints) == (CheckOutcome.FAILED, 0, ())
    assert result.unfinished is not None
    assert [hint.raw for hint in result.unfinished.hints] == [CSS]
    assert checked("it broke").unfinished is None


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ({"delivery": 80}, "from 0 to 1, not 80; write 0.8"),
        ({"delivery": -0.1}, "from 0 to 1"),
        ({"delivery": float("nan")}, "from 0 to 1"),
        ({"hints": -1}, "0 or more"),
        ({"globs": ("/a", "")}, "--expect-hint is empty"),
        ({"globs": "*.css"}, "a tuple of patterns"),
        ({"text": ""}, "--expect-text is empty"),
        ({"status": 103}, "a final status, from 200 to 599, not 103"),
        ({"status": 503}, "taken for a wall"),
    ],
)
def test_expectations_that_cannot_be(expected: dict[str, Any], says: str) -> None:
    """Said when they are made, before anything is loaded."""
    with pytest.raises(UsageError, match=says):
        Expectations(**expected)


@pytest.mark.parametrize(
    ("status", "wanted", "outcome"),
    [(404, 404, "passed"), (200, 404, "findings"), (500, 404, "findings"), (404, None, "findings")],
)
def test_a_status_that_is_expected(status: int, wanted: int | None, outcome: str) -> None:
    """A page for 404 is to answer so; any other status is then no page that was meant."""
    result = checked(load(CSS, status=status), expected=Expectations(status=wanted))
    assert result.outcome == outcome
    assert len(result.findings) == (outcome == "findings")


def test_a_103_without_links() -> None:
    """It is there, and there is nothing to act on."""
    assert remarks(checked(load()), "warnings") == ["- EH 4.2 the 103 has no Link: there is nothing to act on"]


def test_over_http1_the_profile_ignores_the_103() -> None:
    """EH 4.4: seen, not acted on, nothing requested."""
    survey = checked(load(CSS, http=HttpVersion.HTTP_1_1)).survey
    assert (survey.with_hints, survey.acted_on, survey.protocols) == (1, 0, ("http/1.1",))
    assert [rule for rule, _ in survey.ignored] == ["EH 4.4"]
    assert survey.hints[0].fetches == ()


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (load(CSS, status=403), "it answered 403"),
        (load(CSS, status=429), "it answered 429"),
        (load(CSS, status=503), "it answered 503"),
        (load(CSS, fields=(("cf-mitigated", "challenge"),)), "it answered 200 with cf-mitigated: challenge, a bot"),
        (
            load(CSS, has_text=False),
            "it answered 200, but the text that was expected (--expect-text) is not in its document",
        ),
    ],
)
def test_a_wall_is_reported_and_never_judged(page: PageLoad, why: str) -> None:
    """Blocked, with the reason; no finding, no expectation, no survey of it."""
    result = checked(page, expected=Expectations(hints=5, delivery=1.0, text="shop"))
    assert result.outcome is CheckOutcome.BLOCKED
    assert (result.why or "").startswith(why)
    assert (result.expectations, result.findings, result.survey.runs) == ((), (), 0)


def test_runs_that_do_not_count() -> None:
    """The others are judged, and it is said that they are not all."""
    result = checked(load(CSS), load(status=429), "it broke", expected=Expectations(delivery=1.0), asked=5)
    assert (result.outcome, result.complete, result.survey.runs) == (CheckOutcome.PASSED, False, 1)
    assert checked("it broke").outcome is CheckOutcome.FAILED


def test_the_edge_cache_state_beside_the_103() -> None:
    """Which cache states brought a 103."""
    hit: Fields = (("x-cache", "HIT"),)
    miss: Fields = (("x-cache", "MISS"),)
    result = checked(load(CSS, fields=hit), load(hints=False, fields=miss), load(CSS, fields=hit))
    assert [(one.state, one.runs, one.with_hints, one.fields) for one in result.survey.edges] == [
        ("hit", 2, 2, hit),
        ("miss", 1, 0, miss),
    ]


EXPECTATIONS = [
    (Expectations(hints=2), [(CSS, JS)], "+ --expect-hints 2: 2 acted on"),
    (Expectations(hints=2), [(CSS, JS), (CSS,)], "- --expect-hints 2: between 1 and 2 acted on in each run with a 103"),
    (Expectations(hints=1), [(CSS,), None], "+ --expect-hints 1: 1 acted on"),
    (Expectations(hints=1), [None], "- --expect-hints 1: no run brought a 103"),
    (Expectations(hints=0), [None], "+ --expect-hints 0: no run brought a 103"),
    (Expectations(delivery=0.5), [(CSS,), None], "+ --delivery 50%: 1 of 2 runs brought a 103 (50%)"),
    (Expectations(delivery=0.8), [(CSS,), None], "- --delivery 80%: 1 of 2 runs brought a 103 (50%)"),
    (Expectations(delivery=2 / 3), [(CSS,), (CSS,), None], "+ --delivery 66.6667%: 2 of 3 runs brought a 103 (67%)"),
    (Expectations(globs=("*.css",)), [(CSS,)], "+ --expect-hint *.css: found"),
    (Expectations(globs=("/a.css",)), [(CSS, JS)] * 2, "+ --expect-hint /a.css: in each run with a 103"),
    (Expectations(globs=("/a.js",)), [(CSS, JS), (CSS,)], "- --expect-hint /a.js: only in 1 of 2 runs with a 103"),
    (
        Expectations(globs=("*.js",)),
        [(CSS, f"{JS}; nopush")],
        "- --expect-hint *.js: no hint that was acted on matches",
    ),
    (Expectations(globs=("*",)), [None], "- --expect-hint *: no run brought a 103"),
]


@pytest.mark.parametrize(("expected", "links", "answer"), EXPECTATIONS, ids=[row[2] for row in EXPECTATIONS])
def test_expectations(expected: Expectations, links: list[tuple[str, ...] | None], answer: str) -> None:
    """Hints are counted in each run with a 103; the share is of the runs that count."""
    result = checked(*[load(hints=False) if one is None else load(*one) for one in links], expected=expected)
    (met,) = result.expectations
    assert f"{'+' if met.met else '-'} {met.what}: {met.found}" == answer
    assert result.outcome is (CheckOutcome.PASSED if met.met else CheckOutcome.FINDINGS)


@pytest.mark.parametrize(
    ("glob", "url", "does"),
    [
        ("/a.css", "https://a.test/a.css?v=1", True),
        ("/a.css?v=*", "https://a.test/a.css?v=1", True),
        ("https://a.test/*", "https://a.test/a.css", True),
        ("*.CSS", "https://a.test/a.css", False),
        ("a.css", "https://a.test/a.css", False),
        ("/app.[0-9]*.js", "https://a.test/app.81f.js", True),
        ("*", None, False),
    ],
)
def test_globs(glob: str, url: str | None, does: bool) -> None:
    """The whole URL, the path with its query, or the path; letters count as they are."""
    assert matches(glob, url) is does


@pytest.mark.parametrize(("text", "share"), [("80%", 0.8), ("80", 0.8), (" 99.5% ", 0.995), ("0%", 0.0), ("100", 1.0)])
def test_shares(text: str, share: float) -> None:
    """Per cent, with or without the sign."""
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "0.8", "101%", "-5%", "most", "1e1", "80 %%", "٨٠"])
def test_no_shares(text: str) -> None:
    """0.8 above all: it must not pass for less than one per cent."""
    with pytest.raises(UsageError, match="write --delivery 80%"):
        parse_share(text)
