"""Is a printed answer right?  By numbers, in every sane reading of its letters."""
