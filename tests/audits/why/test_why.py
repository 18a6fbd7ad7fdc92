"""Where a hint is lost, on pages in virtual time: one case for each step, and what other browsers do with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from fetcher.audits.catalogue import built_in
from fetcher.audits.why import State, StepName, Why, why
from fetcher.origin import Head, Interim, Wait, asset, links
from fetcher.terms import ProfileName
from tests.audits.cases import recorded
from tests.audits.one_page import page
from tests.audits.site.parts import CACHED, FONT, HINTS, SCRIPT, STYLE
from tests.support.netlog_site import with_netlog

CHROMIUM, FIREFOX, SAFARI = ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI


def only(one: Page, asked: str) -> Why:
    (answer,) = why(one, asked)
    return answer


def elsewhere(answer: Why) -> dict[ProfileName, StepName | None]:
    return {each.profile: each.failed for each in answer.browsers}


def test_a_hint_that_works_passes_every_step() -> None:
    """With its text, its bytes, its times, and Safari's refusal beside it."""
    answer = only(page(*HINTS), "/a.css")
    assert answer.failed is None
    assert [step.state for step in answer.steps] == [State.PASSED] * 6
    wire = answer.step(StepName.WIRE)
    assert wire.quote is not None
    assert (wire.quote.text, wire.quote.offset) == (STYLE, 0)
    assert wire.at is not None
    assert "link 1 of 3" in wire.said
    assert answer.step(StepName.REQUEST).said == "it was requested and answered 200"
    assert "link, line 1" in answer.step(StepName.USE).said
    assert any(text.startswith("its head start is") for text in answer.step(StepName.USE).evidence)
    assert elsewhere(answer) == {CHROMIUM: None, FIREFOX: None, SAFARI: StepName.POLICY}


@pytest.mark.parametrize(
    "asked", ["https://a.test/a.css", "/a.css", "a.css", "/*.css", "https://a.test/*.css", "a.*ss"]
)
def test_a_hint_is_named_by_url_path_name_or_glob(asked: str) -> None:
    assert only(page(*HINTS), asked).url == "https://a.test/a.css"


def test_a_glob_explains_each_hint_it_means() -> None:
    assert [answer.url for answer in why(page(*HINTS), "/a.*")] == [
        "https://a.test/a.css", "https://a.test/a.js", "https://a.test/a.woff2",
    ]  # fmt: skip


REDIRECT = ((Wait(5), Head(302, (("location", "/a.css"),))),)
LOST = [
    ("parse", "</a.css>; rel=preload; as=style; nopush", {}, "EH 3.2"),
    ("parse", "</a.css>; rel=stylesheet", {}, "EH 3.1"),
    ("policy", "<http://a.test/a.css>; rel=preload; as=style", {}, "EH 10.1"),
    ("request", "</gone.css>; rel=preload; as=style", {}, ""),
    ("request", "</moved.css>; rel=preload; as=style", {"/moved.css": REDIRECT[0]}, "EH 7.3"),
    ("reuse", STYLE, {"/a.css": asset(b"body{}", "text/css", cache="no-store")}, "EH 9.3"),
    ("use", "</a.png>; rel=preload; as=image", {}, "EH 9.6"),
]


@pytest.mark.parametrize(("step", "hint", "routes", "rule"), LOST, ids=[f"{one[0]} {one[1]}" for one in LOST])
def test_the_first_step_that_fails_is_named(step: str, hint: str, routes: dict, rule: str) -> None:  # type: ignore[type-arg]
    """Those between it and the use have no turn where they could not have one."""
    answer = only(page(hint, routes=routes, head='<link rel="stylesheet" href="/a.css">'), "*")
    assert answer.failed == step
    failed = answer.step(StepName(step))
    assert failed.rule == rule
    assert not failed.said.endswith(".")
    before = list(StepName)[: list(StepName).index(StepName(step))]
    assert all(answer.step(name).state is State.PASSED for name in before)
    assert all(answer.step(name).state is State.NOT_REACHED for name in list(StepName)[len(before) + 1 : -1]
               if step != "reuse")  # fmt: skip


def test_a_refusal_of_parse_comes_with_the_link_that_acts() -> None:
    assert only(page("</a.css>; rel=preload; as=style; nopush"), "/a.css").step(StepName.PARSE).fix == STYLE


