"""HTML and Fetch as written: a 103's links as "process early hint headers" reads them (EH 3.8, 6.1, 9.1).

No parameter drops a link, ``type`` must be one that a browser loads for the destination, only policies that are
enforced block, and the protocol does not matter: Fetch hands over the first 103 whatever it came by.
"""

from __future__ import annotations

from fetcher.browser.hints.reading import (
    Early,
    Read,
    Refusal,
    as_html,
    asked,
    dropped,
    each_link,
    enforced,
    forbidden,
)
from fetcher.fields.link import Link


def read(early: Early) -> list[Read]:
    """Every link of a 103 as the standards read it."""
    policies = enforced(early)

    def one(link: Link) -> Read:
        found = as_html(link, early.base)
        if isinstance(found, Refusal):
            return dropped(link, found, early)
        hint, url = found
        refused = None if hint.rel == "preconnect" else forbidden(hint, url, policies, early.base)
        return asked(hint, url) if refused is None else dropped(link, refused, early)

    return each_link(early, one)
