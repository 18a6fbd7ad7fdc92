"""What depends on the screen: srcset, sizes, media queries and the lengths in them."""
