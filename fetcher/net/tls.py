"""TLS settings and facts: contexts built once per set of options, failures put in one sentence, what was agreed.

TLS 1.2 is the floor. Trust is the system's store, or ``ca_file`` alone; ``insecure`` checks nothing and says so.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

from fetcher.errors import FetcherError, ProtocolError, TLSFailed, UsageError
from fetcher.net.options import NetOptions
from fetcher.terms import TlsFacts

_ALPN = {"auto": ["h2", "http/1.1"], "1.1": ["http/1.1"], "2": ["h2"]}

# OpenSSL's X509_V_ERR codes (x509_vfy.h) that a person can act on.
_CERTIFICATE = {
    9: "is not valid yet (or this machine's clock is wrong)",
    10: "has expired",
    18: "is self-signed and not trusted here",
    19: "comes from a certificate authority that is not trusted here (a self-signed root)",
    20: "comes from a certificate authority that is not trusted here",
    21: "comes without the certificates that would prove it",
    23: "has been revoked",
}


def context_for(options: NetOptions) -> ssl.SSLContext:
    """The context for ``options``, shared by all connections with the same TLS settings. Raises ``UsageError`` for
    files that cannot be used."""
    return _context(
        options.ca_file,
        options.insecure,
        options.cert_file,
        options.key_file,
        options.http,
        options.keylog_file,
    )


@lru_cache(maxsize=16)
def _context(
    ca_file: str | None, insecure: bool, cert: str | None, key: str | None, http: str, keylog: str | None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(_ALPN[http])
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"cannot read certificates from {ca_file} (--cacert): {_reason(error)}") from error
    else:
        context.load_default_certs()
    if cert is not None:
        try:
            context.load_cert_chain(cert, key, password=_no_password)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(f"cannot use the client certificate {cert} (--cert, --key): {_reason(error)}") from error
    if keylog is not None:
        try:
            context.keylog_filename = keylog
        except OSError as error:
            raise UsageError(f"cannot write TLS secrets to {keylog} (SSLKEYLOGFILE): {_reason(error)}") from error
    return context


def _no_password() -> str:
    """An encrypted key must not stop to ask on the terminal."""
    raise UsageError("the client key is encrypted; give one without a passphrase")


def failure(error: OSError, host: str, options: NetOptions) -> FetcherError:
    """The sentence for a handshake that failed with ``error``."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return TLSFailed(_certificate(error, host))
    reason = getattr(error, "reason", None) or ""
    if "NO_APPLICATION_PROTOCOL" in reason:
        asked = " or ".join(_ALPN[options.http])
        return ProtocolError(f"{host} does not speak {asked}; try --http auto or --http 1.1")
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason:
        return TLSFailed(f"{host} does not answer with TLS on this port; is it an http:// address?")
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return TLSFailed(f"{host} offers no TLS version from 1.2 on")
    if "CERTIFICATE_REQUIRED" in reason or "HANDSHAKE_FAILURE" in reason:
        return TLSFailed(f"{host} refused the TLS handshake; it may want a client certificate (--cert and --key)")
    return TLSFailed(f"the TLS handshake with {host} failed: {_reason(error)}")


_SKIP = "skip the check with --insecure"


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code in (62, 64) or "ostname mismatch" in error.verify_message or "IP address mismatch" in error.verify_message:
        return f"the certificate is for another host than {host}; use the right name, or {_SKIP}"
    what = _CERTIFICATE.get(code, f"was refused ({error.verify_message})")
    trust = "" if code in (9, 10, 23) else "trust its authority with --cacert FILE (ca_file), or "
    return f"the certificate of {host} {what}; {trust}{_SKIP}"


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return error.strerror or str(error) or type(error).__name__


def facts_of(tls: ssl.SSLObject, options: NetOptions) -> TlsFacts:
    """What a finished handshake settled. Without verification OpenSSL's reader gives no names: they stay empty."""
    certificate = tls.getpeercert() or {}
    names = tuple(str(entry[1]) for entry in certificate.get("subjectAltName", ()) if entry[0] in ("DNS", "IP Address"))
    issuer = {str(pair[0]): str(pair[1]) for rdn in certificate.get("issuer", ()) for pair in rdn}
    not_after = certificate.get("notAfter")
    cipher = tls.cipher()
    return TlsFacts(
        version=tls.version() or "unknown",
        cipher=cipher[0] if cipher else "unknown",
        alpn=tls.selected_alpn_protocol(),
        verified=not options.insecure,
        names=names,
        issuer=issuer.get("organizationName") or issuer.get("commonName"),
        not_after=str(not_after) if not_after else None,
        resumed=bool(tls.session_reused),
    )
