"""Walks one hint from the wire to its use and names the first step that fails, in one browser and in the others.

A pure function of a page's loads. Steps after the one that fails have no turn, but for the last: whether the page asks
for the URL is worth knowing however early the hint was lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fetcher.analysis.links import JudgedLink, Verdict, early_hints_of, verdicts
from fetcher.audits.auditing import apply
from fetcher.audits.finding import Finding
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import Rule
from fetcher.audits.telling import BROWSERS, counted, listed, ms
from fetcher.audits.why import later, unseen
from fetcher.audits.why.names import given_up, is_meant, uses
from fetcher.audits.why.observed import Seen, seen_in_chromium, with_instants
from fetcher.audits.why.values import Elsewhere, State, Step, StepName, Why
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName

MOST_LINKS = 50
"""A glob that means more links than this has the first of them explained."""

_PARSED = ("EH 2.", "EH 3.", "EH 8.", "EH 13.")
_SAYS_NOTHING = frozenset({"EH 4.3", "EH 4.5"})


def why(page: Page, asked: str, rules: Sequence[Rule] = ()) -> tuple[Why, ...]:
    """One answer for each link of the page's 103s that ``asked`` (a URL, a path or a glob) means, in their order; one
    that says why there is none where none does. ``rules`` are those whose findings on the hint are given with it."""
    shown = page.showing(lambda load: bool(_meant(load, asked)))
    if shown is None:
        return (_nameless(page, asked),)
    one = page if len(page.loads) == 1 else replace(page, loads=(shown,))
    found = [finding for rule in rules for finding in apply(rule, page).findings]
    seen = seen_in_chromium(one.load)
    return tuple(_explained(page, one, link, asked, found, seen) for link in _meant(shown, asked)[:MOST_LINKS])


def _meant(load: PageLoad, asked: str) -> list[JudgedLink]:
    return [link for link in verdicts(load) if is_meant(asked, link, load.final_url or load.url)]


def _explained(page: Page, one: Page, link: JudgedLink, asked: str, found: Sequence[Finding], in_chromium: Seen) -> Why:
    seen = page.seen(lambda load: any(each.raw == link.raw for each in verdicts(load)))
    facts = one.facts_of(link)
    observed = in_chromium.get((link.interim, link.offset))
    steps = with_instants(_steps(one, link, facts, page.profile, seen, page.runs), observed)
    failed = _failed(steps)
    return Why(
        page=page.url,
        profile=page.profile,
        asked=asked,
        link=link.raw,
        url=link.url,
        seen=seen,
        runs=page.runs,
        failed=failed.name if failed is not None else None,
        steps=steps,
        browsers=tuple(_elsewhere(one, link, facts, name, seen, page.runs) for name in BROWSERS),
        findings=tuple(finding for finding in found if _is_on(finding, link)),
        unseen=tuple(unseen.unseen(one, page.profile, steps)),
        in_chromium=observed,
    )


def _is_on(finding: Finding, link: JudgedLink) -> bool:
    if finding.quote is not None and finding.quote.text == link.raw:
        return True
    return link.url is not None and link.url in (finding.url, finding.subject)


def _failed(steps: Sequence[Step]) -> Step | None:
    return next((step for step in steps if step.state is State.FAILED), None)


def _elsewhere(page: Page, link: JudgedLink, facts: HintFacts, profile: ProfileName, seen: int, runs: int) -> Elsewhere:
    steps = _steps(page, link, facts, profile, seen, runs)
    failed = _failed(steps)
    if failed is not None:
        return Elsewhere(profile, failed.name, failed.rule, failed.said)
    open_ = [step.name.value for step in steps if step.state is State.UNKNOWN]
    reason = f"nothing fails; unknown: {listed(open_)}" if open_ else "nothing fails"
    return Elsewhere(profile, None, "", reason)


def _steps(
    page: Page, link: JudgedLink, facts: HintFacts, profile: ProfileName, seen: int, runs: int
) -> tuple[Step, ...]:
    verdict = link.by(profile)
    steps = [_wire(page, link, seen, runs), _parse(link, verdict)]
    steps.append(_after(steps, StepName.POLICY, lambda: _policy(page, facts, verdict, profile)))
    steps.append(_after(steps, StepName.REQUEST, lambda: later.requested(page, facts)))
    steps.append(_after(steps, StepName.REUSE, lambda: later.reused(page, facts, profile)))
    steps.append(later.used(page, facts))
    return tuple(steps)


def _after(steps: Sequence[Step], name: StepName, make: later.Make) -> Step:
    failed = _failed(steps)
    if failed is not None:
        return Step(name, State.NOT_REACHED, f"no turn: it failed at {failed.name}")
    return make()


# -- the first three steps


def _wire(page: Page, link: JudgedLink, seen: int, runs: int) -> Step:
    load = page.load
    interim = load.interim[link.interim] if link.interim is not None else None
    at = interim.at if interim is not None else None
    heads = page.early_hints
    links = [one for one in page.links if one.interim == link.interim]
    number = next((at for at, one in enumerate(links, 1) if one.place == link.place), 1)
    which = "the 103" if len(heads) == 1 else f"103 number {[one.id for one in heads].index(link.interim or 0) + 1}"
    said = f"{which} names it, link {number} of {len(links)}"
    evidence = []
    final = load.final_response_headers_start
    if at is not None:
        said += f", {ms(at)} after the navigation began"
        if final is not None and final >= at:
            evidence.append(f"{ms(final - at)} before the final head")
    if seen < runs:
        evidence.append(f"in {seen} of {runs} runs only: the others brought no 103, or one without it")
    return Step(StepName.WIRE, State.PASSED, said, at=at, quote=page.quote(link), evidence=tuple(evidence))


def is_unreadable(verdict: Verdict) -> bool:
    """Whether a refusal is of what the link itself says, rather than of the circumstances it came in."""
    return not verdict.acts and (verdict.rule.startswith(_PARSED) or verdict.rule in _SAYS_NOTHING)


def _parse(link: JudgedLink, verdict: Verdict) -> Step:
    if is_unreadable(verdict):
        return Step(StepName.PARSE, State.FAILED, verdict.reason.rstrip("."), verdict.rule, fix=verdict.fix)
    kind = f"rel={link.rel}" + (f" with destination {link.destination}" if link.destination else "")
    return Step(StepName.PARSE, State.PASSED, f"it reads as {kind}, of {link.url or 'no URL'}")


def _policy(page: Page, facts: HintFacts, verdict: Verdict, profile: ProfileName) -> Step:
    if not verdict.acts:
        return Step(StepName.POLICY, State.FAILED, verdict.reason.rstrip("."), verdict.rule, fix=verdict.fix)
    hint, load = facts.hint, page.load
    if load.early_hints is False:
        said = "this load was made with Early Hints switched off, so that nothing acted on it"
        return Step(StepName.POLICY, State.UNKNOWN, said)
    if hint is not None and not hint.acted and load.profile is profile:
        return Step(StepName.POLICY, State.FAILED, hint.reason.rstrip("."), hint.rule)
    said = f"{profile} acts on it: {verdict.reason}"
    return Step(StepName.POLICY, State.PASSED, said, verdict.rule)


# -- no link names it


def _nameless(page: Page, asked: str) -> Why:
    state, said, evidence, rule = State.FAILED, "", list(_instead(page, asked)), ""
    lost = [raw for load in page.judged for raw in given_up(load, early_hints_of(load), asked)]
    if lost:
        rule = "EH 7.2"
        said = f"a 103 named it before a redirect to another origin, which gives its hints up: {lost[0]}"
    elif not page.early_hints and not page.tells_of_interims:
        state, said = State.UNKNOWN, page.nothing_came
    elif not page.early_hints:
        over = "in any run" if page.runs > 1 else "in the one run"
        said = f"no 103 came {over}"
    else:
        said = "the 103 does not name it"
        names = [link.href or link.raw for link in page.links]
        evidence.append(f"it has {counted(len(names), 'link')}" + (f": {listed(names)}" if names else ""))
    wire = Step(StepName.WIRE, state, said, rule, evidence=tuple(evidence))
    rest = [
        Step(name, State.NOT_REACHED, f"no turn: {'unknown' if state is State.UNKNOWN else 'it failed'} at wire")
        for name in StepName
        if name not in (StepName.WIRE, StepName.USE)
    ]
    steps = (wire, *rest, later.used_of(page, list(uses(page, asked))))
    failed = _failed(steps)
    return Why(
        page=page.url,
        profile=page.profile,
        asked=asked,
        link=None,
        url=None,
        seen=0,
        runs=page.runs,
        failed=failed.name if failed is not None else None,
        steps=steps,
        unseen=tuple(unseen.unseen(page, page.profile, steps)),
    )


def _instead(page: Page, asked: str) -> Iterator[str]:
    """Where else it stands, and what a 103 names that is nearly it."""
    for links, where in ((page.final_links, "the final response's Link field"), (page.markup_links, "the document")):
        for link in links:
            if is_meant(asked, link, page.url):
                yield f"{where} names it, which is later than a 103: {link.raw}"
    for near in later.nearly(page, asked):
        yield f"the 103 names {near.url}, and {near.told}"
