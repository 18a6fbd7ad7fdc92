"""The options that several commands share, in curl's and browsers' words, and what they become.

Each is an ``Annotated`` type, so that a command's signature is its option list. ``net_options``, ``header_fields`` and
``page_options`` turn what was typed into the values the other rooms take, and raise ``UsageError`` with a sentence for
what is wrong. Secrets need not be typed: ``${NAME}`` in -H, -b and -u is that environment variable.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fetcher.errors import UsageError
from fetcher.terms import Fields

if TYPE_CHECKING:
    from fetcher.net.options import NetOptions


class HttpVersions(StrEnum):
    AUTO = "auto"
    HTTP_1_1 = "1.1"
    HTTP_2 = "2"


class Colour(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class HeaderScopes(StrEnum):
    SITE = "site"
    ALL = "all"


class Transports(StrEnum):
    CONNECTIONS = "connections"
    AIOHTTP = "aiohttp"


class Devices(StrEnum):
    MOBILE = "mobile"
    DESKTOP = "desktop"


def finite(value: float | None) -> float | None:
    """An option's number as it is; nan and inf, which Python takes for numbers and no range refuses, are none."""
    if value is not None and not isfinite(value):
        raise typer.BadParameter(f"{value} is not a number of its kind.")
    return value


Url = Annotated[str, typer.Argument(metavar="URL", help="An http or https URL.", show_default=False)]
Browser = Annotated[
    str,
    typer.Option(
        "--browser",
        metavar="PROFILE",
        help="Whose decisions to make: chromium, firefox, safari, standard (HTML as written), or eager (chromium that "
        "also acts on hints over HTTP/1.1).",
    ),
]
NoEarlyHints = Annotated[bool, typer.Option("--no-early-hints", help="Receive 103s, report them, act on none.")]
Http = Annotated[HttpVersions, typer.Option("--http", help="The HTTP version; auto lets TLS settle it.")]
CaFile = Annotated[
    str | None, typer.Option("--cacert", metavar="FILE", help="Trust these authorities (PEM) in place of the system's.")
]
Insecure = Annotated[bool, typer.Option("-k", "--insecure", help="Accept any certificate.")]
Resolve = Annotated[
    list[str] | None,
    typer.Option("--resolve", metavar="HOST:PORT:ADDR", help="Use this address for a name; repeatable."),
]
ConnectTo = Annotated[
    list[str] | None,
    typer.Option("--connect-to", metavar="H1:P1:H2:P2", help="Connect to H2:P2 for H1:P1; repeatable."),
]
Header = Annotated[
    list[str] | None,
    typer.Option(
        "-H",
        "--header",
        metavar="'NAME: VALUE'",
        help="Send this header field; @FILE reads one a line, ${NAME} is that environment variable; repeatable.",
    ),
]
HeaderScope = Annotated[
    HeaderScopes, typer.Option("--header-scope", help="Who gets -H fields: the page's own site, or everyone.")
]
Cookie = Annotated[
    str | None,
    typer.Option(
        "-b",
        "--cookie",
        metavar="FILE|DATA",
        help="Cookies: a Netscape cookie file, a Playwright storageState, or 'a=1; b=2' for the page's host.",
    ),
]
Storage = Annotated[
    str | None,
    typer.Option(
        "--storage", metavar="FILE", help="Keep cookies, HTTP cache and HSTS hosts between runs in this file (SQLite)."
    ),
]
StorageRead = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="FILE",
        help="Begin each run with the cookies and HSTS hosts of this file, its cache unused; nothing is written.",
    ),
]
RepeatView = Annotated[
    bool, typer.Option("--repeat-view", help="Load twice, the second time with what the first left: show both.")
]
User = Annotated[
    str | None,
    typer.Option(
        "-u", "--user", metavar="USER:PASSWORD", help="Credentials (Basic) for the page's own origin; ${NAME} as in -H."
    ),
]
Device = Annotated[
    Devices | None,
    typer.Option("--device", help="User agent, client hints and screen of a phone or a desktop.", show_default=False),
]
Viewport = Annotated[
    str | None, typer.Option("--viewport", metavar="WxH", help="The viewport in CSS pixels, as 1350x940.")
]
Dpr = Annotated[float | None, typer.Option("--dpr", metavar="N", help="Device pixels to a CSS pixel.")]
Cert = Annotated[
    str | None, typer.Option("--cert", metavar="FILE", help="Client certificate (PEM), with its key or --key.")
]
Key = Annotated[str | None, typer.Option("--key", metavar="FILE", help="The client certificate's key (PEM).")]
Proxy = Annotated[
    str | None,
    typer.Option(
        "-x",
        "--proxy",
        metavar="URL",
        help="An http:// or https:// proxy, in place of the environment's (https_proxy, all_proxy ...); '' for none.",
    ),
]
NoProxy = Annotated[
    str | None,
    typer.Option("--noproxy", metavar="HOSTS", help="Hosts to reach without the proxy (as no_proxy); * is all."),
]
UserAgent = Annotated[str | None, typer.Option("-A", "--user-agent", metavar="TEXT", help="The User-Agent to send.")]
MaxTime = Annotated[
    float | None,
    typer.Option(
        "--max-time",
        metavar="SECONDS",
        min=0.001,
        callback=finite,
        help="Give up after so many seconds in all.",
    ),
]
JsonFile = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write everything that was seen as JSON; - is stdout.")
]
HarFile = Annotated[
    str | None, typer.Option("--har", metavar="FILE", help="Write the load as HAR 1.2 for other tools; - is stdout.")
]
Report = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report there; - is stdout.")
]
NoRedact = Annotated[
    bool, typer.Option("--no-redact", help="Leave cookies, credentials and secret-looking query values in the output.")
]
Transport = Annotated[
    Transports,
    typer.Option(
        "--transport",
        help="What fetches the subresources: connections of our own, or an aiohttp session, to compare. The document "
        "always comes over our own: aiohttp hides its 103.",
    ),
]
Fail = Annotated[bool, typer.Option("--fail", help="Exit with 22 when the answer's status is 400 or more.")]
ExpectText = Annotated[
    str | None,
    typer.Option("--expect-text", metavar="TEXT", help="The document must hold this, else it is not the page meant."),
]
ExpectStatus = Annotated[
    int | None,
    typer.Option(
        "--expect-status", metavar="CODE", help="The document answers so, as a page for 404 does.", show_default=False
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No heads, no report, no progress, no notes.")]
Frames = Annotated[
    bool, typer.Option("--frames", help="Request what the documents in frames ask for, too (three frames deep).")
]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="More: load shows each row, check each run, get the connection.")
]
Color = Annotated[Colour, typer.Option("--color", help="Colours: auto asks the terminal and NO_COLOR.")]
Debug = Annotated[
    bool, typer.Option("--debug", envvar="FETCHER_DEBUG", help="Show the traceback of an error.", show_envvar=False)
]