def test_a_font_hinted_without_crossorigin_fails_for_each_browser_in_its_own_way() -> None:
    """Firefox ignores it, and what scripts cannot hide is said with the rules' own findings."""
    (answer,) = why(page("</a.woff2>; rel=preload; as=font"), "/a.woff2", built_in())
    assert elsewhere(answer)[FIREFOX] is StepName.POLICY
    assert "font-hint-crossorigin" in {finding.rule for finding in answer.findings}


def test_a_name_that_the_103_lacks_fails_on_the_wire() -> None:
    """With what it has instead, where else the URL stands, and that the page uses it."""
    answer = only(page(STYLE, SCRIPT, head='<link rel="stylesheet" href="/a.css"><script src="/a.js"></script>'),
                  "/a.woff2")  # fmt: skip
    assert answer.failed is StepName.WIRE
    assert answer.link is None
    assert answer.step(StepName.WIRE).said == "the 103 does not name it"
    assert "/a.css, /a.js" in answer.step(StepName.WIRE).evidence[-1]
    assert answer.step(StepName.USE).state is State.PASSED
    assert any("CDN" in cause for cause in answer.unseen)


def test_a_hint_of_another_version_is_told_as_near() -> None:
    answer = only(page("</a.1234abcd.css>; rel=preload; as=style"), "/a.99ff00aa.css")
    assert any("/a.1234abcd.css" in text and "version" in text for text in answer.step(StepName.WIRE).evidence)


def test_no_103_and_no_telling_are_two_things() -> None:
    """A load of ours without a 103 fails on the wire; a browser's own HAR leaves 103s out, so nobody knows."""
    assert only(page(), "/a.css").step(StepName.WIRE).said == "no 103 came in the one run"
    assert only(page(), "/a.css").failed is StepName.WIRE
    silent = Page((recorded(page(*HINTS).load, "WebInspector"),))
    answer = only(silent, "/a.css")
    assert answer.step(StepName.WIRE).state is State.UNKNOWN
    assert answer.failed is None
    assert any("leaves them out" in cause for cause in answer.unseen)


def test_a_103_before_a_redirect_elsewhere_is_given_up() -> None:
    """EH 7.2."""
    away = (Wait(20), Interim(103, links(STYLE)), Wait(20), Head(302, (("location", "https://b.test/"),)))
    one = page(routes={"/": away}, hosts={"b.test": {"/": asset(b"<p>hello", "text/html", cache=CACHED)}})
    answer = only(one, "https://a.test/a.css")
    assert answer.failed is StepName.WIRE
    assert answer.step(StepName.WIRE).rule == "EH 7.2"
    assert STYLE in answer.step(StepName.WIRE).said


def test_only_the_first_103_acts() -> None:
    """EH 4.2: a link of the second one fails at policy."""
    one = page()
    first = page(STYLE).load
    second = replace(first.interim[0], id=1, fields=links(SCRIPT))
    both = Page((replace(first, interim=(*first.interim, second)),))
    answer = only(both, "/a.js")
    assert (answer.failed, answer.step(StepName.POLICY).rule) == (StepName.POLICY, "EH 4.2")
    assert answer.step(StepName.WIRE).said.startswith("103 number 2 names it")
    assert one.load.interim == ()


def test_what_scripts_may_use_is_unknown_and_not_unused() -> None:
    """Until someone tells what scripts ask for."""
    head = '<link rel="stylesheet" href="/a.css"><script src="/a.js"></script>'
    one = page(STYLE, "</a.png>; rel=preload; as=image", head=head)
    answer = only(one, "/a.png")
    assert answer.failed is None
    assert answer.step(StepName.USE).state is State.UNKNOWN
    assert any("script" in cause for cause in answer.unseen)
    assert only(replace(one, observed=True), "/a.png").failed is StepName.USE


def test_runs_that_lack_it_are_counted() -> None:
    with_it, without = page(*HINTS).load, page().load
    answer = only(Page((without, with_it, without)), "/a.css")
    assert (answer.seen, answer.runs, answer.failed) == (1, 3, None)
    assert "in 1 of 3 runs only" in answer.step(StepName.WIRE).evidence[-1]


