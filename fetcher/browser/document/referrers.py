"""Which referrer policy a request goes by (Referrer Policy 5, 8.1; HTML "referrerpolicy"): the element's own, that of
the sheet or module that names it, or the document's. Settled against Chromium 156:

- ``referrerpolicy`` acts on a, img, iframe, script and link only; video, source, input, embed and SVG do not have it.
  An unknown word is nothing there; the legacy ones of <meta> count on img and iframe.
- A style sheet's requests go by the Referrer-Policy of its response, else by the default, not by the document's policy
  or the link's; but its imports, and all of a <style> element, by the document's.
- A module's imports go by the Referrer-Policy of its response, else by the policy the module was asked for with.
"""

from __future__ import annotations

from fetcher.browser.fetches import Document, Fetch
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.referrer_policy import DEFAULT, ReferrerPolicy, of_attribute, of_meta, parse
from fetcher.terms import Destination, field_values

_HAVE_THE_ATTRIBUTE = frozenset({"img", "iframe", "script", "link", "Link"})
_KNOW_LEGACY_WORDS = frozenset({"img", "iframe"})


def policy_for(source: Fetch, document: Document, candidate: Candidate) -> ReferrerPolicy:
    """That of what ``candidate``, named in ``source`` (``document``, or a sheet or module of it), asks for."""
    if source.document is None:
        said = parse(field_values(source.fields, "referrer-policy"))
        if said is not None:
            return said
        if source.destination is Destination.STYLE:
            return document.referrer_policy if candidate.kind is CandidateKind.CSS_IMPORT else DEFAULT
        return source.referrer_policy
    if candidate.element in _HAVE_THE_ATTRIBUTE and not candidate.inline:
        word = candidate.attribute("referrerpolicy")
        judge = of_meta if candidate.element in _KNOW_LEGACY_WORDS else of_attribute
        own = judge(word) if word is not None else None
        if own is not None:
            return own
    if candidate.inline and document.is_srcdoc and document.parent is not None:
        own = document.referrer_policy  # a <style> there does not go by what the page around it says
        return DEFAULT if own is document.parent.referrer_policy else own
    return document.referrer_policy
