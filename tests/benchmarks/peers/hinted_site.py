"""The page that ``after_a_103`` loads: a 103 with 14 hints 5 ms after the request, the document 20 ms later.

Four sheets, six scripts, four pictures of 2 KB, all on the document's own connection over HTTP/2.
"""

from __future__ import annotations

from fetcher.origin import Answer, RequestSeen, Route, Site, asset, page

KINDS = (
    *[("css", "style", "text/css")] * 4,
    *[("js", "script", "text/javascript")] * 6,
    *[("png", "image", "image/png")] * 4,
)
TAGS = {
    "style": '<link rel="stylesheet" href="{}">',
    "script": '<script src="{}" defer></script>',
    "image": '<img src="{}" alt="">',
}
PATHS = [(f"/assets/{number}.{ending}", word, kind) for number, (ending, word, kind) in enumerate(KINDS)]


def document(request: RequestSeen) -> Answer:
    """Each visit has a query of its own, which its files share: no cache of parsed URLs has seen them before."""
    query = request.target.partition("?")[2]
    files = [(f"{path}?{query}", word) for path, word, _ in PATHS]
    hints = [f"<{path}>; rel=preload; as={word}" for path, word in files]
    html = "<!doctype html><title>Fourteen</title>" + "".join(TAGS[word].format(path) for path, word in files)
    return page(html, hints=hints, interim_delay_ms=5, think_ms=25)


def site() -> Site:
    routes: dict[str, Route] = {"/": document}
    for path, _, kind in PATHS:
        routes[path] = asset(2_000, kind)
    return Site(routes)
