"""What a rule is: a name, the words a person reads, and one check that looks at a page and yields findings.

    @rule("hero-hinted", title="The hero image is hinted", severity="error", fix="Hint it in the 103.")
    def hero_hinted(page):
        if not any("hero" in (hint.url or "") for hint in page.hints):
            yield Finding("no hint of the 103 names the hero image")

Built-in rules and those of users are made alike. A check says that it cannot judge by raising ``NotApplicable`` (there
is nothing here for it) or ``Unknown`` (what would decide is hidden, as by scripts); neither fails a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fetcher.audits.finding import Finding, Severity
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.audits.page import Page

Check = Callable[["Page"], Iterable[Finding] | None]

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class NotApplicable(Exception):
    """There is nothing the rule could judge; the message is the reason, a clause."""


class Unknown(Exception):
    """What would decide cannot be seen; the message is the reason, a clause."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``title`` says what is right, ``about`` what the rule detects and why it matters, ``fix`` what to do, ``source``
    where it is from; ``severity`` is that of a finding which names none, ``also`` are others that the check gives, each
    with when, a clause. ``family`` gathers rules in lists."""

    id: str
    title: str
    severity: Severity
    fix: str
    check: Check
    about: str = ""
    source: str = ""
    family: str = "custom"
    also: tuple[tuple[Severity, str], ...] = ()

    def __call__(self, page: Page) -> Iterable[Finding] | None:
        return self.check(page)


def rule(
    id: str,
    *,
    title: str = "",
    severity: Severity | str = Severity.WARNING,
    fix: str = "",
    about: str = "",
    source: str = "",
    family: str = "custom",
    also: Mapping[str, str] | None = None,
) -> Callable[[Check], Rule]:
    """Makes a rule of the function below it. Raises UsageError for a name or a severity that cannot be."""
    if not _ID.fullmatch(id):
        raise UsageError(f"a rule's name is lower-case words with dashes, such as 'hero-hinted', not {id!r}")
    level = _severity(id, severity)
    others = tuple((_severity(id, word), when) for word, when in (also or {}).items())

    def make(check: Check) -> Rule:
        text = about or " ".join((check.__doc__ or "").split())
        return Rule(id, title or id, level, fix, check, text, source, family, others)

    return make


def _severity(id: str, word: Severity | str) -> Severity:
    try:
        return Severity(word)
    except ValueError:
        raise UsageError(f"rule {id}: severity is error, warning or note, not {word!r}") from None
