"""What is in a CSV file?  Its form found out, its cells typed, faults told with their line."""
