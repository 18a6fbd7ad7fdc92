"""What each browser would do with each link of a 103: a pure function of the record, so imported HARs get it too.

Chromium and ``eager`` are read with the machine's own rules. Firefox, Safari and the standards as written are known
from their sources, not from runs (EH 12, 3.8, 13.10). Every refusal names its rule and what would mend it, where the
page's author can mend it. Reading stops at what the field, the URL and the 103 say; nothing is requested.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fetcher.browser.hints.policy import Asked, Dropped, read_links
from fetcher.fields import content_security_policy as csp
from fetcher.fields.link import Finding, Link, parse
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.record.page_load import Hint, InterimResponse, PageLoad
from fetcher.terms import Destination, Fields, HttpVersion, ProfileName, field_values
from fetcher.urls import URL, is_ip, is_loopback, resolve


@dataclass(frozen=True, slots=True)
class Verdict:
    """``acts``: the browser would request it, or open the connection. ``reason`` is one sentence with the mending."""

    profile: ProfileName
    acts: bool
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedLink:
    """One link of a 103 (``interim`` is that response's id, ``offset`` the link's place in the joined field), as the
    most generous reading sees it, with a verdict for each profile in ProfileName's order. ``hint`` is the id of the
    record's own entry for it, None where it has none."""

    interim: int
    offset: int
    raw: str
    href: str
    url: str | None
    rel: str | None
    destination: Destination | None
    verdicts: tuple[Verdict, ...]
    hint: int | None = None

    def by(self, profile: ProfileName) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.profile is profile)


@dataclass(frozen=True, slots=True)
class _No:
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Asks:
    """A link that may act; ``key`` is what makes it the same request as an earlier one, None for a preconnect."""

    key: tuple[object, ...] | None


_Answer = _Asks | _No


@dataclass(frozen=True, slots=True)
class _Setting:
    """The 103 a link stands in: the URL it answers, the policies it carries, the address its server has."""

    base: URL
    fields: Fields
    enforced: tuple[csp.Policy, ...]
    address: str | None
    refusal: _No | None
    http1: bool


def verdicts(load: PageLoad) -> tuple[JudgedLink, ...]:
    """Every link of every 103 of the navigation, in the order they came."""
    return tuple(link for interim, refusal in _in_order(load) for link in _of_one(load, interim, refusal))


def early_hints_of(load: PageLoad) -> tuple[InterimResponse, ...]:
    """The 103s of the navigation; those before a redirect to another origin have no effect left (EH 7.2)."""
    counted: list[InterimResponse] = []
    for number, request in enumerate(load.navigations):
        if number and _origin(load, load.navigations[number - 1]) != _origin(load, request):
            counted.clear()
        counted += [one for one in load.interim if one.request == request and one.status == 103]
    return tuple(counted)


def _origin(load: PageLoad, request: int) -> str | None:
    url = resolve(load.requests[request].url)
    return url.origin if url else None


def _in_order(load: PageLoad) -> Iterator[tuple[InterimResponse, _No | None]]:
    """Each 103 with why no browser heeds it whatever its links say, or None."""
    for number, interim in enumerate(early_hints_of(load)):
        later = _No("EH 4.2", "only the first 103 of a navigation acts; send this link in the first one")
        yield interim, later if number else None


