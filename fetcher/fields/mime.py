"""MIME types as the MIME Sniffing standard parses them: Content-Type, and the ``type`` of a link.

``parse`` reads one type, ``extract`` a Content-Type field with all its lines (Fetch "extract a MIME type"). Nothing
raises: what is no MIME type is None. Linear time on any input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fetcher.terms import Destination, Fields, field_value

_BLANK = "\t\n\r "
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_ESSENCE = re.compile(rf"({_TOKEN})/([^;]*+)")
_IS_TOKEN = re.compile(_TOKEN)
_PARAMETER = re.compile(
    r';[\t\n\r ]*+([^;=]*+)(?:=(?:"((?:[^"\\]++|\\.)*+\\?+)[^;]*+|([^;]*+)))?+',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)

REGISTERED_TOP_LEVEL = frozenset(
    {"application", "audio", "example", "font", "haptics", "image", "message", "model", "multipart", "text", "video"}
)
"""IANA's top-level types; "x-" ones count too (EH 3.6)."""

_SCRIPT = frozenset(
    {f"application/{name}" for name in ("ecmascript", "javascript", "x-ecmascript", "x-javascript")}
    | {f"text/{name}" for name in ("ecmascript", "javascript", "jscript", "livescript", "x-ecmascript", "x-javascript")}
    | {f"text/javascript1.{minor}" for minor in range(6)}
)
_IMAGE = frozenset(
    {
        f"image/{name}"
        for name in ("apng", "avif", "bmp", "gif", "jpeg", "jpg", "jxl", "pjpeg", "png", "svg+xml", "webp")
    }
    | {f"image/{name}" for name in ("vnd.microsoft.icon", "x-icon", "x-png", "x-xbitmap")}
)
_FONT = frozenset(
    {f"font/{name}" for name in ("collection", "otf", "sfnt", "ttf", "woff", "woff2")}
    | {f"application/{name}" for name in ("font-woff", "x-font-ttf", "x-font-woff", "vnd.ms-opentype")}
)
_SUPPORTED = {
    Destination.SCRIPT: _SCRIPT,
    Destination.STYLE: frozenset({"text/css"}),
    Destination.IMAGE: _IMAGE,
    Destination.FONT: _FONT,
    Destination.TRACK: frozenset({"text/vtt"}),
}


@dataclass(frozen=True, slots=True)
class MimeType:
    """``type`` and ``subtype`` lower-cased; ``parameters`` in order, names lower-cased, first of duplicates only."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def essence(self) -> str:
        return f"{self.type}/{self.subtype}"

    def parameter(self, name: str) -> str | None:
        return next((value for key, value in self.parameters if key == name), None)


def parse(text: str) -> MimeType | None:
    """One MIME type, or None where the standard's parser fails."""
    text = text.strip(_BLANK)
    match = _ESSENCE.match(text)
    if match is None:
        return None
    subtype = match[2].rstrip(_BLANK)
    if not _IS_TOKEN.fullmatch(subtype):
        return None
    parameters: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(text, match.end()):
        value = _ESCAPE.sub(r"\1", quoted) if quoted else plain.rstrip(_BLANK)
        key = name.lower()
        # An empty value only counts when it was quoted; findall cannot tell "" from absent, and nobody needs it.
        if value and key not in parameters and _IS_TOKEN.fullmatch(key) and _VALUE.fullmatch(value):
            parameters[key] = value
    return MimeType(match[1].lower(), subtype.lower(), tuple(parameters.items()))


def extract(values: Iterable[str]) -> MimeType | None:
    """The MIME type of a Content-Type field given as its lines: the last valid one, keeping an earlier charset of the
    same essence (Fetch "extract a MIME type")."""
    found: MimeType | None = None
    charset: str | None = None
    for member in _MEMBER.findall(", ".join(values)):
        candidate = parse(member)
        if candidate is None or candidate.essence == "*/*":
            continue
        own = candidate.parameter("charset")
        if found is None or candidate.essence != found.essence or own is not None:
            charset = own
        elif charset is not None:
            candidate = MimeType(candidate.type, candidate.subtype, (*candidate.parameters, ("charset", charset)))
        found = candidate
    return found


def is_html(content_type: str | None) -> bool:
    """Whether a response with this Content-Type is a document to be scanned (text/html, or XML)."""
    found = extract((content_type,)) if content_type else None
    return found is not None and (found.essence == "text/html" or _is_xml(found))


def is_xhtml(content_type: str | None) -> bool:
    """Whether it is XML, which is UTF-8 unless something says otherwise, and whose elements count by namespace."""
    found = extract((content_type,)) if content_type else None
    return found is not None and _is_xml(found)


def _is_xml(kind: MimeType) -> bool:
    """Of XML (MIME Sniffing 4.6) what Chromium 156 shows; other types that end in +xml it keeps for download."""
    return kind.essence in ("text/xml", "application/xml", "application/xhtml+xml", "image/svg+xml")


def charset(content_type: str | None) -> str | None:
    """The charset parameter, lower-cased, or None."""
    found = extract((content_type,)) if content_type else None
    label = found.parameter("charset") if found else None
    return label.lower() if label else None


def is_registered_type(text: str) -> bool:
    """EH 3.6: ``token/token`` with no parameters, whose top level is registered or begins with "x-"."""
    found = parse(text)
    if found is None or ";" in text:
        return False
    return found.type in REGISTERED_TOP_LEVEL or (found.type.startswith("x-") and len(found.type) > 2)


def supports(destination: Destination, text: str) -> bool:
    """EH 8.5: whether a browser would load a ``type`` for this destination; fetch (EMPTY) takes any, "" is no claim."""
    accepted = _SUPPORTED.get(destination)
    if accepted is None or not text:
        return True
    found = parse(text)
    return found is not None and found.essence in accepted


# What Chromium 156 was seen to preload of them: no names from before the fonts had a top level of their own, no
# collections.
_PRELOADED_FONTS = frozenset(f"font/{name}" for name in ("otf", "sfnt", "ttf", "woff", "woff2"))


def preloads(destination: Destination, text: str, *, exactly: bool) -> bool:
    """EH 8.5: whether Chromium preloads what has this ``type``. ``exactly``: as a Link field has it, where a parameter
    makes any type an unknown one; markup may have parameters, and nobody looks at the type of a script or track."""
    if not exactly and destination in (Destination.SCRIPT, Destination.TRACK):
        return True
    accepted = _PRELOADED_FONTS if destination is Destination.FONT else _SUPPORTED.get(destination)
    if accepted is None or not text:
        return True
    found = parse(text)
    if found is None:
        return False
    return (text.lower() if exactly else found.essence) in accepted


def is_javascript(found: MimeType) -> bool:
    """Whether it is one of the JavaScript MIME types (MIME Sniffing 4.6)."""
    return found.essence in _SCRIPT


def is_json(found: MimeType) -> bool:
    """Whether it is a JSON MIME type (MIME Sniffing 4.6)."""
    return found.subtype.endswith("+json") or found.essence in ("application/json", "text/json")


def is_nosniff(fields: Fields) -> bool:
    """Fetch "determine nosniff": the first value of X-Content-Type-Options decides."""
    value = field_value(fields, "x-content-type-options")
    return value is not None and value.partition(",")[0].strip(_BLANK).lower() == "nosniff"
