"""How is somebody else's backward code called, and what does it answer?"""
