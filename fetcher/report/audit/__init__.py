"""An audit in the forms in which people and their tools read it, one file each: pure, a result in, text out.

May import audits, analysis, record and the rest of report.
"""
