"""The sample site with a quick server, and every path that an example asks for."""

from __future__ import annotations

from fetcher.origin import Site
from fetcher.origin.sample import sample_site


def site() -> Site:
    """Documents after 60 ms, their 103 after 5 ms; /product/42, /account and /search are the shop again."""
    sample = sample_site(60, 5)
    shop = sample.routes["/"]
    return Site({**sample.routes, "/product/42": shop, "/account": shop, "/search": shop})
