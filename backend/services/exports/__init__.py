"""Ledgers as files: declared once, made in the background, theirs who asked, gone after some hours."""
