"""Sphinx's settings."""

import chalkgrad

project = "chalkgrad"
author = "The chalkgrad authors"
copyright = "the chalkgrad authors; Apache-2.0"
version = release = chalkgrad.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_title = "chalkgrad"
html_static_path = ["_static"]
html_css_files = ["chalkgrad.css"]

myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3

# Every example runs on every build, and one that fails fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = False
napoleon_use_ivar = True
