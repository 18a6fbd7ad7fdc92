"""The sample site with a quick server, and every path that an example asks for."""

from __future__ import annotations

from fetcher.origin import Answer, RequestSeen, Site, text
from fetcher.origin.sample import sample_site


def sitemap(request: RequestSeen) -> Answer:
    """Two products, by the name under which the site was asked for."""
    origin = f"{request.scheme}://{request.authority}"
    pages = "".join(f"<url><loc>{origin}/product/{number}</loc></url>" for number in (42, 43))
    return text(200, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>')


def site() -> Site:
    """Documents after 60 ms, their 103 after 5 ms; /product/42, /account and /search are the shop again."""
    sample = sample_site(60, 5)
    shop = sample.routes["/"]
    more = {"/product/42": shop, "/product/43": shop, "/account": shop, "/search": shop, "/sitemap.xml": sitemap}
    return Site({**sample.routes, **more})
