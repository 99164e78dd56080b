"""Who runs the steps?  The native core, its twin in NumPy, or the equations themselves."""
