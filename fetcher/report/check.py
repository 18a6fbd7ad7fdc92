"""What a check found, for the terminal and as JSON: pure, values in, lines or text out.

One block a URL: a first line that answers at a glance (is there a 103, how often, how soon), the clocks, a row for each
link with what each browser does with it and what it fetched, the reasons of those that do not, then what was expected
and what is wrong. A link is named by its number, so that a reason is said once however many links and browsers it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from fetcher.analysis.hints_in_chromium import Agreement, Fate, HintInChromium
from fetcher.analysis.judgement import Checked, CheckOutcome, Remark
from fetcher.analysis.spread import Spread
from fetcher.analysis.survey import STILL_OPENING, HintFetch, HintSurvey, Run, RunOutcome, Survey
from fetcher.analysis.verdicts import Verdict, early_hints_of
from fetcher.record.codec import encode
from fetcher.record.redaction import redacted
from fetcher.report.escape import cells, pad, safe_load, shorten
from fetcher.report.in_chromium import instants, told
from fetcher.report.lines import (
    UNBROKEN,
    Line,
    Style,
    count,
    milliseconds,
    paragraph,
    place,
    size,
    split,
    to_ascii,
    trimmed,
)
from fetcher.report.rows import hop_of
from fetcher.terms import Destination, ProfileName

SCHEMA_VERSION = 1
MOST_LISTED = 12
WIDE = 132
"""From this width on what was fetched stands in the link's own row."""

OTHERS = "Other browsers, for information:"

_SAID = {"http/1.1": "HTTP/1.1", "h2": "h2", "h3": "h3"}


def check_json(checked: Checked, *, redact: bool = True) -> dict[str, Any]:
    """``checked`` as JSON values, each run with its whole record; secrets replaced as in every record."""
    return {"schema": SCHEMA_VERSION, **encode(redacted(checked) if redact else checked)}


def check_lines(
    checked: Checked, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """One URL's block in ``width`` cells; ``all_rows`` adds each run and each link's raw text, and ends no list."""
    checked = safe_load(redacted(checked) if redact else checked, unicode=unicode)
    lines: list[Line] = [((shorten(checked.url, width), Style.STRONG),)]
    lines += _headline(checked, width)
    if checked.survey.runs:
        lines += _table(checked, width, None if all_rows else MOST_LISTED, raw=all_rows)
        lines += _remarks(checked, width, None if all_rows else MOST_LISTED)
        if all_rows:
            lines += _runs(checked.runs, width)
        lines += [(), _result_line(checked)]
    elif checked.unfinished is not None:
        lines += _unfinished(checked, checked.unfinished, width, None if all_rows else MOST_LISTED, raw=all_rows)
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def closing_line(several: Sequence[Checked]) -> Line:
    """ "4 URLs: 2 passed, 1 with findings, 1 blocked"."""
    words = {
        CheckOutcome.PASSED: "passed",
        CheckOutcome.FINDINGS: "with findings",
        CheckOutcome.BLOCKED: "blocked",
        CheckOutcome.FAILED: "could not be loaded",
    }
    counted = [(sum(one.outcome is outcome for one in several), word) for outcome, word in words.items()]
    text = ", ".join(f"{number} {word}" for number, word in counted if number)
    return ((f"{count(len(several), 'URL')}: {text}", Style.STRONG),)


# -- the answer at a glance


def _headline(checked: Checked, width: int) -> Iterator[Line]:
    survey = checked.survey
    if not survey.runs:
        blocked = checked.outcome is CheckOutcome.BLOCKED
        text = f"{checked.why or 'no run was made'}"
        if blocked:
            text = f"blocked: {text}; nothing is judged"
        yield from paragraph(text, width, Style.BAD, lead=(("✗ ", Style.BAD),), indent=2)
        yield from _not_made(checked, width)
        return
    there = survey.with_hints == survey.runs and survey.acted_on == survey.runs
    mark, style = ("✓", Style.GOOD) if there else ("!", Style.WARNING)
    yield from paragraph(_answer(survey), width, Style.STRONG, lead=((f"{mark} ", style),), indent=2)
    for text in (_judged(checked), _clocks(survey), _edge(survey)):
        if text:
            yield from paragraph(text, width, lead=(("  ", Style.PLAIN),), indent=2)
    left_out = [run for run in checked.runs if run.outcome is not RunOutcome.COUNTED]
    for run in left_out[:3]:
        text = f"run {run.number} does not count ({run.outcome}): {run.why}"
        yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    if checked.unfinished is not None:
        text = f"before they failed, runs that do not count had: {_answer(checked.unfinished)}"
        yield from paragraph(text, width, lead=(("  ", Style.PLAIN),), indent=2)
    yield from _not_made(checked, width)


def _not_made(checked: Checked, width: int) -> Iterator[Line]:
    """Why fewer runs were made than asked for: a wall, a first run that failed, or an interruption."""
    made = len(checked.runs)
    if not 0 < made < checked.asked:
        return
    last = checked.runs[-1]
    text = f"stopped after run {last.number} of {checked.asked}"
    if last.outcome is RunOutcome.BLOCKED:
        text += ": a page behind a wall is not asked again"
    yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)


