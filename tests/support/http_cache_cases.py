"""What Chromium 156 asks for when a page is loaded for the second time, by the fields of the first answer.

Each row was asked of a real one (``tests/end_to_end/chromium/test_http_cache.py`` does so again); the machine gives the
same answers in ``tests/browser/storage/test_http_cache.py``. ``{+600}`` in a value stands for the HTTP-date that many
seconds from now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate

from fetcher.terms import Fields

NOTHING, AGAIN = (), None
_DATE = re.compile(r"\{([+-]\d+)\}")
DAYS = 86_400


@dataclass(frozen=True, slots=True)
class Case:
    """``then``: the conditional fields of the second request, AGAIN for one without, NOTHING where there is none."""

    name: str
    fields: Fields
    then: tuple[str, ...] | None
    status: int = 200

    def dated(self, now: float) -> Fields:
        """The fields with dates around ``now``, seconds since the epoch."""
        return tuple(
            (name, _DATE.sub(lambda found: formatdate(now + int(found[1]), usegmt=True), value))
            for name, value in self.fields
        )


INM, IMS = "if-none-match", "if-modified-since"
DATE = ("date", "{+0}")
ETAG = ("etag", '"x"')


def cc(value: str, *more: tuple[str, str]) -> Fields:
    return (("cache-control", value), *more)


CASES = (
    Case("nothing", (), AGAIN),
    Case("max-age", cc("max-age=600"), NOTHING),
    Case("max-age-0", cc("max-age=0"), AGAIN),
    Case("max-age-0-etag", cc("max-age=0", ETAG), (INM,)),
    Case("etag-alone", (ETAG,), (INM,)),
    Case("both-validators", cc("no-cache", ("etag", 'W/"x"'), ("last-modified", f"{{-{DAYS}}}")), (INM, IMS)),
    Case("no-store", cc("no-store"), AGAIN),
    Case("no-store-etag", cc("no-store, max-age=600", ETAG), AGAIN),
    Case("no-cache", cc("no-cache, max-age=600"), AGAIN),
    Case("no-cache-of-a-field", cc('max-age=600, no-cache="set-cookie"'), NOTHING),
    Case("pragma", (("pragma", "no-cache"),), AGAIN),
    Case("pragma-beats-max-age", cc("max-age=600", ("pragma", "no-cache")), AGAIN),
    Case("private", cc("private, max-age=600"), NOTHING),
    Case("s-maxage", cc("s-maxage=600"), AGAIN),
    Case("quoted", cc('max-age="600"'), AGAIN),
    Case("negative", cc("max-age=-1"), AGAIN),
    Case("negative-then-expires", cc("max-age=-1", ("expires", "{+600}"), DATE), NOTHING),
    Case("unreadable-then-expires", cc("max-age=6x", ("expires", "{+600}"), DATE), NOTHING),
    Case("first-of-two-0", cc("max-age=0, max-age=600"), AGAIN),
    Case("first-of-two-600", cc("max-age=600, max-age=0"), NOTHING),
    Case("space-before-equals", cc("max-age = 600"), AGAIN),
    Case("space-after-equals", cc("max-age= 600"), NOTHING),
    Case("semicolon", cc("max-age=600; public"), AGAIN),
    Case("fraction", cc("max-age=600.5"), AGAIN),
    Case("upper-case", cc("MAX-AGE=600"), NOTHING),
    Case("immutable-alone", cc("immutable"), AGAIN),
    Case("huge", cc("max-age=99999999999999999999"), NOTHING),
    Case("expires", (("expires", "{+600}"), DATE), NOTHING),
    Case("expires-without-date", (("expires", "{+600}"),), NOTHING),
    Case("expires-past", (("expires", "{-600}"), DATE), AGAIN),
    Case("expires-0", (("expires", "0"), DATE, ("last-modified", f"{{-{10 * DAYS}}}")), (IMS,)),
    Case("expires-by-a-clock-a-day-late", (("expires", f"{{-{DAYS - 600}}}"), ("date", f"{{-{DAYS}}}")), AGAIN),
    Case("date-too-old", cc("max-age=600", ("date", "{-700}")), AGAIN),
    Case("date-old", cc("max-age=600", ("date", "{-300}")), NOTHING),
    Case("date-in-the-future", cc("max-age=600", ("date", f"{{+{DAYS}}}")), NOTHING),
    Case("age-over", cc("max-age=600", ("age", "700")), AGAIN),
    Case("age-under", cc("max-age=600", ("age", "500")), NOTHING),
    Case("age-unreadable", cc("max-age=600", ("age", "7x00")), NOTHING),
    Case("age-twice", cc("max-age=600", ("age", "1, 700")), NOTHING),
    Case("last-modified", (("last-modified", f"{{-{10 * DAYS}}}"),), NOTHING),
    Case("last-modified-just-now", (("last-modified", "{-1}"),), (IMS,)),
    Case("last-modified-in-the-future", (("last-modified", f"{{+{DAYS}}}"), DATE), (IMS,)),
    Case("no-heuristics", cc("must-revalidate", ("last-modified", f"{{-{10 * DAYS}}}")), (IMS,)),
    Case("last-modified-rfc850", (("last-modified", "Sunday, 06-Nov-94 08:49:37 GMT"),), NOTHING),
    Case("heuristics-203", (("last-modified", f"{{-{10 * DAYS}}}"),), NOTHING, 203),
    Case("no-heuristics-404", (("last-modified", f"{{-{10 * DAYS}}}"),), AGAIN, 404),
    Case("404", (), AGAIN, 404),
    Case("404-max-age", cc("max-age=600"), NOTHING, 404),
    Case("404-is-not-asked-about", cc("max-age=0", ETAG), AGAIN, 404),
    Case("410", (), NOTHING, 410),
    Case("410-must-revalidate", cc("must-revalidate"), NOTHING, 410),
    Case("500-max-age", cc("max-age=600"), NOTHING, 500),
    Case("300", (), NOTHING, 300),
    Case("204-max-age", cc("max-age=600"), NOTHING, 204),
    Case("401-max-age", cc("max-age=600"), AGAIN, 401),
    Case("403-max-age", cc("max-age=600"), NOTHING, 403),
    Case("206-unasked", cc("max-age=600", ("content-range", "bytes 0-9/20")), AGAIN, 206),
    Case("vary-star", cc("max-age=600", ("vary", "*")), AGAIN),
    Case("vary-star-etag", cc("max-age=600", ("vary", "*"), ETAG, ("last-modified", f"{{-{DAYS}}}")), (INM,)),
    Case("vary-star-last-modified", cc("max-age=600", ("vary", "*"), ("last-modified", f"{{-{DAYS}}}")), AGAIN),
    Case("vary-same", cc("max-age=600", ("vary", "Accept-Encoding, Referer, Cookie")), NOTHING),
    Case("stale-if-error", cc("max-age=0, stale-if-error=600"), AGAIN),
)

STALE_WHILE_REVALIDATE = (
    Case("swr", cc("max-age=1, stale-while-revalidate=600", ("age", "100")), AGAIN),
    Case("swr-etag", cc("max-age=1, stale-while-revalidate=600", ("age", "100"), ETAG), (INM,)),
    Case("swr-max-age-0", cc("max-age=0, stale-while-revalidate=600"), AGAIN),
    Case("swr-alone", cc("stale-while-revalidate=600"), AGAIN),
)
"""Used stale once, and renewed with the lowest priority meanwhile (u=4)."""

REDIRECTS = (
    Case("301", (), NOTHING, 301),
    Case("301-must-revalidate", cc("must-revalidate"), NOTHING, 301),
    Case("301-no-cache", cc("no-cache"), AGAIN, 301),
    Case("301-max-age-0", cc("max-age=0"), AGAIN, 301),
    Case("302", (), AGAIN, 302),
    Case("302-max-age", cc("max-age=600"), NOTHING, 302),
    Case("302-expires", (("expires", "{+600}"), DATE), NOTHING, 302),
    Case("302-is-not-asked-about", cc("max-age=0", ETAG), AGAIN, 302),
    Case("303-max-age", cc("max-age=600"), NOTHING, 303),
    Case("307", (), AGAIN, 307),
    Case("307-max-age", cc("max-age=600"), NOTHING, 307),
    Case("308", (), NOTHING, 308),
)
