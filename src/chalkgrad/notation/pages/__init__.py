"""What is said around the equations?  The pages of derivations, traces, costs, paths and graphs."""
