"""Which part of the document is SVG or MathML, as far as tags alone tell (WHATWG HTML 13.2.6.5).

Foreign content reads differently: CDATA sections exist, <title> and <style> hold markup, <link> means nothing and
<image> names a picture. No tree is built, so HTML end tags that would close an unclosed <svg> are taken by name.
"""

from __future__ import annotations

from fetcher.discovery.html.passing import run_of

# Start tags that end foreign content (13.2.6.5).
_BREAKOUT = frozenset(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "  # noqa: SIM905
    "nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
# End tags that, with no foreign element of the name open, belong to an element outside.
_OUTER = (_BREAKOUT - {"body", "head"}) | frozenset(
    "address article aside button details dialog fieldset figcaption figure footer form header label main nav "  # noqa: SIM905
    "object section select summary tbody td tfoot th thead tr".split()
)
_INTEGRATION = {
    "svg": frozenset(["foreignobject", "desc", "title"]),
    "math": frozenset(["mi", "mo", "mn", "ms", "mtext"]),
}
# The names whose attributes, or self-closing, change what follows.
TELLING = frozenset(["annotation-xml", "feimage", "font", "image", "math", "script", "style", "svg", "use"]).union(
    *_INTEGRATION.values()
)
# What drawings are made of, and nothing can be named by.
DRAWING = run_of(
    [
        *("path", "g", "rect", "circle", "line", "polyline", "polygon", "ellipse", "defs", "text", "tspan"),
        *("stop", "lineargradient", "radialgradient", "clippath", "mask", "symbol", "a", "animate"),
    ]
)
_DEPTH = 512  # as deep as browsers let a tree grow


class ForeignContent:
    """The open <svg>, <math> and integration points. ``inside`` is True where elements are not HTML ones."""

    __slots__ = ("_open", "inside")

    def __init__(self) -> None:
        self._open: list[str] = []
        self.inside = False

    def __bool__(self) -> bool:
        return bool(self._open)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def is_svg(self) -> bool:
        """Whether an element here is an SVG one: only those name images, scripts and style sheets."""
        return self.inside and self._open[-1] == "svg"

    def _settle(self, depth: int) -> None:
        del self._open[depth:]
        self.inside = bool(self._open) and self._open[-1] in _INTEGRATION

    def breaks_out(self, name: str, attributes: dict[str, str]) -> bool:
        """Whether a start tag ends the foreign content it stands in; if so, it has ended."""
        if name not in _BREAKOUT and not (
            name == "font" and not attributes.keys().isdisjoint(("color", "face", "size"))
        ):
            return False
        self._leave()
        return True

    def _leave(self) -> None:
        depth = len(self._open)
        while depth and self._open[depth - 1] in _INTEGRATION:
            depth -= 1
        self._settle(depth)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag that is not self-closing."""
        if len(self._open) >= _DEPTH:
            return
        top = self._open[-1] if self.inside else ""
        if name in _INTEGRATION:
            opens = not top or name == top
        elif name == "annotation-xml":
            opens = top == "math" and attributes.get("encoding", "").lower() in ("text/html", "application/xhtml+xml")
        else:
            opens = name in _INTEGRATION.get(top, ())
        if opens:
            self._open.append(name)
            self._settle(len(self._open))

    def end(self, name: str) -> None:
        """An end tag."""
        depth = len(self._open)
        while depth:
            depth -= 1
            if self._open[depth] == name:
                self._settle(depth)
                return
            if self._open[depth] not in _INTEGRATION:
                break
        if self.inside and name in _OUTER:
            self._leave()

    def cut(self, depth: int) -> None:
        """Everything opened after ``depth`` entries has ended with the template it stood in."""
        if depth < len(self._open):
            self._settle(depth)
