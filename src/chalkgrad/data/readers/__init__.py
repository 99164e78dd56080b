"""What is in a file, a frame or an array?  A table of columns."""
