"""Relations and parameters: what makes a browser leave a link of a 103 alone, whatever the rest of it says."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links.mending import written
from fetcher.audits.finding import Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    HEEDED,
    IDLE,
    counted,
    finding,
    graver,
    head_start_lost,
    in_each_run,
    links_of,
    mended,
    shown,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.early_hint import DESTINATIONS, PARAMETERS
from fetcher.fields.link import Link
from fetcher.terms import ProfileName

ACTING = ("preload", "modulepreload", "preconnect")
_MEANT_AS_HINT = ("dns-prefetch", "prefetch", "prerender", "stylesheet", "next", "script", "preloads", "pre-load")
_ABOUT_VIEWPORT = ("media", "imagesrcset", "imagesizes")


@rule(
    "hint-rel-unsupported",
    title="Every link of the 103 has a relation that acts there",
    severity=Severity.WARNING,
    also={"note": f"where nothing is lost by it, or {IDLE}"},
    family=FAMILY,
    fix="Use rel=preload with as, rel=modulepreload or rel=preconnect, each alone; keep others for the final response.",
    source="Chromium docs/early-hints.md; EH 3.1, 4.5, 12; nuxt/framework#8306 (prefetch in a 103)",
)
@in_each_run
def hint_rel_unsupported(page: Page) -> Iterator[Finding]:
    """Browsers act on preload, modulepreload and preconnect in a 103 and on nothing else: a link that says prefetch,
    dns-prefetch, prerender or stylesheet, several relations at once or none has no effect there, and its bytes come
    before all others."""
    idle = []
    for facts, link in links_of(page):
        rel = (link.param("rel") or "").strip().lower()
        if rel in ACTING:
            if page.profile is ProfileName.SAFARI and rel != "preconnect":
                idle.append(facts)
            continue
        yield _unsupported(page, facts, link, rel)
    if idle:
        yield _in_safari(page, idle)


def _unsupported(page: Page, facts: HintFacts, link: Link, rel: str) -> Finding:
    words = rel.replace("'", " ").split()
    if not link.has("rel") or not words:
        told, meant = "the link has no rel, so that it asks for nothing", True
    elif any(word in ACTING for word in words):
        told = f"rel={shown(rel)!r} is more than one relation alone, and Chromium drops the link of a 103 for that"
        meant = True
    else:
        told, meant = f"rel={shown(rel)} does nothing in a 103", any(word in _MEANT_AS_HINT for word in words)
    return finding(
        page,
        facts,
        told,
        severity=graver(Severity.WARNING if meant else Severity.NOTE, page, facts),
        cost=head_start_lost(page, facts),
        fix=mended(page, facts) or _as_preload(link),
    )


def _as_preload(link: Link) -> str:
    """With rel=preload, where it says what it is."""
    if (link.param("as") or "").lower() not in DESTINATIONS:
        return ""
    params = tuple(pair for pair in link.params if pair[0] in PARAMETERS and pair[0] != "rel")
    return f"Write {written(Link(link.target, (('rel', 'preload'), *params), '', 0))}, if this page needs it at once."


def _in_safari(page: Page, idle: list[HintFacts]) -> Finding:
    first = idle[0]
    return Finding(
        f"Safari acts on rel=preconnect only: {counted(len(idle), 'preload')} of the 103 do nothing there",
        severity=Severity.NOTE,
        subject="preloads in Safari",
        quote=page.quote(first.link),
        url=first.url,
        browsers=((ProfileName.SAFARI, "acts on rel=preconnect only (EH 12.2)"),),
        fix="Keep the preloads for the other browsers, and preload in the markup what Safari should have early too.",
    )


@rule(
    "hint-param-unsupported",
    title="The links of the 103 have no parameter that makes Chromium drop them",
    severity=Severity.ERROR,
    also=HEEDED,
    family=FAMILY,
    fix="Send the bare link in the 103, and keep the other parameters for the final response or the markup.",
    source="EH 3.2, 3.5; nginx/nginx#884 and Orange-OpenSource/hurl#900 (samples)",
)
@in_each_run
def hint_param_unsupported(page: Page) -> Iterator[Finding]:
    """Chromium drops a whole link of a 103 for any parameter but rel, as, crossorigin, type, fetchpriority and
    integrity: nopush, title, media, imagesrcset, nonce, referrerpolicy, anchor. It is the commonest fault of hints,
    since the same link acts on the final response. A crossorigin of a value it does not know drops the link as well."""
    acting = [pair for pair in links_of(page) if (pair[1].param("rel") or "").strip().lower() in ACTING]
    if not acting:
        raise NotApplicable("the 103 has no link whose relation acts")
    for facts, link in acting:
        told = _refused(link)
        if told is None:
            continue
        yield finding(
            page,
            facts,
            told,
            severity=graver(Severity.ERROR, page, facts),
            cost=head_start_lost(page, facts),
            fix=mended(page, facts),
        )


def _refused(link: Link) -> str | None:
    unknown = list(dict.fromkeys(name for name, _ in link.params if name not in PARAMETERS))
    if unknown:
        names = " and ".join(_written(link, name) for name in unknown)
        told = f"{names} makes Chromium drop the whole link in a 103"
        if any(name in _ABOUT_VIEWPORT for name in unknown):
            told += ", and others do not heed it there: they ask for the target as it stands"
        return told
    value = link.param("crossorigin")
    if link.has("crossorigin") and value is not None and value.lower() not in ("anonymous", "use-credentials"):
        written = f'"{shown(value)}"' if not value.isalnum() else value
        return f"crossorigin={written} is none of its values, and Chromium drops the whole link in a 103"
    return None


def _written(link: Link, name: str) -> str:
    value = link.param(name)
    return name if value is None else f'{name}="{shown(value, 40)}"'
