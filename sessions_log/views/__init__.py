"""Pages of the room: mark, load, one call, response."""
