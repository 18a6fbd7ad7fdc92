"""Which encoding a document or style sheet is in, found as its first bytes arrive (HTML 13.2.3, CSS Syntax 3.2).

A byte order mark beats the charset of Content-Type, which beats what the first 1,024 bytes declare, which beats what is
inherited. Until that is settled nothing is scanned, as in browsers: at most 1,024 bytes wait, and none once the server
has stated a charset. Chromium's guessing by the frequency of letters is not copied: an unlabelled document is
windows-1252, or the encoding of the document that framed it. A <meta> after the first 1,024 bytes comes too late.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fetcher.discovery.encodings import UTF_8, UTF_16_BE, UTF_16_LE, WINDOWS_1252, Encoding, Transcoder, encoding_of
from fetcher.discovery.html.tokens import ATTRIBUTE, TAG

DECLARED_WITHIN = 1_024

_BOMS = ((b"\xef\xbb\xbf", UTF_8), (b"\xfe\xff", UTF_16_BE), (b"\xff\xfe", UTF_16_LE))
_CHARSET_RULE = b'@charset "'
_CHARSET = re.compile(
    rb"""charset[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*+))""", re.I
)
_XML = re.compile(rb"""<\?xml[^>]*?encoding[\x00-\x20]*+=[\x00-\x20]*+(["'])([^\x00-\x20>]*?)\1""")


class CharsetSource(StrEnum):
    """What settled it. INHERITED: the framing document's, or that of the document that uses a sheet."""

    BOM = "bom"
    CONTENT_TYPE = "content-type"
    DECLARED = "declared"
    INHERITED = "inherited"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Charset:
    encoding: Encoding
    source: CharsetSource


class Sniff(Protocol):
    def __call__(self, start: bytes, *, label: str | None, inherited: str | None, ended: bool) -> Charset | None: ...


def html_charset(
    start: bytes, *, label: str | None, inherited: str | None = None, ended: bool = False, xml: bool = False
) -> Charset | None:
    """The charset of a document that begins with ``start``; None while that cannot be told before more came (never once
    ``ended``). ``label`` is Content-Type's charset, ``inherited`` the encoding of a framing document of the same
    origin. ``xml``: XHTML, which is UTF-8 unless it says otherwise."""
    certain = _stated(start, label, ended)
    if certain is not None or _may_be_bom(start, ended):
        return certain
    declared = prescan(start[:DECLARED_WITHIN])
    if declared is not None:
        return Charset(declared, CharsetSource.DECLARED)
    if len(start) < DECLARED_WITHIN and not ended:
        return None
    declared = _xml_encoding(start[:DECLARED_WITHIN])
    if declared is not None:
        return Charset(declared, CharsetSource.DECLARED)
    return _inherited(inherited) or Charset(UTF_8 if xml else WINDOWS_1252, CharsetSource.DEFAULT)


def xhtml_charset(
    start: bytes, *, label: str | None, inherited: str | None = None, ended: bool = False
) -> Charset | None:
    """``html_charset`` of an XHTML document."""
    return html_charset(start, label=label, inherited=inherited, ended=ended, xml=True)


def css_charset(
    start: bytes, *, label: str | None, inherited: str | None = None, ended: bool = False
) -> Charset | None:
    """The same for a style sheet: ``inherited`` is the encoding of the document or sheet that uses it."""
    certain = _stated(start, label, ended)
    if certain is not None or _may_be_bom(start, ended):
        return certain
    head = start[:DECLARED_WITHIN]
    is_whole = ended or len(start) >= DECLARED_WITHIN
    if head.startswith(_CHARSET_RULE):
        end = head.find(b'"', len(_CHARSET_RULE))
        if end < 0 or end + 1 == len(head):
            if not is_whole:
                return None
        elif head[end + 1 : end + 2] == b";":
            declared = encoding_of(head[len(_CHARSET_RULE) : end].decode("latin-1"))
            if declared is not None:
                return Charset(_readable(declared), CharsetSource.DECLARED)
    elif not is_whole and _CHARSET_RULE.startswith(head):
        return None
    return _inherited(inherited) or Charset(UTF_8, CharsetSource.DEFAULT)


def module_charset(
    start: bytes, *, label: str | None, inherited: str | None = None, ended: bool = False
) -> Charset | None:
    """A module is UTF-8 whatever anybody says (HTML 8.1.4.2)."""
    return Charset(UTF_8, CharsetSource.DEFAULT)


def prescan(head: bytes) -> Encoding | None:
    """HTML 13.2.3.2, "prescan a byte stream to determine its encoding", over all of ``head``. None also when what
    declares it is not whole yet."""
    if head.startswith(b"<\0?\0x\0"):
        return UTF_16_LE
    if head.startswith(b"\0<\0?\0x"):
        return UTF_16_BE
    index = head.find(b"<")
    while index >= 0:
        tag = TAG.match(head, index)
        following = head[index + 1 : index + 3]
        if tag:
            if not tag[1] and tag[2].lower() == b"meta":
                found = _declared(head, tag.end(2), tag.end())
                if found is not None:
                    return found
            end = tag.end()
        elif head.startswith(b"!--", index + 1):
            end = head.find(b"-->", index + 2)
        elif following[:1].isalpha() or (following[:1] == b"/" and following[1:].isalpha()):
            return None  # a tag that is not whole
        elif following[:1] in (b"!", b"/", b"?"):
            end = head.find(b">", index)
        else:
            end = index + 1
        if end < 0:
            return None
        index = head.find(b"<", end)
    return None


def _declared(head: bytes, start: int, end: int) -> Encoding | None:
    """What a <meta> with these attributes declares."""
    attributes: dict[bytes, bytes] = {}
    for name, double, single, bare in ATTRIBUTE.findall(head, start, end):
        attributes.setdefault(name.lower(), double or single or bare)
    label = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        match = _CHARSET.search(attributes.get(b"content", b""))
        label = next((group for group in match.groups() if group is not None), None) if match else None
    found = encoding_of(label.decode("latin-1")) if label is not None else None
    if found is None:
        return None
    return WINDOWS_1252 if found.name == "x-user-defined" else _readable(found)


def _xml_encoding(head: bytes) -> Encoding | None:
    """HTML 13.2.3.2, "get an XML encoding"."""
    match = _XML.match(head)
    found = encoding_of(match[2].decode("latin-1")) if match else None
    return _readable(found) if found is not None else None


def _stated(start: bytes, label: str | None, ended: bool) -> Charset | None:
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return Charset(encoding, CharsetSource.BOM)
    if label is None or _may_be_bom(start, ended):
        return None
    stated = encoding_of(label)
    return Charset(stated, CharsetSource.CONTENT_TYPE) if stated is not None else None


def _may_be_bom(start: bytes, ended: bool) -> bool:
    return not ended and any(len(start) < len(mark) and mark.startswith(start) for mark, _ in _BOMS)


def _inherited(name: str | None) -> Charset | None:
    found = encoding_of(name) if name is not None else None
    return Charset(found, CharsetSource.INHERITED) if found is not None else None


def _readable(found: Encoding) -> Encoding:
    """What was read as ASCII cannot be UTF-16, whatever it says."""
    return UTF_8 if found.name.startswith("utf-16") else found


class TextStream:
    """Content on its way to its scanner: bytes in, bytes the scanner can read out, none before ``charset`` is settled.

    ``offset`` is how many bytes of a byte order mark were left out in front. Offsets of a transcoded text
    (``is_transcoded``) count in its UTF-8 form."""

    def __init__(self, sniff: Sniff, *, label: str | None = None, inherited: str | None = None) -> None:
        self.charset: Charset | None = None
        self.offset = 0
        self._sniff = sniff
        self._label = label
        self._inherited = inherited
        self._start = b""
        self._transcoder: Transcoder | None = None

    @property
    def is_transcoded(self) -> bool:
        return self._transcoder is not None

    def feed(self, data: bytes) -> bytes:
        if self.charset is None:
            self._start += data
            data = self._settle(ended=False)
        return data if self._transcoder is None else self._transcoder.feed(data)

    def close(self) -> bytes:
        """The rest: what waited for a charset that nobody stated, and half a letter at the end."""
        rest = b""
        if self.charset is None:
            rest = self._settle(ended=True)
        if self._transcoder is not None:
            rest = self._transcoder.feed(rest) + self._transcoder.close()
        return rest

    def _settle(self, *, ended: bool) -> bytes:
        found = self._sniff(self._start, label=self._label, inherited=self._inherited, ended=ended)
        if found is None:
            return b""
        self.charset = found
        if not found.encoding.is_scannable:
            self._transcoder = Transcoder(found.encoding)
        start, self._start = self._start, b""
        if found.source is CharsetSource.BOM:
            mark = next(mark for mark, _ in _BOMS if start.startswith(mark))
            start = start[len(mark) :]
            self.offset = 0 if self.is_transcoded else len(mark)
        return start
