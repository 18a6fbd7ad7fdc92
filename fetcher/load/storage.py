"""Cookies from files: Netscape cookie files (curl, wget, browsers), Playwright's storageState, curl's inline form.

Each cookie is kept to the origins it belongs to: a file says which, the inline form ("name=value; name2=value2") means
the page's own host and nothing else. Every error is one sentence that names the place and never a value.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import UsageError
from fetcher.fields.set_cookie import SameSite
from fetcher.urls import URL, is_ip, is_public_suffix

_HTTP_ONLY = "#HttpOnly_"
_SAME_SITE = {word.value: word for word in SameSite}


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_state(given: str, page: URL) -> BrowserState:
    """What ``-b GIVEN`` means for a load of ``page``: the name of a cookie file, or cookies with "=" in them. Raises
    ``UsageError``."""
    path = Path(given)
    try:
        found = path.is_file()
    except (OSError, ValueError):  # too long, or not a name at all
        found = False
    if not found:
        if "=" in given:
            return BrowserState(inline(given, page))
        if given and _is_directory(path):
            raise UsageError(f"-b {given}: that is a directory; name a cookie file in it")
        raise UsageError(f"-b {given}: there is no such file, and cookies would be written 'name=value; other=value'")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"the cookie file {given} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the cookie file {given} is not text") from error
    return BrowserState(from_json(text, given) if text.lstrip()[:1] in ("{", "[") else from_netscape(text, given))


def inline(text: str, page: URL) -> tuple[Cookie, ...]:
    """ "a=1; b=2", for the host of ``page`` alone, and over https alone where ``page`` is https."""
    cookies = []
    for pair in text.split(";"):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not name and not value:
            continue
        if not equals:
            name, value = "", name
        cookies.append(_cookie("-b", name, value, page.host, secure=page.scheme == "https"))
    return tuple(cookies)


def from_netscape(text: str, source: str) -> tuple[Cookie, ...]:
    """Seven columns with tabs between them: domain, whether sub-domains get it too, path, Secure, expiry in seconds
    since the epoch (0: a session's), name, value. A "#HttpOnly_" before the domain is no comment."""
    cookies = []
    for number, line in enumerate(text.splitlines(), 1):
        http_only = line.startswith(_HTTP_ONLY)
        line = line.removeprefix(_HTTP_ONLY)
        if not line.strip() or (line.startswith("#") and not http_only):
            continue
        where = f"the cookie file {source}, line {number},"
        columns = line.split("\t")
        if len(columns) == 6:
            columns.append("")  # an empty value whose tab an editor has taken away
        if len(columns) != 7:
            raise UsageError(
                f"{where} has {len(columns)} columns with tabs between them instead of 7: is it a Netscape cookie file?"
            )
        domain, below, path, secure, expires, name, value = columns
        for column in (below, secure):
            if column.upper() not in ("TRUE", "FALSE"):
                raise UsageError(f"{where} should have TRUE or FALSE in columns 2 and 4")
        try:
            end = float(expires)
        except ValueError:
            end = math.nan
        if not math.isfinite(end):
            raise UsageError(f"{where} should have seconds since the epoch in column 5")
        cookies.append(
            _cookie(
                where, name, value, domain, path=path, below=below.upper() == "TRUE",
                expires=end if end > 0 else None, secure=secure.upper() == "TRUE", http_only=http_only,
            )
        )  # fmt: skip
    return tuple(cookies)


def from_json(text: str, source: str) -> tuple[Cookie, ...]:
    """Playwright's storageState: {"cookies": [...], "origins": [...]}. Its local storage is of use to scripts only, so
    it is passed over."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the cookie file {source} is not JSON that can be read: {error}") from error
    listed = data.get("cookies") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise UsageError(
            f"the cookie file {source} is JSON but not a Playwright storageState, which has a list called 'cookies'"
        )
    return tuple(_from_member(member, f"the cookie file {source}, cookies[{at}],") for at, member in enumerate(listed))


def _from_member(member: Any, where: str) -> Cookie:
    if not isinstance(member, dict):
        raise UsageError(f"{where} is not an object")

    def take(name: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        value = member.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise UsageError(f"{where} has no usable member {name!r}")
        return value

    domain = take("domain", str)
    expires = float(take("expires", (int, float), -1))
    partition, said = member.get("partitionKey"), member.get("sameSite")
    if not math.isfinite(expires):
        raise UsageError(f"{where} has no usable member 'expires'")
    return _cookie(
        where,
        take("name", str),
        take("value", str),
        domain,
        path=take("path", str, "/"),
        below=domain.startswith("."),
        expires=expires if expires >= 0 else None,
        secure=take("secure", bool, False),
        http_only=take("httpOnly", bool, False),
        same_site=_SAME_SITE.get(said) if isinstance(said, str) else None,
        partition=partition if isinstance(partition, str) and partition else None,
    )


def _cookie(
    where: str,
    name: str,
    value: str,
    domain: str,
    *,
    path: str = "/",
    below: bool = False,
    expires: float | None = None,
    secure: bool = False,
    http_only: bool = False,
    same_site: SameSite | None = None,
    partition: str | None = None,
) -> Cookie:
    """Names and values as the bytes they would be on the wire. A domain that nobody owns whole (a public suffix, a
    single label, an address) covers itself alone."""
    host = domain.removeprefix(".").lower()
    if not host or (any(letter in host for letter in " /:\\@") and not is_ip(host.strip("[]"))):
        raise UsageError(f"{where} has no usable domain")
    host = host.strip("[]")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
        name, value = (part.encode().decode("latin-1") for part in (name, value))
    except UnicodeError as error:
        raise UsageError(f"{where} has characters that cannot be sent") from error
    if any(ord(letter) < 32 or letter in ";\x7f" for letter in name + value) or "=" in name:
        raise UsageError(f"{where} has a name or value with characters that no cookie can have")
    alone = not below or is_ip(host) or is_public_suffix(host)
    return Cookie(
        name,
        value,
        host,
        path if path.startswith("/") else "/",
        expires,
        alone,
        secure,
        http_only,
        same_site,
        partition=partition,
    )
