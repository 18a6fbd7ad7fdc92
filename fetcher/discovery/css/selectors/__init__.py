"""Selectors: read, matched to elements, and what one needs of the markup before it can apply to anything."""
