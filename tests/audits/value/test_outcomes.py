"""The rules of the family value: what each says of a sound page and of one that gives it nothing to judge, and what a
finding holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.compare.paired import shift_of
from fetcher.analysis.timing.milestones import milestones
from fetcher.audits import Basis, Outcome, Page, Severity
from fetcher.audits.value import RULES
from fetcher.origin import Route, asset
from fetcher.record import from_har
from fetcher.record.har.writer import har_text
from fetcher.terms import ProfileName
from tests.audits.one_page import found, judged, page
from tests.audits.site.pages.value import compared
from tests.audits.site.parts import BODY, CACHED, FONT, HEAD, HINTS, SCRIPT, STYLE, document, final
from tests.support.loads import shop
from tests.support.virtual_time import Path as NetworkPath

BY_ID = {rule.id: rule for rule in RULES}
PICTURE = "</a.png>; rel=preload; as=image"
SOUND = page(*HINTS)
WITHOUT = page()

ON_A_SOUND_PAGE = {
    "early-hints-opportunity": "a 103 comes",
    "hints-slow-the-page": "the page was not compared with and without its hints (fetcher compare does that)",
    "hints-no-measured-gain": "the page was not compared with and without its hints (fetcher compare does that)",
}


@pytest.mark.parametrize("rule", BY_ID)
def test_a_sound_page_passes(rule: str) -> None:
    """Or gives the rule nothing to judge, and it says why."""
    result = judged(BY_ID, rule, SOUND)
    reason = ON_A_SOUND_PAGE.get(rule, "")
    assert (result.outcome, result.reason) == (Outcome.NOT_APPLICABLE if reason else Outcome.PASSED, reason)


@pytest.mark.parametrize("rule", sorted(set(BY_ID) - {"early-hints-opportunity"} - set(ON_A_SOUND_PAGE)))
def test_without_a_103_there_is_nothing_to_judge(rule: str) -> None:
    result = judged(BY_ID, rule, WITHOUT)
    assert (result.outcome, result.reason) == (Outcome.NOT_APPLICABLE, "no 103 came")


@pytest.mark.parametrize("rule", ["critical-not-hinted", "lcp-not-hinted", "over-hinting", "third-party-hint"])
def test_a_103_of_preconnects_alone(rule: str) -> None:
    one = page("<https://cdn.test>; rel=preconnect")
    result = judged(BY_ID, rule, one)
    assert (result.outcome, result.reason) == (
        Outcome.NOT_APPLICABLE, "the 103 has no preload that chromium acts on"
    )  # fmt: skip


def test_every_rule_has_its_words() -> None:
    """A title, what it is about, what to do and where it is from."""
    for rule in RULES:
        assert all((rule.title, rule.about, rule.fix, rule.source)), rule.id
        assert rule.family == "value"


# -- early-hints-opportunity


def test_an_opportunity_prints_what_to_paste() -> None:
    """The field first, each link's reason after it, what it would win, in two parts and as an estimate."""
    told = found(BY_ID, "early-hints-opportunity", Page((WITHOUT.load,) * 5))
    assert told.severity is Severity.WARNING
    assert "the server takes 250 ms (median of 5 runs)" in told.message
    assert "rendering could start up to 20 ms sooner (estimated)" in told.message
    lines = told.fix.splitlines()
    assert lines[1] == "Link: </a.css>; rel=preload; as=style, </a.woff2>; rel=preload; as=font; crossorigin"
    assert "a style sheet of the head" in lines[2]
    assert "asked for 270 ms sooner (250 ms of it while the server thinks, 20 ms until the page" in lines[3]
    assert told.cost is not None
    assert (told.cost.ms, told.cost.basis) == (20, Basis.ESTIMATED)


