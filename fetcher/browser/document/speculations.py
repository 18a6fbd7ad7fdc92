"""Why what speculation rules list is not asked for (HTML 7.6): it serves a page to come, and nothing of this one.

Chromium 156 asks for what is listed with the eagerness "immediate" at once, as it was seen to do headless too: a
document for later, with Sec-Purpose: prefetch (or prefetch;prerender), Sec-Fetch-Site: none and the lowest priority,
52 of them at the most. Anything less eager waits for a reader's hand.
"""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate

_DOES = {
    "prefetch": "Chromium prefetches it at once",
    "prerender": "Chromium begins to prerender it at once",
    "prerender_until_script": "Chromium begins to prerender it at once",
}


def why_not_asked_for(candidate: Candidate) -> str:
    """In a sentence for the record."""
    eagerness = candidate.attribute("eagerness") or "conservative"
    if eagerness == "immediate" and candidate.url:
        does = _DOES.get(candidate.attribute("action") or "", "a browser may ask for it")
        return f"speculation rules: {does}, for a page to come, apart from this one"
    return f"speculation rules: what a page to come may need, once a reader's hand comes near it ({eagerness})"
