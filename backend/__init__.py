"""The domain: knows no HTTP, no HTML and no queue."""
