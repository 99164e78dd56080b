"""How does a curve look?  Charts as data, as SVG, as PNG and in characters."""
