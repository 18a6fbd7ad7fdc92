"""Links that cannot be read: what a client drops is never hinted, what it misreads is asked for under another URL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fetcher.analysis.links import JudgedLink
from fetcher.audits.finding import Cost, Finding, Quote, Severity
from fetcher.audits.hints.told import FAMILY, in_each_run, shown
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.link import Link, parse
from fetcher.terms import Fields, ProfileName, field_values
from fetcher.urls import resolve


@rule(
    "link-syntax-invalid",
    title="Every link of the Link field can be read",
    severity=Severity.ERROR,
    also={"warning": "in the final response"},
    family=FAMILY,
    fix='Write each link as RFC 8288 has it: <target>; name=value; name="value", with commas between links only.',
    source="RFC 8288 section 3; EH 2.3-2.9, 13.3; nuxt/framework#8298, catchpoint/WebPageTest#2347",
)
@in_each_run
def link_syntax_invalid(page: Page) -> Iterator[Finding]:
    """A member of the Link field that is no link is dropped, alone: a target without its angle brackets, a value whose
    quotes do not end, a comma where a semicolon belongs, a parameter without a name. An angle bracket that is never
    closed is worse: it swallows what follows, and browsers ask for the URL that makes."""
    heads = [("103", one.fields) for one in page.early_hints[:1]]
    final = page.load.document_request
    if final is not None:
        heads.append(("final response", final.response_fields))
    heads = [(where, fields) for where, fields in heads if any(field_values(fields, "link"))]
    if not heads:
        raise NotApplicable("no response of the page has a Link field")
    seen: set[str] = set()
    for where, fields in heads:
        for one in _faults(page, where, fields):
            text = one.quote.text if one.quote is not None else ""
            if text not in seen:
                seen.add(text)
                yield one


def _faults(page: Page, where: str, fields: Fields) -> Iterator[Finding]:
    parsed = parse(field_values(fields, "link"))
    known = {each.link.offset: each.link for each in page.hints} if where == "103" else {}
    for bad in parsed.findings:
        size = len(bad.text)
        yield Finding(
            f"a link of the {where} cannot be read: {bad.message.removeprefix('Dropped: ')}",
            severity=Severity.ERROR if where == "103" else Severity.WARNING,
            subject=bad.text,
            quote=Quote(bad.text, "link", bad.offset, where),
            browsers=(
                (ProfileName.CHROMIUM, f"drops this link and reads the others ({bad.rule})"),
                (
                    ProfileName.FIREFOX,
                    "may read it otherwise or stop here: RFC 8288 B.2 ends at a member it cannot read",
                ),
                (ProfileName.SAFARI, "may read it otherwise; nothing is promised for what is no link"),
            ),
            cost=Cost(bytes=size),
            fix=_mended(known, bad.text, bad.offset),
        )
    for link in parsed.links:
        if "<" in link.target:
            yield _swallowing(page, where, link)


def _swallowing(page: Page, where: str, link: Link) -> Finding:
    url = resolve(link.target, page.url)
    first = re.split("[;,<]", link.target, maxsplit=1)[0].strip(" \t")
    return Finding(
        f'a "<" of the {where} is never closed, so that one target swallows the next: <{shown(link.target)}>',
        severity=Severity.ERROR,
        subject=link.raw,
        quote=Quote(link.raw, "link", link.offset, where),
        url=url.href if url is not None else None,
        browsers=((ProfileName.CHROMIUM, "asks for the URL that this makes (EH 13.3)"),),
        fix=f"Close the first target: <{first}>, with its own parameters, then a comma and the next link.",
    )


def _mended(known: Mapping[int, JudgedLink], text: str, offset: int) -> str:
    """What it should be, or what is wrong in words where that is plain to see; "" for the rule's own advice."""
    if text.startswith(("rel=", "as=", "crossorigin", "type=", "fetchpriority")):
        return "Part parameters by a semicolon: a comma begins another link."
    own = known.get(offset)
    fix = own.by(ProfileName.CHROMIUM).fix if own is not None else None
    if fix is not None:
        return f"Write {fix}"
    if "\xe2\x80" in text:  # a typographic quote in UTF-8, as the field's bytes have it
        return 'Write straight quotes (") round values; typographic ones are no quotes.'
    return ""
