"""What a person should be told about a load besides its numbers: one sentence each, in a fixed order."""

from __future__ import annotations

from fetcher.fields.mime import is_html
from fetcher.record.page_load import PageLoad
from fetcher.terms import field_value


def notes_of(load: PageLoad) -> tuple[str, ...]:
    """The notes of a load that is over (an error of the load itself is ``load.error``, not a note)."""
    notes: list[str] = []
    document = load.document_request
    if document is not None and document.status is not None:
        if document.status >= 400:
            notes.append(f"{document.url} answered {document.status} {document.reason_phrase or ''}".rstrip() + ".")
        content_type = field_value(document.response_fields, "content-type")
        if document.status not in (204, 205, 304) and not is_html(content_type):
            kind = content_type or "of no stated type"
            notes.append(f"{document.url} is {kind}, not HTML: nothing in it was looked for.")
        elif document.outcome == "complete" and not document.sizes.decoded:
            notes.append(f"{document.url} came with an empty body: there is nothing to discover.")
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