def net_options(
    *,
    http: HttpVersions,
    cacert: str | None,
    insecure: bool,
    resolve: list[str] | None,
    connect_to: list[str] | None,
    cert: str | None = None,
    key: str | None = None,
    proxy: str | None = None,
    noproxy: str | None = None,
) -> NetOptions:
    """What the network options and the environment's proxy variables ask for. Raises ``UsageError``."""
    from fetcher.net.options import NetOptions, parse_connect_to, parse_resolve
    from fetcher.net.proxy import from_environment

    for option, file in (("--cacert", cacert), ("--cert", cert), ("--key", key)):
        if file is not None and Path(file).is_dir():
            raise UsageError(f"{option} {file}: that is a directory; name a PEM file")
        if file is not None and not Path(file).is_file():
            raise UsageError(f"{option} {file}: there is no such file")
    version: Literal["auto", "1.1", "2"] = http.value
    return NetOptions(
        resolve=tuple(parse_resolve(text) for text in resolve or ()),
        connect_to=tuple(parse_connect_to(text) for text in connect_to or ()),
        ca_file=cacert,
        insecure=insecure,
        cert_file=cert,
        key_file=key,
        http=version,
        proxies=from_environment(os.environ, proxy, noproxy),
    )


def page_options(
    url: str,
    *,
    cookie: str | None = None,
    user: str | None = None,
    header_scope: HeaderScopes = HeaderScopes.SITE,
    device: Devices | None = None,
    viewport: str | None = None,
    dpr: float | None = None,
) -> dict[str, Any]:
    """Arguments for ``load_page``. Raises ``UsageError``."""
    options: dict[str, Any] = {"header_scope": header_scope.value}
    if user is not None:
        options["auth"] = credentials(user)
    if cookie is not None:
        from fetcher.load.storage import read_state
        from fetcher.urls import parse

        options["state"] = read_state(expanded(cookie, "-b"), parse(url))
    if device is not None or viewport is not None or dpr is not None:
        from fetcher.browser.requests import device as devices

        size = None if viewport is None else devices.parse_viewport(viewport)
        options["device"] = devices.device(None if device is None else device.value, size, dpr)
    return options


