"""The links of the document, judged for every profile: those of the final head's Link field, then those of its markup
(EH 8), in that order (EH 8.1).

Chromium's verdict is the machine's own: the same filter, ``consumer_of`` and gate of policies, asked for a document
rebuilt from the record. The others part from it where EH 8 names a difference, and Firefox reads the field by its own
rules, as it was seen to (tests/end_to_end/firefox). Markup is known from what a scan found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate

from fetcher.analysis.links.values import JudgedLink, LinkSource, Stretch, Verdict
from fetcher.browser.commands import ConnectionKey
from fetcher.browser.document.consumers import consumer_of
from fetcher.browser.document.final_links import candidate_of
from fetcher.browser.fetches import Document, Fetch
from fetcher.browser.hints.firefox import final_link
from fetcher.browser.hints.reading import Refusal
from fetcher.browser.policies import container, gate
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.lengths import Screen
from fetcher.fields.link import Finding, Link, parse
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    ProfileName,
    field_values,
)
from fetcher.urls import URL, resolve

_KINDS = (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD, CandidateKind.PRECONNECT, CandidateKind.DNS_PREFETCH)
_CHROMIUMS = (ProfileName.CHROMIUM, ProfileName.EAGER)


def document_links(load: PageLoad) -> tuple[JudgedLink, ...]:
    """Every link of the page's document that could preload or preconnect; () where no document came."""
    request = load.document_request
    url = resolve(request.url) if request is not None else None
    if request is None or url is None:
        return ()
    source = _document(request, url, load)
    screen = screen_of(load)
    return (*_of_the_head(load, request, source, screen), *_of_the_markup(load, request, source, screen))


def screen_of(load: PageLoad) -> Screen:
    device = load.device
    return Screen(device.width, device.height, device.dpr, device.mobile) if device is not None else Screen()


def rebuilt(load: PageLoad, request: RequestRecord) -> Fetch | None:
    """A document or sheet of the record as the machine sees it, as far as what it asks for needs that."""
    url = resolve(request.url)
    return _document(request, url, load) if url is not None else None


def _document(request: RequestRecord, url: URL, load: PageLoad) -> Fetch:
    """The machine's view of the document, as far as reading its links needs one."""
    fetch = Fetch(
        request.id, url, Destination.DOCUMENT, Mode.NAVIGATE, Credentials.INCLUDE, NetPriority.HIGHEST,
        FetchPriority.AUTO, Initiator(InitiatorKind.NAVIGATION), ConnectionKey(url.scheme, url.host, url.port),
    )  # fmt: skip
    fetch.encoding = request.encoding
    fetch.document = Document(fetch, url, policies=container.read(request.response_fields, url))
    for found in load.discoveries:
        if found.source == request.id and found.candidate.kind is CandidateKind.BASE and found.url is not None:
            fetch.document.base = resolve(found.url) or url
            break
    return fetch


def _of_the_head(load: PageLoad, request: RequestRecord, source: Fetch, screen: Screen) -> Iterator[JudgedLink]:
    lines = list(field_values(request.response_fields, "link"))
    if not lines:
        return
    starts = list(accumulate((len(line) + 2 for line in lines[:-1]), initial=0))
    parsed = parse(lines)
    recorded: dict[int, int] = {}  # the first at each offset
    for number, found in enumerate(load.discoveries):
        if found.source == request.id and found.candidate.element == "Link":
            recorded.setdefault(found.candidate.offset, number)
    members: list[Link | Finding] = sorted([*parsed.links, *parsed.findings], key=lambda member: member.offset)
    for member in members:
        if isinstance(member, Finding):
            refusal = Refusal(member.rule, member.message, member.code)
            yield _judged(LinkSource.LINK_HEADER, request, member.text, member.offset, starts, None, refusal)
            continue
        answer = _read(member, source, screen, None)
        firefox = _read(member, source, screen, None, read_final=final_link)
        discovery = recorded.get(member.offset)
        yield _judged(
            LinkSource.LINK_HEADER, request, member.raw, member.offset, starts, member, answer, discovery,
            firefox=firefox,
        )  # fmt: skip


