"""Which encoding a document or sheet is in, and what its bytes and URLs come to, as tables of one-line cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fetcher.discovery.charset import Sniff, TextStream, css_charset, html_charset, prescan, xhtml_charset
from fetcher.discovery.encodings import UTF_8, Encoding, Transcoder, encoding_of, with_encoded_query
from fetcher.discovery.html import HtmlScanner

LABELS = [
    ("utf-8", "utf-8"),
    ("UTF8", "utf-8"),
    (" \tutf-8\r\n", "utf-8"),
    ("unicode-1-1-utf-8", "utf-8"),
    ("latin1", "windows-1252"),
    ("iso-8859-1", "windows-1252"),
    ("us-ascii", "windows-1252"),
    ("iso-8859-9", "windows-1254"),
    ("tis-620", "windows-874"),
    ("iso-8859-8-i", "iso-8859-8-i"),
    ("sjis", "shift_jis"),
    ("windows-31j", "shift_jis"),
    ("x-euc-jp", "euc-jp"),
    ("ks_c_5601-1987", "euc-kr"),
    ("gb2312", "gbk"),
    ("gb18030", "gb18030"),
    ("big5-hkscs", "big5"),
    ("koi8-ru", "koi8-u"),
    ("cp866", "ibm866"),
    ("mac", "macintosh"),
    ("utf-16", "utf-16le"),
    ("utf-16be", "utf-16be"),
    ("iso-2022-kr", "replacement"),
    ("hz-gb-2312", "replacement"),
    ("x-user-defined", "x-user-defined"),
    ("utf-7", None),
    ("utf_8", None),
    ("", None),
    ("\u212aoi8-r", None),
    ("utf-8\x00", None),
]


@pytest.mark.parametrize(("label", "name"), LABELS)
def test_a_label_names_an_encoding(label: str, name: str | None) -> None:
    """Encoding standard, "get an encoding": ASCII case and outer ASCII whitespace do not count, nothing else is lax."""
    found = encoding_of(label)
    assert (found.name if found else None) == name


SCANNABLE = ["utf-8", "windows-1252", "iso-8859-2", "koi8-u", "ibm866", "macintosh", "windows-874", "x-mac-cyrillic"]
TRANSCODED = ["shift_jis", "gbk", "gb18030", "big5", "euc-jp", "euc-kr", "iso-2022-jp", "utf-16le", "x-user-defined"]


@pytest.mark.parametrize("name", [*SCANNABLE, *TRANSCODED])
def test_only_encodings_whose_ascii_bytes_are_ascii_are_scanned_as_they_stand(name: str) -> None:
    """The scanners' codec is the encoding's own there, UTF-8 where the text is transcoded for them."""
    found = encoding_of(name)
    assert found is not None
    assert found.is_scannable == (name in SCANNABLE)
    assert "é".encode(found.codec, "replace")
    assert (found.codec == "utf-8") == (name == "utf-8" or name in TRANSCODED)


def named(encoding: Encoding | None) -> str | None:
    return encoding.name if encoding else None


PRESCANS = [
    ('<meta charset="utf-8">', "utf-8"),
    ("<meta charset=utf-8>", "utf-8"),
    ("<meta charset='koi8-r'/>", "koi8-r"),
    ("<META CHARSET=Shift_JIS>", "shift_jis"),
    ("<meta/charset=big5>", "big5"),
    ("<meta name=x charset=euc-kr content=y>", "euc-kr"),
    ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso-8859-2"),
    ("<meta content=\"text/html; charset='gbk'\" http-equiv=content-type>", "gbk"),
    ('<meta http-equiv=content-type content="charset = \t euc-jp ;x">', "euc-jp"),
    ('<meta http-equiv=content-type content="charset charset=utf-8">', "utf-8"),
    ('<meta http-equiv=content-type content="charset=&quot;utf-8">', None),
    ('<meta content="text/html; charset=gbk">', None),
    ('<meta http-equiv=refresh content="text/html; charset=gbk">', None),
    ('<meta http-equiv=content-type content="text/html; charset=gbk" charset=utf-8>', "utf-8"),
    ("<meta charset=nonsense><meta charset=utf-8>", "utf-8"),
    ("<meta charset=nonsense http-equiv=content-type content='charset=gbk'><p>", None),
    ("<meta charset=utf-16>", "utf-8"),
    ("<meta charset=utf-16be>", "utf-8"),
    ("<meta charset=x-user-defined>", "windows-1252"),
    ("<meta charset=iso-2022-cn>", "replacement"),
    ("<meta charset=utf-8 charset=gbk>", "utf-8"),
    ("<!-- <meta charset=gbk> --><meta charset=utf-8>", "utf-8"),
    ("<!--><meta charset=utf-8>", "utf-8"),
    ("<!-- <meta charset=gbk>", None),
    ("<!doctype html><?php > <meta charset=utf-8>", "utf-8"),
    ("</ x><meta charset=utf-8>", "utf-8"),
    ("< <<<meta charset=utf-8>", "utf-8"),
    ('<a title="<meta charset=gbk>"><meta charset=utf-8>', "utf-8"),
    ("<script><meta charset=koi8-r></script>", "koi8-r"),
    ("<metacharset=utf-8>", None),
    ("<metadata charset=utf-8>", None),
    ("<meta charset=iso-8859-1", None),
    ('<meta charset="utf-8', None),
    ("</meta charset=utf-8>", None),
    ("plain text, charset=utf-8", None),
    ("<\0?\0x\0", "utf-16le"),
    ("\0<\0?\0x", "utf-16be"),
]


@pytest.mark.parametrize(("head", "name"), PRESCANS)
def test_the_prescan_finds_what_a_document_declares(head: str, name: str | None) -> None:
    """HTML 13.2.3.2; a tag that is not whole declares nothing yet."""
    assert named(prescan(head.encode("latin-1"))) == name


META = b"<meta charset=koi8-r>"
TOLD = [
    (html_charset, b"\xef\xbb\xbf" + META, "gbk", None, "utf-8 bom"),
    (html_charset, b"\xff\xfe<\0", "utf-8", None, "utf-16le bom"),
    (html_charset, b"\xfe\xff\0<", None, None, "utf-16be bom"),
    (html_charset, META, "gbk", None, "gbk content-type"),
    (html_charset, META, "utf-16", None, "utf-16le content-type"),
    (html_charset, META, "nonsense", None, "koi8-r declared"),
    (html_charset, META, None, "big5", "koi8-r declared"),
    (html_charset, b"<p>", None, "big5", "big5 inherited"),
    (html_charset, b"<p>", None, None, "windows-1252 default"),
    (html_charset, b"<p>" + b" " * 1021 + META, None, None, "windows-1252 default"),
    (html_charset, b"<p>" + b" " * 1000 + META, None, None, "koi8-r declared"),
    (html_charset, b'<?xml version="1.0" encoding="euc-jp"?><html>', None, None, "euc-jp declared"),
    (html_charset, b"<?xml encoding='utf-16'?>", None, None, "utf-8 declared"),
    (html_charset, b'<?xml encoding="euc-jp"?>' + META, None, None, "koi8-r declared"),
    (html_charset, b'<?xml version="1.0"?>', None, None, "windows-1252 default"),
    (html_charset, b"", None, None, "windows-1252 default"),
    (html_charset, b"\xef\xbb", None, None, "windows-1252 default"),
    (xhtml_charset, b"<html>", None, None, "utf-8 default"),
    (css_charset, b'@charset "koi8-r"; @import', None, "gbk", "koi8-r declared"),
    (css_charset, b'@charset "koi8-r";', "big5", None, "big5 content-type"),
    (css_charset, b'\xef\xbb\xbf@charset "koi8-r";', "big5", None, "utf-8 bom"),
    (css_charset, b'@charset "utf-16be";', None, None, "utf-8 declared"),
    (css_charset, b"@charset 'koi8-r';", None, None, "utf-8 default"),
    (css_charset, b'@CHARSET "koi8-r";', None, "gbk", "gbk inherited"),
    (css_charset, b'@charset  "koi8-r";', None, None, "utf-8 default"),
    (css_charset, b'@charset "koi8-r" ;', None, None, "utf-8 default"),
    (css_charset, b'@charset "nonsense";', None, "euc-kr", "euc-kr inherited"),
    (css_charset, b'@charset "koi8-r', None, None, "utf-8 default"),
    (css_charset, b"a{}", None, None, "utf-8 default"),
]


@pytest.mark.parametrize(("sniff", "start", "label", "inherited", "told"), TOLD)
def test_what_settles_the_charset(sniff: Sniff, start: bytes, label: str, inherited: str | None, told: str) -> None:
    """Mark before Content-Type before declaration before what is inherited; and the same from bytes one at a time, for
    which it never changes its mind."""
    whole = sniff(start, label=label, inherited=inherited, ended=True)
    assert whole is not None
    assert f"{whole.encoding.name} {whole.source}" == told
    firsts = (sniff(start[:size], label=label, inherited=inherited, ended=False) for size in range(len(start) + 1))
    assert next((found for found in firsts if found is not None), whole) == whole


PAGE = '<meta charset={}>\n<link rel=stylesheet href="/ス?q=ス"><img src="é">'


def read(data: bytes, cut: Callable[[bytes], list[bytes]], label: str | None = None) -> list[tuple[str, int, int]]:
    """Every candidate's URL, line and offset when ``data`` is read in the pieces that ``cut`` makes."""
    stream = TextStream(html_charset, label=label)
    ready = [stream.feed(piece) for piece in cut(data)] + [stream.close()]
    assert stream.charset is not None
    scanner = HtmlScanner(encoding=stream.charset.encoding.codec, offset=stream.offset)
    found = [candidate for piece in ready for candidate in scanner.feed(piece)] + scanner.close()
    return [(candidate.url, candidate.line, candidate.offset) for candidate in found if candidate.url]


