"""Invented people for demonstrations and tests; nothing here is about anybody real."""
