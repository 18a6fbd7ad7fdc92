"""The least time in which the page can be loaded, whoever loads it: what the network and the server's thinking cost.

    finish = max over k of  arrive(k) + F * (bytes of everything that arrives at or after arrive(k)) / rate

which is when a link that is never idle while there is something to carry has carried everything. F = 1500/1448 is the
share of TCP and IP headers. Nothing costs CPU, nobody looks up names, windows never limit, any number of responses
come at once, responses and requests have no heads, and certificates no size. With R the round trip, I and T the
server's delay before the 103 and the final head:

    request sent        2 R                                      TCP, then TLS 1.3
    103 read            3 R + I
    document's byte o   3 R + T + F * o / rate                   as if the document were alone on the link
    k discovered        when the 103 is read, if that names it; else when the document's byte that ends its tag is
                        there; else when the sheet that names it is: arrive(sheet) + F * bytes(sheet) / rate
    connection ready    2 R after the first discovery of something on it (R = 0: at once). Fonts have one of their own,
                        since they are requested without credentials.
    arrive(k)           max(discovered, connection ready) + R
"""

from __future__ import annotations

from tests.benchmarks.load.page import (
    INTERIM_MS,
    MAIN,
    RESOURCES,
    THINK_MS,
    Resource,
    address,
    hinted,
    html,
)

FRAMING = 1500 / 1448


def bound(mode: str, rtt_ms: float, bytes_per_ms: float | None, ports: dict[str, int], query: str) -> float:
    """Milliseconds from navigation start to the last byte; ``bytes_per_ms`` None is no limit."""
    text = html(ports, query)
    size = len(text.encode())
    final = 3 * rtt_ms + THINK_MS

    def carry(count: int) -> float:
        return 0.0 if bytes_per_ms is None else FRAMING * count / bytes_per_ms

    early = {each.path for each in hinted(mode)}
    discovered: dict[str, float] = {}
    for each in RESOURCES:
        if each.path in early:
            discovered[each.path] = 3 * rtt_ms + INTERIM_MS
        elif not each.sheet:
            named = text.index(address(each, ports, query))
            discovered[each.path] = final + carry(text.index(">", named) + 1)
    ready: dict[object, float] = {(MAIN, False): 2 * rtt_ms}
    arrives: dict[str, float] = {}
    for each in (*(one for one in RESOURCES if not one.sheet), *(one for one in RESOURCES if one.sheet)):
        if each.path not in discovered:
            naming = next(one for one in RESOURCES if one.path == each.sheet)
            discovered[each.path] = arrives[each.sheet] + carry(naming.size)
        if key(each) not in ready:
            same = [one.path for one in RESOURCES if key(one) == key(each) and one.path in discovered]
            ready[key(each)] = min(discovered[path] for path in same) + 2 * rtt_ms
        arrives[each.path] = max(discovered[each.path], ready[key(each)]) + rtt_ms
    loads = [(final, size), *((arrives[each.path], each.size) for each in RESOURCES)]
    return max(at + carry(sum(count for other, count in loads if other >= at)) for at, _ in loads)


def key(resource: Resource) -> tuple[str, bool]:
    return resource.host, resource.kind == "font"
