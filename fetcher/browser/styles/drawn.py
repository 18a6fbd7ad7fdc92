"""Between what scans met and the cascade: when a document is computed, and which of what waits is then asked for.

As Chromium 156 does: nothing is asked for while a style sheet that blocks rendering is on its way, or before the body
begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fetcher.browser.document.consumers import document_of
from fetcher.browser.fetches import Document, Fetch
from fetcher.browser.state import LoadState
from fetcher.discovery.candidates import Candidate, Text
from fetcher.discovery.html.digests import digests_of
from fetcher.discovery.viewport.lengths import Screen
from fetcher.fields import content_security_policy as csp
from fetcher.urls import URL

NOT_DRAWN = "no element that is shown is drawn with it: its rule matches none, or another one overrides it"
NOT_SET = "no text that is shown is set in this face"
Waiting = tuple[int, Candidate, float]


def read(source: Fetch, text: Text) -> None:
    """A piece of the document ``source`` is, or the whole of the sheet it is."""
    document = document_of(source)
    if text.too_long:
        document.styles.give_up()
    elif source.document is not None:
        if text.text:
            document.styles.text(text.text, text.codec)
        if text.last:
            document.styles.end()
    elif source.consumer is not None:
        asked, applies = source.consumer.url.href, source.consumer.applies
        document.styles.sheet(asked, source.url.href, _decoded(text), applies=applies)


def _decoded(text: Text) -> str:
    try:
        return text.text.decode(text.codec, "replace")
    except (LookupError, UnicodeError):
        return text.text.decode("utf-8", "replace")


def may_be_drawn(document: Document, state: LoadState) -> bool:
    """Whether a browser would lay ``document`` out by now: at the latest when nothing else will come."""
    if document.is_hidden:
        return False
    parsing = document.parsing
    if (parsing.body or document.styles.ended) and not parsing.waits_for_sheets(state.scans):
        return True
    return not state.pending and not state.scans


def _allowed(policies: Sequence[csp.Policy]) -> Callable[[str, str, str | None], bool]:
    """Whether a policy lets a "style" or "style attribute" of this text and nonce apply."""

    def allows(kind: str, text: str, nonce: str | None) -> bool:
        digests = digests_of(text.encode("utf-8", "replace"))
        return csp.forbids_inline(policies, kind, nonce=nonce, digests=digests) is None

    return allows


def settle(
    document: Document, screen: Screen, url_of: Callable[[Fetch, Candidate], URL | None], state: LoadState
) -> tuple[list[Waiting], list[Waiting], list[Waiting]]:
    """The pictures and faces to be asked for now; and the faces that names have to decide about, where the document is
    too much for the cascade."""
    styles = document.styles
    scripting = document.policies.runs_scripts
    allows = _allowed(document.policies.csp) if document.policies.csp else None
    found = styles.compute(screen, document.base.href, document.preferred, scripting=scripting, allows=allows)
    if found is None:
        pictures, fonts, styles.pictures, styles.fonts = styles.pictures, styles.fonts, [], []
        return pictures, [], fonts
    urls, faces = found
    due: list[Waiting] = []
    waiting: list[Waiting] = []
    for one in styles.pictures:
        url = url_of(state.source(one[0]), one[1])
        (due if url is not None and url.href in urls else waiting).append(one)
    styles.pictures = waiting
    fonts = [one for one in styles.fonts if id(one[1]) in faces]
    styles.fonts = [one for one in styles.fonts if id(one[1]) not in faces]
    return due, fonts, []
