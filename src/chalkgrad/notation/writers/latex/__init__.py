"""How does a page look in LaTeX?  An article that compiles on its own."""
