"""Shorthand for cases of modules: what module files hold, and elements that begin a graph. ``@`` stands for another
origin; scripts do nothing but import."""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.origin import Answer, Route
from fetcher.terms import Fields
from tests.end_to_end.chromium.case import OPEN, Case, file

JS = "text/javascript"
WITH_CREDENTIALS: Fields = (
    ("access-control-allow-origin", "https://a.test"),
    ("access-control-allow-credentials", "true"),
)
WRONG = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""Integrity metadata of nothing at all."""
SRC = "<script type=module src=a.js></script>"

Files = Mapping[str, str | Route]


def importing(*names: str) -> str:
    return "".join(f'import "{name}";' for name in names)


CHAIN = {"a.js": importing("./b.js"), "b.js": importing("./c.js")}


def inline(text: str, attributes: str = "") -> str:
    return f"<script type=module{' ' if attributes else ''}{attributes}>{text}</script>"


def mapped(text: str) -> str:
    return f"<script type=importmap>{text}</script>"


def js(
    text: str, kind: str | None = JS, *, status: int = 200, cors: Fields = OPEN, fields: Fields = (), ms: float = 0
) -> Answer:
    """A module's answer where it is not just a fresh file of its type."""
    return file(text, kind, status=status, cors=cors, fields=fields, delay_ms=ms)


def case(
    name: str,
    rule: str,
    html: str,
    files: Files | None = None,
    *,
    fields: Fields = (),
    hints: tuple[str, ...] = (),
    kept: str = "",
) -> Case:
    there = {_there(key): _there(each) if isinstance(each, str) else each for key, each in (files or {}).items()}
    return Case(f"module-{name}", (rule,), _there(html), hints, fields=fields, files=there, kept=kept)


def _there(text: str) -> str:
    return text.replace("@", "https://other.test/")
