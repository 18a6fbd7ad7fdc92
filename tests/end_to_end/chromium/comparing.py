"""What one load asked for, as the server saw it, and how two of those differ.

A request is compared by URL and method, equally often; then by every header field it came with, and by whether it came
before the document's final head. Connections are compared by origin. Left out, with the reason: ``IGNORED``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fetcher.origin import Body
from fetcher.terms import Fields
from fetcher.urls import resolve
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.network import HTTP_1_ONLY, Visit, plain

IGNORED = {
    "icons of the tab": "asked for after the load, now and then: a headless Chromium has no tab to show them in",
    "host": "the URL says it",
    "connection": "HTTP/1.1 framing, not part of what is asked",
}

RAISED, UNRAISED = "u=1, i", ("u=2, i", "i")
"""What Chromium says of an image once layout has shown it in view. Whether its request leaves before that moment or
after (it waited for a connection, the machine is busy) differs from load to load: one of theirs
that says this may say of ours what an image is asked with before layout, boosted by the preload scanner or not."""


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """One request with the names its case was written with. ``before``: it came before the document's final head."""

    url: str
    method: str
    before: bool
    fields: Fields

    def field(self, name: str) -> str | None:
        return next((value for each, value in self.fields if each == name), None)


@dataclass(frozen=True, slots=True)
class Heard:
    """One load: ``connections`` is how many each origin had, as "https://a.test"; ``failed`` why not all went well."""

    asked: tuple[Asked, ...] = ()
    connections: tuple[tuple[str, int], ...] = ()
    failed: str | None = None

    def urls(self) -> Counter[tuple[str, str]]:
        return Counter((each.method, each.url) for each in self.asked)


def heard(case: Case, visit: Visit, failed: str | None = None) -> Heard:
    """What ``visit`` amounts to."""
    document = case.url.partition("#")[0]
    first = next(
        (each for each in visit.seen if plain(_url(each.scheme, each.authority, each.target)) == document), None
    )
    head = visit.heads.get((first.connection, first.stream), float("inf")) if first else float("inf")
    asked = []
    used: dict[str, set[int]] = {}
    icons = _icons(case)
    for each in visit.seen:
        url = plain(_url(each.scheme, each.authority, each.target))
        origin = "/".join(url.split("/")[:3])
        if url == f"{origin}/favicon.ico" or (url in icons and each.field("sec-fetch-dest") == "image"):
            continue
        used.setdefault(origin, set()).add(each.connection)
        asked.append(Asked(url, each.method, each is not first and each.at < head, fields_of(each.fields)))
    if case.counted:
        return Heard(tuple(sorted(asked)), tuple(sorted(_counted(visit, used).items())), failed)
    connections = {origin: len(numbers) for origin, numbers in used.items()}
    for host in visit.handshakes:
        connections.setdefault(f"https://{host}", 0)
    unused = {host: count for host, count in visit.handshakes.items() if not connections[f"https://{host}"]}
    connections |= {f"https://{host}": count for host, count in unused.items()}
    return Heard(tuple(sorted(asked)), tuple(sorted(connections.items())), failed)


