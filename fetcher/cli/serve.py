"""``fetcher serve``: the sample site in the foreground, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.streams import run

EPILOG = """\b
Examples:
  fetcher serve
  fetcher serve --think 800 --interim-delay 5
  fetcher load http://127.0.0.1:8080/           (in another terminal)
  fetcher load --http 2 -k https://127.0.0.1:8443/

/cases lists pages for everything that can go right or wrong with a 103."""


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDR", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="For cleartext; 0 takes any free one.")
    ] = 8080,
    tls_port: Annotated[
        int, typer.Option("--tls-port", metavar="PORT", min=0, max=65535, help="For TLS; 0 takes any.")
    ] = 8443,
    no_tls: Annotated[bool, typer.Option("--no-tls", help="Cleartext HTTP/1.1 only.")] = False,
    think: Annotated[
        float, typer.Option("--think", metavar="MS", min=0, callback=o.finite, help="From request to final head.")
    ] = 300,
    interim_delay: Annotated[
        float, typer.Option("--interim-delay", metavar="MS", min=0, callback=o.finite, help="From request to 103.")
    ] = 20,
    asset_delay: Annotated[
        float,
        typer.Option(
            "--asset-delay", metavar="MS", min=0, callback=o.finite, help="From request to a subresource's answer."
        ),
    ] = 0,
    certificates: Annotated[
        str | None,
        typer.Option(
            "--certificates", metavar="FOLDER", help="Where ca.pem and the rest go (default: a temporary one)."
        ),
    ] = None,
    debug: o.Debug = False,
) -> None:
    """Serve a sample site on this machine that sends 103s, over HTTP/1.1 and, with TLS, HTTP/2."""
    from fetcher.origin.run import run_sample

    run(
        run_sample(
            host=host,
            port=port,
            tls_port=tls_port,
            tls=False if no_tls else None,
            think_ms=think,
            interim_delay_ms=interim_delay,
            asset_delay_ms=asset_delay,
            directory=certificates,
        )
    )