def whole(data: bytes) -> list[bytes]:
    return [data]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


TEXTS = [
    ("utf-8", "utf-8", None, b""),
    ("shift_jis", "cp932", None, b""),
    ("euc-jp", "euc_jp", None, b""),
    ("iso-2022-jp", "iso2022_jp", None, b""),
    ("gbk", "gbk", None, b""),
    ("gb18030", "gb18030", None, b""),
    ("big5", "big5hkscs", "big5", b""),
    ("ignored", "utf-16-le", "utf-16", b""),
    ("ignored", "utf-16-le", None, b"\xff\xfe"),
    ("ignored", "utf-16-be", "utf-8", b"\xfe\xff"),
    ("koi8-r", "utf-8", None, b"\xef\xbb\xbf"),
]


@pytest.mark.parametrize(("declared", "codec", "label", "mark"), TEXTS)
def test_a_document_says_the_same_in_every_encoding_and_cut(
    declared: str, codec: str, label: str | None, mark: bytes
) -> None:
    """Letters that an encoding has come out alike, and its transcoded bytes count in UTF-8."""
    text = PAGE.format(declared).replace("é", "é" if codec.startswith("utf") else "1")
    data = mark + text.encode(codec)
    before = 3 if mark == b"\xef\xbb\xbf" else 0
    second = text.index("<link")
    third = len(text[: text.index("<img")].encode())
    expected = [("/ス?q=ス", 2, second + before), ("é" if "é" in text else "1", 2, third + before)]
    assert read(data, whole, label) == expected
    assert read(data, bytewise, label) == expected


