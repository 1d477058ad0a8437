"""Where it leads: goals and what hangs on them."""