@pytest.mark.parametrize(
    ("hint", "failed", "said"),
    [
        ("<https://cors.test>; rel=preconnect; crossorigin", None, "1 of the page's requests went over it"),
        ("<https://cors.test>; rel=preconnect", StepName.REUSE, "is for requests with credentials"),
        ("<https://img.a.test>; rel=preconnect", StepName.REUSE, "that of a.test, whose certificate covers it"),
        ("<https://b.test>; rel=preconnect", StepName.REUSE, "that carry credentials to another site"),
        ("<https://c.test>; rel=preconnect", StepName.USE, "nothing went to that origin"),
    ],
)
def test_a_preconnect_is_judged_by_what_went_over_it(hint: str, failed: StepName | None, said: str) -> None:
    picture = asset(2_000, "image/png", cache=CACHED)
    hosts = {name: {"/p.png": picture} for name in ("b.test", "img.a.test", "c.test", "cors.test")}
    one = page(hint, hosts=hosts, head="",
               body='<img src="https://b.test/p.png"><img src="https://img.a.test/p.png">'
               '<img crossorigin src="https://cors.test/p.png">')  # fmt: skip
    answer = only(one, "*")
    assert answer.failed is failed
    assert said in answer.step(StepName.REUSE).said


def test_a_font_is_used_by_its_style_sheet() -> None:
    assert only(page(*HINTS), "/a.woff2").failed is None
    assert FONT in {answer.link for answer in why(page(*HINTS), "*")}


@pytest.mark.parametrize(
    ("body", "changed", "told"),
    [
        ('<iframe src="/f.html" title="f"></iframe>', {}, "was not looked into"),
        ("", {"outcome": "timeout"}, "did not come to its end"),
    ],
)
def test_use_is_unknown_where_the_rules_say_so(body: str, changed: dict[str, str], told: str) -> None:
    """As by hint-unused: beside a frame of the site, and after a load that broke off."""
    link = "</b.css>; rel=preload; as=style"
    routes = {"/b.css": asset(9, "text/css", cache=CACHED), "/f.html": asset(9, "text/html")}
    (load,) = page(STYLE, link, body=body, routes=routes).loads
    answer = only(Page((replace(load, scripts=0, **changed),)), "/b.css")  # type: ignore[arg-type]
    assert answer.step(StepName.USE).state is State.UNKNOWN
    assert told in answer.step(StepName.USE).said


def test_the_instants_of_chromium_stand_with_the_steps() -> None:
    """Of a real NetLog: read, fetched, used; never used; refused; and a 103 that Chromium did not read. Then what no
    load shows is one cause less."""
    one = Page((with_netlog(),), observed=True)
    used = only(one, "/a.css")
    assert used.in_chromium is not None
    assert used.step(StepName.WIRE).evidence[-1] == "Chromium read it at 155 ms"
    assert used.step(StepName.REQUEST).evidence[-1] == "Chromium fetched it at 161 ms"
    assert used.step(StepName.REUSE).evidence == ("in Chromium, the HTTP cache served the page's own request",)
    assert used.step(StepName.USE).evidence[-1] == "in Chromium, the page asked for it at 482 ms"
    assert not any("overlooked" in cause for cause in used.unseen)
    assert "in Chromium, the page never asked for it" in only(one, "/unused.png").step(StepName.USE).evidence
    refused = only(one, "/bad.css")
    assert (refused.failed, refused.step(StepName.REQUEST).evidence) == (
        StepName.PARSE, ("in Chromium, no request for it came of the 103, as EH 3.3 has it",),
    )  # fmt: skip
    (line,) = why(one, "https://c.test")
    assert "Chromium began a connection at 164 ms" in line.step(StepName.REQUEST).evidence
    assert one.load.in_chromium is not None
    unread = replace(one.load, in_chromium=replace(one.load.in_chromium, early_hints=()))
    evidence = only(Page((unread,)), "/a.css").step(StepName.WIRE).evidence
    assert "by its NetLog, Chromium read no 103 of this page" in evidence
    without = replace(one.load.in_chromium, requests=())
    otherwise = only(Page((replace(one.load, in_chromium=without),)), "/a.css").step(StepName.POLICY).evidence
    assert otherwise == ("in Chromium it went otherwise: no request for it came of the 103; our verdict is that it is "
                         "fetched",)  # fmt: skip
