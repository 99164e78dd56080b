"""What do the arrays that somebody's code answered mean?"""
