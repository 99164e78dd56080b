"""Where in somebody's code is it, and what is the right line?"""
