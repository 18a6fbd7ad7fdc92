"""The cookie jar: what a browser keeps of Set-Cookie and what it sends back (RFC 6265bis 5.7, 5.8, as Chromium does).

No clock: the wall time (seconds since the epoch) is a parameter. ``Cookie`` is a value, so the state of a browser is a
tuple of them; ``CookieJar`` is the machine's working copy. An empty jar is false and costs a request nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fetcher.fields.link import Finding
from fetcher.fields.set_cookie import SameSite, SetCookie, parse
from fetcher.urls import URL, is_ip, is_public_suffix, registrable_domain, same_site

PER_SITE = 180
IN_ALL = 3300
LONGEST_SECONDS = 400 * 86_400.0
"""No cookie lives longer than 400 days (RFC 6265bis 5.5)."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """``domain`` has no leading dot; ``host_only`` keeps it to that very host. ``expires`` is seconds since the epoch,
    None for as long as the browser runs. ``same_site`` None is treated as Lax. ``partition`` is the site of the page
    that a partitioned (CHIPS) cookie belongs to."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str = "/"
    expires: float | None = None
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    created: float = 0.0
    partition: str | None = None


_Key = tuple[str, str, bool, str, str | None]


class _Kept:
    """One cookie with the moments eviction asks for."""

    __slots__ = ("cookie", "order", "used")

    def __init__(self, cookie: Cookie, order: int) -> None:
        self.cookie = cookie
        self.order = order
        self.used = cookie.created


class CookieJar:
    """``page`` below is the URL of the top-level document, None for its own navigation. ``apart``: a frame of another
    site stands between the page and who asks. Chromium 156 blocks third-party cookies: a request to another site than
    the page's, or from below such a frame, carries and stores partitioned ones (CHIPS) alone. The sites a request was
    redirected over do not count, as they do not there. ``led_by`` is the document that leads a navigation on: from
    another site, SameSite=Strict stays behind. None is a person. ``third_parties``: they are not blocked, as in a
    credentialless frame, whose cookies nobody else sees."""

    def __init__(self, cookies: Iterable[Cookie] = (), *, third_parties: bool = False) -> None:
        self._third_parties = third_parties
        self._sites: dict[str, dict[_Key, _Kept]] = {}
        self._count = 0
        self._order = 0
        for cookie in cookies:
            self._keep(cookie)

    def __bool__(self) -> bool:
        return self._count > 0

    def __len__(self) -> int:
        return self._count

    def cookies(self, now: float) -> tuple[Cookie, ...]:
        """Everything that has not expired, in the order it was first stored."""
        kept = [one for site in self._sites.values() for one in site.values() if not _is_over(one.cookie, now)]
        return tuple(one.cookie for one in sorted(kept, key=lambda one: one.order))

    def store(self, text: str, url: URL, now: float, page: URL | None = None, *, apart: bool = False) -> str | None:
        """Take in one Set-Cookie value of a response from ``url``; returns why not, or None when it was stored (or,
        with an expiry that has passed, removed)."""
        said = parse(text)
        if isinstance(said, Finding):
            return said.message
        domain, host_only, why = _domain_of(said, url)
        third_party = _is_third_party(url, page, apart=apart)
        why = why or _why_not(said, url, host_only, third_party=third_party, blocked=not self._third_parties)
        if why is not None:
            return why
        cookie = Cookie(
            said.name,
            said.value,
            domain,
            said.path or default_path(url.path),
            _expiry(said, now),
            host_only,
            said.secure,
            said.http_only,
            said.same_site,
            now,
            partition_of(url, page, apart=apart) if said.partitioned else None,
        )
        if not said.secure and not url.is_trustworthy and self._overlays(cookie):
            return "a Secure cookie of that name exists, and an insecure response may not replace it"
        self._keep(cookie)
        if _is_over(cookie, now):
            self._drop(cookie)
        else:
            self._evict(registrable_domain(domain), now)
        return None

    def field(
        self, url: URL, now: float, page: URL | None = None, *, apart: bool = False, led_by: URL | None = None
    ) -> str | None:
        """The Cookie field of a credentialed request to ``url``, None when there is nothing to send."""
        site = self._sites.get(registrable_domain(url.host))
        if not site:
            return None
        third_party = _is_third_party(url, page, apart=apart)
        led_across = led_by is not None and not same_site(led_by, url)
        partition: str | None = None
        chosen: list[_Kept] = []
        for one in site.values():
            cookie = one.cookie
            if cookie.host_only:
                if cookie.domain != url.host:
                    continue
            elif not domain_matches(url.host, cookie.domain):
                continue
            if not path_matches(url.path, cookie.path) or _is_over(cookie, now):
                continue
            if cookie.secure and not url.is_trustworthy:
                continue
            if third_party and (
                cookie.same_site is not SameSite.NONE or (cookie.partition is None and not self._third_parties)
            ):
                continue
            if led_across and cookie.same_site is SameSite.STRICT:
                continue
            if cookie.partition is not None:
                partition = partition or partition_of(url, page, apart=apart)
                if cookie.partition != partition:
                    continue
            one.used = now
            chosen.append(one)
        if not chosen:
            return None
        chosen.sort(key=lambda one: (-len(one.cookie.path), one.order))
        return "; ".join(
            f"{one.cookie.name}={one.cookie.value}" if one.cookie.name else one.cookie.value for one in chosen
        )

    # -- keeping

    def _keep(self, cookie: Cookie) -> None:
        """Add, or replace the one of the same name, domain and path, whose place in the order stays."""
        site = self._sites.setdefault(registrable_domain(cookie.domain), {})
        key = _key(cookie)
        before = site.get(key)
        if before is None:
            self._order += 1
            self._count += 1
            site[key] = _Kept(cookie, self._order)
        else:
            kept = site[key] = _Kept(replace(cookie, created=before.cookie.created), before.order)
            kept.used = cookie.created

    def _drop(self, cookie: Cookie) -> None:
        domain = registrable_domain(cookie.domain)
        site = self._sites.get(domain, {})
        if site.pop(_key(cookie), None) is not None:
            self._count -= 1
        if not site:
            self._sites.pop(domain, None)

    def _overlays(self, new: Cookie) -> bool:
        """RFC 6265bis 5.7, "leave Secure cookies alone"."""
        site = self._sites.get(registrable_domain(new.domain), {})
        return any(
            old.cookie.secure
            and old.cookie.name == new.name
            and (domain_matches(old.cookie.domain, new.domain) or domain_matches(new.domain, old.cookie.domain))
            and path_matches(new.path, old.cookie.path)
            for old in site.values()
        )

    def _evict(self, domain: str, now: float) -> None:
        """Expired ones first, then insecure ones, then whatever was longest not used (RFC 6265bis 5.7)."""
        site = self._sites.get(domain, {})
        if len(site) > PER_SITE:
            self._shrink(list(site.values()), PER_SITE, now)
        if self._count > IN_ALL:
            self._shrink([one for kept in self._sites.values() for one in kept.values()], IN_ALL, now)

    def _shrink(self, kept: list[_Kept], most: int, now: float) -> None:
        kept.sort(key=lambda one: (not _is_over(one.cookie, now), one.cookie.secure, one.used, one.order))
        for one in kept[: len(kept) - most]:
            self._drop(one.cookie)


