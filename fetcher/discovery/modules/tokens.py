"""The lexical grammar of ECMAScript modules as byte patterns (ECMA-262 12, Module goal; UTF-8).

Possessive throughout: no pattern looks at a byte more often than a fixed number of times, and none matches what is
not whole yet. ``RUN`` passes everything that can hide nothing: text, whole strings, and templates and brackets whose
inside is of that kind as well.
"""

from __future__ import annotations

import re

WORD = rb"\w$\x80-\xff"
STRING = rb"""(?:"(?:[^"\\\n\r]++|\\(?:\r\n|[\s\S]))*+"|'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+')"""
_TEMPLATE = rb"`(?:[^`\\$]++|\\[\s\S]|(?:\$(?=\$))++|\$(?!\{))*+`"
_FLAT = rb"[^()\[\]{}'\"`/]++|" + STRING


def _balanced(inside: bytes) -> bytes:
    return rb"\((?:%b)*+\)|\[(?:%b)*+\]|\{(?:%b)*+\}" % (inside, inside, inside)


_ONE = _balanced(_FLAT)
_TWO = _balanced(_FLAT + rb"|" + _ONE)

RUN = re.compile(rb"(?:" + _FLAT + rb"|" + _TWO + rb"|" + _TEMPLATE + rb")*+")
"""Stops before a slash, an opening or closing bracket of what is deeper or holds one, and whatever is not whole."""

PIECE = re.compile(rb"[()\[\]{}]|" + STRING + rb"|" + _TEMPLATE)
"""The brackets, strings and templates of a run, one by one."""

SPACE = (
    rb"(?:[\t\n\v\f\r ]|\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf)"
)
_NEWLINE = rb"\n\r\xe2"
LINE_COMMENT = rb"//[^\n\r\xe2]*+(?:\xe2(?!\x80[\xa8\xa9])[^\n\r\xe2]*+)*+"
BLOCK_COMMENT = rb"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
LINE_END = re.compile(rb"[\n\r]|\xe2\x80[\xa8\xa9]")
GAP = rb"(?:" + SPACE + rb"++|" + LINE_COMMENT + rb"|" + BLOCK_COMMENT + rb")*+"
"""White space and comments between two tokens."""

REGEX = re.compile(rb"/(?![*/])(?:[^/\\\[\n\r]++|\\[^\n\r]|\[(?:[^\]\\\n\r]++|\\[^\n\r])*+\])++/[" + WORD + rb"]*+")
TEMPLATE_TEXT = re.compile(rb"(?:[^`\\$]++|\\[\s\S]|(?:\$(?=\$))++|\$(?!\{))*+")
LAST_WORD = re.compile(rb"(?<![" + WORD + rb"])[" + WORD + rb"]{1,16}\Z")

# A regular expression may follow these words; after any other it is a division.
OPERATORS = frozenset(
    b"await case default delete do else extends finally in instanceof new of return throw try typeof void yield".split()
)
HEADS = frozenset((b"if", b"while", b"for", b"with"))
"""Words whose parentheses a statement follows, which may begin with a regular expression."""
EXPRESSION_BEFORE_BRACE = frozenset(
    b"await case default delete in instanceof new of return throw typeof void yield".split()
)

_IDENTIFIER = rb"(?:[\w$\x80-\xff]|\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,8}\}))++"
_NAMED = rb"\{(?:[^{}'\"/]++|" + STRING + rb"|" + LINE_COMMENT + rb"|" + BLOCK_COMMENT + rb")*+\}"
_STAR = rb"\*" + GAP + rb"as\b" + GAP + _IDENTIFIER
_ATTRIBUTES = (
    rb"(?:" + GAP + rb"with" + GAP + rb"(\{(?:[^{}'\"/]++|" + STRING + rb"|" + LINE_COMMENT + rb"|" + BLOCK_COMMENT
    + rb")*+\}))?+"
)  # fmt: skip
_FROM = GAP + rb"(?<![" + WORD + rb"])from" + GAP + rb"(" + STRING + rb")" + _ATTRIBUTES

IMPORT_CLAUSE = re.compile(
    rb"import(?:" + GAP + rb"(" + STRING + rb")" + _ATTRIBUTES
    + rb"|" + GAP + rb"(?:" + _NAMED + rb"|" + _STAR + rb"|(?<![" + WORD + rb"])" + _IDENTIFIER
    + rb"(?:" + GAP + rb"," + GAP + rb"(?:" + _NAMED + rb"|" + _STAR + rb"))?+)" + _FROM + rb")"
)  # fmt: skip
"""Groups: specifier and attributes of a bare import, then those of one that binds names."""
EXPORT_CLAUSE = re.compile(
    rb"export" + GAP + rb"(?:" + _NAMED + rb"|\*(?:" + GAP + rb"as\b" + GAP + rb"(?:" + _IDENTIFIER + rb"|" + STRING
    + rb"))?+)" + _FROM
)  # fmt: skip
EXPORT_STAR = re.compile(rb"export" + GAP + rb"\*")
DYNAMIC = re.compile(
    rb"import" + GAP + rb"(?:\.(?:" + GAP + rb")(?:defer|source)" + GAP + rb")?+\(" + GAP + rb"(" + STRING + rb")?+"
)
RESOLVE = re.compile(rb"import" + GAP + rb"\." + GAP + rb"meta" + GAP + rb"\." + GAP + rb"resolve" + GAP + rb"\(" + GAP
                     + rb"(" + STRING + rb")?+")  # fmt: skip
META = re.compile(rb"import" + GAP + rb"\.")
METHOD = re.compile(rb"import" + GAP + rb"\([^()]*+\)" + GAP + rb"\{")
PHASE = re.compile(
    rb"import"
    + GAP
    + rb"(?:defer"
    + GAP
    + rb"\*|source\b"
    + GAP
    + rb"(?!from"
    + GAP
    + rb"['\"])"
    + _IDENTIFIER
    + GAP
    + rb"from\b)"
)
ENDED = re.compile(rb"(?:" + SPACE + rb"++|" + LINE_COMMENT + rb"|" + BLOCK_COMMENT + rb")*+")
PAIR = re.compile(rb"(?:(" + _IDENTIFIER + rb")|(" + STRING + rb"))" + GAP + rb":" + GAP + rb"(" + STRING + rb")" + GAP
                  + rb"(?:,|(?=\}))" + GAP)  # fmt: skip
GAPS = re.compile(GAP)
