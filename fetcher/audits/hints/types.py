"""Media types: what a hint says its target is, what it says its content is, and what came."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.destinations import WORDS
from fetcher.audits.hints.told import (
    FAMILY,
    IDLE,
    each_browser,
    finding,
    graver,
    head_start_lost,
    hinted,
    in_each_run,
    is_early,
    is_idle,
    preloads_of,
    shown,
    uses_of,
    write,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields import mime
from fetcher.fields.link import Link
from fetcher.fields.link_preload import DESTINATIONS
from fetcher.record.page_load import RequestRecord
from fetcher.terms import Destination, field_values

_OPAQUE = "application/octet-stream"
_SNIFFED = (Destination.FONT, Destination.IMAGE)
"""Where browsers look at the bytes and not at the name, unless that names a document."""
_NEVER_SCRIPT = ("audio", "image", "video")
_DOCUMENTS = ("text/html", "application/xhtml+xml")


@rule(
    "hint-content-type-mismatch",
    title="What comes for a hint is what the hint says",
    severity=Severity.ERROR,
    also={"warning": "where the browser may use it all the same", "note": IDLE},
    family=FAMILY,
    fix="Correct the URL, serve the file with its own type, and answer 404 and not a page for what is missing.",
    source="sveltejs/kit#6879 (missing assets answered 200 with a page); Fetch 3.4-3.6",
)
@in_each_run
def hint_content_type_mismatch(page: Page) -> list[Finding]:
    """A hint as=style that brings text/html is most often an error page with status 200: the bytes are transferred
    early and thrown away, and what the page needed is missing. Browsers take a style sheet only as text/css, and look
    into images and fonts rather than believe their type."""
    found = []
    answered = 0
    for facts, _ in preloads_of(page):
        request = _answer(page, facts)
        if request is None or facts.link.destination is None:
            continue
        kind = mime.extract(field_values(request.response_fields, "content-type"))
        if request.status is None or not 200 <= request.status < 300 or kind is None:
            continue
        answered += 1
        uses = uses_of(page, facts)
        if uses and all(one.destination is not facts.link.destination for one in uses):
            continue  # its as is wrong, and has a rule of its own
        effect = _effect(facts.link.destination, kind, nosniff=mime.is_nosniff(request.response_fields))
        if effect is not None:
            found.append(_mismatch(page, facts, request, kind.essence, effect))
    if not answered:
        raise NotApplicable("no preload brought a response that says its type")
    return found


def _effect(destination: Destination, kind: mime.MimeType, *, nosniff: bool) -> tuple[bool, str] | None:
    """Whether it is of no use, and how browsers take it; None where it fits."""
    essence = kind.essence
    if mime.supports(destination, essence):
        return None
    if destination is Destination.STYLE:
        return True, "a style sheet of another type than text/css is not applied"
    if destination is Destination.SCRIPT:
        if nosniff or kind.type in _NEVER_SCRIPT or essence == "text/csv":
            return True, "it is not run as a script"
        if essence in _DOCUMENTS:
            return True, "it is run as a script and fails at the first tag"
        return False, "classic scripts run all the same, modules do not"
    if essence in _DOCUMENTS or mime.is_json(kind):
        return True, "it cannot be decoded"
    if destination in _SNIFFED:
        if essence == _OPAQUE or kind.type == destination.value or kind.type == "application":
            return None
        return False, "browsers look into it and may take it"
    return None


def _mismatch(page: Page, facts: HintFacts, request: RequestRecord, essence: str, effect: tuple[bool, str]) -> Finding:
    useless, told = effect
    destination = facts.link.destination or request.destination
    word = WORDS.get(destination, destination.value)
    use = next(iter(uses_of(page, facts)), None)
    severity = Severity.ERROR if useless else Severity.WARNING
    took, size = request.times, request.sizes.transferred
    ms = (
        round(took.response_end - took.request_start, 1)
        if took.response_end is not None and took.request_start is not None
        else None
    )
    return finding(
        page,
        facts,
        f"it is {hinted(facts)} as={word}, and {essence} came: {told}",
        severity=Severity.NOTE if is_idle(page, facts) else severity,
        use=use,
        differs=(Difference("type", word, essence),),
        browsers=each_browser(page, facts),
        cost=Cost(ms, size, Basis.MEASURED) if useless else None,
    )


def _answer(page: Page, facts: HintFacts) -> RequestRecord | None:
    """The hint's own response, else what the page's own request of the URL brought."""
    if facts.request is not None:
        return facts.request
    made = [one.request for one in uses_of(page, facts) if one.request is not None]
    return page.load.requests[made[0]] if made else None


@rule(
    "hint-type-unsupported",
    title="The type of a hint is one its as is loaded for, and the type that comes",
    severity=Severity.WARNING,
    also={"error": "where Chromium drops the whole link for it", "note": IDLE},
    family=FAMILY,
    fix="Correct the type, or leave it out: a preload needs none.",
    source="EH 3.6, 8.5; HTML, the preload algorithm",
)
@in_each_run
def hint_type_unsupported(page: Page) -> Iterator[Finding]:
    """type lets a browser skip what it cannot use. HTML asks for nothing where the type is not one of its as; Chromium
    drops a link of a 103 whose type is no plain registered type, and otherwise does not look at it there. A type that
    differs from what comes lets the wrong browsers skip it."""
    typed = [pair for pair in preloads_of(page) if pair[1].has("type")]
    if not typed:
        raise NotApplicable("no preload has a type")
    for facts, link in typed:
        found = _of_type(page, facts, link)
        if found is not None:
            yield found


def _of_type(page: Page, facts: HintFacts, link: Link) -> Finding | None:
    text = link.param("type") or ""
    bare = mime.parse(text)
    without = tuple(pair for pair in link.params if pair[0] != "type")
    fix = write(facts, Link(link.target, without, "", 0))
    if is_early(facts) and not mime.is_registered_type(text):
        told = f"type={shown(text)!r} is no plain type/subtype, and Chromium drops the whole link in a 103"
        return finding(
            page,
            facts,
            told,
            severity=graver(Severity.ERROR, page, facts),
            cost=head_start_lost(page, facts),
            fix=fix,
        )
    destination = facts.link.destination or DESTINATIONS.get((link.param("as") or "").lower())
    if destination is not None and bare is not None and not mime.supports(destination, bare.essence):
        word = WORDS.get(destination, destination.value)
        return finding(
            page,
            facts,
            f"type={bare.essence} is not loaded for as={word}: by HTML nothing is asked for"
            + (", and where a 103's type is not looked at it helps nobody" if is_early(facts) else ""),
            severity=Severity.NOTE if is_idle(page, facts) else Severity.WARNING,
            differs=(Difference("type", bare.essence, f"a type of as={word}"),),
            fix=fix,
        )
    request = _answer(page, facts)
    came = mime.extract(field_values(request.response_fields, "content-type")) if request is not None else None
    if request is None or bare is None or came is None or request.status != 200 or _same(bare, came):
        return None
    return finding(
        page,
        facts,
        f"type={bare.essence} is {hinted(facts)}, and {came.essence} came",
        severity=Severity.NOTE if is_idle(page, facts) else Severity.WARNING,
        differs=(Difference("type", bare.essence, came.essence),),
        fix=fix,
    )


def _same(hinted: mime.MimeType, came: mime.MimeType) -> bool:
    """Names of one thing: JavaScript has a dozen, fonts have old ones, and bare bytes may be anything."""
    if came.essence == _OPAQUE or (mime.is_javascript(hinted) and mime.is_javascript(came)):
        return True
    return _plain(hinted) == _plain(came)


def _plain(kind: mime.MimeType) -> str:
    name = kind.subtype.removeprefix("x-").removeprefix("font-").removeprefix("vnd.ms-")
    return {"jpg": "jpeg", "pjpeg": "jpeg", "vnd.microsoft.icon": "icon", "opentype": "otf"}.get(name, name)
