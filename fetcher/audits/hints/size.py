"""How large the Link field is: software on the way has buffers for a whole head, and they are small."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.finding import Cost, Finding, Quote, Severity
from fetcher.audits.hints.told import FAMILY, counted, in_each_run
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.link import parse
from fetcher.terms import Fields, field_value
from fetcher.urls import resolve

WARN_OVER = 1_024
"""Rails keeps below it by default, for servers that take no more."""
FAIL_OVER = 4_096
"""nginx's buffer for the whole head of an upstream's response (proxy_buffer_size: one page of memory)."""
CDN_LIMIT = 8_192


@rule(
    "link-header-too-large",
    title="The Link field is small",
    severity=Severity.WARNING,
    also={"error": f"over {FAIL_OVER:,} bytes"},
    family=FAMILY,
    fix="Hint only what the first rendering waits for, and raise the buffers on the way if that is still too much.",
    source="rails/rails#48402 and #48405 (1 kB), 3scale/porta#3915 (nginx buffers)",
)
@in_each_run
def link_header_too_large(page: Page) -> Iterator[Finding]:
    """A head larger than a proxy's buffer is cut off or fails the page with a 502. Over 1 KiB of Link some software
    refuses it, over 4 KiB nginx does as it is installed, over 8 KiB so do common CDNs; and the bytes come before all
    others on a connection that has just begun."""
    heads: list[tuple[str, Fields]] = [("103", one.fields) for one in page.early_hints[:1]]
    final = page.load.document_request
    if final is not None:
        heads.append(("final response", final.response_fields))
    values = [(where, value) for where, fields in heads if (value := field_value(fields, "link")) is not None]
    if not values:
        raise NotApplicable("no response of the page has a Link field")
    for where, value in values:
        if len(value) > WARN_OVER:
            also = [f"; that of the {other} has {len(each):,}" for other, each in values if other != where]
            yield _too_large(page, where, value, also)
            return


def _too_large(page: Page, where: str, value: str, also: list[str]) -> Finding:
    links = parse([value]).links
    told = f"the Link field of the {where} has {len(value):,} bytes in {counted(len(links), 'link')}"
    limit = FAIL_OVER if len(value) > FAIL_OVER else WARN_OVER
    effect = {
        WARN_OVER: f"more than the {WARN_OVER:,} at which some servers stop",
        FAIL_OVER: f"more than the {FAIL_OVER:,} that nginx keeps for a whole head unless told otherwise",
    }[limit]
    if len(value) > CDN_LIMIT:
        effect = f"more than the {CDN_LIMIT:,} of common CDNs"
    return Finding(
        f"{told}, {effect}{''.join(also)}",
        severity=Severity.ERROR if limit == FAIL_OVER else Severity.WARNING,
        subject="the Link field",
        quote=Quote(value, "link", 0, where),
        cost=Cost(bytes=len(value)),
        fix=_smaller(page, where, value),
    )


def _smaller(page: Page, where: str, value: str) -> str:
    """What could go without losing a hint, in bytes; then the rest of the advice."""
    advice = []
    here = resolve(page.url)
    own = here.origin if here is not None else "?"
    named = [link for link in parse([value]).links if link.target.startswith(f"{own}/")]
    if named:
        saved = len(own) * len(named)
        advice.append(
            f"leave {own} out of {counted(len(named), 'target')} ({saved:,} bytes, then {len(value) - saved:,})"
        )
    if where == "103":
        idle = [each.link for each in page.hints if not each.link.by(page.profile).acts]
        if idle:
            size = sum(len(link.raw) + 2 for link in idle)
            text = counted(len(idle), "link")
            advice.append(f"take out the {text} that {page.profile.value} does not act on ({size:,} bytes)")
    advice.append("hint only what the first rendering waits for")
    text = "; ".join(advice)
    return f"{text[0].upper()}{text[1:]}."
