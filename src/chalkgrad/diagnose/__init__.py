"""What is wrong with somebody's gradient?  Mutants of the derivation that reproduce the user's numbers."""
