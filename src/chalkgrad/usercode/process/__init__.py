"""Where does somebody's code run?  In a process of its own, with limits."""
