"""``--storage FILE``: what the browser remembers, kept between runs in one SQLite file.

Lasting cookies (a session's end with it, as in a browser), HSTS hosts and the HTTP cache. What a load changed is
written in one transaction, entry by entry, so that two processes with one file lose nothing of each other and a run
that is killed leaves it sound. A file that is not ours, damaged or newer is named and left as it is (``UsageError``).
The file holds secrets: only its owner may read it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.hsts import SecureHost
from fetcher.browser.storage.http_cache import ENTRIES, HELD_BYTES, CacheKey, StoredResponse
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import UsageError
from fetcher.fields.set_cookie import SameSite

APPLICATION = 0x66746372
SCHEMA = 1
PATIENCE_S = 10.0
"""How long another process may hold the file."""

_TABLES = """
CREATE TABLE cookies (name, domain, host_only, path, partition, value, expires, secure, http_only, same_site, created,
  PRIMARY KEY (name, domain, host_only, path, partition)) WITHOUT ROWID;
CREATE TABLE secure_hosts (host PRIMARY KEY, expires, include_subdomains) WITHOUT ROWID;
CREATE TABLE responses (url, top, frame, kind, status, reason, version, fields, varying, asked, received, used,
  transferred, decoded, content BLOB, PRIMARY KEY (url, top, frame, kind));
