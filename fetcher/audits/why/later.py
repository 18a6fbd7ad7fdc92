"""The later steps of a hint's way, which only what came of it can tell: its request, whether what came can be reused,
and whether the page asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fetcher.analysis.reuse import REDIRECTS
from fetcher.analysis.versions import Near, NearURLs
from fetcher.analysis.wanted import Wanted
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.resources.told import must_see_uses
from fetcher.audits.rule import Unknown
from fetcher.audits.telling import listed, ms, sized
from fetcher.audits.why.values import State, Step, StepName
from fetcher.record.page_load import ConnectionRecord, RequestRecord
from fetcher.terms import ProfileName, field_value
from fetcher.urls import resolve

Make = Callable[[], Step]

_HIDDEN = "nothing that could be seen asks for it, but scripts did not run, and one of them may"


# -- request


def requested(page: Page, facts: HintFacts) -> Step:
    """What the request for it, or the connection, came to."""
    if facts.is_preconnect:
        return _connected(page, facts)
    request = facts.request
    if request is None:
        hint = facts.hint
        said = "the record does not say what was requested for it"
        if hint is not None and not hint.acted:
            said = f"this load made no request for it: {hint.reason}"
        return Step(StepName.REQUEST, State.UNKNOWN, said)
    if request.outcome not in ("complete", "pending"):
        return _step(request, State.FAILED, f"its request failed ({request.error or request.outcome})")
    if request.status is None:
        return _step(request, State.UNKNOWN, "its request was still waiting for an answer when the load ended")
    if request.status >= 400:
        return _step(request, State.FAILED, f"it was requested and answered {request.status}")
    if request.status in REDIRECTS:
        to = field_value(request.response_fields, "location") or "another URL"
        said = f"it was requested and answered {request.status} to {to}, which Chromium does not follow for a hint"
        return _step(request, State.FAILED, said, "EH 7.3", fix="hint at the URL it redirects to")
    return _step(request, State.PASSED, f"it was requested and answered {request.status}")


def _step(request: RequestRecord, state: State, said: str, rule: str = "", fix: str | None = None) -> Step:
    times = request.times
    evidence = []
    if request.timing_is_cache_read:
        evidence.append(f"a cache answered ({request.cache_source}), so that its times say nothing of the network")
        return Step(StepName.REQUEST, state, said, rule, None, None, tuple(evidence), fix)
    for what, at in (
        ("sent", times.request_start),
        ("its head came", times.final_response_headers_start),
        ("complete", times.response_end),
    ):
        if at is not None:
            evidence.append(f"{what} at {ms(at)}")
    if request.held is not None:
        evidence.append(f"held back: {request.held}")
    if request.sizes.transferred is not None:
        evidence.append(sized(request.sizes.transferred))
    return Step(StepName.REQUEST, state, said, rule, times.request_start, None, tuple(evidence), fix)


def _connected(page: Page, facts: HintFacts) -> Step:
    line = facts.connection
    if line is None:
        reason = facts.hint.reason if facts.hint is not None else "the record does not say whether one was opened"
        known = facts.hint is not None and facts.hint.acted
        return Step(StepName.REQUEST, State.PASSED if known else State.UNKNOWN, f"no connection of its own: {reason}")
    if line.error is not None:
        return Step(StepName.REQUEST, State.FAILED, f"its connection failed ({line.error})", at=line.opened_at)
    if line.connect_end is None:
        return Step(StepName.REQUEST, State.UNKNOWN, "its connection was still opening when the load ended")
    said = f"a connection to {line.host} was opened" + (f" ({line.protocol})" if line.protocol else "")
    evidence = (f"begun at {ms(line.opened_at)}", f"ready at {ms(line.connect_end)}")
    return Step(StepName.REQUEST, State.PASSED, said, at=line.opened_at, evidence=evidence)


# -- reuse


def reused(page: Page, facts: HintFacts, profile: ProfileName) -> Step:
    """Whether what came can serve the page's own request, by the rule that ``profile`` goes by (EH 9.4)."""
    if facts.is_preconnect:
        return _carried(page, facts)
    rule = "EH 9.3" if profile in (ProfileName.CHROMIUM, ProfileName.EAGER) else "EH 9.1"
    if facts.request is None or not facts.reuses:
        return Step(StepName.REUSE, State.UNKNOWN, "without a request in the record there is nothing to compare")
    wants = page.used_by_url.get(facts.url or "", ())
    asked = [one for one in facts.reuses if one.wanted in wants] or list(facts.reuses)
    again = next((one for one in facts.doubles if page.load.requests[one.later].url == facts.url), None)
    bad = [(one, obstacle) for one in asked if (obstacle := one.by(profile)) is not None]
    evidence = tuple(_again(page, facts))
    if not bad and again is not None and not wants:
        said = f"its response did not serve the page's own request: {again.reason}"
        return Step(StepName.REUSE, State.FAILED, said, rule, evidence=evidence, fix=_mending(facts))
    if not bad:
        said = "its response serves the page's own request"
        if asked[0].wanted is None:
            said = "its response may be kept, and could serve a request"
        elif profile in (ProfileName.FIREFOX, ProfileName.STANDARD) and asked[0].by_key is not None:
            said += f" from the HTTP cache, not as a preload, for {asked[0].by_key.reason}"
        return Step(StepName.REUSE, State.PASSED, said, rule, evidence=evidence)
    first, obstacle = bad[0]
    if len(bad) < len(asked):
        evidence += (f"{len(asked) - len(bad)} of its {len(asked)} uses are served all the same",)
    who = f" for {first.wanted.what}" if first.wanted is not None else ""
    return Step(
        StepName.REUSE, State.FAILED, f"its response cannot serve{who}: {obstacle.reason}", rule, evidence=evidence,
        fix=_mending(facts),
    )  # fmt: skip


