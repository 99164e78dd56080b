"""Where is a submission diagnosed?  In a process of its own, beside others."""
