"""The byte patterns of CSS (CSS Syntax 3, 4.3): runs, names, escapes, and the runs of rules that name nothing.

The two ``boring`` patterns are what makes scanning fast: they run over whole rules and declarations in which no url,
font or at-rule stands, and stop before the first that could matter or is not whole. Possessive throughout: linear.
"""

from __future__ import annotations

import re

SPACE = b" \t\n\r\f"
NAME_BYTE = rb"-\w\x00\x80-\xff"
# 4.3.7; in a string an escaped newline is a continuation. One that reaches the end of a buffer may go on after it.
ESCAPE = re.compile(rb"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[ \t\n\r\f])?+|[^\n\r\f0-9a-fA-F])")
STRING_ESCAPE = re.compile(rb"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[ \t\n\r\f])?+|\r\n|[^0-9a-fA-F])")
NAME = re.compile(rb"[" + NAME_BYTE + rb"]*+")
# The bytes of a name that ends a run: "#" and "@" make it a hash or an at-keyword, so they belong to it.
NAME_BYTES = bytes(c for c in range(256) if c in b"-_#@\0" or chr(c).isalnum() or c >= 0x80)
SPACES = re.compile(rb"[ \t\n\r\f]*+")
# Anything that changes nothing by itself; the names in it are looked at only when "(" follows.
PLAIN = re.compile(rb"""[^"'/\\(){}\[\];]*+""")
QUOTED = {0x22: re.compile(rb'[^"\\\n\r\f]*+'), 0x27: re.compile(rb"[^'\\\n\r\f]*+")}
# 4.3.6: up to what ends an unquoted url, is an escape, or makes it a bad url.
UNQUOTED = re.compile(rb"""[^"'()\\ \t\n\r\f\x01-\x08\x0b\x0e-\x1f\x7f]*+""")
BAD_URL = re.compile(rb"(?:[^)\\]++|\\[\s\S])*+")
COMMENT_OR_SPACE = rb"(?:[ \t\n\r\f]++|/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/)*+"

_CHAR = rb"""[^"'/\\@{}()\[\];]"""
_QUOTED = rb'"(?:[^"\\\n\r\f]++|\\[^\r])*+"' + rb"|'(?:[^'\\\n\r\f]++|\\[^\r])*+'"
# Parentheses of any function but those whose arguments name something; one more level inside is common (calc, var).
_NOT_URL = rb"(?<![uU][rR][lL])(?<!-[sS][eE][tT])"
_INNER = _NOT_URL + rb"\((?:" + _CHAR + rb"++|/(?!\*))*+\)"
_PARENS = _NOT_URL + rb"\((?:" + _CHAR + rb"++|/(?!\*)|" + _INNER + rb")*+\)"
_VALUE = rb"(?:" + _CHAR + rb"++|" + _PARENS + rb"|/(?!\*)|" + _QUOTED + rb")*+"
_FONT = rb"(?![fF][oO][nN][tT](?:-[fF][aA][mM][iI][lL][yY])?[ \t\n\r\f]*+:)"
_FONT += rb"(?!--[-\w]*?[fF][oO][nN][tT])"  # a custom property that may list families
_DECLARATION = _FONT + rb"[-a-zA-Z_][-\w]*+[ \t\n\r\f]*+:" + _VALUE
_SELECTOR_CHAR = rb"""[^"'/\\@{}()\[\];<]"""
_SELECTOR = (
    rb"(?:" + _SELECTOR_CHAR + rb"++|\[(?:" + _SELECTOR_CHAR + rb"++|" + _QUOTED + rb")*+\]|" + _PARENS + rb")++"
)
_RULE = (
    _SELECTOR + rb"\{(?:" + COMMENT_OR_SPACE + rb"(?:" + _DECLARATION + rb")?+;)*+"
    + COMMENT_OR_SPACE + rb"(?:" + _DECLARATION + rb")?+\}"
)  # fmt: skip
# Comments after the last whole item are run over for good, or a thousand of them would be looked at a thousand times.
BORING_RULES = re.compile(rb"(?:" + COMMENT_OR_SPACE + rb"(?!--)" + _RULE + rb")*+" + COMMENT_OR_SPACE)
BORING_ITEMS = re.compile(
    rb"(?:" + COMMENT_OR_SPACE + rb"(?:" + _DECLARATION + rb";|;|(?!--)" + _RULE + rb"))*+" + COMMENT_OR_SPACE
)

# An at-rule not named here is invalid: dropped with its block, and no bar to an @import after it.
KNOWN_RULES = frozenset(
    "container counter-style font-face font-feature-values font-palette-values keyframes "  # noqa: SIM905
    "-webkit-keyframes -moz-keyframes layer media namespace page position-try property scope starting-style supports "
    "view-transition".split()
)
