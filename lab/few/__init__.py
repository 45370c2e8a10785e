"""What few clips are enough for: training sets of 5 to 50 clips a class."""