def _mending(facts: HintFacts) -> str | None:
    return next((double.fix + (f": {double.link}" if double.link else "") for double in facts.doubles), None)


def _again(page: Page, facts: HintFacts) -> Iterator[str]:
    for double in facts.doubles:
        second = page.load.requests[double.later]
        at = second.times.request_start
        same = "the same URL" if second.url == facts.url else second.url
        when = f" at {ms(at)}" if at is not None else ""
        yield f"{same} was requested again{when}: {double.reason}"


def _carried(page: Page, facts: HintFacts) -> Step:
    """Whether requests of the page went over the connection that a preconnect opened."""
    carried = _requests_over(page, facts.connection)
    if facts.connection is None:
        return Step(StepName.REUSE, State.UNKNOWN, "without a connection of its own there is nothing to use")
    if carried:
        return Step(StepName.REUSE, State.PASSED, f"{len(carried)} of the page's requests went over it", "EH 11.1")
    there = page.by_origin.get(_origin(facts.url), ())
    if there:
        return _apart(page, facts.connection, there[0])
    return Step(StepName.REUSE, State.PASSED, "nothing went to that origin that it could have carried")


def _apart(page: Page, line: ConnectionRecord, one: RequestRecord) -> Step:
    """Why ``one`` of the page's requests did not go over the ``line`` that was opened for it."""
    said, fix = "the page's requests to that origin went over another connection", None
    theirs = page.load.connections[one.connection] if one.connection is not None else None
    if theirs is not None and one.coalesced:
        said += f": that of {theirs.host}, whose certificate covers it too"
    elif theirs is not None and theirs.credentialed is not line.credentialed:
        kind = "with" if line.credentialed else "without"
        said += f": the one that was opened is for requests {kind} credentials"
        fix = "take crossorigin out of it" if theirs.credentialed else "give it crossorigin"
    elif theirs is not None and theirs.third_party is not line.third_party:
        said += ": Chromium keeps those apart that carry credentials to another site, and opens a preconnect's for none"
    return Step(StepName.REUSE, State.FAILED, said, "EH 11.1", fix=fix)


def _requests_over(page: Page, line: ConnectionRecord | None) -> list[RequestRecord]:
    return [one for one in page.load.requests if line is not None and one.connection == line.id]


