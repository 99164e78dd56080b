"""What does the text of somebody's code tell, without running it?"""
