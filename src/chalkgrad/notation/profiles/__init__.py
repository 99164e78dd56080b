"""How does a course write?  Its letters and conventions, read from a table and checked."""
