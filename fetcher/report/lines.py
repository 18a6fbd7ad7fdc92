"""What renderers hand to the terminal: lines of (text, style) segments, and the figures and words in them.

A style says what a text is ("waiting", "hint"), never how it looks; ``terminal`` alone knows colours. Our own glyphs
each have one ASCII stand-in of the same width, so a layout made once holds for terminals without Unicode.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from fetcher.report.escape import cells, shorten, wrap


class Style(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    HINT = "hint"
    FINAL = "final"
    GUIDE = "guide"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    QUEUED = "queued"
    LOOKUP = "lookup"
    CONNECT = "connect"
    TLS = "tls"
    WAITING = "waiting"
    RECEIVING = "receiving"
    CACHE = "cache"


Segment = tuple[str, Style]
Line = tuple[Segment, ...]

# Phases and marks must stay apart from each other in ASCII too; "·" separates in sentences and queues in bars.
_ASCII = str.maketrans(
    {
        "·": "|",
        "┄": "~",
        "╌": "-",
        "═": "=",
        "░": ":",
        "█": "#",
        "▒": "%",
        "▼": "v",
        "▽": "v",
        "◆": "*",
        "┊": "|",
        "│": "!",
        "┴": "+",
        "─": "-",
        "└": "`",
        "✓": "+",
        "✗": "x",
        "−": "-",
        "→": ">",
        "±": "~",
        "…": "~",
        **dict(zip("▁▂▃▄▅▆▇", "_:-=+*%", strict=True)),  # heights of a distribution
    }
)
_ASCII_QUEUED = str.maketrans({"·": "."})


UNBROKEN = "\u00a0"
"""A space at which ``paragraph`` does not break; servers' texts hold none (``safe`` shows them)."""

_UNITS = re.compile(r"(?<=\d) (?=(?:ms|s|B|kB|MB|GB|TB)\b)|(?<=\bEH) (?=\d)")
"""Between a number and its unit, or a rule's name and its number: neither is read without the other."""


_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


def to_ascii(line: Line) -> Line:
    """``line`` with every glyph of ours replaced by its ASCII stand-in."""
    return tuple((text.translate(_ASCII_QUEUED if style is Style.QUEUED else _ASCII), style) for text, style in line)


def trimmed(line: Iterable[Segment]) -> Line:
    """``line`` without empty segments and trailing spaces, neighbours of one style joined."""
    joined: list[Segment] = []
    for text, style in line:
        if text and joined and joined[-1][1] is style:
            joined[-1] = (joined[-1][0] + text, style)
        elif text:
            joined.append((text, style))
    while joined and not (text := joined[-1][0].rstrip(" ")):
        joined.pop()
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), joined[-1][1])
    return tuple(joined)


def paragraph(
    text: str, width: int, style: Style = Style.PLAIN, *, lead: Line = (), indent: int = 0, most: int | None = None
) -> list[Line]:
    """``text`` wrapped to ``width`` after ``lead``, later lines ``indent`` cells in; ``most`` lines at most."""
    first = sum(cells(part) for part, _ in lead)
    text = _UNITS.sub(UNBROKEN, text)
    rows = [row.replace(UNBROKEN, " ") for row in wrap(text, max(width - indent, 20), max(width - first, 20))]
    if most is not None and len(rows) > most:
        rows = [*rows[: most - 1], shorten(" ".join(rows[most - 1 :]), max(width - indent, 20), 1.0)]
    return [trimmed([*(lead if not n else [(" " * indent, Style.PLAIN)]), (row, style)]) for n, row in enumerate(rows)]


def milliseconds(value: float) -> str:
    """``value`` ms for reading: "21.3 ms", "12.35 s"."""
    if abs(value) < 9_999.95:
        return f"{value:.1f} ms"
    return f"{value / 1000:.2f} s" if abs(value) < 1e10 else f"{value / 1000:.3g} s"


def signed(value: float) -> str:
    """A difference in ms with its sign: "−302.1 ms", "+0.4 ms", "0.0 ms"."""
    shown = milliseconds(abs(value))
    if not any(digit in shown for digit in "123456789"):
        return shown
    return ("−" if value < 0 else "+") + shown


def moment(stamp: str) -> str:
    """A record's time for reading: "2026-11-26 22:26:24 UTC". What is none is shown as it is."""
    found = _STAMP.fullmatch(stamp)
    if found is None:
        return stamp
    day, time, zone = found.groups()
    return f"{day} {time} {'UTC' if zone in ('Z', '+00:00') else zone}"


def ranged(value: str, low: str, high: str) -> str:
    """ "−35.2 ms (−41.0 to −30.1)": the unit once where all three have it."""
    unit = f" {value.rpartition(' ')[2]}"
    if low.endswith(unit) and high.endswith(unit):
        low, high = low.removesuffix(unit), high.removesuffix(unit)
    return f"{value} ({low} to {high})"


def size(value: int) -> str:
    """Bytes for reading, by thousands: "512 B", "48.2 kB", "1.3 MB"."""
    if value < 1000:
        return f"{value} B"
    number = float(min(value, 10**18))
    for unit in ("kB", "MB", "GB", "TB"):
        number /= 1000
        if number < 999.95 or unit == "TB":
            break
    return f"{number:.1f} {unit}"


def count(number: int, thing: str, things: str | None = None) -> str:
    """ "1 request", "14 requests"."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def place(url: str, home: str | None) -> str:
    """``url`` as shown in a page of the origin ``home``: its path there, without the scheme elsewhere."""
    origin, target = split(url)
    if home is not None and origin == home:
        return target
    return url.partition("://")[2] or url


def split(url: str) -> tuple[str, str]:
    """(origin as written, path and query) of an absolute URL in a record; textual, so escaped texts pass too."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return "", url
    host, slash, target = rest.partition("/")
    return f"{scheme}://{host}", slash + target or "/"