def _of_one(load: PageLoad, interim: InterimResponse, refusal: _No | None) -> Iterator[JudgedLink]:
    request = load.requests[interim.request]
    base = resolve(request.url)
    if base is None:
        return
    connection = load.connections[request.connection] if request.connection is not None else None
    protocol = connection.protocol if connection else None
    http1 = protocol is HttpVersion.HTTP_1_1 or (protocol is None and (request.version or "").startswith("HTTP/1"))
    enforced = csp.parse(field_values(interim.fields, "content-security-policy"))
    setting = _Setting(base, interim.fields, enforced, connection.address if connection else None, refusal, http1)
    recorded = [hint for hint in load.hints if hint.interim == interim.id]
    parsed = parse(field_values(interim.fields, "link"))
    strict = _strictly(setting)
    seen: dict[ProfileName, set[tuple[object, ...]]] = {profile: set() for profile in ProfileName}
    joined = ", ".join(field_values(interim.fields, "link"))
    members: list[tuple[int, Link | Finding]] = [(link.offset, link) for link in parsed.links]
    start = 0
    for finding in parsed.findings:
        start = max(joined.find(finding.text, start), 0)
        members.append((start, finding))
        start += len(finding.text)
    for offset, member in sorted(members, key=lambda pair: pair[0]):
        if isinstance(member, Finding):
            no = _No(member.rule, member.message)
            answers: dict[ProfileName, _Answer] = dict.fromkeys(ProfileName, no)
            raw, href, url, rel, destination = member.text, "", None, None, None
        else:
            answers = {profile: _READERS[profile](member, setting, strict) for profile in ProfileName}
            raw, href, rel = member.raw, member.target, member.param("rel")
            url = resolve(href, base.href)
            reading = filter_final_link(_without(member, "type"), base.href)
            destination = reading.destination if isinstance(reading, FinalLink) else None
        yield JudgedLink(
            interim.id,
            offset,
            raw,
            href,
            url.href if url else None,
            rel,
            destination,
            tuple(_settled(profile, answer, setting, seen[profile]) for profile, answer in answers.items()),
            _recorded(recorded, raw),
        )


def _recorded(hints: list[Hint], raw: str) -> int | None:
    """The record's first entry with this text that no link has taken yet."""
    for index, hint in enumerate(hints):
        if hint.raw == raw:
            return hints.pop(index).id
    return None


def _settled(profile: ProfileName, answer: _Answer, setting: _Setting, seen: set[tuple[object, ...]]) -> Verdict:
    """The link's own fault comes first, since mending the others would not help it; then what the 103 as a whole
    lacks; then whether an earlier link asked for the same."""
    if isinstance(answer, _Asks):
        if setting.refusal is not None:
            answer = setting.refusal
        elif setting.http1 and profile is not ProfileName.EAGER:
            answer = _No("EH 4.4", "it came over HTTP/1.1, where no browser acts; serve the page over HTTP/2 or HTTP/3")
        elif answer.key is not None and answer.key in seen:
            answer = _No("EH 4.8", "an earlier link of this 103 asks for the same; leave one out")
    if isinstance(answer, _No):
        return Verdict(profile, False, answer.rule, answer.reason)
    if answer.key is None:
        return Verdict(profile, True, "EH 11.1", "a connection is opened")
    seen.add(answer.key)
    return Verdict(profile, True, "EH 4.6", "requested at once")


# -- one reader per profile

_Strict = dict[int, Asked | Dropped]
_Reader = Callable[[Link, _Setting, _Strict], _Answer]


def _strictly(setting: _Setting) -> _Strict:
    """Chromium's reading of each link, by its place in the field."""
    read = read_links(setting.fields, setting.base)
    return {each.link.offset: each for each in read if each.link is not None}


def _chromium(link: Link, setting: _Setting, strict: _Strict) -> _Answer:
    read = strict[link.offset]
    if isinstance(read, Dropped):
        return _No(read.refusal.rule, read.refusal.reason)
    if _is_public(setting.address) and _is_private(read.url.host):
        text = "a public page may not reach into a private network; hint at a public address"
        return _No("EH 10.2", text)
    return _Asks(None if read.rel == "preconnect" else (read.url.href,))


def _firefox(link: Link, setting: _Setting, strict: _Strict) -> _Answer:
    rel = (link.param("rel") or "").lower()
    if rel not in ("preload", "modulepreload", "preconnect"):
        return _No("EH 12.1", "Firefox acts on rel=preload, modulepreload and preconnect, each alone")
    read = _leniently(_without(link, "type"), setting)
    if isinstance(read, _No):
        return read
    found, url = read
    if not url.is_trustworthy:
        return _No("EH 4.7", "Firefox wants a potentially trustworthy target; use https")
    if found.rel == "preconnect":
        return _Asks(None)
    if found.destination is Destination.TRACK:
        return _No("EH 12.1", "as=track makes no request in a 103; use it in markup")
    if found.destination in (Destination.FONT, Destination.EMPTY) and found.rel == "preload" and not found.crossorigin:
        word = link.param("as") or ""
        return _No("EH 12.1", f"Firefox ignores an as={word} hint without crossorigin; add it")
    return _forbidden(found, url, setting) or _Asks((url.href, found.destination, found.crossorigin))


