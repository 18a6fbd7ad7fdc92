"""What the browser remembers, within a load and from one to the next: cookies, responses, transport security.

Part of ``browser``: values and decisions only; who keeps bytes and files is ``load``. May import what that room may.
"""
