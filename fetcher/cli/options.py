"""The options that several commands share, in curl's and browsers' words, and what they become.

Each is an ``Annotated`` type, so that a command's signature is its option list. ``net_options`` and ``header_fields``
turn what was typed into the values the other rooms take, and raise ``UsageError`` with a sentence for what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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


Url = Annotated[str, typer.Argument(metavar="URL", help="An http or https URL.", show_default=False)]
Browser = Annotated[
    str,
    typer.Option(
        "--browser",
        metavar="PROFILE",
        help="Whose decisions to make: chromium, or eager (chromium that also acts on hints over HTTP/1.1).",
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
    typer.Option("-H", "--header", metavar="'NAME: VALUE'", help="Send this header field; repeatable."),
]
UserAgent = Annotated[str | None, typer.Option("-A", "--user-agent", metavar="TEXT", help="The User-Agent to send.")]
MaxTime = Annotated[
    float | None, typer.Option("--max-time", metavar="SECONDS", min=0.001, help="Give up after so many seconds in all.")
]
JsonFile = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write everything that was seen as JSON; - is stdout.")
]
HarFile = Annotated[
    str | None, typer.Option("--har", metavar="FILE", help="Write the load as HAR 1.2 for other tools; - is stdout.")
]
Fail = Annotated[bool, typer.Option("--fail", help="Exit with 22 when the answer's status is 400 or more.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no notes.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="More detail.")]
Color = Annotated[Colour, typer.Option("--color", help="Colours: auto asks the terminal and NO_COLOR.")]
Debug = Annotated[
    bool, typer.Option("--debug", envvar="FETCHER_DEBUG", help="Show the traceback of an error.", show_envvar=False)
]


def net_options(
    *, http: HttpVersions, cacert: str | None, insecure: bool, resolve: list[str] | None, connect_to: list[str] | None
) -> NetOptions:
    """What the network options ask for. Raises ``UsageError``."""
    from fetcher.net.options import NetOptions, parse_connect_to, parse_resolve

    if cacert is not None and not Path(cacert).is_file():
        raise UsageError(f"--cacert {cacert}: there is no such file")
    version: Literal["auto", "1.1", "2"] = http.value
    return NetOptions(
        resolve=tuple(parse_resolve(text) for text in resolve or ()),
        connect_to=tuple(parse_connect_to(text) for text in connect_to or ()),
        ca_file=cacert,
        insecure=insecure,
        http=version,
    )


def header_fields(lines: Sequence[str] | None) -> Fields:
    """``-H`` values as fields, names in lower case. Raises ``UsageError`` where a line is no field."""
    fields: list[tuple[str, str]] = []
    for line in lines or ():
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or any(ord(letter) <= 32 or letter == "\x7f" for letter in name.strip()):
            raise UsageError(f"{line!r} is not a header field; write -H 'Name: value'")
        if any(letter in "\r\n\0" for letter in value):
            raise UsageError(f"the value of the header field {name.strip()!r} has a line break or NUL in it")
        fields.append((name.strip().lower(), value.strip()))
    return tuple(fields)
