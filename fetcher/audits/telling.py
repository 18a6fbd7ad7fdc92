"""What rules of every family use to say what they found: a finding about one link, quotes of whole fields, what each
browser does, sizes and times in words."""

from __future__ import annotations

from fetcher.analysis.links import Verdict
from fetcher.analysis.wanted import Wanted
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Quote, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.record.page_load import RequestRecord
from fetcher.terms import Fields, ProfileName, field_value

BROWSERS = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)


def all_browsers(does: str) -> tuple[tuple[ProfileName, str], ...]:
    """Each browser with the same sentence."""
    return tuple((name, does) for name in BROWSERS)


def link_of(fields: Fields, where: str = "103") -> Quote | None:
    """The Link field as it was sent, its lines joined; None without one."""
    return field_of(fields, "link", where)


def field_of(fields: Fields, name: str, where: str) -> Quote | None:
    """A field (lower-case name) as it was sent, its lines joined; None without one."""
    value = field_value(fields, name)
    return Quote(value, name, 0, where) if value is not None else None


def size_of(fields: Fields) -> int:
    """Bytes of names and values, before HTTP/2 makes them smaller."""
    return sum(len(name) + len(value) for name, value in fields)


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 link", "3 links"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """The first few of ``names``, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def about(
    page: Page,
    facts: HintFacts,
    message: str,
    *,
    severity: Severity | None = None,
    use: Wanted | None = None,
    differs: tuple[Difference, ...] = (),
    browsers: tuple[tuple[ProfileName, str], ...] = (),
    cost: Cost | None = None,
    fix: str = "",
) -> Finding:
    """One about ``facts``: quoted as it was sent, with its URL and the place of ``use``."""
    return Finding(
        message,
        severity=severity,
        subject=facts.url or facts.link.raw,
        quote=page.quote(facts.link),
        url=facts.url,
        used=page.place(use) if use is not None else None,
        differs=differs,
        browsers=browsers,
        cost=cost,
        fix=fix,
    )


def by_browser(facts: HintFacts, **does: str) -> tuple[tuple[ProfileName, str], ...]:
    """What ``chromium``, ``firefox`` and ``safari`` do, where they act on the link; else why one does not."""
    told = []
    for name in BROWSERS:
        verdict = facts.link.by(name)
        told.append((name, does[name.value] if verdict.acts else said(verdict)))
    return tuple(told)


def said(verdict: Verdict) -> str:
    """A verdict as a clause beside its browser's name."""
    text = verdict.reason.removeprefix(f"{verdict.profile.value.title()} ").rstrip(".")
    return f"{text} ({verdict.rule})"


def cost_of(one: RequestRecord, basis: Basis = Basis.MEASURED) -> Cost | None:
    """The time from its request to its end and the bytes of its content; None where neither is known."""
    start, end, size = one.times.request_start, one.times.response_end, one.sizes.transferred
    if one.timing_is_cache_read:
        return None
    ms = round(end - start, 1) if start is not None and end is not None else None
    return Cost(ms, size, basis) if ms is not None or size is not None else None


def sized(size: int | None) -> str:
    """ "812 bytes", "48.2 kB", "1.3 MB"; "an unknown number of bytes"."""
    if size is None:
        return "an unknown number of bytes"
    if size < 1_000:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{size / 1_000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def ms(value: float) -> str:
    """ "12 ms", "3.4 ms"."""
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
