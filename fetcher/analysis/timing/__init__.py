"""When things happen in one load: milestones, what they wait for, and what hints gain or could gain.

May import what ``analysis`` may.
"""
