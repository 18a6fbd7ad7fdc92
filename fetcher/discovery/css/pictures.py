"""The properties and descriptors whose pictures Chromium 156 fetches, as it was seen to.

A custom property may stand for any of them. A url in any other declaration makes it invalid, or is never looked at.
"""

from __future__ import annotations

PICTURES = frozenset(
    "background background-image border-image border-image-source -webkit-border-image clip-path -webkit-clip-path "  # noqa: SIM905
    "content cursor fill filter -webkit-filter backdrop-filter list-style list-style-image marker marker-end "
    "marker-mid marker-start mask mask-image -webkit-mask -webkit-mask-image -webkit-mask-box-image "
    "-webkit-mask-box-image-source shape-outside stroke -webkit-box-reflect initial-value result".split()
)


def takes_pictures(name: str) -> bool:
    """Whether a declaration of this name can ask for a picture."""
    return name in PICTURES or name.startswith("--")