def test_what_is_pasted_makes_a_sound_page() -> None:
    """The finding is gone, no other of the family speaks, and rendering starts as much sooner as was said."""
    told = found(BY_ID, "early-hints-opportunity", WITHOUT)
    value = told.fix.splitlines()[1].removeprefix("Link: ")
    after = page(*value.split(", "))
    before, then = milestones(WITHOUT.load), milestones(after.load)
    assert before is not None
    assert then is not None
    assert before.render_start.at is not None
    assert then.render_start.at == before.render_start.at - 20
    for rule in BY_ID:
        assert judged(BY_ID, rule, after).findings == ()


def test_an_own_har_tells_of_interim_responses() -> None:
    """It would have the 103 if one had come, unlike a browser's: the rule is not unknown for that."""
    load = from_har(json.loads(har_text(WITHOUT.load)))
    assert "interim responses" not in judged(BY_ID, "early-hints-opportunity", Page((load,))).reason
    other = Page((replace(load, recorded_by="WebInspector 537.36"),))
    assert "interim responses" in judged(BY_ID, "early-hints-opportunity", other).reason


def test_a_quick_server_has_no_opportunity() -> None:
    """100 ms and less is what DevTools asks for."""
    quick = page(routes={"/": final(after=80)})
    assert judged(BY_ID, "early-hints-opportunity", quick).outcome is Outcome.PASSED


def test_nothing_that_blocks_is_no_opportunity() -> None:
    assert judged(BY_ID, "early-hints-opportunity", page(head="", body=BODY)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"recorded_by": "Chrome"}, Outcome.UNKNOWN, "does not tell of interim responses"),
        ({"only_hints": True}, Outcome.NOT_APPLICABLE, "only the document"),
        ({"document": None}, Outcome.NOT_APPLICABLE, "no document came"),
    ],
)
def test_where_an_opportunity_cannot_be_judged(change: dict[str, object], outcome: Outcome, reason: str) -> None:
    """A HAR may have lost its 103: no finding is made of that."""
    result = judged(BY_ID, "early-hints-opportunity", Page((replace(WITHOUT.load, **change),)))  # type: ignore[arg-type]
    assert result.outcome is outcome
    assert reason in result.reason


def test_a_har_of_ours_tells_of_its_103s(tmp_path: Path) -> None:
    """So that their absence counts, and of what the page names: it is judged as its record is."""
    file = tmp_path / "page.har"
    file.write_text(har_text(WITHOUT.load))
    read = Page((from_har(file),))
    assert found(BY_ID, "early-hints-opportunity", read) == found(BY_ID, "early-hints-opportunity", WITHOUT)


def test_where_nobody_told_what_the_page_names_it_is_guessed() -> None:
    """By priority, and that is said."""
    told = found(BY_ID, "early-hints-opportunity", Page((replace(WITHOUT.load, discoveries=()),)))
    assert "with the highest priority" in told.fix


def test_safari_gets_connections_only() -> None:
    """A sheet of another site makes a preconnect, the page's own nothing that Safari would act on."""
    other: dict[str, Route] = {"/s.css": asset(b"p{}", "text/css")}
    one = page(
        head=f'{HEAD}<link rel="stylesheet" href="https://cdn.example/s.css">',
        hosts={"cdn.example": other},
        profile=ProfileName.SAFARI,
    )
    told = found(BY_ID, "early-hints-opportunity", one)
    assert told.fix.splitlines()[1] == "Link: <https://cdn.example>; rel=preconnect"


# -- what matters and is not hinted


def test_a_critical_file_that_is_left_out() -> None:
    """Its place, its bytes, the link to add and what rendering would win."""
    one = page(
        *HINTS,
        head=HEAD + '<link rel="stylesheet" href="/b.css">',
        routes={"/b.css": asset(b"p{}", "text/css", delay_ms=40, cache=CACHED)},
    )
    told = found(BY_ID, "critical-not-hinted", one)
    assert told.fix == "Add </b.css>; rel=preload; as=style to the 103."
    assert told.used is not None
    assert told.used.element == "link"
    assert "rendering could start up to 60 ms sooner (estimated)" in told.message
    assert told.cost is not None
    assert (told.cost.ms, told.cost.bytes, told.cost.basis) == (60, 3, Basis.ESTIMATED)


