"""What holds for every record of a load that is over, however it ended: ``sound(record)`` gives it back or says what is
wrong. The load tests' conftest holds every record that ``load_page`` makes against it."""

from __future__ import annotations

from collections import Counter

from fetcher.errors import FetcherError
from fetcher.record import PageLoad, dumps, loads
from fetcher.record.page_load import RequestRecord
from fetcher.record.saved import check

SLACK_MS = 0.001  # times are rounded to microseconds


def kinds(of: type[FetcherError] = FetcherError) -> set[str]:
    """The words for every kind of failure."""
    return {of.kind}.union(*(kinds(each) for each in of.__subclasses__()))


OUTCOMES = kinds() | {"blocked", "complete", "canceled", "not-sent"}


def faults(record: PageLoad, *, saving: bool = True) -> list[str]:
    """Everything that cannot be, one sentence each. Ids, orders and types are judged by reading what was saved, which
    costs most of the time: without ``saving`` only ids and orders are looked at."""
    found: list[str] = []
    if not saving:
        check(record)
    elif loads(dumps(record, redact=False)) != record:
        found.append("saving and reading again changes it")
    if record.outcome == "pending":
        found.append("its outcome is pending")
    if (record.outcome == "loaded") != (record.error is None):
        found.append(f"its outcome is {record.outcome} and its error {record.error!r}")
    if record.finished_at is None:
        found.append("it has no end")
    for request in record.requests:
        found += [f"request {request.id} ({request.url}) {fault}" for fault in _request_faults(request, record)]
    found += _connection_faults(record)
    for hint in record.hints:
        if hint.acted and hint.rel != "preconnect" and hint.request is None:
            found.append(f"hint {hint.id} was acted on without a request")
    return found


def sound(record: PageLoad, *, saving: bool = True) -> PageLoad:
    """``record`` itself. Raises AssertionError with everything that is wrong with it."""
    found = faults(record, saving=saving)
    assert not found, found
    return record


def _request_faults(request: RequestRecord, record: PageLoad) -> list[str]:
    found: list[str] = []
    times, over = request.times, record.finished_at
    complete = request.outcome == "complete"
    if request.outcome not in OUTCOMES:
        found.append(f"has the outcome {request.outcome}")
    if complete != (request.error is None):
        found.append(f"is {request.outcome} with the error {request.error!r}")
    if request.outcome == "blocked":  # at its head, or after its content
        if (times.response_end is not None) == (times.failed_at is not None) or request.rule is None:
            found.append(f"is blocked by {request.rule} with the times {times}")
    elif complete != (times.response_end is not None) or complete == (times.failed_at is not None):
        found.append(f"is {request.outcome} with the times {times}")
    if request.rule == "HSTS":
        return found  # answered by the browser itself
    if complete and (request.status is None or request.sizes.transferred is None):
        found.append("is complete without a status or size")
    if request.outcome == "not-sent" and (times.request_start is not None or request.connection is not None):
        found.append("was sent although it says it was not")
    if (request.status is not None and request.connection is None) != (request.cache_source == "http-cache"):
        found.append("was answered on no connection")
    places = (_host(request.url), _host(record.url), "the proxy ")
    if request.error is not None and not any(place in request.error for place in places):
        found.append(f"has an error that names no place: {request.error!r}")
    if request.error is not None and "\n" in request.error:
        found.append("has an error of more than one line")
    if (request.retries > 0) != (request.retry_reason is not None):
        found.append(f"was tried {request.retries} times more because of {request.retry_reason!r}")
    end = times.response_end if complete else times.failed_at
    if over is not None and end is not None and end > over + SLACK_MS:
        found.append(f"ended at {end}, after the load at {over}")
    return found


def _connection_faults(record: PageLoad) -> list[str]:
    found: list[str] = []
    served = Counter(number for connection in record.connections for number in connection.requests)
    for request in record.requests:
        tries = 0 if request.connection is None else 1 + request.retries
        if served[request.id] != tries:
            found.append(f"request {request.id} was sent {tries} times and served {served[request.id]} times")
        if request.connection is not None and request.id not in record.connections[request.connection].requests:
            found.append(f"request {request.id} is not among those of its connection {request.connection}")
    for connection in record.connections:
        if connection.session:
            continue
        if connection.requests and connection.connect_end is None:
            found.append(f"connection {connection.id} served requests and never stood")
        if connection.connect_end is not None and connection.closed_at is None:
            found.append(f"connection {connection.id} was left open")
        if connection.connect_end is not None and connection.protocol is None:
            found.append(f"connection {connection.id} stood and spoke nothing")
        last = max(
            (request.times.response_end or 0.0 for request in record.requests if request.connection == connection.id),
            default=0.0,
        )
        if connection.closed_at is not None and last > connection.closed_at + SLACK_MS:
            found.append(
                f"connection {connection.id} was closed at {connection.closed_at}, its last response at {last}"
            )
    return found


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
