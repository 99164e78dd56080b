"""What else is wrong than a mistake in a gradient?  State, accidents of arrays, another network, kinks."""
