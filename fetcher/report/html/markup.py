"""Texts and figures as HTML: what came from a server can be read there and do nothing else.

``text`` shows controls, direction marks and invisible characters by number (``escape.safe``) and escapes the rest for
content and quoted attributes alike. ``data`` is JSON for a ``<script type="application/json">``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from fetcher.report.escape import safe

_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def text(value: object) -> str:
    """``value`` as escaped text on one line."""
    return html.escape(safe(str(value)), quote=True)


def data(value: Any) -> str:
    """``value`` as JSON that cannot end the script element it stands in."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character, escaped in _IN_SCRIPT.items():
        written = written.replace(character, escaped)
    return written


def share(value: float, whole: float) -> str:
    """``value`` of ``whole`` in per cent, within 0 to 100, as CSS writes a number."""
    if whole <= 0:
        return "0"
    return f"{max(0.0, min(100.0, value / whole * 100)):.2f}".rstrip("0").rstrip(".")


# What is one figure is not broken between its number and its unit.
_FIGURE = re.compile(r"[−+]?[\d.]+ (?:ms|s|[kMGT]?B)")


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, label: str = "", classes: str = ""
) -> str:
    """A table of cells that are HTML already; the first cell of a row is its heading. ``label`` names its region where
    the caption, below a heading, says less than tells it from the page's others."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(f'<tr><th scope="row">{row[0]}</th>' + "".join(map(_cell, row[1:])) + "</tr>" for row in rows)
    named = f' class="{classes}"' if classes else ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label or caption}">'
        f"<table{named}><caption>{caption}</caption>"
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str) -> str:
    return f'<td class="n">{cell}</td>' if _FIGURE.fullmatch(cell) else f"<td>{cell}</td>"
