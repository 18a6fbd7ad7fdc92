"""What a person should be told about a load besides its numbers: one sentence each, in a fixed order."""

from __future__ import annotations

from fetcher.discovery.sniffing import HTML, XML
from fetcher.fields.mime import is_html
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName, field_value

_REST = "fields, priorities, connections and discovery are Chromium's"
_RULES = (
    "which links of a 103 act, that a hinted response serves the same request whatever its Cache-Control, and that its "
    "redirect is followed at once,"
)
THEIRS = {
    ProfileName.STANDARD: f"Driven as standard: {_RULES} are as HTML and Fetch say; {_REST}.",
    ProfileName.FIREFOX: f"Driven as firefox: {_RULES} and how a hint is asked for are as Firefox 153 was seen to do "
    "it; priorities, connections and discovery are Chromium's.",
    ProfileName.SAFARI: "Driven as safari: that preconnect alone acts in a 103 is Safari's, from WebKit's sources and "
    f"not from runs; {_REST}.",
}
"""What a load driven by another than Chromium's rules owes to them."""

NOTHING_ELSE = "A browser was seen to request nothing of the page but what was found here."
"""Of a load beside which a browser's file was given (--discoveries): its scripts hide no request."""


def notes_of(load: PageLoad) -> tuple[str, ...]:
    """The notes of a load that is over (an error of the load itself is ``load.error``, not a note)."""
    notes: list[str] = []
    if load.profile in THEIRS and load.recorded_by is None:
        notes.append(THEIRS[load.profile])
    document = load.document_request
    if document is not None and document.status is not None:
        if document.status >= 400:
            notes.append(f"{document.url} answered {document.status} {document.reason_phrase or ''}".rstrip() + ".")
        content_type = field_value(document.response_fields, "content-type")
        is_read = is_html(content_type) or document.sniffed in (HTML, XML)
        if document.sniffed in (HTML, XML):
            notes.append(f"{document.url} does not say what it is; by its first bytes it is {document.sniffed}.")
        if document.status not in (204, 205, 304) and not is_read:
            kind = content_type or "of no stated type"
            notes.append(f"{document.url} is {kind}, not HTML: nothing in it was looked for.")
        elif document.outcome == "complete" and not document.sizes.decoded:
            notes.append(f"{document.url} came with an empty body: there is nothing to discover.")
    left_out = next((d for d in load.discoveries if d.outcome == "refused" and "discoveries" in d.reason), None)
    if left_out is not None:
        where = f"line {left_out.candidate.line} of {load.requests[left_out.source].url}"
        notes.append(f"At {where} {left_out.reason}.")
    for number in load.navigations:
        request = load.requests[number]
        if request.redirect_to is not None and not 300 <= (request.status or 0) < 400:
            next_one = load.requests[request.redirect_to]
            how = "its Refresh field" if next_one.initiator.element == "Refresh" else "a meta refresh"
            notes.append(f"{request.url} led on to {next_one.url} once it had loaded, by {how}.")
    notes += [
        f"The hinted {request.url} answered {request.status}."
        for request in load.requests
        if request.hint is not None and request.status is not None and request.status >= 400
    ]
    if any(connection.session for connection in load.connections):
        notes.append(
            "Subresources went through an aiohttp session: when they were sent and on which connection is not known."
        )
    return tuple(notes)
