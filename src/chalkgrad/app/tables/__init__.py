"""How do commands read tables and write answers?"""
