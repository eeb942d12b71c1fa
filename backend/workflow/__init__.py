"""The procedure: its table, the one function that applies a row, the duties it opens and their dates."""
