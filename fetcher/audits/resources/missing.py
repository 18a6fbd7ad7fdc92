"""Hinted resources that are not there, or are there in a version that the page no longer uses: the mark of a 103
that is older than the page, as an edge that remembers hints sends it after a deployment."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.versions import Nearness
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Difference, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.resources.told import FAMILY, fetched, is_broken, is_moved, must_see_uses, near, use_of
from fetcher.audits.rule import Unknown, rule
from fetcher.audits.telling import about, by_browser, cost_of, sized

MUCH = 50 * 1024
"""Bytes of an unused hint that make it an error."""

_DEPLOYED = (
    "Purge the edge's remembered hints when you deploy, make the 103 from the same manifest as the page, and keep "
    "the old files for as long as old hints can be sent."
)


@rule(
    "hint-not-found",
    title="Hinted resources are there",
    severity=Severity.ERROR,
    family=FAMILY,
    fix=_DEPLOYED,
    source="developer.chrome.com early-hints: abcd100 hinted while the page uses abcd105; hypothesis/lms#2799",
)
@in_each_run
def hint_not_found(page: Page) -> Iterator[Finding]:
    """A hinted URL answers with an error or not at all: mostly a file of the release before, still in a remembered 103.
    The request takes the link's time before the page has asked for anything."""
    hinted = fetched(page)
    close = near(page, hinted)
    for one in hinted:
        if not is_broken(one.request):
            continue
        status, error = one.request.status, one.request.error or one.request.outcome
        what = f"answered {status}" if status is not None and status >= 400 else f"failed ({error})"
        message = f"the 103 hints {one.url}, which {what}"
        other = close.get(one.url)
        differs: tuple[Difference, ...] = ()
        use = use_of(page, other.url) if other is not None else one.use
        if other is not None:
            message += f"; the page uses {other.url} instead, and {other.told}: the hint is older than the page"
            differs = (Difference("URL", one.url, other.url),)
        elif use is not None:
            message += ", and the page uses it: it is broken for the page too"
        yield about(
            page,
            one.facts,
            message,
            use=use,
            differs=differs,
            browsers=by_browser(
                one.facts,
                chromium="requests it, keeps the answer where that may be stored, and never says so to the page",
                firefox="requests it and throws the answer away",
                safari="opens the connection",
            ),
            cost=cost_of(one.request),
            fix="Mend the resource, or take it out of the 103." if other is None and use is not None else "",
        )


@rule(
    "hint-stale-version",
    title="Hints name the version that the page uses",
    severity=Severity.ERROR,
    family=FAMILY,
    fix=_DEPLOYED,
    source="developer.chrome.com early-hints",
)
@in_each_run
def hint_stale_version(page: Page) -> Iterator[Finding]:
    """A hinted file is one that the page uses in another version: the old one is downloaded for nothing, and the new
    one has no head start."""
    hinted = fetched(page)
    close = near(page, hinted)
    for one in hinted:
        other = close.get(one.url)
        if is_broken(one.request) or other is None or other.nearness is not Nearness.VERSION:
            continue
        use = use_of(page, other.url)
        part = "query" if one.url.partition("?")[0] == other.url.partition("?")[0] else "version"
        yield about(
            page,
            one.facts,
            f"the 103 hints {one.url}, but the page uses {other.url} ({other.told}): "
            f"{sized(one.request.sizes.transferred)} for nothing, and no head start for the one that counts",
            use=use,
            differs=(Difference(part, one.url, other.url),),
            browsers=by_browser(
                one.facts,
                chromium="downloads both",
                firefox="downloads both",
                safari="opens the connection",
            ),
            cost=cost_of(one.request),
        )


@rule(
    "hint-unused",
    title="The page uses what is hinted",
    severity=Severity.WARNING,
    also={"error": f"over {MUCH:,} bytes"},
    family=FAMILY,
    fix="Take it out of the 103, or hint it only on pages that use it.",
    source="Chromium warns of it 3 s after load (EH 9.6); Web Almanac 2024; the error over 50 KiB is ours",
)
@in_each_run
def hint_unused(page: Page) -> Iterator[Finding]:
    """Nothing on the page uses a hinted resource: its bytes come before those that the page waits for. Where scripts
    did not run it is unknown, since they may use it."""
    hinted = fetched(page)
    if page.load.only_hints:
        page.must_see_uses()
    close = near(page, hinted)
    hidden: str | None = None
    told = False
    for one in hinted:
        if one.is_used or is_broken(one.request) or is_moved(one.request) or one.url in close:
            continue
        if one.url == page.url:
            continue  # the page itself is no resource of the page: another rule's
        if (reason := page.why_hidden(one.url)) is not None:
            hidden = reason
            continue
        if one.url in page.asked_in_chromium:
            continue  # a frame's use
        must_see_uses(page)
        told = True
        if one.is_used is None:
            raise Unknown("the record does not show what used the hint")
        size = one.request.sizes.transferred
        yield about(
            page,
            one.facts,
            f"the 103 hints {one.url} ({sized(size)}), and nothing on the page uses it",
            severity=Severity.ERROR if (size or 0) > MUCH else Severity.WARNING,
            browsers=by_browser(
                one.facts,
                chromium="downloads it, and warns on the console three seconds after load (EH 9.6)",
                firefox="downloads it, and cancels it after a while where nothing claims it (EH 12.1)",
                safari="opens the connection",
            ),
            cost=cost_of(one.request),
        )
    if hidden is not None and not told:
        raise Unknown(hidden)
