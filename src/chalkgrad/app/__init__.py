"""How do I use it from a terminal?  The command line and the guided tour; nothing imports this room."""
