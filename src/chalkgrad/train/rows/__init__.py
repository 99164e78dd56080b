"""What is learnt from?  Arrays, frames and files as blocks of rows of the right type."""
