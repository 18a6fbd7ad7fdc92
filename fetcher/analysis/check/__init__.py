"""Several loads of one page judged together: what they say of its 103, what was expected of it, the outcome.

May import what ``analysis`` may.
"""
