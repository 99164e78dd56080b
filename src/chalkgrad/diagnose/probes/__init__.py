"""What is the code tried on, and what came of it?"""
