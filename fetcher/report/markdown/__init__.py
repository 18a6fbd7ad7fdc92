"""Markdown for a pull request or a step summary: how texts are made inert in it, and a load as Markdown.

Audits, comparisons and differences have theirs beside their other forms. Part of ``report``: values in, text out; may
import what that room may.
"""
