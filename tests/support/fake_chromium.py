"""A Chromium that does what a test says: it speaks the DevTools protocol over descriptors 3 and 4, with nothing behind.

``fake(folder, does)`` writes the program and gives its path, for --chromium or FETCHER_CHROMIUM. ``does`` is, at a
command: "die METHOD", "mute METHOD", "close METHOD" (the pipe alone), "garbage METHOD", "deaf METHOD" (it stops
reading), "huge METHOD" (a message without end), "refuse METHOD"; of the page: "fail ERROR", "lost ERROR" (its request
is told of), "early" (a 103 and no answer), "status N", "crash", "hang" (no load event), "stall", "endless", "stream",
"dialog", "many N", "icons N" (nobody asks), "hostile", "told JSON" (the page, of its timing); and "sandbox" (none can
be made); "held METHOD" (a dialog opens at it, and its answer, or the load event, waits for that).
By default a page of five requests, two of them by its script.
"""

from __future__ import annotations

import shlex
import stat
import sys
from pathlib import Path

PROGRAM = r"""
import json, os, select, sys, time

DOES = @DOES@
with open(@ARGUMENTS@, "w") as file:
    file.write("\n".join(sys.argv))
for each in sys.argv:
    if each.startswith("--log-net-log="):
        with open(each.partition("=")[2], "w") as file:
            file.write('{"constants":{},\n"events":[\n{"params":{"url":"https://a.test/?token=hush"}},\n')
            file.write('{"params":{"headers":["x-team: hush","accept: */*"]}}]}\n')
print("it said this", file=sys.stderr, flush=True)
if DOES == "sandbox":
    print("FATAL:zygote: No usable sandbox! Update your kernel", file=sys.stderr, flush=True)
    sys.exit(1)
WORD, _, REST = DOES.partition(" ")


def write(message):
    data = json.dumps(message).encode() + b"\0"
    while data:
        data = data[os.write(4, data):]


def event(method, **params):
    write({"method": method, "params": params, "sessionId": "s"})


CLOCK = [100.0]


def asked(key, url, kind, initiator, **more):
    CLOCK[0] += 0.01
    request = {"url": url, "method": more.pop("method", "GET"), "headers": {}}
    event("Network.requestWillBeSent", requestId=key, request=request, type=kind, initiator=initiator,
          timestamp=CLOCK[0], frameId="f", loaderId="d", documentURL=url, **more)


def ended(key, kind="text/html", status=200):
    CLOCK[0] += 0.01
    event("Network.responseReceived", requestId=key, timestamp=CLOCK[0], response={"status": status, "mimeType": kind})
    event("Network.loadingFinished", requestId=key, timestamp=CLOCK[0])


def by_script(url):
    return {"type": "script", "stack": {"callFrames": [{"url": url}]}}


def page(url):
    base = url.split("?")[0].split("#")[0]
    base = base[: base.index("/", 8) + 1]
    asked("d", url, "Document", {"type": "other"})
    if WORD == "lost":  # as where nothing answers, or with a certificate that nobody trusts
        event("Network.loadingFailed", requestId="d", timestamp=CLOCK[0], errorText=REST)
        return
    if WORD == "early":
        event("Network.responseReceivedEarlyHints", requestId="d", headers={"link": "</a.css>; rel=preload; as=style"})
        return
    ended("d", status=int(REST) if WORD == "status" else 200)
    if WORD == "hang":
        asked("never", base + "never.png", "Image", {"type": "parser", "url": url})
        return
    asked("css", base + "a.css", "Stylesheet", {"type": "parser", "url": url})
    ended("css", "text/css")
    asked("app", base + "app.js", "Script", {"type": "parser", "url": url})
    ended("app", "text/javascript")
    asked("data", base + "data.json", "Fetch", by_script(base + "app.js"))
    event("Network.requestWillBeSentExtraInfo", requestId="data",
          headers={"cookie": "session=hush", "sec-fetch-mode": "cors", "x-team": "hush-team"})
    ended("data", "application/json")
    asked("next", base + "chunk.js", "Script", by_script(base + "app.js"))
    ended("next", "text/javascript")
    if WORD == "icons":
        for number in range(int(REST)):
            asked(f"i{number}", f"{base}icon{number}.ico", "Other", {"type": "other"})
            ended(f"i{number}", "image/x-icon")
    if WORD == "many":
        for number in range(int(REST)):
            asked(f"m{number}", f"{base}m{number}.json", "Fetch", by_script(base + "app.js"))
            ended(f"m{number}")
    if WORD == "hostile":
        for number, odd in enumerate(HOSTILE):
            asked(f"h{number}", odd, "Image", by_script(base + "app.js\x1b[31m"))
        write({"method": 7, "sessionId": "s"})
        write({"method": "Network.requestWillBeSent", "sessionId": "s", "params": {"requestId": 9, "request": []}})
        write({"method": "Network.requestWillBeSent", "sessionId": "s", "params": {"requestId": "x", "request": 1}})
        write({"method": "Network.requestWillBeSent", "sessionId": "s", "params": None})
        write({"method": "Network.responseReceived", "sessionId": "s", "params": {"requestId": "d", "response": "x"}})
        write({"method": "Target.attachedToTarget", "sessionId": "s", "params": {}})
        for number in range(len(HOSTILE)):
            ended(f"h{number}")
    if WORD == "stream":
        asked("es", base + "events", "EventSource", {"type": "parser", "url": url})
    if WORD == "stall":
        asked("poll", base + "poll", "Fetch", by_script(base + "app.js"))
    if WORD == "dialog":
        event("Page.javascriptDialogOpening", message="hello", type="alert")
    if WORD == "crash":
        event("Inspector.targetCrashed")
        return
    if DOES == "held Page.loadEventFired":
        event("Page.javascriptDialogOpening", message="hello", type="alert")
        HELD.append({"method": "Page.loadEventFired", "params": {"timestamp": CLOCK[0]}, "sessionId": "s"})
        return
    event("Page.loadEventFired", timestamp=CLOCK[0])


HELD = []
HOSTILE = [
    "https://a.test/\x1b[31mred", "https://a.test/\u202eevil", "javascript:alert(1)", "data:image/png," + "A" * 100_000,
    "blob:https://a.test/1", "https://a.test/" + "x" * 200_000, "https://[bad", "", "https://a.test/?token=hush&a=<b>",
    "https://user:hush@a.test/", "file:///etc/passwd", "https://a.test/\ud800",
]
ANSWERS = {
    "Browser.getVersion": {"product": "Chrome/156.0.8078.108", "userAgent": "HeadlessChrome/156.0.0.0"},
    "Target.createBrowserContext": {"browserContextId": "c"},
    "Target.createTarget": {"targetId": "t"},
    "Target.attachToTarget": {"sessionId": "s"},
    "Page.getFrameTree": {"frameTree": {"frame": {"id": "f"}}},
    "Page.createIsolatedWorld": {"executionContextId": 1},
}


def value_of(expression, url):
    if "largest-contentful-paint" not in expression:
        return 440.0 if "loadEventStart" in expression else True
    if WORD == "told":
        return json.loads(REST)
    timing = {"name": url, "requestStart": 20.0, "finalResponseHeadersStart": 420.0, "responseEnd": 421.0,
              "responseStatus": 200, "domContentLoadedEventStart": 430.0, "loadEventStart": 440.0}
    return {"page": timing, "fcp": 450.0, "lcp": 460.0}


at = ""
buffer, more = b"", 0
while True:
    waiting = 0.01 if more and WORD == "endless" else None
    if not select.select([3], [], [], waiting)[0]:
        for _ in range(200):
            more += 1
            asked(f"e{more}", f"https://a.test/e{more}.json", "Fetch", by_script("https://a.test/app.js"))
        continue
    data = os.read(3, 65536)
    if not data:
        break
    *messages, buffer = (buffer + data).split(b"\0")
    for each in messages:
        message = json.loads(each)
        method = message["method"]
        if method == REST:
            if WORD == "die":
                os._exit(3)
            if WORD == "close":
                os.close(4)
                time.sleep(60)
            if WORD == "mute":
                continue
            if WORD == "garbage":
                os.write(4, b"{nonsense\0")
                continue
            if WORD == "huge":
                os.write(4, b'{"padding":"' + b"x" * 50_000)
                time.sleep(0.2)
                continue
            if WORD == "deaf":
                time.sleep(60)
        if WORD == "refuse" and method == REST:
            write({"id": message["id"], "error": {"message": "it cannot"}})
            continue
        answer = ANSWERS.get(method, {})
        if method == "Target.createBrowserContext":
            with open(@ARGUMENTS@.replace("arguments", "contexts"), "a") as file:
                file.write(json.dumps(message["params"]) + "\n")
        if method == "Runtime.evaluate":
            answer = {"result": {"value": value_of(message["params"]["expression"], at)}}
        if method == "Page.navigate":
            with open(@ARGUMENTS@, "a") as file:
                file.write("\nnavigate " + message["params"]["url"])
            at = message["params"]["url"]
            if WORD in ("lost", "early"):
                page(at)
            if WORD == "early":
                continue
            if WORD in ("fail", "lost"):
                answer = {"errorText": REST}
            else:
                more = 1
                page(message["params"]["url"])
                answer = {"loaderId": "d", "frameId": "f"}
        if WORD == "held" and method == REST:
            event("Page.javascriptDialogOpening", message="hello", type="alert")
            HELD.append({"id": message["id"], "result": answer})
            continue
        write({"id": message["id"], "result": answer})
        if method == "Page.handleJavaScriptDialog":
            while HELD:
                write(HELD.pop())
        if method == "Browser.close":
            sys.exit()
"""


WRAPPER = """#!/bin/sh
test "$1" = --version && echo Chromium 156.0.8078.108 built on nothing && exit
exec {python} -IS {code} "$@"
"""
"""Its version is asked for before each start, which a shell answers in a tenth of Python's time."""


def fake(folder: Path, does: str = "") -> str:
    """The program's path. What it was started with, and where it was sent, is in ``folder``/arguments, a line each; the
    contexts that it was asked for are in ``folder``/contexts."""
    program = folder / "chromium"
    text = PROGRAM.replace("@DOES@", repr(does)).replace("@ARGUMENTS@", repr(str(folder / "arguments")))
    code = folder / "chromium.py"
    code.write_text(text, encoding="utf-8")
    shell = WRAPPER.format(python=shlex.quote(sys.executable), code=shlex.quote(str(code)))
    program.write_text(shell, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)
