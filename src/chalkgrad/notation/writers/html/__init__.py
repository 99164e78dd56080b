"""How does a page look in a browser?  One file that stands alone, formulas in MathML."""
