"""How does an equation look in a notation?  Symbols, entries, formulas, numbers and code, as boxes."""
