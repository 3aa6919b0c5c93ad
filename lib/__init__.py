"""Plumbing for the course "Events in video": what more than one notebook needs."""
