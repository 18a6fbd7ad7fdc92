"""One self-contained HTML page: waterfalls, hints and what browsers make of them, findings, comparison.

Nothing is fetched, nothing a server said can act: every text is escaped, and a policy in the page allows our own script
alone. Part of ``report``: values in, text out; may import what that room may.
"""

from fetcher.report.html.page import html_report

__all__ = ["html_report"]
