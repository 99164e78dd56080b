"""How do rows come by?  In portions, in an order of the seed, also from what is larger than memory."""
