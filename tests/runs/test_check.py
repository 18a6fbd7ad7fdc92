"""``check`` and ``repeat`` against the local origin: real connections, fresh for every run."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from itertools import count

import pytest

from fetcher.analysis import Checked, CheckOutcome, Expectations, Run
from fetcher.errors import InvalidURL, UsageError
from fetcher.net import NetOptions
from fetcher.origin.script import HTML, Answer, Body, Close, Head, Interim, RequestSeen, Route, Wait, asset, links, page
from fetcher.origin.server import Origin
from fetcher.runs import check, repeat

HINTS = ("</a.css>; rel=preload; as=style", "</f.woff2>; rel=preload; as=font; crossorigin")
DOCUMENT = '<!doctype html><title>shop</title><link rel=stylesheet href="/a.css"><img src="/never.png">'
GOOD = page(DOCUMENT, hints=HINTS, think_ms=30)


def origin(document: Route, *, http: tuple[str, ...] = ("h2",), **routes: Route) -> Origin:
    assets: dict[str, Route] = {"/a.css": asset(b"a{}", "text/css"), "/f.woff2": asset(900, "font/woff2")}
    named = {f"/{name.replace('_', '.')}": route for name, route in routes.items()}
    return Origin({**assets, **named, "/": document}, tls=True, http=http)


async def checked(server: Origin, runs: int = 2, **options: object) -> Checked:
    net = NetOptions(ca_file=str(server.ca_file))
    return await check(f"{server.url}/", runs=runs, pause=0, options=net, **options)  # type: ignore[arg-type]


def by_turns(*answers: Answer) -> Callable[[RequestSeen], Answer]:
    """The answers one after the other, from the start again at the end."""
    asked = count()
    return lambda _: answers[next(asked) % len(answers)]


async def test_only_the_document_and_its_hints_are_requested_over_fresh_connections() -> None:
    """Nothing that the document names by itself; every run opens its own connections."""
    async with origin(GOOD) as server:
        result = await checked(server, 3)
        assert server.log.multiset() == {"/": 3, "/a.css": 3, "/f.woff2": 3}
        assert len(server.log.connections()) == 3
    assert (result.outcome, result.complete, result.findings) == (CheckOutcome.PASSED, True, ())
    assert (result.survey.with_hints, result.survey.acted_on, result.survey.protocols) == (3, 3, ("h2",))
    window = result.survey.window
    assert window is not None
    assert window.least > 20
    assert [fetch.status for hint in result.survey.hints for fetch in hint.fetches] == [200] * 6
    assert all(run.load is not None and run.load.only_hints for run in result.runs)


async def test_a_103_in_some_runs_only() -> None:
    """Two of four; the share is what --delivery is held against."""
    async with origin(by_turns(GOOD, page(DOCUMENT))) as server:
        result = await checked(server, 4, expected=Expectations(delivery=0.8, hints=2, globs=("*.woff2",)))
    assert (result.survey.with_hints, result.survey.delivery) == (2, 0.5)
    assert [(one.what, one.met) for one in result.expectations] == [
        ("--delivery 80%", False),
        ("--expect-hints 2", True),
        ("--expect-hint *.woff2", True),
    ]
    assert result.outcome is CheckOutcome.FINDINGS


async def test_no_103() -> None:
    """Nothing is wrong with that unless one was expected."""
    async with origin(page(DOCUMENT)) as server:
        assert (await checked(server, 1)).outcome is CheckOutcome.PASSED
        assert (await checked(server, 1, expected=Expectations(hints=1))).outcome is CheckOutcome.FINDINGS


async def test_a_stale_hint_a_wrong_parameter_and_no_store() -> None:
    """404 is a finding; nopush a refusal by Chromium alone; no-store a warning."""
    hints = (
        "</gone.js>; rel=preload; as=script",
        "</a.css>; rel=preload; as=style; nopush",
        "</cart.json>; rel=preload; as=fetch; crossorigin",
    )
    cart = asset(b"{}", "application/json", cache="no-store")
    async with origin(page(DOCUMENT, hints=hints), cart_json=cart) as server:
        result = await checked(server)
        assert "/a.css" not in server.log.multiset()
    assert [(one.hint, one.text[:12]) for one in result.findings] == [(1, "answered 404")]
    assert [(one.hint, one.rule) for one in result.warnings] == [(3, "EH 9.3")]
    assert (result.survey.hints[1].acted, result.survey.hints[1].rule) == ((), "EH 3.2")


async def test_two_103s() -> None:
    """The first acts; the second's link is judged, refused and not requested (EH 4.2)."""
    document = (
        Interim(103, links(HINTS[0])),
        Wait(5),
        Interim(103, links("</late.css>; rel=preload; as=style")),
        Wait(20),
        Head(200, HTML),
        Body(b"x"),
    )
    async with origin(document) as server:
        result = await checked(server)
        assert "/late.css" not in server.log.multiset()
    assert (result.survey.later, result.survey.hints[1].position, result.survey.hints[1].rule) == (2, 1, "EH 4.2")


