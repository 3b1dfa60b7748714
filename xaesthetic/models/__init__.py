"""What a model is and the one forward pass."""
