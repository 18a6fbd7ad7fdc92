"""The command ``fetcher``: its sub-commands, and the one place where errors become a sentence and an exit code.

Exit codes: 0 done (an HTTP error status is a note), 1 findings, 2 usage, 3 could not load or blocked, 4 some of many
could not, 22 with --fail, 70 our own fault, 74 a result could not be written, 130 interrupted, 143
terminated. A reader that closes our output early (``| head``) is no error. A command line reads its own command's file
only, and what that needs to do its work is imported inside it.
"""

from __future__ import annotations

import errno
import io
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer

import fetcher
from fetcher.cli.streams import tell
from fetcher.errors import FetcherError, InvalidURL, NetworkError

DONE, USAGE, OUR_FAULT, NOT_WRITTEN, INTERRUPTED = 0, 2, 70, 74, 130
"""70 and 74 are EX_SOFTWARE and EX_IOERR of sysexits.h."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)

# What the option parser raises for a bad command line: BadParameter < UsageError < this, which has no public name.
_BadCommandLine: Any = typer.BadParameter.__mro__[2]

EPILOG = """\b
Examples:
  fetcher check https://example.com/        is there a 103, are its hints good
  fetcher audit https://example.com/        the page, its hints, by all rules
  fetcher why https://example.com/ /a.css   what became of one hint
  fetcher load https://example.com/         the page, its hints, its waterfall
  fetcher load --no-early-hints https://example.com/  with every 103 ignored
  fetcher discover https://example.com/     what its scripts request
  fetcher get -k https://localhost:8443/    every response as it comes
  fetcher serve                             a sample site that sends 103s

Exit codes: 0 done, 1 findings, 2 usage, 3 could not load or blocked,
4 some of many could not, 22 HTTP error with --fail, 70 our own fault,
74 a result could not be written, 130 interrupted, 143 terminated."""

COMMANDS = {
    "check": "Is the 103 there, and is each of its hints good?",
    "audit": "Judge a page, a saved record or a HAR by every rule.",
    "why": "Walk one hint from the wire to its use: where is it lost?",
    "load": "Load a page and all it asks for; show the waterfall.",
    "discover": "Load a page in Chromium: what do its scripts request?",
    "get": "Make one request; show every response as it comes.",
    "compare": "Does it differ? Hints off and on, two URLs, two ways.",
    "diff": "What differs between two saved results of a kind?",
    "report": "Show saved loads, HARs and audits in another form.",
    "serve": "Serve a sample site that sends 103s.",
}
"""Each command is the function of its name in the file of its name, and this its line in ``fetcher --help``."""


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"fetcher {fetcher.__version__}")
        raise typer.Exit


def _fetcher(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Load a page as a browser does on the network: read 103 Early Hints, act on them, show what happened."""


def _not_asked_for() -> None:
    """Stands for a command that the command line does not name, of which the help shows the name and its line."""
    raise AssertionError("a command that was not asked for cannot run")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script: runs ``arguments`` (the process's own by default) and exits."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and gives its exit code; whatever went wrong has been said on standard error."""
    debug = "--debug" in arguments or bool(os.environ.get("FETCHER_DEBUG"))
    _prepare_streams()
    try:
        return _invoke(arguments or ["--help"], debug)
    except BrokenPipeError:
        _forget_output()
        return DONE
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", INTERRUPTED)


@cache
def command_line(asked: str | None) -> Any:
    """The command line for ``asked``. Reading the files and signatures of all commands takes 40 ms, so only that one
    is read; a program that runs many command lines does it once for each."""
    app = typer.Typer(
        name="fetcher",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(_fetcher)
    for name, line in COMMANDS.items():
        if name == asked:
            file = import_module(f"fetcher.cli.{name}")
            app.command(name, epilog=file.EPILOG, short_help=line)(getattr(file, name))
        else:
            app.command(name, short_help=line)(_not_asked_for)
    return typer.main.get_command(app)


def _invoke(arguments: Sequence[str], debug: bool) -> int:
    first = next((word for word in arguments if not word.startswith("-")), None)
    command = command_line(first if first in COMMANDS else None)
    try:
        with command.make_context("fetcher", list(arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()  # here, where a full disk or a reader that left still has its answer
    except typer.Exit as stop:
        return stop.exit_code  # --help, --version, --fail
    except _BadCommandLine as error:
        where = error.ctx.command_path if getattr(error, "ctx", None) is not None else "fetcher"
        return _say(f"{error.format_message().rstrip('.')} (see {where} --help)", USAGE)
    except FetcherError as error:
        if debug:
            traceback.print_exc()
        # A disk that fills is no bad command line and no page that could not be loaded, whoever noticed it.
        return _say(_about_file(error, arguments), NOT_WRITTEN if _is_full(error) else error.exit_code)
    except BrokenPipeError:
        raise
    except OSError as error:
        if debug:
            traceback.print_exc()
        _forget_output()
        return _say(f"cannot write to standard output: {error.strerror or error}", NOT_WRITTEN)
    except Exception as error:
        if debug:
            traceback.print_exc()
        what = f"{type(error).__name__}: {error}"
        return _say(f"this is a fault of fetcher's own ({what}); --debug shows where, please report it", OUR_FAULT)
    return DONE


def _is_full(error: BaseException | None) -> bool:
    """Whether a disk is what lies behind it, also where its sentence was given an address since."""
    if isinstance(error, NetworkError):
        return False
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return isinstance(error, OSError) and error.errno in _FULL


def _about_file(error: FetcherError, arguments: Sequence[str]) -> str:
    """The sentence of ``error``; where it is of a URL that is a file's name, which command reads files."""
    named = [one for one in arguments[1:] if isinstance(error, InvalidURL) and repr(one) in str(error)]
    if not named or not os.path.isfile(named[0]):
        return str(error)
    file = shlex.quote(named[0])
    return (
        f"{named[0]} is a file, and fetcher {arguments[0]} takes URLs; if it was saved, fetcher report {file} shows it "
        f"and fetcher audit {file} judges it"
    )


def _prepare_streams() -> None:
    """A stream that the caller closed (``>&-``) is None, and a terminal may not know a character: neither may end the
    command."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say(sentence: str, code: int) -> int:
    """One line on standard error."""
    with suppress(OSError):
        tell(sentence)
    return code


def _forget_output() -> None:
    """Nobody can take what is left: point standard output at nothing, or the interpreter complains at exit."""
    with suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
