"""What policies forbid: a request, an inline style or script, a base URL, an ancestor of a frame (CSP 3 section 6).

Every policy given is asked, whatever its disposition; the answer is the directive that forbids, by its name in the
policy, or None. ``self_url`` is the URL of the response that carried them.
"""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.fields.content_security_policy.policy import DIRECTIVES, INLINE, Policy
from fetcher.fields.content_security_policy.sources import is_hash, matches
from fetcher.terms import Destination
from fetcher.urls import URL

_BY_NONCE = (Destination.SCRIPT, Destination.STYLE)


def forbids(
    policies: Iterable[Policy],
    destination: Destination,
    url: URL,
    self_url: URL,
    *,
    nonce: str | None = None,
    parser_inserted: bool = False,
    integrity: Iterable[str] = (),
    redirected: bool = False,
) -> str | None:
    """The directive that forbids requesting ``url`` for ``destination``.

    A ``nonce`` that is listed allows scripts and styles. ``parser_inserted`` is for elements of the document: under
    'strict-dynamic' such a script needs the nonce or a hash, its host does not count. ``integrity``: the digests
    ("sha256-...") an external script must have, which allow it when every one of them is listed. ``redirected``: paths
    of source expressions do not count any more (CSP 7.6).
    """
    digests = tuple(integrity)
    for policy in policies:
        found = policy.governing(DIRECTIVES.get(destination, ()))
        if found is None:
            continue
        name, sources = found
        if destination in _BY_NONCE and nonce and f"'nonce-{nonce}'" in sources:
            continue
        if destination is Destination.SCRIPT:
            if digests and all(f"'{digest}'" in sources for digest in digests):
                continue
            if parser_inserted and _has(sources, "'strict-dynamic'"):
                return name
        if not any(matches(source, url, self_url, redirected=redirected) for source in sources):
            return name
    return None


def forbids_inline(
    policies: Iterable[Policy], kind: str, *, nonce: str | None = None, digests: Iterable[str] = ()
) -> str | None:
    """The directive that forbids what stands in the document itself: a "style", a "style attribute" or a "script".
    ``digests`` are those of its text ("sha256-..."), as far as they are known."""
    known = tuple(digests)
    for policy in policies:
        found = policy.governing(INLINE[kind])
        if found is None:
            continue
        name, sources = found
        if nonce and kind != "style attribute" and f"'nonce-{nonce}'" in sources:
            continue
        if any(f"'{digest}'" in sources for digest in known) and (
            kind != "style attribute" or _has(sources, "'unsafe-hashes'")
        ):
            continue
        if not _allows_all_inline(sources, kind):
            return name
    return None


def asks_for_digests(policies: Iterable[Policy], kind: str) -> bool:
    """Whether an inline ``kind`` might be allowed by a digest of its text."""
    for policy in policies:
        found = policy.governing(INLINE[kind])
        if found is not None and any(is_hash(source) for source in found[1]):
            return True
    return False


def forbids_base(policies: Iterable[Policy], url: URL, self_url: URL) -> str | None:
    """ "base-uri" where a <base> may not name ``url``."""
    for policy in policies:
        sources = policy.directives.get("base-uri")
        if sources is not None and not any(matches(source, url, self_url) for source in sources):
            return "base-uri"
    return None


def forbids_ancestor(policies: Iterable[Policy], ancestors: Iterable[URL], self_url: URL) -> str | None:
    """ "frame-ancestors" where a document may not stand in one of ``ancestors``."""
    above = tuple(ancestors)
    for policy in policies:
        sources = policy.directives.get("frame-ancestors")
        if sources is None:
            continue
        if not all(any(matches(source, each, self_url, redirected=True) for source in sources) for each in above):
            return "frame-ancestors"
    return None


def _allows_all_inline(sources: tuple[str, ...], kind: str) -> bool:
    """CSP 6.7.3.2: 'unsafe-inline' stops counting beside a nonce, a hash or (for scripts) 'strict-dynamic'."""
    if any(source.lower().startswith("'nonce-") or is_hash(source) for source in sources):
        return False
    if kind == "script" and _has(sources, "'strict-dynamic'"):
        return False
    return _has(sources, "'unsafe-inline'")


def _has(sources: tuple[str, ...], keyword: str) -> bool:
    return any(source.lower() == keyword for source in sources)
