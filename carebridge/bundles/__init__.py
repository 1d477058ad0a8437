"""The practice bundle: one JSON file that holds a whole practice (its format is declared in `format.py`)."""
