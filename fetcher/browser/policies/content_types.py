"""Scripts and style sheets refused for their Content-Type (Fetch 3.6, HTML 4.2.7, 4.12.1), and read all the same.

As Chromium 156 does: a sheet must be text/css (or say nothing, unless nosniff); a classic script may be of any type but
image, audio, video and text/csv, unless nosniff; a module must be JavaScript (or JSON, or CSS, where imported as that).
"""

from __future__ import annotations

from fetcher.browser.policies.blocked import Blocked
from fetcher.fields import mime
from fetcher.terms import Destination, Fields, field_values

_NO_SCRIPT = ("image", "audio", "video")


def judge(fields: Fields, destination: Destination, *, is_module: bool = False) -> Blocked | None:
    """Why a response with these ``fields`` is no style sheet or script; None for other destinations."""
    if destination is not Destination.STYLE and destination is not Destination.SCRIPT:
        return None
    found = mime.extract(field_values(fields, "content-type"))
    nosniff = mime.is_nosniff(fields)
    told = f"of type {found.essence}" if found is not None else "of no stated type"
    if destination is Destination.STYLE:
        if found is None and not nosniff:
            return None
        if found is not None and found.essence == "text/css":
            return None
        rule = "nosniff" if nosniff else "MIME type"
        return Blocked(rule, f"a style sheet {told}: browsers take text/css only", is_read=True)
    is_javascript = found is not None and mime.is_javascript(found)
    if is_module:
        is_wasm = found is not None and found.essence == "application/wasm"
        if is_javascript or is_wasm:
            return None
        return Blocked("MIME type", f"a module script {told}: browsers take JavaScript only", is_read=True)
    if is_javascript:
        return None
    if nosniff:
        return Blocked("nosniff", f"a script {told} that says nosniff", is_read=True)
    if found is not None and (found.type in _NO_SCRIPT or found.essence == "text/csv"):
        return Blocked("MIME type", f"a script {told}: browsers do not run such", is_read=True)
    return None
