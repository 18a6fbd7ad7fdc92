"""PageLoad values built by hand: what renderers and the saved form are tested against.

``shop`` is the realistic one: HTTP/2, a 103 at 21.3 ms, five links of which one is refused, one is fetched again and
one is not used. ``shop_without_hints`` is the same page with hints off. Times are milliseconds.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.record.page_load import (
    ConnectionRecord,
    Discovery,
    Hint,
    InterimResponse,
    PageLoad,
    RequestRecord,
    Sizes,
    Times,
)
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    Fields,
    HttpVersion,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    ProfileName,
    TlsFacts,
)

PAGE = "https://shop.test/product/42"
D = Destination
K = InitiatorKind

LINK = (
    "</css/main.css>; rel=preload; as=style, "
    "</js/app.js>; rel=preload; as=script, "
    "</fonts/inter.woff2>; rel=preload; as=font, "
    "</img/banner-old.jpg>; rel=preload; as=image, "
    "</api/cart>; rel=preload; as=cart, "
    "<https://cdn.test>; rel=preconnect"
)

BROWSER_FIELDS: Fields = (
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) fetcher"),
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
)


def request(
    id: int,
    path: str,
    destination: Destination,
    kind: InitiatorKind,
    times: tuple[float | None, ...],
    size: int | None = None,
    *,
    connection: int | None = 0,
    reused: bool | None = True,
    status: int | None = 200,
    version: str = "HTTP/2",
    origin: str = "https://shop.test",
    source: int | None = 0,
    hint: int | None = None,
    failed_at: float | None = None,
    **more: object,
) -> RequestRecord:
    """One request; ``times`` are discovered, request_start, final_response_headers_start, response_end."""
    discovered, start, final, end = (*times, None, None, None, None)[:4]
    assert discovered is not None
    answered = status is not None
    record = RequestRecord(
        id=id,
        url=path if "://" in path else origin + path,
        method="GET",
        destination=destination,
        mode=Mode.NAVIGATE if destination is D.DOCUMENT else Mode.NO_CORS,
        credentials=Credentials.INCLUDE,
        priority=NetPriority.HIGHEST if destination in (D.DOCUMENT, D.STYLE) else NetPriority.MEDIUM,
        fetch_priority=FetchPriority.AUTO,
        initiator=Initiator(kind, None if kind is K.NAVIGATION else source, hint),
        fields=BROWSER_FIELDS,
        times=Times(discovered, start, None, final, end, failed_at),
        connection=connection,
        reused_connection=reused,
        status=status,
        reason_phrase="" if answered else None,
        version=version if answered else None,
        response_fields=(("cache-control", "max-age=3600"),) if answered else (),
        sizes=Sizes(120, size, size) if answered else Sizes(),
        outcome="complete" if end is not None else "pending",
        hint=hint,
    )
    return replace(record, **more)  # type: ignore[arg-type]


def hint(id: int, raw: str, href: str, destination: Destination | None, rel: str = "preload", **more: object) -> Hint:
    """One link of the 103, acted on unless told otherwise."""
    made = Hint(
        id=id,
        interim=0,
        raw=raw,
        href=href,
        url=href if "://" in href else "https://shop.test" + href,
        rel=rel,
        destination=destination,
        mode=Mode.NO_CORS,
        credentials=Credentials.INCLUDE,
        fetch_priority=FetchPriority.AUTO,
        acted=True,
        rule="EH 4.5",
        reason="preload with a known destination",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def early_hints(
    at: float = 21.3, *, acted: bool = True, rule: str = "EH 4.2", reason: str = "first 103", **more: object
):  # type: ignore[no-untyped-def]
    """The navigation's first 103."""
    made = InterimResponse(
        id=0,
        request=0,
        at=at,
        status=103,
        reason_phrase="Early Hints",
        fields=(("link", LINK),),
        acted=acted,
        rule=rule,
        reason=reason,
    )
    return replace(made, **more)


