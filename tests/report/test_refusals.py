"""What policies refused, in what `load` prints: a line for each reason, and the blocked among the totals."""

from __future__ import annotations

from dataclasses import replace

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.record.har.writer import to_har
from fetcher.record.page_load import Discovery, PageLoad
from fetcher.report.summary import details
from tests.support.loads import shop


def printed(load: PageLoad) -> str:
    return "\n".join("".join(text for text, _ in line) for line in details(load, width=120))


def never(url: str, rule: str, reason: str) -> Discovery:
    return Discovery(50.0, 0, Candidate(CandidateKind.IMAGE, url, "img", (), 1, 0), url, "refused", reason, None, rule)


def test_requests_never_made_are_gathered_by_reason() -> None:
    """The first URL of each reason stands for those like it."""
    refused = [never(f"https://ads.test/{n}.png", "CSP img-src", "not allowed") for n in range(30)]
    refused.append(never("http://old.test/a.js", "mixed content", "an http: resource on an https page"))
    load = shop()
    told = printed(replace(load, discoveries=(*load.discoveries, *refused)))
    assert "Never asked for" in told
    assert "  ✗ ads.test/0.png and 29 others  CSP img-src: not allowed" in told
    assert "  ✗ old.test/a.js  mixed content: an http: resource on an https page" in told
    assert "Never asked for" not in printed(load)


def test_an_inline_script_that_a_policy_forbids_was_no_request() -> None:
    """It asks for nothing, forbidden or not: neither here nor in a HAR's list."""
    script = Candidate(CandidateKind.INLINE_SCRIPT, "", "script", (), 1, 0)
    found = Discovery(50.0, 0, script, None, "no-request", "forbids this script", None, "CSP script-src")
    load = shop()
    load = replace(load, discoveries=(*load.discoveries, found))
    assert "Never asked for" not in printed(load)
    assert to_har(load)["log"]["pages"][0]["_refused"] == []


def test_blocked_responses_are_counted_apart() -> None:
    load = shop()
    last = load.requests[-1]
    error = f"{last.url} was blocked by CORS: its response has no Access-Control-Allow-Origin"
    blocked = replace(last, outcome="blocked", rule="CORS", error=error)
    told = printed(replace(load, requests=(*load.requests[:-1], blocked)))
    assert f"1 blocked (#{last.id})" in told.replace("\xa0", " ")
