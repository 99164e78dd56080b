"""What does ``chalkgrad train`` ask, read and tell?"""
