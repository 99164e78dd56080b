"""Which mistakes reproduce the numbers?"""
