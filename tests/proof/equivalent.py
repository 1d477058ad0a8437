"""Mutants that nobody can tell apart, each with the reason."""

EQUIVALENT: dict[str, str] = {}
