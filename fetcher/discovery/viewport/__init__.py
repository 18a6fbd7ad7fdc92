"""What depends on the screen: srcset, sizes, media queries and the lengths in them."""

import fetcher.discovery.css  # noqa: F401 - the two need each other, and only this order begins well
