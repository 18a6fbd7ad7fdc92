"""What a check found, for the terminal and as JSON: pure, values in, lines or text out.

May import analysis, record and the rest of report.
"""
