"""What have commands in common?  Options, sources, output, help, signals."""
