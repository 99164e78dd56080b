"""How do columns become inputs and targets?  Looked at, learnt once, kept with the model."""
