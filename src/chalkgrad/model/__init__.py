"""What is a trained network, and how is it kept?  One file: weights, preprocessing, classes, history."""
