"""EH 2 and 3: every Link value of the shared table in a 103; what a browser reads of it shows in what it asks for."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.chromium.case import Case

TABLE = Path(__file__).parents[3] / "fields" / "link-header-cases.json"


def _rules(name: str, value: str) -> tuple[str, ...]:
    rules = []
    if "," in value:
        rules.append("EH 2.2")
    if "<" not in value or ">" not in value or name.startswith("url-"):
        rules.append("EH 2.3")
    if ">" in value:
        rules.append("EH 2.4")
    if "=" in value:
        rules.append("EH 2.5")
    if "*=" in value or "name" in name or "uppercase" in name:
        rules.append("EH 2.6")
    if '"' in value:
        rules.append("EH 2.7")
    if "duplicate" in name:
        rules.append("EH 2.8")
    if name.startswith("as-"):
        rules.append("EH 3.3")
    if name.startswith("crossorigin"):
        rules.append("EH 3.5")
    if name.startswith("type"):
        rules.append("EH 3.6")
    if name.startswith("fetchpriority"):
        rules.append("EH 3.7")
    if name.startswith("integrity"):
        rules.append("EH 3.4")
    if name.startswith("rel") or "prefetch" in name:
        rules.append("EH 3.1")
    if name.startswith(("unknown", "nopush", "media", "image", "nonce", "referrerpolicy", "anchor", "title", "ext")):
        rules.append("EH 3.2")
    return tuple(rules) or ("EH 2.1",)


def _table() -> list[Case]:
    rows = json.loads(TABLE.read_text())["cases"]
    return [
        Case(f"link-{row['id']}", _rules(row["id"], row["input"]), hints=[row["input"]])
        for row in rows
        if row["input"].isascii()  # a field of other bytes: see below
    ]


STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</b.js>; rel=preload; as=script"

CASES = [
    *_table(),
    Case("link-lines-joined", ("EH 2.1",), hints=[STYLE, SCRIPT]),
    Case("link-lines-quote-across", ("EH 2.1", "EH 2.7"), hints=[f'{STYLE}; title="x', f'y"; nopush, {SCRIPT}']),
    Case("link-lines-name-case", ("EH 2.1",), interim=(("link", STYLE), ("link", SCRIPT))),
    Case(
        "link-base-is-the-response",
        ("EH 2.10",),
        "<base href=/elsewhere/><link rel=stylesheet href=a.css>",
        ["<a.css>; rel=preload; as=style"],
        url="https://a.test/deep/page",
    ),
    Case("link-unresolvable", ("EH 2.10",), hints=["<https://[::bad>; rel=preload; as=style", SCRIPT]),
    Case("link-anchor-elsewhere", ("EH 2.11",), hints=['</a.css>; rel=preload; as=style; anchor="https://b.a.test/"']),
    Case(
        "link-anchor-elsewhere-final",
        ("EH 2.11",),
        fields=(("link", '</a.css>; rel=preload; as=style; anchor="https://b.a.test/"'),),
    ),
    Case("link-bad-member-alone", ("EH 2.9",), hints=[f"{STYLE}; ;bad name=, {SCRIPT}"]),
    *(
        Case(f"param-{name}", ("EH 3.2",), hints=[f"{STYLE}; {parameter}", SCRIPT])
        for name, parameter in {
            "title": "title=x",
            "media-all": "media=all",
            "imagesizes": "imagesizes=100vw",
            "hreflang": "hreflang=en",
            "blocking": "blocking=render",
            "disabled": "disabled",
            "id": "id=x",
            "rev": "rev=made",
            "importance": "importance=high",
            "charset": "charset=utf-8",
        }.items()
    ),
    *(
        Case(f"as-at-103-{number}", ("EH 3.3", "EH 4.3"), hints=[f'</x>; rel=preload; as="{value}"'])
        for number, value in enumerate(
            (
                "",
                "audio",
                "audioworklet",
                "embed",
                "empty",
                "frame",
                "iframe",
                "json",
                "manifest",
                "object",
                "report",
                "sharedworker",
                "serviceworker",
                "worker",
                "xslt",
                "webidentity",
                "Image",
                "FONT",
                " style",
                "fetch",
            )
        )
    ),
    *(
        Case(f"type-at-103-{number}", ("EH 3.6", "EH 3.8"), hints=[f"</x>; rel=preload; as={kind}; type={value}"])
        for number, (kind, value) in enumerate(
            [
                ("image", "image/png"),
                ("image", "image/jp2"),
                ("image", '"image/png; x=y"'),
                ("image", "text/html"),
                ("style", "text/css"),
                ("style", "text/less"),
                ("script", "module"),
                ("script", "text/javascript"),
                ("script", "text/x-handlebars"),
                ("script", "foo/bar"),
                ("script", '"text/"'),
                ("font", "font/woff2"),
                ("font", "font/collection"),
                ("fetch", "application/json"),
                ("style", '""'),
                ("style", "x-foo/css"),
            ]
        )
    ),
    *(
        Case(
            f"modulepreload-at-103-{number}",
            ("EH 3.3", "EH 4.3", "EH 5.1"),
            hints=[f"</m.js>; rel=modulepreload{more}"],
        )
        for number, more in enumerate(
            [
                "",
                "; as=script",
                "; as=style",
                "; as=image",
                "; as=worker",
                "; as=json",
                "; crossorigin",
                "; crossorigin=use-credentials",
                "; fetchpriority=high",
                "; fetchpriority=low",
                '; integrity="sha256-AAAA"',
                "; as=font",
                "; as=fetch",
            ]
        )
    ),
]