def _key(cookie: Cookie) -> _Key:
    return (cookie.name, cookie.domain, cookie.host_only, cookie.path, cookie.partition)


def _is_over(cookie: Cookie, now: float) -> bool:
    return cookie.expires is not None and cookie.expires <= now


def _domain_of(said: SetCookie, url: URL) -> tuple[str, bool, str | None]:
    """Domain, whether host-only, and why the Domain attribute forbids the cookie."""
    if said.domain is None:
        return url.host, True, None
    if not said.domain.isascii():
        return "", True, "its Domain is not ASCII"
    if said.domain == url.host and (is_ip(url.host) or is_public_suffix(url.host)):
        return url.host, True, None
    if is_public_suffix(said.domain):
        return "", True, f"its Domain {said.domain} is a public suffix: every site under it would get it"
    if not domain_matches(url.host, said.domain):
        return "", True, f"its Domain {said.domain} does not cover {url.host}"
    return said.domain, False, None


def _is_third_party(url: URL, page: URL | None, *, apart: bool) -> bool:
    return page is not None and (apart or not same_site(page, url))


def _why_not(said: SetCookie, url: URL, host_only: bool, *, third_party: bool, blocked: bool) -> str | None:
    """What the attributes forbid; ``blocked``: third-party cookies are."""
    if said.secure and not url.is_trustworthy:
        return "Secure, but it came over cleartext HTTP"
    if said.same_site is SameSite.NONE and not said.secure:
        return "SameSite=None without Secure"
    if said.same_site is not SameSite.NONE and third_party:
        return "from another site than the page's, without SameSite=None"
    if said.partitioned and not said.secure:
        return "Partitioned without Secure"
    if third_party and blocked and not said.partitioned:
        return "from another site than the page's, without Partitioned: third-party cookies are blocked"
    prefix = (said.name or said.value).lower()
    if prefix.startswith(("__secure-", "__host-", "__http-")):
        if not said.name:
            return "a nameless cookie whose value imitates a prefix"
        if not said.secure:
            return f"{said.name.partition('-')[0]}- without Secure"
        if prefix.startswith(("__http-", "__host-http-")) and not said.http_only:
            return "a prefix that says Http- without HttpOnly"
        if prefix.startswith("__host-") and not (host_only and said.domain is None and said.path == "/"):
            return "__Host- needs Path=/ and no Domain"
    return None


def _expiry(said: SetCookie, now: float) -> float | None:
    """Max-Age before Expires; 400 days at most; 0 and below is the past."""
    if said.max_age is not None:
        return now + min(said.max_age, LONGEST_SECONDS) if said.max_age > 0 else now
    return None if said.expires is None else min(said.expires, now + LONGEST_SECONDS)


def domain_matches(host: str, domain: str) -> bool:
    """RFC 6265bis 5.1.3: the same, or ``host`` is below ``domain`` and no IP address."""
    return host == domain or (
        host.endswith(domain) and host[-len(domain) - 1 : -len(domain)] == "." and not is_ip(host)
    )


def path_matches(path: str, cookie_path: str) -> bool:
    """RFC 6265bis 5.1.4."""
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (
        cookie_path.endswith("/") or path[len(cookie_path) : len(cookie_path) + 1] == "/"
    )


def default_path(path: str) -> str:
    """RFC 6265bis 5.1.4: the folder of the request's path."""
    return path[: path.rfind("/")] or "/"


def partition_of(url: URL, page: URL | None, *, apart: bool) -> str:
    """The key of the partition that cookies of ``url`` are in. Where the page's own site is asked from below a frame
    of another, that is a partition of its own (CHIPS, "cross-site ancestor")."""
    site = site_of(page or url)
    return f"{site} below another site" if page is not None and apart and same_site(page, url) else site


def site_of(url: URL) -> str:
    """The schemeful site, the key of a cookie partition."""
    return f"{url.scheme}://{registrable_domain(url.host)}"
