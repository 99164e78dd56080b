"""What does the machine do in a step?  A lowered program as a page and as data."""
