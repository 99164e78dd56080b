"""What do people call things?"""
