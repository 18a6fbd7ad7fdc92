"""The Referer of all eight policies over same origin, cross origin and downgrade, in one table."""

from __future__ import annotations

import pytest

from fetcher import urls
from fetcher.fields.referrer_policy import ReferrerPolicy, parse, referrer_for

PAGE = "https://user:secret@page.test/a/b?c#d"
FULL = "https://page.test/a/b?c"
ORIGIN = "https://page.test/"


@pytest.mark.parametrize(
    ("policy", "same", "cross", "downgrade"),
    [
        (ReferrerPolicy.NO_REFERRER, None, None, None),
        (ReferrerPolicy.NO_REFERRER_WHEN_DOWNGRADE, FULL, FULL, None),
        (ReferrerPolicy.SAME_ORIGIN, FULL, None, None),
        (ReferrerPolicy.ORIGIN, ORIGIN, ORIGIN, ORIGIN),
        (ReferrerPolicy.STRICT_ORIGIN, ORIGIN, ORIGIN, None),
        (ReferrerPolicy.ORIGIN_WHEN_CROSS_ORIGIN, FULL, ORIGIN, ORIGIN),
        (ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, FULL, ORIGIN, None),
        (ReferrerPolicy.UNSAFE_URL, FULL, FULL, FULL),
    ],
)
def test_what_each_policy_sends(
    policy: ReferrerPolicy, same: str | None, cross: str | None, downgrade: str | None
) -> None:
    """Credentials and fragment never go; a downgrade is https to a plain http host that is not loopback."""
    page = urls.parse(PAGE)
    targets = ("https://page.test/x", "https://cdn.test/x", "http://cdn.test/x")
    assert [referrer_for(policy, page, urls.parse(target)) for target in targets] == [same, cross, downgrade]


def test_loopback_is_no_downgrade() -> None:
    """http on 127.0.0.1 is potentially trustworthy."""
    sent = referrer_for(ReferrerPolicy.STRICT_ORIGIN, urls.parse(FULL), urls.parse("http://127.0.0.1:8000/"))
    assert sent == ORIGIN


def test_a_long_referrer_is_cut_to_its_origin() -> None:
    """Past 4096 characters only the origin is sent."""
    page = urls.parse("https://page.test/" + "a" * 4096)
    assert referrer_for(ReferrerPolicy.UNSAFE_URL, page, page) == ORIGIN


@pytest.mark.parametrize(
    ("values", "policy"),
    [
        (["origin"], ReferrerPolicy.ORIGIN),
        (["no-referrer, Strict-Origin"], ReferrerPolicy.STRICT_ORIGIN),
        (["no-referrer", "from-the-future"], ReferrerPolicy.NO_REFERRER),
        (["never"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_last_known_policy_counts(values: list[str], policy: ReferrerPolicy | None) -> None:
    """Authors list fallbacks first; unknown words are passed over."""
    assert parse(values) == policy
