"""What a record, a HAR or a report may not give away: cookies, credentials, and query values that look like secrets.

``redacted(load)`` is the same PageLoad with such values replaced by ``[redacted]``; everything else stays, and doing it
twice changes nothing more. Every text of the record is looked through, because a URL's secret also stands in raw Link
text, in Location and Referer, in error sentences and in the raw head of an interim response.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from operator import is_
from typing import Any, TypeVar, cast

from fetcher.terms import REDACTED as REDACTED

Record = TypeVar("Record")

SECRET_FIELDS = frozenset(
    {
        "cookie",
        "set-cookie",
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "x-auth-token",
        "x-csrf-token",
        "x-xsrf-token",
        "x-amz-security-token",
    }
)

# Whole words of a parameter's name ("access_token", "X-Amz-Signature", "apiKey"), so "keyword", "author" and
# "zipcode" stay readable; the endings catch names written without a separator ("authtoken", "phpsessid").
_SECRET_WORDS = frozenset(
    (
        *("token", "key", "sig", "signature", "password", "passwd", "pwd", "pass", "auth", "authorization", "session"),
        *("sid", "code", "secret", "jwt", "otp", "credential", "credentials", "apikey", "sessionid", "ticket"),
    )
)
_SECRET_ENDINGS = ("token", "password", "passwd", "secret", "signature", "apikey", "sessionid", "sessid")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Name and value of one query (or fragment) parameter wherever a URL stands in a text. The value runs to the next
# parameter, white space or quote; a sentence's own punctuation after it is left standing.
_PARAMETER = re.compile(r"([?&;#])([^\s=&?#;\"'<>]{1,100})=((?:[^\s&#\"'<>]*[^\s&#\"'<>,;.)])?)")
_USERINFO = re.compile(r"(://)[^\s/?#@\"'<>]+@")
_HEAD_LINE = re.compile(rf"(?im)^((?:{'|'.join(sorted(SECRET_FIELDS))})[ \t]*:[ \t]*)[^\r\n]*")


def redacted(load: Record) -> Record:
    """``load`` (a PageLoad, or any frozen value that holds some) without secrets (Cookie, Set-Cookie, Authorization,
    Proxy-Authorization, secret-looking query values, user names and passwords in URLs). URLs that
    differ only in a secret become equal."""
    return cast(Record, _walk(load))


@lru_cache(maxsize=16384)
def redact_text(text: str) -> str:
    """One text, with the secrets of every URL and header line in it replaced."""
    return redact_once(text)


def redact_once(text: str) -> str:
    """The same of a long text, which is not remembered."""
    if "=" in text:
        text = _PARAMETER.sub(_parameter, text)
    if "@" in text:
        text = _USERINFO.sub(rf"\1{REDACTED}@", text)
    return _HEAD_LINE.sub(rf"\1{REDACTED}", text) if ":" in text else text


def is_redacted(url: str) -> bool:
    """Whether a secret was taken out of ``url``, also where it was parsed since, which escapes a user's name."""
    return REDACTED in url or "%5Bredacted%5D@" in url


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a query parameter called ``name`` probably carries a secret."""
    words = {word.lower() for word in _WORD.findall(name)}
    return not words.isdisjoint(_SECRET_WORDS) or name.lower().endswith(_SECRET_ENDINGS)


def _parameter(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    return f"{before}{name}={REDACTED}" if value and is_secret_name(name) else match[0]


def _walk(value: Any) -> Any:
    kind: Any = type(value)
    if kind is str:  # not its subclasses: an enum member is one of our own words
        return redact_text(value)
    if kind in _WORDLESS:
        return value
    if kind is tuple:
        if len(value) == 2 and type(value[0]) is str and value[0].lower() in SECRET_FIELDS:
            return (value[0], REDACTED)
        made = [_walk(item) for item in value]
        return value if all(map(is_, made, value)) else tuple(made)
    changed = {name: made for name in _members(kind) if (made := _walk(was := getattr(value, name))) is not was}
    return replace(value, **changed) if changed else value


_WORDLESS = (float, int, bool, type(None))


@cache
def _members(kind: type) -> tuple[str, ...]:
    """The members of a dataclass; none of anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
