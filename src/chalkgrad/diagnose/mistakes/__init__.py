"""Which mistakes do people make?  A rule each: where it may stand, what it does, how it is said."""
