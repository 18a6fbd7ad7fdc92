"""The links of a check: a row each, with what every browser does with it and what it fetched; then why those that do
not act do not, each reason once with the links and browsers it holds for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.check.judgement import Checked
from fetcher.analysis.check.survey import STILL_OPENING, HintFetch, HintSurvey
from fetcher.analysis.hints_in_chromium import Agreement, Fate, HintInChromium
from fetcher.analysis.links import Verdict
from fetcher.report.check.words import listed, spread_words, unbroken
from fetcher.report.escape import cells, pad, shorten
from fetcher.report.in_chromium import instants, told
from fetcher.report.lines import (
    Line,
    Style,
    paragraph,
    place,
    size,
    split,
)
from fetcher.terms import Destination, ProfileName

WIDE = 132
"""From this width on what was fetched stands in the link's own row."""

OTHERS = "Other browsers, for information:"


def link_table(checked: Checked, width: int, most: int | None, *, raw: bool) -> Iterator[Line]:
    hints = checked.survey.hints
    if not hints:
        return
    shown = hints if most is None or len(hints) <= most + 1 else hints[:most]
    home = home_of(checked.url)
    digits = len(str(shown[-1].number))
    browsers = [profile.value for profile in ProfileName]
    verdict_width = sum(len(name) + 1 for name in browsers)
    wide = width >= WIDE
    under: Line = ((" " * (digits + 2), Style.PLAIN),)
    longest = max(cells(what(hint, home)) for hint in shown)
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
            (pad(shorten(what(hint, home), name), name), Style.STRONG if hint.acted else Style.PLAIN),
        ]
        for verdict in hint.verdicts:
            mark, style = ("✓", Style.GOOD) if verdict.acts else ("✗", _alarm(verdict, checked.profile))
            line += [(" " * (len(verdict.profile) // 2 + 1), Style.PLAIN), (mark, style)]
            line.append((" " * (len(verdict.profile) - len(verdict.profile) // 2 - 1), Style.PLAIN))
        came, style = result(hint, checked)
        if wide:
            line += [("  ", Style.PLAIN), (shorten(came, width - digits - 4 - name - verdict_width, 1.0), style)]
            yield tuple(line)
        else:
            yield tuple(line)
            yield from paragraph(came, width, style, lead=under, indent=digits + 2)
        if told := in_chromium(seen.get(hint.raw)):
            yield from paragraph(told, width, Style.DIM, lead=under, indent=digits + 2)
        name_of = what(hint, home)
        if (raw or _is_at_fault(hint)) and (hint.raw != name_of or cells(name_of) > name):
            yield from paragraph(
                hint.raw, width, Style.DIM, lead=((" " * (digits + 2), Style.PLAIN),), indent=digits + 2
            )
        fix = next((one.fix for one in hint.verdicts if one.profile is checked.profile), None)
        if fix is not None and _is_at_fault(hint):
            arrow: Line = ((" " * (digits + 2), Style.PLAIN), ("→ ", Style.DIM))
            yield from paragraph(fix, width, Style.GOOD, lead=arrow, indent=digits + 4)
    if len(shown) < len(hints):
        yield ((f"   … and {len(hints) - len(shown)} more; -v shows all", Style.DIM),)
    yield from reasons(hints, checked.profile, width, most)


def in_chromium(seen: HintInChromium | None) -> str:
    """ "Chromium: 103 read at 53 ms, fetched at 65 ms, used at 431 ms", and what goes against our verdict."""
    if seen is None:
        return ""
    mark = "" if seen.agreement is Agreement.AGREES else f" ({seen.agreement})"
    when = instants(seen)
    shown = seen.fate in (Fate.USED, Fate.CONNECTED) and seen.agreement is Agreement.AGREES and not seen.why
    said = "" if shown else f": {told(seen)}" if not when else f"; {seen.said}" + (f"; {seen.why}" if seen.why else "")
    return f"Chromium{mark}: {when}{said}" if when else f"Chromium{mark}{said}"


def home_of(url: str) -> str | None:
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


def what(hint: HintSurvey, home: str | None) -> str:
    if hint.url is None:
        return hint.href or hint.raw
    return place(hint.url, home).removesuffix("/") or "/"


def result(hint: HintSurvey, checked: Checked) -> tuple[str, Style]:
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
            parts.append(f"in {spread_words(hint.duration)}")
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


def reasons(hints: Sequence[HintSurvey], driving: ProfileName, width: int, most: int | None) -> Iterator[Line]:
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
        text = f"{_browsers(profiles)}: {reason.rstrip('.')} ({unbroken(rule)})"
        about = (f"{_numbers(numbers)}  ", Style.DIM)
        if driving in profiles:
            own.append(paragraph(text, width, lead=(("✗ ", Style.DIM), about), indent=2))
        else:
            others.append(paragraph(text, width, Style.DIM, lead=(("  ", Style.PLAIN), about), indent=4))
    if own:
        yield ()
        yield from listed(own, most)
    if others:
        yield ()
        yield ((OTHERS, Style.DIM),)
        yield from listed(others, most)


def _browsers(profiles: Sequence[ProfileName]) -> str:
    if len(profiles) == len(ProfileName):
        return "all"
    if len(profiles) == len(ProfileName) - 1:
        return "all but " + next(one for one in ProfileName if one not in profiles)
    return ", ".join(profiles)


def _numbers(numbers: Sequence[int]) -> str:
    """1, 2, 3, 5 as "1-3,5"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts)