def _unfinished(checked: Checked, seen: Survey, width: int, most: int | None, *, raw: bool) -> Iterator[Line]:
    """The 103 of a page whose every run failed: what was seen until then, said to be no more than that."""
    text = f"seen before it failed, and not judged: {_answer(seen)}"
    yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    yield from _table(replace(checked, survey=seen), width, most, raw=raw)


def _answer(survey: Survey) -> str:
    """ "103 in 5 of 5 runs over h2, after 22 ms (20-25), 281 ms before the final head"."""
    wire = " and ".join(_SAID.get(word, word) for word in survey.protocols)
    over = f" over {wire}" if wire else ""
    if not survey.with_hints:
        return f"no 103 in {count(survey.runs, 'run')}{over}"
    parts = [f"103 in {survey.with_hints} of {count(survey.runs, 'run')}{over}"]
    if survey.first_interim_response_start is not None:
        parts += _hop(survey)
        parts.append(f"after {_spread(survey.first_interim_response_start)}")
    if survey.window is not None:
        parts.append(f"{_whole(survey.window.median)} ms before the final head")
    return ", ".join(part.replace(" ", UNBROKEN) for part in parts)


def _hop(survey: Survey) -> list[str]:
    """On which hop of a redirected navigation the 103 came, where it was not the last."""
    if not survey.early_hops:
        return []
    if survey.early_request_start is not None and survey.early_request_start.count < survey.with_hints:
        return ["in some runs before a redirect"]
    which = "the first hop" if survey.early_hops == (1,) else "a hop before the last"
    return [f"on {which}"]


def _judged(checked: Checked) -> str:
    survey = checked.survey
    if not survey.with_hints:
        return ""
    first = [hint for hint in survey.hints if hint.position == 0]
    links = count(len(first), "link")
    if survey.ignored:
        rule, reason = survey.ignored[0]
        text = f"{links}, but {checked.profile} ignores the 103 ({rule}): {reason}"
        if rule == "EH 4.4":
            text += "; nothing hinted was requested, --browser eager requests it all the same"
        return text
    acted = sum(bool(hint.acted) for hint in first)
    share = "all" if acted == len(first) > 0 else str(acted)
    same = "; the same links every time" if survey.with_hints > 1 and survey.stable else ""
    return f"{links}, {checked.profile} acts on {share}{same}"


def _clocks(survey: Survey) -> str:
    """The instants round the 103, so that what the network took can be told from what the server did."""
    sent, early, final = survey.request_start, survey.early_request_start, survey.final_response_headers_start
    if early is None:
        named = [("request sent", sent), ("final head", final)]
    else:
        which = "the first hop" if survey.early_hops == (1,) else "a hop before the last"
        named = [(f"request on {which} sent", early), ("on the last", sent), ("its final head", final)]
    return ", ".join(f"{name} after {_spread(value)}" for name, value in named if value is not None)


def _edge(survey: Survey) -> str:
    """Which cache state the document came from, and with which of them the 103 did."""
    parts = []
    for one in survey.edges:
        if not one.fields:
            continue
        raw = ", ".join(f"{name}: {value}" for name, value in one.fields)
        missing = f", 103 in {one.with_hints}" if one.with_hints != one.runs else ""
        parts.append(f"{one.state} in {count(one.runs, 'run')}{missing} ({raw})")
    return "edge cache " + "; ".join(parts) if parts else ""


