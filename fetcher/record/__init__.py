"""PageLoad, the narrow waist: frozen values, the recorder that folds the machine's log, lossless versioned JSON.

No I/O but reading and writing the file it is given. May import browser's events and commands, discovery (values),
fields, urls, errors and terms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fetcher.record.cache_status import CacheStatus
from fetcher.record.page_load import (
    SCHEMA_VERSION,
    ConnectionRecord,
    Discovery,
    Hint,
    InterimResponse,
    PageLoad,
    RequestRecord,
    Sizes,
    Times,
)
from fetcher.record.redaction import redacted
from fetcher.record.saved import dumps, from_json, load_record, loads, save_record, to_json

if TYPE_CHECKING:
    from fetcher.record.har.reader import from_har, pages_from_har
    from fetcher.record.har.writer import save_har, to_har
    from fetcher.record.json_schema import schema

# Only who exchanges HAR or asks for the schema pays for loading them.
_HOME = {
    "from_har": "fetcher.record.har.reader",
    "pages_from_har": "fetcher.record.har.reader",
    "save_har": "fetcher.record.har.writer",
    "to_har": "fetcher.record.har.writer",
    "schema": "fetcher.record.json_schema",
}

__all__ = [
    "SCHEMA_VERSION",
    "CacheStatus",
    "ConnectionRecord",
    "Discovery",
    "Hint",
    "InterimResponse",
    "PageLoad",
    "RequestRecord",
    "Sizes",
    "Times",
    "dumps",
    "from_har",
    "from_json",
    "load_record",
    "loads",
    "pages_from_har",
    "redacted",
    "save_har",
    "save_record",
    "schema",
    "to_har",
    "to_json",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'fetcher.record' has no attribute {name!r}")
    return getattr(import_module(home), name)