def connection(id: int, host: str, at: tuple[float, float, float, float, float], **more: object) -> ConnectionRecord:
    """An HTTP/2 connection; ``at`` is opened (and look-up start), look-up end, TCP end, TLS start, connect end."""
    opened, looked_up, tcp_end, tls_start, ready = at
    made = ConnectionRecord(
        id=id,
        scheme="https",
        host=host,
        port=443,
        credentialed=True,
        reason="fetch",
        opened_at=opened,
        protocol=HttpVersion.HTTP_2,
        address="127.0.0.1",
        lookup_start=opened,
        lookup_end=looked_up,
        connect_start=looked_up,
        tcp_end=tcp_end,
        tls_start=tls_start,
        connect_end=ready,
        tls=TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", "h2", True, (host,), "Test CA", "2030-01-01"),
        attempts=(("127.0.0.1", "connected"),),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def document(
    at: tuple[float, float, float, float] = (0.0, 12.4, 322.9, 351.7), interim: float | None = 21.3, **more: object
) -> RequestRecord:
    made = request(0, PAGE, D.DOCUMENT, K.NAVIGATION, at, 18_432, reused=False)
    made = replace(made, times=replace(made.times, first_interim_response_start=interim))
    return replace(made, **more)  # type: ignore[arg-type]


def shop() -> PageLoad:
    """Fourteen requests over HTTP/2 after a 103: one font fetched twice, one hint unused, one image missing."""
    cdn = "https://cdn.test"
    hinted = K.EARLY_HINT
    requests = (
        document(chunks=((323.4, 4096), (340.2, 12_288), (351.7, 18_432))),
        request(1, "/css/main.css", D.STYLE, hinted, (21.5, 21.8, 31.0, 44.6), 48_211, hint=0),
        request(2, "/js/app.js", D.SCRIPT, hinted, (21.5, 21.9, 32.4, 71.3), 132_870, hint=1),
        request(3, "/fonts/inter.woff2", D.FONT, hinted, (21.5, 21.9, 33.3, 88.0), 64_020, hint=2),
        request(4, "/img/banner-old.jpg", D.IMAGE, hinted, (21.5, 21.9, 35.1, 140.9), 210_400, hint=3),
        request(5, "/css/theme.css?v=20260801", D.STYLE, K.PRELOAD_SCAN, (323.5, 323.9, 333.3, 338.8), 6_120),
        request(
            6, "/js/vendor/analytics-loader.min.js", D.SCRIPT, K.PRELOAD_SCAN, (323.5, 324.0, 336.1, 352.4), 21_077
        ),
        request(
            7,
            "/img/products/42/front-1200x900.avif",
            D.IMAGE,
            K.PRELOAD_SCAN,
            (323.6, 324.0, 341.0, 398.2),
            181_332,
            connection=1,
            origin=cdn,
        ),
        request(
            8,
            "/img/products/42/side.avif",
            D.IMAGE,
            K.PRELOAD_SCAN,
            (323.6, 324.0, 341.5, 431.8),
            120_400,
            connection=1,
            origin=cdn,
        ),
        request(
            9,
            "/fonts/inter.woff2",
            D.FONT,
            K.CSS,
            (324.4, 345.1, 356.0, 410.9),
            64_020,
            source=1,
            connection=2,
            reused=False,
            mode=Mode.CORS,
            credentials=Credentials.SAME_ORIGIN,
            earlier=3,
            earlier_reason="the hint has no crossorigin, and a font is always fetched in cors mode (EH 9.5)",
        ),
        request(10, "/img/icons.svg", D.IMAGE, K.CSS, (339.2, 339.5, 349.0, 353.3), 3_310, source=5),
        request(
            11,
            "/img/products/42/back.avif",
            D.IMAGE,
            K.PRELOAD_SCAN,
            (340.3, 340.6, 357.3, 452.0),
            99_312,
            connection=1,
            origin=cdn,
        ),
        request(12, "/img/missing.png", D.IMAGE, K.PRELOAD_SCAN, (351.8, 352.0, 360.4, 360.9), 512, status=404),
        request(
            13,
            "https://ads.example/pixel.gif?campaign=spring",
            D.IMAGE,
            K.PRELOAD_SCAN,
            (351.8,),
            connection=3,
            status=None,
            reused=False,
            failed_at=371.0,
            outcome="connect-failed",
            error="Connecting to ads.example:443 (127.0.0.1) was refused.",
        ),
    )
    used = "matches what the page asked for"
    hints = (
        hint(
            0,
            "</css/main.css>; rel=preload; as=style",
            "/css/main.css",
            D.STYLE,
            request=1,
            used=True,
            used_at=323.5,
            head_start=302.1,
        ),
        hint(
            1,
            "</js/app.js>; rel=preload; as=script",
            "/js/app.js",
            D.SCRIPT,
            request=2,
            used=True,
            used_at=323.5,
            head_start=302.0,
            reason=used,
        ),
        hint(2, "</fonts/inter.woff2>; rel=preload; as=font", "/fonts/inter.woff2", D.FONT, request=3, used=False),
        hint(3, "</img/banner-old.jpg>; rel=preload; as=image", "/img/banner-old.jpg", D.IMAGE, request=4, used=False),
        hint(
            4,
            "</api/cart>; rel=preload; as=cart",
            "/api/cart",
            None,
            acted=False,
            rule="EH 4.3",
            reason="as=cart is no destination, so nothing can be requested for it",
        ),
        hint(
            5,
            "<https://cdn.test>; rel=preconnect",
            "https://cdn.test",
            None,
            "preconnect",
            url="https://cdn.test/",
            connection=1,
            used=True,
            used_at=323.6,
        ),
    )
    connections = (
        connection(
            0, "shop.test", (0.1, 1.3, 6.2, 6.3, 12.1), reason="navigation", requests=(0, 1, 2, 3, 4, 5, 6, 10, 12)
        ),
        connection(1, "cdn.test", (21.6, 23.0, 30.2, 30.3, 44.0), reason="preconnect", hint=5, requests=(7, 8, 11)),
        connection(
            2,
            "shop.test",
            (324.5, 324.5, 331.2, 331.3, 345.0),
            credentialed=False,
            lookup_start=None,
            lookup_end=None,
            requests=(9,),
        ),
        ConnectionRecord(
            3,
            "https",
            "ads.example",
            443,
            True,
            "fetch",
            351.9,
            lookup_start=351.9,
            lookup_end=369.0,
            connect_start=369.0,
            closed_at=371.0,
            attempts=(("127.0.0.1", "refused"),),
            error="Connecting to ads.example:443 (127.0.0.1) was refused.",
        ),
    )
    head = Candidate(
        CandidateKind.STYLESHEET,
        "/css/main.css",
        "link",
        (("rel", "stylesheet"), ("href", "/css/main.css")),
        6,
        210,
        True,
    )
    script = Candidate(
        CandidateKind.SCRIPT, "/js/app.js", "script", (("src", "/js/app.js"), ("defer", "")), 7, 260, True
    )
    return PageLoad(
        url=PAGE,
        final_url=PAGE,
        started_at="2026-08-01T09:30:00.000Z",
        profile=ProfileName.CHROMIUM,
        early_hints=True,
        outcome="loaded",
        error=None,
        document=0,
        finished_at=452.1,
        interim=(early_hints(),),
        hints=hints,
        requests=requests,
        connections=connections,
        discoveries=(
            Discovery(323.5, 0, head, "https://shop.test/css/main.css", "claimed-preload", request=1),
            Discovery(323.5, 0, script, "https://shop.test/js/app.js", "claimed-preload", request=2),
        ),
        navigations=(0,),
    )


def shop_without_hints() -> PageLoad:
    """The same page loaded with hints off: read, not acted on."""
    requests = (
        document((0.0, 12.9, 323.1, 352.0), 22.0),
        request(1, "/css/main.css", D.STYLE, K.PRELOAD_SCAN, (323.6, 324.0, 333.5, 349.9), 48_211),
        request(2, "/js/app.js", D.SCRIPT, K.PRELOAD_SCAN, (323.6, 324.1, 335.2, 377.0), 132_870),
        request(3, "/css/theme.css?v=20260801", D.STYLE, K.PRELOAD_SCAN, (323.6, 324.1, 333.8, 351.0), 6_120),
        request(4, "/img/icons.svg", D.IMAGE, K.CSS, (351.2, 351.4, 360.0, 364.3), 3_310, source=3),
    )
    off = {
        "acted": False,
        "rule": "option",
        "reason": "hints were switched off",
        "request": None,
        "used": None,
        "used_at": None,
        "head_start": None,
        "connection": None,
    }
    return replace(
        shop(),
        early_hints=False,
        finished_at=377.1,
        interim=(early_hints(22.0, acted=False, rule="option", reason="hints were switched off"),),
        hints=tuple(replace(one, **off) for one in shop().hints),
        requests=requests,
        connections=(
            connection(0, "shop.test", (0.1, 1.4, 6.5, 6.6, 12.6), reason="navigation", requests=(0, 1, 2, 3, 4)),
        ),
        discoveries=(),
    )


def eager_http1() -> PageLoad:
    """HTTP/1.1 in cleartext: no browser would have acted on the 103, eager did. A second 103 is ignored."""
    origin = "http://127.0.0.1:8080"
    http1 = {"version": "HTTP/1.1", "origin": origin}
    requests = (
        replace(document((0.0, 1.1, 202.7, 203.9), 2.4), url=origin + "/", version="HTTP/1.1"),
        request(
            1,
            "/site.css",
            D.STYLE,
            K.EARLY_HINT,
            (2.6, 3.9, 5.1, 5.9),
            4_096,
            connection=1,
            reused=False,
            hint=0,
            **http1,
        ),
        request(
            2,
            "/logo.svg",
            D.IMAGE,
            K.EARLY_HINT,
            (2.6, 4.0, 5.4, 5.6),
            900,
            connection=2,
            reused=False,
            hint=1,
            **http1,
        ),
    )

    def plain(id: int, at: tuple[float, float], **more: object) -> ConnectionRecord:
        opened, ready = at
        made = ConnectionRecord(
            id, "http", "127.0.0.1", 8080, True, "fetch", opened, protocol=HttpVersion.HTTP_1_1, address="127.0.0.1"
        )
        return replace(made, connect_start=opened, tcp_end=ready, connect_end=ready, **more)  # type: ignore[arg-type]

    second = early_hints(40.2, acted=False, rule="EH 4.2", reason="only the first 103 of a navigation counts", id=1)
    raw = "HTTP/1.1 103 Early Hints\r\nLink: </site.css>; rel=preload; as=style\r\n\r\n"
    return PageLoad(
        url=origin + "/",
        final_url=origin + "/",
        started_at="2026-08-01T09:31:00.000Z",
        profile=ProfileName.EAGER,
        early_hints=True,
        outcome="loaded",
        error=None,
        document=0,
        finished_at=204.0,
        interim=(early_hints(2.4, rule="EH 4.4", reason="eager acts over HTTP/1.1 too", raw=raw, offset=0), second),
        hints=(
            hint(
                0,
                "</site.css>; rel=preload; as=style",
                "/site.css",
                D.STYLE,
                url=origin + "/site.css",
                request=1,
                used=True,
                used_at=203.1,
                head_start=199.3,
            ),
            hint(
                1,
                "</logo.svg>; rel=preload; as=image",
                "/logo.svg",
                D.IMAGE,
                url=origin + "/logo.svg",
                request=2,
                used=True,
                used_at=203.2,
                head_start=199.4,
            ),
        ),
        requests=requests,
        connections=(
            plain(0, (0.2, 0.9), reason="navigation", requests=(0,)),
            plain(1, (2.7, 3.8), requests=(1,)),
            plain(2, (2.7, 3.9), requests=(2,)),
        ),
        discoveries=(),
        notes=("The certificate of the origin was not checked (--insecure).",),
        navigations=(0,),
    )


def failed() -> PageLoad:
    """A 103, then silence: the navigation failed, and what the hints fetched is still there."""
    waiting = document()
    waiting = replace(
        waiting,
        status=None,
        version=None,
        reason_phrase=None,
        sizes=Sizes(),
        times=Times(0.0, 12.4, 21.3, None, None, 30_012.6),
        outcome="deadline",
        error="No final response from shop.test:443 within 30 s of the request (--max-time).",
        chunks=(),
    )
    base = shop()
    return replace(
        base,
        outcome="deadline",
        error=waiting.error,
        document=None,
        final_url=None,
        finished_at=30_013.0,
        hints=tuple(replace(one, used=None, used_at=None, head_start=None) for one in base.hints),
        requests=(waiting, *base.requests[1:5]),
        connections=(replace(base.connections[0], requests=(0, 1, 2, 3, 4)), replace(base.connections[1], requests=())),
        discoveries=(),
    )


def many(count: int = 500) -> PageLoad:
    """``count`` requests of several types from three origins, a few of them hinted, failed or fetched twice."""
    base = shop()
    requests = list(base.requests[:4])
    kinds = (D.IMAGE, D.IMAGE, D.IMAGE, D.SCRIPT, D.IMAGE, D.FONT, D.IMAGE, D.STYLE)
    origins = ("https://shop.test", "https://cdn.test", "https://img.cdn.test")
    for id in range(4, count):
        kind = kinds[id % len(kinds)]
        start = 324.0 + id * 1.7
        ended: dict[str, object] = {}
        if id % 97 == 0:
            ended = {
                "outcome": "stream-reset",
                "error": "The server reset the stream (REFUSED_STREAM).",
                "failed_at": start + 30,
            }
        made = request(
            id,
            f"/assets/{kind.value}/{id:04d}",
            kind,
            K.PRELOAD_SCAN,
            (start - 3, start, start + 9) if ended else (start - 3, start, start + 9, start + 12 + id % 23),
            2_000 + 37 * id,
            origin=origins[id % 3],
            connection=0 if id % 3 == 0 else 1,
            **ended,
        )
        requests.append(made)
    shared = tuple(made.id for made in requests if made.connection == 0)
    other = tuple(made.id for made in requests if made.connection == 1)
    return replace(
        base,
        finished_at=1_200.0 + count,
        requests=tuple(requests),
        hints=base.hints[:3],
        interim=base.interim,
        connections=(
            replace(base.connections[0], requests=shared),
            replace(base.connections[1], hint=None, requests=other),
        ),
    )


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\n\u202egnp.exe\u2066\u200b\ufeff\x00 \u0301\u0301\u0301 語語"


def hostile() -> PageLoad:
    """Every text a server controls tries to write to the terminal."""
    base = shop()
    bad = tuple(
        replace(
            made,
            url=f"https://shop.test/{HOSTILE}{made.id}",
            error=HOSTILE if made.error else None,
            outcome=HOSTILE if made.error else made.outcome,
            earlier_reason=HOSTILE if made.earlier_reason else None,
            reason_phrase=HOSTILE,
            version=HOSTILE,
            method="GET" if made.id % 2 else HOSTILE,
        )
        for made in base.requests
    )
    return replace(
        base,
        url=PAGE + HOSTILE,
        final_url=PAGE + "/moved" + HOSTILE,
        error=HOSTILE,
        interim=(replace(base.interim[0], reason=HOSTILE, rule=HOSTILE, reason_phrase=HOSTILE),),
        hints=tuple(
            replace(one, raw=HOSTILE + one.raw, href=HOSTILE, url=HOSTILE, rel=HOSTILE, reason=HOSTILE, rule=HOSTILE)
            for one in base.hints
        ),
        requests=bad,
        connections=tuple(replace(one, host=HOSTILE, error=HOSTILE if one.error else None) for one in base.connections),
        notes=(HOSTILE,),
    )
