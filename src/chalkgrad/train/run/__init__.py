"""How does a training go?  The loop over epochs, and everything that looks at it."""
