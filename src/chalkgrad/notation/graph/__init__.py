"""How does the computational graph look?"""
