"""How does a page become a file?  One writer a format."""