def left_out(delay: float) -> Page:
    """A style sheet that the 103 leaves out, and that takes its time."""
    return page(
        *HINTS,
        head=HEAD + '<link rel="stylesheet" href="/b.css">',
        routes={"/b.css": asset(b"p{}", "text/css", delay_ms=delay, cache=CACHED)},
    )


def imported(delay: float) -> Page:
    """A style sheet that a hinted one imports."""
    return page(
        *HINTS,
        routes={
            "/a.css": asset(b'@import "/b.css";', "text/css", cache=CACHED),
            "/b.css": asset(b"p{}", "text/css", delay_ms=delay, cache=CACHED),
        },
        path=NetworkPath(rtt=10),
    )


def test_what_a_critical_file_would_win_is_a_range() -> None:
    """An estimate of each run, the least and the most of them."""
    runs = Page(tuple(left_out(delay).load for delay in (40, 55, 48)))
    told = found(BY_ID, "critical-not-hinted", runs)
    assert "rendering could start up to 75 ms sooner (estimated; 60 ms to 75 ms by the run)" in told.message
    assert told.cost is not None
    assert (told.cost.least, told.cost.most, told.seen, told.runs) == (60, 75, 3, 3)


def test_what_a_critical_file_would_win_may_be_noise() -> None:
    """Less than 20 ms, or than the runs differ by: a note that says so."""
    quick = found(BY_ID, "critical-not-hinted", imported(0))
    assert quick.severity is Severity.NOTE
    assert "; rendering would win less than 20 ms, which is noise" in quick.message
    assert found(BY_ID, "critical-not-hinted", left_out(40)).severity is Severity.WARNING
    unsteady = found(BY_ID, "critical-not-hinted", Page(tuple(left_out(delay).load for delay in (40, 200))))
    assert unsteady.severity is Severity.NOTE
    assert "; rendering would win less than the 160 ms by which its start differs between the runs" in unsteady.message


def importing(*delays: float) -> Page:
    """Runs in each of which a hinted sheet imports another that takes so long (ms), and rendering starts alike."""
    return Page(tuple(imported(delay).load for delay in delays))


@pytest.mark.parametrize(
    ("delays", "why"),
    [
        ((30,), "one run does not tell less than 50 ms from noise, 5 would"),
        ((30, 30, 30, 30), "4 runs do not tell less than 50 ms from noise, 5 would"),
        ((90,), ""),
        ((30, 30, 30, 30, 30), ""),
        ((0, 30, 30, 30, 30), "that may be less than 20 ms, which is noise: of 5 runs some show so little"),
        ((0, 30, 30, 30, 30, 30, 30, 30), ""),
    ],
)
def test_a_severity_does_not_change_with_the_runs_noise(delays: tuple[float, ...], why: str) -> None:
    """A warning only where the lower end of the interval is more than noise, which a run or a few must show amply."""
    told = found(BY_ID, "critical-not-hinted", importing(*delays))
    assert told.severity is (Severity.NOTE if why else Severity.WARNING), told.message
    assert told.message.endswith(f"; {why}") or not why


def test_one_run_of_a_small_opportunity_is_a_note() -> None:
    """20 ms in one run may be nothing in the next; told so by five, it is a warning."""
    told = found(BY_ID, "early-hints-opportunity", WITHOUT)
    assert told.severity is Severity.NOTE
    assert told.message.endswith("; one run does not tell less than 50 ms from noise, 5 would")
    quick = [page(routes={"/a.css": asset(b"p{}", "text/css", delay_ms=delay, cache=CACHED)}) for delay in (0, 400)]
    assert found(BY_ID, "early-hints-opportunity", quick[1]).severity is Severity.WARNING
    mixed = Page(tuple(each.load for each in (quick[0], *quick[1:] * 4)))
    many = found(BY_ID, "early-hints-opportunity", mixed)
    assert "sooner (estimated; 20 ms to " in many.message
    assert " by the run)" in many.message
    assert many.cost is not None
    assert (many.cost.least, many.runs, many.severity) == (20, 5, Severity.WARNING)


