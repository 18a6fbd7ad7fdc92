"""A document's policies, read from its response and from the <meta> elements met so far (HTML "policy container").

A frame inherits from the documents above it whether insecure requests are upgraded and whether its origin is opaque.
Report-only policies never block here: they are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fetcher.fields.content_security_policy import MOST_WORDS, Policy, asks_for_digests, parse, parse_meta
from fetcher.terms import Fields, field_values
from fetcher.urls import URL


class EmbedderPolicy(StrEnum):
    """Cross-Origin-Embedder-Policy (HTML 7.1.4)."""

    UNSAFE_NONE = "unsafe-none"
    REQUIRE_CORP = "require-corp"
    CREDENTIALLESS = "credentialless"


@dataclass(slots=True, eq=False)
class Policies:
    """``self_url`` is what 'self' means; None before the document's response. ``upgrades``: http: URLs become https:
    ones. ``is_opaque``: sandboxed, so its origin is "null" to everybody. ``is_credentialless``: in a frame with that
    attribute, whose cookies, cache and sockets are apart from everybody's and end with the page.
    ``metas`` counts the words of <meta> policies."""

    self_url: URL | None = None
    csp: tuple[Policy, ...] = ()
    embedder: EmbedderPolicy = EmbedderPolicy.UNSAFE_NONE
    upgrades: bool = False
    is_opaque: bool = False
    is_credentialless: bool = False
    runs_scripts: bool = True
    metas: int = 0

    @property
    def asks_for_digests(self) -> bool:
        """Whether the text of a <style> or style attribute might allow it."""
        return any(asks_for_digests(self.csp, kind) for kind in ("style", "style attribute"))

    def add_meta(self, content: str) -> bool:
        """A <meta http-equiv=content-security-policy> was met in the head: it governs what comes after it. False where
        too many words were said before it (``MOST_WORDS``), so that it is left out."""
        if self.metas >= MOST_WORDS:
            return False
        found = parse_meta(content)
        self.metas += sum(1 + len(words) for each in found for words in each.directives.values())
        self._add(found)
        return True

    def add(self, policy: str) -> None:
        """What the frame's csp attribute asks for, and the response lets it."""
        self._add(parse([policy]))

    def _sandbox(self, attribute: str | None) -> None:
        if attribute is not None:
            words = attribute.lower().split()
            self.is_opaque = self.is_opaque or "allow-same-origin" not in words
            self.runs_scripts = self.runs_scripts and "allow-scripts" in words

    def _add(self, policies: tuple[Policy, ...]) -> None:
        self.csp += policies
        self.upgrades = self.upgrades or any(each.upgrades for each in policies)


def read(
    fields: Fields,
    url: URL,
    above: Policies | None = None,
    sandbox: str | None = None,
    *,
    credentialless: bool = False,
) -> Policies:
    """The policies of a response at ``url`` that becomes a document, in a frame of a document with the policies
    ``above`` where that is not None; ``sandbox`` is the frame's attribute of that name,
    ``credentialless`` whether it or one above has that."""
    enforced = parse(field_values(fields, "content-security-policy"))
    found = Policies(url, embedder=embedder_policy(fields))
    found.is_credentialless = credentialless
    found.is_opaque = not all(each.keeps_origin for each in enforced)
    found.runs_scripts = all(each.runs_scripts for each in enforced)
    if above is not None:
        found.upgrades = above.upgrades
        found.is_opaque = found.is_opaque or (above.is_opaque and above.self_url is not None)
        found.runs_scripts = found.runs_scripts and above.runs_scripts
    found._sandbox(sandbox)
    found._add(enforced)
    return found


def inherited(above: Policies, sandbox: str | None, csp: str | None, *, opaque: bool, credentialless: bool) -> Policies:
    """Those of a document that stands in one with the policies ``above`` (HTML 7.1.7: of about:srcdoc and data: URLs).
    ``csp`` is the frame's attribute of that name."""
    found = Policies(above.self_url, above.csp, above.embedder, above.upgrades)
    found.is_credentialless, found.metas = credentialless, above.metas
    found.is_opaque = above.is_opaque or opaque
    found.runs_scripts = above.runs_scripts
    found._sandbox(sandbox)
    if csp is not None:
        found._add(parse([csp]))
    return found


def embedder_policy(fields: Fields) -> EmbedderPolicy:
    """A structured item: its token counts, whatever its parameters; anything else is no policy."""
    value = ", ".join(field_values(fields, "cross-origin-embedder-policy"))
    try:
        return EmbedderPolicy(value.partition(";")[0].strip(" \t"))
    except ValueError:
        return EmbedderPolicy.UNSAFE_NONE
