"""Verbs of the room: keyword-only, atomic, each with its audit row in the same transaction."""