def _of_the_markup(load: PageLoad, request: RequestRecord, source: Fetch, screen: Screen) -> Iterator[JudgedLink]:
    for number, found in enumerate(load.discoveries):
        candidate = found.candidate
        if found.source != request.id or candidate.kind not in _KINDS or candidate.element == "Link":
            continue
        attributes = tuple((name, value or None) for name, value in candidate.attributes if name != "href")
        raw = "<link " + " ".join(f'{name}="{value}"' if value else name for name, value in candidate.attributes) + ">"
        link = Link(candidate.url, attributes, raw, candidate.offset)
        answer = _read(link, source, screen, candidate)
        yield _judged(LinkSource.MARKUP, request, raw, candidate.offset, None, link, answer, number, candidate.line)


def _by_chromium(link: Link, base: URL) -> FinalLink | Refusal:
    read = filter_final_link(link, base.href)
    return Refusal(read.rule, read.message, read.code) if isinstance(read, Finding) else read


def _read(
    link: Link,
    source: Fetch,
    screen: Screen,
    candidate: Candidate | None,
    read_final: Callable[[Link, URL], FinalLink | Refusal] = _by_chromium,
) -> FinalLink | Refusal:
    """What it asks for; ``candidate`` is the element it stands in, None for a field, which ``read_final`` reads."""
    read = read_final(link, source.url)
    if isinstance(read, Refusal):
        return read
    if read.rel == "dns-prefetch":
        return Refusal("EH 8.3", "dns-prefetch looks a name up and requests nothing; use rel=preconnect", "look-up")
    made = candidate or candidate_of(link, read)
    if read.rel == "preconnect":
        url = resolve(link.target, source.url.href)
        wrong = url is None or not url.is_http
        return Refusal("EH 8.2", "its target is no http(s) URL; name an origin", "scheme") if wrong else read
    consumer = consumer_of(source, made, 0.0, screen)
    if isinstance(consumer, str):
        return Refusal("EH 8.5" if "media" in consumer else "EH 8.2", f"{consumer}; nothing is requested")
    blocked = gate.before(consumer)
    if blocked is None:
        return read
    rule = "EH 10.1" if blocked.rule == "mixed content" else blocked.rule
    return Refusal(rule, f"{blocked.reason}; nothing is requested")


def _judged(
    source: LinkSource,
    request: RequestRecord,
    raw: str,
    offset: int,
    starts: list[int] | None,
    link: Link | None,
    answer: FinalLink | Refusal,
    discovery: int | None = None,
    line: int = 0,
    firefox: FinalLink | Refusal | None = None,
) -> JudgedLink:
    url = resolve(link.target, request.url) if link is not None else None
    read = answer if isinstance(answer, FinalLink) else None
    return JudgedLink(
        source=source,
        interim=None,
        request=request.id,
        place=_place(offset, len(raw), starts, line),
        raw=raw,
        href=link.target if link is not None else "",
        url=url.href if url is not None else None,
        rel=link.param("rel") if link is not None else None,
        destination=read.destination if read is not None else None,
        verdicts=tuple(
            _verdict(name, firefox if firefox and name is ProfileName.FIREFOX else answer, source)
            for name in ProfileName
        ),
        discovery=discovery,
    )


def _place(offset: int, length: int, starts: list[int] | None, line: int) -> Stretch:
    """``starts``: where each line of the field begins in the joined one, None in markup, where the element's own text
    is not kept, so that its length is unknown."""
    if starts is None:
        return Stretch(offset, None, line, None)
    number = bisect_right(starts, offset) - 1
    return Stretch(offset, length, number, offset - starts[number])


def _verdict(name: ProfileName, answer: FinalLink | Refusal, source: LinkSource) -> Verdict:
    if isinstance(answer, Refusal):
        if answer.code == "stylesheet" and name is ProfileName.FIREFOX:
            return Verdict(name, True, "EH 8.8", "Firefox loads a style sheet named by a Link field")
        if answer.code == "stylesheet" and name not in _CHROMIUMS:
            text = "only Firefox loads a style sheet named by a Link field; use a <link> element"
            return Verdict(name, False, answer.rule, text)
        return Verdict(name, False, answer.rule, answer.reason)
    if answer.rel == "preconnect":
        return Verdict(name, True, "EH 8.3", "a connection is opened, before the document is there")
    if answer.needs_viewport:
        return Verdict(name, True, "EH 8.3", "requested once the viewport is known")
    where = "with the head" if source is LinkSource.LINK_HEADER else "as soon as it is read"
    return Verdict(name, True, "EH 8.1", f"requested {where}, unless an earlier request of it serves")
