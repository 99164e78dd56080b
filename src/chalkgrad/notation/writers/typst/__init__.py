"""How does a page look in Typst?  Its source, and PDF."""
