"""How do grades look?  A student's own page, and the summary of a class."""
