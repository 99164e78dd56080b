"""What is a table?  Named columns, their labels, and what their cells look like."""
