"""Timings against a server as it is deployed, on a practice of stated size: `python -m tests.bench`."""
