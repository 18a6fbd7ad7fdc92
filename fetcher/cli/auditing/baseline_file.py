"""The --baseline file of ``fetcher audit``: read before anything is loaded, compared with, and renewed on request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fetcher.cli.streams import check_writable, tell, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.audits.baseline import Baseline
    from fetcher.audits.result import AuditResult


class Kept:
    """The file ``name``, if there is one; ``write`` renews it."""

    def __init__(self, name: str | None, *, write: bool) -> None:
        from fetcher.audits import baseline

        if write and name is None:
            raise UsageError("--write-baseline needs a file to write: --baseline FILE")
        self.name = name
        self.write = write
        self.old: Baseline | None = None
        if name is None:
            return
        check_writable(name if write else None)
        try:
            self.old = baseline.loads(Path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if not write:
                raise UsageError(f"--baseline {name}: there is no such file; --write-baseline makes it") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--baseline {name}: the file cannot be read: {error}") from error
        except FetcherError as error:
            raise UsageError(f"--baseline {name}: {error}") from error

    def compared(self, result: AuditResult, *, written: bool = True) -> AuditResult:
        """Against what the file knew; against itself where it is ``written``, so that nothing is new."""
        from fetcher.audits import baseline

        known = baseline.renewed(result, self.old) if self.write and written else self.old
        if known is None:
            return result
        found = baseline.compared(result, known)
        return replace(found, fixed=baseline.compared(result, self.old).fixed) if self.write and self.old else found

    def written(self, result: AuditResult, *, quiet: bool) -> None:
        if not self.write or self.name is None:
            return
        from fetcher.audits import baseline

        new = baseline.renewed(result, self.old)
        if new is None:
            tell(f"no page was judged, so {self.name} is left as it was")
            return
        write_text(baseline.dumps(new), self.name)
        if not quiet:
            known = sum(entry.count for entry in new.findings)
            told = f"{known} finding{'' if known == 1 else 's'}"
            tell(f"{self.name} knows {told} now")
