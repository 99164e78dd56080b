"""What can be typed behind ``chalkgrad``?  One module a command."""
