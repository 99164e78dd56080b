"""What does a training leave behind, and how does it go on?"""
