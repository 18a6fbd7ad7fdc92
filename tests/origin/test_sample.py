"""The sample site: the shop holds together, and each case answers as its words on /cases say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import h11
import pytest

from fetcher.origin import Answer, Close, Interim, Origin, Raw, Repeat, RequestSeen, Silence, Site, Step
from fetcher.origin.sample import CASES, other_origin, sample_site
from tests.support.origin_clients import answer_to, connected, get, h2_client

QUICK = sample_site(think_ms=4, interim_delay_ms=2)
ENDLESS = {"/silent", "/flood"}
HINTLESS = {"/", "/no-hints"}


def request(target: str, authority: str = "localhost:8443", scheme: str = "https") -> RequestSeen:
    return RequestSeen(0, 1, 1, "h2", "GET", scheme, authority, target)


def steps(target: str) -> tuple[Step, ...]:
    return QUICK.answer(request(target))


def hinted(answer: Answer) -> list[str]:
    """Link values of the answer's interim responses."""
    return [value for s in answer if isinstance(s, Interim) for name, value in s.fields if name == "link"]


@pytest.fixture
async def plain() -> AsyncIterator[Origin]:
    async with Origin(QUICK) as origin:
        yield origin


def read_with_h11(data: bytes) -> tuple[list[int], bytes, dict[str, str]]:
    """Interim statuses then the final one, the content and the final fields, as the h11 package reads them."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "a.test")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    statuses, content, fields = [], b"", {}
    while type(event := client.next_event()) not in (h11.EndOfMessage, h11.ConnectionClosed, h11.NEED_DATA):
        if isinstance(event, h11.InformationalResponse | h11.Response):
            statuses.append(event.status_code)
            fields = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
    return statuses, content, fields


# path, statuses in order, type of the final content
ANSWERED = [
    ("/", [103, 200], "text/html"),
    ("/no-hints", [200], "text/html"),
    ("/unused", [103, 200], "text/html"),
    ("/double", [103, 200], "text/html"),
    ("/wrong-as", [103, 200], "text/html"),
    ("/nopush", [103, 200], "text/html"),
    ("/two-103s", [103, 103, 200], "text/html"),
    ("/redirect", [103, 302], "text/html"),
    ("/error", [103, 404], "text/html"),
    ("/empty", [103, 200], "text/html"),
    ("/not-html", [103, 200], "application/json"),
    ("/cases", [200], "text/html"),
    ("/elsewhere", [404], "text/plain"),
]


@pytest.mark.parametrize(("path", "statuses", "kind"), ANSWERED, ids=[case[0] for case in ANSWERED])
async def test_a_case_answers_with_its_statuses(plain: Origin, path: str, statuses: list[int], kind: str) -> None:
    """The same over HTTP/1.1 as h11 reads it and over HTTP/2 as h2 does."""
    seen, content, fields = read_with_h11(await answer_to(plain, path))
    assert seen == statuses
    assert fields["content-type"].startswith(kind)
    assert bool(content) is (path not in ("/empty", "/redirect"))
    async with Origin(QUICK, tls=True) as secure, h2_client(secure) as client:
        story = await client.story(path)
        assert [each for each in story if isinstance(each, int)] == statuses
        assert story[-1] == "end"


async def test_the_shop_and_everything_it_names_is_there(plain: Origin) -> None:
    """A dozen subresources, found in the page and its sheets, answer 200 and may be cached for ten minutes."""
    _, html, _ = read_with_h11(await answer_to(plain, "/"))
    named = set(re.findall(r'(?:href|src)="(?:http://[^/"]+)?(/[^"#]+\.\w+)"', html.decode()))
    named |= {"/styles/type.css", "/fonts/lowtide.woff2", "/images/weave.svg"}
    assert len(named) >= 12
    for path in sorted(named):
        statuses, content, fields = read_with_h11(await answer_to(plain, path))
        assert (path, statuses, bool(content)) == (path, [200], True)
        assert fields["cache-control"] == "max-age=600"
    assert b'@import url("type.css")' in read_with_h11(await answer_to(plain, "/styles/site.css"))[1]
    shop = read_with_h11(await answer_to(plain, "/styles/shop.css"))[1]
    assert b"../fonts/lowtide.woff2" in shop
    assert b"/images/weave.svg" in shop


def test_every_hint_names_something_the_site_has() -> None:
    """Targets of all hints on all pages are routes, or the other origin."""
    for case in CASES:
        for value in hinted(steps(case.path)):
            target = value[1 : value.index(">")]
            assert target in QUICK.routes or target == "https://127.0.0.1:8443", f"{case.path} hints {target}"


def test_the_shops_hints() -> None:
    """Two sheets, a script, a font with crossorigin, the large picture, and one preconnect for a picture of another
    site, which both say crossorigin: without it the connection would serve nothing (EH 13.6)."""
    values = hinted(steps("/"))
    assert [re.search(r"as=(\w+)|rel=(preconnect)", v)[0] for v in values] == [  # type: ignore[index]
        "as=style",
        "as=style",
        "as=script",
        "as=font",
        "as=image",
        "rel=preconnect",
    ]
    assert "crossorigin" in values[3]
    assert values[5].endswith("; crossorigin")
    assert hinted(steps("/no-hints")) == []


def test_what_the_odd_hints_are_about() -> None:
    """The unused picture is not on its page, the double sheet is and is no-store, nopush stands on one link."""
    pages = {case.path: case.html.decode() for case in CASES if case.path not in HINTLESS}
    assert any("stool" in value for value in hinted(steps("/unused")))
    assert "stool.svg" not in pages["/unused"]
    assert any("</no-store.css>" in value for value in hinted(steps("/double")))
    assert "/no-store.css" in pages["/double"]
    assert ("cache-control", "no-store") in [f for s in steps("/no-store.css") for f in getattr(s, "fields", ())]
    assert sum("nopush" in value for value in hinted(steps("/nopush"))) == 1
    assert all("as=style" not in value and "as=image" not in value for value in hinted(steps("/wrong-as")))


def test_faults_are_the_ones_named() -> None:
    """The cases no client can end well do what they say after their 103."""
    kinds = {path: {type(step) for step in steps(path)} for path in ("/silent", "/cut", "/garbage", "/flood")}
    assert Silence in kinds["/silent"]
    assert Close in kinds["/cut"]
    assert Raw in kinds["/garbage"]
    assert any(isinstance(step, Repeat) and step.times is None for step in steps("/flood"))
    assert max(len(value) for step in steps("/huge-field") for _, value in getattr(step, "fields", ())) == 1_048_576


async def test_cut_garbage_and_flood_on_the_wire(plain: Origin) -> None:
    """After the 103: nothing, no HTTP, and ever more 103s."""
    assert re.fullmatch(rb"HTTP/1.1 103 [^\r]*\r\n(link: [^\r]*\r\n)+\r\n", await answer_to(plain, "/cut"))
    assert (await answer_to(plain, "/garbage")).endswith(b"\r\n\r\n\xff\xfe\xfdthis is no HTTP at all\r\n\r\n")
    async with connected(plain, "http/1.1") as (reader, writer):
        writer.write(get("/flood"))
        for _ in range(200):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 103 ")


async def test_a_field_of_a_mebibyte_crosses_http2(plain: Origin) -> None:
    """Over HTTP/1.1 it is one line; over HTTP/2 the h2 package refuses a header list that long."""
    data = await answer_to(plain, "/huge-field")
    assert max(len(line) for line in data.split(b"\r\n")) > 1_048_576
    async with Origin(QUICK, tls=True) as secure, h2_client(secure) as client:
        assert 200 not in await client.story("/huge-field")
        assert client.error is not None


def test_the_slow_document_comes_in_eight_pieces() -> None:
    """The body's own cutting says so, whatever the page's length."""
    (body,) = (step for step in steps("/slow-body") if hasattr(step, "pieces"))
    assert len(list(body.pieces())) == 8
    assert b"".join(body.pieces()).endswith(b"</html>\n")


@pytest.mark.parametrize(
    ("authority", "scheme", "other"),
    [
        ("localhost:8443", "https", "https://127.0.0.1:8443"),
        ("127.0.0.1:8080", "http", "http://localhost:8080"),
        ("a.test:8443", "https", "https://127.0.0.1:8443"),
        ("[::1]:8080", "http", "http://127.0.0.1:8080"),
        ("a.test", "https", "https://127.0.0.1"),
    ],
)
def test_the_other_origin_is_this_server_by_another_name(authority: str, scheme: str, other: str) -> None:
    """Names become the address, the address becomes localhost; the port stays."""
    assert other_origin(request("/", authority, scheme)) == other


def test_cases_are_listed_each_once() -> None:
    """/cases links every page; paths are unique; the pages' placeholders are all filled."""
    index = str(QUICK.routes["/cases"])
    for case in CASES:
        assert f'href="{case.path}"' in index
        assert "{{" not in case.html.decode()
    assert len({case.path for case in CASES}) == len(CASES)
    assert {case.path for case in CASES} > ENDLESS


def test_delays_are_options() -> None:
    """Think time, 103 delay and asset delay reach the steps."""
    site: Site = sample_site(think_ms=100, interim_delay_ms=30, asset_delay_ms=7)
    waits = [step.ms for step in site.answer(request("/")) if hasattr(step, "ms")]
    assert waits == [30, 70]
    assert site.answer(request("/styles/site.css"))[0].ms == 7  # type: ignore[union-attr]
