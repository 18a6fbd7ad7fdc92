"""Two ways to load a page, measured in pairs: what differs, how sure that is, and its saved form.

May import what ``analysis`` may.
"""
