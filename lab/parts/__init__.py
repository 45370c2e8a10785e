"""What became of each part of the method in training."""
