"""The instants of a hint in Chromium (a NetLog), as evidence of the steps that our own load shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fetcher.analysis.hints_in_chromium import Agreement, Fate, HintInChromium, hints_in_chromium
from fetcher.analysis.links import verdicts
from fetcher.audits.telling import ms
from fetcher.audits.why.values import Step, StepName
from fetcher.record.page_load import PageLoad

Seen = Mapping[tuple[int | None, int], HintInChromium]


def seen_in_chromium(load: PageLoad) -> Seen:
    """What a NetLog shows of each link, by its 103 and its place there; nothing where none was given."""
    found = hints_in_chromium(load)
    return {(link.interim, link.offset): one for link, one in zip(verdicts(load), found, strict=True)} if found else {}


def with_instants(steps: Sequence[Step], seen: HintInChromium | None) -> tuple[Step, ...]:
    """``steps`` with what was seen of each in Chromium behind its own evidence."""
    if seen is None:
        return tuple(steps)
    told: dict[StepName, list[str]] = {}
    for name, said in _told(seen):
        told.setdefault(name, []).append(said)
    return tuple(replace(step, evidence=(*step.evidence, *told.get(step.name, ()))) for step in steps)


def _told(seen: HintInChromium) -> Iterator[tuple[StepName, str]]:
    if seen.read_at is None:
        yield StepName.WIRE, f"by its NetLog, {seen.said}"
        return
    yield StepName.WIRE, f"Chromium read it at {ms(seen.read_at)}"
    if seen.agreement is Agreement.DIFFERS:
        yield StepName.POLICY, f"in Chromium it went otherwise: {seen.said}; {seen.why}"
    if seen.fetched_at is not None:
        did = "began a connection" if seen.fate is Fate.CONNECTED else "fetched it"
        yield StepName.REQUEST, f"Chromium {did} at {ms(seen.fetched_at)}"
    elif seen.agreement is not Agreement.DIFFERS:
        why = f" ({seen.why})" if seen.why else ""
        yield StepName.REQUEST, f"in Chromium, {seen.said}{why}"
    match seen.fate:
        case Fate.USED:
            yield StepName.REUSE, "in Chromium, " + seen.said.rpartition("; ")[2]
        case Fate.FETCHED_AGAIN:
            yield StepName.REUSE, f"in Chromium, {seen.said}"
        case _:
            pass
    if seen.used_at is not None:
        what = seen.said if seen.fate is Fate.CONNECTED else "the page asked for it"
        yield StepName.USE, f"in Chromium, {what} at {ms(seen.used_at)}"
    elif seen.fetched_at is not None:
        yield StepName.USE, f"in Chromium, {seen.said.rpartition('; ')[2]}"
