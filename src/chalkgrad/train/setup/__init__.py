"""How is it to be trained?  Settings, optimisers, schedules, metrics, read and checked."""
