"""A load's options in Chromium's words, the keys of certificates, and which Chromium is taken."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fetcher.browser.requests.device import device
from fetcher.errors import MissingChromium, UsageError
from fetcher.net import NetOptions
from fetcher.net.options import parse_connect_to, parse_resolve
from fetcher.net.proxy import from_environment
from fetcher.origin import Origin, Site, asset
from fetcher.runs.chromium import found, identity, trust
from fetcher.runs.chromium.options import ChromiumOptions, command_line


def rules(*resolve: str, connect: tuple[str, ...] = ()) -> str:
    net = NetOptions(resolve=tuple(map(parse_resolve, resolve)), connect_to=tuple(map(parse_connect_to, connect)))
    told = [each for each in command_line(ChromiumOptions(net=net), "x", "/p") if each.startswith("--host-resolver")]
    return told[0].partition("=")[2] if told else ""


@pytest.mark.parametrize(
    ("resolve", "connect", "expected"),
    [
        ((), (), ""),
        (("a.test:443:127.0.0.1",), (), "MAP a.test:443 127.0.0.1"),
        (("a.test:443:::1",), (), "MAP a.test:443 [::1]"),
        (("a.test:443:127.0.0.1,127.0.0.2",), (), "MAP a.test:443 127.0.0.1"),
        (("a.test:443:127.0.0.1", "a.test:443:127.0.0.2"), (), "MAP a.test:443 127.0.0.2"),
        (("*:443:127.0.0.1", "a.test:443:127.0.0.2"), (), "MAP a.test:443 127.0.0.2, MAP *:443 127.0.0.1"),
        ((), ("::127.0.0.1:8443",), "MAP * 127.0.0.1:8443"),
        ((), ("a.test::b.test:",), "MAP a.test b.test"),
        ((), ("a.test:443::8443",), "MAP a.test:443 a.test:8443"),
        (("b.test:81:127.0.0.1",), ("a.test:80:b.test:81",), "MAP a.test:80 127.0.0.1:81, MAP b.test:81 127.0.0.1"),
    ],
)  # fmt: skip
def test_names_are_mapped_as_ours_are(resolve: tuple[str, ...], connect: tuple[str, ...], expected: str) -> None:
    """The last --resolve of a host counts, a host's own before all's; --connect-to goes on to --resolve."""
    assert rules(*resolve, connect=connect) == expected


def test_proxies() -> None:
    """Ours alone count; loopback goes through as with us; what no_proxy names is reached directly."""

    def told(**environment: str) -> list[str]:
        options = ChromiumOptions(net=NetOptions(proxies=from_environment(environment)))
        return [each for each in command_line(options, "x", "/p") if "proxy" in each]

    assert told() == ["--no-proxy-server"]
    assert told(https_proxy="http://p.test:3128", no_proxy=".a.test,10.0.0.0/8,b.test") == [
        "--proxy-server=https=http://p.test:3128",
        "--proxy-bypass-list=a.test;*.a.test;10.0.0.0/8;b.test;*.b.test;<-loopback>",
    ]
    with pytest.raises(UsageError, match="no credentials for a proxy") as refused:
        told(https_proxy="http://me:hush@p.test:3128")
    assert "hush" not in str(refused.value)


def test_a_client_certificate_is_refused() -> None:
    with pytest.raises(UsageError, match="no client certificate"):
        command_line(ChromiumOptions(net=NetOptions(cert_file="x.pem")), "x", "/p")


@pytest.mark.parametrize("key_type", list(trustme.KeyType))
def test_the_hash_of_a_key_is_read_from_the_certificate(key_type: trustme.KeyType, tmp_path: Path) -> None:
    """As another library computes it, of RSA and of elliptic curves; a file of several has each."""
    first, second = (trustme.CA(key_type=key_type) for _ in range(2))
    pem = first.cert_pem.bytes() + second.cert_pem.bytes()
    (tmp_path / "ca.pem").write_bytes(b"a comment\n" + pem)
    expected = []
    for each in x509.load_pem_x509_certificates(pem):
        digest = hashes.Hash(hashes.SHA256())
        digest.update(each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        expected.append(ssl.DER_cert_to_PEM_cert(digest.finalize()).split("\n")[1])
    assert list(trust.authorities(str(tmp_path / "ca.pem"))) == expected


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "\ud7ff\x00"])
def test_a_file_without_a_certificate_is_said_to_be_one(text: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(UsageError, match=r"--cacert .*ca.pem has no certificate in it"):
        trust.authorities(str(tmp_path / "ca.pem"))


def test_a_certificate_cut_anywhere_is_no_crash() -> None:
    der = ssl.PEM_cert_to_DER_cert(trustme.CA().cert_pem.bytes().decode())
    for end in range(0, len(der), 7):
        with pytest.raises((ValueError, IndexError)):
            trust.key_hash(der[:end])


async def test_servers_that_are_known_beforehand_are_asked_for_their_keys(tmp_path: Path) -> None:
    """With --cacert only where they are to be trusted; with -k any; one that does not answer is left to Chromium."""
    async with Origin(Site({"/": asset(b"x", "text/plain")}), tls=True) as origin:
        assert origin.certificate is not None
        origin.certificate.write(tmp_path)
        leaf, *_ = (tmp_path / "server.pem").read_text().split("-----END CERTIFICATE-----")
        key = trust.key_hash(ssl.PEM_cert_to_DER_cert(leaf + "-----END CERTIFICATE-----"))
        ca = str(tmp_path / "ca.pem")
        resolve = tuple((name, port, "127.0.0.1") for name, port in (("a.test", origin.port), ("gone.test", 1)))
        found = await trust.trusted(NetOptions(resolve=resolve, ca_file=ca), [f"https://b.test:{origin.port}/"])
        assert found == (*trust.authorities(ca), key)
        assert await trust.trusted(NetOptions(resolve=resolve, insecure=True), []) == (key,)
        (tmp_path / "other.pem").write_bytes(trustme.CA().cert_pem.bytes())
        other = NetOptions(resolve=resolve, ca_file=str(tmp_path / "other.pem"))
        assert await trust.trusted(other, []) == trust.authorities(str(tmp_path / "other.pem"))
        assert await trust.trusted(NetOptions(resolve=resolve), []) == ()


def test_which_chromium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was named, the environment's, the first by name; none stands in for one that was named."""
    monkeypatch.setattr(found, "APPLICATIONS", ())
    for name in ("google-chrome", "chromium", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert found.executable(None, path) == str(tmp_path / "chromium")
    assert found.executable(None, {**path, "FETCHER_CHROMIUM": "mine"}) == str(tmp_path / "mine")
    assert found.executable(str(tmp_path / "mine"), path) == str(tmp_path / "mine")
    with pytest.raises(MissingChromium, match="FETCHER_CHROMIUM none"):
        found.executable(None, {**path, "FETCHER_CHROMIUM": "none"})
    with pytest.raises(MissingChromium, match="that is a directory"):
        found.executable(str(tmp_path), path)
    with pytest.raises(MissingChromium, match="install one, or give --chromium FILE"):
        found.executable(None, {"PATH": str(tmp_path / "none")})


def test_it_goes_by_the_name_of_a_browser_with_a_window() -> None:
    """User agent and client hints fit each other, and the version is the browser's own."""
    own = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/160.0.0.0 Safari/537.36"
    )
    told = identity.of(own, None, None)
    assert "Headless" not in told["userAgent"]
    assert {"brand": "Chromium", "version": "160"} in told["userAgentMetadata"]["brands"]
    phone = identity.of(own, None, device("mobile"))
    assert "(Linux; Android 10; K)" in phone["userAgent"]
    assert "Mobile Safari/" in phone["userAgent"]
    assert phone["userAgentMetadata"]["mobile"] is True
    assert identity.of(own, "me", None)["userAgent"] == "me"
    assert identity.flags(None, None, None) == ()
    assert "Mobile" in identity.flags(own, None, device("mobile"))[0]
