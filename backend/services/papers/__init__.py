"""Papers (文书): each declared once, filled from facts of a service into a Word file that a county can replace."""
