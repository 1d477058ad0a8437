"""What each page shows each person, by hand, one module per noun; `layout` puts them together.

visibility.md, "The table", field by field. Who may read a row is READERS in tests/worlds.py, written by hand too.
"""
