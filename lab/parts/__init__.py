"""Changes of each part of the method in training."""
