"""Pages made of every room."""
