"""Named probes: how many requests each makes is known before, and each asks as it says."""

from __future__ import annotations

from typing import Any

import pytest

from fetcher.audits import Probe
from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import FetcherError, UsageError
from fetcher.origin import Site
from fetcher.origin.log import RequestArrived
from fetcher.record import PageLoad
from fetcher.runs.probes import ABOUT, CRAWLER, ProbeName, make, make_all, named, plan
from fetcher.terms import field_value
from tests.audits.site.parts import document, sound
from tests.support.virtual_time import Path, virtual_load

URL = "https://a.test/p?id=7"
PAGE = sound() | {"/p": document()}


class Asked:
    """The site as probes see it: what each load of it was, and every request that it got."""

    def __init__(self, *, path: Path | None = None) -> None:
        self.path = path
        self.requests: list[RequestArrived] = []
        self.first = virtual_load(URL, Site(PAGE)).load

    async def __call__(self, url: str, **options: Any) -> PageLoad:
        visit = virtual_load(url, Site(PAGE), path=self.path, **options)
        self.requests += visit.log.requests()
        return visit.load

    async def probe(self, name: str, **options: Any) -> Probe:
        (known,) = named([name])
        return await make(plan(known, self.first), load=self, **options)


def values(request: RequestArrived, *names: str) -> list[str | None]:
    return [field_value(request.fields, name) for name in names]


COOKIES = BrowserState(cookies=(Cookie("sid", "1", "a.test", secure=True),))
METADATA = ("sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user", "upgrade-insecure-requests")


async def test_cors() -> None:
    """One request as a script's fetch makes it, its 103 seen and not acted on."""
    asked = Asked()
    probe = await asked.probe("cors")
    (request,) = asked.requests
    assert values(request, *METADATA) == ["cors", "empty", None, None]
    assert values(request, "accept", "sec-fetch-site") == ["*/*", "same-origin"]
    assert (probe.name, [one.status for one in probe.load.interim]) == ("cors", [103])
    assert not any(hint.acted for hint in probe.load.hints)


async def test_http1() -> None:
    """One request over HTTP/1.1, though HTTP/2 is offered."""
    asked = Asked()
    await asked.probe("http1")
    assert [one.protocol for one in asked.requests] == ["http/1.1"]


async def test_crawler() -> None:
    """One request without what only browsers send, by a name that says what it is; no cookie goes with it."""
    asked = Asked()
    await asked.probe("crawler", state=COOKIES, headers=(("Cookie", "b=2"), ("x-stage", "1")))
    (request,) = asked.requests
    assert values(request, *METADATA, "sec-ch-ua", "cookie") == [None] * 6
    assert values(request, "user-agent", "x-stage") == [CRAWLER, "1"]


async def test_no_cookies() -> None:
    """Neither the jar's, nor one given as a field, nor credentials; all else as the page is asked for."""
    asked = Asked()
    await asked.probe(
        "no-cookies", state=COOKIES, auth=("me", "secret"), headers=(("cookie", "b=2"), ("authorization", "x"))
    )
    (request,) = asked.requests
    assert values(request, "cookie", "authorization", *METADATA) == [None, None, "navigate", "document", "?1", "1"]


async def test_query() -> None:
    """The whole page without its query, or with one where it has none."""
    asked = Asked()
    await asked.probe("query")
    assert [one.target for one in asked.requests] == ["/p", "/a.css", "/a.js", "/a.woff2"]
    bare = virtual_load("https://a.test/p", Site(PAGE)).load
    assert plan(ProbeName.QUERY, bare).url == "https://a.test/p?fetcher-probe=1"


async def test_repeat() -> None:
    """Two views, the second with what the first left: it is the one that is kept."""
    asked = Asked()
    probe = await asked.probe("repeat")
    assert {one.cache_source for one in probe.load.requests if one.url.endswith((".css", ".js"))} == {"http-cache"}
    assert len(asked.requests) < plan(ProbeName.REPEAT, asked.first).requests


async def test_all_of_a_page() -> None:
    """In the order asked for; the repeat view is apart, as a page has it."""
    asked = Asked()
    answers = await make_all([plan(name, asked.first) for name in named(["crawler", "repeat", "cors"])], load=asked)
    assert list(answers.probes) == ["crawler", "cors"]
    assert answers.repeat is not None
    assert [one.target for one in asked.requests].count("/p?id=7") == 4


@pytest.mark.parametrize("name", [ProbeName.CORS, ProbeName.HTTP1, ProbeName.NO_COOKIES, ProbeName.CRAWLER])
async def test_the_number_is_known_before(name: ProbeName) -> None:
    """And is what is sent."""
    asked = Asked()
    planned = plan(name, asked.first)
    await asked.probe(name.value)
    assert (len(asked.requests), planned.at_most) == (planned.requests, False)
    assert str(planned) == f"{name.value}: 1 request ({ABOUT[name]})"


def test_the_number_of_a_page_is_about_its_own() -> None:
    asked = Asked()
    assert str(plan(ProbeName.QUERY, asked.first)).startswith("query: about 4 requests (the page with another query")
    assert str(plan(ProbeName.REPEAT, asked.first)).startswith("repeat: about 8 requests (the page a second time")


async def test_a_probe_that_fails_is_an_answer() -> None:
    """What was seen until then is its load."""
    asked = Asked(path=Path(refused=("a.test",)))
    probe = await asked.probe("cors")
    assert (probe.load.document, probe.load.outcome) == (None, "connect-failed")


@pytest.mark.parametrize("seen", [True, False])
async def test_a_load_that_raises(seen: bool) -> None:
    """With what it had seen it is an answer; with nothing there is none."""
    asked = Asked()
    failure = FetcherError("it broke")
    failure.record = asked.first if seen else None

    async def fails(url: str, **options: Any) -> PageLoad:
        raise failure

    planned = plan(ProbeName.REPEAT, asked.first)
    if seen:
        assert (await make(planned, load=fails)).load is asked.first
    else:
        with pytest.raises(FetcherError, match="it broke"):
            await make(planned, load=fails)


def test_names() -> None:
    """Each once; one that does not exist is told with those that do."""
    assert named(["cors", "crawler", "cors"]) == (ProbeName.CORS, ProbeName.CRAWLER)
    with pytest.raises(
        UsageError, match=r"no probe 'crawl' \(--probe\); there are cors, http1, query, no-cookies, crawl"
    ):
        named(["crawl"])
    assert set(ABOUT) == set(ProbeName)
