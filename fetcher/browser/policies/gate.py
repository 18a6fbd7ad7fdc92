"""The one gate: a document's requests pass ``before``, their redirects ``redirected``, their responses ``response``.

In Chromium's order: an insecure URL is upgraded first, then Content-Security-Policy is asked about what is left, then
mixed content. What is refused here is never sent; what ``response`` refuses is an outcome of its request.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.browser.policies import content_types, cross_origin, embedding, framing, mixed_content
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.policies.container import EmbedderPolicy
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields import content_security_policy as csp
from fetcher.fields import integrity
from fetcher.terms import Credentials, Destination, InitiatorKind, Mode
from fetcher.urls import URL

_SCRIPTS = (CandidateKind.SCRIPT, CandidateKind.MODULE_SCRIPT)
_FRAMED_TOO = (Destination.OBJECT, Destination.EMBED)
_CHECKED = {
    CandidateKind.STYLESHEET,
    CandidateKind.SCRIPT,
    CandidateKind.MODULE_SCRIPT,
    CandidateKind.MODULE_IMPORT,
    CandidateKind.MODULEPRELOAD,
    CandidateKind.PRELOAD,
}
_PLAYED = (Destination.AUDIO, Destination.VIDEO)
_INTEGRITY = (Destination.SCRIPT, Destination.STYLE, Destination.FONT)


def before(consumer: Consumer) -> Blocked | None:
    """Why ``consumer`` may not be asked for. Upgrades its URL, leaves its credentials off and marks it as not applied
    where a policy says so."""
    document, candidate = consumer.document, consumer.candidate
    policies = document.policies
    inline = forbidden_inline(document, candidate)
    if inline is not None:
        if candidate.kind is not CandidateKind.CSS_IMPORT:
            return inline
        consumer.applies = False  # asked for all the same: the preload scanner does not look at the policy
        consumer.note = "the style element that imports it is forbidden, so it is not applied"
    judged = _secured(consumer, consumer.url)
    if isinstance(judged, Blocked):
        return _by_content_security(consumer, consumer.url) or judged
    consumer.url, note = judged
    if note:
        consumer.note = f"{consumer.note}; {note}" if consumer.note else note
    if policies.csp:
        blocked = _by_content_security(consumer, consumer.url)
        if blocked is not None:
            return blocked
    if (
        consumer.mode is not Mode.CORS
        and consumer.destination not in _PLAYED
        and _names_a_user(consumer.url, consumer.client)
    ):
        return Blocked("URL credentials", "its URL has a user name or password, which no part of a page may have")
    if consumer.mode is Mode.SAME_ORIGIN and (policies.is_opaque or consumer.client.origin != consumer.url.origin):
        return Blocked("same-origin", "a resource of another origin, asked for without CORS where that is needed")
    consumer.credentials = credentials_for(consumer, consumer.url, crossed=False)
    return None


def redirected(consumer: Consumer, fetch: Fetch, url: URL) -> tuple[URL, str] | Blocked:
    """Where the redirect of ``fetch`` to ``url`` leads, with a note where that is elsewhere, or why nowhere."""
    judged = _secured(consumer, url)
    if isinstance(judged, Blocked):
        return judged
    target, _ = judged
    if consumer.document.policies.csp:
        blocked = _by_content_security(consumer, target, redirected=True)
        if blocked is not None:
            return blocked
    crosses = fetch.crossed or target.origin != consumer.client.origin
    if consumer.mode is Mode.CORS and crosses and _user(target):
        return Blocked("CORS", "its redirect names a user or password, which CORS forbids")
    if _names_a_user(target, consumer.client):
        return Blocked("URL credentials", "its redirect names a user or password, which no part of a page may have")
    if consumer.mode is Mode.SAME_ORIGIN and crosses:
        return Blocked("same-origin", "its redirect leads to another origin, and it was asked for without CORS")
    return judged


def _user(url: URL) -> str:
    return url.href.split("/", 3)[2].rpartition("@")[0] if url.is_http else ""


def _names_a_user(url: URL, client: URL) -> bool:
    """Whether a subresource or frame has a user in its URL that Chromium refuses, where it looks: any but the page's
    own, which relative URLs have too. It looks at neither films and sounds nor at what is asked for by CORS."""
    return bool(user := _user(url)) and (user != _user(client) or url.origin != client.origin)


def response(consumer: Consumer, fetch: Fetch, *, is_redirect: bool = False) -> Blocked | None:
    """Why the response of ``fetch`` is not for ``consumer``."""
    document = consumer.document
    policies = document.policies
    if consumer.mode is Mode.NAVIGATE:
        blocked = cross_origin.resource_policy_check(
            fetch.fields, fetch.url, consumer.client, policies.embedder, with_credentials=True
        ) if policies.embedder is not EmbedderPolicy.UNSAFE_NONE else None  # fmt: skip
        if blocked is None and not is_redirect:
            blocked = embedding.judge(consumer, fetch.fields) or framing.judge(
                fetch.fields, fetch.url, [each.url for each in _upwards(document)], policies.embedder
            )
        return blocked
    crossed = fetch.crossed or policies.is_opaque or fetch.url.origin != consumer.client.origin
    if consumer.mode is Mode.CORS and crossed:
        blocked = cross_origin.cors_check(
            fetch.fields, origin_of(consumer, fetch), with_credentials=consumer.credentials is Credentials.INCLUDE
        )
    elif consumer.mode is Mode.NO_CORS:
        blocked = _no_cors(fetch, consumer.client, policies.embedder, policies.is_opaque, consumer.credentials)
    else:
        blocked = None
    if blocked is not None or is_redirect or not fetch.is_ok or _is_preload(consumer.candidate):
        return blocked
    return content_types.judge(fetch.fields, consumer.destination, is_module=_is_module(consumer))


def hinted_response(fetch: Fetch, embedder: EmbedderPolicy) -> Blocked | None:
    """Why the response of a hint that nobody has claimed is thrown away: CORS, CORP, the COEP of the 103 (EH 6.4)."""
    client = fetch.client
    if client is None:
        return None
    if fetch.mode is Mode.NO_CORS:
        return _no_cors(fetch, client, embedder, False, fetch.credentials)
    if client.origin == fetch.url.origin:
        return None
    return cross_origin.cors_check(
        fetch.fields, client.origin, with_credentials=fetch.credentials is Credentials.INCLUDE
    )


def integrity_of(consumer: Consumer) -> str:
    """The metadata its response has to match (EH 8.7), "" where nothing counts."""
    candidate = consumer.candidate
    if candidate.kind not in _CHECKED or consumer.destination not in _INTEGRITY:
        return ""
    value = candidate.attribute("integrity")
    return value if value is not None and integrity.strongest(value) is not None else ""


def is_opaque_response(consumer: Consumer, fetch: Fetch) -> bool:
    """Whether its bytes may not be looked at, so that no integrity can be checked."""
    return consumer.mode is Mode.NO_CORS and (fetch.crossed or fetch.url.origin != consumer.client.origin)


def forbidden_inline(document: Document, candidate: Candidate) -> Blocked | None:
    """Whether the <style> element or style attribute in which ``candidate`` stands is forbidden."""
    if candidate.kind is CandidateKind.MODULE_IMPORT:
        return None  # judged for its whole module
    return _forbidden(document, candidate, "style" if candidate.element == "style" else "style attribute")


def forbidden_script(document: Document, candidate: Candidate) -> Blocked | None:
    """Whether the inline module or import map in which ``candidate`` stands is forbidden."""
    return _forbidden(document, candidate, "script")


def _forbidden(document: Document, candidate: Candidate, kind: str) -> Blocked | None:
    if not candidate.inline or not document.policies.csp:
        return None
    digests = (candidate.attribute("digests") or "").split()
    directive = csp.forbids_inline(document.policies.csp, kind, nonce=candidate.attribute("nonce"), digests=digests)
    if directive is None:
        return None
    return Blocked(f"CSP {directive}", f"the page's Content-Security-Policy forbids this {kind}")


def forbidden_base(document: Document, url: URL) -> Blocked | None:
    """Whether a <base> may name ``url``."""
    policies = document.policies
    if not policies.csp or policies.self_url is None:
        return None
    if csp.forbids_base(policies.csp, url, policies.self_url) is None:
        return None
    return Blocked("CSP base-uri", "the page's Content-Security-Policy forbids this base URL, so it is none")


def origin_of(consumer: Consumer, fetch: Fetch) -> str:
    """What an Origin field says of the document that asks."""
    return "null" if fetch.tainted or consumer.document.policies.is_opaque else consumer.client.origin


def credentials_for(consumer: Consumer, url: URL, *, crossed: bool) -> Credentials:
    """COEP credentialless leaves credentials off no-cors requests to other origins (Fetch 3.7), an opaque origin has
    nothing of the same one."""
    policies = consumer.document.policies
    elsewhere = crossed or policies.is_opaque or consumer.client.origin != url.origin
    if consumer.mode is Mode.NO_CORS and elsewhere and policies.embedder is EmbedderPolicy.CREDENTIALLESS:
        return Credentials.OMIT
    if consumer.credentials is Credentials.SAME_ORIGIN and (policies.is_opaque or crossed):
        return Credentials.OMIT  # back at the page's own origin too: the response is no basic one any more
    return consumer.credentials


def _secured(consumer: Consumer, url: URL) -> tuple[URL, str] | Blocked:
    document = consumer.document
    if url.scheme != "http":
        return url, ""
    return mixed_content.judge(
        url,
        consumer.destination,
        is_secure=any(each.url.scheme == "https" for each in _upwards(document)),
        upgrades=document.policies.upgrades,
        from_set=_is_from_set(consumer.candidate),
    )


def _by_content_security(consumer: Consumer, url: URL, *, redirected: bool = False) -> Blocked | None:
    policies, candidate = consumer.document.policies, consumer.candidate
    if not policies.csp or policies.self_url is None:
        return None
    is_script = consumer.destination is Destination.SCRIPT
    metadata = (candidate.attribute("integrity") or "") if is_script and candidate.kind in _CHECKED else ""
    destinations = [consumer.destination]
    if consumer.mode is Mode.NAVIGATE and consumer.destination in _FRAMED_TOO:
        destinations.append(Destination.FRAME)
    for destination in destinations:
        directive = csp.forbids(
            policies.csp,
            destination,
            url,
            policies.self_url,
            nonce=candidate.attribute("nonce") if candidate.kind in _CHECKED else None,
            parser_inserted=_is_parser_inserted(consumer),
            integrity=integrity.expressions(metadata) if metadata else (),
            redirected=redirected,
        )
        if directive is not None:
            what = f"a redirect to {url.origin}" if redirected else "it"
            return Blocked(f"CSP {directive}", f"the page's Content-Security-Policy does not allow {what}")
    return None


def _no_cors(
    fetch: Fetch, client: URL, embedder: EmbedderPolicy, opaque: bool, credentials: Credentials
) -> Blocked | None:
    included = credentials is Credentials.INCLUDE
    blocked = cross_origin.resource_policy_check(
        fetch.fields, fetch.url, client, embedder, with_credentials=included, opaque=opaque
    )
    if blocked is not None or fetch.status is None:
        return blocked
    return cross_origin.opaque_response_check(fetch.fields, fetch.status, fetch.url, client)


def _is_parser_inserted(consumer: Consumer) -> bool:
    """Under 'strict-dynamic': an element of the markup. A modulepreload is none, nor is what a module imports,
    nor a Link field."""
    if consumer.initiator.kind is InitiatorKind.MODULE_GRAPH or consumer.candidate.element == "Link":
        return False
    return consumer.candidate.kind in _SCRIPTS or consumer.candidate.kind is CandidateKind.PRELOAD


def _is_module(consumer: Consumer) -> bool:
    kind = consumer.candidate.kind
    return kind is CandidateKind.MODULE_SCRIPT or consumer.initiator.kind is InitiatorKind.MODULE_GRAPH


def _is_preload(candidate: Candidate) -> bool:
    return candidate.kind in (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD)


def _is_from_set(candidate: Candidate) -> bool:
    """Chosen from a srcset or <picture>, which browsers do not upgrade (Mixed Content 4.2, "imageset")."""
    return bool(candidate.sources) or (candidate.element == "img" and bool(candidate.attribute("srcset")))


def _upwards(document: Document) -> Iterator[Document]:
    above: Document | None = document
    while above is not None:
        yield above
        above = above.parent