MALFORMED = [
    ("shift_jis", b"\x81<img>", "\ufffd<img>"),
    ("euc-kr", b"\xb0<", "\ufffd<"),
    ("gbk", b"\x80\xff<", "\ufffd\ufffd<"),
    ("gb18030", b"\x81\x30\x81", "\ufffd"),
    ("utf-16le", b"<\0>", "<\ufffd"),
    ("utf-16be", b"\xd8\x00\0<", "\ufffd<"),
    ("replacement", b"<img src=a>", "\ufffd"),
    ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
    ("iso-2022-jp", b"\x1b$B%9\x1b(Ba", "スa"),
]


@pytest.mark.parametrize(("name", "data", "text"), MALFORMED)
def test_transcoding_never_swallows_markup(name: str, data: bytes, text: str) -> None:
    """Half a letter before "<" leaves the "<" alone, in one piece or in many. (Where Python's decoders give another
    number of U+FFFD than browsers, no URL is touched.)"""
    encoding = encoding_of(name)
    assert encoding is not None
    for parts in ([data], bytewise(data)):
        transcoder = Transcoder(encoding)
        out = b"".join(transcoder.feed(part) for part in parts) + transcoder.close()
        told = out.decode()
        assert told == text or (text.strip("\ufffd") == told.strip("\ufffd") and "\ufffd" in told)


QUERIES = [
    ("/é?é", "windows-1252", "/é?%E9"),
    ("/é?é#é", "windows-1252", "/é?%E9#é"),
    ("?é&b=ß", "iso-8859-1", "?%E9&b=%DF"),
    ("?\u20ac", "windows-1252", "?%80"),
    ("?\u20ac", "iso-8859-2", "?%26%238364%3B"),
    ("?ス\u20acス", "shift_jis", "?%83X%26%238364%3B%83X"),
    ("?ス", "euc-jp", "?%A5%B9"),
    ("?éス", "euc-jp", "?%26%23233%3B%A5%B9"),
    ("?\u43f0中", "big5", "?%26%2317392%3B%A4%A4"),
    ("?ス", "iso-2022-jp", "?%1B$B%9%1B(B"),
    ("?中", "gbk", "?%D6%D0"),
    ("?中", "big5", "?%A4%A4"),
    ("?한", "euc-kr", "?%C7%D1"),
    ("?я", "koi8-r", "?%D1"),
    ("?я", "utf-8", "?я"),
    ("?я", "utf-16le", "?я"),
    ("?я", "replacement", "?я"),
    ("?я", None, "?я"),
    ("?plain", "koi8-r", "?plain"),
    ("/я", "koi8-r", "/я"),
    ("#?я", "koi8-r", "#?я"),
    ("javascript:x?я", "koi8-r", "javascript:x?я"),
    ("data:,?я", "koi8-r", "data:,?я"),
    ("HTTPS://a.test/?я", "koi8-r", "HTTPS://a.test/?%D1"),
    ("?💩", "gb18030", "?%949%DA3"),
]


@pytest.mark.parametrize(("url", "encoding", "written"), QUERIES)
def test_a_query_is_written_in_the_documents_encoding(url: str, encoding: str | None, written: str) -> None:
    """URL standard, query state with an encoding: only queries, only special URLs, unknown letters by number."""
    assert with_encoded_query(url, encoding) == written


def test_a_stated_charset_holds_nothing_back() -> None:
    """Only an unlabelled document waits, and its declaration ends the wait at once."""
    stated = TextStream(html_charset, label="utf-8")
    assert stated.feed(b"<") == b"<"
    unstated = TextStream(html_charset)
    assert unstated.feed(b"<title>x</title><meta charset=utf-8") == b""
    assert unstated.feed(b"><p>") == b"<title>x</title><meta charset=utf-8><p>"
    assert unstated.charset is not None
    assert unstated.charset.encoding == UTF_8