def distinct(files: dict[str, str | None]) -> None:
    """Refuse one regular file for two results, of which the later would overwrite the earlier. ``files`` is option ->
    its file. Raises ``UsageError``."""
    taken: dict[str, str] = {}
    for option, file in files.items():
        if file is None or file == "-":
            continue
        real = os.path.realpath(file)
        if real in taken and not (os.path.exists(real) and not os.path.isfile(real)):  # /dev/null takes any number
            raise UsageError(f"{taken[real]} and {option} both name {file}; give each a file of its own")
        taken[real] = option


def credentials(user: str) -> tuple[str, str]:
    """``-u`` as user name and password. Raises ``UsageError``, which shows neither."""
    name, colon, password = expanded(user, "-u").partition(":")
    if not colon:
        raise UsageError("-u wants USER:PASSWORD; an empty password is written USER: and ${NAME} reads the environment")
    return name, password


_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 5.6.2: what a field name and a method are made of
_VARIABLE = re.compile(r"\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(text: str, option: str) -> str:
    """``text`` with the environment's value for each ``${NAME}``; ``$${NAME}`` stands for itself. Raises
    ``UsageError`` for a variable that is not set."""

    def value(found: re.Match[str]) -> str:
        if found[1]:
            return f"${{{found[2]}}}"
        if found[2] not in os.environ:
            raise UsageError(f"the environment has no variable {found[2]}, which {option} asks for")
        return os.environ[found[2]]

    return _VARIABLE.sub(value, text)


def method(text: str) -> str:
    """``-X`` as it is. Raises ``UsageError`` where it cannot be a method."""
    if not _TOKEN.fullmatch(text):
        raise UsageError(f"-X {text!r}: a method has no spaces and only letters, digits and !#$%&'*+-.^_`|~ in it")
    return text


def header_fields(lines: Sequence[str] | None) -> Fields:
    """``-H`` values as fields, names in lower case. Raises ``UsageError`` where a line is no field."""
    return tuple(_field(line, where) for given in lines or () for line, where in _header_lines(given))


def _header_lines(given: str) -> Iterator[tuple[str, str | None]]:
    """The lines ``-H GIVEN`` stands for, and where in a file each stands: those may be secret, and are not shown."""
    if not given.startswith("@"):
        yield given, None
        return
    name = given[1:]
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"-H {given}: the file cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"-H {given}: the file is not text") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield line, f"line {number} of {name}"


def _field(line: str, where: str | None) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.strip()
    if not colon or not _TOKEN.fullmatch(name):
        raise UsageError(f"{where or repr(line)} is not a header field; write -H 'Name: value'")
    value = expanded(value, f"-H {name}").strip()
    if any(letter in "\r\n\0" for letter in value):
        raise UsageError(f"the value of the header field {name!r} has a line break or NUL in it")
    return name.lower(), value