def _spread(value: Spread) -> str:
    """ "22 ms (20-25)"."""
    least, most = _whole(value.least), _whole(value.most)
    return f"{_whole(value.median)} ms" + (f" ({least}-{most})" if value.count > 1 and least != most else "")


def _whole(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


# -- the links


def _table(checked: Checked, width: int, most: int | None, *, raw: bool) -> Iterator[Line]:
    hints = checked.survey.hints
    if not hints:
        return
    shown = hints if most is None or len(hints) <= most + 1 else hints[:most]
    home = _home(checked.url)
    digits = len(str(shown[-1].number))
    browsers = [profile.value for profile in ProfileName]
    verdict_width = sum(len(name) + 1 for name in browsers)
    wide = width >= WIDE
    under: Line = ((" " * (digits + 2), Style.PLAIN),)
    longest = max(cells(_what(hint, home)) for hint in shown)
    room = width - digits - 2 - verdict_width - (60 if wide else 0)
    name = max(min(longest, room), 10)
    heading: list[tuple[str, Style]] = [(" " * (digits + 2 + name), Style.PLAIN)]
    heading += [(f" {one}", Style.STRONG if one == checked.profile else Style.DIM) for one in browsers]
    seen = {one.link: one for one in reversed(checked.hints_in_chromium)}
    yield ()
    yield tuple(heading)
    for hint in shown:
        line: list[tuple[str, Style]] = [
            (f"{hint.number:>{digits}}  ", Style.DIM),
            (pad(shorten(_what(hint, home), name), name), Style.STRONG if hint.acted else Style.PLAIN),
        ]
        for verdict in hint.verdicts:
            mark, style = ("✓", Style.GOOD) if verdict.acts else ("✗", _alarm(verdict, checked.profile))
            line += [(" " * (len(verdict.profile) // 2 + 1), Style.PLAIN), (mark, style)]
            line.append((" " * (len(verdict.profile) - len(verdict.profile) // 2 - 1), Style.PLAIN))
        result, style = _result(hint, checked)
        if wide:
            line += [("  ", Style.PLAIN), (shorten(result, width - digits - 4 - name - verdict_width, 1.0), style)]
            yield tuple(line)
        else:
            yield tuple(line)
            yield from paragraph(result, width, style, lead=under, indent=digits + 2)
        if told := _in_chromium(seen.get(hint.raw)):
            yield from paragraph(told, width, Style.DIM, lead=under, indent=digits + 2)
        what = _what(hint, home)
        if (raw or _is_at_fault(hint)) and (hint.raw != what or cells(what) > name):
            yield from paragraph(
                hint.raw, width, Style.DIM, lead=((" " * (digits + 2), Style.PLAIN),), indent=digits + 2
            )
        fix = next((one.fix for one in hint.verdicts if one.profile is checked.profile), None)
        if fix is not None and _is_at_fault(hint):
            arrow: Line = ((" " * (digits + 2), Style.PLAIN), ("→ ", Style.DIM))
            yield from paragraph(fix, width, Style.GOOD, lead=arrow, indent=digits + 4)
    if len(shown) < len(hints):
        yield ((f"   … and {len(hints) - len(shown)} more; -v shows all", Style.DIM),)
    yield from _reasons(hints, checked.profile, width, most)


def _in_chromium(seen: HintInChromium | None) -> str:
    """ "Chromium: 103 read at 53 ms, fetched at 65 ms, used at 431 ms", and what goes against our verdict."""
    if seen is None:
        return ""
    mark = "" if seen.agreement is Agreement.AGREES else f" ({seen.agreement})"
    when = instants(seen)
    shown = seen.fate in (Fate.USED, Fate.CONNECTED) and seen.agreement is Agreement.AGREES and not seen.why
    said = "" if shown else f": {told(seen)}" if not when else f"; {seen.said}" + (f"; {seen.why}" if seen.why else "")
    return f"Chromium{mark}: {when}{said}" if when else f"Chromium{mark}{said}"


def _home(url: str) -> str | None:
    """The origin of ``url``, without the name and password it may hold."""
    scheme, mark, rest = split(url)[0].partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if mark else None


_PAGE_WIDE = ("EH 4.2", "EH 4.4")
"""Refusals of a 103 as a whole, whatever its links say."""


def _alarm(verdict: Verdict, driving: ProfileName) -> Style:
    """Red for the browser that was asked about; what others do fails no check."""
    return Style.BAD if verdict.profile is driving else Style.DIM


def _is_at_fault(hint: HintSurvey) -> bool:
    """Whether the driving profile refuses what the link itself says, so that its text must be seen."""
    return not hint.acted and hint.rule not in _PAGE_WIDE


def _what(hint: HintSurvey, home: str | None) -> str:
    if hint.url is None:
        return hint.href or hint.raw
    return place(hint.url, home).removesuffix("/") or "/"


def _result(hint: HintSurvey, checked: Checked) -> tuple[str, Style]:
    """What the link is and what came of it: "style, 200 text/css, 12.1 kB in 34 ms, fresh"."""
    kind = hint.rel or ("no rel" if hint.href else "unreadable")
    if hint.destination is not None and hint.rel == "preload":
        kind = "fetch" if hint.destination is Destination.EMPTY else hint.destination.value
    parts, style = [kind], Style.DIM
    if hint.position:
        parts.append(f"in 103 number {hint.position + 1}")
    if len(hint.runs) < checked.survey.with_hints:
        parts.append(f"in {len(hint.runs)} of {checked.survey.with_hints} runs")
    if hint.fetches:
        text, style = _fetched(hint.fetches)
        parts.append(text)
        if hint.duration is not None:
            parts.append(f"in {_spread(hint.duration)}")
    elif hint.connections:
        parts.append(_connected([state for _, state in hint.connections]))
    elif not hint.acted:
        parts.append("not requested")
    return ", ".join(parts), style


def _connected(states: Sequence[str]) -> str:
    """What came of a preconnect in its runs; a reason stands among the findings."""
    opened = states.count("open")
    if opened:
        return "connection opened" + (f" in {opened} of {len(states)} runs" if opened < len(states) else "")
    return f"connection {STILL_OPENING}" if STILL_OPENING in states else "opened nothing"


def _fetched(fetches: Sequence[HintFetch]) -> tuple[str, Style]:
    """The last run's answer, unless another one's was worse."""
    worst = max(fetches, key=lambda one: (one.outcome != "complete", one.status or 0, one.run))
    if worst.outcome != "complete":
        return f"failed ({worst.outcome})", Style.BAD
    parts = [f"{worst.status} {worst.type or 'no type'}"]
    if worst.transferred is not None:
        parts.append(size(worst.transferred))
    if (worst.status or 0) >= 400:
        return ", ".join(parts), Style.BAD
    parts.append("reusable" if worst.reusable else "not reusable")
    fine = worst.reusable and worst.type_fits is not False
    return ", ".join(parts), Style.DIM if fine else Style.WARNING


def _reasons(hints: Sequence[HintSurvey], driving: ProfileName, width: int, most: int | None) -> Iterator[Line]:
    """Why a browser does not act: one line for each reason, with the browsers and the links it holds for. What does not
    touch the driving browser stands apart, so that nobody takes it for a failure."""
    grouped: dict[tuple[int, str, str], list[ProfileName]] = {}
    merged: dict[tuple[tuple[ProfileName, ...], str, str], list[int]] = {}
    whole: dict[tuple[str, str], list[tuple[int, ProfileName]]] = {}
    for hint in hints:
        for verdict in hint.verdicts:
            if verdict.acts:
                continue
            if verdict.rule in _PAGE_WIDE:
                whole.setdefault((verdict.rule, verdict.reason), []).append((hint.number, verdict.profile))
            else:
                grouped.setdefault((hint.number, verdict.rule, verdict.reason), []).append(verdict.profile)
    for (rule, reason), pairs in whole.items():
        profiles = tuple(profile for profile in ProfileName if any(one is profile for _, one in pairs))
        merged[profiles, rule, reason] = sorted({number for number, _ in pairs})
    for (number, rule, reason), found in grouped.items():
        merged.setdefault((tuple(found), rule, reason), []).append(number)
    own: list[list[Line]] = []
    others: list[list[Line]] = []
    for (profiles, rule, reason), numbers in merged.items():
        text = f"{_browsers(profiles)}: {reason.rstrip('.')} ({_unbroken(rule)})"
        about = (f"{_numbers(numbers)}  ", Style.DIM)
        if driving in profiles:
            own.append(paragraph(text, width, lead=(("✗ ", Style.DIM), about), indent=2))
        else:
            others.append(paragraph(text, width, Style.DIM, lead=(("  ", Style.PLAIN), about), indent=4))
    if own:
        yield ()
        yield from _listed(own, most)
    if others:
        yield ()
        yield ((OTHERS, Style.DIM),)
        yield from _listed(others, most)


def _browsers(profiles: Sequence[ProfileName]) -> str:
    if len(profiles) == len(ProfileName):
        return "all"
    if len(profiles) == len(ProfileName) - 1:
        return "all but " + next(one for one in ProfileName if one not in profiles)
    return ", ".join(profiles)


def _unbroken(rule: str) -> str:
    return rule.replace(" ", UNBROKEN)


def _numbers(numbers: Sequence[int]) -> str:
    """1, 2, 3, 5 as "1-3,5"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts)


# -- what is wrong


def _remarks(checked: Checked, width: int, most: int | None) -> Iterator[Line]:
    met = [
        paragraph(f"{one.what}: {one.found}", width, lead=(("✓ ", Style.GOOD),), indent=2)
        for one in checked.expectations
        if one.met
    ]
    warnings = [_remark(one, "!", Style.WARNING, width) for one in checked.warnings]
    findings = [_remark(one, "✗", Style.BAD, width) for one in checked.findings]
    if warnings or met or findings:
        yield ()
    for entries in (warnings, met, findings):  # each with its own end, or many warnings would hide a finding
        yield from _listed(entries, most)


def _result_line(checked: Checked) -> Line:
    """ "✗ 2 findings, 1 warning; judged from 3 of 5 runs"."""
    warnings = f", {count(len(checked.warnings), 'warning')}" if checked.warnings else ""
    if not checked.complete:
        warnings += f"; judged from {checked.survey.runs} of {count(checked.asked, 'run')}"
    if checked.findings:
        return (("✗ ", Style.BAD), (count(len(checked.findings), "finding") + warnings, Style.BAD))
    return (("✓ ", Style.GOOD), ("passed" + warnings, Style.GOOD))


def _remark(remark: Remark, mark: str, style: Style, width: int) -> list[Line]:
    about = f"{remark.hint}  " if remark.hint is not None else ""
    rule = f" ({_unbroken(remark.rule)})" if remark.rule else ""
    return paragraph(remark.text + rule, width, lead=((f"{mark} ", style), (about, Style.DIM)), indent=2)


def _runs(runs: Iterable[Run], width: int) -> Iterator[Line]:
    """-v: one line a run."""
    yield ()
    for run in runs:
        yield from paragraph(_run(run), width, Style.DIM, lead=((f"run {run.number}  ", Style.DIM),), indent=7)


def _run(run: Run) -> str:
    load = run.load
    if run.outcome is not RunOutcome.COUNTED or load is None:
        return f"{run.outcome}: {run.why}"
    interims = early_hints_of(load)
    parts = [f"103 at {_at(one.at)} {hop_of(load, one.request)}".rstrip() for one in interims] or ["no 103"]
    parts.append(f"final head at {_at(load.final_response_headers_start)}")
    document = load.document_request
    if document is not None:
        parts.append(f"status {document.status}")
        connection = load.connections[document.connection] if document.connection is not None else None
        if connection is not None and connection.address:
            parts.append(f"from {connection.address}")
    return ", ".join(parts)


def _at(value: float | None) -> str:
    return "an unknown time" if value is None else milliseconds(value)


def _listed(entries: Sequence[list[Line]], most: int | None) -> Iterator[Line]:
    shown = entries if most is None or len(entries) <= most + 1 else entries[:most]
    for entry in shown:
        yield from entry
    if len(shown) < len(entries):
        yield ((f"  … and {len(entries) - len(shown)} more; -v shows all", Style.DIM),)
