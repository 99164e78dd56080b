"""What did somebody type as an answer?  Tokens, letters, indices."""