_LINK = re.compile(rb"<link\b[^>]*>", re.IGNORECASE)
_REL_ICON = re.compile(rb"""rel\s*=\s*["']?[^"'>]*\bicon\b""", re.IGNORECASE)
_HREF = re.compile(rb"""href\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)


PER_HOST = 6
"""Connections over HTTP/1.1 to one host at a time."""


def _asked_of(heard: Heard, origin: str) -> int:
    return sum(each.url.startswith(f"{origin}/") for each in heard.asked)


def _icons(case: Case) -> set[str]:
    """Where the markup of ``case`` has icons for the tab, for neither side to be judged by (``IGNORED``). One that an
    <img> shows as well is not told apart from it."""
    site = case.as_site()
    found = set()
    for host, routes in {"": site.routes, **site.hosts}.items():
        for target, route in routes.items():
            base = f"https://{host}{target}"
            for step in route if isinstance(route, tuple) else ():
                data = step.data if isinstance(step, Body) else b""
                if isinstance(data, bytes) and b"icon" in data.lower():
                    links = (link for link in _LINK.findall(data) if _REL_ICON.search(link))
                    named = (
                        resolve(match[1].decode("latin-1"), base) for link in links if (match := _HREF.search(link))
                    )
                    found |= {url.href for url in named if url is not None}
    return found


def is_http1(origin: str) -> bool:
    return origin.startswith("http://") or origin.endswith(f"{HTTP_1_ONLY}.test")


def _counted(visit: Visit, used: Mapping[str, set[int]]) -> dict[str, int]:
    """Handshakes by origin, and how many connections served each set of several, as "https://a.test + ..."."""
    counts = Counter({f"https://{host}": count for host, count in visit.handshakes.items()})
    served: dict[int, set[str]] = {}
    for origin, numbers in used.items():
        for number in numbers:
            served.setdefault(number, set()).add(origin)
    counts.update(" + ".join(sorted(origins)) for origins in served.values() if len(origins) > 1)
    return dict(counts)


def _url(scheme: str, authority: str, target: str) -> str:
    return f"{scheme}://{authority}{target}"


def fields_of(fields: Fields) -> Fields:
    """What is compared of a request's fields, sorted by name."""
    kept = []
    for name, value in fields:
        if name.startswith(":") or name.lower() in IGNORED:
            continue
        name, value = name.lower(), plain(value)
        if name == "user-agent":
            value = value.replace("HeadlessChrome/", "Chrome/")
        if name == "sec-ch-ua":
            value = value.replace('"HeadlessChrome"', '"Chromium"')
        kept.append((name, value))
    return tuple(sorted(kept))


def differences(case: Case, theirs: Heard, ours: Heard, who: str = "fetcher") -> list[str]:
    """One line each, Chromium's side first; empty where both did the same."""
    lines = list(_different_urls(theirs, ours, who))
    if "repeats" in case.unscored:
        lines = [line for line in lines if line.startswith("only ")]
    for key in sorted(theirs.urls() & ours.urls()):
        lines += _different_requests(case, *(_of(each, key) for each in (theirs, ours)), who)
    if "connections" not in case.unscored and not case.visits:  # later loads of ours begin without connections
        counts = dict(theirs.connections), dict(ours.connections)
        for origin in sorted(counts[0].keys() | counts[1].keys()):
            one, other = (each.get(origin, 0) for each in counts)
            if one and other and is_http1(origin) and max(one, other) <= min(PER_HOST, _asked_of(theirs, origin)):
                continue  # how many of the six carry something depends on how soon answers come
            if one != other:
                lines.append(f"connections to {origin}: Chromium {one}, {who} {other}")
    return lines


def _of(heard: Heard, key: tuple[str, str]) -> list[Asked]:
    return [each for each in heard.asked if (each.method, each.url) == key]


def _different_urls(theirs: Heard, ours: Heard, who: str) -> Iterator[str]:
    one, other = theirs.urls(), ours.urls()
    for key in sorted(one.keys() | other.keys()):
        if one[key] != other[key]:
            method, url = key
            if not other[key]:
                yield f"only Chromium asks: {method} {url}" + (f" ({one[key]} times)" if one[key] > 1 else "")
            elif not one[key]:
                yield f"only {who} asks: {method} {url}" + (f" ({other[key]} times)" if other[key] > 1 else "")
            else:
                yield f"Chromium asks {one[key]} times, {who} {other[key]}: {method} {url}"


def _different_requests(case: Case, theirs: list[Asked], ours: list[Asked], who: str) -> list[str]:
    """Requests for the same URL, paired so that what is alike goes together."""
    left = [_scored(case, each) for each in theirs]
    right = [_scored(case, each) for each in ours]
    for each in list(left):
        if each in right:
            left.remove(each)
            right.remove(each)
    lines = []
    for one in left:
        if not right:
            break
        other = min(right, key=lambda each: len(set(one.fields) ^ set(each.fields)) + (one.before != each.before))
        right.remove(other)
        if one.before != other.before:
            when = [("after", "before")[each.before] for each in (one, other)]
            lines.append(f"{one.method} {one.url}: Chromium {when[0]} the final head, {who} {when[1]}")
        lines += [
            f"{one.method} {one.url}: {name}: {_say(one.field(name))} / {_say(other.field(name))}"
            for name in sorted({name for name, _ in (*one.fields, *other.fields)})
            if one.field(name) != other.field(name) and not (name == "priority" and _is_raised(one, other))
        ]
    return lines


def _is_raised(theirs: Asked, ours: Asked) -> bool:
    before = (ours.field("priority") or "") in UNRAISED
    return theirs.field("sec-fetch-dest") == "image" and theirs.field("priority") == RAISED and before


def _scored(case: Case, asked: Asked) -> Asked:
    fields = tuple(each for each in asked.fields if each[0] not in case.unscored)
    return Asked(asked.url, asked.method, asked.before and "before" not in case.unscored, fields)


def _say(value: str | None) -> str:
    return "none" if value is None else repr(value)
