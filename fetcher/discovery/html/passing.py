"""Passing over markup that cannot matter, which is most of a page: names that name nothing, attributes nobody asks for.

Two ways, one promise: begun where text is read, they end where text is read, and nothing between could have named
anything or changed how the rest is read. ``Skim`` looks at a long stretch a few times as a whole, each time with one
loop of C's: for the next name of interest, whether every "<" there has its ">" and no quoted value hides either, and
for attributes of interest. That is three times as fast as matching tag after tag, which ``boring_run`` does where a
stretch is not that plain. Each stretch is looked at once by either, so time stays linear in the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fetcher.discovery.html.tokens import ATTRIBUTE_NAME, ATTRIBUTES, ONE_ATTRIBUTE

# The same, but a style attribute passes only quoted and without whatever could make it name a url or a font: calls,
# references, escapes, comments, and "font" or "font-family" before a colon.
_BORING_STYLE = (
    rb"[sS][tT][yY][lL][eE]=(?:"
    + rb"|".join(
        rb"%b(?:[^%b&\\/(fF]++|[fF](?![oO][nN][tT](?:-[fF][aA][mM][iI][lL][yY])?[\t\n\f\r ]*+:))*+%b" % (q, q, q)
        for q in (b'"', b"'")
    )
    + rb")"
)
_BORING_ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]*+(?:(?!(?:[sS][tT][yY][lL][eE]|[bB][aA][cC][kK][gG][rR][oO][uU][nN][dD])[\t\n\f\r />=])"
    + ONE_ATTRIBUTE
    + rb"|"
    + _BORING_STYLE
    + rb"))*+[\t\n\f\r /]*+>"
)

# In a drawing, values that can name a file (fill="url(a.svg#b)", SVG 2, 6.6) or a font do not pass either.
_DRAWN_VALUE = (
    rb"[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"
    + rb"|".join(rb"%b(?:[^%buU]++|[uU](?![rR][lL]\((?!#)))*+%b" % (q, q, q) for q in (b'"', b"'"))
    + rb"""|(?=>)|[^\t\n\f\r >"'(][^\t\n\f\r >(]*+(?=[\t\n\f\r >]))"""
)
_DRAWN_ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]*+(?:(?!(?:[sS][tT][yY][lL][eE]|[fF][oO][nN][tT]-[fF][aA][mM][iI][lL][yY])[\t\n\f\r />=])"
    + (ATTRIBUTE_NAME + rb"(?:" + _DRAWN_VALUE + rb"|(?![\t\n\f\r ]*+=))")
    + rb"|"
    + _BORING_STYLE
    + rb"))*+[\t\n\f\r /]*+>"
)


COMMENT = rb"<!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>"


def any_case(name: str) -> str:
    """``name`` as a pattern for either case: "a" is "[aA]". Sets, unlike IGNORECASE, let the matcher reject on the
    first byte."""
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else re.escape(c) for c in name)


def boring_run(interesting: list[str]) -> re.Pattern[bytes]:
    """A pattern that runs over text, comments and whole tags as long as nothing there can matter: it stops before the
    first tag named in ``interesting`` ("/template" for the end tag), any tag whose style attribute may name something,
    any markup that is unusual, and whatever is not whole yet."""
    by_first: dict[str, list[str]] = {}
    for name in interesting:
        if not name.startswith("/"):
            by_first.setdefault(name[0], []).append(name[1:])
    # Grouped by first letter, so most tags are let through after one comparison.
    starts = "|".join(f"{any_case(c)}(?:{'|'.join(map(any_case, names))})" for c, names in by_first.items())
    ends = "|".join(any_case(name[1:]) for name in interesting if name.startswith("/"))
    tag = rf"(?!(?:{starts})[\t\n\f\r />])[a-zA-Z][^\t\n\f\r />]*+".encode() + _BORING_ATTRIBUTES
    end = rf"/(?!(?:{ends})[\t\n\f\r />])[a-zA-Z][^\t\n\f\r />]*+".encode() + ATTRIBUTES
    stray = rb"(?=[^a-zA-Z/!?])"
    return re.compile(rb"(?:[^<]*+<(?:" + rb"|".join((tag, end, stray, COMMENT[1:])) + rb"))*+")


def run_of(names: list[str]) -> re.Pattern[bytes]:
    """A pattern that runs over text and the whole tags of a drawing that have these names and name nothing."""
    tag = rf"/?(?:{'|'.join(map(any_case, names))})(?=[\t\n\f\r />])".encode()
    return re.compile(rb"(?:[^<]*+<" + tag + _DRAWN_ATTRIBUTES + rb")*+")