CREATE INDEX responses_used ON responses (used);
"""


class StateFile:
    """One file, opened for a run: ``read`` once, ``save`` what the load left, ``close``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._before = BrowserState()
        with self._sentences():
            self._database = _connect(path)
            try:
                self._check()
            except BaseException:
                self._database.close()
                raise

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> StateFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> BrowserState:
        """What is kept. Raises ``UsageError``."""
        with self._sentences():
            rows = self._database.execute
            self._before = BrowserState(
                tuple(_cookie(row) for row in rows("SELECT * FROM cookies ORDER BY created")),
                tuple(SecureHost(host, at, bool(below)) for host, at, below in rows("SELECT * FROM secure_hosts")),
                tuple(_response(row) for row in rows("SELECT * FROM responses ORDER BY used")),
            )
        return self._before

    def save(self, state: BrowserState) -> None:
        """Write what differs from what was read: new and changed, and what is gone. Raises ``UsageError``."""
        before = self._before
        with self._sentences(), self._transaction():
            self._write("cookies", _COOKIE_KEY, before.cookies, state.cookies, _cookie_row)
            self._write("secure_hosts", ("host",), before.secure_hosts, state.secure_hosts, _host_row)
            self._write("responses", ("url", "top", "frame", "kind"), before.stored, state.stored, _response_row)
            self._shrink()
        self._before = state

    def _write(
        self,
        table: str,
        key: tuple[str, ...],
        before: tuple[Any, ...],
        after: tuple[Any, ...],
        row_of: Callable[[Any], dict[str, Any] | None],
    ) -> None:
        old, new = (
            {tuple(row[name] for name in key): row for one in values if (row := row_of(one)) is not None}
            for values in (before, after)
        )
        where = " AND ".join(f"{name} IS ?" for name in key)
        self._database.executemany(f"DELETE FROM {table} WHERE {where}", [one for one in old if one not in new])
        changed = [row for one, row in new.items() if old.get(one) != row]
        if changed:
            names = list(changed[0])
            values = ", ".join(f":{name}" for name in names)
            self._database.executemany(
                f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({values})", changed
            )

    def _shrink(self) -> None:
        """Two processes together may have left more than one browser keeps: what was used longest ago goes."""
        held = 0
        rows = self._database.execute("SELECT rowid, length(content) FROM responses ORDER BY used DESC").fetchall()
        gone = []
        for number, (rowid, size) in enumerate(rows):
            held += size or 0
            if number >= ENTRIES or held > HELD_BYTES:
                gone.append((rowid,))
        self._database.executemany("DELETE FROM responses WHERE rowid = ?", gone)

    def _check(self) -> None:
        """Ours, of a version we know, whole and writable; made where there was nothing."""
        with self._transaction():
            (application,) = self._database.execute("PRAGMA application_id").fetchone()
            (schema,) = self._database.execute("PRAGMA user_version").fetchone()
            (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not application and not schema and not tables:
                for statement in _TABLES.split(";")[:-1]:
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA application_id = {APPLICATION}")
                self._database.execute(f"PRAGMA user_version = {SCHEMA}")
            elif application != APPLICATION:
                raise self._unusable("is a database of another program's")
            elif schema > SCHEMA:
                raise self._unusable(
                    f"was written by a newer fetcher (its schema is {schema}, this one knows {SCHEMA})"
                )
        (health,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if health != "ok":
            raise self._unusable("is damaged", "delete it to begin anew")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """What SQLite and the file system say, as a sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "locked" in text:
                raise self._unusable(f"has been in use by another process for {PATIENCE_S:g} s", "try again") from error
            if "readonly" in text or "unable to open" in text:
                raise self._unusable(f"cannot be written ({text})", "name a file that can") from error
            if "full" in text or "I/O" in text:
                raise self._unusable(f"could not be written ({text})", "what this load left is lost") from error
            raise self._unusable(f"is not as fetcher left it ({text})", "delete it to begin anew") from error
        except (sqlite3.DatabaseError, ValueError, TypeError, KeyError) as error:
            foreign = "not a database" in str(error)
            what = "is not a file that --storage wrote" if foreign else f"is damaged ({error})"
            raise self._unusable(what, "name another one" if foreign else "delete it to begin anew") from error
        except OSError as error:
            raise self._unusable(
                f"cannot be used: {(error.strerror or str(error)).lower()}", "name another one"
            ) from error

    def _unusable(self, what: str, then: str = "name another one") -> UsageError:
        return UsageError(f"the storage file {self._path} {what}; it is left as it is: {then}")


def _connect(path: str) -> sqlite3.Connection:
    if Path(path).is_dir():
        raise IsADirectoryError(21, "it is a directory")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would make it readable for everyone
    database = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
    database.execute("PRAGMA trusted_schema = OFF")
    return database


_COOKIE_KEY = ("name", "domain", "host_only", "path", "partition")


def _cookie_row(cookie: Cookie) -> dict[str, Any] | None:
    if cookie.expires is None:
        return None
    names = (*_COOKIE_KEY, "value", "expires", "secure", "http_only", "created")
    row = {name: getattr(cookie, name) for name in names}
    row["partition"] = cookie.partition or ""  # a primary key has no NULL
    return {**row, "same_site": cookie.same_site.value if cookie.same_site else None}


def _cookie(row: tuple[Any, ...]) -> Cookie:
    name, domain, host_only, path, partition, value, expires, secure, http_only, same_site, created = row
    return Cookie(
        str(name), str(value), str(domain), str(path), float(expires), bool(host_only), bool(secure), bool(http_only),
        SameSite(same_site) if same_site else None, float(created), partition or None,
    )  # fmt: skip


def _host_row(host: SecureHost) -> dict[str, Any]:
    return {"host": host.host, "expires": host.expires, "include_subdomains": host.include_subdomains}


_PLAIN = ("status", "reason", "version", "asked", "received", "used", "transferred", "decoded", "content")


def _response_row(response: StoredResponse) -> dict[str, Any]:
    key = response.key
    return {
        "url": key.url, "top": key.top, "frame": key.frame, "kind": key.kind,
        "fields": json.dumps(response.fields), "varying": json.dumps(response.varying),
        **{name: getattr(response, name) for name in _PLAIN},
    }  # fmt: skip


def _response(row: tuple[Any, ...]) -> StoredResponse:
    url, top, frame, kind, status, reason, version, fields, varying, *rest = row
    asked, received, used, transferred, decoded, content = rest
    return StoredResponse(
        CacheKey(str(url), str(top), str(frame), str(kind)), int(status), str(reason), str(version),
        _pairs(fields), _pairs(varying), float(asked), float(received), float(used), int(transferred), int(decoded),
        None if content is None else bytes(content),
    )  # fmt: skip


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in json.loads(text))


def with_given(kept: BrowserState, given: BrowserState | None) -> BrowserState:
    """What a file kept, and the cookies that were given besides (-b), which come last and so replace."""
    return kept if given is None else replace(kept, cookies=kept.cookies + given.cookies)
