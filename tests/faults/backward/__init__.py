"""Backward passes written out as plain NumPy: with one planted mistake, with two, and with none.

Independent of the diagnosis: a ``Plan`` says what each line of a backward pass is made of, a mistake changes
a slot of it, and a style writes it down as people do.
"""
