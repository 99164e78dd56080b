"""What is kept of a training?  Its history, and what it takes to go on to the same bits."""