def _origin(url: str | None) -> str:
    parsed = resolve(url) if url is not None else None
    return parsed.origin if parsed is not None else ""


# -- use


def used(page: Page, facts: HintFacts) -> Step:
    """Whether the page asks for it, and where."""
    if facts.is_preconnect:
        there = [one.url for one in page.by_origin.get(_origin(facts.url), ())]
        if there:
            return Step(StepName.USE, State.PASSED, f"the page asks that origin for {listed(there)}")
        if _origin(facts.url) in page.seen_origins:
            return Step(StepName.USE, State.PASSED, "a browser was seen to ask that origin")
        return _unused(page, "nothing on the page is asked of that origin")
    hint = facts.hint
    wants = page.used_by_url.get(facts.url or "", ())
    if wants:
        evidence = []
        if hint is not None and hint.used_at is not None:
            evidence.append(f"at {ms(hint.used_at)}")
        if hint is not None and hint.head_start is not None:
            evidence.append(f"its head start is {ms(hint.head_start)}")
        at = hint.used_at if hint is not None else None
        return Step(StepName.USE, State.PASSED, f"the page uses it: {_places(page, wants)}", at=at,
                    evidence=tuple(evidence))  # fmt: skip
    again = [one.later for one in facts.doubles if page.load.requests[one.later].url == facts.url]
    if again:
        return Step(StepName.USE, State.PASSED, f"the page asks for it: {page.load.requests[again[0]].destination}")
    if hint is not None and hint.used and not page.load.discoveries:
        return Step(StepName.USE, State.PASSED, "the page used it", at=hint.used_at)
    if hint is not None and hint.used is None and not page.load.discoveries:
        return Step(StepName.USE, State.UNKNOWN, "the record does not show what the page uses")
    if (hidden := page.why_hidden(facts.url)) is not None:
        return Step(StepName.USE, State.UNKNOWN, hidden)
    if facts.url in page.asked_in_chromium:
        return Step(StepName.USE, State.PASSED, "a browser was seen to ask for it, in a frame of the page")
    near = tuple(f"the page uses {one.url}, and {one.told}" for one in _near_of(page, facts.url))
    return _unused(page, "nothing on the page asks for it", near)


def used_of(page: Page, urls: Sequence[str]) -> Step:
    """The same of ``urls`` that no link names."""
    if urls:
        each = [f"{url} ({_places(page, page.used_by_url[url])})" for url in urls]
        return Step(StepName.USE, State.PASSED, f"the page uses {listed(each)}")
    return _unused(page, "nothing on the page asks for it")


def _unused(page: Page, said: str, evidence: tuple[str, ...] = ()) -> Step:
    if page.load.only_hints:
        why = "only the document and its hints were loaded, so that nobody knows what the page uses"
        if page.load.is_measured_in_browser:
            why = f"the record of {page.load.recorded_by} does not tell what the page used"
        return Step(StepName.USE, State.UNKNOWN, why)
    if page.hides_uses:
        return Step(StepName.USE, State.UNKNOWN, _HIDDEN, evidence=evidence)
    try:
        must_see_uses(page)
    except Unknown as reason:
        return Step(StepName.USE, State.UNKNOWN, str(reason), evidence=evidence)
    return Step(StepName.USE, State.FAILED, said, "EH 9.6", evidence=evidence)


def _places(page: Page, wants: Sequence[Wanted]) -> str:
    found = []
    for one in wants:
        place = page.place(one)
        line = f", line {place.line}" if place is not None and place.line is not None else ""
        found.append(f"{one.what}{line}")
    return listed(list(dict.fromkeys(found)))


def _near_of(page: Page, url: str | None) -> Iterator[Near]:
    near = NearURLs(page.used_by_url).of(url) if url is not None else None
    if near is not None:
        yield near


def nearly(page: Page, asked: str) -> Iterator[Near]:
    """The hinted URL that is nearest to the one asked for."""
    meant = resolve(asked, page.url)
    near = NearURLs(link.url for link in page.links if link.url).of(meant.href) if meant is not None else None
    if near is not None:
        yield near