def test_a_gain_of_one_run_alone_is_noise() -> None:
    """The most of the runs is told with their least, and that the median is what counts."""
    told = found(BY_ID, "critical-not-hinted", importing(0, 0, 0, 0, 90))
    assert told.severity is Severity.NOTE
    assert "; by the median of the runs rendering would win less than 20 ms, which is noise" in told.message


def test_what_is_left_out_together_counts_together() -> None:
    """Of two sheets that take alike, neither wins anything alone, and both win what one of them would."""
    head = HEAD + '<link rel="stylesheet" href="/b.css"><link rel="stylesheet" href="/c.css">'
    sheet = asset(b"p{}", "text/css", delay_ms=40, cache=CACHED)
    told = judged(BY_ID, "critical-not-hinted", page(*HINTS, head=head, routes={"/b.css": sheet, "/c.css": sheet}))
    assert [one.severity for one in told.findings] == [Severity.WARNING] * 2


def test_a_record_without_what_the_page_names_cannot_pass() -> None:
    """An import or a script of the head may be missing from the 103: nobody told that there are any."""
    bare = Page((replace(left_out(40).load, discoveries=()),))
    told = judged(BY_ID, "critical-not-hinted", bare)
    assert told.outcome in (Outcome.FINDINGS, Outcome.UNKNOWN)
    sound = judged(BY_ID, "critical-not-hinted", Page((replace(SOUND.load, discoveries=()),)))
    assert (sound.outcome, sound.reason.partition(",")[0]) == (
        Outcome.UNKNOWN, "the record does not tell what the page's markup names"
    )  # fmt: skip


def test_critical_files_that_no_hint_brings() -> None:
    """Of another site, or not to be cached: not asked for."""
    elsewhere = page(
        *HINTS,
        head=HEAD + '<link rel="stylesheet" href="https://cdn.example/b.css">',
        hosts={"cdn.example": {"/b.css": asset(b"p{}", "text/css")}},
    )
    uncached = page(
        *HINTS,
        head=HEAD + '<link rel="stylesheet" href="/b.css">',
        routes={"/b.css": asset(b"p{}", "text/css", cache="no-store")},
    )
    for one in (elsewhere, uncached):
        assert judged(BY_ID, "critical-not-hinted", one).outcome is Outcome.PASSED
    assert judged(BY_ID, "critical-not-hinted", page(FONT, head="", body=BODY)).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("head", "body", "finds"),
    [
        ('<style>h1{background:url("/a.png")}</style>', BODY, True),
        ("", '<h1>x</h1><img src="/a.png" fetchpriority="high" alt="">', True),
        ("", '<h1>x</h1><img src="/a.png" alt="">', False),
        ("", '<h1>x</h1><img src="/a.png" loading="lazy" alt="">', False),
    ],
)
def test_a_late_picture(head: str, body: str, finds: bool) -> None:
    """From a style sheet, or marked by the page itself; one that the document names at once is no finding."""
    one = page(*HINTS, head=HEAD + head, body=body)
    assert bool(judged(BY_ID, "lcp-not-hinted", one).findings) is finds
    hinted = page(*HINTS, PICTURE, head=HEAD + head, body=body)
    assert judged(BY_ID, "lcp-not-hinted", hinted).findings == ()


def test_a_responsive_picture_has_no_link() -> None:
    one = page(*HINTS, body='<img src="/a.png" srcset="/a.png 1x, /b.png 2x" fetchpriority="high" alt="">')
    result = judged(BY_ID, "lcp-not-hinted", one)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert "hangs on the screen" in result.reason


def test_the_font_of_the_text() -> None:
    """Where no picture stands out."""
    told = found(BY_ID, "lcp-not-hinted", page(STYLE, SCRIPT))
    assert told.url == "https://a.test/a.woff2"
    assert told.fix == "Add </a.woff2>; rel=preload; as=font; crossorigin to the 103."


# -- weight

