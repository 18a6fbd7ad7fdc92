"""The proof site served for real: every page loaded over sockets, TLS and HTTP/2 from our origin, and judged alike."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from fetcher.audits import Audit, audit_page
from fetcher.audits.catalogue import built_in
from fetcher.errors import FetcherError
from fetcher.load import load_page
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site, throw_away
from fetcher.record import PageLoad
from tests.audits.site.every import CLEAN, EVERY, crashes, faults, hosts
from tests.audits.site.proof import Proof, page_of

AGAIN = 5
"""How often a page is asked again, alone: a busy machine makes other times of those that a rule is about."""


async def test_each_rule_finds_its_page_on_a_real_origin(tmp_path: Path) -> None:
    """As in virtual time: each its own page, no other rule of its family, nothing at all on the clean one."""
    served = hosts()
    old = frozenset(proof.host for _, proof in EVERY if proof.http1)
    certificate = throw_away(tuple(served))
    trusted = certificate.write(tmp_path / "pem")
    site = Site({}, served)
    async with (
        Origin(site, tls=True, certificate=certificate) as secure,
        Origin(site, tls=True, http=("http/1.1",), certificate=certificate) as secure_http1,
        Origin(site) as plain,
    ):
        net = NetOptions(
            connect_to=(
                *((host, 443, "127.0.0.1", secure_http1.port) for host in sorted(old)),
                ("", 443, "127.0.0.1", secure.port),
                ("", 80, "127.0.0.1", plain.port),
            ),
            ca_file=str(trusted),
        )

        async def load(url: str, **options: Any) -> PageLoad:
            try:
                return await load_page(url, options=net, **options)
            except FetcherError as error:
                if error.record is None:
                    raise
                record: PageLoad = error.record
                return record

        async def audited(proof: Proof) -> Audit:
            return audit_page(await page_of(proof, load), built_in())

        async def wrong(family: str, proof: Proof) -> list[str]:
            async with gate:
                audit = await audited(proof)
            found = faults(family, proof, audit) if family else [str(each) for each in audit.findings] + crashes(audit)
            return [f"{proof.host}: {one}" for one in found]

        gate = asyncio.Semaphore(8)
        pages = (("", CLEAN), *EVERY)
        told = await asyncio.gather(*(wrong(family, proof) for family, proof in pages))
        for _ in range(AGAIN):
            left = [page for page, lines in zip(pages, told, strict=True) if lines]
            pages, told = tuple(left), [await wrong(family, proof) for family, proof in left]
        assert [line for lines in told for line in lines] == []
