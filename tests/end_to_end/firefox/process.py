"""A headless Firefox with a profile of its own: ``running(ca_file)`` starts it, trusts that authority, and ends it.

Its preferences are a user's, defaults of early hints included; what differs keeps it from phoning home, from looking
for a network that is not there, and from asking a resolver. It starts only where nothing but loopback can be reached
(``namespace``). Raises ``Missing`` where there is no Firefox.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.firefox.marionette import FirefoxFailed, Marionette
from tests.end_to_end.firefox.namespace import is_apart
from tests.support.servers import Missing

NAMES = ("firefox", "firefox-esr")
START_SECONDS = 60.0
STOP_SECONDS = 10.0

PREFERENCES: dict[str, object] = {
    "remote.prefs.recommended": False,  # Marionette's would switch speculative connections off, among others
    "marionette.port": 0,
    "network.dns.forceResolve": "127.0.0.1",
    "network.manage-offline-status": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.trr.mode": 5,
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.usage.uploadEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}

_TRUST = """
const [certificate] = arguments;
Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(certificate, "C,,");
"""


@dataclass(frozen=True, slots=True)
class Firefox:
    version: str
    marionette: Marionette


def executable() -> str:
    """FETCHER_FIREFOX, or the first of ``NAMES`` on the path."""
    for name in (os.environ.get("FETCHER_FIREFOX"), *NAMES):
        found = shutil.which(name) if name else None
        if found is not None:
            return found
    raise Missing(f"no Firefox here ({', '.join(NAMES)} on PATH, or FETCHER_FIREFOX)")


@contextlib.contextmanager
def running(ca_file: Path) -> Iterator[Firefox]:
    program = executable()
    if not is_apart():
        raise FirefoxFailed("Firefox is only started where nothing but loopback can be reached")
    with tempfile.TemporaryDirectory(prefix="fetcher-firefox-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder, "profile")
        profile.mkdir()
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines) + "\n")
        log = Path(folder, "log")
        command = [program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--profile", str(profile)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder, "MOZ_CRASHREPORTER_DISABLE": "1"},
                start_new_session=True,
            )
        try:
            marionette = Marionette(_port(process, profile / "MarionetteActivePort", log))
            try:
                marionette.script(_TRUST, _base64(ca_file))
                yield Firefox(f"Firefox {marionette.version}", marionette)
            finally:
                marionette.close()
        finally:
            _stop(process)


def _port(process: subprocess.Popen[bytes], told: Path, log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            return int(told.read_text())
        time.sleep(0.05)
    end = log.read_text(encoding="utf-8", errors="replace")[-1_000:]
    raise FirefoxFailed(f"Firefox does not come up; what it says ends:\n{end}")


def _base64(ca_file: Path) -> str:
    inner = ca_file.read_text().partition("-----BEGIN CERTIFICATE-----")[2]
    return "".join(inner.partition("-----END CERTIFICATE-----")[0].split())


def _stop(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
