"""A program that uses every public name as programs do, with the types it expects: read by mypy --strict in
``tests/test_public_names.py``, never run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

import fetcher
import fetcher.audits
from fetcher.stdlib import HTTPConnection, install, uninstall


def show(interim: fetcher.InterimResponse) -> None:
    status: int = interim.status
    link: list[str] = [value for name, value in interim.fields if name == "link"]
    print(status, link)


async def exchanges(url: str) -> bytes:
    async with await fetcher.fetch(url, on_interim=show, timeout=5.0) as response:
        assert_type(response, fetcher.Response)
        assert_type(response.status, int)
        assert_type(response.interim, tuple[fetcher.InterimResponse, ...])
        body = await response.read()
    async with fetcher.connect(url, options=fetcher.NetOptions(http="2")) as connection:
        assert_type(connection, fetcher.Connection)
        answer = await connection.request("GET", "/")
        return body + await answer.read()


async def loads(url: str) -> fetcher.PageLoad:
    load = await fetcher.load_page(url, browser="chromium", limits=fetcher.Limits(redirects=5))
    assert_type(load.first_interim_response_start, float | None)
    assert_type(load.final_response_headers_start, float | None)
    for hint in load.hints:
        assert_type(hint.acted, bool)
        assert_type(hint.head_start, float | None)
    assert_type(load.to_rows(), list[dict[str, Any]])
    fetcher.save_record(load, "load.json")
    fetcher.save_har(load, "load.har")
    assert_type(fetcher.from_har("load.har"), fetcher.PageLoad)
    return fetcher.load_record("load.json")


async def checks(url: str) -> bool:
    checked = await fetcher.check(url, runs=3, expected=fetcher.Expectations(hints=2, delivery=0.8))
    assert_type(checked, fetcher.Checked)
    for one in checked.findings:
        print(one.text)
    return checked.outcome == "passed"


@fetcher.rule("few-requests", title="The page is small", severity="note", fix="Ask for less.")
def few_requests(page: fetcher.audits.Page) -> Iterator[fetcher.Finding]:
    if len(page.load.requests) > 100:
        yield fetcher.Finding(f"{len(page.load.requests)} requests")


def audits(load: fetcher.PageLoad) -> bool:
    audit = fetcher.audit([load], rules=[few_requests], browser="firefox", skip=["interim-slow"])
    assert_type(audit, fetcher.Audit)
    for finding in audit.findings:
        print(finding.severity, finding.rule, finding.message, finding.fingerprint)
    return not audit.findings


def blocking(url: str) -> None:
    assert_type(fetcher.sync.load_page(url), fetcher.PageLoad)
    assert_type(fetcher.sync.check(url, runs=1), fetcher.Checked)


def errors(url: str) -> str:
    try:
        fetcher.sync.load_page(url)
    except (fetcher.InvalidURL, fetcher.UsageError) as error:
        return str(error)
    except (fetcher.LookupFailed, fetcher.ConnectFailed, fetcher.TLSFailed, fetcher.ConnectionLost) as error:
        assert_type(error.record, Any)
        return error.kind
    except (fetcher.RemoteProtocolError, fetcher.ProtocolError, fetcher.ContentError):
        return "the server"
    except (fetcher.DeadlineExceeded, fetcher.LimitExceeded):
        return "a limit"
    except fetcher.NetworkError as error:
        return str(error)
    except fetcher.FetcherError as error:
        return str(error.exit_code)
    return ""


def plain_http_client(host: str) -> int:
    install()
    connection = HTTPConnection(host, timeout=5)
    connection.request("GET", "/")
    status = connection.getresponse().status
    uninstall()
    return status
