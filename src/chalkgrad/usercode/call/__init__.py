"""How is somebody's function or class called?  Found in its file, given what its arguments mean, traced."""
