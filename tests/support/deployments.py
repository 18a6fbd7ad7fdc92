"""One page before and after a deployment, loaded in virtual time: ``deployed()`` is sound; each word breaks one thing.

deployed("1a2b3c4d")                  its style sheet, hinted, has that version
deployed("9f8e7d6c", hinted="1a2b3c4d")   the hint was forgotten
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fetcher.origin.script import Site, asset, page
from fetcher.record.page_load import PageLoad
from tests.support.virtual_time import virtual_load

URL = "https://a.test/"
OLD, NEW = "1a2b3c4d", "9f8e7d6c"
PICTURE = "</a.png>; rel=preload; as=image"


def sheet(version: str = OLD) -> str:
    return f"</site.{version}.css>; rel=preload; as=style"


def deployed(
    version: str = OLD,
    *,
    hinted: str | None = None,
    hints: Sequence[str] | None = None,
    markup: str = "",
    gone: Sequence[str] = (),
    size: int = 3_000,
    status: int = 200,
    url: str = URL,
    **options: Any,
) -> PageLoad:
    """A load of the page. ``hints`` are those of its 103 (none for an empty list), ``gone`` the paths that answer 404,
    ``size`` the sheet's bytes, ``markup`` what the document has besides."""
    lines = [sheet(hinted or version), PICTURE] if hints is None else list(hints)
    html = f"<!doctype html><link rel=stylesheet href=/site.{version}.css><img src=/a.png>{markup}<p>x"
    routes = {
        "/": page(html, hints=lines or None, think_ms=200, interim_delay_ms=5, status=status),
        "/a.png": asset(b"x", "image/png"),
        "/b.png": asset(b"x", "image/png"),
        "/f.js": asset(b"x", "text/javascript", cache="no-store"),
        f"/site.{OLD}.css": asset(b"p{}" * (size // 3), "text/css"),
        f"/site.{NEW}.css": asset(b"p{}" * (size // 3), "text/css"),
    }
    for path in gone:
        del routes[path]
    return virtual_load(url, Site(routes), **options).load