@pytest.mark.parametrize(("browser", "requested"), [("chromium", 1), ("eager", 3)])
async def test_http1(browser: str, requested: int) -> None:
    """Chromium ignores the 103 and nothing hinted is requested; eager requests it (EH 4.4)."""
    async with origin(GOOD, http=("http/1.1",)) as server:
        result = await checked(server, 1, browser=browser)
        assert sum(server.log.multiset().values()) == requested
    assert (result.survey.with_hints, result.survey.acted_on) == (1, int(browser == "eager"))


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_a_wall_ends_the_runs(status: int) -> None:
    """Blocked at once: a page that says no is not asked again."""
    async with origin(page("go away", hints=HINTS, status=status)) as server:
        result = await checked(server, 5)
        assert server.log.multiset()["/"] == 1
    assert (result.outcome, result.why) == (CheckOutcome.BLOCKED, f"it answered {status}")


async def test_a_wall_after_two_runs() -> None:
    """What came before it is judged, and the check is not complete."""
    async with origin(by_turns(GOOD, GOOD, page("slow down", status=429))) as server:
        result = await checked(server, 5)
    assert (result.outcome, result.complete, result.survey.runs, len(result.runs)) == (CheckOutcome.PASSED, False, 2, 3)


@pytest.mark.parametrize(("text", "outcome"), [("<title>shop", "passed"), ("Checkout", "blocked")])
async def test_the_expected_text(text: str, outcome: str) -> None:
    """It is looked for in the decoded document, and a page without it is not the page that was meant."""
    coded = (Head(200, (*HTML, ("content-encoding", "gzip"))), Body(gzip.compress(DOCUMENT.encode(), mtime=0)))
    async with origin(coded) as server:
        result = await checked(server, 1, expected=Expectations(text=text))
    assert result.outcome == outcome
    load = result.runs[0].load
    assert load is not None
    assert load.requests[0].has_text is (outcome == "passed")


async def test_a_run_that_fails() -> None:
    """Later runs go on when one fails; when the first fails, nothing will follow. What was seen is kept."""
    cut = (Interim(103, links(HINTS[0])), Close())
    async with origin(by_turns(GOOD, cut, GOOD)) as server:
        result = await checked(server, 3)
    assert [run.outcome for run in result.runs] == ["counted", "failed", "counted"]
    assert (result.outcome, result.complete) == (CheckOutcome.PASSED, False)
    assert result.runs[1].load is not None
    assert [one.status for one in result.runs[1].load.interim] == [103]
    async with origin(cut) as server:
        result = await checked(server, 3)
    assert (result.outcome, len(result.runs)) == (CheckOutcome.FAILED, 1)


@pytest.mark.parametrize(
    ("url", "browser", "error"), [("nonsense", "chromium", InvalidURL), ("https://a.test/", "lynx", UsageError)]
)
async def test_what_can_never_be_loaded_raises(url: str, browser: str, error: type[Exception]) -> None:
    """A bad URL or profile is the caller's mistake, not a run's outcome."""
    with pytest.raises(error):
        await check(url, browser=browser)


async def test_an_interruption_keeps_the_runs_before_it() -> None:
    """``on_run`` has told them, and what the run in progress had seen; it is cancelled and leaves nothing behind."""
    seen: list[Run] = []
    second = asyncio.Event()

    def document(_: RequestSeen) -> Answer:
        if seen:
            second.set()
            return (Wait(60_000),)
        return GOOD

    async with origin(document) as server:
        net = NetOptions(ca_file=str(server.ca_file))
        work = asyncio.create_task(repeat(f"{server.url}/", runs=3, pause=0, on_run=seen.append, options=net))
        await second.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert [(run.number, run.outcome) for run in seen] == [(1, "counted"), (2, "failed")]
    assert seen[1].load is not None
    assert seen[1].load.outcome == "interrupted"


@pytest.mark.parametrize("pause", [float("nan"), float("inf"), -1.0])
async def test_a_pause_that_is_no_time(pause: float) -> None:
    """Not a number, never over, or before the run: refused before anything is loaded."""
    with pytest.raises(UsageError, match="--pause"):
        await repeat("https://a.test/", pause=pause)