LARGE_SCRIPT = {"/big.js": asset(b"/*" + b" " * 20_000 + b"*/", "text/javascript", cache=CACHED)}


@pytest.mark.parametrize(
    ("attribute", "link", "words"),
    [
        ("async", "", "whenever it comes (async)"),
        ("defer", "", "after it has been parsed (defer)"),
        ("", "", None),
        ("async", "; fetchpriority=low", None),
    ],
)
def test_scripts_that_can_wait(attribute: str, link: str, words: str | None) -> None:
    """A low priority in the hint is what they should have; a blocking one cannot wait; small ones pass."""
    hint = f"</big.js>; rel=preload; as=script{link}"
    one = page(*HINTS, hint, head=f'{HEAD}<script src="/big.js" {attribute}></script>', routes=LARGE_SCRIPT)
    if words is None:
        assert judged(BY_ID, "hint-low-value", one).findings == ()
        return
    told = found(BY_ID, "hint-low-value", one)
    assert words in told.message
    assert told.cost is not None
    assert told.cost.bytes == 20_004


def test_measuring_scripts_can_wait() -> None:
    """By their address, whatever the element says."""
    one = page(
        *HINTS,
        "</gtag/js?id=1>; rel=preload; as=script",
        body=f'{BODY}<script src="/gtag/js?id=1"></script>',
        routes={"/gtag/js": asset(b"", "text/javascript", cache=CACHED)},
    )
    assert "measures visitors" in found(BY_ID, "hint-low-value", one).message


def test_priorities_that_differ() -> None:
    """Only where the page gives one."""

    def with_priority(link: str, element: str) -> Page:
        return page(*HINTS, PICTURE + link, body=f'<img src="/a.png" {element} alt="">')

    told = found(BY_ID, "hint-priority-mismatch", with_priority("; fetchpriority=high", 'fetchpriority="low"'))
    assert (told.differs[0].hinted, told.differs[0].used) == ("high", "low")
    for link, element in (("; fetchpriority=high", ""), ("; fetchpriority=high", 'fetchpriority="high"'), ("", "")):
        assert judged(BY_ID, "hint-priority-mismatch", with_priority(link, element)).findings == ()


def many_pictures(count: int) -> Page:
    return page(
        STYLE,
        *(f"</p{n}.png>; rel=preload; as=image" for n in range(count)),
        body="".join(f'<img src="/p{n}.png" alt="">' for n in range(count)),
        routes={f"/p{n}.png": asset(3_000, "image/png", cache=CACHED) for n in range(count)},
    )


def test_seven_preloads_are_too_many() -> None:
    """The worthiest six are listed to paste, what rendering waits for first; six pass; slower as measured is worse."""
    assert judged(BY_ID, "over-hinting", many_pictures(5)).outcome is Outcome.PASSED
    seven = many_pictures(6)
    told = found(BY_ID, "over-hinting", seven)
    assert told.severity is Severity.WARNING
    assert told.fix.splitlines()[1].startswith("Link: </a.css>; rel=preload; as=style, </p0.png>")
    assert told.fix.splitlines()[1].count("rel=preload") == 6
    assert "leave out /p5.png" in told.fix
    assert found(BY_ID, "over-hinting", replace(seven, comparison=compared(40))).severity is Severity.ERROR


def test_more_than_the_window_carries() -> None:
    """By the rate that the load itself showed: 200 kB in 400 ms, so 60 ms of window carry 20 kB after a round trip."""
    load = shop()
    slow = [
        replace(one, times=replace(one.times, response_end=(one.times.final_response_headers_start or 0) + 400))
        if one.hint is not None
        else one
        for one in load.requests
    ]
    document = replace(slow[0], times=replace(slow[0].times, final_response_headers_start=81.3, response_end=90.0))
    told = found(BY_ID, "over-hinting", Page((replace(load, requests=(document, *slow[1:])),)))
    assert "more than the 60 ms until the final response can carry" in told.message
    assert "Mbit/s (estimated" in told.message
    assert told.cost is not None
    assert told.cost.ms is not None
    assert told.cost.ms > 100
    assert told.fix.startswith("Keep these, the worthiest first, and leave out /")
    assert 1 <= told.fix.count("rel=preload") <= 4


