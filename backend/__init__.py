"""The domain: knows no HTTP, no HTML and no queue."""

from backend import garbage

garbage.search_seldom()
