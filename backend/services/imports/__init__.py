"""The one import service: a kind is a declaration, and every file goes the same way (see `batches`)."""