def test_preloads_of_another_site() -> None:
    """A note, with the connection to hint instead; another host of the same site is none."""

    def of(host: str) -> Page:
        return page(
            *HINTS,
            f"<https://{host}/p.png>; rel=preload; as=image",
            body=f'<img src="https://{host}/p.png" alt="">',
            hosts={host: {"/p.png": asset(9, "image/png")}},
        )

    told = found(BY_ID, "third-party-hint", of("cdn.example"))
    assert (told.severity, told.fix) == (Severity.NOTE, "Write <https://cdn.example>; rel=preconnect")
    assert judged(BY_ID, "third-party-hint", of("static.a.test")).outcome is Outcome.PASSED


# -- as measured


def with_comparison(measured: Measured) -> Page:
    return replace(SOUND, comparison=measured)


def test_slower_as_measured() -> None:
    """An error with the interval; shown faster, neither rule speaks."""
    told = found(BY_ID, "hints-slow-the-page", with_comparison(compared(30)))
    assert told.severity is Severity.ERROR
    assert "30 ms (95 % interval 28 to 33 ms) later than without, in 8 pairs" in told.message
    assert told.cost is not None
    assert told.cost.basis is Basis.MEASURED
    faster = with_comparison(compared(-30))
    for rule in ("hints-slow-the-page", "hints-no-measured-gain"):
        assert judged(BY_ID, rule, faster).outcome is Outcome.PASSED


def test_no_difference_shown() -> None:
    """A note that tells what would have been seen; it is no claim that there is none."""
    told = found(BY_ID, "hints-no-measured-gain", with_comparison(compared(0)))
    assert told.severity is Severity.NOTE
    assert "no difference shown in the page's start of rendering" in told.message
    assert "would have been seen four times in five" in told.message
    assert told.cost is None  # what was not shown is not claimed
    assert judged(BY_ID, "hints-slow-the-page", with_comparison(compared(0))).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("shift", "told"),
    [
        (1.5, "+2 ms, later with its hints (95 % interval -1 to +4 ms)"),
        (-1.5, "-1 ms, sooner with its hints (95 % interval -4 to +1 ms)"),
    ],
)
def test_what_is_not_shown_has_its_sign(shift: float, told: str) -> None:
    """As ``fetcher compare`` has it: a page that came later is not read as a gain."""
    message = found(BY_ID, "hints-no-measured-gain", with_comparison(compared(shift))).message
    assert f"with its hints and without: {told} in 8 pairs" in message


def test_no_difference_at_all_is_neither_sooner_nor_later() -> None:
    same = Measured((("load", shift_of([(400.0, 400.0)] * 8)),))
    message = found(BY_ID, "hints-no-measured-gain", with_comparison(same)).message
    assert "without: 0 ms (95 % interval 0 to 0 ms) in 8 pairs" in message


def test_too_few_pairs_to_judge() -> None:
    few = Measured((("load", shift_of([(400.0, 440.0)] * 3)),))
    for rule in ("hints-slow-the-page", "hints-no-measured-gain"):
        assert judged(BY_ID, rule, with_comparison(few)).outcome is Outcome.UNKNOWN


def test_what_visitors_see_decides() -> None:
    """A load event that came later does not make a page slow whose rendering started sooner, but it is said."""
    sooner, later = compared(-30).shifts[0][1], compared(30).shifts[0][1]
    both = with_comparison(Measured((("load", later), ("render-start", sooner))))
    assert judged(BY_ID, "hints-no-measured-gain", both).outcome is Outcome.PASSED
    assert found(BY_ID, "hints-slow-the-page", both).subject == "load"


def test_documents_are_made_as_the_site_makes_them() -> None:
    """``document`` without hints has no 103, on which half of this file rests."""
    assert WITHOUT.early_hints == ()
    assert SOUND.early_hints
    assert document(()) != document()
