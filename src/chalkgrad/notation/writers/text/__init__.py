"""How does a page look in a terminal?  Unicode characters, with and without colour."""