_SEARCHES = [re.compile(rb"%b[\t\n\f\r =]" % word).search for word in (b"style", b"background")]
_BEFORE_NAME = b"\t\n\f\r /\"'"
_ANGLES_AND_QUOTES = bytes(byte for byte in range(256) if byte not in b"""<>="'""")
# Of a stretch without all other bytes: a quoted value that a tag's bracket may stand in.
_HIDING = re.compile(rb"""="[^"<>]*+[<>]|='[^'<>]*+[<>]""")
_COMMENT = re.compile(COMMENT)
SHORT = 256
"""Bytes of a stretch for which matching tag after tag costs less."""
# In a style attribute without these no declaration names a url or a font.
_TELLING_STYLE = re.compile(rb"[(&\\]|font")


Search = Callable[[bytes, int], re.Match[bytes] | None]


def search_for(interesting: Iterable[str]) -> Search:
    """What finds the next tag with a name of ``interesting``, or markup that is no tag, in lower-case text."""
    names = sorted(name for name in interesting if not name.startswith("/"))
    ends = sorted(name[1:] for name in interesting if name.startswith("/"))
    # Two sets decide for most tags; what they let by is looked at whole.
    starts = "".join(sorted({name[0] for name in names})), "".join(sorted({name[1] for name in names}))
    start = rf"[{starts[0]}][{starts[1]}](?<=(?=(?:{'|'.join(names)})[\t\n\f\r />])..)"
    end = rf"/[{''.join(name[0] for name in ends)}](?<=(?=(?:{'|'.join(ends)})[\t\n\f\r />]).)"
    return re.compile(rf"<(?:{start}|{end}|[!?])".encode(), re.DOTALL).search


class Skim:
    """``past(buffer, index)``: where text is read next, with nothing of interest on the way, or ``index`` itself where
    that is not told so easily. Indexes into one buffer must not go back; ``begin``
    says that there will be a new one, and forgets this one."""

    __slots__ = ("_attributes", "_low", "_search", "_stop", "_unplain")

    def __init__(self, search: Search) -> None:
        self._search = search
        self.begin()

    def begin(self) -> None:
        self._low = b""
        self._stop = -1  # the next name of interest: from here to there nothing has one
        self._attributes = [-1, -1]  # where the next attribute of each name of interest may be
        self._unplain = -1  # up to here it is known not to be plain

    def past(self, buffer: bytes, index: int) -> int:
        if index < self._unplain:
            return index
        low = self._low
        if not low:
            low = self._low = buffer.lower()
        while True:
            if index > self._stop:
                self._stop = self._next(low, index)
            stop = self._before_attribute(low, index, self._stop)
            if low.find(b"<", index, stop) >= 0:
                if stop - index < SHORT:
                    return index
                bones = low[index:stop].translate(None, _ANGLES_AND_QUOTES)
                if _HIDING.search(bones + b"<") or b"<" in bones.translate(None, b"=\"'").replace(b"<>", b""):
                    self._unplain = self._stop
                    return index
            comment = _COMMENT.match(low, stop) if low.startswith(b"<!--", stop) else None
            if comment is None:
                return stop
            index = comment.end()

    def _next(self, low: bytes, index: int) -> int:
        """The next tag of interest; else the last one, when it is not whole, or the end."""
        match = self._search(low, index)
        if match is not None:
            return match.start()
        last = low.rfind(b"<", index)
        return last if last >= 0 and low.find(b">", last) < 0 else len(low)

    def _before_attribute(self, low: bytes, index: int, stop: int) -> int:
        """``stop``, or a tag before it with an attribute of interest; true where all before it is plain."""
        after = index
        while (named := self._next_attribute(low, after)) < stop:
            begin = low.rfind(b"<", index, named)
            end = low.find(b">", named if begin < 0 else begin, stop)
            if begin < 0 or 0 <= end < named:  # it stands in the text
                after = low.find(b"<", named, stop)
            elif low.startswith(b"background", named) or _TELLING_STYLE.search(low, named, end if end >= 0 else stop):
                return begin
            else:  # what else may stand in this tag has been looked at with it
                after = end
            if after < 0:
                break
        return stop

    def _next_attribute(self, low: bytes, index: int) -> int:
        places = self._attributes
        for number, search in enumerate(_SEARCHES):
            place = places[number]
            while place < index or (place < len(low) and low[place - 1] not in _BEFORE_NAME):
                match = search(low, max(index, place + 1))
                place = match.start() if match is not None else len(low)
            places[number] = place
        return min(places)