def _safari(link: Link, setting: _Setting, strict: _Strict) -> _Answer:
    if "preconnect" not in (link.param("rel") or "").lower().split():
        return _No("EH 12.2", "Safari acts on rel=preconnect only")
    if setting.base.scheme != "https":
        return _No("EH 12.2", "Safari acts on hints of https pages only; serve the page over https")
    if link.has("media") or link.has("imagesrcset"):
        return _No("EH 12.2", "Safari skips what depends on the viewport; remove media and imagesrcset")
    read = _leniently(link, setting)
    if isinstance(read, _No):
        return read
    url = read[1]
    directive = csp.forbids(setting.enforced, Destination.EMPTY, url, setting.base)
    if directive is not None:
        return _No("EH 12.2", f"{directive} of the 103 forbids it; allow the origin there")
    return _Asks(None)


def _standard(link: Link, setting: _Setting, strict: _Strict) -> _Answer:
    read = _leniently(link, setting)
    if isinstance(read, _No):
        return read
    found, url = read
    if found.rel == "preconnect":
        return _Asks(None)
    return _forbidden(found, url, setting) or _Asks((url.href, found.destination, found.crossorigin))


_READERS: dict[ProfileName, _Reader] = {
    ProfileName.CHROMIUM: _chromium,
    ProfileName.FIREFOX: _firefox,
    ProfileName.SAFARI: _safari,
    ProfileName.STANDARD: _standard,
    ProfileName.EAGER: _chromium,
}

# EH 3.8: HTML drops no link for a parameter; what its own rules refuse is worded for a 103 here.
_LENIENT: dict[str, tuple[str, str]] = {
    "stylesheet": ("EH 8.8", "rel=stylesheet does nothing in a 103; use rel=preload with as=style"),
    "unsupported-rel": ("EH 4.5", "no relation of it acts in a 103; use preload, modulepreload or preconnect"),
    "empty-target": ("EH 13.2", "its target is empty; name what to fetch"),
    "anchor-elsewhere": ("EH 2.11", "its anchor makes it speak of another resource; remove the anchor"),
    "unusable-as": ("EH 8.4", "its as names nothing that is preloaded; use script, style, font, image or fetch"),
    "preload-without-as": ("EH 4.3", "a preload without as fetches nothing; add as"),
    "unsupported-type": ("EH 3.8", "its type is not one a browser loads for its as; correct or remove it"),
}


def _leniently(link: Link, setting: _Setting) -> tuple[FinalLink, URL] | _No:
    """As HTML reads it: unknown parameters pass, crossorigin of any value is anonymous, type must fit (EH 3.8)."""
    read = filter_final_link(link, setting.base.href)
    if isinstance(read, Finding):
        return _No(*_LENIENT.get(read.code, (read.rule, read.message)))
    if read.rel == "dns-prefetch":
        return _No("EH 4.5", "dns-prefetch requests nothing; use rel=preconnect")
    url = resolve(read.href, setting.base.href)
    if url is None:
        return _No("EH 2.10", "its target does not resolve to a URL; correct it")
    if not url.is_http:
        return _No("EH 4.7", f"its target is a {url.scheme}: URL; only http and https are fetched")
    if setting.base.scheme == "https" and url.scheme == "http" and not url.is_trustworthy:
        return _No("EH 10.1", "mixed content: an http: target hinted by an https page; use https")
    return read, url


def _forbidden(found: FinalLink, url: URL, setting: _Setting) -> _No | None:
    """CSP as written: policies that are enforced, and only those (EH 6.1; 6.3 is Chromium's own)."""
    directive = csp.forbids(setting.enforced, found.destination or Destination.EMPTY, url, setting.base)
    if directive is None:
        return None
    return _No("EH 6.1", f"the Content-Security-Policy of the 103 forbids it ({directive}); allow it there")


def _without(link: Link, name: str) -> Link:
    return replace(link, params=tuple(pair for pair in link.params if pair[0] != name))


def _is_public(address: str | None) -> bool:
    return address is not None and is_ip(address) and ipaddress.ip_address(address).is_global


def _is_private(host: str) -> bool:
    """What its name alone tells: loopback, or a literal address of a private or link-local network."""
    return is_loopback(host) or (is_ip(host) and not ipaddress.ip_address(host).is_global)
