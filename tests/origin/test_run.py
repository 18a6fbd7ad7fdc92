"""Running a site until told to stop: in this loop, and in a process of its own."""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import signal
import socket
import ssl
import sys
from pathlib import Path

import pytest

from fetcher.errors import MissingExtra, UsageError
from fetcher.origin import Log, Origin, Site, text
from fetcher.origin import run as running
from fetcher.origin.run import Serving, main, run_sample, serve, site_named
from tests.support.origin_clients import answer_to

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
SITE = Site({"/": text(200, "served")})


async def get(port: int, context: ssl.SSLContext | None = None) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    data = await reader.read()
    writer.transport.abort()
    return data


async def test_serve_listens_in_cleartext_and_over_tls_until_told(tmp_path: Path) -> None:
    """Both addresses answer, the authority's file is where it was asked for, one log has both connections."""
    until, addresses = asyncio.Event(), asyncio.get_running_loop().create_future()
    log = Log()
    task = asyncio.create_task(serve(SITE, directory=str(tmp_path), log=log, ready=addresses.set_result, until=until))
    serving: Serving = await addresses
    assert serving.https is not None
    assert serving.ca_file == str(tmp_path / "ca.pem")
    trusting = ssl.create_default_context(cafile=serving.ca_file)
    assert (await get(int(serving.http.rpartition(":")[2]))).endswith(b"served")
    assert (await get(int(serving.https.rpartition(":")[2]), trusting)).endswith(b"served")
    until.set()
    await task
    assert {entry.connection for entry in log.connections()} == {1, 2}
    assert not asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)


async def test_without_trustme_cleartext_is_served_and_tls_only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note names the extra; asking for TLS outright is an error."""

    def missing() -> None:
        raise MissingExtra("serving over TLS needs trustme")

    monkeypatch.setattr(running, "throw_away", missing)
    until, said = asyncio.Event(), list[Serving]()
    until.set()
    await serve(SITE, ready=said.append, until=until)
    assert said[0].https is None
    assert "needs trustme" in said[0].as_text()
    with pytest.raises(MissingExtra):
        await serve(SITE, tls=True, until=until)


async def test_run_sample_says_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a callback the addresses are text on standard output; cancelling ends it cleanly."""
    task = asyncio.create_task(run_sample(port=0, tls_port=0, tls=False))
    while not (said := capsys.readouterr().out):
        assert not task.done()
        await asyncio.sleep(0)
    assert said.startswith("http://127.0.0.1:")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_sites_are_found_by_name() -> None:
    """package.module:name is a site or makes one; anything else is told apart in a sentence."""
    assert isinstance(site_named("fetcher.origin.sample:sample_site"), Site)
    for wrong, message in (
        ("fetcher.origin", "write package.module:name"),
        ("no.such:site", "there is no site"),
        ("fetcher.origin.run:nothing", "there is no site"),
        ("fetcher.origin.script:HTML", "is no site but tuple"),
    ):
        with pytest.raises(UsageError, match=message):
            site_named(wrong)


def test_a_port_in_use_ends_with_2_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """So does a log that cannot be written."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--no-tls"]) == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err
    assert main(["--port", "0", "--no-tls", "--log", "/no/such/folder/log"]) == 2
    assert "the log cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_process_of_its_own_says_its_ports_and_ends_cleanly(number: signal.Signals) -> None:
    """One line of JSON when ready, the log as lines after it, exit code 0 and nothing on stderr after a signal."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "fetcher.origin", "--port", "0", "--json", "--log", "-", "--think", "1"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    serving = json.loads(await process.stdout.readline())
    assert serving["pid"] == process.pid
    assert (await get(int(serving["http"].rpartition(":")[2]))).startswith(b"HTTP/1.1 103 ")
    ca_file = Path(serving["ca_file"])
    assert ca_file.is_file()  # noqa: ASYNC240
    process.send_signal(number)
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert [entry.target for entry in Log.read(out.decode().splitlines()).requests()] == ["/"]
    assert not ca_file.exists()  # noqa: ASYNC240


async def test_the_script_to_copy_serves_its_pages() -> None:
    """samples/serve.py's routes hint only what they have, and every link on its pages leads somewhere."""
    routes = runpy.run_path(str(SAMPLES / "serve.py"))["routes"]
    async with Origin(routes) as origin:
        front = await answer_to(origin, "/")
        garden = await answer_to(origin, "/garden/")
    assert front.startswith(b"HTTP/1.1 103 ")
    assert garden.startswith(b"HTTP/1.1 200 ")
    hinted = re.findall(rb"link: <([^>]+)>", front)
    named = re.findall(rb'(?:href|src)="([^"]+)"', front) + [
        path if path.startswith(b"/") else b"/garden/" + path for path in re.findall(rb'(?:href|src)="([^"]+)"', garden)
    ]
    assert len(hinted) == 2
    assert {path.decode() for path in hinted + named} <= set(routes)
