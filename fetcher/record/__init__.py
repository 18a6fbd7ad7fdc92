"""PageLoad, the narrow waist: frozen values, the recorder that folds the machine's log, lossless versioned JSON.

No I/O but reading and writing the file it is given. May import browser's events and commands, discovery (values),
fields, urls, errors and terms.
"""

from fetcher.record.cache_status import CacheStatus
from fetcher.record.json_schema import schema
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
    "from_json",
    "load_record",
    "loads",
    "redacted",
    "save_record",
    "schema",
    "to_json",
]
