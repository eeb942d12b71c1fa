"""Measures what the program costs beside the same statements typed by hand; `python -m bench`."""
