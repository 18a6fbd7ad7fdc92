"""What each browser would do with each link of a page: of its 103s (``early``), its final head and its markup
(``document``); pure functions of the record, so that imported HARs get them too. ``told``: whether a record tells of
103s at all.

How a profile reads a 103 is the machine's own code (``browser.hints``: one file per profile), asked again here and not
restated; a text that would act is worked out by asking that reading once more (``mending``).
"""

from fetcher.analysis.links.document import document_links
from fetcher.analysis.links.early import early_hints_of, verdicts
from fetcher.analysis.links.told import is_shown_by_requests, telling, tells_of_interims, untold
from fetcher.analysis.links.values import JudgedLink, LinkSource, Stretch, Verdict

__all__ = [
    "JudgedLink",
    "LinkSource",
    "Stretch",
    "Verdict",
    "document_links",
    "early_hints_of",
    "is_shown_by_requests",
    "telling",
    "tells_of_interims",
    "untold",
    "verdicts",
]
